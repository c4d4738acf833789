//! Ranges as each ecosystem, and the advisories for it, write them, read into intervals.
//!
//! | syntax | looks like | defined by |
//! |---|---|---|
//! | [`Syntax::Npm`] | `>=1.2 <2 \|\| ^3.1`, `1.x`, `1.2 - 2.3` | [node-semver][npm] |
//! | [`Syntax::Ruby`] | `~> 5.2.4, >= 5.2.4.3` | [`Gem::Requirement`][ruby] |
//! | [`Syntax::Composer`] | `>=2.0,<2.0.17\|>=3`, `~1.2`, `1.0.*` | [Composer][composer] |
//! | [`Syntax::Maven`] | `[1.0,2.0),[3.0]`, `(,1.5]` | [Maven][maven] |
//! | [`Syntax::Pep440`] | `>=1,<2`, `==1.*`, `~=1.4.2` | [version specifiers][python] |
//! | [`Syntax::Nuget`] | `[1.0,2.0)`, `1.*`, `1.0` | [NuGet][nuget] |
//! | [`Syntax::Cargo`] | `>= 1.0, < 2.0`, `^1.2`, `1.2` | [Cargo][cargo] |
//! | [`Syntax::Go`] | `>=v1.2 <v1.3 \|\| =v1.4` | GitLab's advisories |
//! | [`Syntax::Comparators`] | `>= 1.0, < 1.2`, `= 1.0` | GitHub's advisories, and others |
//!
//! Every syntax takes commas and spaces between what must hold together, and `||` between
//! alternatives, because advisories do not keep to one of them.
//!
//! Two things differ from the package managers on purpose, since an advisory speaks of all versions
//! and not of those to install. Pre-releases are never left out: the order alone decides, so `< 2.0`
//! has `2.0-beta` in it. And a bound that was written keeps its text. A bound that was not (`^1.2`
//! ends somewhere) is the first version that does not belong: `2.0.0-0` for npm, `2-dev` for Composer,
//! `2.dev0` for Python, `2.A` for Ruby.
//!
//! [npm]: https://github.com/npm/node-semver#ranges
//! [ruby]: https://guides.rubygems.org/patterns/#pessimistic-version-constraint
//! [composer]: https://getcomposer.org/doc/articles/versions.md
//! [maven]: https://maven.apache.org/enforcer/enforcer-rules/versionRanges.html
//! [python]: https://packaging.python.org/en/latest/specifications/version-specifiers/
//! [nuget]: https://learn.microsoft.com/en-us/nuget/concepts/package-versioning#version-ranges
//! [cargo]: https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html

mod brackets;
mod comparators;
mod composer;
mod interval;
mod partial;
mod python;
mod ruby;
mod semantic;

pub use interval::{Bound, Interval, complement};

use crate::{InvalidVersion, Scheme};
use comparators::{Comparator, Operator};

/// The longest text that is read as a constraint, in bytes. The longest in the advisories at hand
/// has less than a thousand.
pub const MAX_LENGTH: usize = 16 << 10;

/// The most comparators, or brackets, of one constraint; the advisories at hand have less than a
/// hundred.
pub const MAX_PARTS: usize = 512;

/// The most comparators that must hold together, without an `||` between them: each `!=` splits the
/// intervals of those before it, so that they take quadratic time.
pub const MAX_TOGETHER: usize = 64;

/// A way to write ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// npm's ranges.
    Npm,
    /// RubyGems' requirements.
    Ruby,
    /// Composer's constraints.
    Composer,
    /// Maven's brackets.
    Maven,
    /// Python's version specifiers.
    Pep440,
    /// NuGet's brackets and floating versions.
    Nuget,
    /// Cargo's requirements.
    Cargo,
    /// Comparators over Go's versions.
    Go,
    /// Comparators (`=`, `!=`, `<`, `<=`, `>`, `>=`) over the versions of a scheme.
    Comparators(Scheme),
}

impl Syntax {
    /// The order of the versions in the ranges.
    pub fn scheme(self) -> Scheme {
        match self {
            Syntax::Npm => Scheme::Npm,
            Syntax::Ruby => Scheme::RubyGems,
            Syntax::Composer => Scheme::Composer,
            Syntax::Maven => Scheme::Maven,
            Syntax::Pep440 => Scheme::Pep440,
            Syntax::Nuget => Scheme::NuGet,
            Syntax::Cargo => Scheme::Semver,
            Syntax::Go => Scheme::Go,
            Syntax::Comparators(scheme) => scheme,
        }
    }
}

/// Why a text is not a constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConstraint {
    /// Nothing is written, in a syntax in which that does not mean "every version".
    #[error("the constraint is empty")]
    Empty,
    /// More than [`MAX_LENGTH`] bytes.
    #[error("the constraint has {length} bytes, more than {MAX_LENGTH}")]
    TooLong {
        /// Its bytes.
        length: usize,
    },
    /// More than [`MAX_PARTS`] comparators or brackets, or more than [`MAX_TOGETHER`] together.
    #[error("the constraint has more than {MAX_PARTS} parts, or {MAX_TOGETHER} together")]
    TooManyParts,
    /// A version of it is none.
    #[error(transparent)]
    Version(#[from] InvalidVersion),
    /// An operator without a version behind it.
    #[error("no version stands behind {operator:?}")]
    MissingVersion {
        /// The operator.
        operator: String,
    },
    /// An operator that this syntax does not have, or that does not go with the version.
    #[error("{operator:?} cannot be read before {version:?}")]
    UnknownOperator {
        /// The operator.
        operator: String,
        /// What stands behind it.
        version: String,
    },
    /// Brackets that are not closed, or hold no range.
    #[error("{text:?} is no range in brackets")]
    Brackets {
        /// The text from the bracket on.
        text: String,
    },
    /// No version could ever be in it.
    #[error("no version can be in the constraint")]
    MatchesNothing,
}

/// Reads a constraint: a version is in it when it is in one of the intervals.
///
/// The intervals stand in the order of the text and may overlap. An alternative that no version can
/// fulfil (`>2 <1`) is left out; if nothing is left then, that is an error.
pub fn parse(syntax: Syntax, text: &str) -> Result<Vec<Interval>, InvalidConstraint> {
    if text.len() > MAX_LENGTH {
        return Err(InvalidConstraint::TooLong { length: text.len() });
    }
    let text = text.trim();
    if text.is_empty() && syntax != Syntax::Npm {
        return Err(InvalidConstraint::Empty);
    }
    let scheme = syntax.scheme();
    let intervals =
        if matches!(syntax, Syntax::Maven | Syntax::Nuget) && text.starts_with(['[', '(']) {
            brackets::parse(text)?
        } else {
            let mut intervals = Vec::new();
            for alternative in comparators::split(syntax, text)? {
                let mut together = vec![Interval::ALL];
                for comparator in &alternative {
                    let expanded = expand(syntax, comparator)?;
                    together = interval::intersect(scheme, &together, &expanded);
                }
                intervals.append(&mut together);
            }
            intervals
        };
    for bound in intervals.iter().flat_map(|range| [&range.lower, &range.upper]).flatten() {
        scheme.check(&bound.version)?;
    }
    let intervals: Vec<_> =
        intervals.into_iter().filter(|interval| !interval.is_empty(scheme)).collect();
    if intervals.is_empty() { Err(InvalidConstraint::MatchesNothing) } else { Ok(intervals) }
}

/// The intervals of one comparator; none when no version fulfils it.
fn expand(syntax: Syntax, comparator: &Comparator<'_>) -> Result<Vec<Interval>, InvalidConstraint> {
    if comparator.version == "*" && comparator.operator == Operator::Bare {
        return Ok(vec![Interval::ALL]);
    }
    match syntax {
        Syntax::Npm => semantic::expand(&semantic::NPM, comparator),
        Syntax::Cargo => semantic::expand(&semantic::CARGO, comparator),
        Syntax::Composer => composer::expand(comparator),
        Syntax::Pep440 => python::expand(comparator),
        Syntax::Ruby => ruby::expand(comparator),
        Syntax::Nuget if comparator.operator == Operator::Bare => brackets::floating(comparator),
        Syntax::Nuget | Syntax::Maven | Syntax::Go | Syntax::Comparators(_) => {
            comparator.plain(syntax.scheme())
        }
    }
}

#[cfg(test)]
mod tests;
