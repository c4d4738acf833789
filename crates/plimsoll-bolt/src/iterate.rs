//! Walks a bucket in the order of its keys.

use crate::bucket::Root;
use crate::file::MAX_DEPTH;
use crate::page::{Content, Element, Page};
use crate::{Bucket, Damage, Error};

/// What a bucket has under a key.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'b, 'a> {
    /// A value.
    Value {
        /// Its key.
        key: &'a [u8],
        /// The value.
        value: &'a [u8],
    },
    /// A bucket.
    Bucket {
        /// Its name.
        key: &'a [u8],
        /// The bucket.
        bucket: Bucket<'b, 'a>,
    },
}

/// The entries of a bucket.
///
/// An error is about one page or one element; the entries of the others follow it.
#[derive(Debug)]
pub struct Entries<'b, 'a> {
    bucket: Bucket<'b, 'a>,
    /// Whether the root has been looked at.
    begun: bool,
    /// Pages that are being read, from the root down, with the index of the next element and the
    /// element before it.
    stack: Vec<(Page<'a>, u16, Option<Element<'a>>)>,
    /// The last key that was given out: keys ascend from page to page too.
    last: Option<&'a [u8]>,
}

impl<'b, 'a> Entries<'b, 'a> {
    pub(crate) fn new(bucket: Bucket<'b, 'a>) -> Entries<'b, 'a> {
        Entries { bucket, begun: false, stack: Vec::new(), last: None }
    }

    fn begin(&mut self) -> Result<(), Error> {
        let page = match self.bucket.root {
            Root::Inline(page) => page,
            Root::Page(number) => self.bucket.bolt.visit(number)?,
        };
        self.open(page)
    }

    /// Goes into a page, whose entries come next even if something is wrong with it.
    fn open(&mut self, page: Page<'a>) -> Result<(), Error> {
        self.stack.push((page, 0, None));
        match page.is_gapless() {
            true => Ok(()),
            false => Err(page.damaged(Damage::Gap(page.count))),
        }
    }
}

impl<'b, 'a> Iterator for Entries<'b, 'a> {
    type Item = Result<Entry<'b, 'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.begun {
            self.begun = true;
            if let Err(error) = self.begin() {
                return Some(Err(error));
            }
        }
        loop {
            let (page, next, before) = self.stack.last_mut()?;
            if *next >= page.count {
                self.stack.pop();
                continue;
            }
            let (page, index) = (*page, *next);
            *next += 1;
            let element = match page.element_after(index, before.as_ref()) {
                Ok(element) => element,
                Err(error) => return Some(Err(error)),
            };
            *before = Some(element);
            let value = match element.content {
                Content::Child(child) => {
                    if self.stack.len() >= MAX_DEPTH {
                        return Some(Err(page.damaged(Damage::TooDeep)));
                    }
                    let visited = self.bucket.bolt.visit(child);
                    match visited.and_then(|page| self.open(page)) {
                        Ok(()) => continue,
                        Err(error) => return Some(Err(error)),
                    }
                }
                Content::Value(value) | Content::Bucket(value) => value,
            };
            let key = element.key;
            if self.last.is_some_and(|last| last >= key) {
                return Some(Err(page.damaged(Damage::Order(index))));
            }
            self.last = Some(key);
            return Some(match element.content {
                Content::Bucket(_) => self
                    .bucket
                    .inner(page.number, index, value)
                    .map(|bucket| Entry::Bucket { key, bucket }),
                _ => Ok(Entry::Value { key, value }),
            });
        }
    }
}
