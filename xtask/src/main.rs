//! Tasks of this workspace: `cargo xtask TASK`.
#![expect(clippy::print_stdout, reason = "a task's output is its result")]

mod policy;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask TASK
  policy    check licences, sources and bans of all dependencies against deny.toml";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["policy"] => policy::check(),
        _ => bail!("{USAGE}"),
    }
}
