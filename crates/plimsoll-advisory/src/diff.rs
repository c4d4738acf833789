//! What changed from one database to another, package by package.
//!
//! This is what continuous scanning starts from (only images with a changed package have to be
//! matched again), what [`crate::delta`] sends, and what `plimsoll db diff` shows. Both files are
//! walked once, side by side, and nothing is kept of them.

use std::cmp::Ordering;

use crate::database::format;
use crate::database::{AffectedEntry, Database, VulnerabilityEntry};

/// One difference.
#[derive(Debug)]
pub enum Change<'c, 'a> {
    /// The statements about a package in a namespace are not the same.
    Package {
        /// Such as `debian:12`.
        namespace: &'a str,
        /// Its name.
        package: &'a str,
        /// Statements of the old database that are gone, each with its place among all statements
        /// of that database. A statement that changed is gone and added.
        removed: &'c [(u32, AffectedEntry<'a>)],
        /// Statements that only the new database has.
        added: &'c [AffectedEntry<'a>],
    },
    /// What is said about a vulnerability itself is not the same.
    Vulnerability {
        /// In the old database.
        old: Option<VulnerabilityEntry<'a>>,
        /// In the new one.
        new: Option<VulnerabilityEntry<'a>>,
    },
}

/// Gives every difference to `visit`: packages by namespace, then vulnerabilities by id.
///
/// A damaged file ends its walk early: ask both for [`Database::damage`] afterwards.
pub fn compare<'a>(old: &'a Database, new: &'a Database, visit: &mut dyn FnMut(Change<'_, 'a>)) {
    compare_packages(old, new, visit);
    let (mut olds, mut news) =
        (old.iter_vulnerabilities().peekable(), new.iter_vulnerabilities().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.id().cmp(new.id()),
        };
        let old = if order.is_le() { olds.next() } else { None };
        let new = if order.is_ge() { news.next() } else { None };
        if let (Some(old), Some(new)) = (&old, &new)
            && old.says_the_same_as(new)
        {
            continue;
        }
        visit(Change::Vulnerability { old, new });
    }
}

fn compare_packages<'a>(
    old: &'a Database,
    new: &'a Database,
    visit: &mut dyn FnMut(Change<'_, 'a>),
) {
    // The order of packages in a file.
    let key = |namespace: &'a str, package: &'a str| (namespace, format::hash(package), package);
    let (mut olds, mut news) = (old.iter_packages().peekable(), new.iter_packages().peekable());
    let mut place = 0;
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    loop {
        let old_key = olds.peek().map(|(namespace, package, _)| key(namespace, package));
        let new_key = news.peek().map(|(namespace, package, _)| key(namespace, package));
        let order = match (&old_key, &new_key) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.cmp(new),
        };
        let Some((namespace, _, package)) = (if order.is_le() { old_key } else { new_key }) else {
            return;
        };
        let old = if order.is_le() { olds.next() } else { None };
        let new = if order.is_ge() { news.next() } else { None };
        let old = old.into_iter().flat_map(|(_, _, entries)| entries).map(|entry| {
            place += 1;
            (place - 1, entry)
        });
        let new = new.into_iter().flat_map(|(_, _, entries)| entries);
        removed.clear();
        added.clear();
        compare_statements(old, new, &mut removed, &mut added);
        if !removed.is_empty() || !added.is_empty() {
            visit(Change::Package { namespace, package, removed: &removed, added: &added });
        }
    }
}

/// Both lists are sorted by vulnerability and source; within those the order depends on the file.
fn compare_statements<'a>(
    old: impl Iterator<Item = (u32, AffectedEntry<'a>)>,
    new: impl Iterator<Item = AffectedEntry<'a>>,
    removed: &mut Vec<(u32, AffectedEntry<'a>)>,
    added: &mut Vec<AffectedEntry<'a>>,
) {
    let (mut olds, mut news) = (old.peekable(), new.peekable());
    fn key<'a>(entry: &AffectedEntry<'a>) -> (&'a str, &'a str) {
        (entry.vulnerability(), entry.source().id())
    }
    loop {
        let next = match (olds.peek(), news.peek()) {
            (None, None) => return,
            (Some((_, old)), None) => key(old),
            (None, Some(new)) => key(new),
            (Some((_, old)), Some(new)) => key(old).min(key(new)),
        };
        let gone = removed.len();
        while let Some(old) = olds.next_if(|(_, old)| key(old) == next) {
            removed.push(old);
        }
        while let Some(new) = news.next_if(|new| key(new) == next) {
            let same = removed[gone..].iter().position(|(_, old)| old.says_the_same_as(&new));
            match same {
                Some(index) => drop(removed.remove(gone + index)),
                None => added.push(new),
            }
        }
    }
}
