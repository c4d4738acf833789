//! The configuration file: `plimsoll.yaml`, or `trivy.yaml` where there is none.
//!
//! Keys are [Trivy's][keys] in both; an option's own name at the top level works as well.
//!
//! [keys]: https://trivy.dev/latest/docs/references/configuration/config-file/

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

/// Bytes of a configuration file. Real ones have a few hundred.
const MAX_SIZE: u64 = 1 << 20;

/// The names that are looked for in the current directory, in this order.
const NAMES: [&str; 2] = ["plimsoll.yaml", "trivy.yaml"];

/// A configuration file's contents.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    /// As the user knows it.
    pub(crate) path: PathBuf,
    root: Value,
}

impl ConfigFile {
    /// Reads the file that the user named, else the first of the usual ones that exists.
    pub(crate) fn find(
        named: Option<&Path>,
        directory: &Path,
    ) -> anyhow::Result<Option<ConfigFile>> {
        if let Some(path) = named {
            let text = read(path).with_context(|| {
                format!("cannot read the configuration file {}", path.display())
            })?;
            return ConfigFile::parse(path, &text).map(Some);
        }
        for name in NAMES {
            let path = directory.join(name);
            match read(&path) {
                Ok(text) => return ConfigFile::parse(Path::new(name), &text).map(Some),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot read {}", path.display()));
                }
            }
        }
        Ok(None)
    }

    /// Reads the text of a file.
    pub(crate) fn parse(path: &Path, text: &str) -> anyhow::Result<ConfigFile> {
        // A file of comments only is no document at all.
        let root: Option<Value> = serde_saphyr::from_str(text)
            .with_context(|| format!("{} is not valid YAML", path.display()))?;
        let root = root.unwrap_or(Value::Null);
        if !matches!(root, Value::Object(_) | Value::Null) {
            bail!("{} must be a list of `key: value` lines", path.display());
        }
        Ok(ConfigFile { path: path.to_owned(), root })
    }

    /// The value at `a.b.c`, unless it is empty.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        let mut value = &self.root;
        for part in key.split('.') {
            value = value.get(part)?;
        }
        (!value.is_null()).then_some(value)
    }

    /// The keys that have a value and that `known` does not know, in their order.
    pub(crate) fn unknown_keys(&self, known: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut unknown = Vec::new();
        collect_unknown(&self.root, "", known, &mut unknown);
        unknown
    }
}

/// The parser bounds the depth of a document, and so this recursion.
fn collect_unknown(
    value: &Value,
    prefix: &str,
    known: &dyn Fn(&str) -> bool,
    unknown: &mut Vec<String>,
) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Null => {}
            _ if known(&key) => {}
            Value::Object(_) => collect_unknown(value, &key, known, unknown),
            _ => unknown.push(key),
        }
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path)?;
    file.take(MAX_SIZE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_SIZE {
        let message = format!("it is larger than {MAX_SIZE} bytes");
        return Err(std::io::Error::new(ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_keys_are_found_and_empty_ones_are_not() {
        let text = "severity: [HIGH, CRITICAL]\ndb:\n  skip-update: true\n  repository:\n";
        let file = ConfigFile::parse(Path::new("trivy.yaml"), text).unwrap();
        assert_eq!(file.get("db.skip-update"), Some(&Value::Bool(true)));
        assert_eq!(file.get("severity").and_then(Value::as_array).map(Vec::len), Some(2));
        assert_eq!(file.get("db.repository"), None);
        assert_eq!(file.get("db.skip-update.deeper"), None);
        assert_eq!(file.get("format"), None);
    }

    #[test]
    fn keys_that_nobody_asks_for_are_found() {
        let text = "severty: [HIGH]\nformat: json\ndb: {skip-update: true, typo: 1, nothing: }\n";
        let file = ConfigFile::parse(Path::new("plimsoll.yaml"), text).unwrap();
        let known = |key: &str| ["format", "db.skip-update"].contains(&key);
        assert_eq!(file.unknown_keys(&known), ["db.typo", "severty"]);
    }

    #[test]
    fn an_empty_file_says_nothing() {
        for text in ["", "# only a comment\n", "---\n"] {
            let file = ConfigFile::parse(Path::new("trivy.yaml"), text).unwrap();
            assert_eq!(file.get("format"), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_not_a_configuration_is_named() {
        let broken = ConfigFile::parse(Path::new("trivy.yaml"), "a: [").unwrap_err();
        assert!(format!("{broken}").contains("trivy.yaml is not valid YAML"), "{broken}");
        let list = ConfigFile::parse(Path::new("trivy.yaml"), "- a\n- b\n").unwrap_err();
        assert!(format!("{list}").contains("key: value"), "{list}");
    }

    #[test]
    fn our_own_file_comes_before_trivys() {
        let directory = tempfile::tempdir().unwrap();
        assert!(ConfigFile::find(None, directory.path()).unwrap().is_none());
        std::fs::write(directory.path().join("trivy.yaml"), "format: json\n").unwrap();
        let found = ConfigFile::find(None, directory.path()).unwrap().unwrap();
        assert_eq!(found.path, Path::new("trivy.yaml"));
        std::fs::write(directory.path().join("plimsoll.yaml"), "format: sarif\n").unwrap();
        let found = ConfigFile::find(None, directory.path()).unwrap().unwrap();
        assert_eq!(found.get("format"), Some(&Value::from("sarif")));
        let missing = directory.path().join("other.yaml");
        assert!(ConfigFile::find(Some(&missing), directory.path()).is_err());
    }
}
