//! A package of a programming language, or another piece of software outside of distributions.

use plimsoll_version::Ecosystem;
use serde::{Deserialize, Serialize};

/// What one file says of one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Whose rules its name and version follow.
    pub ecosystem: Ecosystem,
    /// Name as its registry writes it: `@babel/core`, `org.slf4j:slf4j-api`, `github.com/a/b/v2`.
    pub name: String,
    /// Version as the file has it; empty where it says none.
    pub version: String,
    /// Licences as the file states them, each a name or an SPDX expression.
    pub licenses: Vec<String>,
    /// How it is related to what the file belongs to.
    pub relationship: Relationship,
    /// Whether it is there for development or tests only.
    pub dev: bool,
    /// [`Component::id`]s of the components of the same file that it needs.
    pub depends_on: Vec<String>,
    /// Where in the file it stands; empty for files without lines.
    pub lines: Vec<Lines>,
    /// Checksums of its archive: `sha256:` and hexadecimal digits, likewise `sha1:`, `sha512:`,
    /// `md5:`.
    pub digests: Vec<String>,
    /// Path inside of the file, for archives: `BOOT-INF/lib/a.jar`, several levels joined by `/`.
    pub inside: Option<String>,
    /// CPE names by which advisories know it; only for what has no ecosystem of its own.
    pub cpes: Vec<String>,
    /// What is not certain about name or version, as a sentence fragment for a person.
    pub doubt: Option<String>,
}

/// How a package is related to the project or image in which it was found.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Relationship {
    /// The file does not say.
    #[default]
    Unknown,
    /// The project itself: a Go binary's main module, the root of a lock file.
    Root,
    /// A member of the project's workspace.
    Workspace,
    /// Asked for by the project.
    Direct,
    /// Needed by something that was asked for.
    Indirect,
}

/// A run of lines, counted from 1, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lines {
    /// The first.
    pub start: u32,
    /// The last.
    pub end: u32,
}

impl Component {
    /// A component of which only this is known.
    pub fn new(
        ecosystem: Ecosystem,
        name: impl Into<String>,
        version: impl Into<String>,
    ) -> Component {
        Component {
            ecosystem,
            name: name.into(),
            version: version.into(),
            licenses: Vec::new(),
            relationship: Relationship::Unknown,
            dev: false,
            depends_on: Vec::new(),
            lines: Vec::new(),
            digests: Vec::new(),
            inside: None,
            cpes: Vec::new(),
            doubt: None,
        }
    }

    /// The name by which components of one file refer to each other: `name@version`.
    pub fn id(&self) -> String {
        component_id(&self.name, &self.version)
    }
}

/// The id of a component with this name and version.
pub fn component_id(name: &str, version: &str) -> String {
    format!("{name}@{version}")
}

impl Relationship {
    /// The stable lower-case word.
    pub fn word(self) -> &'static str {
        match self {
            Relationship::Unknown => "unknown",
            Relationship::Root => "root",
            Relationship::Workspace => "workspace",
            Relationship::Direct => "direct",
            Relationship::Indirect => "indirect",
        }
    }
}
