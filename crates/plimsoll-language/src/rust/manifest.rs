//! What a `Cargo.toml` says that its lock file does not: which dependencies are for tests only.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

/// The dependencies of one package, by the names of their crates.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// The package's name; empty for a workspace without one of its own.
    pub(super) name: String,
    /// What the program or its build script needs.
    pub(super) needed: BTreeSet<String>,
    /// What tests and examples need.
    pub(super) dev: BTreeSet<String>,
}

/// Reads a manifest; in the error what is wrong with it.
pub(super) fn read(text: &str) -> Result<Manifest, String> {
    let table = DeTable::parse(text).map_err(|error| error.message().to_owned())?;
    let table = table.get_ref();
    let mut manifest = Manifest::default();
    if let Some(name) = get(table, "package").and_then(|package| text_of(package, "name")) {
        manifest.name = name.to_owned();
    }
    add(table, &mut manifest);
    // `[target.'cfg(unix)'.dependencies]`
    if let Some(DeValue::Table(targets)) = get(table, "target") {
        for target in targets.values() {
            if let DeValue::Table(target) = target.get_ref() {
                add(target, &mut manifest);
            }
        }
    }
    Ok(manifest)
}

fn add(table: &DeTable<'_>, manifest: &mut Manifest) {
    for (key, dev) in [
        ("dependencies", false),
        ("build-dependencies", false),
        ("build_dependencies", false),
        ("dev-dependencies", true),
        ("dev_dependencies", true),
    ] {
        let Some(DeValue::Table(dependencies)) = get(table, key) else { continue };
        for (name, value) in dependencies {
            // `json = { package = "serde_json" }` has another name here.
            let name = text_of(value.get_ref(), "package").unwrap_or(name.get_ref());
            let names = if dev { &mut manifest.dev } else { &mut manifest.needed };
            names.insert(name.to_owned());
        }
    }
}

fn get<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<&'t DeValue<'i>> {
    table.get(key).map(|value| value.get_ref())
}

fn text_of<'t>(value: &'t DeValue<'_>, key: &str) -> Option<&'t str> {
    match value {
        DeValue::Table(table) => get(table, key)?.as_str(),
        _ => None,
    }
}
