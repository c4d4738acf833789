//! An image by its name, wherever it is: on this machine or in a registry.

use crate::daemon::{self, DaemonOptions};
use crate::{Error, Opened, Reference, RegistryOptions, RemoteError, SourceKind, open_registry};

/// The order in which users expect an image to be looked for: first what this machine has.
pub const DEFAULT_SOURCES: [SourceKind; 4] =
    [SourceKind::Docker, SourceKind::Containerd, SourceKind::Podman, SourceKind::Registry];

/// Settings for all sources that know images by name.
#[derive(Debug, Clone, Default)]
pub struct RemoteOptions {
    /// Registries; the platform and the limits count for the engines as well.
    pub registry: RegistryOptions,
    /// Container engines.
    pub daemons: DaemonOptions,
}

/// Opens an image by its name in the first of the sources that has it.
///
/// An engine that does not run is passed over. When no source has the image, the error tells what
/// each one said. Blocks; must not be called from an asynchronous task.
pub fn open_reference(
    reference: &str,
    sources: &[SourceKind],
    options: &RemoteOptions,
) -> Result<Opened, Error> {
    let parsed = reference.parse::<Reference>();
    let mut attempts = Vec::new();
    let mut engine_asked = false;
    for &source in sources {
        let platform = options.registry.platform.as_ref();
        let limits = &options.registry.limits;
        let outcome = match (source, &parsed) {
            (SourceKind::Registry, Ok(parsed)) => open_registry(parsed, &options.registry),
            (SourceKind::Registry, Err(error)) => Err(error.clone().into()),
            _ => daemon::open(source, reference, &parsed, platform, &options.daemons, limits),
        };
        match outcome {
            Ok(opened) => return Ok(opened),
            Err(error) => {
                let absent = matches!(&error, Error::Remote(RemoteError::Absent { .. }));
                engine_asked |= !absent && !matches!(&error, Error::Reference(_));
                attempts.push((source, error.to_string()));
            }
        }
    }
    // Only an engine that was asked makes of a text that is no reference more than just that.
    match parsed {
        Err(error) if !engine_asked => Err(error.into()),
        _ => {
            let reference = reference.chars().take(300).collect();
            Err(RemoteError::NoSource { reference, attempts }.into())
        }
    }
}
