//! What the oracle tests share: a seeded source of version pairs, and running a tool.

use std::cmp::Ordering;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A small generator of random numbers (splitmix64), so that every run sees the same pairs.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn seeded(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    pub(crate) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// What versions of a scheme are made of.
pub(crate) struct Material {
    /// Epochs with their colon, and nothing.
    pub(crate) epochs: &'static [&'static str],
    /// Pieces of the part that every version has.
    pub(crate) pieces: &'static [&'static str],
    /// Pieces of the release, with its hyphen, and nothing.
    pub(crate) releases: &'static [&'static str],
}

/// `count` pairs: half of them unrelated, half of them one version and the same slightly changed,
/// which is where orders are decided.
pub(crate) fn pairs(seed: u64, count: usize, material: &Material) -> Vec<(String, String)> {
    let mut random = Random::seeded(seed);
    (0..count)
        .map(|_| {
            let left = version(&mut random, material);
            let right = if random.once_in(2) {
                version(&mut random, material)
            } else {
                mutated(&left, &mut random, material)
            };
            (left, right)
        })
        .collect()
}

fn version(random: &mut Random, material: &Material) -> String {
    let mut text = random.pick(material.epochs).to_owned();
    text.push_str(random.pick(&["0", "1", "2", "10", "09", "2024"]));
    for _ in 0..random.below(6) {
        text.push_str(random.pick(material.pieces));
    }
    text.push_str(random.pick(material.releases));
    text
}

fn mutated(version: &str, random: &mut Random, material: &Material) -> String {
    let mut text = version.to_owned();
    for _ in 0..=random.below(2) {
        let places: Vec<usize> = (1..=text.len()).filter(|&at| text.is_char_boundary(at)).collect();
        let Some(&at) = places.get(random.below(places.len().max(1))) else { break };
        match random.below(3) {
            0 => text.insert_str(at, random.pick(material.pieces)),
            1 => text.truncate(at),
            _ if at < text.len() => drop(text.remove(at)),
            _ => text.push_str(random.pick(material.releases)),
        }
    }
    text
}

/// Runs a tool with this on its standard input. `None` when the machine does not have the tool.
pub(crate) fn run(command: &mut Command, input: &str) -> Option<String> {
    let mut child =
        match command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => panic!("{command:?}: {error}"),
        };
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{command:?}: {}", output.status);
    Some(String::from_utf8(output.stdout).unwrap())
}

/// `<`, `=` or `>`.
pub(crate) fn sign(order: Ordering) -> &'static str {
    match order {
        Ordering::Less => "<",
        Ordering::Equal => "=",
        Ordering::Greater => ">",
    }
}

/// Fails with the first few differences between what a tool says and what we say.
pub(crate) fn assert_agreement(
    tool: &str,
    compared: impl Iterator<Item = (String, String, String)>,
    order: impl Fn(&str, &str) -> Ordering,
) {
    let mut count = 0;
    let mut differences = Vec::new();
    for (left, right, theirs) in compared {
        count += 1;
        let ours = sign(order(&left, &right));
        if ours != theirs {
            differences.push(format!("{left} {theirs} {right}, we say {ours}"));
        }
    }
    println!("{count} pairs compared with {tool}");
    differences.truncate(20);
    assert!(differences.is_empty(), "{tool} says\n{}", differences.join("\n"));
}

/// A line for each pair, with a tab between.
pub(crate) fn lines(pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(left, right)| format!("{left}\t{right}\n")).collect()
}

/// Holds the lines `<`, `=`, `>` and, for a pair with something that is not a version, `!`, against
/// ours, which is nothing for such a pair. At least so many pairs must have an order.
pub(crate) fn assert_decisions(
    tool: &str,
    pairs: &[(String, String)],
    answers: &str,
    at_least: usize,
    ours: impl Fn(&str, &str) -> Option<Ordering>,
) {
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), pairs.len());
    let mut differences = Vec::new();
    let mut ordered = 0;
    for ((left, right), theirs) in pairs.iter().zip(answers) {
        let ours = ours(left, right).map_or("!", sign);
        ordered += usize::from(theirs != "!");
        if ours != theirs {
            differences.push(format!("{left:?} {theirs} {right:?}, we say {ours}"));
        }
    }
    println!("{} pairs compared with {tool}, {ordered} of them ordered", pairs.len());
    assert!(ordered >= at_least, "only {ordered} pairs have an order");
    let count = differences.len();
    differences.truncate(20);
    assert!(differences.is_empty(), "{count} times {tool} says\n{}", differences.join("\n"));
}

/// The folder of real data, which is not part of the project.
pub(crate) fn shared() -> PathBuf {
    std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    )
}
