//! What the tests of several modules make.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A packed tarball as `git archive` makes it of a commit.
pub(crate) fn git_archive(commit: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let comment = format!("52 comment={commit}\n");
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::XGlobalHeader);
    header.set_size(comment.len() as u64);
    archive.append_data(&mut header, "pax_global_header", comment.as_bytes()).unwrap();
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("repository-main/{name}"), *content).unwrap();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&archive.into_inner().unwrap()).unwrap();
    encoder.finish().unwrap()
}
