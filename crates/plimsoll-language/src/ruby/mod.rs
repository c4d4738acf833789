//! Ruby: installed gems and Bundler.
//!
//! An installed gem has a specification that RubyGems wrote from the gem's own
//! (<https://guides.rubygems.org/specification-reference/>, written by
//! [`Gem::Specification#to_ruby`][to_ruby]); the gem's own one lies among its sources and proves
//! nothing. Bundler's lock file is described in [its manual][lock]. Versions are
//! [`Gem::Version`][version]s.
//!
//! [to_ruby]: https://docs.ruby-lang.org/en/master/Gem/Specification.html#method-i-to_ruby
//! [lock]: https://bundler.io/man/bundle-lock.1.html
//! [version]: https://docs.ruby-lang.org/en/master/Gem/Version.html

mod bundler;
mod gemfile;
mod gemspec;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "gemspec",
        ecosystem: Ecosystem::Gem,
        type_name: "gemspec",
        evidence: Evidence::Installed,
        files: &["specifications/*.gemspec", "specifications/default/*.gemspec"],
        limit: 8 << 20,
        parser: Parser::Alone(gemspec::parse),
        defined_by: "https://guides.rubygems.org/specification-reference/",
    },
    Extractor {
        id: "gemfile-lock",
        ecosystem: Ecosystem::Gem,
        type_name: "bundler",
        evidence: Evidence::Locked,
        files: &["Gemfile.lock", "gems.locked"],
        limit: 16 << 20,
        parser: Parser::WithOthers(bundler::parse),
        defined_by: "https://bundler.io/man/bundle-lock.1.html",
    },
    Extractor {
        id: "gemfile",
        ecosystem: Ecosystem::Gem,
        type_name: "bundler",
        evidence: Evidence::Locked,
        files: &["Gemfile", "gems.rb"],
        limit: 1 << 20,
        parser: Parser::Companion,
        defined_by: "https://bundler.io/man/gemfile.5.html",
    },
];
