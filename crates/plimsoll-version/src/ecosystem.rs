//! The table of language ecosystems: adding one is a row here plus its feed.
//!
//! Names are compared as the registry compares them; [`Ecosystem::normalize`] says how. The
//! [ecosystems of OSV][osv] and the [types of package URLs][purl] are what others call them.
//!
//! [osv]: https://ossf.github.io/osv-schema/#defined-ecosystems
//! [purl]: https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Scheme, Syntax};

/// A source of packages that are not a distribution's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    /// Bitnami's images and charts.
    Bitnami,
    /// Rust crates.
    Cargo,
    /// CocoaPods (Objective-C, Swift).
    CocoaPods,
    /// PHP packages of Packagist.
    Composer,
    /// C and C++ packages of ConanCenter.
    Conan,
    /// conda packages.
    Conda,
    /// Perl distributions.
    Cpan,
    /// NVD's products, named `vendor:product`.
    Cpe,
    /// R packages of CRAN and Bioconductor.
    Cran,
    /// Ruby gems.
    Gem,
    /// C and C++ projects and others by their upstream name (curl, OSS-Fuzz).
    Generic,
    /// Actions of GitHub's workflows, named `owner/repository`.
    GithubActions,
    /// Go modules; the standard library is `stdlib`, the commands are `toolchain`.
    Golang,
    /// Haskell packages, and the compiler.
    Hackage,
    /// Erlang and Elixir packages.
    Hex,
    /// Julia packages.
    Julia,
    /// Kubernetes' own components.
    K8s,
    /// Lua packages.
    LuaRocks,
    /// Java artifacts, named `group:artifact`.
    Maven,
    /// JavaScript packages.
    Npm,
    /// .NET packages.
    NuGet,
    /// OCaml packages.
    Opam,
    /// Dart packages.
    Pub,
    /// Python packages.
    PyPi,
    /// Swift packages, named by their repository without `https://` and `.git`.
    Swift,
    /// Visual Studio Code extensions, named `publisher/extension`.
    VsCode,
}

/// How a registry compares names.
#[derive(Clone, Copy)]
enum Names {
    /// Every sign counts.
    Exact,
    /// Case does not count.
    Lower,
    /// Case does not count, and neither do `-`, `_` and `.` and how many of them stand together.
    Python,
    /// A repository's address without scheme, user and `.git`; case does not count.
    Repository,
}

struct Row {
    ecosystem: Ecosystem,
    /// Stable name, advisory namespace and purl type in one.
    id: &'static str,
    name: &'static str,
    osv: &'static [&'static str],
    scheme: Scheme,
    syntax: Syntax,
    names: Names,
}

macro_rules! table {
    ($($ecosystem:ident $id:literal $name:literal $osv:tt $scheme:ident $syntax:expr, $names:ident;)*) => {
        const TABLE: &[Row] = &[$(Row {
            ecosystem: Ecosystem::$ecosystem,
            id: $id,
            name: $name,
            osv: &$osv,
            scheme: Scheme::$scheme,
            syntax: $syntax,
            names: Names::$names,
        }),*];
    };
}

// Where a registry's rule on names is not plain: crates.io refuses a name that differs from another
// by case, `-` or `_` only, but a lock file has the exact one; npm demands lower case since 2014 and
// keeps older packages that differ by case alone (`JSONStream`); Go, RubyGems, Hackage, CRAN, CPAN,
// opam and Maven tell names apart by case. NuGet, Packagist, GitHub and the Marketplace do not, and
// Conan, conda, Hex, Pub and LuaRocks have lower-case names only.
#[rustfmt::skip]
table! {
    Bitnami "bitnami" "Bitnami" ["Bitnami"] Bitnami Syntax::Comparators(Scheme::Bitnami), Lower;
    Cargo "cargo" "crates.io" ["crates.io"] Semver Syntax::Cargo, Exact;
    CocoaPods "cocoapods" "CocoaPods" ["CocoaPods"] RubyGems Syntax::Ruby, Exact;
    Composer "composer" "Packagist" ["Packagist"] Composer Syntax::Composer, Lower;
    Conan "conan" "ConanCenter" ["ConanCenter"] Generic Syntax::Comparators(Scheme::Generic), Lower;
    Conda "conda" "conda" ["conda"] Generic Syntax::Comparators(Scheme::Generic), Lower;
    Cpan "cpan" "CPAN" ["CPAN"] Cpan Syntax::Comparators(Scheme::Cpan), Exact;
    Cpe "cpe" "CPE" [] Generic Syntax::Comparators(Scheme::Generic), Lower;
    Cran "cran" "CRAN" ["CRAN", "Bioconductor"] Cran Syntax::Comparators(Scheme::Cran), Exact;
    Gem "gem" "RubyGems" ["RubyGems"] RubyGems Syntax::Ruby, Exact;
    Generic "generic" "C and C++ projects" ["OSS-Fuzz"] Generic Syntax::Comparators(Scheme::Generic), Exact;
    GithubActions "githubactions" "GitHub Actions" ["GitHub Actions"] Semver Syntax::Comparators(Scheme::Semver), Lower;
    Golang "golang" "Go" ["Go"] Go Syntax::Go, Exact;
    Hackage "hackage" "Hackage" ["Hackage", "GHC"] Hackage Syntax::Comparators(Scheme::Hackage), Exact;
    Hex "hex" "Hex" ["Hex"] Semver Syntax::Comparators(Scheme::Semver), Lower;
    Julia "julia" "Julia" ["Julia"] SemverBuild Syntax::Comparators(Scheme::SemverBuild), Exact;
    K8s "k8s" "Kubernetes" ["Kubernetes"] Semver Syntax::Comparators(Scheme::Semver), Lower;
    LuaRocks "luarocks" "LuaRocks" ["LuaRocks"] Generic Syntax::Comparators(Scheme::Generic), Lower;
    Maven "maven" "Maven" ["Maven"] Maven Syntax::Maven, Exact;
    Npm "npm" "npm" ["npm"] Npm Syntax::Npm, Exact;
    NuGet "nuget" "NuGet" ["NuGet"] NuGet Syntax::Nuget, Lower;
    Opam "opam" "opam" ["opam"] Opam Syntax::Comparators(Scheme::Opam), Exact;
    Pub "pub" "Pub" ["Pub"] SemverBuild Syntax::Comparators(Scheme::SemverBuild), Lower;
    PyPi "pypi" "PyPI" ["PyPI"] Pep440 Syntax::Pep440, Python;
    Swift "swift" "Swift" ["SwiftURL"] Semver Syntax::Comparators(Scheme::Semver), Repository;
    VsCode "vscode" "Visual Studio Code" ["VSCode"] Semver Syntax::Comparators(Scheme::Semver), Lower;
}

impl Ecosystem {
    /// Every ecosystem of the table, in its order.
    pub fn all() -> impl Iterator<Item = Ecosystem> {
        TABLE.iter().map(|row| row.ecosystem)
    }

    /// The ecosystem with this stable name, the inverse of [`Ecosystem::id`].
    pub fn from_id(id: &str) -> Option<Ecosystem> {
        TABLE.iter().find(|row| row.id == id).map(|row| row.ecosystem)
    }

    /// The ecosystem that OSV calls so. What follows a colon names a part of it (`Packagist` has
    /// other registries, `Maven` other repositories) and has no weight.
    pub fn from_osv(name: &str) -> Option<Ecosystem> {
        let name = name.split_once(':').map_or(name, |(name, _)| name);
        TABLE.iter().find(|row| row.osv.contains(&name)).map(|row| row.ecosystem)
    }

    /// The ecosystem of packages with this purl type, which has no case.
    pub fn from_purl_type(purl_type: &str) -> Option<Ecosystem> {
        TABLE.iter().find(|row| row.id.eq_ignore_ascii_case(purl_type)).map(|row| row.ecosystem)
    }

    /// Stable lower-case name: the key under which its advisories are stored.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// The purl type of its packages, which is its stable name.
    pub fn purl_type(self) -> &'static str {
        self.row().id
    }

    /// The name that its makers use.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its names in OSV records.
    pub fn osv_names(self) -> &'static [&'static str] {
        self.row().osv
    }

    /// How its versions are ordered.
    pub fn scheme(self) -> Scheme {
        self.row().scheme
    }

    /// How its tools, and advisories for it, write ranges.
    pub fn syntax(self) -> Syntax {
        self.row().syntax
    }

    /// The one spelling of a package's name under which advisories are stored and looked up.
    pub fn normalize<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.row().names {
            Names::Exact => Cow::Borrowed(name),
            Names::Lower => lower(name),
            Names::Python => python(name),
            Names::Repository => repository(name),
        }
    }

    fn row(self) -> &'static Row {
        // The table has every variant; a test below holds it to that.
        &TABLE[self as usize]
    }
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.chars().any(char::is_uppercase) {
        Cow::Owned(name.to_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// [Normalisation of Python names][names]: lower case, one hyphen for each run of `-`, `_` and `.`.
///
/// [names]: https://packaging.python.org/en/latest/specifications/name-normalization/
fn python(name: &str) -> Cow<'_, str> {
    let is_separator = |sign: char| matches!(sign, '-' | '_' | '.');
    let mut doubled = name.as_bytes().windows(2);
    if !name.contains(['_', '.']) && !doubled.any(|pair| pair == b"--") {
        return lower(name);
    }
    let mut normal = String::with_capacity(name.len());
    for sign in name.chars() {
        if !is_separator(sign) {
            normal.extend(sign.to_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    Cow::Owned(normal)
}

/// `github.com/owner/name` of `https://github.com/owner/name.git` and `git@github.com:owner/name`,
/// as [Swift's package manager][identity] finds it.
///
/// [identity]: https://github.com/swiftlang/swift-package-manager/blob/main/Sources/PackageModel/PackageIdentity.swift
fn repository(name: &str) -> Cow<'_, str> {
    let bare = ["https://", "http://", "ssh://", "git://"]
        .iter()
        .find_map(|scheme| name.strip_prefix(scheme))
        .unwrap_or(name);
    let bare = bare.strip_suffix('/').unwrap_or(bare);
    let bare = bare.strip_suffix(".git").unwrap_or(bare);
    match bare.strip_prefix("git@") {
        Some(address) => Cow::Owned(address.replacen(':', "/", 1).to_lowercase()),
        None => lower(bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_variants() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.ecosystem as usize, index, "{}", row.id);
            assert_eq!(format!("{:?}", row.ecosystem).to_lowercase(), row.id);
            assert_eq!(Ecosystem::from_id(row.id), Some(row.ecosystem));
            assert_eq!(row.syntax.scheme(), row.scheme, "{}", row.id);
            for name in row.osv {
                assert_eq!(Ecosystem::from_osv(name), Some(row.ecosystem));
            }
        }
        assert_eq!(Ecosystem::VsCode as usize + 1, TABLE.len());
    }

    #[test]
    fn names_follow_the_registrys_rule() {
        for (ecosystem, name, normal) in [
            (Ecosystem::PyPi, "Friendly._-Bard", "friendly-bard"),
            (Ecosystem::PyPi, "a--b", "a-b"),
            (Ecosystem::PyPi, "Django", "django"),
            (Ecosystem::NuGet, "Newtonsoft.Json", "newtonsoft.json"),
            (Ecosystem::Composer, "Drupal/Core", "drupal/core"),
            (Ecosystem::Npm, "JSONStream", "JSONStream"),
            (Ecosystem::Golang, "github.com/Masterminds/semver", "github.com/Masterminds/semver"),
            (Ecosystem::Swift, "https://github.com/Vapor/vapor.git", "github.com/vapor/vapor"),
            (Ecosystem::Swift, "github.com/vapor/vapor", "github.com/vapor/vapor"),
            (Ecosystem::Swift, "git@github.com:vapor/vapor.git", "github.com/vapor/vapor"),
            (Ecosystem::Maven, "org.Example:Some", "org.Example:Some"),
        ] {
            assert_eq!(ecosystem.normalize(name), normal);
        }
    }

    #[test]
    fn others_names_are_known() {
        assert_eq!(Ecosystem::from_osv("Maven:https://repo1.maven.org"), Some(Ecosystem::Maven));
        assert_eq!(Ecosystem::from_osv("GHC"), Some(Ecosystem::Hackage));
        assert_eq!(Ecosystem::from_osv("Debian"), None);
        assert_eq!(Ecosystem::from_purl_type("PyPI"), Some(Ecosystem::PyPi));
    }
}
