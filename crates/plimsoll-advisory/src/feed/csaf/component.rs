//! Which package, in which version, a component of a product tree is.
//!
//! Components are named by a purl (<https://github.com/package-url/purl-spec>, type `rpm`), and
//! where a vendor gives none by rpm's own `NAME-EPOCH:VERSION-RELEASE.ARCH`
//! (<https://rpm-software-management.github.io/rpm/manual/>).

use std::borrow::Cow;

/// A component, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::feed) struct Component<'a> {
    pub(in crate::feed) kind: Kind,
    pub(in crate::feed) name: Cow<'a, str>,
    /// `EPOCH:VERSION-RELEASE`, without an epoch of zero; nothing where every version is meant.
    pub(in crate::feed) version: Option<String>,
    /// As rpm writes it; `src` for source packages; empty where none is given.
    pub(in crate::feed) architecture: Cow<'a, str>,
    /// `NAME:STREAM`, or a module's name alone.
    pub(in crate::feed) module: Option<String>,
    /// Whether a purl says all this.
    pub(in crate::feed) has_purl: bool,
}

/// What a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::feed) enum Kind {
    /// A package, or the source of packages.
    #[default]
    Rpm,
    /// A module as a whole.
    Module,
    /// A container image, a Java archive, firmware, …: nothing that rpm installs.
    Other,
}

/// Architectures by which an rpm's name may end.
const ARCHITECTURES: &[&str] = &[
    "aarch64",
    "armv7hl",
    "athlon",
    "i386",
    "i486",
    "i586",
    "i686",
    "ia32e",
    "ia64",
    "loongarch64",
    "noarch",
    "nosrc",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv64",
    "s390",
    "s390x",
    "src",
    "sw_64",
    "x86_64",
];

/// Files that are no packages by the end of their name; middleware is listed as such.
const ARCHIVES: &[&str] = &[".jar", ".war", ".ear", ".pom", ".zip", ".json", ".tar.gz"];

impl<'a> Component<'a> {
    /// Reads `pkg:rpm/redhat/bash@4.4.19-14.el8?arch=s390x&epoch=1&rpmmod=name:stream:…`.
    pub(in crate::feed) fn from_purl(purl: &'a str) -> Option<Component<'a>> {
        let rest = purl.strip_prefix("pkg:")?;
        let rest = rest.split('#').next().unwrap_or(rest);
        let (path, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
        let (path, version) = match path.split_once('@') {
            Some((path, version)) => (path, decode(version)),
            None => (path, Cow::Borrowed("")),
        };
        let (kind, path) = path.split_once('/')?;
        let qualifier = |name: &str| {
            let mut pairs = qualifiers.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| decode(value))
        };
        // The name may hold colons and slashes of its own: `php:7.2/php` of a module.
        let name = match path.split_once('/') {
            Some((_, name)) if matches!(kind, "rpm" | "rpmmod") => decode(name),
            _ => decode(path),
        };
        if name.is_empty() {
            return None;
        }
        let component = match kind {
            "rpm" => {
                let version = match qualifier("epoch").as_deref() {
                    None | Some("" | "0") => version.into_owned(),
                    Some(epoch) if !version.is_empty() => format!("{epoch}:{version}"),
                    Some(_) => String::new(),
                };
                let architecture = match qualifier("arch") {
                    Some(word) if word == "source" => Cow::Borrowed("src"),
                    Some(word) => word,
                    None => Cow::Borrowed(""),
                };
                Component {
                    kind: Kind::Rpm,
                    name,
                    version: Some(version).filter(|version| !version.is_empty()),
                    architecture,
                    module: qualifier("rpmmod").map(|label| name_and_stream(&label).to_owned()),
                    has_purl: true,
                }
            }
            "rpmmod" => module(&name, &version),
            _ => {
                let version = match qualifier("tag") {
                    Some(tag) if kind == "oci" => tag,
                    _ => version,
                };
                let name = match qualifier("repository_url") {
                    Some(repository) if kind == "oci" && repository.ends_with(&*name) => repository,
                    Some(repository) if kind == "oci" => Cow::Owned(format!("{repository}/{name}")),
                    _ => Cow::Owned(format!("{kind}/{name}")),
                };
                Component {
                    kind: Kind::Other,
                    name,
                    version: Some(version.into_owned()).filter(|version| !version.is_empty()),
                    has_purl: true,
                    ..Component::default()
                }
            }
        };
        Some(component.or_module_build())
    }

    /// Reads `bash-1:4.4.19-14.el8.s390x`, `bash-4.4.19-14.el8` or `bash`.
    ///
    /// A name alone is that of a source package at Red Hat and of a binary one at SUSE, so it has
    /// no architecture here.
    pub(in crate::feed) fn from_name(text: &'a str) -> Component<'a> {
        if ARCHIVES.iter().any(|end| text.ends_with(end)) {
            return Component {
                kind: Kind::Other,
                name: Cow::Borrowed(text),
                ..Component::default()
            };
        }
        let (rest, architecture) = match text.rsplit_once('.') {
            Some((rest, word)) if ARCHITECTURES.contains(&word) => (rest, word),
            _ => (text, ""),
        };
        let (name, version) = match split_version(rest) {
            Some((name, version)) => (name, Some(without_zero(version))),
            None => (rest, None),
        };
        // `module:stream/name` names the module in front.
        let (module, name) = match name.rsplit_once('/') {
            Some((module, name)) if module.contains(':') => (Some(module.to_owned()), name),
            _ => (None, name),
        };
        let component = Component {
            kind: Kind::Rpm,
            name: Cow::Borrowed(name),
            version,
            architecture: Cow::Borrowed(architecture),
            module,
            has_purl: false,
        };
        component.or_module_build()
    }

    /// A build of a whole module calls itself by name, stream, version and context, as in
    /// `python39-3.9-8100020240826142629.d47b87a4`.
    fn or_module_build(self) -> Component<'a> {
        let Some(version) = self.version.as_deref().filter(|_| self.kind == Kind::Rpm) else {
            return self;
        };
        let Some((stream, build)) = version.split_once('-') else { return self };
        let is_build = build.split_once('.').is_some_and(|(version, context)| {
            version.len() >= MODULE_VERSION
                && version.bytes().all(|byte| byte.is_ascii_digit())
                && !context.is_empty()
                && context.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if !is_build {
            return self;
        }
        Component {
            kind: Kind::Module,
            module: Some(format!("{}:{stream}", self.name)),
            architecture: Cow::Borrowed(""),
            ..self
        }
    }
}

/// Digits in a module's version: the platform and a time stamp, as in `8100020240826142629`.
const MODULE_VERSION: usize = 14;

/// The module `name@stream:version:context`, or `name:stream`.
fn module<'a>(name: &str, version: &str) -> Component<'a> {
    // `php:7.2/php` is a component of a module, under its module.
    if let Some((module, component)) = name.rsplit_once('/') {
        return Component {
            kind: Kind::Rpm,
            name: Cow::Owned(component.to_owned()),
            architecture: Cow::Borrowed("src"),
            module: Some(module.to_owned()),
            version: None,
            has_purl: true,
        };
    }
    let mut parts = version.splitn(3, ':');
    let stream = parts.next().filter(|stream| !stream.is_empty());
    let label = match stream {
        Some(stream) => format!("{name}:{stream}"),
        None => name.to_owned(),
    };
    let build = stream.zip(parts.next()).map(|(stream, version)| match parts.next() {
        Some(context) => format!("{stream}-{version}.{context}"),
        None => format!("{stream}-{version}"),
    });
    Component {
        kind: Kind::Module,
        name: Cow::Owned(name.to_owned()),
        version: build,
        architecture: Cow::Borrowed(""),
        module: Some(label),
        has_purl: true,
    }
}

/// `perl-FCGI:0.78` of `perl-FCGI:0.78:8060020250604201935:513b2a65`.
fn name_and_stream(label: &str) -> &str {
    match label.match_indices(':').nth(1) {
        Some((end, _)) => &label[..end],
        None => label,
    }
}

/// `(name, version-release)`; nothing for a name alone, whose parts may look like versions
/// (`libQtWebKit4-32bit`, `java-1_8_0-openjdk`), but which has no release that starts with a digit
/// behind a version that does.
fn split_version(text: &str) -> Option<(&str, &str)> {
    let (front, release) = text.rsplit_once('-')?;
    let (name, version) = front.rsplit_once('-')?;
    let starts_with_digit = |part: &str| part.bytes().next().is_some_and(|b| b.is_ascii_digit());
    let is_version = starts_with_digit(version) || version.contains(':');
    let is_release = starts_with_digit(release) || release.contains('.');
    (!name.is_empty() && is_version && is_release).then(|| (name, &text[name.len() + 1..]))
}

fn without_zero(version: &str) -> String {
    version.strip_prefix("0:").unwrap_or(version).to_owned()
}

/// Undoes percent encoding. What is no valid encoding stays as it is.
pub(in crate::feed) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let pair = tail.get(..2).filter(|_| first == b'%');
        let decoded = pair
            .filter(|pair| pair.iter().all(u8::is_ascii_hexdigit))
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match decoded {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    match String::from_utf8(bytes) {
        Ok(decoded) => Cow::Owned(decoded),
        Err(_) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(component: &Component) -> (Kind, String, String, String, String) {
        (
            component.kind,
            component.name.clone().into_owned(),
            component.version.clone().unwrap_or_default(),
            component.architecture.clone().into_owned(),
            component.module.clone().unwrap_or_default(),
        )
    }

    #[test]
    fn purls_are_taken_apart() {
        for (purl, expected) in [
            (
                "pkg:rpm/redhat/bash@4.4.19-14.el8?arch=s390x",
                (Kind::Rpm, "bash", "4.4.19-14.el8", "s390x", ""),
            ),
            (
                "pkg:rpm/redhat/bind@9.1-2?arch=src&epoch=32",
                (Kind::Rpm, "bind", "32:9.1-2", "src", ""),
            ),
            (
                "pkg:rpm/redhat/libtiff@4.0.9-32.el8_10?epoch=0",
                (Kind::Rpm, "libtiff", "4.0.9-32.el8_10", "", ""),
            ),
            (
                "pkg:rpm/redhat/redis@6.2-1.module%2Bel8?arch=x86_64&rpmmod=redis:6:8100020250113083959:489197e6",
                (Kind::Rpm, "redis", "6.2-1.module+el8", "x86_64", "redis:6"),
            ),
            ("pkg:rpm/redhat/samba-client", (Kind::Rpm, "samba-client", "", "", "")),
            (
                "pkg:rpmmod/redhat/postgresql@12:8060020240903093929:ad008a3a",
                (
                    Kind::Module,
                    "postgresql",
                    "12-8060020240903093929.ad008a3a",
                    "",
                    "postgresql:12",
                ),
            ),
            (
                "pkg:rpm/redhat/python39@3.9-8060020240916062113.6a631399?epoch=0",
                (Kind::Module, "python39", "3.9-8060020240916062113.6a631399", "", "python39:3.9"),
            ),
            ("pkg:rpmmod/redhat/php:7.2/php", (Kind::Rpm, "php", "", "src", "php:7.2")),
            (
                "pkg:oci/udi-rhel9@sha256%3Abb9f?arch=ppc64le&repository_url=registry.redhat.io/devspaces&tag=17",
                (Kind::Other, "registry.redhat.io/devspaces/udi-rhel9", "17", "", ""),
            ),
            (
                "pkg:maven/antlr/antlr@2.7.7?type=jar",
                (Kind::Other, "maven/antlr/antlr", "2.7.7", "", ""),
            ),
        ] {
            let read = Component::from_purl(purl).expect(purl);
            let (kind, name, version, architecture, module) = expected;
            let expected = (kind, name.into(), version.into(), architecture.into(), module.into());
            assert_eq!(words(&read), expected, "{purl}");
        }
        for wrong in ["", "rpm/redhat/bash", "pkg:rpm", "pkg:rpm/redhat/"] {
            assert_eq!(Component::from_purl(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_are_taken_apart() {
        for (text, name, version, architecture, module) in [
            ("telnet-1:0.17-65.el7_6.x86_64", "telnet", "1:0.17-65.el7_6", "x86_64", ""),
            ("bash-0:4.4.19-14.el8.src", "bash", "4.4.19-14.el8", "src", ""),
            ("helm-mirror-0.2.1-1.7.1.aarch64", "helm-mirror", "0.2.1-1.7.1", "aarch64", ""),
            ("ctdb-4.19.2+git.322.7e9201cef5-1.1", "ctdb", "4.19.2+git.322.7e9201cef5-1.1", "", ""),
            ("libdcerpc-binding0-32bit", "libdcerpc-binding0-32bit", "", "", ""),
            ("libndr1-3-devel", "libndr1-3-devel", "", "", ""),
            ("samba4", "samba4", "", "", ""),
            ("php:7.2/php", "php", "", "", "php:7.2"),
            ("", "", "", "", ""),
        ] {
            let read = words(&Component::from_name(text));
            let expected =
                (Kind::Rpm, name.into(), version.into(), architecture.into(), module.into());
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn broken_encodings_stay() {
        assert_eq!(decode("a%2Bb%zz%"), "a+b%zz%");
        assert_eq!(decode("%ff"), "%ff");
    }
}
