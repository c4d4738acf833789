//! A delta leads from any database to any other, and to nothing else.

use proptest::prelude::*;

use super::*;
use crate::database::Database;
use crate::database::tests::{Call, affected, any_calls, collect, compiled, sample};
use crate::diff::{Change, compare};

fn database(calls: &[(u8, Call)]) -> Database {
    Database::from_bytes(compiled(collect(calls))).unwrap()
}

/// The sample with one fix more, one changed and one gone.
fn later() -> Vec<(u8, Call)> {
    let mut calls = sample();
    calls.remove(3);
    calls[0] = (0, Call::Affected(affected("debian:7", "openssl", "CVE-2014-0160", "1.0.1e-9")));
    calls.push((1, Call::Affected(affected("alpine:3.3", "curl", "CVE-2020-0001", "7.1-r0"))));
    calls
}

#[test]
fn changes_are_told_by_package_and_vulnerability() {
    let (old, new) = (database(&sample()), database(&later()));
    let mut told = Vec::new();
    compare(&old, &new, &mut |change| match change {
        Change::Package { namespace, package, removed, added } => {
            told.push(format!("{namespace} {package} -{} +{}", removed.len(), added.len()));
        }
        Change::Vulnerability { old, new } => {
            let id = |entry: Option<crate::VulnerabilityEntry<'_>>| {
                entry.map_or("nothing".to_owned(), |entry| entry.id().to_owned())
            };
            told.push(format!("{} to {}", id(old), id(new)));
        }
    });
    assert_eq!(
        told,
        [
            "alpine:3.2 xz -1 +0",
            "alpine:3.3 curl -0 +1",
            "debian:7 openssl -1 +1",
            "nothing to CVE-2020-0001",
            "CVE-2022-1271 to nothing",
        ]
    );
    let mut same = 0;
    compare(&old, &database(&sample()), &mut |_| same += 1);
    assert_eq!(same, 0);
}

#[test]
fn a_delta_is_refused_by_every_other_database_and_when_a_byte_changed() {
    let (old, new) = (database(&sample()), database(&later()));
    let delta = make(&old, &new).unwrap();
    assert_eq!(apply(&old, &delta).unwrap(), new.bytes());
    let header = DeltaHeader::read(&delta).unwrap();
    assert_eq!(header.base, old.digest());
    assert_eq!(header.target, blake3::hash(new.bytes()).to_hex().as_str());

    let refused = apply(&new, &delta).unwrap_err();
    assert!(matches!(refused, DeltaError::OtherBase { .. }), "{refused}");
    for at in 0..delta.len() {
        let mut changed = delta.clone();
        changed[at] ^= 0x10;
        let refused = apply(&old, &changed).unwrap_err();
        assert!(matches!(refused, DeltaError::Damaged(_)), "byte {at}: {refused}");
        assert!(apply(&old, &delta[..at]).is_err(), "cut at {at}");
    }
}

/// A delta with a right checksum and a wrong document, as an attacker without the key could make.
fn sealed(old: &Database, document: &[u8]) -> Vec<u8> {
    let mut delta = Vec::new();
    delta.extend_from_slice(&MAGIC);
    delta.extend_from_slice(&VERSION.to_le_bytes());
    delta.extend_from_slice(&[0; 4]);
    delta.extend_from_slice(&old.content_digest());
    delta.extend_from_slice(&[7; 32]);
    let body = zstd::bulk::compress(document, 1).unwrap();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&delta).update(&body);
    delta.extend_from_slice(hasher.finalize().as_bytes());
    delta.extend_from_slice(&body);
    delta
}

proptest! {
    #[test]
    fn any_database_becomes_any_other(first in any_calls(), second in any_calls()) {
        let (old, new) = (database(&first), database(&second));
        // Without a source there is nothing that a delta could say.
        prop_assume!(!second.is_empty());
        let delta = make(&old, &new).unwrap();
        let result = apply(&old, &delta);
        prop_assert!(result.as_deref() == Ok(new.bytes()), "{:?}", result.err());
    }

    #[test]
    fn a_wrong_document_never_panics(calls in any_calls(), at: usize, with in any::<[u8; 3]>()) {
        let old = database(&sample());
        let delta = make(&old, &database(&calls)).unwrap();
        let size = zstd::bulk::Decompressor::upper_bound(&delta[HEADER..]).unwrap();
        let mut document = zstd::bulk::decompress(&delta[HEADER..], size).unwrap();
        let at = at % document.len().max(1);
        for (byte, with) in document.iter_mut().skip(at).zip(with) {
            *byte = with;
        }
        prop_assert!(apply(&old, &sealed(&old, &document)).is_err());
    }
}
