//! Measures an index against the same data in SQLite.
//!
//! ```console
//! $ cargo run --release --example measure -- generate names.txt 2000000 > archives.txt
//! $ cargo run --release --example measure -- index archives.txt java.index
//! ```
//!
//! `names.txt` has real `group:artifact` lines. As many artifacts as are needed are made of their
//! parts, with as many versions each as projects tend to have, and every artifact of a project is
//! released together. `index` builds an index and says how large it is, how long answers take, and
//! how many sums that are not in it are found.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that measures, and stops loudly when it cannot"
)]

use std::collections::BTreeSet;
use std::io::{BufReader, Write};
use std::path::Path;
use std::time::Instant;

use plimsoll_java_index::{Builder, IndexFile, from_lines};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["generate", names, count] => generate(names, count.parse().unwrap()),
        ["index", lines, index] => index_and_ask(lines, Path::new(index)),
        _ => println!("generate NAMES COUNT, or index LINES INDEX"),
    }
}

/// Numbers without visible order, the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn sha1(&mut self) -> [u8; 20] {
        let mut sha1 = [0; 20];
        for part in sha1.chunks_mut(8) {
            let bytes = self.next().to_le_bytes();
            part.copy_from_slice(&bytes[..part.len()]);
        }
        sha1
    }
}

fn generate(names: &str, count: u64) {
    let text = std::fs::read_to_string(names).unwrap();
    let pairs: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(':')).collect();
    let words: BTreeSet<&str> = pairs.iter().flat_map(|pair| pair.1.split('-')).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let mut random = Random(1);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut written = 0;
    let mut project = 0;
    while written < count {
        let (group, artifact) = pairs[project % pairs.len()];
        // After one round of the real names, others are made of their parts.
        let round = project / pairs.len();
        let group = match round {
            0 => group.to_owned(),
            _ => format!("{group}.{}", words[random.below(words.len() as u64) as usize]),
        };
        project += 1;
        let versions = versions(&mut random);
        // Most projects have one artifact, some have dozens.
        let siblings = 1 + random.below(8) * random.below(8) * random.below(2);
        for sibling in 0..siblings {
            let name = match sibling {
                0 => artifact.to_owned(),
                _ => format!("{artifact}-{}", words[random.below(words.len() as u64) as usize]),
            };
            for version in &versions {
                for byte in random.sha1() {
                    write!(out, "{byte:02x}").unwrap();
                }
                writeln!(out, " {group} {name} {version}").unwrap();
                written += 1;
            }
        }
    }
}

/// The versions of a project: some have hundreds, most a dozen.
fn versions(random: &mut Random) -> Vec<String> {
    let suffix = ["", "", "", "", ".Final", ".RELEASE", "-jre"][random.below(7) as usize];
    let mut versions = Vec::new();
    for major in 0..=random.below(4) {
        for minor in 0..=random.below(8) {
            for patch in 0..=random.below(7) {
                versions.push(format!("{major}.{minor}.{patch}{suffix}"));
            }
            if random.below(4) == 0 {
                versions.push(format!("{major}.{minor}.0-rc{}", 1 + random.below(3)));
            }
        }
    }
    versions.sort();
    versions.dedup();
    versions
}

fn index_and_ask(lines: &str, path: &Path) {
    let begun = Instant::now();
    let mut builder = Builder::new();
    let reader = BufReader::with_capacity(1 << 20, std::fs::File::open(lines).unwrap());
    let counts = from_lines(reader, &mut builder, &mut |problem| println!("{problem:?}")).unwrap();
    let read = begun.elapsed();
    let bytes = builder.finish("measured").unwrap();
    std::fs::write(path, &bytes).unwrap();
    println!("{counts:?}: read in {read:.1?}, built in {:.1?}", begun.elapsed() - read);
    drop(bytes);

    let begun = Instant::now();
    let file = IndexFile::open(path).unwrap();
    let opened = begun.elapsed();
    let index = file.index().unwrap();
    let info = index.info();
    let per_archive = info.length as f64 / f64::from(info.archives);
    println!("{info:?}: {per_archive:.2} bytes per archive, opened in {opened:.1?}");

    let text = std::fs::read_to_string(lines).unwrap();
    let known: Vec<Vec<&str>> =
        text.lines().step_by(97).map(|line| line.split(' ').collect()).collect();
    let begun = Instant::now();
    for words in &known {
        let mut sha1 = [0; 20];
        for (byte, at) in sha1.iter_mut().zip((0..40).step_by(2)) {
            *byte = u8::from_str_radix(&words[0][at..at + 2], 16).unwrap();
        }
        let found = index.by_sha1(&sha1).unwrap().expect("it is in the index");
        assert_eq!([&found.group, &found.artifact, &found.version], words[1..]);
    }
    let each = begun.elapsed() / known.len() as u32;
    println!("{} known sums found, {each:.2?} each", known.len());
    let begun = Instant::now();
    for words in &known {
        assert!(index.group_of(words[2], words[3]).unwrap().is_some());
    }
    println!("group of artifact and version: {:.2?} each", begun.elapsed() / known.len() as u32);

    let mut random = Random(2);
    let (asked, begun) = (200_000_000u64, Instant::now());
    let found = (0..asked).filter(|_| index.contains(&random.sha1()).unwrap()).count();
    let expected = asked as f64 * f64::from(info.archives) / 2f64.powi(info.bits as i32);
    let each = begun.elapsed().as_nanos() as f64 / asked as f64;
    println!("{found} of {asked} foreign sums found ({expected:.2} expected), {each:.0} ns each");
}
