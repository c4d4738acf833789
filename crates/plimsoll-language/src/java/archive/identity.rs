//! From what an archive says about itself to packages.

use plimsoll_version::Ecosystem;

use super::manifest::Manifest;
use super::name::FileName;
use crate::java::pom::Pom;
use crate::{Component, Relationship};

/// All that is known about an archive.
pub(super) struct Facts<'a> {
    pub(super) file: FileName<'a>,
    pub(super) manifest: Manifest,
    pub(super) stated: Vec<Stated>,
    /// `group:artifact` by the table of well-known ones.
    pub(super) known: Option<String>,
    pub(super) has_classes: bool,
}

/// The packages of an archive.
#[derive(Default)]
pub(super) struct Found {
    pub(super) components: Vec<Component>,
    /// Whether the first is the archive itself.
    pub(super) own: bool,
}

/// What a directory below `META-INF/maven` says.
#[derive(Debug, Default)]
pub(super) struct Stated {
    group: String,
    artifact: String,
    version: Option<String>,
    licenses: Vec<String>,
}

impl Stated {
    /// The directory's own name is `META-INF/maven/GROUP/ARTIFACT`.
    pub(super) fn of_directory(directory: &[u8]) -> Stated {
        let text = String::from_utf8_lossy(directory);
        let mut names = text.rsplit('/');
        let artifact = names.next().unwrap_or_default().to_owned();
        Stated { group: names.next().unwrap_or_default().to_owned(), artifact, ..Stated::default() }
    }

    /// Takes over `groupId`, `artifactId` and `version` from a
    /// [property file](https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)).
    pub(super) fn properties(&mut self, content: &[u8]) {
        let text = String::from_utf8_lossy(content);
        for line in text.lines().map(str::trim) {
            if line.starts_with(['#', '!']) {
                continue;
            }
            let Some((name, value)) = line.split_once(['=', ':']) else { continue };
            let value = value.trim().replace('\\', "");
            if !is_filled_in(&value) {
                continue;
            }
            match name.trim() {
                "groupId" => self.group = value,
                "artifactId" => self.artifact = value,
                "version" => self.version = Some(value),
                _ => {}
            }
        }
    }

    /// Takes over licences, and what the properties left open.
    pub(super) fn pom(&mut self, pom: &Pom) {
        self.licenses.clone_from(&pom.licenses);
        if self.version.is_none() {
            self.version = pom.own_version().filter(|version| is_filled_in(version));
        }
    }

    fn component(&self) -> Component {
        let name = format!("{}:{}", self.group, self.artifact);
        let version = self.version.clone().unwrap_or_default();
        let doubt = version.is_empty().then(|| "its pom.properties says no version".to_owned());
        let licenses = self.licenses.clone();
        Component { licenses, doubt, ..Component::new(Ecosystem::Maven, name, version) }
    }

    /// How much of the file's name this explains, in bytes; nothing if it names something else.
    /// Distributions write `-` for the `_` of some artifacts.
    fn explains(&self, file: &FileName<'_>) -> Option<usize> {
        let plain = |text: &str| text.replace('_', "-");
        let stem = plain(file.stem);
        let rest = stem.strip_prefix(plain(&self.artifact).as_str())?;
        let version = self.version.as_deref();
        let fits = rest.is_empty()
            || rest.strip_prefix('-').is_some_and(|rest| {
                // A version, or a classifier before it: `wagon-http-shaded-3.5.3`.
                rest.starts_with(|sign: char| sign.is_ascii_digit())
                    || version
                        .is_some_and(|version| file.version == Some(version) || rest == version)
            });
        (fits && !self.artifact.is_empty()).then_some(self.artifact.len())
    }
}

fn is_filled_in(value: &str) -> bool {
    !value.is_empty() && !value.contains("${") && !value.contains('@')
}

/// The packages that an archive is and has.
pub(super) fn components(facts: Facts<'_>) -> Found {
    let mut facts = facts;
    if facts.stated.is_empty() {
        let own = facts.by_name();
        return Found { own: own.is_some(), components: own.into_iter().collect() };
    }
    let own = facts.own();
    let mut found = Found::default();
    if let Some(stated) = own.map(|own| facts.stated.remove(own)) {
        let mut component = stated.component();
        if component.version.is_empty()
            && let Some(version) = facts.file.version.or_else(|| facts.manifest.version())
        {
            component.version = version.to_owned();
            component.doubt = Some("its version is that of its file's name or manifest".to_owned());
        }
        if component.licenses.is_empty() {
            component.licenses = facts.manifest.licenses();
        }
        found.components.push(component);
    } else if facts.file.version.is_some()
        && let Some(component) = facts.by_name()
    {
        found.components.push(component);
    }
    found.own = !found.components.is_empty();
    // Without classes, there is none of theirs: javadoc, or an archive of archives.
    if facts.has_classes {
        let mut shaded: Vec<Component> = facts.stated.iter().map(Stated::component).collect();
        if found.own {
            shaded.iter_mut().for_each(|one| one.relationship = Relationship::Indirect);
            let needs = shaded.iter().map(Component::id).collect();
            if let Some(own) = found.components.first_mut() {
                own.depends_on = needs;
            }
        }
        found.components.append(&mut shaded);
    }
    found
}

impl Facts<'_> {
    /// Which description is the archive's own, and not that of something shaded into it.
    fn own(&self) -> Option<usize> {
        let named = self.stated.iter().enumerate();
        let named = named.filter_map(|(index, one)| Some((one.explains(&self.file)?, index)));
        if let Some((_, index)) = named.max() {
            return Some(index);
        }
        // A single one in a renamed file (`app.jar`) is the file's own, unless that is named after
        // another version, which makes it another artifact.
        match self.stated.as_slice() {
            [one] => {
                let other =
                    self.file.version.is_some() && self.file.version != one.version.as_deref();
                (!other).then_some(0)
            }
            _ => None,
        }
    }

    /// What the manifest and the file's name say, with doubt. Nothing for an archive without code,
    /// and for parts of the Java runtime, which are no artifacts.
    fn by_name(&self) -> Option<Component> {
        let plugin = self.manifest.get("Plugin-Version").and(self.manifest.get("Short-Name"));
        let title = self.manifest.get("Implementation-Title");
        let is_runtime = title == Some("Java Runtime Environment")
            || self.manifest.get("Specification-Title") == Some("Java Platform API Specification");
        // Starters of Spring Boot are empty but for a manifest, which fits the file's name.
        let stated = self.manifest.get("Implementation-Version");
        let is_empty_one = stated.is_some() && self.file.version == stated;
        if is_runtime || !(self.has_classes || plugin.is_some() || is_empty_one) {
            return None;
        }
        let titled = title.filter(|title| is_artifact(title) && stated.is_some());
        let artifact = match self.file.version {
            Some(_) => self.file.artifact,
            None if self.known.is_some() => self.file.artifact,
            None => plugin.or(titled).unwrap_or(self.file.artifact),
        };
        if artifact.is_empty() {
            return None;
        }
        let mut doubts = Vec::new();
        let version = match (self.file.version, self.manifest.version()) {
            (Some(version), _) => {
                doubts.push("name and version are those of its file");
                version
            }
            (None, Some(version)) => {
                doubts.push("its version is that of its manifest");
                version
            }
            (None, None) => {
                doubts.push("nothing in it says which version it is");
                ""
            }
        };
        let (name, doubt) = self.name(artifact);
        if plugin.is_some() && doubt.is_none() {
            doubts.clear();
        }
        doubts.extend(doubt);
        Some(Component {
            licenses: self.manifest.licenses(),
            doubt: (!doubts.is_empty()).then(|| doubts.join("; ")),
            ..Component::new(Ecosystem::Maven, name, version)
        })
    }

    /// `group:artifact`, and what is not certain about the group.
    fn name(&self, artifact: &str) -> (String, Option<&'static str>) {
        // Jenkins' build tool writes the real one.
        if let Some(group) = self.manifest.get("Group-Id").filter(|group| is_artifact(group)) {
            return (format!("{group}:{artifact}"), None);
        }
        if let Some(known) = &self.known {
            return (known.clone(), Some("its group is that of the artifact known by this name"));
        }
        // What is shaded in brings its manifest along, too.
        if !self.stated.is_empty() {
            return (artifact.to_owned(), Some("its group is unknown"));
        }
        let symbolic = self.manifest.symbolic_name();
        if let Some(group) = symbolic.and_then(|symbolic| group_of_bundle(symbolic, artifact)) {
            return (
                format!("{group}:{artifact}"),
                Some("its group is taken from Bundle-SymbolicName"),
            );
        }
        // `org.apache` is the vendor and not the group.
        let is_certain = |vendor: &&str| {
            is_artifact(vendor) && (vendor.split('.').count() > 2 || *vendor == artifact)
        };
        match self.manifest.get("Implementation-Vendor-Id").filter(is_certain) {
            Some(group) => (
                format!("{group}:{artifact}"),
                Some("its group is taken from Implementation-Vendor-Id"),
            ),
            None => (artifact.to_owned(), Some("its group is unknown")),
        }
    }
}

fn is_artifact(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// The group in a symbolic name of the form `GROUP.ARTIFACT`, as Maven's bundle plugin makes it.
///
/// An artifact without hyphen proves nothing: `com.google.guava` may stand for `com.google:guava` as
/// well as for `com.google.guava:guava`. Neither does a short group (that of Tomcat's
/// `org.apache.tomcat-catalina` is another), nor do other forms (that of `commons-io:commons-io` is
/// `org.apache.commons.io`).
///
/// <https://felix.apache.org/documentation/subprojects/apache-felix-maven-bundle-plugin-bnd.html>
fn group_of_bundle<'a>(symbolic: &'a str, artifact: &str) -> Option<&'a str> {
    let group = symbolic.strip_suffix(artifact)?.strip_suffix('.')?;
    let is_certain = artifact.contains('-') && group.split('.').count() > 2 && is_artifact(group);
    is_certain.then_some(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_bundles_are_taken_only_where_they_are_certain() {
        for (symbolic, artifact, expected) in [
            (
                "com.fasterxml.jackson.core.jackson-core",
                "jackson-core",
                Some("com.fasterxml.jackson.core"),
            ),
            ("org.apache.commons.io", "commons-io", None),
            ("org.apache.commons.lang3", "commons-lang3", None),
            ("com.google.guava", "guava", None),
            ("org.apache.tomcat-catalina", "tomcat-catalina", None),
            ("org.eclipse.core.runtime", "org.eclipse.core.runtime", None),
            ("slf4j.api", "slf4j-api", None),
        ] {
            assert_eq!(group_of_bundle(symbolic, artifact), expected, "{symbolic}");
        }
    }
}
