//! Images in the Docker daemon, and in Podman's service, which speaks Docker's language.
//!
//! <https://docs.docker.com/reference/api/engine/>: inspection for what the image is, and the
//! export, as a stream, for its layers. The API version is left out of the paths, so that the
//! daemon answers with the one it has.

use std::time::Duration;

use serde::Deserialize;

use super::socket::{Address, Socket};
use crate::bridge::{ChunkReader, run};
use crate::config::{ContainerConfig, History, ImageConfig, RootFs};
use crate::manifest::place;
use crate::{
    Choice, Digest, Error, Image, Layer, Limits, Opened, Platform, RemoteError, SourceKind,
};

/// Inspection reads a database.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// Before the first byte of an export the daemon may assemble all layers on its disk.
const EXPORT_TIME: Duration = Duration::from_secs(600);

/// What inspection says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspection {
    id: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    repo_digests: Option<Vec<String>>,
    #[serde(default)]
    created: Option<String>,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
    #[serde(default)]
    os: String,
    #[serde(default)]
    config: Option<ContainerConfig>,
    #[serde(rename = "RootFS", default)]
    root_fs: Option<Layers>,
    /// Present when containerd keeps the daemon's images: then the id is that of a manifest.
    #[serde(default)]
    descriptor: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Layers {
    layers: Option<Vec<Digest>>,
}

/// One step of an image's history, the newest first.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Step {
    #[serde(default)]
    created: i64,
    #[serde(default)]
    created_by: String,
    #[serde(default)]
    size: i64,
}

/// Opens an image that the daemon has.
pub(super) fn open(
    daemon: &'static str,
    source: SourceKind,
    address: &Address,
    name: &str,
    platform: Option<&Platform>,
    limits: &Limits,
) -> Result<Opened, Error> {
    check_name(name)?;
    address.probe(daemon)?;
    let socket = Socket::new(daemon, address, false)?;
    let (inspection, history) = {
        let (socket, name, limit) = (socket.clone(), name.to_owned(), limits.document);
        run(async move { inspect(&socket, &name, limit).await })?
    };
    let offered = inspection.platform();
    if let Some(wanted) = platform
        && !wanted.accepts(&offered)
    {
        let what = format!("image {name:?} for {wanted} (it is for {offered})");
        return Err(RemoteError::NotFound { host: daemon.to_owned(), what }.into());
    }
    let described = inspection.describe(name, source, &history, limits);
    let path = format!("/images/{name}/get");
    let image = name.to_owned();
    let archive = ChunkReader::new(move |sink| async move {
        let response = socket.get(&path, &image, EXPORT_TIME).await?;
        let mut body = reqwest::Body::from(response);
        while let Some(chunk) = socket.chunk(&mut body, EXPORT_TIME).await? {
            if sink.chunk(chunk).await.is_err() {
                break;
            }
        }
        Ok(())
    });
    Ok(Opened::Stream {
        name: name.to_owned(),
        source,
        archive: Box::new(archive),
        described,
        choice: Choice { platform: platform.cloned(), reference: None },
    })
}

/// The name becomes part of a path. The daemon knows more forms of names than references, such as
/// the beginning of an id.
fn check_name(name: &str) -> Result<(), RemoteError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    let steps = name.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if steps && name.chars().all(plain) {
        return Ok(());
    }
    Err(RemoteError::Settings("this is not a name or id that a daemon can look for".to_owned()))
}

async fn inspect(
    socket: &Socket,
    name: &str,
    limit: u64,
) -> Result<(Inspection, Vec<Step>), RemoteError> {
    let inspection = json(socket, &format!("/images/{name}/json"), name, limit).await?;
    let history = json(socket, &format!("/images/{name}/history"), name, limit).await?;
    Ok((inspection, history))
}

async fn json<T: serde::de::DeserializeOwned>(
    socket: &Socket,
    path: &str,
    name: &str,
    limit: u64,
) -> Result<T, RemoteError> {
    let response = socket.get(path, name, ANSWER_TIME).await?;
    let content = socket.document(response, limit, ANSWER_TIME).await?;
    serde_json::from_slice(&content).map_err(|error| socket.protocol(place(&error)))
}

impl Inspection {
    fn platform(&self) -> Platform {
        Platform {
            os: self.os.clone(),
            architecture: self.architecture.clone(),
            variant: self.variant.clone().filter(|variant| !variant.is_empty()),
        }
    }

    /// The image as far as it is certain without its archive. Nothing where a guess would be
    /// needed: then the export tells.
    fn describe(
        &self,
        name: &str,
        source: SourceKind,
        history: &[Step],
        limits: &Limits,
    ) -> Option<Image> {
        if self.descriptor.is_some() {
            return None;
        }
        let text = self.id.strip_prefix("sha256:").unwrap_or(&self.id);
        let id = format!("sha256:{text}").parse::<Digest>().ok()?;
        let diff_ids = self.root_fs.as_ref()?.layers.clone()?;
        if diff_ids.len() > limits.layers {
            return None;
        }
        let history = steps(history, diff_ids.len())?;
        let mut config = ImageConfig::default();
        config.architecture.clone_from(&self.architecture);
        config.variant = self.platform().variant;
        config.os.clone_from(&self.os);
        config.created.clone_from(&self.created);
        config.config = self.config.clone().unwrap_or_default();
        config.rootfs = RootFs { diff_ids: diff_ids.clone() };
        config.history = history;
        let instructions = config.instructions(diff_ids.len());
        let layers = diff_ids
            .into_iter()
            .zip(instructions)
            .map(|(diff_id, created_by)| Layer {
                digest: None,
                diff_id: Some(diff_id),
                size: 0,
                created_by,
            })
            .collect();
        let tags = self.repo_tags.iter().flatten().filter(|tag| !tag.contains("<none>"));
        let digests = self.repo_digests.iter().flatten().filter(|item| !item.contains("<none>"));
        // The daemon does not give the original bytes; this is the same in our own words.
        let raw_config = serde_json::to_vec(&config).ok()?;
        Some(Image {
            name: name.to_owned(),
            source,
            id: Some(id),
            manifest_digest: None,
            repo_tags: tags.cloned().collect(),
            repo_digests: digests.cloned().collect(),
            config,
            raw_config,
            layers,
        })
    }
}

/// The history in the order of building. The daemon does not say which steps made a layer: those
/// with a size did, and where their number is not that of the layers, nobody can tell.
fn steps(history: &[Step], layers: usize) -> Option<Vec<History>> {
    let filled = history.iter().filter(|step| step.size > 0).count();
    let all = history.len() == layers;
    if filled != layers && !all {
        return None;
    }
    let step = |step: &Step| History {
        created: jiff::Timestamp::from_second(step.created).ok().map(|time| time.to_string()),
        created_by: Some(step.created_by.clone()),
        empty_layer: !all && step.size <= 0,
    };
    Some(history.iter().rev().map(step).collect())
}
