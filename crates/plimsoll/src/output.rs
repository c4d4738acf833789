//! Where a report goes: the standard output, or a file that appears complete or not at all.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use anyhow::Context;

/// Writes a finished report.
pub(crate) fn deliver(report: &[u8], file: Option<&Path>) -> anyhow::Result<()> {
    match file {
        Some(path) => write_file(report, path)
            .with_context(|| format!("cannot write the report to {}", path.display())),
        None => match io::stdout().lock().write_all(report) {
            // Whoever read has seen enough, as in `plimsoll … | head`.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written.context("cannot write the report to the standard output"),
        },
    }
}

fn write_file(report: &[u8], path: &Path) -> io::Result<()> {
    // A pipe or device is written to; only a real file can be replaced.
    if path.symlink_metadata().is_ok_and(|existing| !existing.is_file()) {
        return OpenOptions::new().write(true).truncate(true).open(path)?.write_all(report);
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut temporary = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file: the user's mask decides. Temporary files are closed to others.
        temporary.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = temporary.prefix(".plimsoll-report-").tempfile_in(directory)?;
    file.write_all(report)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        deliver(b"one and more", Some(&path)).unwrap();
        deliver(b"two", Some(&path)).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_directory_is_named() {
        let error = deliver(b"x", Some(Path::new("/no/such/place/report"))).unwrap_err();
        assert!(error.to_string().contains("/no/such/place/report"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_stays_one() {
        deliver(b"x", Some(Path::new("/dev/null"))).unwrap();
        assert!(!Path::new("/dev/null").metadata().unwrap().is_file());
    }
}
