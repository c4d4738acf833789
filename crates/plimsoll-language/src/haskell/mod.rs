//! Haskell: Cabal and Stack.
//!
//! [`stack.yaml.lock`][stack] pins what a snapshot does not have, [`cabal.project.freeze`][freeze]
//! everything, as constraints. Versions follow Haskell's [Package Versioning Policy][pvp].
//!
//! [stack]: https://docs.haskellstack.org/en/stable/topics/lock_files/
//! [freeze]: https://cabal.readthedocs.io/en/stable/cabal-project-description-file.html
//! [pvp]: https://pvp.haskell.org/

mod freeze;
mod stack;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "stack-lock",
        ecosystem: Ecosystem::Hackage,
        type_name: "stack",
        evidence: Evidence::Locked,
        files: &["stack.yaml.lock"],
        limit: 16 << 20,
        parser: Parser::Alone(stack::parse),
        defined_by: "https://docs.haskellstack.org/en/stable/topics/lock_files/",
    },
    Extractor {
        id: "cabal-freeze",
        ecosystem: Ecosystem::Hackage,
        type_name: "cabal",
        evidence: Evidence::Locked,
        files: &["cabal.project.freeze"],
        limit: 8 << 20,
        parser: Parser::Alone(freeze::parse),
        defined_by: "https://cabal.readthedocs.io/en/stable/cabal-project-description-file.html",
    },
];
