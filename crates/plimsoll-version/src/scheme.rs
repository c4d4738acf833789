//! One name for each version order.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::{Distribution, Ecosystem};

/// The rules by which an ecosystem orders its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Alpine, Wolfi and Chainguard packages; see [`crate::apk`].
    Apk,
    /// Debian and Ubuntu packages; see [`crate::deb`].
    Deb,
    /// Arch Linux packages; see [`crate::pacman`].
    Pacman,
    /// Red Hat, SUSE, Amazon, Azure Linux and their like; see [`crate::rpm`].
    Rpm,
    /// Bitnami images and charts; see [`crate::bitnami`].
    Bitnami,
    /// Composer (PHP); see [`crate::composer`].
    Composer,
    /// Perl distributions; see [`crate::cpan`].
    Cpan,
    /// R packages; see [`crate::cran`].
    Cran,
    /// Everything without an order of its own; see [`crate::generic`].
    Generic,
    /// Go modules, standard library and toolchain; see [`crate::go`].
    Go,
    /// Haskell packages; see [`crate::hackage`].
    Hackage,
    /// Maven artifacts; see [`crate::maven`].
    Maven,
    /// npm packages; see [`crate::npm`].
    Npm,
    /// NuGet packages; see [`crate::nuget`].
    NuGet,
    /// OCaml packages; see [`crate::opam`].
    Opam,
    /// Python packages; see [`crate::pep440`].
    Pep440,
    /// RubyGems and CocoaPods; see [`crate::rubygems`].
    RubyGems,
    /// Semantic Versioning: Cargo, Hex, Swift and others; see [`crate::semver`].
    Semver,
    /// Semantic Versioning whose build numbers count: Julia and Pub; see
    /// [`crate::semver::compare_with_build`].
    SemverBuild,
}

/// A version that does not follow the rules of its scheme, and so cannot be ordered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{version:?} is not a valid {scheme:?} version")]
pub struct InvalidVersion {
    /// The rules that it breaks.
    pub scheme: Scheme,
    /// The text as it was found.
    pub version: String,
}

/// What a scheme's module says.
struct Rules {
    id: &'static str,
    compare: fn(&str, &str) -> Ordering,
    is_valid: fn(&str) -> bool,
}

/// The rules that a module has under their usual names.
macro_rules! rules {
    ($id:literal, $module:ident) => {
        Rules { id: $id, compare: crate::$module::compare, is_valid: crate::$module::is_valid }
    };
}

impl Scheme {
    /// The rules that hold in a namespace of advisories: `debian:12`, `npm`. Nothing for a
    /// namespace that neither a distribution nor an ecosystem has.
    pub fn of_namespace(namespace: &str) -> Option<Scheme> {
        let id = namespace.split(':').next().unwrap_or(namespace);
        let distribution = Distribution::from_id(id).map(Distribution::scheme);
        distribution.or_else(|| Ecosystem::from_id(id).map(Ecosystem::scheme))
    }

    /// Every scheme.
    pub const ALL: [Scheme; 19] = [
        Scheme::Apk,
        Scheme::Deb,
        Scheme::Pacman,
        Scheme::Rpm,
        Scheme::Bitnami,
        Scheme::Composer,
        Scheme::Cpan,
        Scheme::Cran,
        Scheme::Generic,
        Scheme::Go,
        Scheme::Hackage,
        Scheme::Maven,
        Scheme::Npm,
        Scheme::NuGet,
        Scheme::Opam,
        Scheme::Pep440,
        Scheme::RubyGems,
        Scheme::Semver,
        Scheme::SemverBuild,
    ];

    /// Orders two versions, or says which one has no place in the order.
    ///
    /// A caller that gets an error must report the package as undecided: an unreadable version is
    /// never a safe one.
    pub fn compare(self, left: &str, right: &str) -> Result<Ordering, InvalidVersion> {
        self.check(left)?;
        self.check(right)?;
        Ok(self.order(left, right))
    }

    /// Whether the scheme's own tool would accept this version.
    pub fn is_valid(self, version: &str) -> bool {
        (self.rules().is_valid)(version)
    }

    /// Stable lower-case name, as explanations and files use it.
    pub fn id(self) -> &'static str {
        self.rules().id
    }

    /// The version's error if it has no place in the order.
    pub(crate) fn check(self, version: &str) -> Result<(), InvalidVersion> {
        if self.is_valid(version) {
            Ok(())
        } else {
            Err(InvalidVersion { scheme: self, version: version.to_owned() })
        }
    }

    /// The order without a look at validity; every scheme's is defined for every text.
    pub(crate) fn order(self, left: &str, right: &str) -> Ordering {
        (self.rules().compare)(left, right)
    }

    fn rules(self) -> Rules {
        match self {
            Scheme::Apk => rules!("apk", apk),
            Scheme::Deb => rules!("deb", deb),
            Scheme::Pacman => rules!("pacman", pacman),
            Scheme::Rpm => rules!("rpm", rpm),
            Scheme::Bitnami => rules!("bitnami", bitnami),
            Scheme::Composer => rules!("composer", composer),
            Scheme::Cpan => rules!("cpan", cpan),
            Scheme::Cran => rules!("cran", cran),
            Scheme::Generic => rules!("generic", generic),
            Scheme::Go => rules!("go", go),
            Scheme::Hackage => rules!("hackage", hackage),
            Scheme::Maven => rules!("maven", maven),
            Scheme::Npm => rules!("npm", npm),
            Scheme::NuGet => rules!("nuget", nuget),
            Scheme::Opam => rules!("opam", opam),
            Scheme::Pep440 => rules!("pep440", pep440),
            Scheme::RubyGems => rules!("rubygems", rubygems),
            Scheme::Semver => rules!("semver", semver),
            Scheme::SemverBuild => Rules {
                id: "semverbuild",
                compare: crate::semver::compare_with_build,
                is_valid: crate::semver::is_valid,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_complete_and_its_names_are_those_of_files() {
        for (index, scheme) in Scheme::ALL.into_iter().enumerate() {
            assert_eq!(scheme as usize, index);
            assert_eq!(scheme.id(), format!("{scheme:?}").to_lowercase());
        }
        assert_eq!(Scheme::SemverBuild as usize + 1, Scheme::ALL.len());
    }

    #[test]
    fn the_beginning_as_osv_writes_it_is_a_version_of_every_language() {
        for scheme in &Scheme::ALL[4..] {
            assert!(scheme.is_valid("0"), "{scheme:?}");
        }
    }
}
