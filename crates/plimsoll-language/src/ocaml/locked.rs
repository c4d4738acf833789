//! `NAME.opam.locked`: `depends: [ "dune" {= "3.4.1"} … ]`.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::{Component, Input, Positions};

/// Reads the dependencies, which are all that is needed, however far away.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let text = input.lossy();
    let positions = Positions::new(text.as_bytes());
    let Some(start) = field(&text, "depends:") else {
        // A package may need nothing, and is a package only with this field.
        if field(&text, "opam-version:").is_none() {
            parsed.problem(ProblemKind::Malformed, "is no description of a package of opam");
        }
        return parsed;
    };
    let mut tokens = Tokens { text: &text, at: start };
    let mut open: Option<Entry> = None;
    loop {
        match tokens.next() {
            Some(Token::Open('[' | '(')) => {}
            Some(Token::Text(name, at)) => {
                finish(&mut parsed, open.take(), &positions);
                open = Some(Entry { name, at, version: None, dev: false });
            }
            Some(Token::Open(_)) => {
                let complete = tokens.filter(open.as_mut());
                if !complete {
                    break;
                }
            }
            Some(Token::Close(']')) => {
                finish(&mut parsed, open.take(), &positions);
                return parsed;
            }
            Some(Token::Close(_) | Token::Word(_)) => {}
            None => break,
        }
    }
    finish(&mut parsed, open.take(), &positions);
    parsed.problem(ProblemKind::Truncated, "ends within the dependencies");
    parsed
}

struct Entry<'a> {
    name: &'a str,
    at: usize,
    version: Option<&'a str>,
    dev: bool,
}

fn finish(
    parsed: &mut Parsed<Vec<Component>>,
    entry: Option<Entry<'_>>,
    positions: &Positions<'_>,
) {
    let Some(entry) = entry else { return };
    let Some(version) = entry.version else {
        let message = format!("line {}: {} has no version", positions.line(entry.at), entry.name);
        parsed.problem(ProblemKind::Malformed, message);
        return;
    };
    let mut component = Component::new(Ecosystem::Opam, entry.name, version);
    component.dev = entry.dev;
    component.lines.push(positions.lines(entry.at, entry.at + 1));
    parsed.add(component);
}

/// The byte behind a field that begins a line.
fn field(text: &str, name: &str) -> Option<usize> {
    if text.starts_with(name) {
        return Some(name.len());
    }
    let line = format!("\n{name}");
    text.find(&line).map(|at| at + line.len())
}

enum Token<'a> {
    /// A text, and the byte at which it begins.
    Text(&'a str, usize),
    /// A name or an operator.
    Word(&'a str),
    Open(char),
    Close(char),
}

struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = self.text.get(self.at..)?;
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with('#') {
                self.at += trimmed.find('\n')?;
                continue;
            }
            let sign = trimmed.chars().next()?;
            return match sign {
                '"' => {
                    let inside = trimmed.get(1..)?;
                    let end = inside.find('"')?;
                    let begins = self.at;
                    self.at += end + 2;
                    inside.get(..end).map(|text| Token::Text(text.trim(), begins))
                }
                '[' | '(' | '{' => {
                    self.at += 1;
                    Some(Token::Open(sign))
                }
                ']' | ')' | '}' => {
                    self.at += 1;
                    Some(Token::Close(sign))
                }
                _ => {
                    let ends = |sign: char| sign.is_whitespace() || "\"[](){}".contains(sign);
                    let end = trimmed.find(ends).unwrap_or(trimmed.len());
                    self.at += end;
                    trimmed.get(..end).map(Token::Word)
                }
            };
        }
    }

    /// Reads what stands between braces; says whether it ended.
    fn filter(&mut self, mut entry: Option<&mut Entry<'a>>) -> bool {
        let mut equals = false;
        loop {
            match (self.next(), entry.as_deref_mut()) {
                (None, _) => return false,
                (Some(Token::Close('}')), _) => return true,
                (Some(Token::Text(version, _)), Some(entry)) if equals => {
                    entry.version = Some(version);
                    equals = false;
                }
                (Some(Token::Word(word)), Some(entry)) => {
                    equals = word == "=";
                    entry.dev |=
                        matches!(word, "with-test" | "with-doc" | "with-dev-setup" | "dev");
                }
                _ => {}
            }
        }
    }
}
