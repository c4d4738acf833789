//! `vcpkg/status`: what vcpkg installed, in paragraphs like those of dpkg.

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;

use crate::graph::Graph;
use crate::source_text::Paragraph;
use crate::{Component, Input};

/// Reads the database. A port's features have paragraphs of their own and belong to it; what is
/// behind `Port-Version` counts changes of the recipe, not of the software.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    let text = input.lossy();
    for paragraph in Paragraph::all(&text) {
        let installed =
            paragraph.get("Status").is_some_and(|status| status.ends_with(" installed"));
        if !installed || paragraph.get("Feature").is_some() {
            if paragraph.get("Status").is_none() {
                graph.malformed(format!("line {}: a paragraph without Status", paragraph.line));
            }
            continue;
        }
        let (Some(name), Some(version)) = (paragraph.get("Package"), paragraph.get("Version"))
        else {
            graph.malformed(format!("line {}: no Package or no Version", paragraph.line));
            continue;
        };
        let needs = paragraph.get("Depends").unwrap_or_default();
        let needs = needs
            .split(',')
            .filter_map(|name| name.trim().split([':', '[', ' ']).next())
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        graph.add(Component::new(Ecosystem::Generic, name, version), needs);
    }
    graph.finish()
}
