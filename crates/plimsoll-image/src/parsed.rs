//! What a parser hands back: a value and what went wrong on the way.

use crate::{Problem, ProblemKind};

/// Problems that one file may report. A file that is broken in every record says so often enough.
const MAX_PROBLEMS: usize = 20;

/// Packages of one file. The whole of Debian or Fedora has under 100,000 for one architecture; more
/// would only let a small file fill the memory.
const MAX_PACKAGES: usize = 250_000;

/// A value read from bytes that may be broken, with the problems met.
///
/// A parser always has a value: what could be read is kept, what could not is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed<T> {
    /// What could be read.
    pub value: T,
    /// What could not be read. Parsers leave `path` empty; whoever knows the file fills it in with
    /// [`Parsed::at`].
    pub problems: Vec<Problem>,
}

impl<T> Parsed<T> {
    /// A value that was read without problems.
    pub fn clean(value: T) -> Parsed<T> {
        Parsed { value, problems: Vec::new() }
    }

    /// Changes the value and keeps the problems.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed { value: change(self.value), problems: self.problems }
    }

    /// Adds a problem. From the twentieth on they are dropped, the last one kept says so.
    pub fn problem(&mut self, kind: ProblemKind, message: impl Into<String>) {
        let message = match self.problems.len() + 1 {
            MAX_PROBLEMS => "there are more problems like these, which are not listed".to_owned(),
            count if count > MAX_PROBLEMS => return,
            _ => message.into(),
        };
        self.problems.push(Problem { path: None, kind, message });
    }

    /// Says of every problem that has no path yet which file it is about.
    #[must_use]
    pub fn at(mut self, path: &str) -> Parsed<T> {
        for problem in &mut self.problems {
            problem.path.get_or_insert_with(|| path.to_owned());
        }
        self
    }
}

impl<T> Parsed<Vec<T>> {
    /// Adds a package, unless there are more than any real database has. Says whether it was added.
    pub fn add(&mut self, package: T) -> bool {
        let fits = self.value.len() < MAX_PACKAGES;
        if fits {
            self.value.push(package);
        } else {
            let message =
                format!("there are more than {MAX_PACKAGES} packages; the rest is left out");
            self.problem(ProblemKind::TooLarge, message);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_get_the_file_they_are_about() {
        let mut parsed = Parsed::clean(1);
        parsed.problem(ProblemKind::Malformed, "record 3 has no name");
        let parsed = parsed.at("lib/apk/db/installed");
        assert_eq!(parsed.problems[0].path.as_deref(), Some("lib/apk/db/installed"));
    }

    #[test]
    fn packages_are_bounded() {
        let mut parsed = Parsed::clean(Vec::new());
        while parsed.add(()) {}
        assert_eq!((parsed.value.len(), parsed.problems.len()), (MAX_PACKAGES, 1));
    }

    #[test]
    fn problems_are_bounded() {
        let mut parsed = Parsed::clean(());
        for index in 0..1_000 {
            parsed.problem(ProblemKind::Malformed, format!("record {index}"));
        }
        assert_eq!(parsed.problems.len(), MAX_PROBLEMS);
        assert!(parsed.problems.last().is_some_and(|last| last.message.contains("more problems")));
    }
}
