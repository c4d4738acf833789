//! `cargo xtask dist`: one binary that needs nothing of the system it runs on.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// A release binary stays below this many bytes.
const MAX_SIZE: u64 = 20_000_000;

/// Builds the static binary and says where it is.
pub(crate) fn build() -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let version = Command::new("rustc").arg("-vV").output().context("rustc did not start")?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc -vV names no host")?;
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    // With a target named, the flags are not used for build scripts and macros, which cannot be
    // static.
    let status = Command::new(cargo)
        .args(["build", "--release", "--locked", "--package", "plimsoll", "--target", host])
        .env("RUSTFLAGS", "-C target-feature=+crt-static")
        .status()?;
    if !status.success() {
        bail!("the build failed");
    }
    let binary = Path::new(&target).join(host).join("release/plimsoll");
    let content = std::fs::read(&binary).with_context(|| binary.display().to_string())?;
    if content.len() as u64 > MAX_SIZE {
        bail!("{} has {} bytes, more than {MAX_SIZE}", binary.display(), content.len());
    }
    if has_interpreter(&content) {
        bail!("{} asks for a dynamic linker", binary.display());
    }
    println!("{}: {} bytes, static", binary.display(), content.len());
    Ok(())
}

/// Whether a 64-bit little-endian ELF file has a program header of type `PT_INTERP` (3).
fn has_interpreter(elf: &[u8]) -> bool {
    let number = |at: usize, length: usize| {
        let bytes = elf.get(at..at + length).unwrap_or_default();
        bytes.iter().rev().fold(0, |value, &byte| value << 8 | usize::from(byte))
    };
    let (table, size, count) = (number(32, 8), number(54, 2), number(56, 2));
    (0..count).any(|index| number(table + index * size, 4) == 3)
}
