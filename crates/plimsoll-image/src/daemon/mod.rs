//! Images in the container engines of this machine, read through their sockets as streams.

mod containerd;
mod docker;
mod grpc;
mod protobuf;
mod socket;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use socket::Address;

use crate::remote_error::source_name;
use crate::{Error, InvalidReference, Opened, Platform, Reference, RemoteError, SourceKind};

/// Where the engines listen. The caller reads the environment; these are its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonOptions {
    /// Docker: the value of `DOCKER_HOST`, or a path.
    pub docker_host: String,
    /// Podman: sockets to try in turn, the user's own first
    /// (`$XDG_RUNTIME_DIR/podman/podman.sock`).
    pub podman_sockets: Vec<PathBuf>,
    /// containerd's socket: the value of `CONTAINERD_ADDRESS`.
    pub containerd_address: PathBuf,
    /// containerd's namespace: the value of `CONTAINERD_NAMESPACE` (`k8s.io` for Kubernetes,
    /// `moby` for Docker).
    pub containerd_namespace: String,
}

impl Default for DaemonOptions {
    fn default() -> DaemonOptions {
        DaemonOptions {
            docker_host: "unix:///var/run/docker.sock".to_owned(),
            podman_sockets: vec!["/run/podman/podman.sock".into()],
            containerd_address: "/run/containerd/containerd.sock".into(),
            containerd_namespace: "default".to_owned(),
        }
    }
}

/// Opens an image in one engine. `name` is what the user typed, which an engine may know better
/// than the rules for references do (ids and their beginnings).
pub(crate) fn open(
    source: SourceKind,
    name: &str,
    reference: &Result<Reference, InvalidReference>,
    platform: Option<&Platform>,
    options: &DaemonOptions,
    limits: &crate::Limits,
) -> Result<Opened, Error> {
    match source {
        SourceKind::Docker => {
            let address = Address::parse(&options.docker_host)?;
            docker::open("Docker", source, &address, name, platform, limits)
        }
        SourceKind::Podman => {
            let mut last = RemoteError::Absent {
                daemon: "Podman",
                address: "any socket".to_owned(),
                message: "none was named".to_owned(),
            };
            for socket in &options.podman_sockets {
                let address = Address::Unix(socket.clone());
                match docker::open("Podman", source, &address, name, platform, limits) {
                    // Root's images and the user's own are two stores.
                    Err(Error::Remote(
                        error @ (RemoteError::Absent { .. } | RemoteError::NotFound { .. }),
                    )) => {
                        if !matches!(last, RemoteError::NotFound { .. }) {
                            last = error;
                        }
                    }
                    outcome => return outcome,
                }
            }
            Err(last.into())
        }
        SourceKind::Containerd => {
            let reference = reference.clone()?;
            let address = Address::Unix(options.containerd_address.clone());
            let namespace = &options.containerd_namespace;
            containerd::open(&address, namespace, &reference, platform, limits)
        }
        other => Err(RemoteError::Settings(format!(
            "{} is not a place where images are found by name",
            source_name(other)
        ))
        .into()),
    }
}
