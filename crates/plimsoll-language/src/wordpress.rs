//! WordPress: core, plugins and themes.
//!
//! Plugins and themes are in no registry that advisories speak of by a type of their own, so they are
//! inventory: `wordpress-plugin/SLUG`, by the directory that WordPress knows them by.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::{Component, Evidence, Extractor, Input, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "wordpress-core",
        ecosystem: Ecosystem::Generic,
        type_name: "wordpress",
        evidence: Evidence::Installed,
        files: &["wp-includes/version.php"],
        limit: 1 << 20,
        parser: Parser::Alone(core),
        defined_by: "https://developer.wordpress.org/reference/functions/get_bloginfo/",
    },
    Extractor {
        id: "wordpress-plugin",
        ecosystem: Ecosystem::Generic,
        type_name: "wordpress",
        evidence: Evidence::Installed,
        files: &[
            "wp-content/plugins/*/*.php",
            "wp-content/plugins/*.php",
            "wp-content/mu-plugins/*.php",
        ],
        limit: 16 << 20,
        parser: Parser::Alone(plugin),
        defined_by: "https://developer.wordpress.org/plugins/plugin-basics/header-requirements/",
    },
    Extractor {
        id: "wordpress-theme",
        ecosystem: Ecosystem::Generic,
        type_name: "wordpress",
        evidence: Evidence::Installed,
        files: &["wp-content/themes/*/style.css"],
        limit: 16 << 20,
        parser: Parser::Alone(theme),
        defined_by: "https://developer.wordpress.org/themes/basics/main-stylesheet-style-css/",
    },
];

/// WordPress itself looks for a header in so many bytes.
const HEADER: usize = 8 << 10;

fn core(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let text = String::from_utf8_lossy(input.content);
    let version = text.lines().find_map(|line| {
        let value = line.trim().strip_prefix("$wp_version")?.trim_start().strip_prefix('=')?;
        Some(value.trim().trim_end_matches(';').trim_matches(['\'', '"']))
    });
    let Some(version) = version.filter(|version| is_version(version)) else {
        parsed.problem(ProblemKind::Malformed, "it has no $wp_version");
        return parsed;
    };
    let mut component = Component::new(Ecosystem::Generic, "wordpress", version);
    component.cpes = vec![format!("cpe:2.3:a:wordpress:wordpress:{version}:*:*:*:*:*:*:*")];
    component.licenses = vec!["GPL-2.0-or-later".into()];
    parsed.value.push(component);
    parsed
}

fn plugin(input: Input<'_>) -> Parsed<Vec<Component>> {
    // A plugin is its directory, or a file by itself.
    let slug = match input.directory().rsplit('/').next() {
        Some("plugins" | "mu-plugins") => input.name().trim_end_matches(".php"),
        Some(directory) => directory,
        None => "",
    };
    headed(input, "Plugin Name", "wordpress-plugin", slug)
}

fn theme(input: Input<'_>) -> Parsed<Vec<Component>> {
    let slug = input.directory().rsplit('/').next().unwrap_or("");
    headed(input, "Theme Name", "wordpress-theme", slug)
}

/// Reads a header; a file without one is part of something else.
fn headed(input: Input<'_>, title: &str, kind: &str, slug: &str) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let start = input.content.get(..HEADER).unwrap_or(input.content);
    let text = String::from_utf8_lossy(start);
    if slug.is_empty() || field(&text, title).is_none() {
        return parsed;
    }
    let version = field(&text, "Version").unwrap_or("");
    let mut component = Component::new(Ecosystem::Generic, format!("{kind}/{slug}"), version);
    component.licenses.extend(field(&text, "License").map(str::to_owned));
    if version.is_empty() {
        parsed.problem(ProblemKind::Malformed, format!("the header of {slug:?} has no version"));
        component.doubt = Some("its header has no version".into());
    }
    parsed.value.push(component);
    parsed
}

/// A field of a header: at the beginning of a line, behind what comments begin with.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split(['\n', '\r']).find_map(|line| {
        let line = line.trim_start_matches("<?php");
        let line = line.trim_start_matches([' ', '\t', '/', '*', '#', '@']);
        let (start, rest) = line.split_at_checked(name.len())?;
        let value =
            start.eq_ignore_ascii_case(name).then(|| rest.trim_start().strip_prefix(':'))??;
        let value = value.split("*/").next().unwrap_or(value);
        let value = value.split("?>").next().unwrap_or(value).trim();
        (!value.is_empty()).then_some(value)
    })
}

fn is_version(text: &str) -> bool {
    text.starts_with(|sign: char| sign.is_ascii_digit())
        && text.len() < 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+_".contains(&byte))
}
