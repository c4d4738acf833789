//! Images in files and directories of this machine.
//!
//! Whatever holds an image's documents and layers by path is a [`container::Container`]: a layout
//! directory, a tar that can be sought in, and what was kept of a tar that streamed by. The two forms
//! that an image takes in one (`docker save` and OCI layout) are read in one place for all.

mod archive;
mod container;
mod layout;
mod oci;
mod open;
mod saved;

pub(crate) use container::{Container, Links, Resolved, blob_digest, resolve};
pub use open::{OpenOptions, open_directory, open_path, open_tree};
