//! Visual Studio Code: installed extensions.
//!
//! Each lies in a directory of its own, with a manifest; `extensions.json` beside them lists what the
//! editor believes to be installed. Extensions that come with the editor are part of it.

use std::borrow::Cow;

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::javascript::Object;
use crate::{Component, Evidence, Extractor, Files, Input, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "vscode-extension",
        ecosystem: Ecosystem::VsCode,
        type_name: "vscode-extension",
        evidence: Evidence::Installed,
        files: &[
            ".vscode/extensions/*/package.json",
            ".vscode-insiders/extensions/*/package.json",
            ".vscode-oss/extensions/*/package.json",
            ".vscode-remote/extensions/*/package.json",
            ".vscode-server/extensions/*/package.json",
            ".vscode-server-insiders/extensions/*/package.json",
            ".cursor/extensions/*/package.json",
            ".cursor-server/extensions/*/package.json",
            ".windsurf/extensions/*/package.json",
            ".windsurf-server/extensions/*/package.json",
            ".openvscode-server/extensions/*/package.json",
            "share/code-server/extensions/*/package.json",
        ],
        // Manifests contain all settings with their descriptions.
        limit: 16 << 20,
        parser: Parser::WithOthers(extension),
        defined_by: "https://code.visualstudio.com/api/references/extension-manifest",
    },
    Extractor {
        id: "vscode-list",
        ecosystem: Ecosystem::VsCode,
        type_name: "vscode-extension",
        evidence: Evidence::Installed,
        files: &[
            ".vscode/extensions/extensions.json",
            ".vscode-insiders/extensions/extensions.json",
            ".vscode-oss/extensions/extensions.json",
            ".vscode-remote/extensions/extensions.json",
            ".vscode-server/extensions/extensions.json",
            ".vscode-server-insiders/extensions/extensions.json",
            ".cursor/extensions/extensions.json",
            ".cursor-server/extensions/extensions.json",
            ".windsurf/extensions/extensions.json",
            ".windsurf-server/extensions/extensions.json",
            ".openvscode-server/extensions/extensions.json",
            "share/code-server/extensions/extensions.json",
        ],
        limit: 16 << 20,
        parser: Parser::WithOthers(list),
        defined_by: "https://code.visualstudio.com/docs/configure/extensions/extension-marketplace",
    },
];

/// Reads the manifest of an extension. It is kept so that the list can look for it.
fn extension(input: Input<'_>, _: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let text = String::from_utf8_lossy(input.content);
    let object = match Object::parse(&text) {
        Ok(object) => object,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error);
            return parsed;
        }
    };
    let (Some(publisher), Some(name)) = (object.text("publisher"), object.text("name")) else {
        parsed.problem(ProblemKind::Malformed, "the manifest has no publisher or no name");
        return parsed;
    };
    let version = object.text("version").unwrap_or_default();
    let mut component = Component::new(Ecosystem::VsCode, format!("{publisher}/{name}"), version);
    component.licenses.extend(object.text("license").map(Cow::into_owned));
    if component.version.is_empty() {
        component.doubt = Some("its manifest has no version".into());
    }
    parsed.value.push(component);
    parsed
}

/// Reads the list of extensions, for those whose manifests are not there.
fn list(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let text = String::from_utf8_lossy(input.content);
    let members: Vec<&serde_json::value::RawValue> = match serde_json::from_str(&text) {
        Ok(members) => members,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error.to_string());
            return parsed;
        }
    };
    let positions = crate::Positions::new(text.as_bytes());
    for (number, raw) in (1..).zip(members) {
        let object = Object::of(raw).unwrap_or_default();
        let id = object.object("identifier").text("id");
        let Some((publisher, name)) = id.as_deref().and_then(|id| id.split_once('.')) else {
            parsed.problem(ProblemKind::Malformed, format!("extension {number} has no id"));
            continue;
        };
        let location = object.text("relativeLocation").unwrap_or_default();
        if files.content(&input.beside(&format!("{location}/package.json"))).is_some() {
            continue;
        }
        let version = object.text("version").unwrap_or_default();
        let name = format!("{publisher}/{name}");
        let mut component = Component::new(Ecosystem::VsCode, name, version);
        component.lines.extend(positions.of(raw.get()));
        component.doubt = Some("it is listed, but its files are not there".into());
        parsed.add(component);
    }
    parsed
}
