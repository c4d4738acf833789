//! Perl: distributions of CPAN that cpanm installed, and Carton's snapshot.
//!
//! cpanm leaves [`.meta/DISTRIBUTION-VERSION/install.json`][install] and the distribution's
//! [`MYMETA.json`][meta] among the installed modules; [Carton][carton] writes `cpanfile.snapshot`.
//! Modules of Perl itself, and what ExtUtils notes in `perllocal.pod` and never takes back, are no
//! evidence.
//!
//! [install]: https://metacpan.org/pod/App::cpanminus
//! [meta]: https://metacpan.org/pod/CPAN::Meta::Spec
//! [carton]: https://metacpan.org/pod/Carton

mod installed;
mod snapshot;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "cpan-install",
        ecosystem: Ecosystem::Cpan,
        type_name: "cpan",
        evidence: Evidence::Installed,
        files: &[".meta/*/install.json"],
        limit: 8 << 20,
        parser: Parser::WithOthers(installed::parse),
        defined_by: "https://metacpan.org/pod/App::cpanminus",
    },
    Extractor {
        id: "cpan-mymeta",
        ecosystem: Ecosystem::Cpan,
        type_name: "cpan",
        evidence: Evidence::Installed,
        files: &[".meta/*/MYMETA.json"],
        limit: 8 << 20,
        parser: Parser::Companion,
        defined_by: "https://metacpan.org/pod/CPAN::Meta::Spec",
    },
    Extractor {
        id: "cpanfile-snapshot",
        ecosystem: Ecosystem::Cpan,
        type_name: "cpan",
        evidence: Evidence::Locked,
        files: &["cpanfile.snapshot"],
        limit: 16 << 20,
        parser: Parser::Alone(snapshot::parse),
        defined_by: "https://metacpan.org/pod/Carton",
    },
];

/// Characters of an archive's name: it is a file.
const MAX_NAME: usize = 255;

/// Name and version of a distribution by what its archive is called: `Foo-Bar-1.23`,
/// `Foo-3D-v1.2.3-TRIAL`. The version begins behind the last hyphen before a digit, as
/// [CPAN::DistnameInfo](https://metacpan.org/pod/CPAN::DistnameInfo) has it.
fn name_and_version(distribution: &str) -> Option<(&str, &str)> {
    if distribution.len() > MAX_NAME {
        return None;
    }
    let begins_version = |rest: &str| {
        let rest = rest.strip_prefix(['v', 'V']).unwrap_or(rest);
        rest.starts_with(|sign: char| sign.is_ascii_digit())
    };
    let mut hyphens = distribution.rmatch_indices('-');
    let (at, _) = hyphens.find(|(at, _)| distribution.get(at + 1..).is_some_and(begins_version))?;
    let (name, version) = distribution.split_at_checked(at)?;
    (!name.is_empty()).then_some((name, version.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_archives_are_divided() {
        for (text, expected) in [
            ("Class-Tiny-1.006", Some(("Class-Tiny", "1.006"))),
            ("Foo-3D-v1.2.3-TRIAL", Some(("Foo-3D", "v1.2.3-TRIAL"))),
            ("App-2048-0.1", Some(("App-2048", "0.1"))),
            ("Mojolicious-9.26", Some(("Mojolicious", "9.26"))),
            ("Video-viewer", None),
            ("-1.0", None),
        ] {
            assert_eq!(name_and_version(text), expected, "{text}");
        }
    }
}
