//! GitHub Actions: workflows and composite actions.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>. A step or a
//! job `uses: owner/repository/path@ref`; what is used from the same repository (`./`) or from a
//! registry of images (`docker://`) is no action of somebody else.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::yaml::{Entry, Node};
use crate::{Component, Evidence, Extractor, Input, Lines, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[Extractor {
    id: "github-actions",
    ecosystem: Ecosystem::GithubActions,
    type_name: "github-actions",
    evidence: Evidence::Locked,
    files: &[".github/workflows/*.yml", ".github/workflows/*.yaml", "action.yml", "action.yaml"],
    // GitHub reads up to 512 KiB.
    limit: 4 << 20,
    parser: Parser::Alone(parse),
    defined_by: "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax",
}];

/// Reads a workflow, or an action that is made of others.
fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    // Packages bring the workflows of their own repositories along.
    if input.path.split('/').any(|part| part == "node_modules") {
        return parsed;
    }
    let text = String::from_utf8_lossy(input.content);
    let documents = match Node::read_all(&text) {
        Ok(documents) => documents,
        // Other tools have templates of that name.
        Err(_) if !input.path.contains(".github/") && !text.contains("uses:") => return parsed,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error);
            return parsed;
        }
    };
    let lines: Vec<&str> = text.lines().collect();
    let mut components: Vec<Component> = Vec::new();
    for document in &documents {
        let mut uses: Vec<&Entry> = Vec::new();
        let jobs = document.entries_of("jobs").iter().map(|job| &job.node);
        for place in jobs.chain(document.get("runs")) {
            // A job may be somebody else's workflow.
            uses.extend(place.entry("uses"));
            let steps = place.elements_of("steps");
            uses.extend(steps.iter().filter_map(|step| step.entry("uses")));
        }
        for entry in uses {
            let line = lines.get((entry.line as usize).saturating_sub(1)).copied().unwrap_or("");
            match action(entry, line) {
                Use::Action(component) => {
                    let known = components.iter_mut().find(|known| {
                        known.name == component.name
                            && known.version == component.version
                            && known.doubt == component.doubt
                    });
                    match known {
                        Some(known) => known.lines.extend(component.lines),
                        None => components.push(*component),
                    }
                }
                Use::Other => {}
                Use::Broken => parsed.problem(
                    ProblemKind::Malformed,
                    format!("line {}: what is used is no owner/repository@ref", entry.line),
                ),
            }
        }
    }
    for component in components {
        parsed.add(component);
    }
    parsed
}

enum Use {
    Action(Box<Component>),
    Other,
    Broken,
}

/// What an entry uses; the line that it stands on may have a comment.
fn action(entry: &Entry, line: &str) -> Use {
    let Some(text) = entry.node.text() else { return Use::Broken };
    if text.starts_with("./") || text.starts_with("docker://") {
        return Use::Other;
    }
    let Some((path, reference)) = text.split_once('@') else { return Use::Broken };
    let mut parts = path.split('/');
    let (owner, repository) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    if owner.is_empty() || repository.is_empty() || reference.is_empty() {
        return Use::Broken;
    }
    let name = format!("{owner}/{repository}");
    let (version, doubt) = version(reference, line);
    let mut component = Component::new(Ecosystem::GithubActions, name, version);
    component.doubt = doubt;
    component.lines.push(Lines { start: entry.line, end: entry.line });
    Use::Action(Box::new(component))
}

/// The version that a reference stands for, and what is doubtful about it.
fn version(reference: &str, line: &str) -> (String, Option<String>) {
    let is_commit = matches!(reference.len(), 40 | 64)
        && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit {
        return match line.rsplit_once('#').and_then(|(_, comment)| in_comment(comment)) {
            Some(version) => (
                version.to_owned(),
                Some("the version is what the comment says of the commit".into()),
            ),
            None => (reference.to_owned(), Some("it is a commit, not a version".into())),
        };
    }
    let doubt = match version_parts(reference) {
        0 => Some("it is a branch or a tag that is no version".into()),
        1 | 2 => Some("the tag moves with releases; any of its versions may be meant".into()),
        _ => None,
    };
    (reference.to_owned(), doubt)
}

/// The version in `v4.1.0`, `tag=v4.1.0`, `pin@v4.1.0`, `ratchet:actions/checkout@v4.1.0`.
fn in_comment(comment: &str) -> Option<&str> {
    let words = comment.split([' ', '\t', '=', '@', ':']);
    words.map(str::trim).find(|word| version_parts(word) > 0)
}

/// How many numbers a version begins with: none if it is no version.
fn version_parts(text: &str) -> usize {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let numbers = text.split(['-', '+']).next().unwrap_or(text);
    let is_number = |part: &str| {
        (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    if parts.iter().all(|part| is_number(part)) { parts.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_versions_or_doubtful() {
        const COMMIT: &str = "11bd71901bbe5b1630ceea73d27597364c9af683";
        for (reference, line, expected, doubtful) in [
            ("v4.1.0", "", "v4.1.0", false),
            ("v4", "", "v4", true),
            ("main", "", "main", true),
            ("release/v1", "", "release/v1", true),
            (COMMIT, "uses: a/b@11bd # v4.2.2", "v4.2.2", true),
            (COMMIT, "uses: a/b@11bd # tag=v4.2.2", "v4.2.2", true),
            (COMMIT, "uses: a/b@11bd # pin@4", "4", true),
            (COMMIT, "uses: a/b@11bd # the good one", COMMIT, true),
            (COMMIT, "uses: a/b@11bd", COMMIT, true),
        ] {
            let (version, doubt) = version(reference, line);
            assert_eq!((&*version, doubt.is_some()), (expected, doubtful), "{line}");
        }
    }
}
