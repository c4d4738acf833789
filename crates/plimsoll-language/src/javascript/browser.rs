//! Libraries for browsers that somebody has copied: known by what they say of themselves.
//!
//! In the manner of [Retire.js](https://github.com/RetireJS/retire.js), with a table of our own.

use std::sync::LazyLock;

use plimsoll_image::{Parsed, ProblemKind};
use regex::bytes::{Regex, RegexBuilder};

use super::installed;
use super::libraries::{LIBRARIES, Library};
use crate::{Component, Input};

/// What stands for `VERSION` in the table: two numbers at least, perhaps a pre-release.
const VERSION: &str = r"(\d+\.\d+(?:\.\d+)*(?:[-.]?(?:alpha|beta|rc|pre|dev)[-.]?\d*(?:\.\d+)*)?)";

/// Directories of other ecosystems in which packages lie.
const PACKAGE_ROOTS: [&str; 4] = ["site-packages", "dist-packages", "gems", "vendor"];

static RULES: LazyLock<Vec<(&'static Library, Vec<Regex>)>> = LazyLock::new(|| {
    let compile = |banner: &&str| {
        // All of them are compiled in a test.
        RegexBuilder::new(&expression(banner)).unicode(false).build().ok()
    };
    let each = LIBRARIES.iter();
    each.map(|library| (library, library.banners.iter().filter_map(compile).collect())).collect()
});

/// The expression of a banner. The last `VERSION` is the place of the version; lodash has a variable
/// of that name before it.
fn expression(banner: &str) -> String {
    match banner.rsplit_once("VERSION") {
        Some((before, after)) => format!("{before}{VERSION}{after}"),
        None => banner.to_owned(),
    }
}

/// Finds the libraries in a script.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let Some(holder) = Holder::of(input.path) else { return parsed };
    if [b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| input.content.starts_with(*mark)) {
        let message = "it is UTF-16, which is not searched for libraries";
        parsed.problem(ProblemKind::Unsupported, message);
        return parsed;
    }
    for (library, rules) in RULES.iter() {
        let sign = library.sign.as_bytes();
        let there = memchr::memmem::find(input.content, sign).is_some();
        if !there || holder.package == Some(library.name) {
            continue;
        }
        let found = rules.iter().find_map(|rule| rule.captures(input.content)?.get(1));
        let Some(version) = found else { continue };
        let version = String::from_utf8_lossy(version.as_bytes());
        let mut component = Component::new(library.ecosystem, library.name, version);
        component.doubt = holder.package.map(|package| {
            format!("it is a copy inside of the package {package}, which may have changed it")
        });
        parsed.value.push(component);
    }
    parsed
}

/// The package of npm that a script lies in.
struct Holder<'a> {
    package: Option<&'a str>,
}

impl<'a> Holder<'a> {
    /// Nothing if the script is a test, an example or documentation of a package.
    fn of(path: &'a str) -> Option<Holder<'a>> {
        let (mut package, mut inside) = (None, None);
        for root in ["/node_modules/", "/share/nodejs/", "/registry.npmjs.org/"] {
            let found = path.rfind(root).map(|at| at + root.len());
            let found = found.or_else(|| {
                let start = root.get(1..)?;
                path.starts_with(start).then_some(start.len())
            });
            if let Some(rest) = found.and_then(|at| path.get(at..)) {
                let scope =
                    if rest.starts_with('@') { rest.find('/').map_or(0, |at| at + 1) } else { 0 };
                let end = rest.get(scope..)?.find('/')? + scope;
                package = rest.get(..end);
                // Yarn names the directories of its store `lodash-npm-4.17.4-0a1b2c3d4e`.
                if package == Some(".store") {
                    let entry = rest.get(end + 1..).unwrap_or("");
                    package = entry.split("-npm-").next();
                }
                inside = rest.get(end..);
                break;
            }
        }
        let inside = inside.or_else(|| {
            let at =
                PACKAGE_ROOTS.iter().filter_map(|root| path.find(&format!("/{root}/"))).min()?;
            path.get(at..)
        });
        let inside = inside.unwrap_or("");
        let directories = inside.rsplit_once('/').map_or("", |(directories, _)| directories);
        let no_code = directories.split('/').any(installed::is_no_code);
        (!no_code).then_some(Holder { package })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_expressions_are_good() {
        for (library, rules) in RULES.iter() {
            assert_eq!(rules.len(), library.banners.len(), "{}", library.name);
        }
    }

    #[test]
    fn banners_have_versions() {
        for (text, expected) in [
            ("/*! jQuery v3.5.1 | (c) JS Foundation", "jquery 3.5.1"),
            ("/*!\n * jQuery JavaScript Library v1.6\n * http://jquery.com/", "jquery 1.6"),
            ("/*! jQuery v3.0.0-rc1 | (c)", "jquery 3.0.0-rc1"),
            ("/*! jQuery UI - v1.12.1 - 2016-09-14", "jquery-ui 1.12.1"),
            ("/*!\n * jQuery UI Dialog 1.11.4\n", "jquery-ui 1.11.4"),
            ("/*! jQuery Migrate v3.3.2 | (c)", "jquery-migrate 3.3.2"),
            ("/*!\n  * Bootstrap v4.3.1 (https://getbootstrap.com/)", "bootstrap 4.3.1"),
            ("/*\n AngularJS v1.8.2\n (c) 2010", "angular 1.8.2"),
            ("/** @license React v16.13.1\n * react-dom.production.min.js\n", "react-dom 16.13.1"),
            ("/**\n * React v15.6.2\n */", "react 15.6.2"),
            ("/*!\n * Vue.js v2.6.14\n", "vue 2.6.14"),
            ("/* Prototype JavaScript framework, version 1.7.3\n", "prototypejs 1.7.3"),
        ] {
            let parsed = parse(Input { path: "srv/a.js", content: text.as_bytes() });
            let found: Vec<String> =
                parsed.value.iter().map(|one| format!("{} {}", one.name, one.version)).collect();
            assert_eq!(found, [expected], "{text}");
        }
    }

    #[test]
    fn mentions_are_no_banners() {
        for text in [
            "// requires jQuery v1.9.1 or later",
            "/*! my plugin, built for jQuery UI v1.8.0 */",
            " * Lodash lodash.com/license | Underscore.js 1.8.3 underscorejs.org/LICENSE",
            "/*! jQuery vX.Y */",
        ] {
            let parsed = parse(Input { path: "srv/a.js", content: text.as_bytes() });
            assert_eq!(parsed.value, [], "{text}");
        }
    }

    #[test]
    fn copies_in_packages_are_doubtful_and_tests_are_none() {
        let find = |path| {
            let parsed = parse(Input { path, content: b"/*! jQuery v3.5.1 | (c)" });
            parsed.value.first().map(|one| one.doubt.is_some())
        };
        assert_eq!(find("var/www/jquery.js"), Some(false));
        assert_eq!(find("srv/node_modules/jquery/dist/jquery.min.js"), None);
        assert_eq!(find("node_modules/jquery/dist/jquery.min.js"), None);
        assert_eq!(find("srv/node_modules/@s/a/static/jquery.min.js"), Some(true));
        assert_eq!(find("srv/node_modules/a/test/jquery.min.js"), None);
        assert_eq!(find("usr/share/nodejs/jquery/dist/jquery.js"), None);
        assert_eq!(find("deno/npm/registry.npmjs.org/jquery/3.5.1/dist/jquery.js"), None);
        assert_eq!(find("a/node_modules/.store/jquery-npm-3.5.1-0/package/dist/jquery.js"), None);
        assert_eq!(find("usr/lib/python3/site-packages/a/tests/static/jquery.js"), None);
        assert_eq!(find("usr/lib/python3/site-packages/a/static/jquery.js"), Some(false));
        assert_eq!(find("srv/test/jquery.js"), Some(false));
        assert_eq!(find("srv/nodejs/public/jquery.js"), Some(false));
    }
}
