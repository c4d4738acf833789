//! NVD records in files of a year each: `nvdcve-2.0-2024.json.gz`, as the NVD has them itself.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::delivery::hex;
use crate::job::Job;
use crate::state::FileState;

/// Bytes of a year, unpacked; the largest has some 300 MB.
const LARGEST_YEAR: u64 = 2 << 30;

/// Longest record. Some name thousands of products.
const LONGEST_RECORD: u64 = 64 << 20;

/// Records as they come, one a line and a file for each year, until they are merged.
pub(super) struct Years {
    directory: PathBuf,
}

#[derive(Deserialize)]
struct Record {
    cve: Cve,
}

#[derive(Deserialize)]
struct Cve {
    id: String,
}

#[derive(Deserialize)]
struct Year<'y> {
    #[serde(borrow)]
    vulnerabilities: Vec<&'y RawValue>,
}

impl Years {
    pub(super) fn new(job: &Job) -> Result<Years, Failure> {
        let directory = job.shared.parts.join(&job.feed.id);
        fs::create_dir_all(&directory).map_err(Failure::local(&directory))?;
        Ok(Years { directory })
    }

    /// Forgets what was not merged.
    pub(super) fn clear(&self) -> Result<(), Failure> {
        for path in self.files()?.into_values() {
            fs::remove_file(&path).map_err(Failure::local(&path))?;
        }
        Ok(())
    }

    fn files(&self) -> Result<BTreeMap<String, PathBuf>, Failure> {
        let mut files = BTreeMap::new();
        let local = || Failure::local(&self.directory);
        for entry in fs::read_dir(&self.directory).map_err(local())? {
            let path = entry.map_err(local())?.path();
            let year = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
            if let (Some(year), true) = (year, path.extension().is_some_and(|end| end == "lines")) {
                files.insert(year, path);
            }
        }
        Ok(files)
    }

    /// Takes the records of a page. A record that is none is a problem, and left out.
    pub(super) fn collect(&self, job: &mut Job, records: &[&RawValue]) -> Result<(), Failure> {
        let mut lines: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for record in records {
            let id = id(record.get());
            let Some(year) = id.as_deref().and_then(year) else {
                job.problem(format!("a record of {} without the id of a CVE", job.feed.id));
                continue;
            };
            let line = lines.entry(year.to_owned()).or_default();
            // Line breaks stand only between the parts of a record, never in its texts.
            line.extend(record.get().bytes().map(|byte| match byte {
                b'\n' | b'\r' => b' ',
                byte => byte,
            }));
            line.push(b'\n');
        }
        for (year, lines) in lines {
            let path = self.directory.join(format!("{year}.lines"));
            let opened = OpenOptions::new().create(true).append(true).open(&path);
            let mut file = opened.map_err(Failure::local(&path))?;
            file.write_all(&lines).map_err(Failure::local(&path))?;
        }
        Ok(())
    }

    /// Puts what was collected into the files of the years, each whole or not at all.
    pub(super) fn merge(&self, job: &mut Job) -> Result<(), Failure> {
        for (year, lines) in self.files()? {
            let name = format!("nvdcve-2.0-{year}.json.gz");
            let target = job.target(&name)?;
            let old = unpacked(&target)?;
            let mut records: BTreeMap<String, Box<RawValue>> = BTreeMap::new();
            if !old.is_empty() {
                let parsed: Year<'_> = serde_json::from_slice(&old)
                    .map_err(|error| Failure::document(&name, error))?;
                for record in parsed.vulnerabilities {
                    records.extend(id(record.get()).map(|id| (id, record.to_owned())));
                }
            }
            drop(old);
            for line in lines_of(&lines)? {
                let line = line.map_err(Failure::local(&lines))?;
                // The last line may have been cut off when a fetch was killed; its page comes again.
                let record = serde_json::from_str::<Box<RawValue>>(&line).ok();
                records.extend(record.and_then(|record| Some((id(record.get())?, record))));
            }
            self.write(job, &name, &target, &records)?;
            fs::remove_file(&lines).map_err(Failure::local(&lines))?;
        }
        Ok(())
    }

    fn write(
        &self,
        job: &mut Job,
        name: &str,
        target: &Path,
        records: &BTreeMap<String, Box<RawValue>>,
    ) -> Result<(), Failure> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        let written = (|| {
            packed
                .write_all(b"{\"format\":\"NVD_CVE\",\"version\":\"2.0\",\"vulnerabilities\":[")?;
            for (number, record) in records.values().enumerate() {
                packed.write_all(if number == 0 { b"\n" } else { b",\n" })?;
                packed.write_all(record.get().as_bytes())?;
            }
            packed.write_all(b"\n]}\n")?;
            packed.finish()
        })();
        let content = written.map_err(Failure::local(target))?;
        let sha256 = hex(&Sha256::digest(&content));
        let new = job.state.files.get(name).is_none_or(|known| known.sha256 != sha256);
        if !new && target.exists() {
            return Ok(());
        }
        if let Some(directory) = target.parent() {
            fs::create_dir_all(directory).map_err(Failure::local(directory))?;
        }
        let temporary = self.directory.join("year~");
        crate::state::write_atomically(&temporary, target, &content)
            .map_err(Failure::local(target))?;
        let state = FileState {
            url: job.base.to_string(),
            size: content.len() as u64,
            sha256,
            fetched: job.shared.now().to_string(),
            ..FileState::default()
        };
        job.note(name, state, true)
    }
}

fn id(record: &str) -> Option<String> {
    serde_json::from_str::<Record>(record).ok().map(|record| record.cve.id)
}

/// The year of `CVE-2024-1234`. The NVD files what is older under 2002; so do we.
fn year(id: &str) -> Option<&str> {
    let year = id.strip_prefix("CVE-")?.split_once('-')?.0;
    let sound = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    sound.then(|| year.max("2002"))
}

fn unpacked(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        file => file.map_err(Failure::local(path))?,
    };
    let mut content = Vec::new();
    let mut decoder = MultiGzDecoder::new(BufReader::new(file)).take(LARGEST_YEAR + 1);
    decoder.read_to_end(&mut content).map_err(Failure::local(path))?;
    if content.len() as u64 > LARGEST_YEAR {
        let reason = format!("it is longer than {LARGEST_YEAR} bytes");
        return Err(Failure::document(path.display().to_string(), reason));
    }
    Ok(content)
}

/// The lines of a file, none longer than a record.
fn lines_of(path: &Path) -> Result<impl Iterator<Item = std::io::Result<String>>, Failure> {
    let mut reader = BufReader::new(File::open(path).map_err(Failure::local(path))?);
    Ok(std::iter::from_fn(move || {
        let mut line = String::new();
        match reader.by_ref().take(LONGEST_RECORD).read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(Ok(line)),
            Err(error) => Some(Err(error)),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_those_of_the_files() {
        assert_eq!(year("CVE-2024-12345"), Some("2024"));
        assert_eq!(year("CVE-1999-0001"), Some("2002"));
        for id in ["GHSA-2024-1", "CVE-24-1", "CVE-../x-1", "CVE-2024"] {
            assert_eq!(year(id), None, "{id}");
        }
        assert_eq!(id(r#"{"cve":{"id":"CVE-2024-1","x":[]}}"#).as_deref(), Some("CVE-2024-1"));
        assert_eq!(id("{}"), None);
    }
}
