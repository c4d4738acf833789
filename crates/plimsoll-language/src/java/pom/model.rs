//! What one `pom.xml` says, before anything is filled in.
//!
//! <https://maven.apache.org/ref/current/maven-model/maven.html>

use std::collections::BTreeMap;

use crate::java::xml::{self, Element};
use crate::{Lines, Positions};

/// A project object model.
#[derive(Debug, Default)]
pub(in crate::java) struct Pom {
    pub(super) group: Option<String>,
    pub(super) artifact: Option<String>,
    pub(super) version: Option<String>,
    pub(super) parent: Option<Parent>,
    /// Those of profiles that are active by default are among them.
    pub(super) properties: BTreeMap<String, String>,
    pub(super) managed: Vec<Dependency>,
    pub(super) dependencies: Vec<Dependency>,
    pub(in crate::java) licenses: Vec<String>,
    /// Where the artifact's name stands.
    pub(super) lines: Option<Lines>,
}

/// What a project inherits from.
#[derive(Debug, Clone)]
pub(super) struct Parent {
    pub(super) group: String,
    pub(super) artifact: String,
    pub(super) version: String,
    /// Nothing where it is to be looked for in repositories only.
    pub(super) relative_path: Option<String>,
}

/// A dependency, or what is managed about it.
#[derive(Debug, Clone, Default)]
pub(super) struct Dependency {
    pub(super) group: Option<String>,
    pub(super) artifact: Option<String>,
    pub(super) version: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) classifier: Option<String>,
    pub(super) lines: Option<Lines>,
}

impl Pom {
    /// Reads a document. Errors are sentence fragments.
    pub(in crate::java) fn parse(content: &[u8]) -> Result<Pom, String> {
        let text = String::from_utf8_lossy(content);
        let root = xml::parse(&text)?;
        if root.name != "project" {
            return Err(format!("its outermost element is <{}> and not <project>", root.name));
        }
        let positions = Positions::new(text.as_bytes());
        let lines = |element: &Element| Some(positions.lines(element.span.0, element.span.1));
        let owned = |name: &str| root.text_of(name).map(str::to_owned);
        let mut pom = Pom {
            group: owned("groupId"),
            artifact: owned("artifactId"),
            version: owned("version"),
            parent: root.child("parent").and_then(parent),
            lines: root.child("artifactId").and_then(lines),
            ..Pom::default()
        };
        let licenses = root.list("licenses").iter();
        pom.licenses.extend(licenses.filter_map(|one| one.text_of("name")).map(str::to_owned));
        pom.add(&root, &lines);
        for profile in root.list("profiles") {
            let activation = profile.child("activation");
            let is_default = activation.and_then(|one| one.text_of("activeByDefault"));
            if is_default == Some("true") {
                pom.add(profile, &lines);
            }
        }
        Ok(pom)
    }

    /// Takes over what both a project and a profile may have; a later one wins.
    fn add(&mut self, element: &Element, lines: &dyn Fn(&Element) -> Option<Lines>) {
        let set = element.list("properties").iter();
        self.properties.extend(set.map(|one| (one.name.clone(), one.text.clone())));
        let all = |list: &[Element]| -> Vec<Dependency> {
            let wanted = list.iter().filter(|one| one.name == "dependency");
            wanted.map(|one| dependency(one, lines(one))).collect()
        };
        self.dependencies.extend(all(element.list("dependencies")));
        let management = element.child("dependencyManagement");
        self.managed.extend(all(management.map_or(&[], |one| one.list("dependencies"))));
    }

    /// Its version where no property is needed that others set.
    pub(in crate::java) fn own_version(&self) -> Option<String> {
        let version = self.version.as_deref();
        let inherited = || self.parent.as_ref().map(|parent| parent.version.as_str());
        let version = version.or_else(inherited)?;
        match version.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
            Some(property) => self.properties.get(property).cloned(),
            None => Some(version.to_owned()),
        }
    }
}

fn parent(element: &Element) -> Option<Parent> {
    let text = |name: &str| element.text_of(name).unwrap_or_default().to_owned();
    let relative_path = match element.child("relativePath") {
        None => Some("../pom.xml".to_owned()),
        Some(given) => Some(given.text.clone()).filter(|path| !path.is_empty()),
    };
    Some(Parent {
        group: element.text_of("groupId")?.to_owned(),
        artifact: element.text_of("artifactId")?.to_owned(),
        version: text("version"),
        relative_path,
    })
}

fn dependency(element: &Element, lines: Option<Lines>) -> Dependency {
    let owned = |name: &str| element.text_of(name).map(str::to_owned);
    Dependency {
        group: owned("groupId"),
        artifact: owned("artifactId"),
        version: owned("version"),
        scope: owned("scope"),
        kind: owned("type"),
        classifier: owned("classifier"),
        lines,
    }
}
