//! conda: environments as installed, as locked and as declared.

mod environment;
mod installed;
mod locks;

use plimsoll_version::Ecosystem;

use crate::yaml::Node;
use crate::{Component, Evidence, Extractor, Input, Parsed, Parser, Pattern, ProblemKind};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "conda-meta",
        ecosystem: Ecosystem::Conda,
        type_name: "conda-pkg",
        evidence: Evidence::Installed,
        files: &["conda-meta/*.json"],
        // It lists the files of the package; those of the largest take some 10 MB.
        limit: 64 << 20,
        parser: Parser::Alone(installed::parse),
        defined_by: "https://conda.org/learn/ceps/cep-0034/",
    },
    locked(
        "conda-environment",
        "conda-environment",
        &["environment.yml", "environment.yaml", "environment-*.yml", "environment-*.yaml"],
        environment::parse,
        "https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html",
    ),
    locked(
        "conda-lock",
        "conda-lock",
        &["conda-lock.yml", "*.conda-lock.yml"],
        locks::parse_conda_lock,
        "https://conda.github.io/conda-lock/output/",
    ),
    locked(
        "pixi-lock",
        "pixi",
        &["pixi.lock"],
        locks::parse_pixi,
        "https://pixi.sh/latest/workspace/lockfile/",
    ),
];

const fn locked(
    id: &'static str,
    type_name: &'static str,
    files: &'static [Pattern],
    parse: fn(Input<'_>) -> Parsed<Vec<Component>>,
    defined_by: &'static str,
) -> Extractor {
    Extractor {
        id,
        ecosystem: Ecosystem::Conda,
        type_name,
        evidence: Evidence::Locked,
        files,
        // Lock files of several platforms have some MB.
        limit: 32 << 20,
        parser: Parser::Alone(parse),
        defined_by,
    }
}

/// Name and version of a package's archive: `numpy-1.26.4-py311h64a7726_0.conda`.
fn archive(url: &str) -> Option<(&str, &str)> {
    let path = url.split(['#', '?']).next().unwrap_or(url);
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.strip_suffix(".conda").or_else(|| file.strip_suffix(".tar.bz2"))?;
    let mut parts = stem.rsplitn(3, '-');
    let (_, version, name) = (parts.next()?, parts.next()?, parts.next()?);
    (!name.is_empty() && !version.is_empty()).then_some((name, version))
}

/// Reads a document of YAML; nothing, and a problem, if it is none.
fn document(input: Input<'_>, parsed: &mut Parsed<Vec<Component>>) -> Option<Node> {
    let text = input.text().map_err(|error| format!("the file {error}"));
    let read = |text| Node::read(text).map_err(|error| format!("the file is no YAML: {error}"));
    match text.and_then(read) {
        Ok(root) => Some(root),
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error);
            None
        }
    }
}
