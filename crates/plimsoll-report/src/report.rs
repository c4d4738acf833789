//! What a report is made of.

use plimsoll_advisory::model::{Source, Status, Vulnerability};
use plimsoll_image::{Image, SourceKind};
use plimsoll_inventory::{Inventory, Package};
use plimsoll_match::{Coverage, Finding, Gate, Matched, Outcome, Undecided};

/// The result of scanning one artifact.
#[derive(Debug, Clone)]
pub struct Report {
    /// Our own version.
    pub tool_version: String,
    /// When the scan was made, RFC 3339 in UTC.
    pub created_at: String,
    /// The image, without its layers' contents.
    pub image: Image,
    /// What is in it.
    pub inventory: Inventory,
    /// What of the findings counts.
    pub outcome: Outcome,
    /// Whether the image could be judged.
    pub coverage: Coverage,
    /// What could not be decided.
    pub undecided: Vec<Undecided>,
    /// The last days of support of the image's release, if they are known.
    pub end_of_life: Option<plimsoll_advisory::model::EndOfLife>,
    /// The database that was used.
    pub database: DatabaseInfo,
    /// Whether the image may pass.
    pub gate: Gate,
    /// Whether formats for machines list all packages, not only those with findings.
    pub list_all_packages: bool,
    /// The form of the bill of materials that was read instead of an image: `cyclonedx`, `spdx`, or
    /// another tool's name.
    pub document: Option<&'static str>,
    /// Which commit a source tree is of.
    pub repository: Option<Repository>,
    /// Whether bills of materials list the findings, too.
    pub list_vulnerabilities: bool,
    /// What licences ask for, where that was looked for; see [`crate::license_findings`].
    pub license_findings: Option<Vec<crate::LicenseFinding>>,
    /// Whether packages of languages are listed that a package of the distribution brought.
    /// Those with findings always are.
    pub show_owned: bool,
    /// Whether the table says for each package with findings which others need it.
    pub dependency_tree: bool,
    /// What else the reader must know: unusable lines of ignore files, an old database.
    pub notes: Vec<String>,
}

/// The commit that a source tree is of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// Where it comes from, without secrets.
    pub url: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// Tags of the very commit.
    pub tags: Vec<String>,
    /// The commit's id.
    pub commit: String,
    /// First line of its message.
    pub message: String,
    /// `Name <address>`.
    pub author: String,
    /// `Name <address>`.
    pub committer: String,
}

/// What is said of the database in a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseInfo {
    /// Whether it is the small one inside the program.
    pub starter: bool,
    /// When it was built, RFC 3339.
    pub created: Option<String>,
    /// How many vulnerabilities it knows.
    pub vulnerabilities: u64,
    /// Where its records come from.
    pub sources: Vec<DatabaseSource>,
}

/// One source of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSource {
    /// Short stable id.
    pub id: String,
    /// For people.
    pub name: String,
    /// How new its newest record is, where that is known.
    pub date: Option<String>,
    /// How many records it brought.
    pub records: u64,
}

/// Looks up the texts about a vulnerability.
///
/// Texts are most of a database and are compressed there, so a writer asks only for those that it
/// prints.
pub type Texts<'a> = &'a dyn Fn(&str) -> Text;

/// The texts about a vulnerability, merged from all sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// One line.
    pub title: String,
    /// Some paragraphs.
    pub description: String,
    /// `CWE-79` and the like, sorted.
    pub weaknesses: Vec<String>,
    /// Links, without doubles, in the sources' order.
    pub references: Vec<String>,
    /// RFC 3339.
    pub published: Option<String>,
    /// RFC 3339.
    pub modified: Option<String>,
}

impl Text {
    /// Merges what several sources say, the preferred one first: texts and dates of the first that
    /// has them, links and weaknesses of all.
    pub fn merge(sources: impl IntoIterator<Item = (Source, Vulnerability)>) -> Text {
        let mut text = Text::default();
        for (_, mut said) in sources {
            for (own, other) in
                [(&mut text.title, said.title), (&mut text.description, said.description)]
            {
                if own.is_empty() {
                    *own = other;
                }
            }
            text.published = text.published.or(said.published);
            text.modified = text.modified.or(said.modified);
            text.weaknesses.append(&mut said.weaknesses);
            for reference in said.references {
                if !text.references.contains(&reference) {
                    text.references.push(reference);
                }
            }
        }
        text.weaknesses.sort();
        text.weaknesses.dedup();
        text
    }
}

impl Report {
    /// A report of what matching found and policy left; the rest is filled in by the caller.
    pub fn new(image: Image, inventory: Inventory, matched: Matched, outcome: Outcome) -> Report {
        Report {
            tool_version: String::new(),
            created_at: String::new(),
            image,
            inventory,
            outcome,
            coverage: matched.coverage,
            undecided: matched.undecided,
            end_of_life: matched.end_of_life,
            database: DatabaseInfo::default(),
            gate: Gate::Off,
            list_all_packages: true,
            document: None,
            repository: None,
            list_vulnerabilities: true,
            license_findings: None,
            show_owned: false,
            dependency_tree: false,
            notes: Vec::new(),
        }
    }

    /// The package of a finding.
    pub fn package(&self, finding: &Finding) -> Option<&Package> {
        self.inventory.packages.get(finding.package)
    }

    /// Whether the artifact is a directory instead of an image.
    pub(crate) fn is_directory(&self) -> bool {
        matches!(
            self.image.source,
            SourceKind::Directory | SourceKind::Repository | SourceKind::Document
        )
    }

    /// Whether the image's name is a reference into a registry, not a path.
    pub(crate) fn is_named(&self) -> bool {
        matches!(
            self.image.source,
            SourceKind::Registry | SourceKind::Docker | SourceKind::Podman | SourceKind::Containerd
        )
    }

    /// `debian 12.5`, in the words that Trivy uses too; nothing without an operating system.
    pub(crate) fn system(&self) -> Option<(&str, &str)> {
        let os = self.inventory.os.as_ref()?;
        let family = os.distribution.map_or(os.id.as_str(), |distribution| distribution.id());
        Some((family, &os.version))
    }

    /// The last day of regular support, if it has passed on the day of the report.
    pub(crate) fn ended_on(&self) -> Option<&str> {
        let day = self.end_of_life.as_ref()?.end_of_life.as_deref()?;
        let today = self.created_at.get(..10)?;
        (day < today).then_some(day)
    }

    /// Whether anything was not looked at.
    pub(crate) fn has_gaps(&self) -> bool {
        !self.coverage.is_complete()
            || !self.undecided.is_empty()
            || !self.inventory.problems.is_empty()
    }
}

/// Whether a fix can be installed.
pub(crate) fn is_fixable(finding: &Finding) -> bool {
    finding.status == Status::Fixed
}

/// The page about a finding: the distributor's where it has one per problem, else the catalogue
/// that gave the id.
pub(crate) fn primary_url(finding: &Finding) -> String {
    let id = &finding.vulnerability;
    let family = finding.evidence.namespace.split(':').next().unwrap_or("");
    match (family, id.split_once('-').map(|(prefix, _)| prefix)) {
        ("debian", Some("CVE" | "TEMP" | "DSA" | "DLA")) => {
            format!("https://security-tracker.debian.org/tracker/{id}")
        }
        ("ubuntu", Some("CVE")) => format!("https://ubuntu.com/security/{id}"),
        ("redhat" | "centos", Some("CVE")) => {
            format!("https://access.redhat.com/security/cve/{id}")
        }
        (_, Some("CVE")) => format!("https://nvd.nist.gov/vuln/detail/{id}"),
        (_, Some("GHSA")) => format!("https://github.com/advisories/{id}"),
        (_, Some("GO")) => format!("https://pkg.go.dev/vuln/{id}"),
        (_, Some("RUSTSEC")) => format!("https://rustsec.org/advisories/{id}.html"),
        (_, Some("MAL" | "PYSEC" | "OSV" | "BIT")) => {
            format!("https://osv.dev/vulnerability/{id}")
        }
        _ => finding.source.url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_several_sources_are_merged() {
        let source = |id: &str| Source {
            id: id.to_owned(),
            name: String::new(),
            url: String::new(),
            license: String::new(),
        };
        let nvd = Vulnerability {
            description: "long".to_owned(),
            weaknesses: vec!["CWE-79".to_owned()],
            references: vec!["https://a".to_owned(), "https://b".to_owned()],
            ..Vulnerability::default()
        };
        let ghsa = Vulnerability {
            title: "short".to_owned(),
            description: "other".to_owned(),
            weaknesses: vec!["CWE-20".to_owned(), "CWE-79".to_owned()],
            references: vec!["https://b".to_owned(), "https://c".to_owned()],
            published: Some("2024-01-01T00:00:00Z".to_owned()),
            ..Vulnerability::default()
        };
        let text = Text::merge([(source("nvd"), nvd), (source("ghsa"), ghsa)]);
        assert_eq!(text.title, "short");
        assert_eq!(text.description, "long");
        assert_eq!(text.weaknesses, ["CWE-20", "CWE-79"]);
        assert_eq!(text.references, ["https://a", "https://b", "https://c"]);
        assert_eq!(text.published.as_deref(), Some("2024-01-01T00:00:00Z"));
    }
}
