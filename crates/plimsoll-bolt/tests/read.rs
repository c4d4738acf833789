//! What the writer makes is read back, whole and damaged.

use std::collections::BTreeMap;

use plimsoll_bolt::{Bolt, Bucket, Damage, Entry, Error, Tree, is_bolt, write};

/// Values by their path.
type Flat = BTreeMap<Vec<Vec<u8>>, Vec<u8>>;

/// Paths and values of everything in a file, and what could not be read.
fn flatten(bolt: &Bolt<'_>) -> (Flat, Vec<Error>) {
    fn walk(
        bucket: Bucket<'_, '_>,
        path: &mut Vec<Vec<u8>>,
        found: &mut Flat,
        errors: &mut Vec<Error>,
    ) {
        for entry in bucket.entries() {
            match entry {
                Ok(Entry::Value { key, value }) => {
                    path.push(key.to_vec());
                    found.insert(path.clone(), value.to_vec());
                    path.pop();
                }
                Ok(Entry::Bucket { key, bucket }) => {
                    path.push(key.to_vec());
                    walk(bucket, path, found, errors);
                    path.pop();
                }
                Err(error) => errors.push(error),
            }
        }
    }
    let (mut found, mut errors) = (BTreeMap::new(), Vec::new());
    walk(bolt.root(), &mut Vec::new(), &mut found, &mut errors);
    (found, errors)
}

/// Buckets of none to thousands of entries, three levels deep, with values of all lengths.
fn sample() -> (Tree, Flat) {
    let mut tree = Tree::default();
    let mut expected = BTreeMap::new();
    tree.bucket("empty");
    for outer in 0..9usize {
        let name = format!("outer {outer}");
        let bucket = tree.bucket(name.as_str());
        bucket.put("plain", name.as_str());
        expected.insert(vec![name.clone().into(), b"plain".to_vec()], name.clone().into());
        for inner in 0..outer * outer * 4 {
            let package = format!("package-{inner}");
            let bucket = bucket.bucket(package.as_str());
            for entry in 0..=inner % 7 {
                let key = format!("CVE-{entry}-{inner}");
                let length = if inner == 50 { 20_000 } else { inner * entry % 300 };
                let value = vec![b'a' + entry as u8; length];
                bucket.put(key.as_str(), value.clone());
                let path = [&name, &package, &key].map(|part| part.clone().into_bytes());
                expected.insert(path.to_vec(), value);
            }
        }
    }
    for number in 0..5000u32 {
        let key = number.wrapping_mul(0x9e37_79b9).to_be_bytes();
        tree.bucket("large").put(key, number.to_string());
        expected.insert(vec![b"large".to_vec(), key.to_vec()], number.to_string().into());
    }
    (tree, expected)
}

#[test]
fn everything_comes_back_whatever_the_size_of_pages() {
    let (tree, expected) = sample();
    for page_size in [512, 1024, 4096, 16_384, 65_536] {
        let file = write(&tree, page_size);
        assert!(is_bolt(&file[..64]));
        let bolt = Bolt::open(&file).unwrap();
        assert_eq!(bolt.page_size(), page_size);
        let (found, errors) = flatten(&bolt);
        assert_eq!(errors, []);
        assert!(found == expected, "{page_size}: {} of {}", found.len(), expected.len());
        for (path, value) in &expected {
            let path: Vec<&[u8]> = path.iter().map(Vec::as_slice).collect();
            let (key, buckets) = path.split_last().unwrap();
            let bucket = bolt.bucket(buckets).unwrap().unwrap();
            assert_eq!(bucket.get(key).unwrap(), Some(&value[..]));
            assert_eq!(bucket.get(&[key, &b"!"[..]].concat()).unwrap(), None);
            assert!(bucket.bucket(key).unwrap().is_none());
        }
        assert!(bolt.bucket(&[b"outer 3", b"nothing"]).unwrap().is_none());
        assert!(bolt.root().get(b"outer 3").unwrap().is_none());
        assert_eq!(bolt.bucket(&[b"empty"]).unwrap().unwrap().entries().count(), 0);
    }
}

/// Puts a field of a page right, whatever it was.
fn patch(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

fn large(page_size: usize) -> Vec<u8> {
    let mut tree = Tree::default();
    for number in 0..2000 {
        tree.bucket("b").put(format!("key-{number:05}"), "value");
    }
    write(&tree, page_size)
}

#[test]
fn the_newer_whole_meta_counts() {
    let mut file = large(1024);
    // The second is the newer one: without it the first serves.
    file[1024 + 20] ^= 1;
    assert_eq!(flatten(&Bolt::open(&file).unwrap()).0.len(), 2000);
    file[20] ^= 1;
    assert_eq!(Bolt::open(&file).unwrap_err(), Error::NoMeta);
    // The first broken, the second found without knowing the size of pages.
    file[1024 + 20] ^= 1;
    assert_eq!(Bolt::open(&file).unwrap().page_size(), 1024);
}

#[test]
fn other_files_are_told() {
    assert!(!is_bolt(b"SQLite format 3\0 and so on"));
    for bytes in [&b""[..], b"x", &[0; 5000]] {
        assert_eq!(Bolt::open(bytes).unwrap_err(), Error::NoMeta);
    }
    let mut swapped = large(1024);
    swapped[16..20].reverse();
    swapped[1024 + 16..1024 + 20].reverse();
    assert!(is_bolt(&swapped));
    assert_eq!(Bolt::open(&swapped).unwrap_err(), Error::BigEndian);
}

#[test]
fn circles_end() {
    let mut circle = large(512);
    let pages = circle.len() / 512;
    // Every branch now has no child but itself.
    for number in 3..pages {
        let at = number * 512;
        if circle[at + 8] == 1 {
            let count = circle[at + 10];
            for element in 0..usize::from(count) {
                patch(&mut circle, at + 16 + 16 * element + 8, &(number as u64).to_le_bytes());
            }
        }
    }
    let bolt = Bolt::open(&circle).unwrap();
    let (_, errors) = flatten(&bolt);
    let damages: Vec<_> = errors
        .iter()
        .map(|error| match error {
            Error::Page { damage, .. } => *damage,
            other => panic!("{other}"),
        })
        .collect();
    assert!(damages.contains(&Damage::TooDeep), "{damages:?}");
    assert!(matches!(
        bolt.bucket(&[b"b"]).unwrap().unwrap().get(b"key-00009"),
        Err(Error::Page { damage: Damage::TooDeep, .. })
    ));
}

#[test]
fn buckets_that_hold_themselves_end() {
    let mut tree = Tree::default();
    // Too large to stand inside its parent.
    tree.bucket("self").bucket("self").put("key", vec![b'x'; 2000]);
    let mut file = write(&tree, 1024);
    let pages = (file.len() / 1024) as u64;
    // The root's page is the last; the bucket in it is made to be the root again.
    let root = pages - 1;
    let at = (root as usize) * 1024;
    patch(&mut file, at + 16 + 16 + 4, &root.to_le_bytes());
    let (_, errors) = flatten(&Bolt::open(&file).unwrap());
    assert_eq!(errors, [Error::Page { page: root, damage: Damage::TooNested }]);
}

#[test]
fn every_cut_is_told_or_costs_nothing() {
    let (tree, expected) = sample();
    let file = write(&tree, 1024);
    for end in (0..file.len()).step_by(701) {
        let Ok(bolt) = Bolt::open(&file[..end]) else { continue };
        let (found, errors) = flatten(&bolt);
        assert!(found.len() < expected.len() && !errors.is_empty(), "cut at {end}");
        assert!(found.iter().all(|(path, value)| expected.get(path) == Some(value)));
    }
}

#[test]
fn flipped_bits_never_panic_and_take_no_time() {
    let file = large(512);
    let begun = std::time::Instant::now();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for _ in 0..400 {
        let mut broken = file.clone();
        for _ in 0..3 {
            // Mostly headers and elements, which stand at the beginning of pages.
            let at = random(broken.len() / 512) * 512 + random(96);
            broken[at] ^= 1 << random(8);
        }
        if let Ok(bolt) = Bolt::open(&broken) {
            let (found, errors) = flatten(&bolt);
            assert!(found.len() >= 2000 || !errors.is_empty());
        }
    }
    assert!(begun.elapsed().as_secs() < 60);
}
