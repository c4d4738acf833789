//! `plimsoll db verify`, `sign` and `generate-key-pair`: who made a database, and is it whole?

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use plimsoll_advisory::build::scores_path;
use plimsoll_advisory::database;
use plimsoll_attest::{PrivateKey, Signature};

use super::super::Run;
use crate::database::{default_path, open_file};
use crate::exit::Outcome;
use crate::{keys, output};

/// Bytes of a signature file; real ones have about a hundred.
const MAX_SIGNATURE: u64 = 64 << 10;

/// Checks a file's content, and with keys its signature.
pub(crate) fn run(
    run: &Run<'_>,
    file: Option<&Path>,
    key_files: &[PathBuf],
    signature: Option<&Path>,
) -> anyhow::Result<Outcome> {
    let file = file.map_or_else(|| default_path(&run.cache.directory), Path::to_owned);
    let database = open_file(&file)?;
    database.verify().with_context(|| format!("{} is damaged", file.display()))?;
    let mut text = format!("{}: whole, {}\n", file.display(), database.digest());
    if key_files.is_empty() {
        text.push_str("its signature was not checked: give a public key with --key\n");
    } else {
        let signature = signature.map_or_else(|| signature_path(&file), Path::to_owned);
        let signed = read_signature(&signature)?;
        let verified = plimsoll_sync::verify(&file, &signed, &keys::trusted(key_files)?)
            .with_context(|| format!("{} must not be used", file.display()))?;
        text.push_str(&format!("signed by the key {}\n", verified.key));
    }
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}

/// Signs a database and its scores, as `cosign sign-blob --key` does.
pub(crate) fn sign(run: &Run<'_>, file: &Path, key: &Path) -> anyhow::Result<Outcome> {
    let key = keys::private(key, run.environment)?;
    let scores = scores_path(file);
    let mut text = String::new();
    for signed in [Some(file), scores.exists().then_some(scores.as_path())].into_iter().flatten() {
        let database = open_file(signed)?;
        database.verify().with_context(|| format!("{} is damaged", signed.display()))?;
        let signature = key.sign(database.bytes()).context("the file could not be signed")?;
        let target = signature_path(signed);
        database::save(&target, signature.to_string().as_bytes())
            .with_context(|| format!("cannot write {}", target.display()))?;
        text.push_str(&format!("{}\n", target.display()));
    }
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}

/// Makes a key pair in cosign's form.
pub(crate) fn generate_key_pair(run: &Run<'_>, prefix: &str) -> anyhow::Result<Outcome> {
    let key = PrivateKey::generate().context("no key could be made")?;
    let private = match keys::password(run.environment) {
        Some(password) => key.to_encrypted_pem(&password).context("the key cannot be locked")?,
        None => {
            run.messages
                .warn("COSIGN_PASSWORD is not set, so the private key is kept without a password");
            key.to_plain_pem().to_string()
        }
    };
    let (secret, public) = (format!("{prefix}.key"), format!("{prefix}.pub"));
    for path in [&secret, &public] {
        if Path::new(path).exists() {
            bail!("{path} is there already, and what was signed with it would be lost");
        }
    }
    write_secret(Path::new(&secret), &private)?;
    database::save(Path::new(&public), key.public_key().to_pem().as_bytes())
        .with_context(|| format!("cannot write {public}"))?;
    output::deliver(format!("{secret}\n{public}\n").as_bytes(), None)?;
    Ok(Outcome::Clean)
}

/// For the user's eyes only, from the first moment on.
fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Where the signature of a file is: `plimsoll.db.sig`.
pub(crate) fn signature_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}

/// A signature in a file.
pub(crate) fn read_signature(path: &Path) -> anyhow::Result<Signature> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_SIGNATURE).read_to_string(&mut text))
        .with_context(|| format!("cannot read the signature {}", path.display()))?;
    text.trim().parse().with_context(|| format!("{} is no signature", path.display()))
}
