//! Applies a delta.

use super::document::Document;
use super::{DeltaError, MAX_DOCUMENT, parse};
use crate::collector::{CollectedSource, Collector, Counts};
use crate::database::{Database, LeftOut, WriteOptions, compile};
use crate::model::Epss;
use crate::sink::{Sink, SourceId};

/// The database that a delta turns this one into, proved by its checksum.
pub fn apply(old: &Database, delta: &[u8]) -> Result<Vec<u8>, DeltaError> {
    let parsed = parse(delta)?;
    let hex = |digest: [u8; 32]| blake3::Hash::from_bytes(digest).to_hex().to_string();
    if old.content_digest() != parsed.base {
        return Err(DeltaError::OtherBase { wanted: hex(parsed.base), found: old.digest() });
    }
    let document = inflate(parsed.body)?;
    let options = WriteOptions {
        created: document.created.clone(),
        builder: document.builder.clone(),
        starter: document.starter,
        scores: document.scores,
    };
    let collector = change(old, document)?;
    let compiled = compile(collector, &options)
        .map_err(|_| DeltaError::Damaged("the result would be too large"))?;
    let found = blake3::hash(&compiled.bytes);
    if found != parsed.target {
        let (wanted, found) = (hex(parsed.target), hex(found.into()));
        return Err(DeltaError::OtherResult { wanted, found });
    }
    Ok(compiled.bytes)
}

fn inflate(body: &[u8]) -> Result<Document, DeltaError> {
    let bytes = zstd::bulk::Decompressor::upper_bound(body).unwrap_or(MAX_DOCUMENT);
    if bytes > MAX_DOCUMENT {
        return Err(DeltaError::Damaged("it is larger than any delta"));
    }
    let bytes = zstd::bulk::decompress(body, bytes)
        .map_err(|_| DeltaError::Damaged("it cannot be inflated"))?;
    postcard::from_bytes(&bytes).map_err(|_| DeltaError::Damaged("it does not follow the format"))
}

fn change(old: &Database, document: Document) -> Result<Collector, DeltaError> {
    let wrong = || DeltaError::Damaged("it names something that is not there");
    let mut places = Vec::with_capacity(document.removed.len());
    let mut last = 0u32;
    for step in document.removed {
        last = last.checked_add(step).ok_or_else(wrong)?;
        places.push(last);
    }
    let vulnerabilities = document.vulnerabilities.iter().map(|state| state.id.as_str()).collect();
    let left_out = LeftOut { statements: &places, vulnerabilities };
    let mut collector = old.reopen(&left_out).ok_or(DeltaError::DamagedBase)?;

    // Statements that stay are told by the old list of sources, new ones by the new list.
    let olds: Vec<String> = collector.sources.iter().map(|known| known.source.id.clone()).collect();
    let mut news = Vec::new();
    collector.sources.clear();
    for state in document.sources {
        let covers = state.covers.iter().map(|name| collector.strings.intern(name)).collect();
        news.push(state.source.id.clone());
        collector.sources.push(CollectedSource {
            source: state.source,
            date: state.date,
            covers,
            counts: Counts::from_array(state.counts),
        });
    }
    let moved: Vec<Option<SourceId>> = olds
        .iter()
        .map(|id| news.iter().position(|new| new == id))
        .map(|place| place.and_then(|place| u16::try_from(place).ok()).map(SourceId))
        .collect();
    let place = |id: SourceId| moved.get(usize::from(id.0)).copied().flatten().ok_or_else(wrong);
    for row in &mut collector.affected {
        row.source = place(row.source)?;
    }
    for (source, _) in &mut collector.vulnerabilities {
        *source = place(*source)?;
    }
    if news.is_empty() {
        return Err(DeltaError::Damaged("it has no sources"));
    }
    collector.epss_date = document.epss_date;
    let known = |source: u16| {
        if usize::from(source) < news.len() { Ok(SourceId(source)) } else { Err(wrong()) }
    };
    for package in document.added {
        for (source, mut statement) in package.statements {
            statement.namespace.clone_from(&package.namespace);
            statement.package.clone_from(&package.package);
            let source = known(source)?;
            collector.affected(source, statement);
        }
    }
    for state in document.vulnerabilities {
        for (source, mut record) in state.details {
            record.id.clone_from(&state.id);
            collector.vulnerabilities.push((known(source)?, record));
        }
    }
    // The writer looks nobody up here, because the counts are final.
    let anybody = SourceId(0);
    if let Some(records) = document.exploited {
        collector.exploited = records.into_iter().map(|record| (anybody, record)).collect();
    }
    if let Some(records) = document.end_of_life {
        collector.end_of_life = records.into_iter().map(|record| (anybody, record)).collect();
    }
    if let Some(records) = document.repositories {
        collector.repositories = records.into_iter().map(|record| (anybody, record)).collect();
    }
    if let Some(rows) = document.epss {
        collector.epss.clear();
        for (id, probability, percentile) in rows {
            collector.epss(anybody, &id, Epss { probability, percentile });
        }
    }
    Ok(collector)
}
