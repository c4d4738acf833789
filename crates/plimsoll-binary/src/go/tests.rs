//! Programs made by hand, of each form, and programs of the toolchain where it is at hand.

use std::process::Command;

use plimsoll_language::{Component, Input, Parsed};

use crate::{Program, examine};

const MODULES: &str = "path\ta.b/c/cmd/d\nmod\ta.b/c\tv1.2.3\th1:x=\n\
    dep\tgopkg.in/yaml.v2\tv2.4.0\th1:x=\ndep\ta.b/e\tv1.0.0\n=>\ta.b/f\tv1.0.1\th1:x=\n\
    dep\ta.b/g\tv0.1.0\n=>\t./g\t(devel)\t\nbuild\t-compiler=gc\n";

/// How a program is written.
#[derive(Clone, Copy)]
struct Form {
    big_endian: bool,
    wide: bool,
    /// The first byte of the table of functions.
    table: u8,
    /// Whether the build information is inline, as since Go 1.18.
    inline: bool,
}

impl Form {
    fn word(self, number: u64) -> Vec<u8> {
        let bytes = number.to_be_bytes();
        let bytes = if self.wide { &bytes[..] } else { &bytes[4..] };
        self.ordered(bytes)
    }

    fn half(self, number: u32) -> Vec<u8> {
        self.ordered(&number.to_be_bytes())
    }

    fn short(self, number: u16) -> Vec<u8> {
        self.ordered(&number.to_be_bytes())
    }

    fn ordered(self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        if !self.big_endian {
            bytes.reverse();
        }
        bytes
    }

    /// An ELF file without sections, whose one writable segment is loaded at `BASE`.
    fn program(self, data: &[u8]) -> Vec<u8> {
        let header = if self.wide { 64 } else { 52 };
        let entry = if self.wide { 56 } else { 32 };
        let mut made =
            vec![0x7f, b'E', b'L', b'F', 1 + u8::from(self.wide), 1 + u8::from(self.big_endian), 1];
        made.resize(16, 0);
        // An executable for no particular processor.
        made.extend([self.short(2), self.short(62), self.half(1)].concat());
        made.extend([self.word(0), self.word(header), self.word(0), self.half(0)].concat());
        for number in [header as u16, entry, 1, 0, 0, 0] {
            made.extend(self.short(number));
        }
        let offset = 256;
        let words =
            [offset, BASE, BASE, data.len() as u64, data.len() as u64].map(|word| self.word(word));
        let writable = self.half(6);
        made.extend(self.half(1));
        if self.wide {
            made.extend([writable, words.concat(), self.word(16)].concat());
        } else {
            made.extend([words.concat(), writable, self.word(16)].concat());
        }
        made.resize(offset as usize, 0);
        made.extend_from_slice(data);
        made
    }

    fn build_info(self) -> Vec<u8> {
        let framed = [&[1; 16], MODULES.as_bytes(), &[2; 16]].concat();
        let mut made = b"\xff Go buildinf:".to_vec();
        made.push(if self.wide { 8 } else { 4 });
        made.push(u8::from(self.big_endian) | u8::from(self.inline) << 1);
        if self.inline {
            made.resize(32, 0);
            made.push(8);
            made.extend_from_slice(b"go1.22.3");
            made.extend([(framed.len() & 0x7f) as u8 | 0x80, (framed.len() >> 7) as u8]);
            made.extend(framed);
        } else {
            let word = if self.wide { 8 } else { 4 };
            let texts = BASE + 32 + 4 * word;
            made.extend([self.word(BASE + 32), self.word(BASE + 32 + 2 * word)].concat());
            made.resize(32, 0);
            made.extend([self.word(texts), self.word(8)].concat());
            made.extend([self.word(texts + 8), self.word(framed.len() as u64)].concat());
            made.extend_from_slice(b"go1.22.3");
            made.extend(framed);
        }
        made
    }

    /// A table of two functions, and one that was inlined.
    fn table(self) -> Vec<u8> {
        let names = b"main.main\0gopkg.in/yaml%2ev2.(*decoder).parse.func1\0net/http.Get\0";
        let word = if self.wide { 8 } else { 4 };
        let magic = u32::from_be_bytes([0xff, 0xff, 0xff, self.table]);
        let mut made = self.half(magic);
        made.extend([0, 0, 1, word as u8]);
        let before = match self.table {
            0xfb => return self.old_table(made, names, word),
            0xfa => 2,
            _ => 3,
        };
        let start = 8 + 8 * word;
        made.extend(self.word(2));
        made.extend((1..before).flat_map(|_| self.word(0)));
        made.extend([self.word(start), self.word(start + names.len() as u64)].concat());
        made.resize(start as usize, 0);
        made.extend_from_slice(names);
        made
    }

    /// The form of Go 1.2: functions, each with the place of its name; then the files.
    fn old_table(self, mut made: Vec<u8>, names: &[u8], word: u64) -> Vec<u8> {
        let functions = 8 + word * 6 + 4;
        let first = functions + 2 * (word + 4);
        let second = first + names.iter().position(|&byte| byte == 0).unwrap() as u64 + 1;
        let files = first + names.len() as u64;
        made.extend(self.word(2));
        for index in 0..2 {
            made.extend([self.word(BASE), self.word(functions + index * (word + 4))].concat());
        }
        made.extend([self.word(BASE), self.half(files as u32)].concat());
        for name in [first, second] {
            made.extend([self.word(BASE), self.half(name as u32)].concat());
        }
        made.extend_from_slice(names);
        made.extend(self.half(1));
        made
    }
}

const BASE: u64 = 0x40_0000;

fn forms() -> impl Iterator<Item = Form> {
    let tables = [(0xfb, false), (0xfa, false), (0xf0, true), (0xf1, true)];
    tables.into_iter().flat_map(|(table, inline)| {
        [(false, false), (false, true), (true, false), (true, true)]
            .map(|(big_endian, wide)| Form { big_endian, wide, table, inline })
    })
}

fn content(form: Form) -> Vec<u8> {
    let mut data = form.build_info();
    data.resize(data.len().next_multiple_of(16), 0);
    data.extend(form.table());
    form.program(&data)
}

fn told(parsed: &Parsed<Program>) -> Vec<String> {
    let parts = parsed.value.parts.iter().flat_map(|(_, components)| components);
    parts.map(|made: &Component| format!("{} {}", made.id(), made.relationship.word())).collect()
}

#[test]
fn every_form_is_read() {
    for form in forms() {
        let made = content(form);
        let parsed = examine(Input { path: "a", content: &made });
        let what = format!("{:x} {} {}", form.table, form.big_endian, form.wide);
        assert_eq!(parsed.problems, [], "{what}");
        assert_eq!(
            told(&parsed),
            [
                "a.b/c@v1.2.3 root",
                "gopkg.in/yaml.v2@v2.4.0 unknown",
                "a.b/f@v1.0.1 unknown",
                "a.b/g@ unknown",
                "stdlib@v1.22.3 unknown",
            ],
            "{what}"
        );
        let symbols = parsed.value.symbols.expect(&what);
        assert!(symbols.links("a.b/c/cmd/d", "main"), "{what}");
        assert!(symbols.links("gopkg.in/yaml.v2", "decoder.parse"), "{what}");
        assert!(symbols.links("net/http", "Get") && symbols.has_package("net/http"), "{what}");
        assert!(!symbols.links("net/http", "Head") && symbols.is_complete(), "{what}");
    }
}

#[test]
fn universal_programs_are_all_their_parts() {
    let part = |table| content(Form { big_endian: false, wide: true, table, inline: true });
    let (first, second) = (part(0xf0), part(0xf1));
    let mut made = [0xcafe_babf_u32.to_be_bytes(), 2_u32.to_be_bytes()].concat();
    let mut place = 4096_u64;
    for one in [&first, &second] {
        made.extend(
            [[0; 8].as_slice(), &place.to_be_bytes(), &(one.len() as u64).to_be_bytes(), &[0; 8]]
                .concat(),
        );
        place += 4096;
    }
    for one in [&first, &second] {
        made.resize(made.len().next_multiple_of(4096), 0);
        made.extend_from_slice(one);
    }
    let parsed = examine(Input { path: "a", content: &made });
    assert_eq!(told(&parsed).len(), 5);
    assert_eq!(parsed.value.symbols.unwrap().len(), 3);
}

#[test]
fn no_damage_is_a_panic() {
    for form in forms() {
        let made = content(form);
        for at in 0..made.len() {
            let mut changed = made.clone();
            changed[at] = changed[at].wrapping_add(0x5d);
            examine(Input { path: "a", content: &changed });
            examine(Input { path: "a", content: &made[..at] });
        }
    }
}

#[test]
fn what_cannot_be_read_is_told() {
    let form = Form { big_endian: false, wide: true, table: 0xf1, inline: true };
    let mut data = form.build_info();
    // The version would be longer than the program.
    data[32] = 0xff;
    data[33] = 0xff;
    let made = form.program(&data);
    let parsed = examine(Input { path: "a", content: &made });
    assert_eq!((parsed.problems.len(), parsed.value.parts.len()), (1, 0));
}

#[test]
fn the_toolchain_agrees() {
    let Ok(output) = Command::new("go").args(["env", "GOROOT"]).output() else {
        eprintln!("skipped: there is no go");
        return;
    };
    let path = format!("{}/bin/gofmt", String::from_utf8_lossy(&output.stdout).trim());
    let Ok(content) = std::fs::read(&path) else {
        eprintln!("skipped: there is no {path}");
        return;
    };
    let version = Command::new("go").args(["version", &path]).output().unwrap();
    let version =
        String::from_utf8_lossy(&version.stdout).trim().replace(&format!("{path}: go"), "v");
    let parsed = examine(Input { path: &path, content: &content });
    assert!(
        told(&parsed).contains(&format!("stdlib@{} unknown", version.split(' ').next().unwrap()))
    );
    assert!(parsed.value.symbols.unwrap().links("go/parser", "ParseFile"));
}
