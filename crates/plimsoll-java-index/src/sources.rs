//! Where archives come from: `trivy-java.db`, or lines of text.

use std::io::BufRead;

use plimsoll_sqlite::{Database, Error, Row, Table, Value};

use crate::{Builder, TooLarge};

/// What became of the records of a source. Each is counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Archives that were added.
    pub kept: u64,
    /// Records that could not be read.
    pub rejected: u64,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Table and row, or line.
    pub record: String,
    /// What is wrong, as a lower-case fragment.
    pub reason: String,
}

/// Why a source cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The SQLite file is none, or lacks a table.
    #[error("cannot read trivy-java.db")]
    Sqlite(#[from] Error),
    /// The lines cannot be read.
    #[error("cannot read the list of archives")]
    Lines(#[from] std::io::Error),
}

/// A longer line is damage: names and a version have some hundred bytes.
const LONGEST_LINE: u64 = 8192;

/// Adds all archives of a `trivy-java.db` (<https://github.com/aquasecurity/trivy-java-db>): table
/// `artifacts (id, group_id, artifact_id)`, and `indices (artifact_id, version, sha1, archive_type)`.
pub fn from_trivy(
    file: &[u8],
    builder: &mut Builder,
    problem: &mut dyn FnMut(Problem),
) -> Result<Counts, SourceError> {
    let database = Database::open(file)?;
    let extent = database.extent();
    if extent.missing > 0 {
        problem(Problem {
            record: String::new(),
            reason: format!("{} of {} pages are missing", extent.missing, extent.promised),
        });
    }
    let artifacts = database.table("artifacts")?;
    let indices = database.table("indices")?;
    let columns = Columns::of(&artifacts, &indices)?;
    let mut counts = Counts::default();
    // Archives of an artifact often stand together.
    let mut last: Option<(i64, String, String)> = None;
    for row in indices.rows() {
        let record =
            row.as_ref().map_or_else(|_| "indices".into(), |row| format!("indices {}", row.id()));
        let added = row.map_err(|error| error.to_string()).and_then(|row| {
            let wanted = row.integer(columns.artifact).map_err(|error| error.to_string())?;
            let wanted = wanted.ok_or("it has no artifact")?;
            if last.as_ref().is_none_or(|(id, _, _)| *id != wanted) {
                last = Some(columns.artifact(&artifacts, wanted)?);
            }
            let (_, group, name) = last.as_ref().ok_or("it has no artifact")?;
            columns.add(&row, group, name, builder)
        });
        match added {
            Ok(()) => counts.kept += 1,
            Err(reason) => {
                counts.rejected += 1;
                problem(Problem { record, reason });
            }
        }
    }
    Ok(counts)
}

/// Places of the columns.
struct Columns {
    group: usize,
    name: usize,
    artifact: usize,
    version: usize,
    sha1: usize,
    kind: usize,
}

impl Columns {
    fn of(artifacts: &Table<'_, '_>, indices: &Table<'_, '_>) -> Result<Columns, Error> {
        Ok(Columns {
            group: artifacts.column("group_id")?,
            name: artifacts.column("artifact_id")?,
            artifact: indices.column("artifact_id")?,
            version: indices.column("version")?,
            sha1: indices.column("sha1")?,
            kind: indices.column("archive_type")?,
        })
    }

    fn artifact(&self, table: &Table<'_, '_>, id: i64) -> Result<(i64, String, String), String> {
        let row = table.row(id).map_err(|error| error.to_string())?;
        let row = row.ok_or_else(|| format!("there is no artifact {id}"))?;
        let text = |column| {
            let text = row.text(column).map_err(|error| error.to_string())?;
            text.map(str::to_owned).ok_or_else(|| format!("artifact {id} lacks a name"))
        };
        Ok((id, text(self.group)?, text(self.name)?))
    }

    fn add(
        &self,
        row: &Row<'_>,
        group: &str,
        name: &str,
        builder: &mut Builder,
    ) -> Result<(), String> {
        let read = || {
            let sha1 = match row.value(self.sha1)? {
                Value::Blob(sha1) => <[u8; 20]>::try_from(sha1).ok(),
                Value::Text(text) => hexadecimal(text),
                _ => None,
            };
            Ok::<_, Error>((sha1, row.text(self.version)?, row.text(self.kind)?))
        };
        let (sha1, version, kind) = read().map_err(|error| error.to_string())?;
        let sha1 = sha1.ok_or("its SHA-1 is none")?;
        let version = version.ok_or("it has no version")?;
        let is_jar = kind.is_none_or(|kind| kind == "jar");
        builder.add(sha1, group, name, version, is_jar).map_err(|error| error.to_string())
    }
}

/// Adds archives from lines `sha1 group artifact version [type]`; empty ones and those that begin
/// with `#` are left out.
pub fn from_lines(
    mut lines: impl BufRead,
    builder: &mut Builder,
    problem: &mut dyn FnMut(Problem),
) -> Result<Counts, SourceError> {
    let mut counts = Counts::default();
    let mut line = Vec::new();
    let mut number = 0u64;
    loop {
        line.clear();
        let read = std::io::Read::take(&mut lines, LONGEST_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(counts);
        }
        number += 1;
        let is_long = line.last() != Some(&b'\n') && line.len() as u64 == LONGEST_LINE;
        if is_long {
            lines.skip_until(b'\n')?;
        }
        let added = match std::str::from_utf8(&line) {
            _ if is_long => Err("the line is too long".to_owned()),
            Err(_) => Err("it is not UTF-8".to_owned()),
            Ok(text) if text.trim().is_empty() || text.starts_with('#') => continue,
            Ok(text) => add_line(text, builder),
        };
        match added {
            Ok(()) => counts.kept += 1,
            Err(reason) => {
                counts.rejected += 1;
                problem(Problem { record: format!("line {number}"), reason });
            }
        }
    }
}

fn add_line(line: &str, builder: &mut Builder) -> Result<(), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (sha1, group, artifact, version, kind) = match words[..] {
        [sha1, group, artifact, version] => (sha1, group, artifact, version, "jar"),
        [sha1, group, artifact, version, kind] => (sha1, group, artifact, version, kind),
        _ => return Err("it has not four or five words".to_owned()),
    };
    let sha1 = hexadecimal(sha1).ok_or("its SHA-1 is none")?;
    builder
        .add(sha1, group, artifact, version, kind == "jar")
        .map_err(|error: TooLarge| error.to_string())
}

fn hexadecimal(text: &str) -> Option<[u8; 20]> {
    let digits = text.as_bytes();
    if digits.len() != 40 {
        return None;
    }
    let mut sha1 = [0; 20];
    for (byte, pair) in sha1.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
    }
    Some(sha1)
}
