//! The Linux kernel and its modules.
//!
//! A kernel is a component named `linux`. Its modules that came with it are part of it and not told
//! again: an image with a kernel has thousands. Modules from elsewhere (`intree` is missing in what
//! they say of themselves) are components of their own.

use memchr::memmem;
use object::{Object, ObjectSection};
use plimsoll_language::{Component, Evidence, Extractor, Input, Parsed, Parser, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::Program;
use crate::fingerprint::cpe;

/// [`Extractor::id`] of kernels.
const IMAGE: &str = "kernel-image";

/// [`Extractor::id`] of modules.
const MODULE: &str = "kernel-module";

/// The row of kernels.
pub(crate) const IMAGE_EXTRACTOR: Extractor = Extractor {
    id: IMAGE,
    ecosystem: Ecosystem::Generic,
    type_name: "linux-kernel",
    evidence: Evidence::Embedded,
    files: &[],
    limit: crate::MAX_PROGRAM,
    parser: Parser::Program,
    defined_by: "https://docs.kernel.org/arch/x86/boot.html",
};

/// The row of modules.
pub(crate) const MODULE_EXTRACTOR: Extractor = Extractor {
    id: MODULE,
    type_name: "linux-kernel-module",
    defined_by: "https://docs.kernel.org/kbuild/modules.html",
    ..IMAGE_EXTRACTOR
};

/// Where the boot protocol has its magic number, and where it says at which offset from the end of
/// the first sector the version stands.
const MAGIC_AT: usize = 0x202;
const VERSION_AT: usize = 0x20e;
const SECTOR: usize = 0x200;

/// Where an uncompressed kernel for 64-bit Arm has its magic number.
const ARM_MAGIC_AT: usize = 0x38;

/// The version text of a kernel is shorter: release, builder, number and date of the build.
const MAX_TEXT: usize = 1024;

/// What a module says of itself; parameters of large drivers take some ten kilobytes.
const MAX_MODULE_INFORMATION: u64 = 1 << 20;

/// What stands before the version in a kernel that is not compressed.
const BANNER: &[u8] = b"Linux version ";

/// Whether a file with these first bytes is a kernel for x86 in the form in which it is booted,
/// which need not look like a program of any kind.
pub(crate) fn is_image(head: &[u8]) -> bool {
    head.get(MAGIC_AT..MAGIC_AT + 4) == Some(b"HdrS")
}

/// Reads a kernel that is booted: `vmlinuz`, `bzImage`, `Image`, `vmlinux`.
pub(crate) fn read_image(input: Input<'_>, parsed: &mut Parsed<Program>) {
    let content = input.content;
    let text = if is_image(content) {
        match boot_text(content) {
            Some(text) => text,
            None => {
                let message = "the boot header of this kernel points to no version";
                return parsed.problem(ProblemKind::Malformed, message);
            }
        }
    } else if content.get(ARM_MAGIC_AT..ARM_MAGIC_AT + 4) == Some(b"ARM\x64")
        || input.name().starts_with("vmlinux")
    {
        let Some(at) = memmem::find(content, BANNER) else { return };
        text_at(content, at + BANNER.len())
    } else {
        return;
    };
    if let Some(component) = kernel(&text) {
        parsed.value.add_part(IMAGE, vec![component]);
    }
}

fn boot_text(content: &[u8]) -> Option<String> {
    let bytes = content.get(VERSION_AT..VERSION_AT + 2)?;
    let offset = usize::from(u16::from_le_bytes(bytes.try_into().ok()?));
    let text = text_at(content, offset.checked_add(SECTOR)?);
    (offset != 0 && text.starts_with(|sign: char| sign.is_ascii_digit())).then_some(text)
}

fn text_at(content: &[u8], start: usize) -> String {
    let rest = content.get(start..).unwrap_or_default();
    let rest = rest.get(..MAX_TEXT).unwrap_or(rest);
    let end = rest.iter().position(|&byte| byte == 0 || byte == b'\n').unwrap_or(rest.len());
    String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned()
}

/// From `6.1.0-18-amd64 (debian-kernel@lists.debian.org) … Debian 6.1.76-1 (2024-02-01)`.
fn kernel(text: &str) -> Option<Component> {
    let release = text.split([' ', '(']).next().filter(|release| !release.is_empty())?;
    let (upstream, rest) = numbers(release)?;
    // Debian's release names the binary interface; the version is further behind.
    let debian = text.split_once(" Debian ").and_then(|(_, behind)| numbers(behind));
    let version = debian.map_or(release, |(version, _)| version);
    let mut component = Component::new(Ecosystem::Generic, "linux", version);
    // Distributions that stay at `.0` (`4.18.0-513.el8`, `5.15.0-91-generic`) carry fixes that the
    // number does not show: asking which upstream release they are would be answered wrongly.
    let is_hidden = !rest.is_empty() && debian.is_none() && upstream.ends_with(".0");
    if !is_hidden {
        let known = debian.map_or(upstream, |(version, _)| version);
        component.cpes = vec![cpe('o', "linux:linux_kernel", known)];
    }
    if !rest.is_empty() {
        component.doubt =
            Some(format!("release {release} of a distribution, which may carry fixes of its own"));
    }
    Some(component)
}

/// Splits `6.1.76-1` into `6.1.76` and `-1`; nothing where it does not begin with two numbers.
fn numbers(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(text.len());
    let (version, rest) = text.split_at(end);
    let version = version.trim_end_matches('.');
    let proper = version.split('.').count() >= 2 && version.split('.').all(|one| !one.is_empty());
    proper.then_some((version, rest))
}

/// Reads a module, which is an ELF file with a section of `name=value` pairs.
pub(crate) fn read_module(input: Input<'_>, file: &object::File<'_>, parsed: &mut Parsed<Program>) {
    if file.format() != object::BinaryFormat::Elf || !input.name().ends_with(".ko") {
        return;
    }
    let Some(section) = file.section_by_name(".modinfo") else { return };
    if section.size() > MAX_MODULE_INFORMATION {
        let message = format!("what this module says of itself has {} bytes", section.size());
        return parsed.problem(ProblemKind::TooLarge, message);
    }
    let Ok(content) = section.data() else {
        let message = "what this kernel module says of itself lies outside of the file";
        return parsed.problem(ProblemKind::Truncated, message);
    };
    if let Some(component) = module(input.name(), content) {
        parsed.value.add_part(MODULE, vec![component]);
    }
}

fn module(file_name: &str, content: &[u8]) -> Option<Component> {
    let lines = content.split(|&byte| byte == 0).filter_map(|line| std::str::from_utf8(line).ok());
    let pairs: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
    let value = |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    if value("intree") == Some("Y") || value("vermagic").is_none() {
        return None;
    }
    // Old kernels leave the name out; it is that of the file.
    let name = value("name").unwrap_or_else(|| file_name.trim_end_matches(".ko"));
    let mut component =
        Component::new(Ecosystem::Generic, name, value("version").unwrap_or_default());
    component.licenses = value("license").map(str::to_owned).into_iter().collect();
    let release = value("vermagic").and_then(|magic| magic.split(' ').next()).unwrap_or_default();
    component.doubt = Some(format!("a kernel module from outside of the kernel, for {release}"));
    Some(component)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, content: &[u8]) -> (Vec<Component>, usize) {
        let mut parsed = Parsed::clean(Program::default());
        read_image(Input { path, content }, &mut parsed);
        let parts = parsed.value.parts.into_iter().flat_map(|(_, components)| components);
        (parts.collect(), parsed.problems.len())
    }

    fn boot_image(text: &str) -> Vec<u8> {
        let mut image = vec![0; 0x400];
        image[MAGIC_AT..MAGIC_AT + 4].copy_from_slice(b"HdrS");
        image[VERSION_AT..VERSION_AT + 2].copy_from_slice(&0x180u16.to_le_bytes());
        image.truncate(SECTOR + 0x180);
        image.extend(text.as_bytes());
        image.extend(b"\0\0");
        image
    }

    #[test]
    fn kernels_say_which_they_are() {
        for (text, version, cpe, doubted) in [
            ("6.6.12 (root@build) #1 SMP PREEMPT_DYNAMIC Mon", "6.6.12", Some("6.6.12"), false),
            (
                "6.1.0-18-amd64 (debian-kernel@lists.debian.org) #1 SMP Debian 6.1.76-1 (2024-02-01)",
                "6.1.76",
                Some("6.1.76"),
                true,
            ),
            ("5.15.0-91-generic (buildd@lcy02) #101-Ubuntu SMP", "5.15.0-91-generic", None, true),
            ("6.6.12-0-virt (buildozer@build) #1-Alpine", "6.6.12-0-virt", Some("6.6.12"), true),
            (
                "4.18.0-513.5.1.el8_9.x86_64 (mockbuild@x) #1",
                "4.18.0-513.5.1.el8_9.x86_64",
                None,
                true,
            ),
        ] {
            let (found, problems) = read("boot/vmlinuz", &boot_image(text));
            assert_eq!((found.len(), problems), (1, 0), "{text}");
            assert_eq!((&*found[0].name, &*found[0].version), ("linux", version));
            let name = cpe.map(|version| format!("cpe:2.3:o:linux:linux_kernel:{version}:"));
            assert_eq!(found[0].cpes.len(), usize::from(name.is_some()));
            assert!(name.is_none_or(|name| found[0].cpes[0].starts_with(&name)));
            assert_eq!(found[0].doubt.is_some(), doubted);
        }
    }

    #[test]
    fn kernels_that_are_not_compressed_are_read() {
        let mut image = vec![0; 0x100];
        image[..2].copy_from_slice(b"MZ");
        image[ARM_MAGIC_AT..ARM_MAGIC_AT + 4].copy_from_slice(b"ARM\x64");
        image.extend(b"Linux version 6.6.30 (gcc (Debian 12.2.0-14) 12.2.0) #1 SMP\n\0");
        assert_eq!(read("boot/Image", &image).0[0].version, "6.6.30");
        image[ARM_MAGIC_AT] = 0;
        assert_eq!(read("boot/Image", &image), (Vec::new(), 0));
    }

    #[test]
    fn broken_headers_are_told() {
        let mut image = boot_image("6.6.12 (x)");
        image[VERSION_AT..VERSION_AT + 2].copy_from_slice(&0xffffu16.to_le_bytes());
        assert_eq!(read("boot/vmlinuz", &image), (Vec::new(), 1));
        assert_eq!(read("boot/vmlinuz", &image[..VERSION_AT + 1]), (Vec::new(), 1));
        assert_eq!(read("boot/vmlinuz", b"MZ"), (Vec::new(), 0));
    }

    #[test]
    fn only_modules_from_elsewhere_are_told() {
        let own = b"license=GPL\0intree=Y\0name=e1000\0vermagic=6.1.0-18-amd64 SMP mod_unload\0";
        assert_eq!(module("e1000.ko", own), None);
        let foreign = b"version=535.129.03\0license=NVIDIA\0\0name=nvidia\0\
            parm=a:b=c\0vermagic=6.1.0-18-amd64 SMP preempt mod_unload modversions \0";
        let found = module("nvidia.ko", foreign).expect("a module");
        assert_eq!((&*found.name, &*found.version), ("nvidia", "535.129.03"));
        assert_eq!(found.licenses, ["NVIDIA"]);
        assert!(found.doubt.expect("a doubt").ends_with("for 6.1.0-18-amd64"));
        assert_eq!(module("a.ko", b"\0\xff=\0license=GPL\0"), None);
    }
}
