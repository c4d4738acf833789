//! CPE names: whether a criterion of NVD is about a program that was recognised.
//!
//! The forms are defined in NIST IR 7695, <https://doi.org/10.6028/NIST.IR.7695>, and how two names
//! compare, attribute by attribute, in NIST IR 7696, <https://doi.org/10.6028/NIST.IR.7696>. Version
//! and update are left to ranges; here it is the other attributes.

/// Attributes of a name: part, vendor, product, version, update, edition, language, software
/// edition, target software, target hardware, other.
const ATTRIBUTES: usize = 11;

const VENDOR: usize = 1;
const PRODUCT: usize = 2;
const UPDATE: usize = 4;

/// Those behind the update, with the words for a person.
const REST: [(usize, &str); 6] = [
    (5, "edition"),
    (6, "language"),
    (7, "edition"),
    (8, "target software"),
    (9, "target hardware"),
    (10, "variant"),
];

/// Target software on which everything in a container runs.
const OWN_PLATFORM: [&str; 3] = ["linux", "linux_kernel", "unix"];

/// A name without escapes, in lower case. `*` is any, `-` is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name([String; ATTRIBUTES]);

/// Whether a criterion is about a program, version aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum About {
    /// It is.
    This,
    /// It is about a variant, and nobody knows whether the program is of that: in these words.
    Variant(String),
    /// It is about another product or another variant.
    Other,
}

impl Name {
    /// Reads the formatted string of CPE 2.3 or the URI of CPE 2.2.
    pub(crate) fn parse(text: &str) -> Option<Name> {
        let (parts, is_uri) = match (text.strip_prefix("cpe:2.3:"), text.strip_prefix("cpe:/")) {
            (Some(rest), _) => (split(rest), false),
            (None, Some(rest)) => (rest.split(':').map(str::to_owned).collect(), true),
            (None, None) => return None,
        };
        if parts.len() > ATTRIBUTES || (!is_uri && parts.len() != ATTRIBUTES) {
            return None;
        }
        let mut name = Name(std::array::from_fn(|_| "*".to_owned()));
        for (attribute, part) in name.0.iter_mut().zip(parts) {
            let plain = if is_uri { part } else { unescaped(&part) };
            if !plain.is_empty() {
                *attribute = plain.to_lowercase();
            }
        }
        let is_open = |part: &str| matches!(part, "*" | "-");
        (!is_open(&name.0[VENDOR]) && !is_open(&name.0[PRODUCT])).then_some(name)
    }

    /// `vendor:product`, the name under which advisories stand.
    pub(crate) fn package(&self) -> String {
        format!("{}:{}", self.0[VENDOR], self.0[PRODUCT])
    }

    /// The update, where the name says one: `p2` of sudo 1.9.5p2.
    pub(crate) fn update(&self) -> Option<&str> {
        Some(self.0[UPDATE].as_str()).filter(|update| !matches!(*update, "*" | "-"))
    }

    /// Whether `criterion` is about a program with this name.
    pub(crate) fn compare(&self, criterion: &Name) -> About {
        for (index, own) in self.0.iter().enumerate().take(VERSION) {
            let theirs = &criterion.0[index];
            if theirs != "*" && own != "*" && theirs != own {
                return About::Other;
            }
        }
        for (index, word) in REST {
            let (own, theirs) = (&self.0[index], &criterion.0[index]);
            let is_own_platform = word == "target software" && OWN_PLATFORM.contains(&&**theirs);
            if theirs == "*" || own == theirs || is_own_platform {
                continue;
            }
            match (own.as_str(), theirs.as_str()) {
                // A program of which no variant is known is the plain one.
                ("*", "-") => {}
                ("*", theirs) => return About::Variant(format!("{word} {theirs}")),
                _ => return About::Other,
            }
        }
        About::This
    }
}

/// Attributes before this one say which product it is.
const VERSION: usize = 3;

/// The attributes, still escaped: a colon behind a backslash is no joint.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for sign in text.chars() {
        if sign == ':' && !escaped {
            parts.push(String::new());
            continue;
        }
        escaped = sign == '\\' && !escaped;
        if let Some(last) = parts.last_mut() {
            last.push(sign);
        }
    }
    parts
}

fn unescaped(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    let mut escaped = false;
    for sign in part.chars() {
        if sign == '\\' && !escaped {
            escaped = true;
        } else {
            text.push(sign);
            escaped = false;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn both_forms_name_a_product() {
        let formatted = name(r"cpe:2.3:a:erlang:erlang\/OTP:25.0:*:*:*:*:*:*:*");
        assert_eq!(formatted.package(), "erlang:erlang/otp");
        assert_eq!(name("cpe:/a:redis:redis").package(), "redis:redis");
        assert_eq!(name("cpe:2.3:a:todd_miller:sudo:1.9.5:p2:*:*:*:*:*:*").update(), Some("p2"));
        for wrong in ["", "cpe:2.3:a:b", "cpe:/a:*:b", "cpe:/a", "redis"] {
            assert_eq!(Name::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn attributes_are_compared_one_by_one() {
        let redis = name("cpe:2.3:a:redis:redis:7.0.0:*:*:*:*:*:*:*");
        let variant = |text: &str| About::Variant(text.to_owned());
        for (criterion, expected) in [
            ("cpe:2.3:a:redis:redis:*:*:*:*:*:*:*:*", About::This),
            ("cpe:2.3:a:Redis:redis:6.0:*:*:*:*:*:*:*", About::This),
            ("cpe:2.3:a:redis:redis:*:*:*:*:*:linux:*:*", About::This),
            ("cpe:2.3:a:redis:redis:*:*:*:*:-:*:*:*", About::This),
            ("cpe:2.3:a:redis:redis:*:*:*:*:enterprise:*:*:*", variant("edition enterprise")),
            ("cpe:2.3:a:redis:redis:*:*:*:*:*:node.js:*:*", variant("target software node.js")),
            ("cpe:2.3:o:redis:redis:*:*:*:*:*:*:*:*", About::Other),
            ("cpe:2.3:a:redis:redisgraph:*:*:*:*:*:*:*:*", About::Other),
        ] {
            assert_eq!(redis.compare(&name(criterion)), expected, "{criterion}");
        }
        let lts = name("cpe:2.3:a:nodejs:node.js:18:*:*:*:lts:*:*:*");
        let other = name("cpe:2.3:a:nodejs:node.js:*:*:*:*:-:*:*:*");
        assert_eq!(lts.compare(&other), About::Other);
    }
}
