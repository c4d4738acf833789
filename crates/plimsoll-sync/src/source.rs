//! Where a database can be had, as a user writes it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use plimsoll_image::Reference;

/// One place that offers the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An artifact in a registry: `oci:HOST/NAME:TAG`, or without `oci:`.
    Registry(Reference),
    /// Plain files on a web server: the address of their directory.
    Web(String),
    /// Plain files in a directory, or a database itself with its signature in a neighbour that ends
    /// in `.sig`: `file:PATH`, or a path with `/` or `.` at its beginning.
    Path(PathBuf),
}

/// A text that is not a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSource {
    /// A reference that cannot be read.
    #[error(transparent)]
    Reference(#[from] plimsoll_image::InvalidReference),
    /// A web address that cannot be used; it is not repeated, since it may hold a secret.
    #[error("the web address of a database {0}")]
    Web(&'static str),
}

impl FromStr for Source {
    type Err = InvalidSource;

    fn from_str(text: &str) -> Result<Source, InvalidSource> {
        if text.starts_with("https://") || text.starts_with("http://") {
            return web(text);
        }
        if let Some(path) = text.strip_prefix("file:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Ok(Source::Path(PathBuf::from(path)));
        }
        if text.starts_with(['/', '.']) {
            return Ok(Source::Path(PathBuf::from(text)));
        }
        let reference = text.strip_prefix("oci:").unwrap_or(text);
        let reference = reference.strip_prefix("//").unwrap_or(reference);
        Ok(Source::Registry(reference.parse()?))
    }
}

fn web(text: &str) -> Result<Source, InvalidSource> {
    let authority = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Err(InvalidSource::Web("must name a host, and no user or password"));
    }
    if text.contains(['?', '#']) || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(InvalidSource::Web("must be the directory of its files, without '?' or '#'"));
    }
    Ok(Source::Web(text.trim_end_matches('/').to_owned()))
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Registry(reference) => write!(f, "oci:{reference}"),
            Source::Web(address) => f.write_str(address),
            Source::Path(path) => write!(f, "file:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_and_shown() {
        for (text, shown) in [
            ("ghcr.io/o/db:1", "oci:ghcr.io/o/db:1"),
            ("oci://ghcr.io/o/db", "oci:ghcr.io/o/db:latest"),
            ("https://db.example/x/", "https://db.example/x"),
            ("file:///srv/db", "file:/srv/db"),
            ("file:db", "file:db"),
            ("./db", "file:./db"),
            ("/srv/db", "file:/srv/db"),
        ] {
            let source: Source = text.parse().unwrap();
            assert_eq!(source.to_string(), shown);
            assert_eq!(shown.parse::<Source>().unwrap(), source);
        }
    }

    #[test]
    fn secrets_in_addresses_are_refused_and_not_repeated() {
        for text in
            ["https://me:hunter2@db.example/", "https://db.example/?key=hunter2", "https://"]
        {
            let error = text.parse::<Source>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        assert!("Not A Reference".parse::<Source>().is_err());
    }
}
