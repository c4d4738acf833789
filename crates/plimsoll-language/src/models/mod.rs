//! Model files of machine learning, as inventory.
//!
//! They have gigabytes, and what they say of themselves stands in front.

mod gguf;
mod safetensors;

use plimsoll_image::HEAD_LENGTH;
use plimsoll_version::Ecosystem;

use crate::{Component, Evidence, Extractor, Input, Parsed, Parser, Pattern};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    model(
        "gguf",
        &["*.gguf"],
        gguf::parse,
        "https://github.com/ggml-org/ggml/blob/master/docs/gguf.md",
    ),
    model(
        "safetensors",
        &["*.safetensors"],
        safetensors::parse,
        "https://github.com/huggingface/safetensors#format",
    ),
];

const fn model(
    id: &'static str,
    files: &'static [Pattern],
    parse: fn(Input<'_>) -> Parsed<Vec<Component>>,
    defined_by: &'static str,
) -> Extractor {
    Extractor {
        id,
        ecosystem: Ecosystem::Generic,
        type_name: "model",
        evidence: Evidence::Installed,
        files,
        limit: HEAD_LENGTH as u64,
        parser: Parser::Head(parse),
        defined_by,
    }
}

/// Names that say no more than that a file is a model.
const COMMON: &[&str] = &["model", "pytorch_model", "adapter_model", "diffusion_pytorch_model"];

/// A model that says its name, or else has that of its file or, where all files are called so, of
/// its directory.
fn component(input: Input<'_>, name: Option<&str>, version: Option<&str>) -> Component {
    let version = version.unwrap_or_default();
    if let Some(name) = name {
        return Component::new(Ecosystem::Generic, name, version);
    }
    let file = input.name();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    // MODEL-00001-of-00003
    let stem = stem.split_once("-00001-of-").map_or(stem, |(stem, _)| stem);
    let directory = input.directory().rsplit('/').next().unwrap_or_default();
    let (name, of) = match COMMON.contains(&stem) && !directory.is_empty() {
        true => (directory, "directory"),
        false => (stem, "file"),
    };
    let mut component = Component::new(Ecosystem::Generic, name, version);
    component.doubt = Some(format!("its name is that of its {of}; the model says none"));
    component
}

/// Whether a file only says where Git keeps the model.
fn is_pointer(content: &[u8]) -> bool {
    content.starts_with(b"version https://git-lfs")
}

/// Whether a file is a later part of a model that is spread over several.
fn is_later_part(input: Input<'_>) -> bool {
    let part = input.name().rsplit_once("-of-").and_then(|(start, _)| start.rsplit_once('-'));
    part.is_some_and(|(_, number)| {
        number.len() == 5 && number.parse::<u32>().is_ok_and(|number| number != 1)
    })
}
