//! What package managers of programming languages leave behind: bytes of one file → components.
//!
//! Every kind of file is one row, an [`Extractor`], in the table of its language; [`extractors`]
//! are all of them. A parser takes bytes and gives back what it could read and what it could not,
//! as [`Parsed`]; it knows neither layers nor images and does no input or output.
//!
//! ```
//! use plimsoll_language::{Dispatcher, extractors};
//!
//! let dispatcher = Dispatcher::new(extractors());
//! assert!(dispatcher.find(b"srv/app/README.md").is_none());
//! ```

mod actions;
mod beam;
mod component;
mod conda;
mod cpp;
mod dart;
mod dispatch;
mod dotnet;
mod extractor;
mod golang;
mod graph;
mod haskell;
mod homebrew;
mod java;
mod javascript;
mod julia;
mod kernel;
mod lua;
mod models;
mod nix;
mod ocaml;
mod perl;
mod php;
mod position;
mod purl;
mod python;
mod r;
mod raw_json;
mod ruby;
mod rust;
mod source_text;
mod swift;
mod vscode;
mod wordpress;
mod yaml;

pub use component::{Component, Lines, Relationship, component_id};
pub use dispatch::Dispatcher;
pub use extractor::{Evidence, Extractor, Files, Input, Parser, Pattern, join};
pub use plimsoll_image::{Parsed, Problem, ProblemKind};
pub use position::Positions;
pub use purl::{name_of, purl};

/// All extractors, language by language.
pub fn extractors() -> impl Iterator<Item = &'static Extractor> {
    TABLES.iter().copied().flatten()
}

const TABLES: &[&[Extractor]] = &[
    actions::EXTRACTORS,
    beam::EXTRACTORS,
    conda::EXTRACTORS,
    cpp::EXTRACTORS,
    dart::EXTRACTORS,
    dotnet::EXTRACTORS,
    golang::EXTRACTORS,
    haskell::EXTRACTORS,
    homebrew::EXTRACTORS,
    // Extensions have a `package.json`, too.
    vscode::EXTRACTORS,
    javascript::EXTRACTORS,
    java::EXTRACTORS,
    julia::EXTRACTORS,
    kernel::EXTRACTORS,
    lua::EXTRACTORS,
    models::EXTRACTORS,
    nix::EXTRACTORS,
    ocaml::EXTRACTORS,
    perl::EXTRACTORS,
    php::EXTRACTORS,
    python::EXTRACTORS,
    ruby::EXTRACTORS,
    rust::EXTRACTORS,
    r::EXTRACTORS,
    swift::EXTRACTORS,
    wordpress::EXTRACTORS,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_are_complete_and_unique() {
        let mut ids = BTreeSet::new();
        for row in extractors() {
            assert!(ids.insert(row.id), "{} is there twice", row.id);
            assert!(!row.files.is_empty() && row.limit > 0, "{}", row.id);
            assert!(row.defined_by.starts_with("https://"), "{}", row.id);
        }
    }
}
