//! What a project asks for itself: the dependencies in `pyproject.toml`.

use std::collections::BTreeSet;

use toml::de::DeTable;

use super::graph::Need;
use super::lock::{Document, table_at, text, text_at};
use crate::{Component, Files, Input, Parsed, ProblemKind};

/// The project beside a lock file.
#[derive(Default)]
pub(super) struct Project {
    /// What it needs, with its extras.
    pub(super) main: Vec<Need>,
    /// What its developers need.
    pub(super) dev: Vec<Need>,
    /// Names of the groups that are for developers.
    pub(super) dev_groups: BTreeSet<String>,
}

impl Project {
    /// Reads the `pyproject.toml` beside a lock file, if there is one.
    pub(super) fn beside(
        input: Input<'_>,
        files: &dyn Files,
        parsed: &mut Parsed<Vec<Component>>,
    ) -> Option<Project> {
        let content = files.content(&input.beside("pyproject.toml"))?;
        let mut read = Parsed::clean(Vec::new());
        let document = Document::read(content, &mut read);
        if let Some(problem) = read.problems.first() {
            let message = format!(
                "pyproject.toml beside it cannot be read, so what it asks for is not known ({})",
                problem.message
            );
            parsed.problem(ProblemKind::Malformed, message);
            return None;
        }
        let mut project = Project::default();
        project.read(document?.root());
        Some(project)
    }

    fn read(&mut self, root: &DeTable<'_>) {
        if let Some(table) = table_at(root, "project") {
            self.main.extend(specifiers(table, "dependencies"));
            let extras = table_at(table, "optional-dependencies");
            for (extra, _) in extras.into_iter().flatten() {
                self.main.extend(specifiers(extras.unwrap_or(table), extra.get_ref()));
            }
        }
        self.groups(table_at(root, "dependency-groups"));
        let Some(tools) = table_at(root, "tool") else { return };
        for tool in ["pdm", "uv"] {
            let Some(tool) = table_at(tools, tool) else { continue };
            self.groups(table_at(tool, "dev-dependencies"));
            self.dev.extend(specifiers(tool, "dev-dependencies"));
        }
        if let Some(poetry) = table_at(tools, "poetry") {
            self.main.extend(keys(poetry, "dependencies"));
            self.dev.extend(keys(poetry, "dev-dependencies"));
            for (name, group) in table_at(poetry, "group").into_iter().flatten() {
                let Some(group) = group.get_ref().as_table() else { continue };
                let group = keys(group, "dependencies");
                if name.get_ref() == "main" {
                    self.main.extend(group);
                } else {
                    self.dev.extend(group);
                }
            }
        }
    }

    fn groups(&mut self, groups: Option<&DeTable<'_>>) {
        let Some(groups) = groups else { return };
        for (name, _) in groups {
            self.dev_groups.insert(name.get_ref().to_string());
            self.dev.extend(specifiers(groups, name.get_ref()));
        }
    }

    /// All that it asks for.
    pub(super) fn direct(&self) -> impl Iterator<Item = &Need> {
        self.main.iter().chain(&self.dev)
    }
}

/// The members of a list of dependency specifiers; `{ include-group = … }` among them names others
/// that are listed anyway.
fn specifiers(table: &DeTable<'_>, key: &str) -> Vec<Need> {
    let members = super::lock::list_at(table, key);
    members.filter_map(|member| Need::parse(text(member)?)).collect()
}

/// The names in a table of Poetry's, which has the interpreter among them. Poetry writes ranges in a
/// way of its own (`^1.0`), of which only what Python's standard has can be compared.
fn keys(table: &DeTable<'_>, key: &str) -> Vec<Need> {
    let members = table_at(table, key).into_iter().flatten();
    let members = members.filter(|(name, _)| !name.get_ref().eq_ignore_ascii_case("python"));
    members
        .map(|(name, value)| {
            let version =
                value.get_ref().as_table().map_or_else(|| text(value), |it| text_at(it, "version"));
            Need::new(name.get_ref(), version.unwrap_or_default())
        })
        .collect()
}
