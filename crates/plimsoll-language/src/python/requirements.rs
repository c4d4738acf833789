//! `requirements.txt`: what pip is asked to install, of which pinned versions are packages.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use plimsoll_version::Ecosystem;

use super::graph::{Graph, Need};
use super::lock;
use super::requirement::Requirement;
use crate::{Component, Files, Input, Lines, Parsed, ProblemKind, Relationship, join};

/// Constraints files that one file may draw in, each of which may draw in more.
const MAX_CONSTRAINTS: usize = 16;

/// One instruction, over all the lines that it takes.
struct Statement {
    text: String,
    lines: Lines,
    /// What tools that wrote the file say in comments behind it: who asked for the package.
    via: Vec<String>,
}

/// Reads a file of requirements. Files that it includes are read for themselves; constraints pin
/// what it does not.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    if super::is_in_package(input.path) {
        return parsed;
    }
    let statements = statements(&decode(input.content));
    let pins = Constraints::of(input, &statements, files, &mut parsed);
    let mut graph = Graph::default();
    // Needs are written beside what is needed, and it may stand before what needs it.
    let mut needs: BTreeMap<String, Vec<Need>> = BTreeMap::new();
    let mut read = Vec::new();
    let mut unreadable = Vec::new();
    for statement in &statements {
        let component = match component(statement, &pins) {
            Ok(Some(component)) => component,
            Ok(None) => continue,
            Err(()) => {
                unreadable.push(statement);
                continue;
            }
        };
        let need = Need::new(&component.name, &format!("=={}", component.version));
        for parent in &statement.via {
            needs.entry(parent.clone()).or_default().push(need.clone());
        }
        read.push(component);
    }
    for component in read {
        let name = Ecosystem::PyPi.normalize(&component.name).into_owned();
        let needs = needs.remove(&name).unwrap_or_default();
        graph.add(component, needs);
    }
    if let Some(first) = unreadable.first() {
        let start: String = first.text.trim().chars().take(60).collect();
        let others = match unreadable.len() - 1 {
            0 => String::new(),
            count => format!(", and {count} more like it"),
        };
        let line = first.lines.start;
        let message = format!("line {line}: {start:?} is no requirement{others}");
        parsed.problem(ProblemKind::Malformed, message);
    }
    graph.finish(&mut parsed);
    parsed
}

/// The package of a statement, if it is about one of a known version or origin.
fn component(statement: &Statement, pins: &Constraints) -> Result<Option<Component>, ()> {
    let text = statement.text.trim();
    let address = option(text, "-e", "--editable");
    if text.is_empty() || (text.starts_with('-') && address.is_none()) {
        return Ok(None);
    }
    let (text, options) = split_options(address.unwrap_or(text));
    let address = address.map(|_| text).or_else(|| is_address(text).then_some(text));
    let mut component = match (address, Requirement::parse(text)) {
        (_, Some(requirement)) => {
            let version = requirement
                .pin()
                .or_else(|| requirement.version_of_archive())
                .or_else(|| pins.version(requirement.name));
            if version.is_none() && requirement.url.is_none_or(is_local) {
                return Ok(None);
            }
            let version = version.unwrap_or_default();
            let mut component = Component::new(Ecosystem::PyPi, requirement.name, version);
            component.doubt = lock::doubt(requirement.url.map(|url| ("address", url)));
            component
        }
        // `git+https://…#egg=NAME`; without a name nobody knows what it is.
        (Some(address), None) if !is_local(address) => {
            let named = address.split_once("egg=").map(|(_, name)| name);
            let end = |name: &str| name.find(['&', '[', ' ']).unwrap_or(name.len());
            let name = named.and_then(|name| name.get(..end(name)));
            let Some(name) = name.filter(|name| super::is_name(name)) else { return Ok(None) };
            let mut component = Component::new(Ecosystem::PyPi, name, "");
            component.doubt = lock::doubt(Some(("address", address)));
            component
        }
        (Some(_), None) => return Ok(None),
        (None, None) => return Err(()),
    };
    component.lines = vec![statement.lines];
    component.digests = hashes(options);
    if !statement.via.is_empty() {
        // `-r requirements.in`, `project (pyproject.toml)`: not a package, but who wrote the file.
        component.relationship = match statement.via.iter().all(|via| super::is_name(via)) {
            true => Relationship::Indirect,
            false => Relationship::Direct,
        };
    }
    Ok(Some(component))
}

/// Whether pip takes a text for a path or an address, not for a name.
fn is_address(text: &str) -> bool {
    let is_file = [".whl", ".zip", ".tar.gz"].iter().any(|end| text.ends_with(end));
    text.starts_with(['.', '/']) || text.contains("://") || text.starts_with("file:") || is_file
}

fn is_local(address: &str) -> bool {
    !address.contains("://") || address.starts_with("file:")
}

/// Options of one requirement begin at the first word with a hyphen.
fn split_options(text: &str) -> (&str, &str) {
    let at = [" -", "\t-"].iter().filter_map(|start| text.find(start)).min();
    let (requirement, options) = text.split_at(at.unwrap_or(text.len()));
    (requirement.trim(), options)
}

fn hashes(options: &str) -> Vec<String> {
    let words = options.split("--hash").skip(1);
    let hash = |word: &str| {
        word.trim_start_matches(['=', ' ', '\t']).split_whitespace().next().map(str::to_owned)
    };
    words.filter_map(hash).filter(|hash| hash.contains(':')).collect()
}

/// The value of an option: `-r a.txt`, `-ra.txt`, `--requirement a.txt`, `--requirement=a.txt`.
fn option<'t>(text: &'t str, short: &str, long: &str) -> Option<&'t str> {
    let value = match text.strip_prefix(long) {
        Some(rest) if rest.starts_with(['=', ' ', '\t']) => rest.trim_start_matches('='),
        Some(_) => return None,
        None if text.starts_with("--") => return None,
        None => text.strip_prefix(short)?,
    };
    Some(value.trim()).filter(|value| !value.is_empty())
}

/// Joins lines that go on, takes comments out, and keeps those that say who asked.
fn statements(text: &str) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut joined = String::new();
    let mut start = 0;
    let mut in_via = false;
    for (number, line) in (1u32..).zip(text.lines()) {
        let bare = line.trim();
        if joined.is_empty() {
            start = number;
            if let Some(comment) = bare.strip_prefix('#') {
                if let Some(last) = statements.last_mut() {
                    in_via = add_via(last, comment, in_via);
                }
                continue;
            }
        }
        in_via = false;
        // A comment ends what goes on, even with a backslash of its own.
        if !bare.starts_with('#')
            && let Some(line) = line.strip_suffix('\\')
        {
            joined.push_str(line);
            // So that an empty line which goes on is one that has begun.
            joined.push(' ');
            continue;
        }
        joined.push(' ');
        joined.push_str(line);
        let (text, comment) = split_comment(&joined);
        let lines = Lines { start, end: number };
        let mut statement = Statement { text: text.trim().to_owned(), lines, via: Vec::new() };
        if let Some(comment) = comment {
            in_via = add_via(&mut statement, comment, false);
        }
        if !statement.text.is_empty() {
            statements.push(statement);
        }
        joined.clear();
    }
    if !joined.trim().is_empty() {
        let lines = Lines { start, end: start };
        statements.push(Statement { text: joined.trim().to_owned(), lines, via: Vec::new() });
    }
    statements
}

/// A comment starts the line or has a space before it.
fn split_comment(line: &str) -> (&str, Option<&str>) {
    let is_start = |&at: &usize| {
        line.get(..at).is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t']))
    };
    match memchr::memchr_iter(b'#', line.as_bytes()).find(is_start) {
        Some(at) => (line.get(..at).unwrap_or(line), line.get(at + 1..)),
        None => (line, None),
    }
}

/// `# via a, b`, or `# via` and one name in each following comment.
fn add_via(statement: &mut Statement, comment: &str, in_via: bool) -> bool {
    let comment = comment.trim();
    let names = match comment.strip_prefix("via") {
        Some(names) if names.is_empty() || names.starts_with(' ') => names,
        _ if in_via && !comment.is_empty() => comment,
        _ => return false,
    };
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        statement.via.push(match super::is_name(name) {
            true => Ecosystem::PyPi.normalize(name).into_owned(),
            false => name.to_owned(),
        });
    }
    true
}

/// PowerShell writes UTF-16, with a mark.
fn decode(content: &[u8]) -> Cow<'_, str> {
    let wide = |rest: &[u8], read: fn([u8; 2]) -> u16| -> String {
        let units = rest.as_chunks::<2>().0.iter().map(|pair| read(*pair));
        char::decode_utf16(units).map(|sign| sign.unwrap_or('\u{fffd}')).collect()
    };
    match content {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes).into(),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes).into(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        _ => String::from_utf8_lossy(content),
    }
}

/// Versions that are allowed at all, by normalised name.
#[derive(Default)]
struct Constraints(BTreeMap<String, String>);

impl Constraints {
    /// Reads all constraints files that a file names, and tells which included files nobody reads.
    fn of(
        input: Input<'_>,
        statements: &[Statement],
        files: &dyn Files,
        parsed: &mut Parsed<Vec<Component>>,
    ) -> Constraints {
        let mut constraints = Constraints::default();
        let mut seen = HashSet::from([input.path.to_owned()]);
        let mut pending = Vec::new();
        for statement in statements {
            let included = option(&statement.text, "-r", "--requirement");
            let constraint = option(&statement.text, "-c", "--constraint");
            let Some(name) = included.or(constraint) else { continue };
            let path = input.beside(name);
            if name.contains("://") || files.content(&path).is_none() {
                let line = statement.lines.start;
                let message = format!(
                    "line {line}: {name} is included, but is not there or not known as a file of \
                     requirements (--file-patterns pip:REGEX tells)"
                );
                parsed.problem(ProblemKind::Unsupported, message);
            } else if constraint.is_some() {
                pending.push(path);
            }
        }
        while let Some(path) = pending.pop() {
            if seen.len() > MAX_CONSTRAINTS {
                let message = format!("constraints are in more than {MAX_CONSTRAINTS} files");
                parsed.problem(ProblemKind::TooLarge, message);
                break;
            }
            if !seen.insert(path.clone()) {
                continue;
            }
            let Some(content) = files.content(&path) else { continue };
            let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
            for statement in self::statements(&decode(content)) {
                let text = &*statement.text;
                let more = option(text, "-c", "--constraint")
                    .or_else(|| option(text, "-r", "--requirement"));
                pending.extend(more.map(|more| join(directory, more)));
                let read = Requirement::parse(split_options(text).0);
                if let Some((read, pin)) = read.and_then(|it| Some((it.name, it.pin()?))) {
                    let name = Ecosystem::PyPi.normalize(read).into_owned();
                    constraints.0.entry(name).or_insert_with(|| pin.to_owned());
                }
            }
        }
        constraints
    }

    fn version(&self, name: &str) -> Option<&str> {
        self.0.get(Ecosystem::PyPi.normalize(name).as_ref()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Files for Nothing {
        fn content(&self, _: &str) -> Option<&[u8]> {
            None
        }

        fn named(&self, _: &str) -> Vec<String> {
            Vec::new()
        }
    }

    fn read(content: &[u8]) -> Parsed<Vec<Component>> {
        parse(Input { path: "requirements.txt", content }, &Nothing)
    }

    fn ids(text: &str) -> Vec<String> {
        let parsed = read(text.as_bytes());
        let described = parsed.value.iter().map(|one| {
            let lines = one.lines.first().unwrap();
            format!("{} {}-{}", one.id(), lines.start, lines.end)
        });
        described.chain(parsed.problems.iter().map(|one| one.message.clone())).collect()
    }

    #[test]
    fn lines_are_read_as_pip_reads_them() {
        for (text, expected) in [
            (
                "a==1 # b==2\n#c==3\nd#e==1\n",
                &["a@1 1-1", "line 3: \"d#e==1\" is no requirement"][..],
            ),
            ("a==\\\n1 \\\n  --hash=sha256:0 # x \\\nb==2\n", &["a@1 1-4"]),
            ("a==1 \\\n# comment \\\nb==2\n", &["a@1 1-2", "b@2 3-3"]),
            ("a==1 \\", &["a@1 1-1"]),
            ("\\\n\\\na==1", &["a@1 1-3"]),
            ("-i https://x.org/a==1\n--no-binary :all:\n-e .\n./a-1.whl\n", &[]),
            ("a\nb>1\nc~=2.0\nd==3.*\ne @ file:///build/e\n", &[]),
            ("-e git+https://x.org/a.git@main#egg=a[b]\n", &["a@ 1-1"]),
            ("git+ssh://x.org/b.git#subdirectory=c&egg=b\n", &["b@ 1-1"]),
            ("https://x.org/c-1.0-py3-none-any.whl\n", &[]),
            ("a @ git+https://x.org/a.git@0 ; python_version > '3'\n", &["a@ 1-1"]),
        ] {
            assert_eq!(ids(text), expected, "{text}");
        }
    }

    #[test]
    fn any_encoding_will_do() {
        let text = "django==1.0\r\n";
        let little: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let big: Vec<u8> = [0xfe, 0xff]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        for content in [&little[..], &big, b"\xef\xbb\xbfdjango==1.0", b"# Caf\xe9\ndjango==1.0"] {
            assert_eq!(read(content).value.first().unwrap().id(), "django@1.0");
        }
    }

    #[test]
    fn an_included_file_that_nobody_reads_is_told() {
        for text in
            ["-r base.txt", "-rbase.txt", "--requirement=base.txt", "-c https://x.org/c.txt"]
        {
            assert_eq!(read(text.as_bytes()).problems.len(), 1, "{text}");
        }
    }
}
