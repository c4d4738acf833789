//! Which extractors look at which files.

use std::sync::{Arc, LazyLock};

use plimsoll_language::{Dispatcher, Evidence, Extractor};
use regex::bytes::Regex;

use super::extractors;

/// What is being scanned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scope {
    /// An image or a root file system: what is installed counts.
    #[default]
    Image,
    /// A source tree: what is going to be installed counts too.
    Source,
}

/// The choice of extractors for a scan.
#[derive(Debug, Clone)]
pub struct Selection(Arc<Rules>);

#[derive(Debug)]
struct Rules {
    dispatcher: Dispatcher,
    /// Files that the user calls by other names.
    patterns: Vec<(Regex, &'static Extractor)>,
    /// Stands for `patterns`: facts that depend on them are kept apart by it.
    key: String,
    scope: Scope,
}

static IMAGE: LazyLock<Selection> =
    LazyLock::new(|| Selection::build(Scope::Image, Vec::new(), String::new()));

impl Default for Selection {
    fn default() -> Selection {
        IMAGE.clone()
    }
}

impl Selection {
    /// The extractors for a scope, and what the user adds: `TYPE:REGEX`, where the type is an
    /// extractor's id or type in reports and the expression is searched for in the whole path.
    ///
    /// Errors are sentences for the user.
    pub fn new(scope: Scope, file_patterns: &[String]) -> Result<Selection, String> {
        let mut patterns = Vec::new();
        for text in file_patterns {
            let (kind, expression) = text.split_once(':').ok_or_else(|| {
                format!("{text:?} is not TYPE:REGEX, such as pip:requirements-.*")
            })?;
            let row = extractors()
                .filter(|row| !row.files.is_empty())
                .find(|row| row.id == kind)
                .or_else(|| {
                    // One type may have several files; the one that says it all is meant.
                    let mut rows = extractors().filter(|row| row.type_name == kind);
                    rows.find(|row| !row.files.is_empty())
                })
                .ok_or_else(|| format!("{kind:?} in {text:?} is no type of file that is read"))?;
            let expression = Regex::new(expression)
                .map_err(|error| format!("{expression:?} in {text:?} cannot be read: {error}"))?;
            patterns.push((expression, row));
        }
        Ok(Selection::build(scope, patterns, file_patterns.join("\n")))
    }

    fn build(scope: Scope, patterns: Vec<(Regex, &'static Extractor)>, key: String) -> Selection {
        let wanted = |row: &&Extractor| match scope {
            Scope::Image => row.evidence != Evidence::Locked,
            Scope::Source => true,
        };
        let dispatcher = Dispatcher::new(extractors().filter(wanted));
        Selection(Arc::new(Rules { dispatcher, patterns, key, scope }))
    }

    /// The extractor for a path.
    pub(crate) fn find(&self, path: &[u8]) -> Option<&'static Extractor> {
        let own = self.0.patterns.iter().find(|(expression, _)| expression.is_match(path));
        own.map(|(_, row)| *row).or_else(|| self.0.dispatcher.find(path))
    }

    /// A text that differs where facts about the same layer may differ; empty by default.
    pub(crate) fn key(&self) -> &str {
        &self.0.key
    }

    /// What is being scanned.
    pub fn scope(&self) -> Scope {
        self.0.scope
    }
}
