//! Makes a delta of two databases.

use super::document::{Document, PackageAdditions, SourceState, VulnerabilityState};
use super::{DeltaError, HEADER, MAGIC, VERSION};
use crate::database::{Database, SourceRef};
use crate::diff::{Change, compare};

/// How hard a delta is compressed: it is made once and downloaded by everybody.
const LEVEL: i32 = 19;

/// The delta that turns `old` into `new`.
pub fn make(old: &Database, new: &Database) -> Result<Vec<u8>, DeltaError> {
    let info = new.info();
    let mut document = Document {
        created: info.created.clone(),
        builder: info.builder.clone(),
        starter: info.starter,
        scores: new.is_scores(),
        epss_date: info.epss_date.clone(),
        sources: Vec::new(),
        removed: Vec::new(),
        added: Vec::new(),
        vulnerabilities: Vec::new(),
        exploited: changed(old.iter_exploited(), new.iter_exploited()),
        end_of_life: changed(old.iter_end_of_life(), new.iter_end_of_life()),
        repositories: changed(old.iter_repositories(), new.iter_repositories()),
        epss: {
            let rows = |(id, score): (String, crate::model::Epss)| {
                (id, score.probability, score.percentile)
            };
            changed(old.iter_epss().map(rows), new.iter_epss().map(rows))
        },
    };
    for source in &info.sources {
        let covers = info.namespaces.iter();
        let covers = covers.filter(|one| one.sources.contains(&source.source.id));
        document.sources.push(SourceState {
            source: source.source.clone(),
            date: source.date.clone(),
            counts: source.counts.to_array(),
            covers: covers.map(|one| one.name.clone()).collect(),
        });
    }
    let mut last = 0;
    compare(old, new, &mut |change| match change {
        Change::Package { namespace, package, removed, added } => {
            for &(place, _) in removed {
                document.removed.push(place - last);
                last = place;
            }
            let statements = added.iter().filter_map(|entry| {
                let statement = entry.to_affected("", "");
                Some((place(&info.sources, &entry.source())?, statement))
            });
            let statements: Vec<_> = statements.collect();
            if !statements.is_empty() {
                let (namespace, package) = (namespace.to_owned(), package.to_owned());
                document.added.push(PackageAdditions { namespace, package, statements });
            }
        }
        Change::Vulnerability { old, new } => {
            let Some(id) = new.as_ref().or(old.as_ref()).map(|entry| entry.id().to_owned()) else {
                return;
            };
            let details = new.iter().flat_map(|entry| {
                entry.details().filter_map(|detail| {
                    let mut record = detail.to_vulnerability(entry);
                    record.id.clear();
                    Some((place(&info.sources, &detail.source())?, record))
                })
            });
            document.vulnerabilities.push(VulnerabilityState { id, details: details.collect() });
        }
    });
    if old.damage().is_some() {
        return Err(DeltaError::DamagedBase);
    }
    if new.damage().is_some() {
        return Err(DeltaError::Damaged("the database that it would lead to is damaged"));
    }
    let document = postcard::to_stdvec(&document)
        .map_err(|_| DeltaError::Damaged("the changes cannot be written down"))?;
    let body = zstd::bulk::compress(&document, LEVEL)
        .map_err(|_| DeltaError::Damaged("the changes cannot be compressed"))?;

    let mut delta = Vec::with_capacity(HEADER + body.len());
    delta.extend_from_slice(&MAGIC);
    delta.extend_from_slice(&VERSION.to_le_bytes());
    delta.extend_from_slice(&[0; 4]);
    delta.extend_from_slice(&old.content_digest());
    delta.extend_from_slice(blake3::hash(new.bytes()).as_bytes());
    let mut hasher = blake3::Hasher::new();
    hasher.update(&delta).update(&body);
    delta.extend_from_slice(hasher.finalize().as_bytes());
    delta.extend_from_slice(&body);
    Ok(delta)
}

/// The new list, if it is not the old one.
fn changed<T: PartialEq>(
    old: impl Iterator<Item = T>,
    new: impl Iterator<Item = T>,
) -> Option<Vec<T>> {
    let (old, new): (Vec<T>, Vec<T>) = (old.collect(), new.collect());
    (old != new).then_some(new)
}

fn place(sources: &[crate::database::SourceInfo], source: &SourceRef<'_>) -> Option<u16> {
    let place = sources.iter().position(|known| known.source.id == source.id())?;
    u16::try_from(place).ok()
}
