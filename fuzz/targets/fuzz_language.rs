//! Files of languages' package managers. The first byte picks the kind of file; the file has every
//! name that it could ask others for, so that what reads several files reads this one several times.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_language::{Files, Input, Parser};

struct Everywhere<'a>(&'a [u8]);

impl Files for Everywhere<'_> {
    fn content(&self, _: &str) -> Option<&[u8]> {
        Some(self.0)
    }

    fn named(&self, name: &str) -> Vec<String> {
        vec![format!("a/{name}"), name.to_owned()]
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, content)) = bytes.split_first() else { return };
    let rows: Vec<_> = plimsoll_inventory::extractors().collect();
    let row = rows[usize::from(*first) % rows.len()];
    let path = plimsoll_fuzz::example_path(row);
    let input = Input { path: &path, content };
    match row.parser {
        Parser::Alone(parse) | Parser::Head(parse) => drop(parse(input)),
        Parser::WithOthers(parse) => drop(parse(input, &Everywhere(content))),
        Parser::Companion | Parser::Program => {}
    }
});
