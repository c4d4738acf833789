//! Tasks of this workspace: `cargo xtask TASK`.
#![expect(clippy::print_stdout, reason = "a task's output is its result")]

mod coverage;
mod demo;
mod dist;
mod layers;
mod policy;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask TASK
  dist      build the static release binary
  coverage  write the tables of docs/coverage.md that follow from the code
  demo      write examples/demo-image, the image of the README's first command
  limit LAYOUT
            inflate and hash the layers of an OCI layout, and nothing else
  walk IMAGE
            walk the layers of an image and count what is in them
  policy    check licences, sources and bans of all dependencies against deny.toml";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["dist"] => dist::build(),
        ["coverage"] => coverage::generate(false),
        ["demo"] => demo::write("examples/demo-image".as_ref()),
        ["limit", layout] => layers::limit(layout.as_ref()),
        ["walk", image] => layers::walk(image.as_ref()),
        ["policy"] => policy::check(),
        _ => bail!("{USAGE}"),
    }
}
