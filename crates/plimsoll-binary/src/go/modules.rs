//! The text of the modules: `path`, `mod`, `dep`, `=>` and `build` lines, their fields separated by
//! tabs. [`runtime/debug.BuildInfo`](https://pkg.go.dev/runtime/debug#BuildInfo) says what they mean.

use std::collections::HashSet;

use plimsoll_language::{Component, Parsed, ProblemKind, Relationship};
use plimsoll_version::Ecosystem;

use super::version;
use crate::Program;

/// What a program is built from.
#[derive(Debug, Default)]
pub(crate) struct Modules<'a> {
    /// The import path of its main package.
    path: &'a str,
    main: Option<Module<'a>>,
    dependencies: Vec<Module<'a>>,
    /// How it was built: keys and values.
    settings: Vec<(&'a str, String)>,
}

#[derive(Debug, Clone, Copy)]
struct Module<'a> {
    path: &'a str,
    version: &'a str,
    /// What stands in its place: another module, or a directory if that has no version.
    replacement: Option<(&'a str, &'a str)>,
}

/// Reads the lines that are known; Go adds new ones from time to time.
pub(crate) fn read<'a>(text: &'a str, parsed: &mut Parsed<Program>) -> Modules<'a> {
    let mut modules = Modules::default();
    let mut last_is_main = false;
    for line in text.lines() {
        let (word, rest) = line.split_once('\t').unwrap_or((line, ""));
        let mut fields = rest.split('\t');
        let (path, version) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
        match word {
            "path" => modules.path = rest,
            "mod" | "dep" if path.is_empty() => {
                let message = format!("a line of Go's build information has no module: {line:?}");
                parsed.problem(ProblemKind::Malformed, message);
            }
            "mod" => {
                modules.main = Some(Module { path, version, replacement: None });
                last_is_main = true;
            }
            "dep" => {
                modules.dependencies.push(Module { path, version, replacement: None });
                last_is_main = false;
            }
            "=>" => {
                let last = match last_is_main {
                    true => modules.main.as_mut(),
                    false => modules.dependencies.last_mut(),
                };
                if let Some(last) = last {
                    last.replacement = Some((path, version));
                }
            }
            "build" => {
                if let Some((key, value)) = setting(rest) {
                    modules.settings.push((key, value));
                }
            }
            _ => {}
        }
    }
    modules
}

/// `-ldflags="-s -w"`: a key and a value, which is quoted if it needs to be.
fn setting(text: &str) -> Option<(&str, String)> {
    let (key, value) = text.split_once('=')?;
    Some((key, version::unquote(value)))
}

impl<'a> Modules<'a> {
    /// The import path of the main package; empty if nothing says it.
    pub(crate) fn package(&self) -> &'a str {
        // What was built from files by name has no path.
        if self.path == "command-line-arguments" { "" } else { self.path }
    }

    /// The path of the main module; empty if nothing says it.
    pub(crate) fn main(&self) -> &'a str {
        self.main.map_or("", |main| main.path)
    }

    /// The value of a setting.
    pub(crate) fn setting(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str())
    }

    /// The main module, the modules that it needs, and the standard library.
    pub(crate) fn components(&self, go: &str) -> Vec<Component> {
        let mut components = Vec::new();
        if let Some(main) = self.main {
            let mut component = main.component();
            if component.version.is_empty() && main.replacement.is_none() {
                let found = version::of_main(self);
                (component.version, component.doubt) = (found.version, found.doubt);
            }
            component.relationship = Relationship::Root;
            components.push(component);
        }
        components.extend(self.dependencies.iter().map(Module::component));
        components.push(version::standard_library("stdlib", go));
        if self.path == "cmd/go" {
            components.push(version::standard_library("toolchain", go));
        }
        let mut seen = HashSet::new();
        components.retain(|component| seen.insert(component.id()));
        components
    }
}

impl Module<'_> {
    fn component(&self) -> Component {
        let told = |version: &str| match version {
            // What Go writes for a module whose version it does not know.
            "(devel)" => String::new(),
            version => version.to_owned(),
        };
        match self.replacement {
            None => {
                let mut made = Component::new(Ecosystem::Golang, self.path, told(self.version));
                if made.version.is_empty() {
                    made.doubt = Some("the program does not say its version".into());
                } else if made.version.ends_with("+dirty") {
                    made.doubt = Some("built from sources that were changed since".into());
                }
                made
            }
            Some((path, _)) if is_directory(path) => {
                let mut made = Component::new(Ecosystem::Golang, self.path, "");
                made.doubt = Some(format!(
                    "{} was replaced by the directory {path}, whose version nobody knows",
                    self.version
                ));
                made
            }
            Some((path, version)) => Component::new(Ecosystem::Golang, path, told(version)),
        }
    }
}

/// Whether a replacement is a directory: they start so by
/// [the rules](https://go.dev/ref/mod#go-mod-file-replace).
fn is_directory(path: &str) -> bool {
    path.starts_with("./") || path.starts_with("../") || path.starts_with('/') || is_drive(path)
}

fn is_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [b'.', b'\\', ..] | [b'.', b'.', b'\\', ..])
        || matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
        || path == "."
        || path == ".."
}
