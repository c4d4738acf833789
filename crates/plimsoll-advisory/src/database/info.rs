//! What a database says about itself.

use super::Database;
use super::entry::SourceRef;
use super::format::{self, EPSS_ROW, SOURCE_COUNTS, Section, u32_at};
use crate::collector::Counts;
use crate::model::Source;

/// Everything that `db info` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Hand-made facts that stand in until a real database is there.
    pub starter: bool,
    /// When it was made, as RFC 3339.
    pub created: Option<String>,
    /// What made it.
    pub builder: Option<String>,
    /// Version of the layout.
    pub format_version: u32,
    /// Size in bytes.
    pub size: u64,
    /// BLAKE3 of the content, in hexadecimal: two databases with the same one say the same.
    pub digest: String,
    /// Who is quoted.
    pub sources: Vec<SourceInfo>,
    /// Releases and ecosystems that somebody speaks for, by name.
    pub namespaces: Vec<NamespaceInfo>,
    /// Number of vulnerabilities.
    pub vulnerabilities: usize,
    /// Number of pairs of release and package.
    pub packages: usize,
    /// Number of statements about a package.
    pub affected: u64,
    /// When the scores were made, if they are in a file of their own.
    pub scores_created: Option<String>,
    /// Number of EPSS scores.
    pub epss: usize,
    /// Day of the EPSS scores.
    pub epss_date: Option<String>,
    /// Number of known exploited vulnerabilities.
    pub exploited: usize,
    /// Number of releases with support dates.
    pub end_of_life: usize,
    /// Number of repositories whose products are known.
    pub repositories: usize,
}

/// One source of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceInfo {
    /// Who it is.
    pub source: Source,
    /// As of when its data is.
    pub date: Option<String>,
    /// What it brought.
    pub counts: Counts,
}

/// One namespace of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceInfo {
    /// Such as `debian:12`.
    pub name: String,
    /// Number of packages that something is said about.
    pub packages: u32,
    /// Ids of the sources that speak for it.
    pub sources: Vec<String>,
}

impl Info {
    pub(super) fn read(database: &Database) -> Info {
        let meta = database.section(Section::Meta);
        let text = |at| database.optional(u32_at(meta, at)?).map(str::to_owned);
        let own: Vec<SourceInfo> =
            (0..database.count(Section::Sources)).filter_map(|row| source(database, row)).collect();
        let namespaces = namespaces(database, &own);
        let scores = database.scores().map(Info::read);
        let mut sources = own;
        for other in scores.iter().flat_map(|scores| &scores.sources) {
            if !sources.iter().any(|known| known.source.id == other.source.id) {
                sources.push(other.clone());
            }
        }
        sources.sort_by(|left, right| left.source.id.cmp(&right.source.id));
        let keeper = |section| database.keeper(section);
        Info {
            starter: database.layout.starter,
            created: text(0),
            builder: text(4),
            format_version: format::VERSION,
            size: database.bytes.len() as u64,
            digest: database.layout.digest(),
            namespaces,
            scores_created: scores.and_then(|scores| scores.created),
            affected: sources.iter().map(|source| u64::from(source.counts.affected)).sum(),
            sources,
            vulnerabilities: database.count(Section::Vulnerabilities),
            packages: database.count(Section::Packages),
            epss: keeper(Section::Epss).section(Section::Epss).len().saturating_sub(4) / EPSS_ROW,
            epss_date: database.epss_date().map(str::to_owned),
            exploited: keeper(Section::Exploited).count(Section::Exploited),
            end_of_life: database.count(Section::EndOfLife),
            repositories: database.count(Section::Repositories),
        }
    }
}

/// One source, by its place in the file.
pub(super) fn source(database: &Database, row: usize) -> Option<SourceInfo> {
    let names = SourceRef::at(database, u32::try_from(row).ok()?)?;
    let numbers: [u32; 5 + SOURCE_COUNTS] = database.row(Section::Sources, row)?;
    let (_, counts) = numbers.split_last_chunk::<SOURCE_COUNTS>()?;
    Some(SourceInfo {
        source: Source {
            id: names.id().to_owned(),
            name: names.name().to_owned(),
            url: names.url().to_owned(),
            license: names.license().to_owned(),
        },
        date: names.date().map(str::to_owned),
        counts: Counts::from_array(*counts),
    })
}

fn namespaces(database: &Database, sources: &[SourceInfo]) -> Vec<NamespaceInfo> {
    let mut namespaces: Vec<NamespaceInfo> = (0..database.count(Section::Namespaces))
        .filter_map(|row| {
            let [name, _, packages] = database.row(Section::Namespaces, row)?;
            let name = database.string(name)?.to_owned();
            Some(NamespaceInfo { name, packages, sources: Vec::new() })
        })
        .collect();
    for row in 0..database.count(Section::Coverage) {
        let Some([namespace, source]) = database.row(Section::Coverage, row) else { break };
        let namespace = namespaces.get_mut(namespace as usize);
        if let (Some(namespace), Some(source)) = (namespace, sources.get(source as usize)) {
            namespace.sources.push(source.source.id.clone());
        }
    }
    namespaces
}
