//! From what the user named to an opened image.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use plimsoll_image::{
    Credential, OpenOptions, Opened, Problem, RegistryOptions, RemoteOptions, Secret, SourceKind,
    open_directory, open_path, open_reference, open_tree,
};
use plimsoll_report::Repository;

use crate::settings::{Credentials, Sources, Target};
use crate::{places, repository};

/// Bytes of a password on the standard input.
const MAX_PASSWORD: u64 = 64 << 10;

/// A target that is ready to be scanned.
pub(crate) struct Source {
    pub(crate) opened: Opened,
    /// Which commit it is, of a repository.
    pub(crate) repository: Option<Repository>,
    /// What belongs to it and is not there.
    pub(crate) missing: Vec<Problem>,
}

/// Opens targets, all in the same way.
pub(crate) struct Opener {
    local: OpenOptions,
    remote: RemoteOptions,
    /// In the order in which they are tried.
    sources: Vec<SourceKind>,
}

impl Opener {
    /// Takes over the settings, and reads a password from the standard input if one comes there.
    pub(crate) fn new(
        sources: &Sources,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Opener> {
        let local = OpenOptions { platform: sources.platform.clone(), ..OpenOptions::default() };
        let registry = registry_options(sources, environment)?;
        let remote = RemoteOptions { registry, daemons: places::daemons(sources, environment) };
        Ok(Opener { local, remote, sources: sources.kinds.clone() })
    }

    /// How registries are talked to.
    pub(crate) fn registry(&self) -> &RegistryOptions {
        &self.remote.registry
    }

    /// Opens one target; of a repository also says which commit it is.
    pub(crate) fn open(&self, target: &Target) -> anyhow::Result<Source> {
        let opened = match target {
            Target::RootFileSystem(path) => open_directory(path)
                .with_context(|| format!("cannot scan the directory {}", path.display())),
            Target::Tree(path) => {
                open_tree(path).with_context(|| format!("cannot scan {}", path.display()))
            }
            Target::Checkout(path) => {
                let mut opened =
                    open_tree(path).with_context(|| format!("cannot scan {}", path.display()))?;
                if let Opened::Random { image, .. } = &mut opened {
                    image.source = SourceKind::Repository;
                }
                let repository = repository::describe(path);
                return Ok(Source { opened, repository, missing: Vec::new() });
            }
            Target::Repository(address, revision) => {
                return repository::fetch(address, revision);
            }
            Target::Document(name) => bail!("{name} is a document and not opened as an image"),
            Target::Input(path) => open_path(Path::new(path), &self.local)
                .with_context(|| format!("cannot scan the image {path}")),
            Target::Reference(name) => {
                open_reference(name, &self.sources, &self.remote).with_context(|| hint(name))
            }
        };
        Ok(Source { opened: opened?, repository: None, missing: Vec::new() })
    }
}

/// How to talk to registries.
pub(crate) fn registry_options(
    sources: &Sources,
    environment: &dyn Fn(&str) -> Option<String>,
) -> anyhow::Result<RegistryOptions> {
    let credential = match &sources.credentials {
        None => Credential::Anonymous,
        Some(Credentials::Basic { username, password }) => {
            Credential::Password { username: username.clone(), password: password.clone() }
        }
        Some(Credentials::BasicFromInput { username }) => {
            let password = read_password(std::io::stdin().lock())?;
            Credential::Password { username: username.clone(), password }
        }
        Some(Credentials::Token(token)) => Credential::RegistryToken(token.clone()),
    };
    Ok(RegistryOptions {
        platform: sources.platform.clone(),
        insecure: sources.insecure,
        certificate_authorities: sources.ca_certificates.iter().cloned().collect(),
        credential,
        credential_sources: places::credentials(environment),
        mirrors: sources.mirrors.clone(),
        ..RegistryOptions::default()
    })
}

/// What to say about an image that could not be opened. A path is easily taken for a name.
fn hint(name: &str) -> String {
    if Path::new(name).exists() {
        return format!(
            "cannot scan the image {name} (for the file or directory of that name, use --input {name})"
        );
    }
    format!("cannot scan the image {name}")
}

/// The first line of the input.
fn read_password(input: impl Read) -> anyhow::Result<Secret> {
    let mut text = String::new();
    input
        .take(MAX_PASSWORD)
        .read_to_string(&mut text)
        .context("cannot read the password from the standard input")?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("--password-stdin: the standard input has no password");
    }
    Ok(Secret::new(password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_loses_its_line_end_only() {
        assert_eq!(read_password(&b" pass word \r\n"[..]).unwrap(), Secret::new(" pass word "));
        for empty in ["", "\n", "\r\n"] {
            assert!(read_password(empty.as_bytes()).is_err());
        }
        assert!(read_password(&b"\xff\xfe"[..]).is_err());
    }
}
