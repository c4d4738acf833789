//! Joins what sources say about one problem under different names.
//!
//! GHSA, Go, RustSec, PyPA and others each file a problem under an id of their own and list the
//! other names as aliases, not all of them in every record. Here the names are followed until
//! nothing new is found, and everything is filed under one id: the CVE where the names lead to
//! exactly one, else the GHSA, else the first name by its bytes.
//!
//! Two CVEs are two problems, whatever somebody calls an alias: CVEs are never joined with each
//! other, and a name that leads to several of them stays by itself unless its own record names just
//! one. So a mistaken alias in one source can neither hide nor merge what others keep apart, and a
//! rejected CVE takes nothing with it: its record is one more voice under the id.

use std::collections::{BTreeSet, HashMap};

use crate::collector::Collector;

/// A name that is no CVE.
#[derive(Default)]
struct Node {
    name: String,
    /// Another node of the same problem, or itself.
    parent: usize,
    /// CVEs that a record ties to this very name.
    cves: BTreeSet<String>,
}

#[derive(Default)]
struct Names {
    nodes: Vec<Node>,
    by_name: HashMap<String, usize>,
}

/// Files every record and statement under the id of its problem.
pub(super) fn join(collector: &mut Collector) {
    let mut names = Names::default();
    for (_, record) in &collector.vulnerabilities {
        names.tie(&record.id, &record.aliases);
    }
    let renamed = names.settle();
    if renamed.is_empty() {
        return;
    }
    for (_, record) in &mut collector.vulnerabilities {
        if let Some(id) = renamed.get(&record.id) {
            record.aliases.push(std::mem::replace(&mut record.id, id.clone()));
        }
    }
    let mut new_ids = HashMap::new();
    for (old, new) in &renamed {
        // A name that no statement uses has no number.
        if let Some(old) = collector.strings.find(old) {
            new_ids.insert(old, collector.strings.intern(new));
        }
    }
    for row in &mut collector.affected {
        row.vulnerability = new_ids.get(&row.vulnerability).copied().unwrap_or(row.vulnerability);
    }
}

fn is_cve(name: &str) -> bool {
    name.starts_with("CVE-")
}

impl Names {
    fn node(&mut self, name: &str) -> usize {
        if let Some(&node) = self.by_name.get(name) {
            return node;
        }
        let node = self.nodes.len();
        self.nodes.push(Node { name: name.to_owned(), parent: node, cves: BTreeSet::new() });
        self.by_name.insert(name.to_owned(), node);
        node
    }

    /// Takes in what one record calls its problem.
    fn tie(&mut self, id: &str, aliases: &[String]) {
        if is_cve(id) {
            for alias in aliases.iter().filter(|alias| !is_cve(alias)) {
                let node = self.node(alias);
                self.nodes[node].cves.insert(id.to_owned());
            }
            return;
        }
        let own = self.node(id);
        for alias in aliases {
            if is_cve(alias) {
                self.nodes[own].cves.insert(alias.clone());
            } else {
                let other = self.node(alias);
                let (own, other) = (self.root(own), self.root(other));
                // Which of two roots stays must not depend on the order of the records only in
                // shape; the outcome is settled by names.
                self.nodes[other].parent = own;
            }
        }
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.nodes[node].parent != node {
            // Halving the path keeps the next walk short.
            let parent = self.nodes[node].parent;
            self.nodes[node].parent = self.nodes[parent].parent;
            node = parent;
        }
        node
    }

    /// The id of each name that is filed under another one.
    fn settle(mut self) -> HashMap<String, String> {
        let mut groups: HashMap<usize, (BTreeSet<String>, String)> = HashMap::new();
        for node in 0..self.nodes.len() {
            let root = self.root(node);
            let Node { name, cves, .. } = &self.nodes[node];
            let (all, best) = groups.entry(root).or_insert_with(|| (BTreeSet::new(), name.clone()));
            all.extend(cves.iter().cloned());
            if rank(name) < rank(best) {
                best.clone_from(name);
            }
        }
        let mut renamed = HashMap::new();
        for node in 0..self.nodes.len() {
            let (all, best) = &groups[&self.root(node)];
            let Node { name, cves, .. } = &self.nodes[node];
            let id = match (all.len(), cves.len()) {
                (0, _) => best,
                (1, _) => all.first().unwrap_or(name),
                (_, 1) => cves.first().unwrap_or(name),
                _ => name,
            };
            if id != name {
                renamed.insert(name.clone(), id.clone());
            }
        }
        renamed
    }
}

/// Names that people look for come first.
fn rank(name: &str) -> (bool, &str) {
    (!name.starts_with("GHSA-"), name)
}
