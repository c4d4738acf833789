//! OVAL definitions: the language is defined at
//! <https://oval.mitre.org/language/version5.11/>, and each distributor writes a dialect of it.
//!
//! [`read`] turns a file into a [`Document`], [`facts`] turns the criteria of one definition into
//! [`facts::Fact`]s about packages, [`tell`] says them to the sink. What remains for a dialect is
//! its names of releases and its words for what is not fixed.
//!
//! A definition points to tests, those to objects (the package's name) and states (the version),
//! and all of these stand in sections behind the definitions. So a file is read to its end before
//! anything is said.

pub(super) mod azure;
pub(super) mod debian;
mod facts;
pub(super) mod oracle;
pub(super) mod photon;
mod read;
pub(super) mod redhat;
pub(super) mod suse;
mod tell;
pub(super) mod ubuntu;

use std::collections::HashMap;

/// Everything of a file, by the ids that tie it together.
#[derive(Default)]
pub(super) struct Document {
    /// When the file was made.
    timestamp: String,
    definitions: Vec<Definition>,
    tests: HashMap<String, Test>,
    objects: HashMap<String, Object>,
    states: HashMap<String, State>,
    /// Lists of values that objects may take their names from.
    variables: HashMap<String, Vec<String>>,
}

/// One advisory, or one vulnerability.
#[derive(Default)]
struct Definition {
    id: String,
    /// `patch`, `vulnerability`, `inventory`.
    class: String,
    title: String,
    description: String,
    platforms: Vec<String>,
    references: Vec<Reference>,
    severity: String,
    issued: String,
    updated: String,
    cves: Vec<Cve>,
    cpes: Vec<String>,
    /// Red Hat: what will become of which component.
    resolutions: Vec<Resolution>,
    /// Debian: the advisory.
    advisory: String,
    /// Azure Linux: whether there is a fix.
    patchable: String,
    criteria: Vec<Node>,
}

#[derive(Default)]
struct Reference {
    source: String,
    id: String,
    url: String,
}

/// A `cve` element of an advisory.
#[derive(Default)]
struct Cve {
    /// Its text: the id, perhaps with words around it.
    text: String,
    link: String,
    impact: String,
    /// As written: `5.7/CVSS:3.0/AV:N/…` or the bare vector.
    vectors: Vec<String>,
    weaknesses: String,
    /// `20191126`.
    public: String,
}

#[derive(Default)]
struct Resolution {
    state: String,
    components: Vec<String>,
}

/// A node of a definition's criteria.
enum Node {
    Group(Group),
    Leaf(Leaf),
}

/// Criteria of which all must hold, or one.
#[derive(Default)]
struct Group {
    all: bool,
    negated: bool,
    children: Vec<Node>,
}

#[derive(Default)]
struct Leaf {
    test: String,
    comment: String,
    negated: bool,
}

#[derive(Default)]
struct Test {
    /// The element's name: `rpminfo_test`, `dpkginfo_test`, …
    kind: String,
    object: String,
    /// All must hold.
    states: Vec<String>,
    /// It holds when nothing matches.
    none: bool,
}

#[derive(Default)]
struct Object {
    name: String,
    /// The variable with the names, where they stand there.
    variable: String,
}

#[derive(Default)]
struct State {
    /// How the installed version must compare with `version`.
    operation: String,
    version: String,
    architecture: String,
}

#[cfg(test)]
mod tests;
