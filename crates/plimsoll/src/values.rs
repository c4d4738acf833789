//! The words that options take, and what each means. Errors are fragments that name the word and
//! list the right ones.

use plimsoll_advisory::model::{Severity, Status};
use plimsoll_image::{Platform, SourceKind};
use plimsoll_inventory::Relationship;
use plimsoll_match::Priority;

/// Form of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Table,
    /// Trivy's schema version 2, and more.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// CycloneDX as JSON.
    CycloneDx,
    /// CycloneDX as XML.
    CycloneDxXml,
    /// SPDX as tags and values.
    Spdx,
    /// SPDX as JSON.
    SpdxJson,
    /// A snapshot for GitHub's dependency graph.
    Github,
}

impl Format {
    /// Whether it lists what is in one image, which is not about findings.
    pub(crate) fn is_bill_of_materials(self) -> bool {
        !matches!(self, Format::Table | Format::Json | Format::Sarif)
    }
}

/// What to look for; what is missing is Trivy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scanner {
    /// Known vulnerabilities.
    Vulnerabilities,
    /// What licences ask for.
    Licenses,
    /// Does not exist yet; the word as reports use it.
    Missing(&'static str),
}

/// Which packages to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackageType {
    /// Packages of the operating system.
    OperatingSystem,
    /// Packages of programming languages, and programs known by their looks.
    Libraries,
}

const FORMATS: &str = "table, json, sarif, cyclonedx, cyclonedx-xml, spdx, spdx-json and github";

/// `--format`.
pub(crate) fn format(word: &str) -> Result<Format, String> {
    Ok(match word {
        "table" => Format::Table,
        "json" => Format::Json,
        "sarif" => Format::Sarif,
        "cyclonedx" => Format::CycloneDx,
        "cyclonedx-xml" => Format::CycloneDxXml,
        "spdx" => Format::Spdx,
        "spdx-json" => Format::SpdxJson,
        "github" => Format::Github,
        "template" | "cosign-vuln" => {
            return Err(format!(
                "{word:?} is a format of Trivy that this version does not write yet; there are {FORMATS}"
            ));
        }
        _ => return Err(format!("{word:?} is not a format; there are {FORMATS}")),
    })
}

/// `--until`: a day as `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Result<String, String> {
    let date: Result<jiff::civil::Date, _> = text.parse();
    match date {
        Ok(date) if date.to_string() == text => Ok(text.to_owned()),
        _ => Err(format!("{text:?} is not a day such as 2026-08-14")),
    }
}

/// `--severity`.
pub(crate) fn severity(word: &str) -> Result<Severity, String> {
    const ALL: [Severity; 5] =
        [Severity::Unknown, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    ALL.into_iter().find(|severity| severity.word().eq_ignore_ascii_case(word)).ok_or_else(|| {
        format!("{word:?} is not a severity; there are UNKNOWN, LOW, MEDIUM, HIGH and CRITICAL")
    })
}

/// `--ignore-status`. Trivy's `unknown` is nobody's status here, so it gives nothing.
pub(crate) fn status(word: &str) -> Result<Option<Status>, String> {
    const ALL: [Status; 7] = [
        Status::Affected,
        Status::Fixed,
        Status::UnderInvestigation,
        Status::WillNotFix,
        Status::FixDeferred,
        Status::EndOfLife,
        Status::NotAffected,
    ];
    if word == "unknown" {
        return Ok(None);
    }
    ALL.into_iter().find(|status| status.word() == word).map(Some).ok_or_else(|| {
        let words: Vec<&str> = ALL.iter().map(|status| status.word()).collect();
        format!("{word:?} is not a status; there are {}", words.join(", "))
    })
}

/// `--scanners`.
pub(crate) fn scanner(word: &str) -> Result<Scanner, String> {
    Ok(match word {
        "vuln" => Scanner::Vulnerabilities,
        "secret" => Scanner::Missing("secret"),
        "misconfig" | "config" => Scanner::Missing("misconfig"),
        "license" => Scanner::Licenses,
        _ => return Err(format!("{word:?} is not a scanner; there are vuln and license")),
    })
}

/// `--pkg-types`.
pub(crate) fn package_type(word: &str) -> Result<PackageType, String> {
    match word {
        "os" => Ok(PackageType::OperatingSystem),
        "library" => Ok(PackageType::Libraries),
        _ => Err(format!("{word:?} is not a type of packages; there are os and library")),
    }
}

/// `--pkg-relationships`.
pub(crate) fn relationship(word: &str) -> Result<Relationship, String> {
    const ALL: [Relationship; 5] = [
        Relationship::Unknown,
        Relationship::Root,
        Relationship::Workspace,
        Relationship::Direct,
        Relationship::Indirect,
    ];
    ALL.into_iter().find(|relationship| relationship.word() == word).ok_or_else(|| {
        let words = ALL.map(Relationship::word).join(", ");
        format!("{word:?} is not a relationship; there are {words}")
    })
}

/// `--detection-priority`.
pub(crate) fn priority(word: &str) -> Result<Priority, String> {
    match word {
        "precise" => Ok(Priority::Precise),
        "comprehensive" => Ok(Priority::Comprehensive),
        _ => Err(format!("{word:?} is not a priority; there are precise and comprehensive")),
    }
}

/// `--image-src`.
pub(crate) fn image_source(word: &str) -> Result<SourceKind, String> {
    Ok(match word {
        "docker" => SourceKind::Docker,
        "containerd" => SourceKind::Containerd,
        "podman" => SourceKind::Podman,
        "remote" => SourceKind::Registry,
        _ => {
            return Err(format!(
                "{word:?} is not a source of images; there are docker, containerd, podman and remote"
            ));
        }
    })
}

/// `--platform`.
pub(crate) fn platform(text: &str) -> Result<Platform, String> {
    text.parse::<Platform>().map_err(|error| error.to_string())
}

/// `--table-mode`: whether the table lists all findings one by one.
pub(crate) fn is_detailed(word: &str) -> Result<bool, String> {
    match word {
        "summary" => Ok(false),
        "detailed" => Ok(true),
        _ => Err(format!("{word:?} is not a form of the table; there are summary and detailed")),
    }
}

/// `--cache-backend`: whether anything is kept.
pub(crate) fn cache_backend(word: &str) -> Result<bool, String> {
    match word {
        "fs" => Ok(true),
        "memory" => Ok(false),
        _ => Err(format!("{word:?} is not a cache that this version has; there are fs and memory")),
    }
}

/// `--exit-code` and `--exit-on-eol`: nothing for 0, which asks for no gate.
pub(crate) fn exit_code(text: &str) -> Result<Option<u8>, String> {
    let code: u8 =
        text.parse().map_err(|_| format!("{text:?} is not an exit code from 0 to 255"))?;
    Ok((code > 0).then_some(code))
}

/// `--parallel`: nothing for 0, which means one for each processor.
pub(crate) fn parallel(text: &str) -> Result<Option<usize>, String> {
    const MOST: usize = 1_024;
    match text.parse() {
        Ok(0) => Ok(None),
        Ok(threads) if threads <= MOST => Ok(Some(threads)),
        _ => Err(format!("{text:?} is not a number of threads from 0 to {MOST}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trivys_words_are_known() {
        assert_eq!(severity("high"), Ok(Severity::High));
        assert_eq!(severity("CRITICAL"), Ok(Severity::Critical));
        assert_eq!(status("will_not_fix"), Ok(Some(Status::WillNotFix)));
        assert_eq!(status("unknown"), Ok(None));
        assert_eq!(scanner("config"), Ok(Scanner::Missing("misconfig")));
        assert_eq!(image_source("remote"), Ok(SourceKind::Registry));
        assert_eq!(format("sarif"), Ok(Format::Sarif));
        assert_eq!(format("spdx-json"), Ok(Format::SpdxJson));
        assert!(Format::Github.is_bill_of_materials() && !Format::Json.is_bill_of_materials());
        assert_eq!(exit_code("0"), Ok(None));
        assert_eq!(exit_code("255"), Ok(Some(255)));
        assert_eq!(parallel("0"), Ok(None));
        assert_eq!(parallel("5"), Ok(Some(5)));
    }

    #[test]
    fn other_words_are_named() {
        for message in [
            severity("bad").unwrap_err(),
            status("bad").unwrap_err(),
            scanner("bad").unwrap_err(),
            package_type("bad").unwrap_err(),
            relationship("bad").unwrap_err(),
            priority("bad").unwrap_err(),
            image_source("bad").unwrap_err(),
            format("bad").unwrap_err(),
            exit_code("bad").unwrap_err(),
            exit_code("-1").unwrap_err() + "bad",
            parallel("bad").unwrap_err(),
            cache_backend("bad").unwrap_err(),
            is_detailed("bad").unwrap_err(),
            platform("bad").unwrap_err(),
        ] {
            assert!(message.contains("bad") && message.contains(" not "), "{message}");
        }
        assert!(format("cosign-vuln").unwrap_err().contains("yet"));
        assert!(exit_code("256").is_err() && parallel("5000").is_err());
    }
}
