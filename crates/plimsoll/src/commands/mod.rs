//! One file for each thing that the program does.

pub(crate) mod clean;
pub(crate) mod db;
pub(crate) mod scan;
pub(crate) mod version;

use std::path::Path;

use crate::clock::Clock;
use crate::messages::Messages;
use crate::settings::CacheSettings;

/// What every command is given.
pub(crate) struct Run<'a> {
    pub(crate) messages: Messages,
    pub(crate) progress: bool,
    pub(crate) cache: &'a CacheSettings,
    pub(crate) clock: Clock,
    /// Reads an environment variable.
    pub(crate) environment: &'a dyn Fn(&str) -> Option<String>,
    /// The current directory, where files with usual names are looked for.
    pub(crate) directory: &'a Path,
}
