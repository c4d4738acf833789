//! Opens what is packed inside the samples, as the walk of a build does.

use std::io::Read;

/// Hands on a file, or all files that are in it; what is packed wrongly is passed over.
pub(crate) fn unpack(name: &str, bytes: &[u8], take: &mut dyn FnMut(&str, &[u8])) {
    let packed = |ending: &str| name.strip_suffix(ending);
    let read = |mut reader: Box<dyn Read + '_>| {
        let mut inner = Vec::new();
        // A broken end costs only itself, as it would in a stream.
        let _ = reader.read_to_end(&mut inner);
        inner
    };
    if let Some(inner) = packed(".gz") {
        unpack(inner, &read(Box::new(flate2::read::MultiGzDecoder::new(bytes))), take);
    } else if let Some(inner) = packed(".bz2") {
        unpack(inner, &read(Box::new(bzip2::read::MultiBzDecoder::new(bytes))), take);
    } else if let Some(inner) = packed(".xz") {
        unpack(inner, &read(Box::new(lzma_rust2::XzReader::new(bytes, true))), take);
    } else if let Some(inner) = packed(".zst") {
        let decoder = zstd::Decoder::new(bytes).expect("it is zstd");
        unpack(inner, &read(Box::new(decoder)), take);
    } else if name.ends_with(".tar") {
        let mut tar = tar::Archive::new(bytes);
        for entry in tar.entries().expect("it is a tar") {
            let Ok(mut entry) = entry else { break };
            if entry.header().entry_type().is_file() {
                let path = entry.path().expect("a path").to_string_lossy().into_owned();
                let mut inner = Vec::new();
                let _ = entry.read_to_end(&mut inner);
                unpack(&format!("{name}/{path}"), &inner, take);
            }
        }
    } else {
        take(name, bytes);
    }
}
