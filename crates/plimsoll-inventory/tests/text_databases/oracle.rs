//! Where real data and the tools that judge it are found.

use std::io::Read;
use std::path::PathBuf;
use std::process::Command;

/// A file or directory of the shared data; says so and gives nothing if it is absent.
pub(crate) fn shared(relative: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = root.join(relative);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no {}", path.display());
    None
}

/// What a command prints; says so and gives nothing if it cannot be run.
pub(crate) fn output(command: &mut Command) -> Option<Vec<u8>> {
    match command.output() {
        Ok(output) if output.status.success() => Some(output.stdout),
        Ok(output) => {
            panic!("{command:?} fails: {}", String::from_utf8_lossy(&output.stderr))
        }
        Err(error) => {
            eprintln!("skipped: cannot run {command:?}: {error}");
            None
        }
    }
}

/// The regular files of a tar, each with its path without `./`.
pub(crate) fn files_of_tar(archive: impl Read) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(archive);
    let mut files = Vec::new();
    for entry in archive.entries().expect("a tar") {
        let mut entry = entry.expect("a whole tar");
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        let path = path.trim_start_matches("./").to_owned();
        let mut content = Vec::new();
        // Links have no contents but count as files.
        if !entry.header().entry_type().is_dir() {
            entry.read_to_end(&mut content).expect("a whole tar");
            files.push((path, content));
        }
    }
    files
}
