//! The list of crates that [cargo-auditable](https://github.com/rust-secure-code/cargo-auditable)
//! puts into a section of its own: JSON, compressed by zlib.

use std::io::Read as _;

use plimsoll_language::{Component, Relationship};
use plimsoll_version::Ecosystem;
use serde_json::Value;

/// The inflated list; a thousand crates need 150 kB.
const MAX_LIST: u64 = 8 << 20;

/// Crates in one program.
const MAX_CRATES: usize = 100_000;

/// What is written for what depends on nothing or on unlisted things.
const NO_INDEX: usize = usize::MAX;

/// Reads the section; in the error what is wrong with it.
pub(crate) fn read(section: &[u8]) -> Result<Vec<Component>, String> {
    let mut text = Vec::new();
    let mut inflated = flate2::read::ZlibDecoder::new(section).take(MAX_LIST + 1);
    inflated.read_to_end(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > MAX_LIST {
        return Err(format!("it is larger than {MAX_LIST} bytes"));
    }
    let list: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let packages = list.get("packages").and_then(Value::as_array).ok_or("it has no packages")?;
    if packages.len() > MAX_CRATES {
        return Err(format!("it has more than {MAX_CRATES} crates"));
    }
    let mut components: Vec<Component> = packages.iter().map(component).collect();
    let ids: Vec<String> = components.iter().map(Component::id).collect();
    let root = packages.iter().position(is_root).unwrap_or(NO_INDEX);
    for (component, package) in components.iter_mut().zip(packages) {
        let needed = dependencies(package);
        component.depends_on = needed.filter_map(|index| ids.get(index).cloned()).collect();
    }
    if let Some(package) = packages.get(root) {
        for component in &mut components {
            component.relationship = Relationship::Indirect;
        }
        for index in dependencies(package) {
            if let Some(component) = components.get_mut(index) {
                component.relationship = Relationship::Direct;
            }
        }
        if let Some(component) = components.get_mut(root) {
            component.relationship = Relationship::Root;
        }
    }
    if let Some(index) = components.iter().position(|component| component.name.is_empty()) {
        return Err(format!("crate {} has no name", index + 1));
    }
    Ok(components)
}

fn component(package: &Value) -> Component {
    let text = |key| package.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut made = Component::new(Ecosystem::Cargo, text("name"), text("version"));
    // Build scripts and procedural macros ran when the program was made, and are not in it.
    made.dev = text("kind") == "build";
    made.doubt = match text("source") {
        "crates.io" => None,
        "local" | "" if is_root(package) => None,
        "local" => Some("from a directory, not from crates.io".into()),
        "git" => Some("from a git repository, not from crates.io".into()),
        "" => Some("its source is not stated".into()),
        _ => Some("from another registry than crates.io".into()),
    };
    made
}

fn is_root(package: &Value) -> bool {
    package.get("root").and_then(Value::as_bool).unwrap_or(false)
}

fn dependencies(package: &Value) -> impl Iterator<Item = usize> + '_ {
    let list = package.get("dependencies").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|index| usize::try_from(index.as_u64()?).ok())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn crates_have_their_place() {
        let text = br#"{"packages":[
            {"name":"app","version":"0.1.0","source":"local","dependencies":[1,2],"root":true},
            {"name":"cc","version":"1.0.1","source":"crates.io","kind":"build"},
            {"name":"serde","version":"1.0.2","source":"crates.io","dependencies":[3, 99]},
            {"name":"forked","version":"2.0.0","source":"git"}]}"#;
        let told: Vec<String> = read(&packed(text))
            .unwrap()
            .iter()
            .map(|made| {
                let (dev, doubt) = (made.dev, made.doubt.is_some());
                let needs = made.depends_on.join(",");
                format!("{} {} {dev} {doubt} {needs}", made.id(), made.relationship.word())
            })
            .collect();
        assert_eq!(
            told,
            [
                "app@0.1.0 root false false cc@1.0.1,serde@1.0.2",
                "cc@1.0.1 direct true false ",
                "serde@1.0.2 direct false false forked@2.0.0",
                "forked@2.0.0 indirect false true ",
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let bomb = vec![b' '; MAX_LIST as usize + 1];
        for (section, expected) in [
            (b"no zlib".to_vec(), ""),
            (packed(b"{"), "EOF"),
            (packed(b"{}"), "no packages"),
            (packed(br#"{"packages":[{"version":"1.0.0"}]}"#), "crate 1 has no name"),
            (packed(&bomb), "larger than"),
        ] {
            let error = read(&section).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
