//! `Pipfile.lock`: two or more tables of packages, without a graph.

use std::collections::{BTreeMap, HashSet};

use plimsoll_version::Ecosystem;
use serde_json::Value;
use serde_json::value::RawValue;

use super::lock::{self, Document, table_at};
use crate::{Component, Files, Input, Parsed, Positions, ProblemKind, Relationship};

type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a lock file, and the `Pipfile` beside it for what is asked for directly.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    if super::is_in_package(input.path) {
        return parsed;
    }
    let categories: Members<'_> = match serde_json::from_slice(input.content) {
        Ok(categories) => categories,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, format!("the file is no JSON object: {error}"));
            return parsed;
        }
    };
    let positions = Positions::new(input.content);
    let asked_for = Pipfile::beside(input, files, &mut parsed);
    for (category, content) in categories {
        if category == "_meta" {
            continue;
        }
        let Ok(packages) = serde_json::from_str::<Members<'_>>(content.get()) else {
            let line = line(&positions, content);
            let message = format!("line {line}: {category:?} is no table of packages");
            parsed.problem(ProblemKind::Malformed, message);
            continue;
        };
        // Categories besides the two are named after their table in the Pipfile.
        let direct = asked_for.as_ref().map(|pipfile| pipfile.names(&category));
        for (name, content) in packages {
            let mut component = match component(&name, content) {
                Ok(component) => component,
                Err(problem) => {
                    let line = line(&positions, content);
                    parsed.problem(ProblemKind::Malformed, format!("line {line}: {problem}"));
                    continue;
                }
            };
            component.dev = category == "develop";
            component.lines = positions.of(content.get()).into_iter().collect();
            if let Some(direct) = &direct {
                let name = Ecosystem::PyPi.normalize(&name);
                component.relationship = match direct.contains(name.as_ref()) {
                    true => Relationship::Direct,
                    false => Relationship::Indirect,
                };
            }
            if !parsed.add(component) {
                return parsed;
            }
        }
    }
    parsed
}

fn line(positions: &Positions<'_>, part: &RawValue) -> u32 {
    positions.of(part.get()).map_or(1, |lines| lines.start)
}

fn component(name: &str, content: &RawValue) -> Result<Component, String> {
    let Ok(Value::Object(record)) = serde_json::from_str(content.get()) else {
        return Err(format!("what is said of {name:?} is no table"));
    };
    let text = |key: &str| record.get(key).and_then(Value::as_str);
    let version = text("version").map(|version| version.trim_start_matches('=').trim());
    let source = ["git", "path", "file", "hg", "svn", "bzr"]
        .into_iter()
        .find_map(|kind| Some((kind, text(kind)?)));
    if version.is_none_or(str::is_empty) && source.is_none() {
        return Err(format!("no version of {name}"));
    }
    let mut component = Component::new(Ecosystem::PyPi, name, version.unwrap_or_default());
    component.doubt = lock::doubt(source);
    let hashes = record.get("hashes").and_then(Value::as_array).into_iter().flatten();
    component.digests = hashes.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(component)
}

struct Pipfile<'a>(Document<'a>);

impl<'a> Pipfile<'a> {
    fn beside(
        input: Input<'_>,
        files: &'a dyn Files,
        parsed: &mut Parsed<Vec<Component>>,
    ) -> Option<Pipfile<'a>> {
        let content = files.content(&input.beside("Pipfile"))?;
        let mut read = Parsed::clean(Vec::new());
        let document = Document::read(content, &mut read);
        if let Some(problem) = read.problems.first() {
            let message = format!(
                "the Pipfile beside it cannot be read, so what it asks for is not known ({})",
                problem.message
            );
            parsed.problem(ProblemKind::Malformed, message);
            return None;
        }
        document.map(Pipfile)
    }

    /// What it asks for in a category of the lock file, normalised.
    fn names(&self, category: &str) -> HashSet<String> {
        let table = match category {
            "default" => "packages",
            "develop" => "dev-packages",
            other => other,
        };
        let members = table_at(self.0.root(), table).into_iter().flatten();
        members.map(|(name, _)| Ecosystem::PyPi.normalize(name.get_ref()).into_owned()).collect()
    }
}
