//! `--skip-files` and `--skip-dirs`: paths that the user wants left out.
//!
//! Patterns are [Trivy's][skipping]: relative to the root of the image with or without a leading
//! `/`, `*` inside a path component, `**` across them, `{a,b}` for choices.
//!
//! [skipping]: https://trivy.dev/latest/docs/configuration/skipping/

use anyhow::Context;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Compiled patterns.
#[derive(Debug, Clone)]
pub(crate) struct SkipPatterns {
    files: GlobSet,
    directories: GlobSet,
    key: String,
}

impl SkipPatterns {
    /// Compiles patterns.
    pub(crate) fn new(files: &[String], directories: &[String]) -> anyhow::Result<SkipPatterns> {
        let mut key = String::new();
        for (kind, patterns) in [("file", files), ("directory", directories)] {
            for pattern in patterns {
                key.push_str(&format!("{kind} {}\n", normal(pattern)));
            }
        }
        Ok(SkipPatterns {
            files: compile(files, "skip-files")?,
            directories: compile(directories, "skip-dirs")?,
            key,
        })
    }

    /// Whether the file at this path (without leading `/`) is left out.
    pub(crate) fn matches(&self, path: &str) -> bool {
        if self.files.is_match(path) {
            return true;
        }
        !self.directories.is_empty()
            && path.match_indices('/').any(|(end, _)| {
                path.get(..end).is_some_and(|directory| self.directories.is_match(directory))
            })
    }

    /// A text that is the same for the same patterns, and empty for none.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

fn compile(patterns: &[String], option: &str) -> anyhow::Result<GlobSet> {
    let wrong = |pattern: &str| format!("--{option}: {pattern:?} is not a file pattern");
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(normal(pattern)).literal_separator(true).build();
        set.add(glob.with_context(|| wrong(pattern))?);
    }
    set.build().with_context(|| format!("--{option}: these are too many patterns"))
}

/// The pattern relative to the root, without the slash that may end a directory's name.
fn normal(pattern: &str) -> &str {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    pattern.trim_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(files: &[&str], directories: &[&str]) -> SkipPatterns {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        SkipPatterns::new(&owned(files), &owned(directories)).unwrap()
    }

    #[test]
    fn files_and_everything_below_directories_are_left_out() {
        let skip = patterns(&["/etc/os-release", "**/*.{md,txt}"], &["var/lib/*/", "/opt"]);
        for path in [
            "etc/os-release",
            "usr/share/doc/a.md",
            "a.txt",
            "var/lib/dpkg/status",
            "var/lib/dpkg/info/a.list",
            "opt/x",
        ] {
            assert!(skip.matches(path), "{path}");
        }
        for path in ["usr/lib/os-release", "var/lib/file", "opt", "optional/x", "x/opt/y", "a.mdx"]
        {
            assert!(!skip.matches(path), "{path}");
        }
    }

    #[test]
    fn no_pattern_skips_nothing_and_has_no_key() {
        let none = patterns(&[], &[]);
        assert!(!none.matches("etc/os-release"));
        assert_eq!(none.key(), "");
        assert_ne!(patterns(&["a"], &[]).key(), patterns(&[], &["a"]).key());
        assert_eq!(patterns(&["/a"], &[]).key(), patterns(&["./a"], &[]).key());
    }

    #[test]
    fn a_broken_pattern_is_named() {
        let error = SkipPatterns::new(&["a[".to_owned()], &[]).unwrap_err();
        assert!(error.to_string().contains("--skip-files: \"a[\""), "{error}");
    }
}
