use std::collections::BTreeMap;

use super::*;

/// A tree in memory.
struct Tree(BTreeMap<&'static str, String>);

impl Files for Tree {
    fn content(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(String::as_bytes)
    }

    fn named(&self, name: &str) -> Vec<String> {
        let has_name = |path: &&&str| path.rsplit('/').next() == Some(name);
        self.0.keys().filter(has_name).map(|&path| path.to_owned()).collect()
    }
}

fn read(path: &str, files: &[(&'static str, String)]) -> Parsed<Vec<Component>> {
    let tree = Tree(files.iter().cloned().collect());
    let content = tree.content(path).unwrap_or_default().to_vec();
    parse(Input { path, content: &content }, &tree)
}

fn ids(parsed: &Parsed<Vec<Component>>) -> Vec<String> {
    parsed.value.iter().map(Component::id).collect()
}

fn project(name: &str, rest: &str) -> String {
    format!(
        "<project><groupId>g</groupId><artifactId>{name}</artifactId><version>1</version>{rest}</project>"
    )
}

fn dependency(artifact: &str, rest: &str) -> String {
    format!(
        "<dependency><groupId>d</groupId><artifactId>{artifact}</artifactId>{rest}</dependency>"
    )
}

fn parent(name: &str, rest: &str) -> String {
    format!(
        "<parent><groupId>g</groupId><artifactId>{name}</artifactId><version>1</version>{rest}</parent>"
    )
}

#[test]
fn what_is_written_out_wins_over_imports_and_the_nearer_over_the_farther() {
    let import = |name: &str| {
        format!(
            "<dependency><groupId>g</groupId><artifactId>{name}</artifactId><version>1</version>\
             <type>pom</type><scope>import</scope></dependency>"
        )
    };
    let managed = |list: &str| {
        format!("<dependencyManagement><dependencies>{list}</dependencies></dependencyManagement>")
    };
    let version = |text: &str| format!("<version>{text}</version>");
    let files = [
        (
            "app/pom.xml",
            project(
                "app",
                &format!(
                    "{}<properties><p>5</p></properties>{}<dependencies>{}{}{}{}</dependencies>",
                    parent("top", ""),
                    managed(&import("bill")),
                    dependency("a", ""),
                    dependency("b", ""),
                    dependency("c", ""),
                    dependency("e", "<scope>compile</scope>"),
                ),
            ),
        ),
        (
            "pom.xml",
            project(
                "top",
                &format!(
                    "<properties><p>4</p></properties>{}",
                    managed(&format!(
                        "{}{}{}",
                        dependency("a", &version("${p}")),
                        dependency("e", &format!("{}<scope>test</scope>", version("3"))),
                        import("other"),
                    ))
                ),
            ),
        ),
        (
            "bill/pom.xml",
            project(
                "bill",
                &managed(&format!(
                    "{}{}",
                    dependency("a", &version("9")),
                    dependency("b", &version("2"))
                )),
            ),
        ),
        (
            "other/pom.xml",
            project(
                "other",
                &managed(&format!(
                    "{}{}",
                    dependency("b", &version("8")),
                    dependency("c", &version("7"))
                )),
            ),
        ),
    ];
    let parsed = read("app/pom.xml", &files);
    assert_eq!(ids(&parsed), ["g:app@1", "d:a@5", "d:b@2", "d:c@7", "d:e@3"]);
    assert!(parsed.value.iter().all(|one| !one.dev));
    assert_eq!(parsed.problems, []);
}

#[test]
fn circles_end() {
    let files = [
        ("pom.xml", project("a", &parent("b", "<relativePath>b</relativePath>"))),
        ("b/pom.xml", project("b", &parent("a", ""))),
    ];
    assert_eq!(ids(&read("pom.xml", &files)), ["g:a@1"]);
    let own = [("pom.xml", project("a", &parent("a", "<relativePath>.</relativePath>")))];
    assert_eq!(ids(&read("pom.xml", &own)), ["g:a@1"]);

    let import = "<dependency><groupId>g</groupId><artifactId>a</artifactId><version>1</version>\
                  <type>pom</type><scope>import</scope></dependency>";
    let many = format!(
        "<dependencyManagement><dependencies>{}</dependencies></dependencyManagement>",
        import.repeat(100)
    );
    assert_eq!(ids(&read("pom.xml", &[("pom.xml", project("a", &many))])), ["g:a@1"]);

    let properties = "<properties><x>${y}${y}${y}${y}</x><y>${x}${x}${x}</y></properties>";
    let rest = format!(
        "{properties}<dependencies>{}</dependencies>",
        dependency("d", "<version>${x}</version>")
    );
    let parsed = read("pom.xml", &[("pom.xml", project("a", &rest))]);
    assert_eq!((ids(&parsed)[1].as_str(), parsed.problems.len()), ("d:d@", 1));
}

#[test]
fn a_property_that_is_not_set_is_told_with_its_line() {
    let rest = format!(
        "\n<dependencies>\n{}\n{}</dependencies>",
        dependency("a", "<version>${v}</version>"),
        dependency("${n}", "<version>1</version>"),
    );
    let parsed = read("pom.xml", &[("pom.xml", project("x", &rest))]);
    let messages: Vec<&str> = parsed.problems.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "line 3: the version ${v} of d:a is not set in this tree",
            "line 4: the name d:${n} has a property that is not set in this tree"
        ]
    );
    assert_eq!(parsed.value.len(), 3);
}

#[test]
fn what_tests_and_templates_have_is_no_build() {
    let text = project("a", "");
    for path in [
        "src/test/resources/pom.xml",
        "x/src/it/one/pom.xml",
        "target/classes/META-INF/maven/g/a/pom.xml",
        "x/archetype-resources/pom.xml",
    ] {
        let tree = Tree(BTreeMap::new());
        let parsed = parse(Input { path, content: text.as_bytes() }, &tree);
        assert_eq!((parsed.value.len(), parsed.problems.len()), (0, 0), "{path}");
    }
}
