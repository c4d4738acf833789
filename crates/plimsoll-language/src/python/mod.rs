//! Python: installed distributions and the lock files of its package managers.

mod egg;
mod graph;
mod installed;
mod lock;
mod metadata;
mod pdm;
mod pipfile;
mod poetry;
mod project;
mod pylock;
mod requirement;
mod requirements;
mod uv;

use plimsoll_version::Ecosystem;

pub(crate) use requirement::Requirement;

use crate::{Component, Evidence, Extractor, Input, Parsed, Parser, Pattern};

/// Bytes of a lock file: the largest real ones, of projects with a thousand packages and every
/// wheel of each, have 3 MB.
const LOCK_LIMIT: u64 = 16 << 20;

/// Bytes of a name or version. Ids of packages are made of them and are repeated by all that need
/// the package.
const MAX_WORD: usize = 200;

/// Bytes of metadata: the longest descriptions have 400 kB.
const METADATA_LIMIT: u64 = 4 << 20;

/// Bytes of a file of requirements or constraints; the largest, with checksums, have 400 kB.
const REQUIREMENTS_LIMIT: u64 = 4 << 20;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    installed(
        "python-dist-info",
        &["*.dist-info/METADATA"],
        METADATA_LIMIT,
        installed::parse,
        "https://packaging.python.org/en/latest/specifications/recording-installed-packages/",
    ),
    installed(
        "python-egg-info",
        &["*.egg-info/PKG-INFO", "EGG-INFO/PKG-INFO", "*.egg-info"],
        METADATA_LIMIT,
        installed::parse,
        "https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html",
    ),
    installed(
        "python-egg",
        &["*.egg"],
        64 << 20,
        egg::parse,
        "https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html",
    ),
    of_requirements(&companion(
        "pip-constraints",
        "constraints",
        &["constraints*.txt", "*constraints.txt"],
        "https://pip.pypa.io/en/stable/user_guide/#constraints-files",
    )),
    of_requirements(&locked(
        "pip-requirements",
        "pip",
        &["requirements*.txt", "*requirements.txt", "requirements/*.txt"],
        Parser::WithOthers(requirements::parse),
        "https://pip.pypa.io/en/stable/reference/requirements-file-format/",
    )),
    locked(
        "pipfile-lock",
        "pipenv",
        &["Pipfile.lock"],
        Parser::WithOthers(pipfile::parse),
        "https://pipenv.pypa.io/en/latest/pipfile.html",
    ),
    companion("pipfile", "pipfile", &["Pipfile"], "https://pipenv.pypa.io/en/latest/pipfile.html"),
    locked(
        "poetry-lock",
        "poetry",
        &["poetry.lock"],
        Parser::WithOthers(poetry::parse),
        "https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock",
    ),
    locked(
        "pdm-lock",
        "pdm",
        &["pdm.lock"],
        Parser::WithOthers(pdm::parse),
        "https://pdm-project.org/latest/usage/lockfile/",
    ),
    locked(
        "uv-lock",
        "uv",
        &["uv.lock"],
        Parser::Alone(uv::parse),
        "https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile",
    ),
    locked(
        "pylock",
        "pylock",
        &["pylock.toml", "pylock.*.toml"],
        Parser::Alone(pylock::parse),
        "https://packaging.python.org/en/latest/specifications/pylock-toml/",
    ),
    companion(
        "pyproject",
        "pyproject",
        &["pyproject.toml"],
        "https://packaging.python.org/en/latest/specifications/pyproject-toml/",
    ),
];

const fn installed(
    id: &'static str,
    files: &'static [Pattern],
    limit: u64,
    parse: fn(Input<'_>) -> Parsed<Vec<Component>>,
    defined_by: &'static str,
) -> Extractor {
    Extractor {
        id,
        ecosystem: Ecosystem::PyPi,
        type_name: "python-pkg",
        evidence: Evidence::Installed,
        files,
        limit,
        parser: Parser::Alone(parse),
        defined_by,
    }
}

const fn locked(
    id: &'static str,
    type_name: &'static str,
    files: &'static [Pattern],
    parser: Parser,
    defined_by: &'static str,
) -> Extractor {
    Extractor {
        id,
        ecosystem: Ecosystem::PyPi,
        type_name,
        evidence: Evidence::Locked,
        files,
        limit: LOCK_LIMIT,
        parser,
        defined_by,
    }
}

/// The same for a file of requirements.
const fn of_requirements(row: &Extractor) -> Extractor {
    Extractor { limit: REQUIREMENTS_LIMIT, ..*row }
}

const fn companion(
    id: &'static str,
    type_name: &'static str,
    files: &'static [Pattern],
    defined_by: &'static str,
) -> Extractor {
    locked(id, type_name, files, Parser::Companion, defined_by)
}

/// Whether a text is a [name of a distribution][names].
///
/// [names]: https://packaging.python.org/en/latest/specifications/name-normalization/#name-format
pub(crate) fn is_name(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= MAX_WORD
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// Whether a path is inside of an installed package: a lock file there is a leftover of the
/// package's makers, and nobody installs what it lists.
fn is_in_package(path: &str) -> bool {
    let directories = ["site-packages", "dist-packages", "node_modules"];
    path.split('/').any(|part| directories.contains(&part))
}
