//! `specifications/NAME-VERSION.gemspec`: what RubyGems keeps of an installed gem.
//!
//! It is Ruby code, but always laid out in one way, with one assignment on each line.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::{Component, Input};

/// Reads name, version and licences.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    // `gems/NAME-VERSION/` holds the gem's own files, whatever they look like; `gems/3.1.0/`, in
    // which a directory of specifications lies, has no name.
    if input.is_test_data_below("gems") {
        return parsed;
    }
    let text = input.lossy();
    let mut found = Found::default();
    for line in text.lines() {
        found.line(line.trim());
    }
    let (name, version) = (found.name.or(found.stub_name), found.version.or(found.stub_version));
    match (name, version) {
        (Some(name), Some(version)) => {
            let mut component = Component::new(Ecosystem::Gem, name, version);
            component.licenses = found.licenses;
            parsed.add(component);
        }
        (name, _) => {
            let missing = if name.is_none() { "name" } else { "version" };
            let message = format!("no {missing} of the gem is given as a plain text");
            parsed.problem(ProblemKind::Malformed, message);
        }
    }
    parsed
}

#[derive(Default)]
struct Found {
    name: Option<String>,
    version: Option<String>,
    stub_name: Option<String>,
    stub_version: Option<String>,
    licenses: Vec<String>,
}

impl Found {
    fn line(&mut self, line: &str) {
        if let Some(stub) = line.strip_prefix("# stub: ") {
            // The second stub line lists extensions, not name, version, platform and paths.
            let mut words = stub.split(' ');
            if let (Some(name), Some(version), Some(_), None) =
                (words.next(), words.next(), words.next(), self.stub_name.as_ref())
            {
                self.stub_name = Some(name.to_owned());
                self.stub_version = Some(version.to_owned());
            }
            return;
        }
        let Some((field, value)) = assignment(line) else { return };
        let texts = literals(value);
        match field {
            "name" => self.name = texts.into_iter().next(),
            "version" => self.version = texts.into_iter().next(),
            "license" | "licenses" => self.licenses = texts,
            _ => {}
        }
    }
}

/// Field and value of `s.field = value`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (target, value) = line.split_once('=')?;
    let (_, field) = target.split_once('.')?;
    Some((field.trim_end(), value.trim_start()))
}

/// The non-empty texts of a value: `"MIT".freeze`, `["MIT".freeze, "Ruby".freeze]`, `%q{MIT}`.
fn literals(value: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut signs = value.chars();
    while let Some(sign) = signs.next() {
        let end = match sign {
            '"' | '\'' => sign,
            '%' => {
                let Some('q' | 'Q') = signs.next() else { continue };
                match signs.next() {
                    Some('<') => '>',
                    Some('{') => '}',
                    Some('(') => ')',
                    Some('[') => ']',
                    _ => continue,
                }
            }
            '#' => break,
            _ => continue,
        };
        let mut text = String::new();
        while let Some(sign) = signs.next() {
            match sign {
                '\\' => text.extend(signs.next()),
                sign if sign == end => break,
                sign => text.push(sign),
            }
        }
        let text = text.trim();
        if !text.is_empty() {
            texts.push(text.to_owned());
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_in_every_quotation() {
        assert_eq!(
            literals("[\"MIT\".freeze, 'A \\'b\\'', %q<Ruby>.freeze]"),
            ["MIT", "A 'b'", "Ruby"]
        );
        assert_eq!(literals("Gem::Version.new(\"1.0\")"), ["1.0"]);
        assert_eq!(literals("VERSION # \"1\""), [""; 0]);
    }

    #[test]
    fn gems_tests_are_no_gems() {
        let content = b"s.name = 'a'\ns.version = '1'\n";
        for (path, expected) in [
            ("usr/lib/ruby/gems/3.1.0/specifications/a-1.gemspec", 1),
            ("srv/test/vendor/bundle/ruby/3.1.0/specifications/default/a-1.gemspec", 1),
            ("ruby/3.1.0/gems/b-2/spec/fixtures/specifications/a-1.gemspec", 0),
        ] {
            assert_eq!(parse(Input { path, content }).value.len(), expected, "{path}");
        }
    }
}
