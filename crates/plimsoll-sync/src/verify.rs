//! Whether bytes are what they should be, and from whom they should be.

use std::path::Path;

use plimsoll_advisory::{Database, DatabaseError};
use plimsoll_attest::{Signature, TrustedKeys, VerifyError};

use crate::listing::{MAX_DATABASE, too_large};
use crate::{Refusal, SignatureStatus};

/// Which of the two files of this format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Database,
    Overlay,
}

impl Kind {
    /// The file's usual name.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Kind::Database => "plimsoll.db",
            Kind::Overlay => "plimsoll.scores.db",
        }
    }
}

/// A file that was found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedFile {
    /// Its content digest.
    pub content: String,
    /// When it was made, as RFC 3339.
    pub created: Option<String>,
    /// Fingerprint of the key that signed it.
    pub key: String,
}

/// Checks a database or overlay on disk: that a trusted key signed it, and that it is whole.
pub fn verify(
    file: &Path,
    signature: &Signature,
    keys: &TrustedKeys,
) -> Result<VerifiedFile, Refusal> {
    let what = file.display().to_string();
    let content = read(file, MAX_DATABASE)?;
    let key = keys
        .verify(&content, signature)
        .map_err(|reason| Refusal::Signature { what: what.clone(), reason })?
        .fingerprint();
    let info = whole(content).map_err(|reason| Refusal::Database { what, reason })?.info();
    Ok(VerifiedFile { content: info.digest, created: info.created, key })
}

/// All of a file.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    use std::io::Read as _;
    let fail = |source| Refusal::File { action: "read", path: path.to_owned(), source };
    let mut content = Vec::new();
    let file = std::fs::File::open(path).map_err(fail)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(fail)?;
    too_large(&path.display().to_string(), content.len() as u64, limit)?;
    Ok(content)
}

/// A database or overlay that is not damaged.
pub(crate) fn whole(content: Vec<u8>) -> Result<Database, DatabaseError> {
    let database = Database::from_bytes(content)?;
    database.verify()?;
    Ok(database)
}

/// A signed overlay in the place of a database would be a database without advisories: every scan
/// would be clean.
pub(crate) fn check_kind(database: &Database, kind: Kind) -> Result<(), Refusal> {
    let other =
        |found: &str| Refusal::Other { what: kind.file().to_owned(), found: found.to_owned() };
    match (kind, database.is_scores()) {
        (Kind::Overlay, true) => Ok(()),
        (Kind::Overlay, false) => Err(other("a database, and no overlay")),
        (Kind::Database, true) => Err(other("an overlay, and no database")),
        (Kind::Database, false) if database.info().namespaces.is_empty() => {
            Err(other("a database in which nobody says anything"))
        }
        (Kind::Database, false) => Ok(()),
    }
}

/// Checks a signature by the policy: with trusted keys it must be there and good, without any it is
/// only noted.
pub(crate) fn check_signature(
    what: &str,
    content: &[u8],
    signature: Option<&str>,
    keys: &TrustedKeys,
) -> Result<SignatureStatus, Refusal> {
    let refuse = |reason| Refusal::Signature { what: what.to_owned(), reason };
    match signature {
        None if keys.is_empty() => Ok(SignatureStatus::Unsigned),
        Some(_) if keys.is_empty() => Ok(SignatureStatus::Unchecked),
        None => Err(refuse(VerifyError::Unsigned("it".to_owned()))),
        Some(text) => {
            let signature: Signature = text.parse().map_err(refuse)?;
            let key = keys.verify(content, &signature).map_err(refuse)?;
            Ok(SignatureStatus::Verified { key: key.fingerprint() })
        }
    }
}
