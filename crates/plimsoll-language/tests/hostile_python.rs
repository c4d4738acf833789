//! Files of Python and conda that are made to cost more than they weigh: each is read in a moment.

#![expect(clippy::unwrap_used, reason = "a test says enough by failing")]

use std::time::{Duration, Instant};

use plimsoll_language::{Component, Files, Input, Parsed, Parser, extractors};

struct Nothing;

impl Files for Nothing {
    fn content(&self, _: &str) -> Option<&[u8]> {
        None
    }

    fn named(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

fn read(id: &str, path: &str, content: &str) -> Parsed<Vec<Component>> {
    let row = extractors().find(|row| row.id == id).unwrap();
    let input = Input { path, content: content.as_bytes() };
    let started = Instant::now();
    let parsed = match row.parser {
        Parser::Alone(parse) | Parser::Head(parse) => parse(input),
        Parser::WithOthers(parse) => parse(input, &Nothing),
        Parser::Companion | Parser::Program => panic!("{id} has no parser"),
    };
    // Unoptimised and on a busy machine these take a second; what is quadratic takes hours.
    assert!(started.elapsed() < Duration::from_secs(60), "{id}: {:?}", started.elapsed());
    parsed
}

const COUNT: usize = 20_000;

fn repeated(one: impl Fn(usize) -> String) -> String {
    (0..COUNT).map(one).collect()
}

#[test]
fn one_package_many_times_is_one() {
    let text = repeated(|number| {
        format!("[[package]]\nname='a'\nversion='1'\nsdist={{hash='sha256:{number:064}'}}\n")
    });
    let parsed = read("uv-lock", "uv.lock", &text);
    assert_eq!((parsed.value.len(), parsed.problems.len()), (1, 0));
    assert_eq!(parsed.value.first().unwrap().digests.len(), COUNT);
}

#[test]
fn many_versions_that_need_each_other_are_bounded() {
    let text = repeated(|number| {
        format!("[[package]]\nname='a'\nversion='{number}'\ndependencies=['a>=0','a']\n")
    });
    let parsed = read("pdm-lock", "pdm.lock", &text);
    assert_eq!(parsed.value.len(), COUNT);
    assert!(parsed.value.iter().all(|one| one.depends_on.len() <= 16));
    let name = "n".repeat(1 << 20);
    let parsed =
        read("poetry-lock", "poetry.lock", &format!("[[package]]\nname='{name}'\nversion='1'"));
    assert_eq!((parsed.value.len(), parsed.problems.len()), (0, 1));
}

#[test]
fn nesting_and_conflicts_are_told() {
    for text in ["[".repeat(1 << 18), "a=".to_owned() + &"[".repeat(1 << 18), "a.".repeat(1 << 18)]
    {
        assert!(!read("uv-lock", "uv.lock", &text).problems.is_empty());
    }
    let conflicts =
        repeated(|number| format!("<<<<<<< HEAD\n[[package]]\nname='a{number}'\n=======\n"));
    assert!(read("uv-lock", "uv.lock", &conflicts).value.is_empty());
    for text in ["[".repeat(1 << 18), "{a: ".repeat(1 << 16), "- ".repeat(1 << 18)] {
        assert!(!read("conda-environment", "environment.yml", &text).problems.is_empty());
    }
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let below = format!("*a{}, ", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", below.repeat(8));
    }
    assert!(!read("conda-environment", "environment.yml", &bomb).problems.is_empty());
    let nested = format!("{{\"name\": {}1", "[".repeat(1 << 18));
    assert!(!read("conda-meta", "conda-meta/a.json", &nested).problems.is_empty());
    assert!(!read("pipfile-lock", "Pipfile.lock", &nested).problems.is_empty());
}

#[test]
fn requirements_are_read_in_one_pass() {
    read("pip-requirements", "requirements.txt", &"\\\n".repeat(1 << 18));
    read("pip-requirements", "requirements.txt", &"a#".repeat(1 << 18));
    read("pip-requirements", "requirements.txt", &format!("a=={}", "1,==".repeat(1 << 18)));
    read("pip-requirements", "requirements.txt", &format!("a==1 {}", "--hash ".repeat(1 << 18)));
    let text = repeated(|number| format!("a{number}==1\n    # via a0, b\n"));
    let parsed = read("pip-requirements", "requirements.txt", &text);
    assert_eq!(parsed.value.len(), COUNT);
    read(
        "python-dist-info",
        "a.dist-info/METADATA",
        &format!("License: {}", "\n a".repeat(1 << 18)),
    );
}
