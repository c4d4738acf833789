//! Keys from files, and passwords for them.

use std::path::{Path, PathBuf};

use anyhow::Context;
use plimsoll_attest::{Password, PrivateKey, TrustedKeys};

/// Bytes of a key file; real ones have some hundred.
const MAX_KEY: u64 = 64 << 10;

/// Variables with the password of a private key: ours, and cosign's.
const PASSWORDS: [&str; 2] = ["PLIMSOLL_KEY_PASSWORD", "COSIGN_PASSWORD"];

/// The public keys in some files.
pub(crate) fn trusted(files: &[PathBuf]) -> anyhow::Result<TrustedKeys> {
    let mut keys = TrustedKeys::new();
    for file in files {
        keys.add_pem(&read(file)?)
            .with_context(|| format!("{} has no public key", file.display()))?;
    }
    Ok(keys)
}

/// The private key in a file.
pub(crate) fn private(
    file: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> anyhow::Result<PrivateKey> {
    let password = password(environment);
    PrivateKey::from_pem(&read(file)?, password.as_ref()).with_context(|| {
        format!(
            "the private key {} cannot be used (its password is taken from {})",
            file.display(),
            PASSWORDS.join(" or ")
        )
    })
}

/// The password for private keys, if one is set.
pub(crate) fn password(environment: &dyn Fn(&str) -> Option<String>) -> Option<Password> {
    PASSWORDS.iter().find_map(|name| environment(name)).map(Password::new)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(MAX_KEY).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read the key {}", file.display()))?;
    Ok(bytes)
}
