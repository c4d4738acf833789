//! Nix: the store's own database, `/nix/var/nix/db/db.sqlite`.
//!
//! A [store path][path] is `/nix/store/HASH-NAME`, and the name is divided into name and version as
//! [`builtins.parseDrvName`][parse] does. One package may have several paths, one for each [output]
//! (`-dev`, `-doc`); they are one package here. The [schema] is SQLite's.
//!
//! An image that was built without the database (`includeNixDB`) has nothing but files: what they
//! belong to cannot be told from any one of them.
//!
//! [path]: https://nix.dev/manual/nix/latest/store/store-path
//! [parse]: https://nix.dev/manual/nix/latest/language/builtins#builtins-parseDrvName
//! [output]: https://nixos.org/manual/nixpkgs/stable/#chap-multiple-output
//! [schema]: https://github.com/NixOS/nix/blob/master/src/libstore/schema.sql

use std::collections::HashMap;

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_sqlite::{Database, Error, Row};
use plimsoll_version::Ecosystem;

use crate::graph::Graph;
use crate::{Component, Evidence, Extractor, Input, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[Extractor {
    id: "nix-store",
    ecosystem: Ecosystem::Generic,
    type_name: "nix",
    evidence: Evidence::Installed,
    files: &["nix/var/nix/db/db.sqlite", "var/nix/db/db.sqlite"],
    limit: 512 << 20,
    parser: Parser::Alone(parse),
    defined_by: "https://github.com/NixOS/nix/blob/master/src/libstore/schema.sql",
}];

/// References between paths; a desktop of 20,000 paths has 200,000.
const MAX_REFERENCES: usize = 500_000;

/// Characters that Nix allows in the name of a store path.
const MAX_NAME: usize = 211;

/// Characters of the hash of a store path.
const HASH_LENGTH: usize = 32;

/// Outputs that nixpkgs documents, beside the unnamed one.
const OUTPUTS: &[&str] =
    &["-bin", "-debug", "-dev", "-devdoc", "-dist", "-doc", "-info", "-lib", "-man", "-static"];

fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let mut packages: HashMap<i64, Component> = HashMap::new();
    let mut order = Vec::new();
    let read = Database::open(input.content).and_then(|database| {
        let paths = database.table("ValidPaths")?;
        let columns = (paths.column("path")?, paths.column("deriver")?, paths.column("ca")?);
        for row in paths.rows() {
            let row = row?;
            if let Some(component) = package(&row, columns)? {
                order.push(row.id());
                packages.insert(row.id(), component);
            }
        }
        read_references(&database, &mut packages)
    });
    match read {
        Ok(true) => {}
        Ok(false) => {
            let message =
                format!("there are more than {MAX_REFERENCES} references; the rest is left out");
            parsed.problem(ProblemKind::TooLarge, message);
        }
        Err(error) => parsed.problem(ProblemKind::Malformed, error.to_string()),
    }
    let mut graph = Graph::default();
    for id in order {
        if let Some(component) = packages.remove(&id) {
            graph.add(component, Vec::new());
        }
    }
    graph.absorb(parsed);
    graph.finish()
}

/// Says whether all of them were read.
fn read_references(
    database: &Database<'_>,
    packages: &mut HashMap<i64, Component>,
) -> Result<bool, Error> {
    let references = database.table("Refs")?;
    let (from, to) = (references.column("referrer")?, references.column("reference")?);
    for (count, row) in references.rows().enumerate() {
        let row = row?;
        if count >= MAX_REFERENCES {
            return Ok(false);
        }
        let (Some(from), Some(to)) = (row.integer(from)?, row.integer(to)?) else { continue };
        let Some(needed) = packages.get(&to).map(Component::id) else { continue };
        if let Some(component) = packages.get_mut(&from)
            && component.id() != needed
        {
            component.depends_on.push(needed);
        }
    }
    Ok(true)
}

/// The package of a path, if it is one.
fn package(
    row: &Row<'_>,
    (path, deriver, ca): (usize, usize, usize),
) -> Result<Option<Component>, Error> {
    let Some(name) = row.text(path)?.and_then(store_name) else { return Ok(None) };
    // What is addressed by its contents is a source or a text, not something that was built.
    let ca = row.text(ca)?.unwrap_or_default();
    if ca.starts_with("fixed:") || ca.starts_with("text:") || name.ends_with(".drv") {
        return Ok(None);
    }
    let derivation = row.text(deriver)?.and_then(store_name);
    let derivation = derivation.and_then(|name| name.strip_suffix(".drv"));
    // The path of an output is called after its derivation; only if that is unknown, the output has
    // to be told by its usual names.
    let known = derivation.filter(|whole| {
        let output = name.strip_prefix(whole);
        output.is_some_and(|output| output.is_empty() || output.starts_with('-'))
    });
    let whole = known.unwrap_or_else(|| {
        OUTPUTS.iter().find_map(|output| name.strip_suffix(output)).unwrap_or(name)
    });
    let Some((name, version)) = divide(whole) else { return Ok(None) };
    let mut component = Component::new(Ecosystem::Generic, name, version);
    let is_plain = |sign: char| sign.is_ascii_digit() || matches!(sign, '.' | '-');
    if known.is_none() && !version.chars().all(is_plain) {
        component.doubt = Some("the version may end in the name of an output".to_owned());
    }
    Ok(Some(component))
}

/// What follows the hash of `/nix/store/HASH-NAME`.
fn store_name(path: &str) -> Option<&str> {
    let file = path.rsplit('/').next()?;
    let (hash, name) = file.split_at_checked(HASH_LENGTH)?;
    let is_hash = hash.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    name.strip_prefix('-').filter(|name| is_hash && (1..=MAX_NAME).contains(&name.len()))
}

/// Divides before the first hyphen that no letter follows. What has no version is no package but a
/// script, a profile, a hook.
fn divide(name: &str) -> Option<(&str, &str)> {
    let mut hyphens = name.match_indices('-');
    let is_end = |at: usize| {
        name.get(at + 1..).is_some_and(|rest| rest.starts_with(|sign: char| !sign.is_alphabetic()))
    };
    let (at, _) = hyphens.find(|(at, _)| is_end(*at))?;
    let (name, version) = (name.get(..at)?, name.get(at + 1..)?);
    let archives = [".tar.gz", ".tar.xz", ".tar.bz2", ".tgz", ".zip", ".patch", ".diff"];
    let is_source = archives.iter().any(|suffix| version.ends_with(suffix));
    let has_version = version.starts_with(|sign: char| sign.is_ascii_digit());
    (has_version && !is_source && !name.is_empty()).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_divided_as_nix_does() {
        for (name, expected) in [
            ("openssl-3.0.7", Some(("openssl", "3.0.7"))),
            ("python3.10-requests-2.28.1", Some(("python3.10-requests", "2.28.1"))),
            ("glibc-2.35-163", Some(("glibc", "2.35-163"))),
            ("foo-unstable-2022-01-01", Some(("foo-unstable", "2022-01-01"))),
            ("hook.sh", None),
            ("source", None),
            ("curl-7.86.0.tar.xz", None),
            ("a--b", None),
        ] {
            assert_eq!(divide(name), expected, "{name}");
        }
        let path = "/nix/store/0c0lq9x7ap5hgvm5fz0qfmnd9z3d8sbc-openssl-3.0.7-dev";
        assert_eq!(store_name(path), Some("openssl-3.0.7-dev"));
        assert_eq!(store_name("/nix/store/.links"), None);
    }
}
