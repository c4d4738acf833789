//! What a rule is.

use plimsoll_language::Component;
use plimsoll_version::Ecosystem;

/// How one product is recognised.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// Name of the product: Bitnami's where it has advisories, else that of the project.
    pub(super) name: &'static str,
    /// Names of files, with `*` for any characters; `.exe` is taken off before.
    pub(super) files: &'static [&'static str],
    /// A regular expression on bytes with a group `version`, or three numbers in `major`, `minor`
    /// and `patch`; `{version}` stands for numbers with dots in such a group. A group `series` may
    /// be used in [`Rule::confirm`].
    pub(super) pattern: &'static str,
    /// What the program must have besides, so that a bare number is taken for no other's version:
    /// a regular expression in which `{version}` and `{series}` stand for what was found, and
    /// `{digits}` for the series without dots.
    pub(super) confirm: &'static str,
    /// A text that only another product has, which looks the same otherwise.
    pub(super) unless: &'static str,
    /// `vendor:product` in CPE names, as the National Vulnerability Database spells them; several
    /// where its records do not agree.
    pub(super) cpes: &'static [&'static str],
    /// What is not certain.
    pub(super) doubt: &'static str,
    /// For libraries that are looked for in every program.
    pub(super) banner: Option<Banner>,
    /// Texts and the version that they have.
    #[cfg_attr(not(test), expect(dead_code, reason = "rules carry their own tests"))]
    pub(super) examples: &'static [(&'static str, &'static str)],
    /// Texts of programs that are something else.
    #[cfg_attr(not(test), expect(dead_code, reason = "rules carry their own tests"))]
    pub(super) others: &'static [&'static str],
}

/// How statically linked copies of a library are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Banner {
    /// A rare text that every match has within its first bytes.
    pub(super) text: &'static str,
    /// Headers bring the match into users of the library, too: it proves nothing in a program that
    /// loads a library with this in its name. Empty where the match is in the library alone.
    pub(super) unless_linked: &'static str,
}

/// The start of a row.
pub(super) const fn rule(
    name: &'static str,
    files: &'static [&'static str],
    pattern: &'static str,
    cpes: &'static [&'static str],
    examples: &'static [(&'static str, &'static str)],
) -> Rule {
    Rule {
        name,
        files,
        pattern,
        confirm: "",
        unless: "",
        cpes,
        doubt: "",
        banner: None,
        examples,
        others: &[],
    }
}

impl Rule {
    pub(super) const fn confirm(self, confirm: &'static str) -> Rule {
        Rule { confirm, ..self }
    }

    pub(super) const fn unless(self, unless: &'static str) -> Rule {
        Rule { unless, ..self }
    }

    pub(super) const fn doubt(self, doubt: &'static str) -> Rule {
        Rule { doubt, ..self }
    }

    pub(super) const fn banner(self, text: &'static str, unless_linked: &'static str) -> Rule {
        Rule { banner: Some(Banner { text, unless_linked }), ..self }
    }

    pub(super) const fn others(self, others: &'static [&'static str]) -> Rule {
        Rule { others, ..self }
    }

    /// The pattern with `{version}` filled in.
    pub(super) fn expression(&self) -> String {
        self.pattern.replace("{version}", r"(?P<version>\d+(?:\.\d+)+)")
    }

    /// Whether a file of this name may be the product.
    pub(super) fn fits(&self, name: &str) -> bool {
        self.files.iter().any(|pattern| matches(pattern, name))
    }

    /// The product in this version.
    pub(super) fn component(&self, version: &str) -> Component {
        let mut component = Component::new(Ecosystem::Generic, self.name, version);
        // Without a version, a CPE name would stand for all of them.
        if !version.is_empty() {
            component.cpes = self.cpes.iter().map(|product| cpe('a', product, version)).collect();
        }
        component.doubt = (!self.doubt.is_empty()).then(|| self.doubt.to_owned());
        component
    }
}

/// The CPE name of a product, given as `vendor:product`, as a formatted string.
pub(crate) fn cpe(part: char, product: &str, version: &str) -> String {
    let mut name = format!("cpe:2.3:{part}:");
    escape(&mut name, product, ":_.-");
    name.push(':');
    escape(&mut name, version, "_.-");
    name.push_str(":*:*:*:*:*:*:*");
    name
}

fn escape(name: &mut String, text: &str, plain: &str) {
    for sign in text.chars() {
        if !sign.is_ascii_alphanumeric() && !plain.contains(sign) {
            name.push('\\');
        }
        name.push(sign);
    }
}

/// Whether a name is as the pattern says, in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name, expected) in [
            ("nginx", "nginx", true),
            ("nginx", "nginx2", false),
            ("python3*", "python3", true),
            ("libpython*.so*", "libpython3.11.so.1.0", true),
            ("libpython*.so*", "libpython3.11.a", false),
            ("*-gcc-*", "x86_64-linux-gnu-gcc-12", true),
            ("a*a", "a", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn cpe_names_are_escaped() {
        assert_eq!(
            cpe('a', "erlang:erlang/otp", "25.0+a"),
            r"cpe:2.3:a:erlang:erlang\/otp:25.0\+a:*:*:*:*:*:*:*"
        );
        let boring = rule("boringssl", &[], "", &["google:boringssl"], &[]);
        assert!(boring.component("").cpes.is_empty());
        assert_eq!(boring.component("1").cpes, ["cpe:2.3:a:google:boringssl:1:*:*:*:*:*:*:*"]);
    }
}
