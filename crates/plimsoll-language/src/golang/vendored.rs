//! `vendor/modules.txt`: the modules whose packages were copied into a project.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use super::{is_directory, is_foreign, replaced_by_directory};
use crate::{Component, Files, Input, Lines, Relationship};

/// Reads the list of a project without `go.mod`; one that has it is read from there.
pub(super) fn read(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let project = input.directory().rsplit_once('/').map_or("", |(project, _)| project);
    if is_foreign(project_file(project).as_str()) || files.content(&project_file(project)).is_some()
    {
        return Parsed::default();
    }
    modules(&String::from_utf8_lossy(input.content))
}

fn project_file(project: &str) -> String {
    crate::join(project, "go.mod")
}

/// The modules of a list: `# path version => path version`, then the packages that were copied.
pub(super) fn modules(text: &str) -> Parsed<Vec<Component>> {
    let mut parsed: Parsed<Vec<Component>> = Parsed::default();
    // Those without a package of theirs are listed only to be checked against go.mod.
    let mut pending: Option<Component> = None;
    for (line, text) in (1_u32..).zip(text.lines()) {
        if let Some(mark) = text.strip_prefix("## ") {
            let explicit = mark.split([';', ' ']).any(|word| word == "explicit");
            if let Some(component) = &mut pending
                && explicit
            {
                component.relationship = Relationship::Direct;
            }
        } else if let Some(module) = text.strip_prefix("# ") {
            pending = component(module);
            match &mut pending {
                Some(component) => component.lines = vec![Lines { start: line, end: line }],
                None => {
                    let message = format!("line {line}: no module and version");
                    parsed.problem(ProblemKind::Malformed, message);
                }
            }
        } else if !text.trim().is_empty()
            && !text.starts_with('#')
            && let Some(component) = pending.take()
            && !parsed.add(component)
        {
            break;
        }
    }
    parsed
}

fn component(line: &str) -> Option<Component> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let mut made = match fields.as_slice() {
        [path, version] => Component::new(Ecosystem::Golang, *path, *version),
        [path, "=>", directory] | [path, _, "=>", directory] if is_directory(directory) => {
            let mut made = Component::new(Ecosystem::Golang, *path, "");
            let version = fields.get(1).filter(|word| **word != "=>").unwrap_or(path);
            made.doubt = Some(replaced_by_directory(version, directory));
            made
        }
        [_, _, "=>", path, version] | [_, "=>", path, version] => {
            Component::new(Ecosystem::Golang, *path, *version)
        }
        _ => return None,
    };
    made.relationship = Relationship::Indirect;
    Some(made)
}
