use std::collections::BTreeMap;
use std::path::Path;

use super::rules::Banner;
use super::*;

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
        let confirm = rule.confirm.replace("{series}", "1").replace("{version}", "1");
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
fn rules_of_other_products_do_not_answer() {
    for rule in RULES {
        for other in
            RULES.iter().filter(|other| other.name != rule.name && other.banner != Banner::No)
        {
            for (example, _) in other.examples {
                if rule.banner != Banner::No {
                    assert_eq!(found(rule, example), None, "{} in {example:?}", rule.name);
                }
            }
        }
    }
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
