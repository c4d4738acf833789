//! Versions that a program does not state as such: of its main module, and of Go itself.

use plimsoll_language::Component;
use plimsoll_version::Ecosystem;

use super::modules::Modules;

/// Digits of the revision in a pseudo-version.
const REVISION: usize = 12;

/// Names of variables that hold a program's own version, in lower case.
const VARIABLES: &[&str] = &[
    "version",
    "appversion",
    "buildversion",
    "gitversion",
    "releaseversion",
    "semver",
    "versionstring",
];

/// A version and what is not certain about it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) version: String,
    pub(crate) doubt: Option<String>,
}

/// The version of a main module that is `(devel)`: programs before Go 1.24, which began to ask the
/// version control, and builds that did not let it.
pub(crate) fn of_main(modules: &Modules<'_>) -> Version {
    stamped(modules).or_else(|| revision(modules)).unwrap_or_else(|| Version {
        version: String::new(),
        doubt: Some("the program does not say its version".into()),
    })
}

/// The version that the linker was told to write into a variable, the way most projects set it.
fn stamped(modules: &Modules<'_>) -> Option<Version> {
    let mut found: Option<(bool, &str, String)> = None;
    let flags = fields(modules.setting("-ldflags")?);
    for assignment in assignments(&flags) {
        let Some((variable, value)) = assignment.split_once('=') else { continue };
        let Some((package, name)) = variable.rsplit_once('.') else { continue };
        let in_main = package == "main" || package == modules.package();
        if !VARIABLES.contains(&name.to_ascii_lowercase().as_str())
            || !(in_main || is_inside(package, modules.main()))
            || !looks_like_version(value)
        {
            continue;
        }
        let value = if value.starts_with('v') { value.to_owned() } else { format!("v{value}") };
        match &found {
            // Whatever the main package says is plainer than what a package below says.
            Some((true, ..)) if !in_main => {}
            Some((rank, _, known)) if *rank == in_main && *known != value => return None,
            _ => found = Some((in_main, variable, value)),
        }
    }
    let (_, variable, value) = found?;
    let (version, since) = described(&value);
    let doubt = match since {
        None => format!("the version is the one that the linker wrote to {variable}"),
        Some(since) => format!("the linker wrote {value} to {variable}: built {since}"),
    };
    Some(Version { version: version.to_owned(), doubt: Some(doubt) })
}

/// Whether a package belongs to a module and was not copied into it.
fn is_inside(package: &str, module: &str) -> bool {
    let rest = package.strip_prefix(module).filter(|_| !module.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && !package.split('/').any(|part| part == "vendor")
}

/// `1.2` and `v1.2.3-rc.1`, but no dates, branches or revisions.
fn looks_like_version(value: &str) -> bool {
    let mut parts = value.strip_prefix('v').unwrap_or(value).splitn(3, '.');
    let digits = |part: Option<&str>| {
        part.is_some_and(|part| {
            (1..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
    digits(parts.next())
        && digits(parts.next())
        && parts.next().is_none_or(|rest| {
            rest.starts_with(|first: char| first.is_ascii_digit()) && rest.bytes().all(known)
        })
}

/// Takes off what `git describe` adds behind a tag: as a semantic version it would be older than
/// the tag, and it is newer.
fn described(version: &str) -> (&str, Option<&'static str>) {
    let (clean, changed) = match version.strip_suffix("-dirty") {
        Some(clean) => (clean, true),
        None => (version, false),
    };
    let mut parts = clean.rsplitn(3, '-');
    if let (Some(hash), Some(commits), Some(tag)) = (parts.next(), parts.next(), parts.next())
        && hash.strip_prefix('g').is_some_and(is_revision)
        && commits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return (tag, Some("from later sources"));
    }
    (clean, changed.then_some("from changed sources"))
}

fn is_revision(text: &str) -> bool {
    text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A [pseudo-version](https://go.dev/ref/mod#pseudo-versions) of the revision that was built.
fn revision(modules: &Modules<'_>) -> Option<Version> {
    let revision = modules.setting("vcs.revision").filter(|text| is_revision(text))?;
    let time = modules.setting("vcs.time")?.strip_suffix('Z')?;
    let digits: String = time.split(['-', 'T', ':']).collect();
    if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let version = format!("v0.0.0-{digits}-{}", revision.get(..REVISION)?);
    let doubt = match modules.setting("vcs.modified") {
        Some("true") => "only the revision that was built is known, and it was changed since",
        _ => "only the revision that was built is known, not the version before it",
    };
    Some(Version { version, doubt: Some(doubt.into()) })
}

/// What comes with the toolchain, `stdlib` or `toolchain`, as the vulnerability database has it.
///
/// A toolchain says `go1.22.3`, then experiments (`X:rangefunc`) or remarks of a vendor; versions
/// between releases say `devel`.
pub(crate) fn standard_library(name: &str, go: &str) -> Component {
    let mut component = Component::new(Ecosystem::Golang, name, "");
    let (version, remark) = go.split_once(' ').unwrap_or((go, ""));
    let Some(version) = version.strip_prefix("go") else {
        component.doubt = Some(match go {
            "" => "the program does not say which Go built it".into(),
            _ => format!("built by no released Go: {go}"),
        });
        return component;
    };
    // Microsoft's releases are go1.22.3-1, those with BoringCrypto were go1.15.2b5.
    let end = version.find('-').unwrap_or(version.len());
    let (mut release, mut variant) = version.split_at(end);
    if let Some(at) = release.rfind('b').filter(|at| {
        let digits = release.get(at + 1..).unwrap_or("");
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    }) {
        (release, variant) = version.split_at(at);
    }
    component.version = format!("v{release}");
    if !variant.is_empty() || !(remark.is_empty() || remark.starts_with("X:")) {
        component.doubt = Some(format!(
            "built by a vendor's Go, which may have fixes that {release} has not: {go}"
        ));
    }
    component
}

/// Undoes [`strconv.Quote`](https://pkg.go.dev/strconv#Quote), as far as settings use it.
pub(crate) fn unquote(text: &str) -> String {
    let inner = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    if let Some(raw) = inner('`') {
        return raw.to_owned();
    }
    let Some(quoted) = inner('"') else { return text.to_owned() };
    let mut plain = String::with_capacity(quoted.len());
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (letter, false) => plain.push(letter),
            (_, true) => match letters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some(other) => plain.push(other),
                None => {}
            },
        }
    }
    plain
}

/// The words of a command line, with the go command's quotes.
fn fields(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '\'' | '"' => {
                let inner = &rest[1..];
                inner.split_once(first).unwrap_or((inner, ""))
            }
            _ => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word);
        rest = after.trim_start();
    }
    words
}

/// What follows each `-X`.
fn assignments<'a>(words: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    words.iter().enumerate().filter_map(|(index, word)| {
        let flag = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
        match flag.strip_prefix('X')? {
            "" => words.get(index + 1).copied(),
            given => Some(given.strip_prefix('=')?.trim_matches(['\'', '"'])),
        }
    })
}

#[cfg(test)]
mod tests {
    use plimsoll_language::Parsed;

    use super::*;

    fn main_of(settings: &str) -> Version {
        let text = format!("path\ta.b/c/cmd/d\nmod\ta.b/c\t(devel)\t\n{settings}");
        of_main(&super::super::modules::read(&text, &mut Parsed::default()))
    }

    #[test]
    fn the_linker_is_believed_where_it_plainly_names_the_version() {
        for (flags, expected) in [
            ("-X main.version=1.2.3", "v1.2.3"),
            ("-s -w -X=main.Version=v1.2.3-rc.1", "v1.2.3-rc.1"),
            (r"-X 'a.b/c/internal/version.Version=1.2' -X main.commit=1.2.3", "v1.2"),
            ("-X a.b/c/cmd/d.buildVersion=0.4.1", "v0.4.1"),
            ("-X a.b/c/version.Version=1.0.0 -X main.version=1.0.1", "v1.0.1"),
            ("-X main.version=v1.2.3-14-gdeadbee", "v1.2.3"),
            ("-X main.version=v1.2.3-rc1-14-gdeadbee-dirty", "v1.2.3-rc1"),
            // Two that differ, other modules, no versions.
            ("-X a.b/c/x.Version=1.0.0 -X a.b/c/y.Version=2.0.0", ""),
            ("-X github.com/prometheus/common/version.Version=1.2.3", ""),
            ("-X a.b/c/vendor/x/version.Version=1.2.3", ""),
            ("-X a.b/cc/version.Version=1.2.3", ""),
            ("-X main.version=dev -X main.goVersion=1.22.1", ""),
            ("-X main.version=20240102.1", ""),
            ("-X main.version", ""),
        ] {
            let found = main_of(&format!("build\t-ldflags=\"{flags}\"\n"));
            assert_eq!(found.version, expected, "{flags}");
            assert!(found.doubt.is_some());
        }
    }

    #[test]
    fn a_revision_is_better_than_nothing() {
        let stamp = "build\tvcs.revision=0123456789abcdef0123456789abcdef01234567\n\
                     build\tvcs.time=2024-02-03T04:05:06Z\n";
        assert_eq!(main_of(stamp).version, "v0.0.0-20240203040506-0123456789ab");
        assert_eq!(main_of(&stamp.replace("06Z", "06+01:00")).version, "");
        assert_eq!(main_of("").version, "");
    }

    #[test]
    fn toolchains_are_versions_of_the_standard_library() {
        for (go, expected, certain) in [
            ("go1.22.3", "v1.22.3", true),
            ("go1.20", "v1.20", true),
            ("go1.21rc2", "v1.21rc2", true),
            ("go1.18beta1", "v1.18beta1", true),
            ("go1.22.3 X:rangefunc,boringcrypto", "v1.22.3", true),
            ("go1.22.3-1", "v1.22.3", false),
            ("go1.15.2b5", "v1.15.2", false),
            ("go1.20.12 (Red Hat 1.20.12-8.el9_4)", "v1.20.12", false),
            ("devel +0123abc Mon Jan 1", "", false),
            ("devel go1.21-0123abc Mon Jan 1", "", false),
            ("", "", false),
        ] {
            let made = standard_library("stdlib", go);
            assert_eq!((made.version.as_str(), made.doubt.is_none()), (expected, certain), "{go}");
        }
    }

    #[test]
    fn quotes_are_undone() {
        assert_eq!(unquote(r#""a \"b\" \\ c""#), r#"a "b" \ c"#);
        assert_eq!(unquote("`a\"b`"), "a\"b");
        assert_eq!(unquote("plain"), "plain");
        assert_eq!(unquote("\""), "\"");
        assert_eq!(fields(r#"  -s 'a b' "c" d"#), ["-s", "a b", "c", "d"]);
    }
}
