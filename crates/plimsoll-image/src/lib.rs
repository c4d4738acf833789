//! Open a container image wherever it is, verify it, and walk each of its layers once.
//!
//! A source (archive, layout, directory, registry, daemon) gives an [`Image`] and its
//! layers' bytes; each layer is inflated, hashed and walked in one stream, and every entry is
//! offered to a [`LayerVisitor`]. Nothing is written to disk and nothing is kept but what the
//! visitor keeps.

mod artifact;
mod bridge;
mod by_name;
mod compress;
mod config;
mod credentials;
mod daemon;
mod digest;
mod directory;
mod entry;
mod error;
mod examine;
mod files;
mod hasher;
pub mod http;
mod image;
mod limits;
mod local;
mod manifest;
mod parsed;
mod pipeline;
mod platform;
mod reference;
mod registry;
mod remote_error;
mod secret;
mod source;
mod tar;

pub use artifact::{
    ArtifactBlob, ArtifactManifest, CREATED, EMPTY_CONTENT, EMPTY_MEDIA_TYPE, INDEX_MEDIA_TYPE,
    MANIFEST_MEDIA_TYPE, TITLE,
};
pub use by_name::{DEFAULT_SOURCES, RemoteOptions, open_reference};
pub use config::{ContainerConfig, History, ImageConfig, RootFs};
pub use credentials::{Credential, CredentialSources};
pub use daemon::DaemonOptions;
pub use digest::{Algorithm, Digest, InvalidDigest};
pub use entry::{Entry, EntryKind, HEAD_LENGTH, Interest, LayerVisitor, Problem, ProblemKind};
pub use error::Error;
pub use examine::{Examination, Examined, Examiner};
pub use image::{Image, Layer, Platform, SourceKind};
pub use limits::Limits;
pub use local::{OpenOptions, open_directory, open_path, open_tree};
pub use parsed::Parsed;
pub use pipeline::Progress;
pub use platform::InvalidPlatform;
pub use reference::{DEFAULT_HOST, InvalidReference, Reference};
pub use registry::{
    Access, RawManifest, RegistryOptions, Repository, RetryPolicy, VerifiedReader, WebAnswer,
    WebClient, open_registry,
};
pub use remote_error::RemoteError;
pub use secret::Secret;
pub use source::{BlobSource, Choice, Opened};
