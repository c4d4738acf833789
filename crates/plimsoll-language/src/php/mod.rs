//! PHP: Composer and PEAR.
//!
//! Composer's files have the members of [`composer.json`][schema] for every package, with
//! [versions][versions] of its own; [PEAR's registry][pear] has one file for each package, which is
//! its [`package.xml`][package] as PHP's `serialize` writes it.
//!
//! [schema]: https://getcomposer.org/doc/04-schema.md
//! [versions]: https://getcomposer.org/doc/articles/versions.md
//! [pear]: https://pear.php.net/manual/en/package.pear.pear-registry.php
//! [package]: https://pear.php.net/manual/en/guide.developers.package2.php

mod composer;
mod pear;
mod serialized;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "composer-installed",
        ecosystem: Ecosystem::Composer,
        type_name: "composer-vendor",
        evidence: Evidence::Installed,
        files: &["composer/installed.json"],
        limit: 64 << 20,
        parser: Parser::Alone(composer::installed),
        defined_by: "https://getcomposer.org/doc/04-schema.md",
    },
    Extractor {
        id: "composer-lock",
        ecosystem: Ecosystem::Composer,
        type_name: "composer",
        evidence: Evidence::Locked,
        files: &["composer.lock"],
        limit: 64 << 20,
        parser: Parser::WithOthers(composer::lock),
        defined_by: "https://getcomposer.org/doc/01-basic-usage.md#installing-dependencies",
    },
    Extractor {
        id: "composer-json",
        ecosystem: Ecosystem::Composer,
        type_name: "composer",
        evidence: Evidence::Locked,
        files: &["composer.json"],
        limit: 4 << 20,
        parser: Parser::Companion,
        defined_by: "https://getcomposer.org/doc/04-schema.md",
    },
    Extractor {
        id: "pear-registry",
        ecosystem: Ecosystem::Composer,
        type_name: "pear",
        evidence: Evidence::Installed,
        files: &[".registry/*.reg", ".registry/.channel.*/*.reg"],
        limit: 8 << 20,
        parser: Parser::Alone(pear::parse),
        defined_by: "https://pear.php.net/manual/en/package.pear.pear-registry.php",
    },
];
