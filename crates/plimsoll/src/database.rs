//! Which advisory database a run uses.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use plimsoll_advisory::{Database, DatabaseError};

use crate::clock::Clock;

/// New vulnerabilities come every day; after a week a database misses hundreds.
const OLD: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// An open database and where it came from.
pub(crate) enum ChosenDatabase {
    /// The one inside the program.
    Starter,
    /// A file.
    File { database: Box<Database>, path: PathBuf },
}

impl ChosenDatabase {
    /// Opens the file that the user named, else the one in the cache directory, else takes the
    /// starter. A file that is there and cannot be used is an error: falling back in silence would
    /// turn a broken database into a clean report.
    pub(crate) fn open(
        named: Option<&Path>,
        cache_directory: &Path,
    ) -> anyhow::Result<ChosenDatabase> {
        if let Some(path) = named {
            return open(path)
                .with_context(|| format!("the database {} cannot be used", path.display()));
        }
        let path = default_path(cache_directory);
        match path.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(ChosenDatabase::Starter)
            }
            _ => open(&path).with_context(|| {
                format!(
                    "the database {} cannot be used; build it anew, or remove it with \
                     `plimsoll clean --vuln-db`",
                    path.display()
                )
            }),
        }
    }

    /// The database.
    pub(crate) fn get(&self) -> &Database {
        match self {
            ChosenDatabase::Starter => Database::starter(),
            ChosenDatabase::File { database, .. } => database,
        }
    }

    /// The file; nothing for the starter.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            ChosenDatabase::Starter => None,
            ChosenDatabase::File { path, .. } => Some(path),
        }
    }

    /// Where it is, for a person.
    pub(crate) fn place(&self) -> String {
        match self.path() {
            None => "the embedded starter database".to_owned(),
            Some(path) => path.display().to_string(),
        }
    }
}

/// What must be said of a database that is not fresh. The starter says enough about itself.
pub(crate) fn age_warning(created: Option<&str>, starter: bool, clock: Clock) -> Option<String> {
    if starter {
        return None;
    }
    let Some(created) = created else {
        return Some(
            "the database does not say when it was made, so newer vulnerabilities may be missing"
                .to_owned(),
        );
    };
    let age = clock.since(created)?;
    let days = age.as_secs() / (24 * 60 * 60);
    (age > OLD).then(|| {
        format!(
            "the database is {days} days old (of {}), so newer vulnerabilities are missing; get \
             a new one with `plimsoll db pull`",
            created.get(..10).unwrap_or(created)
        )
    })
}

/// The database of a cache directory.
pub(crate) fn default_path(cache_directory: &Path) -> PathBuf {
    cache_directory.join("db").join("plimsoll.db")
}

/// A database file, without its scores.
pub(crate) fn open_file(path: &Path) -> anyhow::Result<Database> {
    Database::open(path).with_context(|| format!("the database {} cannot be used", path.display()))
}

fn open(path: &Path) -> anyhow::Result<ChosenDatabase> {
    if path.is_dir() {
        return Err(anyhow!("it is a directory"));
    }
    match Database::open_with_scores(path) {
        Ok(database) if database.is_scores() => {
            Err(anyhow!("it has scores for another database, and no advisories"))
        }
        Ok(database) => {
            Ok(ChosenDatabase::File { database: Box::new(database), path: path.to_owned() })
        }
        // The caller names the path already.
        Err(DatabaseError::Open { source, .. }) => Err(source.into()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::from_environment(&|_| Some("1700000000".to_owned()))
    }

    #[test]
    fn old_databases_are_told() {
        let warning = |created, starter| age_warning(created, starter, clock());
        assert_eq!(warning(Some("2023-11-10T00:00:00Z"), false), None);
        let old = warning(Some("2023-10-14T22:13:20Z"), false).unwrap();
        assert!(old.contains("31 days old (of 2023-10-14)"), "{old}");
        assert_eq!(warning(Some("2001-01-01T00:00:00Z"), true), None);
        assert!(warning(None, false).unwrap().contains("does not say when"));
    }

    #[test]
    fn without_a_file_the_starter_is_used() {
        let directory = tempfile::tempdir().unwrap();
        let chosen = ChosenDatabase::open(None, directory.path()).unwrap();
        assert!(matches!(chosen, ChosenDatabase::Starter));
        assert!(chosen.get().info().starter);
    }

    #[test]
    fn a_broken_file_is_never_replaced_by_the_starter() {
        let directory = tempfile::tempdir().unwrap();
        let path = default_path(directory.path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "not a database, but long enough to be one if it only tried")
            .unwrap();
        let error = ChosenDatabase::open(None, directory.path()).err().unwrap();
        assert!(format!("{error:#}").contains("clean --vuln-db"), "{error:#}");
        let missing = directory.path().join("absent.db");
        let error = ChosenDatabase::open(Some(&missing), directory.path()).err().unwrap();
        assert!(format!("{error:#}").contains("absent.db"), "{error:#}");
        let error = ChosenDatabase::open(Some(directory.path()), directory.path()).err().unwrap();
        assert!(format!("{error:#}").contains("directory"), "{error:#}");
    }
}
