//! Makes files: everything at once, sorted, each page written once. For tests and benchmarks; a
//! file that is made here is never changed in place.

use std::collections::BTreeMap;

use crate::meta::{PAGE_HEADER, checksum};

const BRANCH: u16 = 1;
const LEAF: u16 = 2;
const META: u16 = 4;
const FREE_LIST: u16 = 16;
const ELEMENT: usize = 16;

/// The content of a bucket that is to be written.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    entries: BTreeMap<Vec<u8>, Node>,
}

#[derive(Debug, Clone)]
enum Node {
    Value(Vec<u8>),
    Bucket(Tree),
}

impl Tree {
    /// Puts a value, in place of whatever was there.
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> &mut Tree {
        self.entries.insert(key.into(), Node::Value(value.into()));
        self
    }

    /// The bucket of this name, which is made if there is none.
    pub fn bucket(&mut self, name: impl Into<Vec<u8>>) -> &mut Tree {
        let node = self.entries.entry(name.into()).or_insert(Node::Bucket(Tree::default()));
        if let Node::Value(_) = node {
            *node = Node::Bucket(Tree::default());
        }
        match node {
            Node::Bucket(tree) => tree,
            Node::Value(_) => unreachable!("it was replaced"),
        }
    }

    /// Bytes of this bucket as a page inside its parent's, if bbolt would put it there: it has no
    /// buckets of its own, and takes at most a quarter of a page.
    fn inline(&self, page_size: usize) -> Option<Vec<u8>> {
        let mut elements = Vec::new();
        let mut length = PAGE_HEADER;
        for (key, node) in &self.entries {
            let Node::Value(value) = node else { return None };
            length += ELEMENT + key.len() + value.len();
            if length > page_size / 4 {
                return None;
            }
            elements.push(Element { key: key.clone(), flags: 0, value: value.clone(), child: 0 });
        }
        Some(page(0, LEAF, &elements))
    }
}

struct Element {
    key: Vec<u8>,
    flags: u32,
    value: Vec<u8>,
    child: u64,
}

impl Element {
    fn length(&self) -> usize {
        ELEMENT + self.key.len() + self.value.len()
    }
}

/// A file with this content. The size of pages must be a power of two, 512 at least.
pub fn write(root: &Tree, page_size: usize) -> Vec<u8> {
    assert!(page_size.is_power_of_two() && page_size >= 512, "{page_size} is no size of a page");
    // Two metas and the list of free pages.
    let mut file = vec![0; 3 * page_size];
    let root = write_bucket(root, page_size, &mut file);
    let free = page(2, FREE_LIST, &[]);
    file[2 * page_size..][..free.len()].copy_from_slice(&free);
    let count = (file.len() / page_size) as u64;
    for number in [0, 1] {
        let meta = meta(number, page_size, root, count);
        let at = usize::from(number == 1) * page_size;
        file[at..][..meta.len()].copy_from_slice(&meta);
    }
    file
}

fn meta(number: u64, page_size: usize, root: u64, count: u64) -> Vec<u8> {
    let mut meta = Vec::new();
    meta.extend(0xed0c_daed_u32.to_le_bytes());
    meta.extend(2u32.to_le_bytes());
    meta.extend((page_size as u32).to_le_bytes());
    meta.extend(0u32.to_le_bytes());
    // Root and its sequence, the list of free pages, the number of pages, the transaction.
    for word in [root, 0, 2, count, number] {
        meta.extend(word.to_le_bytes());
    }
    meta.extend(checksum(&meta).to_le_bytes());
    [page(number, META, &[]), meta].concat()
}

/// Writes a bucket and those inside it, and says which page is its root.
fn write_bucket(tree: &Tree, page_size: usize, file: &mut Vec<u8>) -> u64 {
    let mut level: Vec<Element> = tree
        .entries
        .iter()
        .map(|(key, node)| match node {
            Node::Value(value) => {
                Element { key: key.clone(), flags: 0, value: value.clone(), child: 0 }
            }
            Node::Bucket(tree) => {
                let (root, inline) = match tree.inline(page_size) {
                    Some(inline) => (0, inline),
                    None => (write_bucket(tree, page_size, file), Vec::new()),
                };
                let value = [&root.to_le_bytes()[..], &0u64.to_le_bytes(), &inline].concat();
                Element { key: key.clone(), flags: 1, value, child: 0 }
            }
        })
        .collect();
    let mut kind = LEAF;
    loop {
        let mut above = Vec::new();
        for part in parts(&level, page_size) {
            let number = append(kind, part, page_size, file);
            let key = part.first().map(|element| element.key.clone()).unwrap_or_default();
            above.push(Element { key, flags: 0, value: Vec::new(), child: number });
        }
        if let [only] = &above[..] {
            return only.child;
        }
        level = above;
        kind = BRANCH;
    }
}

/// Runs of elements that fill a page each; one that fits no page has pages of its own.
fn parts(elements: &[Element], page_size: usize) -> Vec<&[Element]> {
    let mut parts = Vec::new();
    let (mut start, mut length) = (0, PAGE_HEADER);
    for (index, element) in elements.iter().enumerate() {
        // bbolt wants two keys in every branch.
        if index > start + 1 && length + element.length() > page_size {
            parts.push(&elements[start..index]);
            (start, length) = (index, PAGE_HEADER);
        }
        length += element.length();
    }
    parts.push(&elements[start..]);
    parts
}

fn append(kind: u16, elements: &[Element], page_size: usize, file: &mut Vec<u8>) -> u64 {
    let number = (file.len() / page_size) as u64;
    file.extend(page(number, kind, elements));
    file.resize(file.len().next_multiple_of(page_size), 0);
    let at = usize::try_from(number).expect("the file is in memory") * page_size;
    let overflow = ((file.len() - at) / page_size - 1) as u32;
    file[at + 12..at + 16].copy_from_slice(&overflow.to_le_bytes());
    number
}

fn page(number: u64, kind: u16, elements: &[Element]) -> Vec<u8> {
    let count = u16::try_from(elements.len()).expect("a page of 64 KiB has fewer");
    let mut page = Vec::new();
    page.extend(number.to_le_bytes());
    page.extend(kind.to_le_bytes());
    page.extend(count.to_le_bytes());
    page.extend(0u32.to_le_bytes());
    let mut at = PAGE_HEADER + ELEMENT * elements.len();
    for (index, element) in elements.iter().enumerate() {
        let position = (at - PAGE_HEADER - ELEMENT * index) as u32;
        let key = (element.key.len() as u32).to_le_bytes();
        if kind == BRANCH {
            page.extend(position.to_le_bytes());
            page.extend(key);
            page.extend(element.child.to_le_bytes());
        } else {
            page.extend(element.flags.to_le_bytes());
            page.extend(position.to_le_bytes());
            page.extend(key);
            page.extend((element.value.len() as u32).to_le_bytes());
        }
        at += element.key.len() + element.value.len();
    }
    for element in elements {
        page.extend(&element.key);
        page.extend(&element.value);
    }
    page
}
