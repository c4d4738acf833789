use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::testing::{Section, elf};

fn found(rule: &Rule, content: &str) -> Option<String> {
    // `char`s below 256 stand for bytes.
    let mut bytes = vec![0];
    bytes.extend(content.chars().map(|sign| u32::from(sign) as u8));
    bytes.push(0);
    version(rule, compile(&rule.expression()).as_ref(), &bytes)
}

#[test]
fn every_rule_finds_its_examples_and_nothing_else() {
    for rule in RULES {
        assert!(compile(&rule.expression()).is_some(), "{}", rule.name);
        let mut confirm = rule.confirm.to_owned();
        for place in ["{series}", "{version}", "{digits}"] {
            confirm = confirm.replace(place, "1");
        }
        assert!(compile(&confirm).is_some(), "{}", rule.name);
        assert!(!rule.examples.is_empty() && !rule.cpes.is_empty(), "{}", rule.name);
        for (example, version) in rule.examples {
            assert_eq!(found(rule, example).as_deref(), Some(*version), "{}", rule.name);
        }
        for other in rule.others {
            assert_eq!(found(rule, other), None, "{} in {other:?}", rule.name);
        }
        assert_eq!(found(rule, ""), None, "{}", rule.name);
        assert!(rule.cpes.iter().all(|cpe| cpe.split(':').count() == 2), "{}", rule.name);
    }
}

#[test]
fn banners_are_told_apart() {
    let banners = || RULES.iter().filter(|rule| rule.banner.is_some());
    for rule in banners() {
        for other in banners().filter(|other| other.name != rule.name) {
            for (example, _) in other.examples {
                assert_eq!(found(rule, example), None, "{} in {example:?}", rule.name);
            }
        }
    }
}

fn program(names: &str, data: &str) -> Parsed<Program> {
    let content = elf(
        &[
            Section { name: ".dynstr", kind: 3, flags: 2, address: 0, content: names.into() },
            Section::data(".rodata", 0x1000, data),
        ],
        b"",
    );
    crate::examine(Input { path: "usr/bin/program", content: &content })
}

#[test]
fn static_copies_are_found_by_their_banners() {
    for rule in RULES.iter().filter(|rule| rule.banner.is_some()) {
        let (example, version) = rule.examples[0];
        let parsed = program("\0libc.so.6\0", &format!("\0some text\0\0{example}\0"));
        assert_eq!(parsed.value.parts.len(), 1, "{}", rule.name);
        let (id, components) = &parsed.value.parts[0];
        assert_eq!((id.as_str(), components.len()), (ID, 1));
        assert_eq!((&*components[0].name, &*components[0].version), (rule.name, version));
        let doubt = components[0].doubt.as_deref().expect("a doubt");
        assert!(doubt.starts_with("a statically linked copy"));
    }
}

#[test]
fn what_headers_bring_is_no_copy() {
    let text = "\0OpenSSL 3.0.22 25 Aug 2026\0";
    assert!(program("\0libtscore.so\0", text).value.parts.is_empty());
    let text = format!("{text}OPENSSLDIR: \"/usr\"\0");
    assert!(program("\0libcrypto.so.3\0", &text).value.parts.is_empty());
    assert_eq!(program("\0libc.so.6\0", &text).value.parts.len(), 1);
    assert!(program("\0libcurl.so.4\0", "\0libcurl/7.88.1\0").value.parts.is_empty());
}

#[test]
fn many_banners_end() {
    let text = "\0OpenSSL 3.0.22 25 Aug 2026".repeat(20_000);
    assert!(program("", &text).value.parts.is_empty());
}

#[test]
fn names_are_plain() {
    for (name, plain) in [
        ("libcrypto-fb8d5b21.so.3", "libcrypto.so.3"),
        ("libcrypto.so.3", "libcrypto.so.3"),
        ("libpython3.11-gdb.so", "libpython3.11-gdb.so"),
        ("node.exe", "node"),
    ] {
        assert_eq!(plain_name(name), plain);
    }
}

#[test]
fn there_are_rules_for_many_products() {
    let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() >= 100, "{}", names.len());
}

/// Where unpacked distribution packages lie, each in a directory of its name: rule → version found,
/// to be compared with the package's. Set `PLIMSOLL_PROGRAMS` to run it.
#[test]
fn real_programs() {
    let Some(root) = std::env::var_os("PLIMSOLL_PROGRAMS") else {
        eprintln!("skipped: PLIMSOLL_PROGRAMS names no directory of real programs");
        return;
    };
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut pending = vec![std::path::PathBuf::from(&root)];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let content = std::fs::read(&path).unwrap_or_default();
            if crate::is_program(&content) {
                note(&mut seen, path.strip_prefix(&root).expect("below the root"), &content);
            }
        }
    }
    for (component, mut files) in seen {
        files.sort_unstable();
        eprintln!("{component}: {} {}", files.len(), files[..files.len().min(3)].join(" "));
    }
}

fn note(seen: &mut BTreeMap<String, Vec<String>>, path: &Path, content: &[u8]) {
    let path = path.to_string_lossy();
    let parsed = crate::examine(Input { path: &path, content });
    assert!(parsed.problems.is_empty(), "{path}: {:?}", parsed.problems);
    for (id, components) in parsed.value.parts {
        for component in components {
            let doubt = component.doubt.as_deref().unwrap_or("");
            let text = format!("{id} {} {doubt}", component.id());
            seen.entry(text).or_default().push(path.to_string());
        }
    }
}
