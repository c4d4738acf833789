//! Reads one file on its own and prints what was found, how long it took, and (on Linux) how much
//! memory the program had at most: `cargo run --example read_file -- server.jar`.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;
use std::time::Instant;

use plimsoll_language::{Dispatcher, Input, Parser, extractors};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let content = std::fs::read(&path)?;
    let row = Dispatcher::new(extractors()).find(path.as_bytes()).ok_or("no file of packages")?;
    let Parser::Alone(parse) = row.parser else {
        return Err(format!("{} is read together with other files", row.id).into());
    };
    let started = Instant::now();
    let parsed = parse(Input { path: &path, content: &content });
    let took = started.elapsed();
    for one in &parsed.value {
        let inside = one.inside.as_deref().unwrap_or_default();
        let doubt = one.doubt.as_deref().unwrap_or_default();
        println!("{} {}\t{inside}\t{doubt}", one.name, one.version);
    }
    for problem in &parsed.problems {
        println!("problem: {}", problem.message);
    }
    let peak = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = peak.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown");
    println!(
        "{}: {} bytes, {} packages, {took:?}, {peak}",
        row.id,
        content.len(),
        parsed.value.len()
    );
    Ok(())
}
