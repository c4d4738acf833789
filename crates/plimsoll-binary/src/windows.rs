//! Version resources of .NET assemblies.
//!
//! An assembly does not name the NuGet package that it came in, and parts of the run-time
//! environment look the same; `*.deps.json` says it properly. Here are only libraries of which it
//! is known that the assembly has the package's name and version, for programs that were copied
//! without that file.
//! <https://learn.microsoft.com/windows/win32/menurc/vs-versioninfo>

use object::LittleEndian as LE;
use object::pe::{
    IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR, ImageNtHeaders32, ImageNtHeaders64, RT_VERSION,
};
use object::read::pe::{ImageNtHeaders, PeFile, ResourceDirectoryTable};
use object::{FileKind, ReadRef};
use plimsoll_language::{Component, Evidence, Extractor, Input, Parsed, Parser, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::Program;

/// [`Extractor::id`] of this evidence.
const ID: &str = "pe-version";

/// The row of this evidence.
pub(crate) const EXTRACTOR: Extractor = Extractor {
    id: ID,
    ecosystem: Ecosystem::NuGet,
    type_name: "dotnet-assembly",
    evidence: Evidence::Fingerprint,
    files: &[],
    limit: crate::MAX_PROGRAM,
    parser: Parser::Program,
    defined_by: "https://learn.microsoft.com/windows/win32/menurc/vs-versioninfo",
};

/// Packages whose assembly has their name, and whose product version is the package's.
const PACKAGES: &[&str] = &[
    "AngleSharp",
    "AutoMapper",
    "Azure.Core",
    "Azure.Identity",
    "Azure.Storage.Blobs",
    "BouncyCastle.Cryptography",
    "CsvHelper",
    "Dapper",
    "DotNetZip",
    "Google.Protobuf",
    "Hangfire.Core",
    "HtmlAgilityPack",
    "HtmlSanitizer",
    "IdentityServer4",
    "MailKit",
    "MessagePack",
    "Microsoft.Data.SqlClient",
    "Microsoft.Identity.Client",
    "Microsoft.IdentityModel.JsonWebTokens",
    "Microsoft.IdentityModel.Tokens",
    "MimeKit",
    "MongoDB.Driver",
    "MySqlConnector",
    "NLog",
    "Newtonsoft.Json",
    "Npgsql",
    "Polly",
    "Quartz",
    "RestSharp",
    "Scriban",
    "Serilog",
    "SixLabors.ImageSharp",
    "Snappier",
    "StackExchange.Redis",
    "System.IdentityModel.Tokens.Jwt",
    "YamlDotNet",
    "jose-jwt",
    "log4net",
];

/// A version resource has a few kilobytes.
const MAX_RESOURCE: u32 = 64 << 10;

/// Entries up to which a resource is read, and how deep they are nested.
const MAX_ENTRIES: usize = 512;
const MAX_DEPTH: usize = 4;

pub(crate) fn read(input: Input<'_>, _file: &object::File<'_>, parsed: &mut Parsed<Program>) {
    let stem = input.name().strip_suffix(".dll").or(input.name().strip_suffix(".exe"));
    let Some(package) = PACKAGES.iter().find(|package| stem == Some(package)) else { return };
    let resource = match FileKind::parse(input.content) {
        Ok(FileKind::Pe32) => resource::<ImageNtHeaders32>(input.content),
        Ok(FileKind::Pe64) => resource::<ImageNtHeaders64>(input.content),
        _ => return,
    };
    match resource {
        Ok(Some(resource)) => {
            if let Some(component) = component(package, resource) {
                parsed.value.add_part(ID, vec![component]);
            }
        }
        Ok(None) => {}
        Err(error) => parsed.problem(
            ProblemKind::Malformed,
            format!("the version resource of this assembly cannot be found: {error}"),
        ),
    }
}

/// The version resource of an assembly; nothing for programs that are none.
fn resource<Headers: ImageNtHeaders>(content: &[u8]) -> object::Result<Option<&[u8]>> {
    let file = PeFile::<Headers>::parse(content)?;
    let directories = file.data_directories();
    if directories.get(IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR).is_none() {
        return Ok(None);
    }
    let sections = file.section_table();
    let Some(directory) = directories.resource_directory(content, &sections)? else {
        return Ok(None);
    };
    // Type, name and language, one table each.
    let first = |table: ResourceDirectoryTable<'_>| table.entries.first().copied();
    let is_version = |one: &&object::pe::ImageResourceDirectoryEntry| {
        !one.has_name() && one.name_or_id.get(LE) == u32::from(RT_VERSION)
    };
    let Some(entry) = directory.root()?.entries.iter().find(is_version) else { return Ok(None) };
    let Some(name) = entry.data(directory)?.table().and_then(first) else { return Ok(None) };
    let Some(language) = name.data(directory)?.table().and_then(first) else { return Ok(None) };
    let Some(entry) = language.data(directory)?.data() else { return Ok(None) };
    let size = entry.size.get(LE).min(MAX_RESOURCE);
    let data = sections.pe_data_at(content, entry.offset_to_data.get(LE));
    Ok(data.and_then(|data| data.read_bytes_at(0, u64::from(size)).ok()))
}

fn component(package: &str, resource: &[u8]) -> Option<Component> {
    let mut strings = Vec::new();
    collect(resource, 0, &mut strings);
    let value =
        |name: &str| strings.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
    // A renamed file is somebody else's.
    let original = value("OriginalFilename").or(value("InternalName"))?;
    if original.strip_suffix(".dll").unwrap_or(original) != package {
        return None;
    }
    // What stands behind `+` names the commit.
    let version = value("ProductVersion")?.split('+').next().unwrap_or_default();
    if !is_version(version) {
        return None;
    }
    let mut component = Component::new(Ecosystem::NuGet, package, version);
    component.doubt = Some("name and version are those of the assembly".to_owned());
    Some(component)
}

/// Whether this is a version of NuGet: three or four numbers, then perhaps a pre-release.
fn is_version(text: &str) -> bool {
    let (numbers, stage) = text.split_once('-').unwrap_or((text, "1"));
    let parts: Vec<_> = numbers.split('.').collect();
    let is_number = |part: &&str| {
        (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    matches!(parts.len(), 3 | 4)
        && parts.iter().all(is_number)
        && (1..=64).contains(&stage.len())
        && stage.bytes().all(is_plain)
}

/// Takes the strings out of a block: lengths of the block and its value, a type, a key that ends
/// with zero, the value and more blocks, each beginning at a multiple of four bytes.
fn collect(block: &[u8], depth: usize, strings: &mut Vec<(String, String)>) {
    let mut rest = block;
    while let Some(length) = number(rest, 0) {
        let length = usize::from(length);
        if length < 6 || strings.len() >= MAX_ENTRIES || depth > MAX_DEPTH {
            return;
        }
        let Some(whole) = rest.get(..length) else { return };
        let value_length = usize::from(number(whole, 2).unwrap_or(0));
        let is_text = number(whole, 4) == Some(1);
        let (key, key_size) = text(whole.get(6..).unwrap_or_default());
        let value_at = (6 + key_size).next_multiple_of(4);
        let value = whole.get(value_at..).unwrap_or_default();
        // Text is counted in signs, all else in bytes.
        if is_text && value_length > 0 {
            strings.push((key, text(value).0));
        } else {
            let children = value.get(value_length.next_multiple_of(4)..).unwrap_or_default();
            collect(children, depth + 1, strings);
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// UTF-16 up to a zero, and how many bytes it takes with it.
fn text(bytes: &[u8]) -> (String, usize) {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let units: Vec<u16> = units.take_while(|&unit| unit != 0).collect();
    (String::from_utf16_lossy(&units), (units.len() + 1) * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
    }

    fn block(key: &str, value: &[u8], value_length: usize, is_text: bool, rest: &[u8]) -> Vec<u8> {
        let mut body = [vec![0; 6], utf16(key)].concat();
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(value);
        if !rest.is_empty() {
            body.resize(body.len().next_multiple_of(4), 0);
            body.extend(rest);
        }
        let length = body.len() as u16;
        body[..2].copy_from_slice(&length.to_le_bytes());
        body[2..4].copy_from_slice(&(value_length as u16).to_le_bytes());
        body[4..6].copy_from_slice(&u16::from(is_text).to_le_bytes());
        body.resize(body.len().next_multiple_of(4), 0);
        body
    }

    fn version_info(strings: &[(&str, &str)]) -> Vec<u8> {
        let strings: Vec<u8> = strings
            .iter()
            .flat_map(|(key, value)| {
                block(key, &utf16(value), value.encode_utf16().count() + 1, true, b"")
            })
            .collect();
        let table = block("000004b0", b"", 0, true, &strings);
        let file = block("StringFileInfo", b"", 0, true, &table);
        let variables = block("VarFileInfo", b"", 0, true, b"");
        block("VS_VERSION_INFO", &[7; 52], 52, false, &[variables, file].concat())
    }

    /// A 32-bit assembly whose only section has a version resource.
    fn assembly(resource: &[u8], is_managed: bool) -> Vec<u8> {
        let word = |value: u32| value.to_le_bytes();
        let mut file = vec![0; 0x40];
        file[..2].copy_from_slice(b"MZ");
        file[0x3c..0x40].copy_from_slice(&word(0x40));
        file.extend(b"PE\0\0");
        // Machine, one section, the size of the optional header, a library.
        file.extend([0x4c, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 224, 0, 2, 0x21]);
        let mut optional = vec![0; 224];
        optional[..2].copy_from_slice(&[0x0b, 1]);
        optional[32..36].copy_from_slice(&word(0x1000));
        optional[36..40].copy_from_slice(&word(0x200));
        optional[92..96].copy_from_slice(&word(16));
        let size = 0x58 + resource.len() as u32;
        optional[112..116].copy_from_slice(&word(0x1000));
        optional[116..120].copy_from_slice(&word(size));
        if is_managed {
            optional[208..212].copy_from_slice(&word(0x1000));
            optional[212..216].copy_from_slice(&word(72));
        }
        file.extend(optional);
        file.extend(b".rsrc\0\0\0");
        for value in [size, 0x1000, size, 0x200, 0, 0, 0, 0x4000_0040] {
            file.extend(word(value));
        }
        file.resize(0x200, 0);
        // Three tables with one entry each, then where the data is.
        for (id, next) in [(16, 0x8000_0018u32), (1, 0x8000_0030), (0, 0x48)] {
            file.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
            file.extend(word(id));
            file.extend(word(next));
        }
        for value in [0x1058, resource.len() as u32, 0, 0] {
            file.extend(word(value));
        }
        file.extend(resource);
        file
    }

    fn read_file(path: &str, content: &[u8]) -> Parsed<Program> {
        let mut parsed = Parsed::clean(Program::default());
        let file = object::File::parse(content).expect("a PE file");
        read(Input { path, content }, &file, &mut parsed);
        parsed
    }

    const JSON: [(&str, &str); 3] = [
        ("FileVersion", "13.0.1.25517"),
        ("OriginalFilename", "Newtonsoft.Json.dll"),
        ("ProductVersion", "13.0.1+ae9fe44e1323e91bcbd185ca1a14099fba7c021f"),
    ];

    #[test]
    fn known_assemblies_are_packages() {
        let content = assembly(&version_info(&JSON), true);
        let parsed = read_file("app/Newtonsoft.Json.dll", &content);
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let found = &parsed.value.parts[0].1[0];
        assert_eq!(
            (found.id().as_str(), found.ecosystem),
            ("Newtonsoft.Json@13.0.1", Ecosystem::NuGet)
        );
        assert!(found.doubt.is_some());
    }

    #[test]
    fn others_are_not() {
        let content = assembly(&version_info(&JSON), true);
        for path in ["app/My.dll", "app/System.Text.Json.dll", "Newtonsoft.Json.pdb"] {
            assert!(read_file(path, &content).value.parts.is_empty(), "{path}");
        }
        // Native code, another name inside, a version that is none of NuGet's.
        assert_eq!(
            read_file("Newtonsoft.Json.dll", &assembly(&version_info(&JSON), false)).value.parts,
            []
        );
        let renamed = assembly(&version_info(&JSON), true);
        assert!(read_file("Serilog.dll", &renamed).value.parts.is_empty());
        for version in ["4.6.26515.06 @BuiltBy: dlab", "1.0", "", "1.2.3-"] {
            let mut strings = JSON;
            strings[2].1 = version;
            let content = assembly(&version_info(&strings), true);
            assert!(read_file("Newtonsoft.Json.dll", &content).value.parts.is_empty(), "{version}");
        }
    }

    #[test]
    fn broken_resources_do_no_harm() {
        let content = assembly(&version_info(&JSON), true);
        let mut outside = content.clone();
        // The address of the resource directory.
        outside[0x40 + 24 + 112..][..4].copy_from_slice(&0xffff_0000u32.to_le_bytes());
        let parsed = read_file("Newtonsoft.Json.dll", &outside);
        assert_eq!((parsed.value.parts.len(), parsed.problems.len()), (0, 1));
        for end in 0x200..content.len() {
            read_file("Newtonsoft.Json.dll", &content[..end]);
        }
        let mut nested = block("a", b"", 0, true, b"");
        for _ in 0..32 {
            nested = block("a", b"", 0, true, &nested);
        }
        collect(&nested, 0, &mut Vec::new());
    }
}
