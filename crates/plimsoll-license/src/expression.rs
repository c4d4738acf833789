//! Expressions in all the ways in which packages write them.

use crate::{gnu, names, text};

/// A name longer than this is a licence text, or nothing.
const LONGEST_NAME: usize = 600;

/// More names than this stand in no real expression; Debian's longest copyright files have eighty.
const MOST_NAMES: usize = 400;

/// What a text says about licences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Normalized {
    /// A valid SPDX expression; nothing if any part of the text is not known.
    pub expression: Option<String>,
    /// The licences in it one by one, without exceptions: SPDX identifiers, and as written where
    /// they are not known.
    pub ids: Vec<String>,
}

/// Reads a licence as metadata states it, or a licence text.
///
/// What is ambiguous is not decided: `BSD` is several licences and stays `BSD`.
pub fn normalize(stated: &str) -> Normalized {
    let stated = stated.trim();
    if stated.is_empty() {
        return Normalized::default();
    }
    if stated.len() > LONGEST_NAME || stated.lines().count() > 3 {
        let found = text::detect(stated);
        return match found {
            Some(id) => Normalized::of(id),
            // Nobody wants to see a whole text where a name should be.
            None => Normalized { expression: None, ids: vec![first_line(stated)] },
        };
    }
    let plain = stated.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(expression) = strict(&plain) {
        return expression;
    }
    if let Some(id) = one(&plain) {
        return Normalized::of(&id);
    }
    compound(&plain)
}

fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(80).collect()
}

impl Normalized {
    fn of(id: &str) -> Normalized {
        let bare = id.split(" WITH ").next().unwrap_or(id);
        Normalized { expression: Some(id.to_owned()), ids: vec![bare.to_owned()] }
    }
}

/// What is an SPDX expression already. Only its spelling may change: identifiers that SPDX has
/// given up become those that say the same, operators get capitals.
fn strict(text: &str) -> Option<Normalized> {
    let mode = spdx::ParseMode {
        allow_deprecated: true,
        allow_postfix_plus_on_gpl: true,
        ..spdx::ParseMode::STRICT
    };
    let parsed = spdx::Expression::parse_mode(text, mode).ok()?;
    let ids = ids_of(&parsed);
    let spelled = respell(text);
    spdx::Expression::parse_mode(&spelled, mode).ok()?;
    Some(Normalized { expression: Some(spelled), ids })
}

fn ids_of(expression: &spdx::Expression) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for wanted in expression.requirements() {
        let id = current(&wanted.req.license.to_string());
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn respell(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    for word in spaced.split_whitespace() {
        let word = match word.to_ascii_lowercase().as_str() {
            "and" => "AND".to_owned(),
            "or" => "OR".to_owned(),
            "with" => "WITH".to_owned(),
            _ => current(word),
        };
        if !spelled.is_empty() && !spelled.ends_with('(') && word != ")" {
            spelled.push(' ');
        }
        spelled.push_str(&word);
    }
    spelled
}

/// `GPL-2.0` and `GPL-2.0+` are deprecated names of `GPL-2.0-only` and `GPL-2.0-or-later`.
fn current(id: &str) -> String {
    let (bare, later) = match id.strip_suffix('+') {
        Some(bare) => (bare, true),
        None => (id, false),
    };
    match spdx::gnu_license_id(bare, later) {
        Some(found) if spdx::license_id(bare).is_some() => found.name.to_owned(),
        _ => id.to_owned(),
    }
}

/// A single licence under any of its names.
pub(crate) fn one(name: &str) -> Option<String> {
    let name = name.trim().trim_matches(['"', '\'', '`']).trim();
    let name = name.rsplit(" :: ").next().unwrap_or(name);
    if let Some(found) = strict(name).filter(|found| found.ids.len() == 1) {
        return found.expression;
    }
    if name.contains("://") {
        return names::by_address(name).map(str::to_owned);
    }
    gnu::read(name).or_else(|| names::by_name(name))
}

/// Names joined by words or signs, in RPM's and others' old ways.
fn compound(text: &str) -> Normalized {
    let mut output = String::new();
    let mut ids: Vec<String> = Vec::new();
    let mut known = true;
    let tokens = tokens(text);
    for token in &tokens {
        match token {
            Token::Open => output.push('('),
            Token::Close => output.push(')'),
            Token::And => output.push_str(" AND "),
            Token::Or => output.push_str(" OR "),
            Token::Name(name) => match one(name) {
                Some(id) => {
                    let bare = id.split(" WITH ").next().unwrap_or(&id).to_owned();
                    if !ids.contains(&bare) {
                        ids.push(bare);
                    }
                    output.push_str(&id);
                }
                None => {
                    known = false;
                    let name = names::family(name).map_or_else(|| name.clone(), str::to_owned);
                    if !ids.contains(&name) {
                        ids.push(name);
                    }
                }
            },
        }
    }
    let is_valid = || spdx::Expression::parse(&output).is_ok();
    let expression = (known && tokens.len() <= MOST_NAMES && is_valid()).then_some(output);
    if ids.is_empty() {
        ids.push(text.to_owned());
    }
    Normalized { expression, ids }
}

enum Token {
    Open,
    Close,
    And,
    Or,
    Name(String),
}

/// Cuts at operators, but not inside of a name: `GPL version 2 or later`, `Apache License,
/// Version 2.0`.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut words: Vec<&str> = Vec::new();
    let spaced = text
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace(';', " ; ")
        .replace(',', " , ")
        .replace('|', " | ")
        .replace('&', " & ");
    let all: Vec<&str> = spaced.split_whitespace().collect();
    let flush = |words: &mut Vec<&str>, tokens: &mut Vec<Token>| {
        if !words.is_empty() {
            split_slashes(&words.join(" "), tokens);
            words.clear();
        }
    };
    let mut depth = 0_usize;
    for (index, word) in all.iter().enumerate() {
        let next = all.get(index + 1).copied().unwrap_or_default().to_ascii_lowercase();
        let operator = match word.to_ascii_lowercase().as_str() {
            "and" | "&" => Some(Token::And),
            // Debian's and RPM's names have it, as in `or any later version`.
            "or" if matches!(
                next.as_str(),
                "later" | "newer" | "any" | "greater" | "higher" | "("
            ) =>
            {
                None
            }
            "or" | "|" => Some(Token::Or),
            // A list says that parts have different licences.
            ";" => Some(Token::And),
            "," if next.starts_with("version") || next.starts_with('v') || next.is_empty() => {
                continue;
            }
            // Debian's comma holds together what stands before it: `A or B, and C`.
            "," if next == "and" || next == "or" => {
                flush(&mut words, &mut tokens);
                if depth == 0 && tokens.len() > 1 {
                    tokens.insert(0, Token::Open);
                    tokens.push(Token::Close);
                }
                continue;
            }
            "," => Some(Token::And),
            "(" if words.is_empty() => {
                depth += 1;
                Some(Token::Open)
            }
            ")" if depth > 0 => {
                depth -= 1;
                Some(Token::Close)
            }
            _ => None,
        };
        match operator {
            None => words.push(word),
            Some(token) => {
                flush(&mut words, &mut tokens);
                // `||` and `&&` are one operator.
                let repeats = matches!(
                    (tokens.last(), &token),
                    (Some(Token::And | Token::Or), Token::And | Token::Or)
                );
                if !repeats {
                    tokens.push(token);
                }
            }
        }
        if tokens.len() > MOST_NAMES {
            break;
        }
    }
    flush(&mut words, &mut tokens);
    tokens
}

/// `MIT/Apache-2.0` is a choice, as crates.io took it.
fn split_slashes(name: &str, tokens: &mut Vec<Token>) {
    let parts: Vec<&str> = name.split('/').map(str::trim).collect();
    let splits = parts.len() > 1
        && !name.contains("://")
        && one(name).is_none()
        && parts.iter().all(|part| one(part).is_some());
    if !splits {
        tokens.push(Token::Name(name.to_owned()));
        return;
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            tokens.push(Token::Or);
        }
        tokens.push(Token::Name((*part).to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_packages_write_becomes_an_expression() {
        for (stated, expression) in [
            ("MIT", "MIT"),
            ("mit", "MIT"),
            ("The MIT License (MIT)", "MIT"),
            ("The MIT License", "MIT"),
            ("MIT License", "MIT"),
            ("License :: OSI Approved :: MIT License", "MIT"),
            ("License :: OSI Approved :: Apache Software License", ""),
            ("License :: OSI Approved :: BSD License :: BSD-3-Clause", "BSD-3-Clause"),
            ("Apache License, Version 2.0", "Apache-2.0"),
            ("The Apache Software License, Version 2.0", "Apache-2.0"),
            ("Apache 2", "Apache-2.0"),
            ("ASL 2.0", "Apache-2.0"),
            ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
            ("https://opensource.org/licenses/MIT", "MIT"),
            ("https://spdx.org/licenses/ISC.html", "ISC"),
            ("https://www.gnu.org/licenses/old-licenses/lgpl-2.1.html", "LGPL-2.1-only"),
            ("GPLv2+ and MIT", "GPL-2.0-or-later AND MIT"),
            ("GPLv2 with exceptions and (MIT or ISC)", ""),
            ("LGPLv2+ and (GPLv3 or MIT)", "LGPL-2.0-or-later AND (GPL-3.0-only OR MIT)"),
            ("GPL-2", "GPL-2.0-only"),
            ("GPL-2+", "GPL-2.0-or-later"),
            ("LGPL-2.1+", "LGPL-2.1-or-later"),
            ("GPL-2.0", "GPL-2.0-only"),
            ("GPL-2.0+", "GPL-2.0-or-later"),
            (
                "GPL-3+ with Classpath-exception-2.0",
                "GPL-3.0-or-later WITH Classpath-exception-2.0",
            ),
            ("GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"),
            ("GNU General Public License, version 2", "GPL-2.0-only"),
            ("GNU Lesser General Public License v2.1 or any later version", "LGPL-2.1-or-later"),
            (
                "GNU General Public License, version 2 (GPL2), with the classpath exception",
                "GPL-2.0-only WITH Classpath-exception-2.0",
            ),
            ("GNU Affero General Public License v3", "AGPL-3.0-only"),
            ("MIT OR Apache-2.0", "MIT OR Apache-2.0"),
            ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
            ("(mit or Apache-2.0) and BSD-3-Clause", "(MIT OR Apache-2.0) AND BSD-3-Clause"),
            ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
            ("BSD 3-Clause", "BSD-3-Clause"),
            ("New BSD License", "BSD-3-Clause"),
            ("Simplified BSD", "BSD-2-Clause"),
            ("MPL 2.0", "MPL-2.0"),
            ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
            ("Eclipse Public License - v 1.0", "EPL-1.0"),
            ("EPL 2.0", "EPL-2.0"),
            ("Python Software Foundation License", "PSF-2.0"),
            ("CC0 1.0 Universal", "CC0-1.0"),
            ("Expat", "MIT"),
            ("zlib", "Zlib"),
            ("The Unlicense", "Unlicense"),
            ("GPL-1+ or Artistic, and Expat", "(GPL-1.0-or-later OR Artistic-1.0-Perl) AND MIT"),
            ("MIT, ISC, and Zlib", "(MIT AND ISC) AND Zlib"),
            ("BSD", ""),
            ("Public Domain", ""),
            ("see LICENSE file", ""),
            ("", ""),
        ] {
            assert_eq!(normalize(stated).expression.unwrap_or_default(), expression, "{stated}");
        }
    }

    #[test]
    fn what_is_not_known_stays_as_it_is() {
        assert_eq!(normalize("BSD and GPLv2+").ids, ["BSD", "GPL-2.0-or-later"]);
        assert_eq!(normalize("Copyright only").ids, ["Copyright only"]);
        let long = "Some licence of our own.\n".repeat(100);
        assert_eq!(normalize(&long).ids, ["Some licence of our own."]);
    }

    #[test]
    fn nothing_makes_it_panic_or_hang() {
        for stated in
            ["(", ")", "((((", "and", "or or or", "/", "+", ",", "GPL", "with", "\u{0}", "é"]
        {
            let _ = normalize(stated);
            let _ = normalize(&stated.repeat(500));
        }
        let _ = normalize(&"MIT and ".repeat(70));
    }
}
