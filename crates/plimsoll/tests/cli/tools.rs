//! Other programs and data that some tests need, and what to do without them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether all programs can be started; says which one cannot.
pub(crate) fn installed(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let missing = programs.iter().find(|program| {
        !std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
    });
    if let Some(program) = missing {
        println!("skipped: {program} is not installed");
    }
    missing.is_none()
}

/// Runs a program to its end and fails with its output.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {text}{errors}");
    text
}

/// The image that comes with the repository.
pub(crate) fn demo_image() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo-image")
}

/// A file of the real data that lies next to the repository; says so when it is not there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let directory = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let file = directory.join(path);
    if !file.exists() {
        println!("skipped: there is no {path} in the shared data");
        return None;
    }
    Some(file)
}
