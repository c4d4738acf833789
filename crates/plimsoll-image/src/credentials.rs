//! The user's stored credentials: `~/.docker/config.json` and Podman's `auth.json`.
//!
//! <https://docs.docker.com/reference/cli/docker/login/> and
//! <https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md>. A helper is a
//! program `docker-credential-NAME` that answers `get` on its standard output.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::files::read_limited;
use crate::manifest::place;
use crate::reference::DEFAULT_HOST;
use crate::{RemoteError, Secret};

/// Bytes of a file of credentials.
const MAX_FILE: u64 = 4 << 20;
/// Bytes that a helper may answer.
const MAX_ANSWER: u64 = 1 << 20;
/// A helper may have to unlock a key ring, but must not hang a scan.
const HELPER_TIME: Duration = Duration::from_secs(20);
/// The key under which Docker keeps the credentials of Docker Hub.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";
/// The user name by which a helper says that its secret is an identity token.
const TOKEN_USER: &str = "<token>";

/// What to show to a registry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Credential {
    /// Nothing.
    #[default]
    Anonymous,
    /// User name and password.
    Password {
        /// User.
        username: String,
        /// Password or access token.
        password: Secret,
    },
    /// An OAuth2 refresh token.
    IdentityToken(Secret),
    /// A bearer token for the registry itself.
    RegistryToken(Secret),
}

/// Where credentials are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialSources {
    /// Files in the form of Docker's `config.json` or Podman's `auth.json`, first match wins. A
    /// file that is absent is skipped.
    pub files: Vec<PathBuf>,
    /// The value of `PATH` for finding helpers; without it the operating system decides.
    pub search_path: Option<OsString>,
}

/// The outcome of a look-up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) credential: Credential,
    /// What went wrong on the way, to be told if access is refused.
    pub(crate) notes: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ConfigFile {
    auths: Option<BTreeMap<String, Entry>>,
    cred_helpers: Option<BTreeMap<String, String>>,
    creds_store: Option<String>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
    registrytoken: Option<String>,
}

/// What a helper prints.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    secret: String,
}

impl CredentialSources {
    /// Finds the credential for a registry and repository. A file that exists but cannot be
    /// understood is an error, because its owner relies on it; a helper that fails is a note.
    pub(crate) async fn find(&self, host: &str, repository: &str) -> Result<Found, RemoteError> {
        let mut found = Found::default();
        for path in &self.files {
            let Some(file) = read(path)? else { continue };
            if let Some(helper) = file.helper_for(host) {
                match self.ask(&helper, &server_key(host)).await {
                    Ok(Some(credential)) => return Ok(Found { credential, ..found }),
                    Ok(None) => {}
                    Err(note) => found.notes.push(note),
                }
            }
            let entries = file.auths.unwrap_or_default();
            let Some((key, entry)) = best_entry(&entries, host, repository) else { continue };
            match entry.credential() {
                Ok(Some(credential)) => return Ok(Found { credential, ..found }),
                // Docker leaves an empty entry behind where a store has the secret.
                Ok(None) => {}
                Err(reason) => {
                    return Err(RemoteError::Settings(format!(
                        "the entry {key:?} in {} {reason}",
                        path.display()
                    )));
                }
            }
        }
        Ok(found)
    }

    /// Runs a helper. Nothing is returned when it does not know the server.
    async fn ask(&self, helper: &str, server: &str) -> Result<Option<Credential>, String> {
        let program = format!("docker-credential-{helper}");
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if helper.is_empty() || !helper.chars().all(plain) {
            return Err(format!("{helper:?} is not the name of a credential helper"));
        }
        let work = run_helper(&program, server, self.search_path.as_ref());
        let (succeeded, output) = match tokio::time::timeout(HELPER_TIME, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => return Err(format!("the helper {program} did not run: {error}")),
            Err(_) => {
                let seconds = HELPER_TIME.as_secs();
                return Err(format!("the helper {program} did not answer within {seconds} s"));
            }
        };
        if !succeeded {
            // The only sentence that helpers agree on.
            if String::from_utf8_lossy(&output).contains("credentials not found") {
                return Ok(None);
            }
            return Err(format!("the helper {program} failed"));
        }
        let answer: Answer = serde_json::from_slice(&output)
            .map_err(|error| format!("the helper {program} answered {}", place(&error)))?;
        Ok(match answer.username.as_str() {
            _ if answer.secret.is_empty() => None,
            TOKEN_USER => Some(Credential::IdentityToken(Secret::new(answer.secret))),
            _ => Some(Credential::Password {
                username: answer.username,
                password: Secret::new(answer.secret),
            }),
        })
    }
}

async fn run_helper(
    program: &str,
    server: &str,
    search_path: Option<&OsString>,
) -> io::Result<(bool, Vec<u8>)> {
    let mut command = tokio::process::Command::new(program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.kill_on_drop(true);
    if let Some(path) = search_path {
        command.env("PATH", path);
    }
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A helper that does not read its input still may answer.
        let _ = input.write_all(server.as_bytes()).await;
    }
    let mut output = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_ANSWER).read_to_end(&mut output).await?;
    }
    let status = child.wait().await?;
    Ok((status.success(), output))
}

fn read(path: &Path) -> Result<Option<ConfigFile>, RemoteError> {
    let content = match read_limited(path, MAX_FILE) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(RemoteError::Settings(format!("cannot read {}: {error}", path.display())));
        }
    };
    serde_json::from_slice(&content).map(Some).map_err(|error| {
        RemoteError::Settings(format!("{} has credentials in {}", path.display(), place(&error)))
    })
}

impl ConfigFile {
    fn helper_for(&self, host: &str) -> Option<String> {
        let special = self.cred_helpers.iter().flatten().find(|(key, _)| key_host(key) == host);
        let helper = special.map(|(_, helper)| helper).or(self.creds_store.as_ref());
        helper.filter(|helper| !helper.is_empty()).cloned()
    }
}

impl Entry {
    fn credential(&self) -> Result<Option<Credential>, &'static str> {
        let present = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(token) = present(&self.identitytoken) {
            return Ok(Some(Credential::IdentityToken(Secret::new(token))));
        }
        if let Some(token) = present(&self.registrytoken) {
            return Ok(Some(Credential::RegistryToken(Secret::new(token))));
        }
        if let Some(auth) = present(&self.auth) {
            return decode(&auth).map(Some);
        }
        Ok(present(&self.username).zip(present(&self.password)).map(|(username, password)| {
            Credential::Password { username, password: Secret::new(password) }
        }))
    }
}

/// Reads base64 of `user:password`.
fn decode(auth: &str) -> Result<Credential, &'static str> {
    // Hand-made files come without padding.
    let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
    let decoded = engine
        .decode(auth.trim().trim_end_matches('='))
        .map_err(|_| "has an \"auth\" that is not base64")?;
    let text = String::from_utf8(decoded).map_err(|_| "has an \"auth\" that is not UTF-8")?;
    let (username, password) =
        text.split_once(':').ok_or("has an \"auth\" without a colon inside")?;
    Ok(Credential::Password {
        username: username.to_owned(),
        // Docker once padded passwords with zero bytes.
        password: Secret::new(password.trim_end_matches('\0')),
    })
}

/// What helpers and `auths` call a registry.
fn server_key(host: &str) -> String {
    if host == DEFAULT_HOST { DOCKER_HUB_KEY.to_owned() } else { host.to_owned() }
}

/// A key without scheme and without the `/v1/` or `/v2/` that old versions wrote.
fn key_path(key: &str) -> &str {
    let key = key.strip_prefix("https://").or(key.strip_prefix("http://")).unwrap_or(key);
    let key = key.trim_end_matches('/');
    key.strip_suffix("/v1").or(key.strip_suffix("/v2")).unwrap_or(key)
}

/// The registry of a key, with Docker Hub's many names made one.
fn key_host(key: &str) -> &str {
    let path = key_path(key);
    match path.split_once('/').map_or(path, |(host, _)| host) {
        "index.docker.io" | "registry-1.docker.io" => DEFAULT_HOST,
        host => host,
    }
}

/// The entry whose key names the most of `host/repository`, whole components only.
fn best_entry<'a>(
    entries: &'a BTreeMap<String, Entry>,
    host: &str,
    repository: &str,
) -> Option<(&'a String, &'a Entry)> {
    let covers = |key: &str| {
        let namespace = key_path(key).split_once('/').map_or("", |(_, path)| path);
        let inside = repository
            .strip_prefix(namespace)
            .is_some_and(|rest| namespace.is_empty() || rest.is_empty() || rest.starts_with('/'));
        (key_host(key) == host && inside).then_some(namespace.len())
    };
    entries
        .iter()
        .filter_map(|(key, entry)| covers(key).map(|length| (length, key, entry)))
        .max_by_key(|(length, ..)| *length)
        .map(|(_, key, entry)| (key, entry))
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
