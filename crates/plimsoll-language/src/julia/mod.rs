//! Julia: `Manifest.toml`, of both forms, with the [`Project.toml`][toml] beside it, and the packages
//! of a [depot][depot]. Versions are semantic ones.
//!
//! [toml]: https://pkgdocs.julialang.org/v1/toml-files/
//! [depot]: https://pkgdocs.julialang.org/v1/glossary/

mod depot;
mod manifest;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "julia-depot",
        ecosystem: Ecosystem::Julia,
        type_name: "julia",
        evidence: Evidence::Installed,
        files: &["packages/*/*/Project.toml", "packages/*/*/JuliaProject.toml"],
        limit: 1 << 20,
        parser: Parser::Alone(depot::parse),
        defined_by: "https://pkgdocs.julialang.org/v1/glossary/",
    },
    Extractor {
        id: "julia-manifest",
        ecosystem: Ecosystem::Julia,
        type_name: "julia",
        evidence: Evidence::Locked,
        files: &["Manifest.toml", "JuliaManifest.toml", "Manifest-v*.toml"],
        limit: 16 << 20,
        parser: Parser::WithOthers(manifest::parse),
        defined_by: "https://pkgdocs.julialang.org/v1/toml-files/",
    },
    Extractor {
        id: "julia-project",
        ecosystem: Ecosystem::Julia,
        type_name: "julia",
        evidence: Evidence::Locked,
        files: &["Project.toml", "JuliaProject.toml"],
        limit: 1 << 20,
        parser: Parser::Companion,
        defined_by: "https://pkgdocs.julialang.org/v1/toml-files/",
    },
];
