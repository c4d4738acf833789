//! Our Ruby order against `Gem::Version`.

use std::process::Command;

use plimsoll_version::rubygems;

use crate::support::{self, Material};

const MATERIAL: Material = Material {
    epochs: &["", "", "", "", "v", "a"],
    pieces: &[
        ".0",
        ".0",
        ".1",
        ".10",
        ".a",
        ".rc1",
        "a",
        "b2",
        ".B",
        "-1",
        "-rc.1",
        ".",
        "00",
        "-",
        "_",
        "99999999999999999999999",
    ],
    releases: &["", "", ".0", ".0.0", ".pre", "-x-y", ".a.0"],
};

const ASK: &str = r#"
STDIN.each_line(chomp: true) do |line|
  left, right = line.split("\t", -1)
  if Gem::Version.correct?(left) && Gem::Version.correct?(right)
    puts ["<", "=", ">"][(Gem::Version.new(left) <=> Gem::Version.new(right)) + 1]
  else
    puts "!"
  end
end"#;

#[test]
fn rubygems_agrees_on_every_pair() {
    let pairs = support::pairs(8, 20_000, &MATERIAL);
    let mut command = Command::new("ruby");
    let Some(answers) = support::run(command.args(["-e", ASK]), &support::lines(&pairs)) else {
        println!("skipped: Ruby is not installed");
        return;
    };
    support::assert_decisions("Gem::Version", &pairs, &answers, 4_000, |left, right| {
        (rubygems::is_valid(left) && rubygems::is_valid(right))
            .then(|| rubygems::compare(left, right))
    });
}
