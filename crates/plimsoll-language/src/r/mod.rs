//! R: installed packages and renv.
//!
//! Every package has a [`DESCRIPTION`][description]; R adds `Built` when it installs one.
//! [`renv.lock`][renv] is JSON. [Versions][description] are numbers with points and hyphens.
//!
//! [description]: https://cran.r-project.org/doc/manuals/r-release/R-exts.html#The-DESCRIPTION-file
//! [renv]: https://rstudio.github.io/renv/articles/lockfile.html

mod description;
mod renv;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "r-description",
        ecosystem: Ecosystem::Cran,
        type_name: "r",
        evidence: Evidence::Installed,
        files: &["*/DESCRIPTION"],
        limit: 1 << 20,
        parser: Parser::Alone(description::parse),
        defined_by: "https://cran.r-project.org/doc/manuals/r-release/R-exts.html#The-DESCRIPTION-file",
    },
    Extractor {
        id: "renv-lock",
        ecosystem: Ecosystem::Cran,
        type_name: "r",
        evidence: Evidence::Locked,
        files: &["renv.lock"],
        limit: 16 << 20,
        parser: Parser::Alone(renv::parse),
        defined_by: "https://rstudio.github.io/renv/articles/lockfile.html",
    },
];
