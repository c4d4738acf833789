//! Files that look like packages of JavaScript and are none, and packages that do not look like it.
//!
//! Each of them made some scanner claim a package that nobody has, or lose one that is there.

use std::collections::BTreeMap;

use plimsoll_language::{Component, Dispatcher, Files, Input, Parser, extractors, join};

/// A tree in memory.
struct Tree(BTreeMap<String, Vec<u8>>);

impl Files for Tree {
    fn content(&self, path: &str) -> Option<&[u8]> {
        self.0.get(&join("", path)).map(Vec::as_slice)
    }

    fn named(&self, name: &str) -> Vec<String> {
        let has_name = |path: &&String| path.rsplit('/').next() == Some(name);
        self.0.keys().filter(has_name).cloned().collect()
    }
}

/// Everything that is read from these files, none of which has a problem.
fn read(files: &[(&str, &str)]) -> Vec<Component> {
    let dispatcher = Dispatcher::new(extractors());
    // Only what is read together with others is kept, as in a scan.
    let kept = files.iter().filter(|(path, _)| {
        let parser = dispatcher.find(path.as_bytes()).map(|row| row.parser);
        matches!(parser, Some(Parser::WithOthers(_) | Parser::Companion))
    });
    let tree = kept.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    let tree = Tree(tree.collect());
    let mut components = Vec::new();
    for (path, text) in files {
        let input = Input { path, content: text.as_bytes() };
        let parsed = match dispatcher.find(path.as_bytes()).map(|row| row.parser) {
            Some(Parser::Alone(parse)) => parse(input),
            Some(Parser::WithOthers(parse)) => parse(input, &tree),
            _ => continue,
        };
        assert_eq!(parsed.problems, [], "{path}");
        components.extend(parsed.value);
    }
    components
}

fn names(files: &[(&str, &str)]) -> Vec<String> {
    read(files).iter().map(Component::id).collect()
}

const PACKAGE: &str = r#"{"name":"trap","version":"6.6.6"}"#;

#[test]
fn manifests_that_are_no_packages() {
    for path in [
        "srv/app/package.json",
        "srv/app/packages/member/package.json",
        "srv/app/test/fixtures/package.json",
        "node_modules/a/package.json.orig",
        "node_modules/a/test/package.json",
        "node_modules/a/test/fixtures/node_modules/trap/package.json",
        "node_modules/a/tests/node_modules/trap/package.json",
        "node_modules/resolve/test/resolver/multirepo/node_modules/trap/package.json",
        "node_modules/a/lib/__fixtures__/node_modules/trap/package.json",
        "node_modules/a/examples/app/node_modules/trap/package.json",
        "node_modules/create-app/template/package.json",
        "node_modules/create-app/templates/default/node_modules/trap/package.json",
        "node_modules/a/dist/esm/package.json",
        "node_modules/a/es/package.json",
        "node_modules/next/dist/compiled/trap/package.json",
        "node_modules/.cache/loader/package.json",
        "node_modules/.vite/deps/package.json",
        "node_modules/.package-lock.json",
        "root/.npm/_cacache/content-v2/package.json",
        "root/.bun/install/cache/trap@6.6.6@@@1/package.json",
        "usr/share/nodejs/a/test/package.json",
        "usr/share/doc/nodejs/a/package.json",
        "usr/share/code/resources/app/extensions/git/package.json",
        "opt/yarn-v1.22.22/package.json",
    ] {
        assert_eq!(names(&[(path, PACKAGE)]), [""; 0], "{path}");
    }
    let markers = [r#"{"type":"module"}"#, r#"{"sideEffects":false}"#, "{}"];
    for marker in markers {
        assert_eq!(names(&[("node_modules/a/package.json", marker)]), [""; 0], "{marker}");
    }
}

#[test]
fn manifests_that_are_packages() {
    for path in [
        "node_modules/trap/package.json",
        "node_modules/another-name/package.json",
        "srv/test/node_modules/trap/package.json",
        "node_modules/test/package.json",
        "node_modules/@s/docs/package.json",
        "node_modules/a/node_modules/@s/trap/package.json",
        "node_modules/.pnpm/trap@6.6.6/node_modules/trap/package.json",
        "node_modules/.bun/trap@6.6.6/node_modules/trap/package.json",
        "node_modules/.deno/trap@6.6.6/node_modules/trap/package.json",
        "usr/local/lib/node_modules/trap/package.json",
        "usr/lib/node_modules_20/trap/package.json",
        "usr/share/nodejs/trap/package.json",
        "usr/share/nodejs/@s/trap/package.json",
        "opt/electron/resources/app/node_modules/trap/package.json",
        "app/.yarn/unplugged/trap-npm-6.6.6-0/node_modules/trap/package.json",
    ] {
        assert_eq!(names(&[(path, PACKAGE)]), ["trap@6.6.6"], "{path}");
    }
}

#[test]
fn lock_files_of_packages_are_nobodys() {
    let npm = r#"{"lockfileVersion":3,"packages":{"node_modules/trap":{"version":"6.6.6"}}}"#;
    let yarn = "trap@^6:\n  version \"6.6.6\"\n";
    let pnpm = "lockfileVersion: '9.0'\npackages:\n  trap@6.6.6: {}\n";
    let bun = r#"{"packages":{"trap":["trap@6.6.6","",{},""]}}"#;
    let deno = r#"{"version":"5","npm":{"trap@6.6.6":{}}}"#;
    let workflow = "jobs:\n  a:\n    steps:\n    - uses: trap/trap@v6.6.6\n";
    for (name, text) in [
        ("package-lock.json", npm),
        ("npm-shrinkwrap.json", npm),
        ("yarn.lock", yarn),
        ("pnpm-lock.yaml", pnpm),
        ("bun.lock", bun),
        ("deno.lock", deno),
        (".github/workflows/test.yml", workflow),
    ] {
        let inside = format!("srv/node_modules/a/{name}");
        assert_eq!(names(&[(&inside, text)]), [""; 0], "{inside}");
        assert_eq!(read(&[(name, text)]).len(), 1, "{name}");
    }
    // What npm installed has a list of its own, which says what the manifests say.
    assert_eq!(names(&[("node_modules/.package-lock.json", npm)]), [""; 0]);
}

#[test]
fn an_alias_is_the_package_behind_it() {
    let yarn = "# yarn lockfile v1\n\"a@npm:@s/real@^1\":\n  version \"1.0.0\"\n";
    let berry = "__metadata:\n  version: 8\n\n\"a@npm:@s/real@^1\":\n  version: 1.0.0\n  resolution: \"@s/real@npm:1.0.0\"\n";
    let npm = r#"{"packages":{"node_modules/a":{"name":"@s/real","version":"1.0.0"}}}"#;
    let old = r#"{"dependencies":{"a":{"version":"npm:@s/real@1.0.0"}}}"#;
    let bun = r#"{"packages":{"a":["@s/real@1.0.0","",{},""]}}"#;
    for (path, text) in [
        ("yarn.lock", yarn),
        ("yarn.lock", berry),
        ("package-lock.json", npm),
        ("package-lock.json", old),
        ("bun.lock", bun),
    ] {
        assert_eq!(names(&[(path, text)]), ["@s/real@1.0.0"], "{text}");
    }
}

#[test]
fn a_patched_package_is_one_package() {
    let berry = "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n\n\"a@patch:a@npm%3A^1#./fix.patch\":\n  version: 1.0.0\n  resolution: \"a@patch:a@npm%3A1.0.0#./fix.patch\"\n";
    assert_eq!(names(&[("yarn.lock", berry)]), ["a@1.0.0"]);
    let pnpm = "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {}\nsnapshots:\n  a@1.0.0(patch_hash=00): {}\n  a@1.0.0(b@2.0.0): {}\n";
    assert_eq!(names(&[("pnpm-lock.yaml", pnpm)]), ["a@1.0.0"]);
}

#[test]
fn the_nearest_package_is_needed() {
    let npm = r#"{"packages":{
        "":{"dependencies":{"a":"1","b":"1"}},
        "node_modules/a":{"version":"1.0.0","dependencies":{"b":"2"}},
        "node_modules/a/node_modules/b":{"version":"2.0.0","dependencies":{"a":"1"}},
        "node_modules/b":{"version":"1.0.0"}}}"#;
    let components = read(&[("package-lock.json", npm)]);
    let needs: Vec<_> = components.iter().map(|one| (one.id(), one.depends_on.join(","))).collect();
    let expected = [("a@1.0.0", "b@2.0.0"), ("b@2.0.0", "a@1.0.0"), ("b@1.0.0", "")];
    let expected = expected.map(|(id, needs)| (id.to_owned(), needs.to_owned()));
    assert_eq!(needs, expected);
}

#[test]
fn what_is_no_action() {
    for (path, text) in [
        ("charts/action.yaml", "{{- if .Values.a }}\na: [\n"),
        ("charts/action.yml", "steps:\n- uses: a/b@v1.0.0\n"),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n    - run: |\n        uses: a/b@v1.0.0\n",
        ),
        (".github/workflows/a.yml", "on: push\nenv: {uses: a/b@v1.0.0}\n"),
        (".github/ISSUE_TEMPLATE/a.yml", "jobs:\n  a:\n    uses: a/b@v1.0.0\n"),
        ("docs/workflows/a.yml", "jobs:\n  a:\n    uses: a/b@v1.0.0\n"),
    ] {
        assert_eq!(names(&[(path, text)]), [""; 0], "{path}");
    }
}

#[test]
fn scripts_that_are_no_libraries() {
    let banner = "/*! jQuery v3.5.1 | (c) JS Foundation */";
    for (path, text) in [
        ("srv/node_modules/jquery/dist/jquery.min.js", banner),
        ("srv/node_modules/a/test/jquery.js", banner),
        ("usr/lib/python3/dist-packages/a/tests/jquery.js", banner),
        ("srv/www/main.js", banner),
        ("srv/www/jquery.plugin.js", "// Needs jQuery v1.9.1 at least, like Bootstrap v3.0.0."),
        ("srv/www/lodash.min.js", "// as good as Lodash <https://lodash.com/>"),
    ] {
        assert_eq!(names(&[(path, text)]), [""; 0], "{path}");
    }
}

#[test]
fn a_project_may_be_called_like_a_place_of_packages() {
    let manifest = r#"{"name":"app","version":"1.0.0","dependencies":{"a":"^1.0.0"}}"#;
    let lock = "a@^1.0.0:\n  version \"1.0.0\"\n";
    for directory in ["nodejs/app", "nodejs/apps/one", "extensions/one"] {
        let (manifest_path, lock_path) =
            (format!("{directory}/package.json"), format!("{directory}/yarn.lock"));
        let components = read(&[(&manifest_path, manifest), (&lock_path, lock)]);
        let found: Vec<_> =
            components.iter().map(|one| (one.id(), one.relationship.word())).collect();
        assert_eq!(found, [("a@1.0.0".to_owned(), "direct")], "{directory}");
    }
}

#[test]
fn a_forced_version_is_needed_by_all() {
    let manifest = r#"{"dependencies":{"a":"^1.0.0","b":"^2.0.0"},"resolutions":{"**/b":"1.0.0"}}"#;
    let yarn = "a@^1.0.0:\n  version \"1.0.0\"\n  dependencies:\n    b \"^3.0.0\"\n\nb@1.0.0:\n  version \"1.0.0\"\n\n\"c@npm:b@5\":\n  version \"5.0.0\"\n";
    let components = read(&[("package.json", manifest), ("yarn.lock", yarn)]);
    let needs: Vec<_> = components
        .iter()
        .map(|one| (one.id(), one.relationship.word(), &*one.depends_on))
        .collect();
    assert_eq!(needs[0], ("a@1.0.0".to_owned(), "direct", &["b@1.0.0".to_owned()][..]));
    assert_eq!(needs[1], ("b@1.0.0".to_owned(), "direct", &[][..]));
    assert_eq!(needs[2].1, "indirect");
}

#[test]
fn hostile_shapes_end() {
    let deep = format!("{{\"packages\":{}1{}}}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    let nested = format!(
        "{{\"dependencies\":{}{{}}{}}}",
        "{\"a\":{\"version\":\"1.0.0\",\"dependencies\":".repeat(2_000),
        "}}".repeat(2_000)
    );
    let circle = "a@1:\n  version \"1.0.0\"\n  dependencies:\n    a 1\n    b 1\n\nb@1:\n  version \"1.0.0\"\n  dependencies:\n    a 1\n";
    let long = format!("{{\"packages\":{{\"{}\":{{\"version\":\"1\"}}}}}}", "a/".repeat(500_000));
    let dispatcher = Dispatcher::new(extractors());
    let tree = Tree(BTreeMap::new());
    for (path, text) in [
        ("package-lock.json", deep.as_str()),
        ("package-lock.json", &nested),
        ("package-lock.json", &long),
        ("bun.lock", &deep),
        ("deno.lock", &deep),
        ("node_modules/a/package.json", &deep),
        ("yarn.lock", circle),
        ("pnpm-lock.yaml", "a: &a [*a]\n"),
        ("pnpm-lock.yaml", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n"),
    ] {
        let input = Input { path, content: text.as_bytes() };
        match dispatcher.find(path.as_bytes()).map(|row| row.parser) {
            Some(Parser::Alone(parse)) => parse(input),
            Some(Parser::WithOthers(parse)) => parse(input, &tree),
            _ => panic!("{path}"),
        };
    }
}
