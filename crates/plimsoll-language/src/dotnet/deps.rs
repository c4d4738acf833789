//! `APPLICATION.deps.json`: the libraries that the runtime's host finds an application's code in.

use std::collections::HashMap;

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;
use serde_json::value::RawValue;

use crate::graph::Graph;
use crate::raw_json::Members;
use crate::{Component, Input};

/// Reads the packages that brought something along.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    let members = match input.text().and_then(|text| Members::read(text).map_err(|e| e.to_string()))
    {
        Ok(members) => members,
        Err(error) => {
            graph.malformed(error);
            return graph.finish();
        }
    };
    let Some(libraries) = members.get("libraries").map(Members::of) else {
        graph.malformed("has no libraries");
        return graph.finish();
    };
    let target_name = members.get("runtimeTarget").and_then(|target| {
        Members::of(target).text("name").or_else(|| crate::raw_json::text(target))
    });
    let targets = members.inner("targets");
    let target = target_name.as_deref().and_then(|name| targets.get(name)).map(Members::of);
    let target: HashMap<&str, Members<'_>> = target
        .as_ref()
        .map(|target| target.iter().map(|(key, raw)| (key, Members::of(raw))).collect())
        .unwrap_or_default();

    if let Some(framework) = shared_framework(input, target_name.as_deref()) {
        graph.add(framework, Vec::new());
        return graph.finish();
    }
    for (key, library) in libraries.iter() {
        read(&mut graph, key, library, &target);
    }
    graph.finish()
}

/// The runtime that a `shared/NAME/VERSION/NAME.deps.json` stands for.
///
/// The package that brings it is `NAME.Runtime.RID`, and that is what advisories call it; before
/// .NET 5 the file has it under names that were only used to build it.
fn shared_framework(input: Input<'_>, target: Option<&str>) -> Option<Component> {
    let mut parts = input.path.rsplit('/');
    let name = parts.next()?.strip_suffix(".deps.json")?;
    let version = parts.next()?;
    if parts.next()? != name || parts.next()? != "shared" || !starts_with_digit(version) {
        return None;
    }
    match target.and_then(|target| target.split_once('/')) {
        Some((_, platform)) => {
            let name = format!("{name}.Runtime.{platform}");
            Some(Component::new(Ecosystem::NuGet, name, version))
        }
        None => {
            let mut component = Component::new(Ecosystem::NuGet, name, version);
            component.doubt = Some("the platform of the framework is not given".to_owned());
            Some(component)
        }
    }
}

fn read<'a>(
    graph: &mut Graph,
    key: &str,
    library: &'a RawValue,
    target: &HashMap<&str, Members<'a>>,
) {
    let kind = Members::of(library).text("type");
    let needs = |assets: Option<&Members<'_>>| -> Vec<String> {
        let names = assets.map(|assets| assets.inner("dependencies"));
        names.iter().flat_map(Members::keys).map(|name| package_name(name).to_owned()).collect()
    };
    let assets = target.get(key);
    match kind.as_deref() {
        Some("package" | "runtimepack") => {}
        // The application and its own projects: no packages, but it is they who ask for some.
        Some("project") => {
            for name in needs(assets) {
                graph.ask(Ecosystem::NuGet, &name, false);
            }
            return;
        }
        Some(_) => return,
        None => {
            graph.malformed(format!("library {key} has no type"));
            return;
        }
    }
    let Some((name, version)) =
        key.split_once('/').filter(|(_, version)| starts_with_digit(version))
    else {
        graph.malformed(format!("library {key} is no name with a version"));
        return;
    };
    // Packages that only held others together, or whose code the framework has in a newer version,
    // are listed without any file: nothing of them is there.
    if assets.is_some_and(|assets| !has_files(assets)) {
        return;
    }
    let component = Component::new(Ecosystem::NuGet, package_name(name), version);
    graph.add(component, needs(assets));
}

/// The package that a runtime pack comes from: `runtimepack.Microsoft.NETCore.App.Runtime.linux-x64`.
fn package_name(name: &str) -> &str {
    name.strip_prefix("runtimepack.").unwrap_or(name)
}

fn has_files(assets: &Members<'_>) -> bool {
    let is_group = |key: &str| matches!(key, "runtime" | "runtimeTargets" | "native" | "resources");
    // `_._` stands for "nothing for this framework".
    let has_file = |files| Members::of(files).keys().any(|file| !file.ends_with("_._"));
    assets.iter().any(|(key, files)| is_group(key) && has_file(files))
}

fn starts_with_digit(version: &str) -> bool {
    version.starts_with(|sign: char| sign.is_ascii_digit())
}
