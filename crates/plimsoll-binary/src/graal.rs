//! The bill of materials that GraalVM puts into native images.
//!
//! With `--enable-sbom` the builder embeds a CycloneDX document in JSON, packed by gzip. The symbol
//! `sbom` is its beginning, `sbom_length` the place of its length.
//! <https://www.graalvm.org/latest/security-guide/native-image/sbom/>

use std::collections::HashMap;
use std::io::Read;

use flate2::read::GzDecoder;
use memchr::memmem;
use object::{ExportTarget, NameOrOrdinal, Object, ObjectSection, ObjectSymbol};
use plimsoll_language::{
    Component, Evidence, Extractor, Input, Parsed, Parser, ProblemKind, name_of,
};
use plimsoll_version::Ecosystem;
use serde_json::Value;

use crate::Program;

/// [`Extractor::id`] of this evidence.
const ID: &str = "graal-native";

/// The row of this evidence.
pub(crate) const EXTRACTOR: Extractor = Extractor {
    id: ID,
    ecosystem: Ecosystem::Maven,
    type_name: "graalvm-native-image",
    evidence: Evidence::Listed,
    files: &[],
    limit: crate::MAX_PROGRAM,
    parser: Parser::Program,
    defined_by: "https://www.graalvm.org/latest/security-guide/native-image/sbom/",
};

/// Bytes up to which a document is taken, packed and unpacked: one with a thousand components has
/// a megabyte.
const MAX_PACKED: u64 = 16 << 20;
const MAX_UNPACKED: u64 = 64 << 20;

/// Components up to which a document is read; programs have hundreds.
const MAX_COMPONENTS: usize = 50_000;

pub(crate) fn read(input: Input<'_>, file: &object::File<'_>, parsed: &mut Parsed<Program>) {
    // Names of symbols are all in one place in ELF; looking for this one first spares every other
    // program the walk through its symbols.
    let names = match file.section_by_name(".dynstr") {
        Some(section) => section.data().unwrap_or_default(),
        None => input.content,
    };
    if memmem::find(names, b"sbom_length").is_none() {
        return;
    }
    let (Some(start), Some(length)) = (address(file, b"sbom"), address(file, b"sbom_length"))
    else {
        return;
    };
    match document(file, start, length).and_then(|text| components(&text)) {
        Ok(components) if components.is_empty() => {}
        Ok(components) => parsed.value.add_part(ID, components),
        Err((kind, message)) => parsed.problem(kind, message),
    }
}

/// The address of an exported symbol; Mach-O writes `_` before every name.
fn address(file: &object::File<'_>, name: &[u8]) -> Option<u64> {
    let is_it = |known: &[u8]| known == name || known.strip_prefix(b"_") == Some(name);
    let mut symbols = file.dynamic_symbols().chain(file.symbols());
    let symbol = symbols.find(|symbol| symbol.name_bytes().is_ok_and(is_it));
    symbol.map(|symbol| symbol.address()).or_else(|| {
        // PE has no symbols but a table of exports.
        let mut exports = file.exports().ok()?.filter_map(Result::ok);
        let export = exports
            .find(|export| matches!(export.name(), NameOrOrdinal::Name(known) if is_it(known)))?;
        match export.target() {
            ExportTarget::Address { address } => Some(address),
            _ => None,
        }
    })
}

type Refusal = (ProblemKind, String);

fn document(file: &object::File<'_>, start: u64, length_at: u64) -> Result<Vec<u8>, Refusal> {
    let outside = || {
        let message = "the bill of materials of this native image lies outside of the file";
        (ProblemKind::Truncated, message.to_owned())
    };
    let length = bytes(file, length_at, 8).and_then(|bytes| bytes.try_into().ok());
    let length = length.map(|bytes| {
        if file.is_little_endian() { u64::from_le_bytes(bytes) } else { u64::from_be_bytes(bytes) }
    });
    let length = length.ok_or_else(outside)?;
    if length > MAX_PACKED {
        let message = format!("the bill of materials of this native image has {length} bytes");
        return Err((ProblemKind::TooLarge, message));
    }
    let packed = bytes(file, start, length).ok_or_else(outside)?;
    let mut text = Vec::new();
    GzDecoder::new(packed).take(MAX_UNPACKED + 1).read_to_end(&mut text).map_err(|error| {
        let message = format!("the bill of materials of this native image is no gzip: {error}");
        (ProblemKind::Malformed, message)
    })?;
    if text.len() as u64 > MAX_UNPACKED {
        let message = "the bill of materials of this native image is too large when unpacked";
        return Err((ProblemKind::TooLarge, message.to_owned()));
    }
    Ok(text)
}

fn bytes<'a>(file: &object::File<'a>, address: u64, size: u64) -> Option<&'a [u8]> {
    file.sections().find_map(|section| section.data_range(address, size).ok().flatten())
}

fn components(text: &[u8]) -> Result<Vec<Component>, Refusal> {
    let document: Value = serde_json::from_slice(text).map_err(|error| {
        let message = format!("the bill of materials of this native image is no JSON: {error}");
        (ProblemKind::Malformed, message)
    })?;
    let list = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let mut found = Vec::new();
    // Dependencies are told by reference.
    let mut known: HashMap<String, usize> = HashMap::new();
    for entry in list(&document, "components").iter().take(MAX_COMPONENTS) {
        let Some(component) = component(entry) else { continue };
        if let Some(reference) = entry.get("bom-ref").and_then(Value::as_str) {
            known.insert(reference.to_owned(), found.len());
        }
        found.push(component);
    }
    let ids: Vec<String> = found.iter().map(Component::id).collect();
    for entry in list(&document, "dependencies") {
        let reference = entry.get("ref").and_then(Value::as_str);
        let Some(component) =
            reference.and_then(|name| known.get(name)).and_then(|&index| found.get_mut(index))
        else {
            continue;
        };
        component.depends_on = list(&entry, "dependsOn")
            .iter()
            .filter_map(|name| ids.get(*known.get(name.as_str()?)?).cloned())
            .collect();
    }
    Ok(found)
}

fn component(entry: &Value) -> Option<Component> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let name = text("name")?;
    let purl_type = text("purl").and_then(|purl| purl.strip_prefix("pkg:")?.split('/').next());
    let ecosystem = match purl_type {
        Some(purl_type) => Ecosystem::from_purl_type(purl_type)?,
        None => Ecosystem::Maven,
    };
    let mut component = Component::new(
        ecosystem,
        name_of(ecosystem, text("group"), name),
        text("version").unwrap_or_default(),
    );
    let licenses = entry.get("licenses").and_then(Value::as_array);
    for license in licenses.into_iter().flatten() {
        let named = license.get("license").and_then(|one| one.get("id").or(one.get("name")));
        let said = named.or(license.get("expression")).and_then(Value::as_str);
        component.licenses.extend(said.map(str::to_owned));
    }
    Some(component)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::testing::{Section, elf};

    const ADDRESS: u64 = 0x1000;

    /// A program with a document, whose length is told as another one if wanted.
    fn image(packed: &[u8], length: u64) -> Vec<u8> {
        let mut data = length.to_le_bytes().to_vec();
        data.extend(packed);
        let names = b"\0sbom\0sbom_length\0";
        let mut symbols = vec![0; 24];
        for (name, address) in [(1u32, ADDRESS + 8), (6, ADDRESS)] {
            symbols.extend(name.to_le_bytes());
            symbols.extend([0x11, 0]);
            symbols.extend(1u16.to_le_bytes());
            symbols.extend(address.to_le_bytes());
            symbols.extend(8u64.to_le_bytes());
        }
        elf(
            &[
                Section::data(".svm_heap", ADDRESS, data),
                Section { name: ".dynsym", kind: 11, flags: 2, address: 0, content: symbols },
                Section { name: ".dynstr", kind: 3, flags: 2, address: 0, content: names.to_vec() },
            ],
            b"",
        )
    }

    fn pack(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).expect("memory");
        encoder.finish().expect("memory")
    }

    fn read_image(content: &[u8]) -> Parsed<Program> {
        let mut parsed = Parsed::clean(Program::default());
        let file = object::File::parse(content).expect("an ELF file");
        read(Input { path: "app", content }, &file, &mut parsed);
        parsed
    }

    const DOCUMENT: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
        {"type":"library","group":"io.netty","name":"netty-codec","version":"4.1.100.Final",
         "purl":"pkg:maven/io.netty/netty-codec@4.1.100.Final","bom-ref":"a",
         "licenses":[{"license":{"id":"Apache-2.0"}}]},
        {"type":"library","name":"unnamed","version":"1"},
        {"type":"library","version":"1"},
        {"type":"library","group":"io.netty","name":"netty-common","version":"4.1.100.Final",
         "bom-ref":"b"}],
        "dependencies":[{"ref":"a","dependsOn":["b","x"]},{"ref":"x"}]}"#;

    #[test]
    fn documents_are_found_and_unpacked() {
        let packed = pack(DOCUMENT);
        let parsed = read_image(&image(&packed, packed.len() as u64));
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let components = &parsed.value.parts[0].1;
        let ids: Vec<_> = components.iter().map(Component::id).collect();
        assert_eq!(
            ids,
            [
                "io.netty:netty-codec@4.1.100.Final",
                "unnamed@1",
                "io.netty:netty-common@4.1.100.Final"
            ]
        );
        assert_eq!(components[0].depends_on, ["io.netty:netty-common@4.1.100.Final"]);
        assert_eq!(components[0].licenses, ["Apache-2.0"]);
    }

    #[test]
    fn broken_documents_are_told() {
        let packed = pack(DOCUMENT);
        for (content, kind) in [
            (image(&packed, u64::MAX), ProblemKind::TooLarge),
            (image(&packed, packed.len() as u64 + 9), ProblemKind::Truncated),
            (image(&packed, 20), ProblemKind::Malformed),
            (image(&pack("{"), pack("{").len() as u64), ProblemKind::Malformed),
        ] {
            let parsed = read_image(&content);
            assert_eq!(parsed.problems.len(), 1);
            assert_eq!(parsed.problems[0].kind, kind);
            assert!(parsed.value.parts.is_empty());
        }
    }
}
