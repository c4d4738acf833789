//! Locked dependencies of sbt: `build.sbt.lock`.
//!
//! <https://stringbean.github.io/sbt-dependency-lock/file-formats/version-1.html>

use plimsoll_version::Ecosystem;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::{Component, Input, Parsed, Positions, ProblemKind};

/// Configurations whose dependencies are never shipped.
const DEVELOPMENT: [&str; 5] = ["test", "test-internal", "it", "integrationtest", "plugin"];

/// The file; entries are read one by one, so that a bad one costs itself only.
#[derive(Deserialize)]
struct Lock<'a> {
    #[serde(borrow, default)]
    dependencies: Vec<&'a RawValue>,
}

/// Reads a lock file.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    let lock: Lock<'_> = match serde_json::from_slice(input.content) {
        Ok(lock) => lock,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error.to_string());
            return parsed;
        }
    };
    let positions = Positions::new(input.content);
    for raw in lock.dependencies {
        let lines = positions.of(raw.get());
        let entry: Value = serde_json::from_str(raw.get()).unwrap_or_default();
        let text =
            |name: &str| entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (Some(group), Some(name), Some(version)) = (text("org"), text("name"), text("version"))
        else {
            let line = lines.map_or(0, |lines| lines.start);
            let message = format!("line {line}: no org, name and version");
            parsed.problem(ProblemKind::Malformed, message);
            continue;
        };
        let list = |name: &str| entry.get(name).and_then(Value::as_array).into_iter().flatten();
        let mut configurations = list("configurations").filter_map(Value::as_str).peekable();
        let mut component = Component::new(Ecosystem::Maven, format!("{group}:{name}"), version);
        component.dev =
            configurations.peek().is_some() && configurations.all(|one| DEVELOPMENT.contains(&one));
        component.lines.extend(lines);
        let hashes = list("artifacts").filter_map(|one| one.get("hash")?.as_str());
        component.digests.extend(hashes.filter(|hash| hash.starts_with("sha")).map(str::to_owned));
        parsed.value.push(component);
    }
    parsed
}
