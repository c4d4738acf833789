//! A project with what it inherits and what is managed for it.
//!
//! <https://maven.apache.org/guides/introduction/introduction-to-dependency-mechanism.html>

use std::collections::HashMap;
use std::rc::Rc;

use super::model::{Dependency, Pom};
use super::tree::Poms;

/// Parents of parents; real builds have fewer than ten.
const MAX_PARENTS: usize = 32;

/// Bills of materials that import others.
const MAX_IMPORTS: usize = 8;

/// Properties in values of properties.
const MAX_PROPERTY_DEPTH: usize = 16;

/// Properties that are looked up for one text, so that empty ones cannot multiply for ever.
const MAX_LOOKUPS: usize = 200;

/// A longer name or version is none: properties that repeat each other could fill the memory.
const MAX_TEXT: usize = 1024;

/// A project and its parents, the nearest first.
pub(super) struct Effective<'a> {
    own: &'a Pom,
    parents: Vec<Rc<Pom>>,
    managed: HashMap<Key, Managed>,
    /// Parents and bills of materials that are not there.
    missing: Vec<String>,
}

/// What tells dependencies apart: group, artifact, type and classifier.
type Key = (String, String, String, String);

/// What is managed about a dependency.
#[derive(Debug, Clone, Default)]
pub(super) struct Managed {
    /// Filled in.
    pub(super) version: Option<String>,
    pub(super) scope: Option<String>,
    /// The text of a version that could not be filled in.
    pub(super) unresolved: Option<String>,
}

impl<'a> Effective<'a> {
    /// Gathers what holds for the POM at `path`.
    pub(super) fn new(own: &'a Pom, path: &str, poms: &Poms<'_>) -> Effective<'a> {
        Effective::nested(own, path, poms, 0)
    }

    fn nested(own: &'a Pom, path: &str, poms: &Poms<'_>, depth: usize) -> Effective<'a> {
        let mut made =
            Effective { own, parents: Vec::new(), managed: HashMap::new(), missing: Vec::new() };
        let mut place = path.to_owned();
        let mut seen = vec![place.clone()];
        while let Some(wanted) = made.last().parent.clone() {
            let found = poms.parent(&place, &wanted).filter(|(path, _)| !seen.contains(path));
            match found {
                Some((path, pom)) if made.parents.len() < MAX_PARENTS => {
                    seen.push(path.clone());
                    place = path;
                    made.parents.push(pom);
                }
                _ => {
                    let missing = format!(
                        "the parent {}:{}:{}",
                        wanted.group, wanted.artifact, wanted.version
                    );
                    made.missing.push(missing);
                    break;
                }
            }
        }
        made.manage(poms, depth);
        made
    }

    fn last(&self) -> &Pom {
        self.parents.last().map_or(self.own, |pom| pom)
    }

    fn all(&self) -> impl Iterator<Item = &Pom> {
        std::iter::once(self.own).chain(self.parents.iter().map(|pom| &**pom))
    }

    /// What is written out wins over what is imported, and the nearer over the farther.
    fn manage(&mut self, poms: &Poms<'_>, depth: usize) {
        let mut managed: HashMap<Key, Managed> = HashMap::new();
        let mut imports = Vec::new();
        for pom in self.all() {
            for entry in &pom.managed {
                match entry.scope.as_deref() {
                    Some("import") => imports.push(entry.clone()),
                    _ => {
                        managed.entry(self.key(entry)).or_insert_with(|| self.filled_in(entry));
                    }
                }
            }
        }
        for import in imports {
            let (group, artifact, _, _) = self.key(&import);
            let version = self.filled_in(&import).version.unwrap_or_default();
            let found = poms.find(&group, &artifact, &version);
            match found.filter(|_| depth < MAX_IMPORTS && poms.may_import()) {
                Some((path, pom)) => {
                    let bill = Effective::nested(&pom, &path, poms, depth + 1);
                    for (key, entry) in bill.managed {
                        managed.entry(key).or_insert(entry);
                    }
                    self.missing.extend(bill.missing);
                }
                None => {
                    self.missing.push(format!("the imported {group}:{artifact}:{version}"));
                }
            }
        }
        self.managed = managed;
    }

    fn filled_in(&self, entry: &Dependency) -> Managed {
        let version = entry.version.as_deref().and_then(|version| self.text(version));
        let unresolved = entry.version.clone().filter(|_| version.is_none());
        Managed { version, scope: entry.scope.clone(), unresolved }
    }

    fn key(&self, entry: &Dependency) -> Key {
        let filled = |text: &Option<String>, default: &str| {
            let text = text.as_deref().unwrap_or(default);
            self.text(text).unwrap_or_else(|| text.to_owned())
        };
        (
            filled(&entry.group, ""),
            filled(&entry.artifact, ""),
            filled(&entry.kind, "jar"),
            filled(&entry.classifier, ""),
        )
    }

    /// The dependencies, its own first, with whether they are.
    pub(super) fn dependencies(&self) -> impl Iterator<Item = (&Dependency, bool)> {
        self.all()
            .enumerate()
            .flat_map(|(level, pom)| pom.dependencies.iter().map(move |one| (one, level == 0)))
    }

    /// Version and scope of a dependency.
    pub(super) fn managed(&self, dependency: &Dependency) -> Managed {
        let managed = self.managed.get(&self.key(dependency)).cloned().unwrap_or_default();
        let scope = dependency.scope.clone().or(managed.scope);
        match dependency.version {
            Some(_) => Managed { scope, ..self.filled_in(dependency) },
            None => Managed { scope, ..managed },
        }
    }

    /// Parents and bills of materials that are not in the tree, as fragments.
    pub(super) fn missing(&self) -> &[String] {
        &self.missing
    }

    /// The project's group.
    pub(super) fn group(&self) -> Option<String> {
        let inherited = || self.own.parent.as_ref().map(|parent| parent.group.as_str());
        self.text(self.own.group.as_deref().or_else(inherited)?)
    }

    /// The project's version.
    pub(super) fn version(&self) -> Option<String> {
        let inherited = || self.own.parent.as_ref().map(|parent| parent.version.as_str());
        self.text(self.own.version.as_deref().or_else(inherited)?)
    }

    /// Fills properties in; nothing where one is not set.
    pub(super) fn text(&self, text: &str) -> Option<String> {
        let mut made = String::new();
        self.fill(text, &mut made, MAX_PROPERTY_DEPTH, &mut 0)?;
        Some(made)
    }

    fn fill(&self, text: &str, made: &mut String, depth: usize, lookups: &mut usize) -> Option<()> {
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            made.push_str(before);
            let (name, behind) = behind.split_once('}')?;
            let value = self.property(name.trim())?;
            *lookups += 1;
            self.fill(value, made, depth.checked_sub(1)?, lookups)?;
            if made.len() > MAX_TEXT || *lookups > MAX_LOOKUPS {
                return None;
            }
            rest = behind;
        }
        made.push_str(rest);
        Some(())
    }

    fn property(&self, name: &str) -> Option<&str> {
        let set = self.all().find_map(|pom| pom.properties.get(name));
        let own = self.own;
        let parent = own.parent.as_ref();
        // `project.` may be missing or be called `pom.` in old builds.
        let bare = name.strip_prefix("project.").or_else(|| name.strip_prefix("pom."));
        let of_project = match bare.unwrap_or(name) {
            "version" => own.version.as_deref().or(parent.map(|parent| &*parent.version)),
            "groupId" => own.group.as_deref().or(parent.map(|parent| &*parent.group)),
            "artifactId" => own.artifact.as_deref(),
            "parent.version" => parent.map(|parent| &*parent.version),
            "parent.groupId" => parent.map(|parent| &*parent.group),
            "parent.artifactId" => parent.map(|parent| &*parent.artifact),
            _ => None,
        };
        match bare {
            Some(_) => of_project.or(set.map(String::as_str)),
            None => set.map(String::as_str).or(of_project),
        }
    }
}

/// The single version that is asked for; nothing for ranges and for "the latest".
///
/// <https://maven.apache.org/pom.html#dependency-version-requirement-specification>
pub(super) fn pinned(version: &str) -> Option<&str> {
    let exact = version.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let version = exact.unwrap_or(version).trim();
    let is_open = version.contains([',', '[', ']', '(', ')'])
        || version.is_empty()
        || matches!(version, "LATEST" | "RELEASE");
    (!is_open).then_some(version)
}
