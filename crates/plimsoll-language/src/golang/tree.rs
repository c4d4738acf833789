//! `go.mod` with what stands beside it: `go.sum`, `vendor/modules.txt` and a `go.work` above.

use std::collections::{BTreeMap, HashSet};

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use super::directives::{self, Directive};
use super::{is_directory, is_foreign, replaced_by_directory, sums, vendored};
use crate::{Component, Files, Input, Lines, Relationship, join};

/// From this minor version of Go 1 on, `go.mod` lists all modules that are needed, not only those
/// that the project's own packages import.
const LISTS_ALL: u32 = 17;

/// Directories above a module that are looked into for `go.work`.
const MAX_ABOVE: usize = 64;

/// Members of a workspace whose names are looked up, again for each of them.
const MAX_MEMBERS: usize = 500;

/// Reads a module's requirements as the go command would take them.
pub(super) fn read(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    if is_foreign(input.path) {
        return Parsed::default();
    }
    let mut parsed: Parsed<Vec<Component>> = Parsed::default();
    let text = String::from_utf8_lossy(input.content);
    let (directives, broken) = directives::read(&text);
    for message in broken {
        parsed.problem(ProblemKind::Malformed, message);
    }
    let module = directives.iter().find(|one| one.verb == "module");
    match module.and_then(|one| Some((one.line, one.arguments.first()?))) {
        // Modules of the standard library and of the toolchain: their copies are a part of Go.
        Some((_, name)) if matches!(name.as_ref(), "std" | "cmd") => return Parsed::default(),
        Some((line, name)) => {
            let mut root = Component::new(Ecosystem::Golang, name.as_ref(), "");
            root.relationship = Relationship::Root;
            root.lines = vec![Lines { start: line, end: line }];
            parsed.add(root);
        }
        None => parsed.problem(ProblemKind::Malformed, "there is no module line"),
    }
    let work = Workspace::above(input, files, &mut parsed);
    let mut replaced = replacements(&directives, &mut parsed);
    replaced.extend(work.replacements);
    let mut known = HashSet::new();
    for one in directives.iter().filter(|one| one.verb == "require") {
        let [path, version] = one.arguments.as_slice() else {
            let message = format!("line {}: a requirement is a module and a version", one.line);
            parsed.problem(ProblemKind::Malformed, message);
            continue;
        };
        known.insert(path.as_ref().to_owned());
        let mut made = match work.members.get(path.as_ref()) {
            Some(directory) => {
                let mut made = Component::new(Ecosystem::Golang, path.as_ref(), "");
                made.doubt = Some(format!("taken from /{directory}, as go.work says"));
                made
            }
            None => replace(path, version, &replaced),
        };
        made.relationship = match one.comment.split([';', ' ']).next() {
            _ if work.members.contains_key(path.as_ref()) => Relationship::Workspace,
            Some("indirect") => Relationship::Indirect,
            _ => Relationship::Direct,
        };
        made.lines = vec![Lines { start: one.line, end: one.line }];
        parsed.add(made);
    }
    if !lists_all(&directives) {
        add_unlisted(input, files, &known, &replaced, &mut parsed);
    }
    parsed
}

fn lists_all(directives: &[Directive<'_>]) -> bool {
    let version = directives.iter().find(|one| one.verb == "go");
    let minor = version.and_then(|one| one.arguments.first()).and_then(|version| {
        let mut parts = version.split(|letter: char| !letter.is_ascii_digit());
        (parts.next() == Some("1")).then(|| parts.next()?.parse::<u32>().ok())?
    });
    // Without a go line it is 1.16.
    minor.is_some_and(|minor| minor >= LISTS_ALL)
}

/// Modules that an old `go.mod` leaves out, from the copies if there are any, else from `go.sum`.
fn add_unlisted(
    input: Input<'_>,
    files: &dyn Files,
    known: &HashSet<String>,
    replaced: &Replacements,
    parsed: &mut Parsed<Vec<Component>>,
) {
    if let Some(list) = files.content(&input.beside("vendor/modules.txt")) {
        let listed = vendored::modules(&String::from_utf8_lossy(list));
        for problem in listed.problems {
            let message = format!("vendor/modules.txt, {}", problem.message);
            parsed.problem(problem.kind, message);
        }
        let names: HashSet<String> = parsed.value.iter().map(|made| made.name.clone()).collect();
        for mut made in listed.value {
            if !known.contains(&made.name) && !names.contains(&made.name) {
                made.relationship = Relationship::Indirect;
                // They are lines of the other file.
                made.lines.clear();
                parsed.add(made);
            }
        }
        return;
    }
    let Some(sums) = files.content(&input.beside("go.sum")) else { return };
    let text = String::from_utf8_lossy(sums);
    let (modules, broken) = sums::read(&text);
    for message in broken {
        parsed.problem(ProblemKind::Malformed, format!("go.sum, {message}"));
    }
    let names: HashSet<String> = parsed.value.iter().map(Component::id).collect();
    for (path, version) in modules {
        let mut made = replace(path, version, replaced);
        if known.contains(path) || names.contains(&made.id()) {
            continue;
        }
        made.relationship = Relationship::Indirect;
        let told = "from go.sum, which may name more modules and versions than are used";
        made.doubt.get_or_insert_with(|| told.into());
        parsed.add(made);
    }
}

/// What replaces a module, or a version of it: a path, and a version unless it is a directory.
type Replacements = BTreeMap<(String, Option<String>), (String, Option<String>)>;

fn replacements(directives: &[Directive<'_>], parsed: &mut Parsed<Vec<Component>>) -> Replacements {
    let mut found = Replacements::new();
    for one in directives.iter().filter(|one| one.verb == "replace") {
        let words: Vec<&str> = one.arguments.iter().map(AsRef::as_ref).collect();
        let (old, new) = match words.as_slice() {
            [path, "=>", rest @ ..] => ((*path, None), rest),
            [path, version, "=>", rest @ ..] => ((*path, Some(*version)), rest),
            _ => (("", None), &[][..]),
        };
        let new = match new {
            [path] if is_directory(path) => ((*path).to_owned(), None),
            [path, version] => ((*path).to_owned(), Some((*version).to_owned())),
            _ => {
                let message = format!("line {}: no replacement that is known", one.line);
                parsed.problem(ProblemKind::Malformed, message);
                continue;
            }
        };
        found.insert((old.0.to_owned(), old.1.map(str::to_owned)), new);
    }
    found
}

/// A requirement or what stands in its place.
fn replace(path: &str, version: &str, replaced: &Replacements) -> Component {
    let exact = replaced.get(&(path.to_owned(), Some(version.to_owned())));
    match exact.or_else(|| replaced.get(&(path.to_owned(), None))) {
        None => Component::new(Ecosystem::Golang, path, version),
        Some((new, Some(version))) => Component::new(Ecosystem::Golang, new, version),
        Some((directory, None)) => {
            let mut made = Component::new(Ecosystem::Golang, path, "");
            made.doubt = Some(replaced_by_directory(version, directory));
            made
        }
    }
}

/// What a `go.work` above says that has this module as a member.
#[derive(Debug, Default)]
struct Workspace {
    /// Directories from the root, by the names of their modules.
    members: BTreeMap<String, String>,
    replacements: Replacements,
}

impl Workspace {
    fn above(
        input: Input<'_>,
        files: &dyn Files,
        parsed: &mut Parsed<Vec<Component>>,
    ) -> Workspace {
        let mut directory = input.directory();
        // The go command takes the nearest one, member or not.
        for _ in 0..MAX_ABOVE {
            if let Some(content) = files.content(&join(directory, "go.work")) {
                return Workspace::read(content, directory, input, files, parsed);
            }
            match directory.rsplit_once('/') {
                Some((above, _)) => directory = above,
                None if directory.is_empty() => break,
                None => directory = "",
            }
        }
        Workspace::default()
    }

    fn read(
        content: &[u8],
        directory: &str,
        input: Input<'_>,
        files: &dyn Files,
        parsed: &mut Parsed<Vec<Component>>,
    ) -> Workspace {
        let text = String::from_utf8_lossy(content);
        let (directives, broken) = directives::read(&text);
        for message in broken {
            parsed.problem(ProblemKind::Malformed, format!("go.work, {message}"));
        }
        let uses = directives.iter().filter(|one| one.verb == "use");
        let used: Vec<String> =
            uses.filter_map(|one| Some(join(directory, one.arguments.first()?))).collect();
        if !used.iter().any(|used| used == input.directory()) {
            return Workspace::default();
        }
        let members = used.into_iter().take(MAX_MEMBERS).filter_map(|used| {
            let content = files.content(&join(&used, "go.mod"))?;
            Some((module_name(content)?, used))
        });
        let members = members.collect();
        Workspace { members, replacements: replacements(&directives, parsed) }
    }
}

/// The name of a module, without reading all of its file again for each member.
fn module_name(content: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(content.get(..content.len().min(4096))?);
    let (directives, _) = directives::read(&text);
    let module = directives.into_iter().find(|one| one.verb == "module")?;
    module.arguments.into_iter().next().map(std::borrow::Cow::into_owned)
}
