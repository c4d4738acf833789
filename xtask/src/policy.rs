//! `cargo xtask policy`: the dependency rules of `deny.toml`, checked with nothing but cargo.
//!
//! cargo-deny checks the same file and more (advisories); it takes minutes to build, so a plain
//! checkout uses this.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

#[derive(Deserialize)]
struct Rules {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    license_file: Option<String>,
    source: Option<String>,
}

/// Fails with every breach of the rules; prints packages that come in several versions.
pub(crate) fn check() -> Result<()> {
    let rules: Rules = toml::from_str(&std::fs::read_to_string("deny.toml")?)?;
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .output()
        .context("cargo metadata did not start")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let allowed =
        rules.licenses.allow.iter().map(|text| licensee(text)).collect::<Result<Vec<_>>>()?;
    let mut breaches = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in &metadata.packages {
        versions.entry(&package.name).or_default().push(&package.version);
        if let Err(breach) = judge(package, &allowed, &rules.bans) {
            breaches.push(format!("{} {}: {breach}", package.name, package.version));
        }
    }
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        println!("note: {name} comes in {} versions: {}", versions.len(), versions.join(", "));
    }
    if !breaches.is_empty() {
        bail!("dependency policy (deny.toml) is broken:\n{}", breaches.join("\n"));
    }
    println!("{} packages keep the dependency policy", metadata.packages.len());
    Ok(())
}

fn judge(package: &Package, allowed: &[spdx::Licensee], bans: &Bans) -> Result<()> {
    if bans.deny.iter().any(|ban| ban.name == package.name) {
        bail!("banned");
    }
    match package.source.as_deref() {
        None | Some("registry+https://github.com/rust-lang/crates.io-index") => {}
        Some(source) => bail!("comes from {source}, not from crates.io"),
    }
    let Some(license) = &package.license else {
        bail!("states no licence (file: {:?})", package.license_file);
    };
    // Old manifests write `MIT/Apache-2.0`, which the lax mode reads as a choice.
    let expression = spdx::Expression::parse_mode(license, spdx::ParseMode::LAX)?;
    if !expression.evaluate(|wanted| allowed.iter().any(|have| have.satisfies(wanted))) {
        bail!("licence {license} is not allowed");
    }
    Ok(())
}

fn licensee(text: &str) -> Result<spdx::Licensee> {
    spdx::Licensee::parse(text).with_context(|| format!("deny.toml allows {text:?}"))
}
