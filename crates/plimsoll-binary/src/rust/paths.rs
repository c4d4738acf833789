//! Crates by the paths of their sources, which stand in the messages of their panics:
//! `/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/smallvec-1.6.0/src/lib.rs`.
//!
//! Only a registry's directory has names and versions in this form. Crates that never panic are not
//! seen, and builds may shorten paths, so what is found may be a part.

use std::collections::BTreeMap;

use memchr::memmem;
use object::{Object as _, ObjectSection as _};
use plimsoll_language::Component;
use plimsoll_version::Ecosystem;

/// A crate's directory: names have up to 64 characters, versions seldom more than 40.
const MAX_DIRECTORY: usize = 256;

/// Crates in one program; without a limit a file of paths would be as many.
const MAX_CRATES: usize = 10_000;

/// Sections in which compilers put constant texts.
const CONSTANTS: &[&[u8]] = &[b".rodata", b".rdata", b"__const", b"__cstring", b".data.rel.ro"];

pub(crate) fn read(file: &object::File<'_>) -> Vec<Component> {
    let mut found = BTreeMap::new();
    for section in file.sections() {
        if section.name_bytes().is_ok_and(|name| CONSTANTS.contains(&name)) {
            scan(section.data().unwrap_or_default(), &mut found);
        }
    }
    let components = found.into_iter().map(|((name, version), registry)| {
        let mut made = Component::new(Ecosystem::Cargo, name, version);
        made.doubt = Some(match registry {
            None => "seen in source paths; the list of crates may be incomplete".into(),
            Some(registry) => format!("seen in source paths, from the registry {registry}"),
        });
        made
    });
    components.collect()
}

/// Crates by name and version, with their registry if it is not crates.io.
type Found = BTreeMap<(String, String), Option<String>>;

fn scan(data: &[u8], found: &mut Found) {
    for mark in [b"/registry/src/".as_slice(), br"\registry\src\"] {
        let Some(&separator) = mark.first() else { continue };
        for at in memmem::find_iter(data, mark) {
            let Some(rest) = data.get(at + mark.len()..) else { continue };
            let rest = rest.get(..rest.len().min(MAX_DIRECTORY)).unwrap_or_default();
            let mut parts = rest.split(|&byte| byte == separator);
            let (Some(registry), Some(directory), Some(_)) =
                (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let texts = (std::str::from_utf8(registry), std::str::from_utf8(directory));
            let (Ok(registry), Ok(directory)) = texts else { continue };
            let Some((name, version)) = split(directory) else { continue };
            let public =
                ["index.crates.io-", "github.com-"].iter().any(|host| registry.starts_with(host));
            if found.len() < MAX_CRATES {
                let registry = (!public).then(|| registry.to_owned());
                found.entry((name.to_owned(), version.to_owned())).or_insert(registry);
            }
        }
    }
}

/// `sha-1-0.10.0` is `sha-1` 0.10.0: the version starts where a whole semantic version does.
fn split(directory: &str) -> Option<(&str, &str)> {
    directory.match_indices('-').find_map(|(at, _)| {
        let (name, version) = (directory.get(..at)?, directory.get(at + 1..)?);
        (is_name(name) && is_version(version)).then_some((name, version))
    })
}

fn is_name(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(known)
}

fn is_version(version: &str) -> bool {
    let numbers = version.split(['-', '+']).next().unwrap_or("");
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
    numbers.split('.').count() == 3
        && numbers
            .split('.')
            .all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        && version.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_registries_name_crates() {
        let data =
            b"x/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/sha-1-0.10.0/src/lib.rs\
            /home/a/.cargo/registry/src/github.com-1ecc6299db9ec823/rand-0.9.0-alpha.1/src/a.rs\
            C:\\c\\registry\\src\\index.crates.io-1949cf8c6b5b557f\\winapi-0.3.9\\src\\lib.rs\
            /c/registry/src/corp-0123456789abcdef/own-1.0.0/src/lib.rs\
            /c/registry/src/corp-0123456789abcdef/notes/src/lib.rs\
            /home/a/src/tool-1.2.3/src/main.rs /registry/src/";
        let mut found = Found::new();
        scan(data, &mut found);
        let told: Vec<String> = found
            .iter()
            .map(|((name, version), registry)| {
                format!("{name} {version} {}", registry.as_deref().unwrap_or(""))
            })
            .collect();
        let own = "own 1.0.0 corp-0123456789abcdef";
        assert_eq!(told, [own, "rand 0.9.0-alpha.1 ", "sha-1 0.10.0 ", "winapi 0.3.9 "]);
    }
}
