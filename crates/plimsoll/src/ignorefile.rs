//! Finding and reading the files that list findings to leave out.

use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, bail};
use plimsoll_match::ignore::{self, Rule};

/// The names that are looked for in the current directory; both count where both exist.
const NAMES: [&str; 2] = [".plimsollignore", ".trivyignore"];

/// Bytes of such a file. A line for every CVE there is would be 6 MB.
const MAX_SIZE: u64 = 16 << 20;

/// Reads the file that the user named, else those of the usual names. The second list says which
/// lines could not be used.
pub(crate) fn read(
    named: Option<&Path>,
    directory: &Path,
) -> anyhow::Result<(Vec<Rule>, Vec<String>)> {
    if let Some(path) = named {
        if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            bail!(
                "ignore files in YAML ({}) are not read by this version; list one id per line",
                path.display()
            );
        }
        let content = content(path)
            .with_context(|| format!("cannot read the ignore file {}", path.display()))?;
        return Ok(ignore::parse(&path.display().to_string(), &content));
    }
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    for name in NAMES {
        match content(&directory.join(name)) {
            Ok(content) => {
                let (more_rules, more_problems) = ignore::parse(name, &content);
                rules.extend(more_rules);
                problems.extend(more_problems);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {name}")),
        }
    }
    Ok((rules, problems))
}

fn content(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    std::fs::File::open(path)?.take(MAX_SIZE + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_SIZE {
        let message = format!("it is larger than {MAX_SIZE} bytes");
        return Err(std::io::Error::new(ErrorKind::FileTooLarge, message));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_usual_files_count() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(read(None, directory.path()).unwrap(), (vec![], vec![]));
        std::fs::write(directory.path().join(".trivyignore"), "CVE-1\nCVE-2 odd\n").unwrap();
        std::fs::write(directory.path().join(".plimsollignore"), "# mine\nCVE-3\n").unwrap();
        let (rules, problems) = read(None, directory.path()).unwrap();
        let places: Vec<_> = rules.iter().map(|rule| (rule.id.as_str(), &*rule.place)).collect();
        assert_eq!(places, [("CVE-3", ".plimsollignore:2"), ("CVE-1", ".trivyignore:1")]);
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn a_named_file_must_be_there_and_replaces_the_usual_ones() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(".trivyignore"), "CVE-1\n").unwrap();
        let named = directory.path().join("accepted");
        let missing = read(Some(&named), directory.path()).unwrap_err();
        assert!(missing.to_string().contains("cannot read the ignore file"), "{missing}");
        std::fs::write(&named, "CVE-2\n").unwrap();
        assert_eq!(read(Some(&named), directory.path()).unwrap().0[0].id, "CVE-2");
        let yaml = read(Some(Path::new("x.yaml")), directory.path()).unwrap_err();
        assert!(yaml.to_string().contains("one id per line"), "{yaml}");
    }
}
