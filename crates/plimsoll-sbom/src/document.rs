//! What a document is, by its contents, and what is wrapped around it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use plimsoll_language::{Parsed, ProblemKind};
use serde_json::Value;

use crate::draft::Sink;
use crate::json::{self, list, text};
use crate::{Bom, BomFormat, cyclonedx, spdx, syft, trivy};

/// The largest real documents, of images with every file listed, are a quarter of this; as a tree
/// in memory it takes some ten times its size.
const LARGEST: usize = 256 << 20;

/// A bundle around an envelope around a statement around cosign's wrapper are four.
const MOST_WRAPPERS: usize = 8;

/// A file with one envelope in each line has one for each predicate.
const MOST_LINES: usize = 1_000;

/// DSSE wants the standard alphabet and allows the other one; padding is often lost.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Reads a bill of materials. No value if the document is none, which is a problem as well.
pub fn read(content: &[u8]) -> Parsed<Option<Bom>> {
    let mut parsed = Parsed::clean(None);
    if content.len() > LARGEST {
        parsed
            .problem(ProblemKind::TooLarge, format!("the document is larger than {LARGEST} bytes"));
        return parsed;
    }
    let mut sink = Sink::default();
    let document = utf8(content);
    match unwrap(&document, MOST_WRAPPERS, &mut sink) {
        Ok(()) => {
            let (bom, problems) = sink.finish();
            parsed.value = Some(bom);
            for (kind, message) in problems {
                parsed.problem(kind, message);
            }
        }
        Err(message) => parsed.problem(ProblemKind::Malformed, message),
    }
    parsed
}

/// Text without a byte order mark. Windows writes UTF-16 when output is redirected.
pub(crate) fn utf8(content: &[u8]) -> Cow<'_, str> {
    let units = |bytes: &[u8], order: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
        char::decode_utf16(units).map(|sign| sign.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match content {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(units(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(units(rest, u16::from_be_bytes)),
        _ => String::from_utf8_lossy(content),
    }
}

/// Finds the document in its wrappers and has it read.
fn unwrap(text: &str, depth: usize, sink: &mut Sink) -> Result<(), String> {
    let start = text.trim_start();
    if start.starts_with('<') {
        let tree = cyclonedx::xml::tree(start)?;
        sink.bom.format = BomFormat::CycloneDx;
        cyclonedx::read(&tree, sink);
        return Ok(());
    }
    if spdx::is_tag_value(start) {
        sink.bom.format = BomFormat::Spdx;
        spdx::read(&spdx::tag_value::tree(start), sink);
        return Ok(());
    }
    let mut values = serde_json::Deserializer::from_str(start).into_iter::<Value>();
    let first = match values.next() {
        Some(Ok(value)) => value,
        Some(Err(error)) if start.starts_with(['{', '[']) => {
            return Err(format!("the document cannot be read: {error}"));
        }
        _ => return Err("the document is no bill of materials in a format that is read".to_owned()),
    };
    // `cosign download attestation` prints one envelope for each attestation.
    let rest = values.take(MOST_LINES).map_while(Result::ok);
    let mut said = None;
    for value in std::iter::once(first).chain(rest) {
        match value_of(&value, depth, sink) {
            Ok(()) => return Ok(()),
            Err(message) => {
                said.get_or_insert(message);
            }
        }
    }
    Err(said.unwrap_or_default())
}

fn value_of(value: &Value, depth: usize, sink: &mut Sink) -> Result<(), String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err("the document is wrapped too many times".to_owned());
    };
    if let Value::String(inner) = value {
        return unwrap(inner, depth, sink);
    }
    // Sigstore bundle <https://docs.sigstore.dev/about/bundle/>, then DSSE
    // <https://github.com/secure-systems-lab/dsse/blob/master/envelope.md>.
    if let Some(envelope) = value.get("dsseEnvelope") {
        return value_of(envelope, depth, sink);
    }
    if value.get("payloadType").is_some()
        || value.get("signatures").is_some() && value.get("payload").is_some()
    {
        let payload = text(value, "payload");
        let plain: String = payload.chars().filter(|sign| !sign.is_whitespace()).collect();
        let standard = GeneralPurpose::new(&alphabet::STANDARD, LENIENT).decode(&plain);
        let bytes = standard
            .or_else(|_| GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT).decode(&plain))
            .map_err(|error| format!("the payload of the envelope cannot be read: {error}"))?;
        return unwrap(&utf8(&bytes), depth, sink);
    }
    // in-toto statement <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>.
    if let Some(predicate) = value.get("predicate") {
        return value_of(predicate, depth, sink).map_err(|message| {
            match text(value, "predicateType") {
                kind if kind.is_empty() => message,
                kind => format!("the attestation ({kind}) holds no bill of materials: {message}"),
            }
        });
    }
    // cosign's own predicate around whatever it was given.
    if let Some(data) = value.get("Data") {
        return value_of(data, depth, sink);
    }
    if let Some(inner) = value.get("sbom").filter(|inner| inner.is_object()) {
        // GitHub's answer to "export SBOM".
        return value_of(inner, depth, sink);
    }
    let is_spdx_3 = value.get("@graph").is_some() && value.get("@context").is_some();
    if text(value, "bomFormat").eq_ignore_ascii_case("CycloneDX")
        || value.get("specVersion").is_some() && value.get("components").is_some()
    {
        sink.bom.format = BomFormat::CycloneDx;
        cyclonedx::read(value, sink);
    } else if value.get("spdxVersion").is_some() {
        sink.bom.format = BomFormat::Spdx;
        spdx::read(value, sink);
    } else if is_spdx_3 {
        sink.bom.format = BomFormat::Spdx;
        spdx::read(&spdx::graph::tree(value), sink);
    } else if value.get("artifacts").is_some() && value.get("schema").is_some() {
        sink.bom.format = BomFormat::Syft;
        syft::read(value, sink);
    } else if value.get("SchemaVersion").is_some() && is_trivy(value) {
        sink.bom.format = BomFormat::Trivy;
        trivy::read(value, sink);
    } else {
        return Err("the document is no bill of materials in a format that is read".to_owned());
    }
    Ok(())
}

fn is_trivy(value: &Value) -> bool {
    value.get("ArtifactName").is_some()
        || list(value, "Results").iter().any(|result| !json::text(result, "Target").is_empty())
}
