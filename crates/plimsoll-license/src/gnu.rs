//! The licences of the GNU project, which everybody writes in another way.
//!
//! <https://www.gnu.org/licenses/>. Which versions may be chosen matters, so `+` and `or later` are
//! kept; without them only the version named counts. Where no version is named the licence itself
//! lets the user choose any, which SPDX writes as the first one `-or-later`.

/// Reads a name of GPL, LGPL, AGPL or FDL.
pub(crate) fn read(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let (family, rest) = family(&lower)?;
    let (rest, exception) = exception(&rest)?;
    let later = rest.contains('+')
        || ["later", "newer", "greater", "higher"].iter().any(|word| rest.contains(word));
    let version = version(&rest)?;
    let base = match (family, version) {
        ("AGPL", Some("3")) => "AGPL-3.0",
        ("AGPL", Some("1")) => "AGPL-1.0",
        ("LGPL", Some("2.1")) => "LGPL-2.1",
        ("LGPL", Some("2")) => "LGPL-2.0",
        ("LGPL", Some("3")) => "LGPL-3.0",
        ("GPL", Some("1")) => "GPL-1.0",
        ("GPL", Some("2")) => "GPL-2.0",
        ("GPL", Some("3")) => "GPL-3.0",
        ("GFDL", Some("1.1")) => "GFDL-1.1",
        ("GFDL", Some("1.2")) => "GFDL-1.2",
        ("GFDL", Some("1.3")) => "GFDL-1.3",
        // Debian's name for documents without invariant sections.
        ("GFDL-NIV", Some(version @ ("1.1" | "1.2" | "1.3"))) => {
            let range = if later { "or-later" } else { "only" };
            return Some(format!("GFDL-{version}-no-invariants-{range}"));
        }
        ("GPL", None) => return Some(with("GPL-1.0-or-later", exception)),
        ("LGPL", None) => return Some(with("LGPL-2.0-or-later", exception)),
        _ => return None,
    };
    let id = format!("{base}{}", if later { "-or-later" } else { "-only" });
    Some(with(&id, exception))
}

fn with(id: &str, exception: Option<&str>) -> String {
    match exception {
        Some(exception) => format!("{id} WITH {exception}"),
        None => id.to_owned(),
    }
}

/// The family and what is left of the name without it.
fn family(lower: &str) -> Option<(&'static str, String)> {
    const NAMES: &[(&str, &str)] = &[
        ("gnu affero general public", "AGPL"),
        ("affero general public", "AGPL"),
        ("gnu lesser general public", "LGPL"),
        ("gnu library general public", "LGPL"),
        ("gnu library or lesser general public", "LGPL"),
        ("lesser general public", "LGPL"),
        ("gnu lesser public", "LGPL"),
        ("gnu lesser", "LGPL"),
        ("gnu free documentation", "GFDL"),
        ("gnu general public", "GPL"),
        ("general public", "GPL"),
        ("gnu public", "GPL"),
        ("agpl", "AGPL"),
        ("lgpl", "LGPL"),
        ("gfdl-niv", "GFDL-NIV"),
        ("gfdl", "GFDL"),
        ("gpl", "GPL"),
    ];
    let start = lower.strip_prefix("the ").unwrap_or(lower);
    let start = match start.strip_prefix("gnu ") {
        Some(rest) if ["gpl", "lgpl", "agpl"].iter().any(|word| rest.starts_with(word)) => rest,
        _ => start,
    };
    let (words, family) = NAMES.iter().find(|(words, _)| start.starts_with(words))?;
    let mut rest = start.get(words.len()..)?.to_owned();
    // The same name again in parentheses: `(GPLv3+)`, `(LGPL)`.
    for (words, other) in NAMES {
        if other == family {
            rest = rest.replace(words, " ");
        }
    }
    Some((family, rest))
}

/// What is behind `with`, if SPDX knows it; nothing at all if it does not.
fn exception(rest: &str) -> Option<(String, Option<&'static str>)> {
    let rest = rest.replace(['-', '_'], " ");
    let Some(at) = rest.find("with ").or_else(|| rest.find("w/ ")) else {
        return Some((rest, None));
    };
    let (before, behind) = rest.split_at_checked(at)?;
    let id = if behind.contains("classpath") {
        "Classpath-exception-2.0"
    } else if behind.contains("gcc") {
        "GCC-exception-3.1"
    } else if behind.contains("autoconf") {
        "Autoconf-exception-2.0"
    } else if behind.contains("bison") {
        "Bison-exception-2.2"
    } else if behind.contains("libtool") {
        "Libtool-exception"
    } else if behind.contains("linux syscall note") {
        "Linux-syscall-note"
    } else if behind.contains("texinfo") {
        "Texinfo-exception"
    } else if behind.contains("font") {
        "Font-exception-2.0"
    } else {
        return None;
    };
    Some((before.to_owned(), Some(id)))
}

/// The version in what is left; `Some(None)` if there is none, nothing if there is anything else.
fn version(rest: &str) -> Option<Option<&str>> {
    const FILLING: &[&str] = &[
        "license", "licence", "version", "v", "ver", "only", "or", "any", "later", "newer", "the",
        "at", "your", "option", "greater", "higher", "and", "above", "public",
    ];
    let is_between = |sign: char| sign.is_whitespace() || "(),-_+:;\"'".contains(sign);
    let mut found: Option<&str> = None;
    for word in rest.split(is_between).filter(|word| !word.is_empty()) {
        if FILLING.contains(&word) {
            continue;
        }
        let number = word.trim_start_matches('v').trim_end_matches('.');
        let number = number.strip_suffix(".0").unwrap_or(number);
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return None;
        }
        match found {
            Some(known) if known != number => return None,
            _ => found = Some(number),
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_exceptions_are_kept() {
        for (name, id) in [
            ("GPL", Some("GPL-1.0-or-later")),
            ("LGPL", Some("LGPL-2.0-or-later")),
            ("gpl v3", Some("GPL-3.0-only")),
            ("GNU GPL v2+", Some("GPL-2.0-or-later")),
            ("LGPLv2.1", Some("LGPL-2.1-only")),
            ("GPL 2.0 or greater", Some("GPL-2.0-or-later")),
            ("GNU Library or Lesser General Public License (LGPL)", Some("LGPL-2.0-or-later")),
            ("GFDL-1.3+", Some("GFDL-1.3-or-later")),
            (
                "GPLv3+ with GCC Runtime Library exception",
                Some("GPL-3.0-or-later WITH GCC-exception-3.1"),
            ),
            ("GPL-2+ with OpenSSL exception", None),
            ("GFDL-NIV-1.3+", Some("GFDL-1.3-no-invariants-or-later")),
            ("GPL-3+-WITH-BISON-EXCEPTION", Some("GPL-3.0-or-later WITH Bison-exception-2.2")),
            (
                "GPL-2 with Linux-syscall-note exception",
                Some("GPL-2.0-only WITH Linux-syscall-note"),
            ),
            ("GPLv9", None),
            ("GPL 2 3", None),
            ("gplish", None),
            ("MIT", None),
        ] {
            assert_eq!(read(name).as_deref(), id, "{name}");
        }
    }
}
