//! What licences ask of those who use the software.
//!
//! The classes are those of Google's licence classifier, which Trivy reports too; which licence is
//! in which follows from what the licence demands.

use crate::normalize;

/// What a licence asks for, the strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// Use over a network, or commercial use, has consequences that few companies accept.
    Forbidden,
    /// Whoever passes on a work that contains it must pass on the whole work's source.
    Restricted,
    /// Whoever changes it must pass on the changes' source.
    Reciprocal,
    /// A notice must be kept.
    Notice,
    /// As notice, in the user's own list: the built-in one has none here.
    Permissive,
    /// Nothing is asked for.
    Unencumbered,
    /// Nobody knows.
    Unknown,
}

/// A user's own lists, which count before the built-in ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Identifiers that are in other classes here, first match first.
    pub lists: Vec<(Category, Vec<String>)>,
    /// Identifiers that are not reported.
    pub ignored: Vec<String>,
}

impl Category {
    /// The stable lower-case word, Trivy's.
    pub fn word(self) -> &'static str {
        match self {
            Category::Forbidden => "forbidden",
            Category::Restricted => "restricted",
            Category::Reciprocal => "reciprocal",
            Category::Notice => "notice",
            Category::Permissive => "permissive",
            Category::Unencumbered => "unencumbered",
            Category::Unknown => "unknown",
        }
    }

    /// The severity in reports, as Trivy has it.
    pub fn severity_word(self) -> &'static str {
        match self {
            Category::Forbidden => "CRITICAL",
            Category::Restricted => "HIGH",
            Category::Reciprocal => "MEDIUM",
            Category::Notice | Category::Permissive | Category::Unencumbered => "LOW",
            Category::Unknown => "UNKNOWN",
        }
    }
}

/// The class of a licence or expression by the built-in lists.
pub fn category(license: &str) -> Category {
    Policy::default().category(license)
}

impl Policy {
    /// The class of a licence or expression: of a choice the mildest, else the strictest.
    pub fn category(&self, license: &str) -> Category {
        let expression = normalize(license).expression;
        let text = expression.as_deref().unwrap_or(license);
        if let Some(own) = self.own(text) {
            return own;
        }
        let mode = spdx::ParseMode { allow_deprecated: true, ..spdx::ParseMode::STRICT };
        let Ok(parsed) = spdx::Expression::parse_mode(text, mode) else { return self.single(text) };
        let mut stack: Vec<Category> = Vec::new();
        for node in parsed.iter() {
            let found = match node {
                spdx::expression::ExprNode::Req(wanted) => {
                    self.single(&wanted.req.license.to_string())
                }
                spdx::expression::ExprNode::Op(operator) => {
                    let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else {
                        return Category::Unknown;
                    };
                    match operator {
                        spdx::expression::Operator::Or => milder(left, right),
                        spdx::expression::Operator::And => stricter(left, right),
                    }
                }
            };
            stack.push(found);
        }
        stack.pop().unwrap_or(Category::Unknown)
    }

    /// Whether findings about this licence are not wanted.
    pub fn ignores(&self, license: &str) -> bool {
        self.ignored.iter().any(|ignored| ignored.eq_ignore_ascii_case(license))
    }

    fn own(&self, id: &str) -> Option<Category> {
        let is_listed = |list: &[String]| list.iter().any(|one| one.eq_ignore_ascii_case(id));
        self.lists.iter().find(|(_, list)| is_listed(list)).map(|(category, _)| *category)
    }

    fn single(&self, id: &str) -> Category {
        let bare = id.strip_suffix('+').unwrap_or(id);
        self.own(id).or_else(|| self.own(bare)).unwrap_or_else(|| built_in(bare))
    }
}

/// What is not known may be anything: in a choice the known side counts, elsewhere what is known to
/// be strict does.
fn milder(left: Category, right: Category) -> Category {
    match (left, right) {
        (Category::Unknown, known) | (known, Category::Unknown) => known,
        _ => left.max(right),
    }
}

fn stricter(left: Category, right: Category) -> Category {
    let is_strict = |one: Category| one <= Category::Reciprocal;
    match (left, right) {
        (Category::Unknown, known) | (known, Category::Unknown) if !is_strict(known) => {
            Category::Unknown
        }
        _ => left.min(right),
    }
}

fn built_in(id: &str) -> Category {
    let find = |list: &[&str]| list.contains(&id);
    let begins = |list: &[&str]| list.iter().any(|prefix| id.starts_with(prefix));
    if find(FORBIDDEN) || begins(FORBIDDEN_FAMILIES) {
        Category::Forbidden
    } else if find(UNENCUMBERED) {
        Category::Unencumbered
    } else if find(RESTRICTED) || begins(RESTRICTED_FAMILIES) {
        Category::Restricted
    } else if find(RECIPROCAL) || begins(RECIPROCAL_FAMILIES) {
        Category::Reciprocal
    } else if find(NOTICE) || begins(NOTICE_FAMILIES) {
        Category::Notice
    } else {
        Category::Unknown
    }
}

const FORBIDDEN_FAMILIES: &[&str] = &["AGPL-", "CC-BY-NC-", "SSPL-"];
const FORBIDDEN: &[&str] = &[
    "BUSL-1.1",
    "Elastic-2.0",
    "PolyForm-Noncommercial-1.0.0",
    "PolyForm-Small-Business-1.0.0",
    "WTFPL",
];

const RESTRICTED_FAMILIES: &[&str] =
    &["CC-BY-ND-", "CC-BY-SA-", "GFDL-", "GPL-", "LGPL-", "NPL-", "OSL-", "QPL-"];
const RESTRICTED: &[&str] = &["LGPLLR", "ODbL-1.0", "RPL-1.1", "RPL-1.5", "Sleepycat"];

const RECIPROCAL_FAMILIES: &[&str] =
    &["APSL-", "CDDL-", "CECILL-2", "CPL-", "EPL-", "EUPL-", "IPL-", "LPPL-", "MPL-"];
const RECIPROCAL: &[&str] = &["ErlPL-1.1", "FreeImage", "MS-RL", "Ruby", "SISSL", "SPL-1.0"];

const UNENCUMBERED: &[&str] =
    &["0BSD", "CC-PDDC", "CC0-1.0", "MIT-0", "PDDL-1.0", "Public Domain", "Unlicense", "blessing"];

const NOTICE_FAMILIES: &[&str] = &[
    "AFL-",
    "Apache-",
    "Artistic-",
    "BSD-",
    "CC-BY-",
    "ECL-",
    "MIT-",
    "NIST-",
    "OFL-",
    "OLDAP-",
    "PHP-",
    "Python-",
    "Unicode-",
    "ZPL-",
];
const NOTICE: &[&str] = &[
    "Apache",
    "BSD",
    "BSL-1.0",
    "Beerware",
    "BlueOak-1.0.0",
    "CNRI-Python",
    "Cube",
    "EFL-2.0",
    "FSFAP",
    "FSFUL",
    "FSFULLR",
    "FTL",
    "HPND",
    "ICU",
    "IJG",
    "ISC",
    "ImageMagick",
    "Info-ZIP",
    "JSON",
    "Libpng",
    "Lil-1.0",
    "Linux-OpenIB",
    "MIT",
    "MS-PL",
    "MirOS",
    "MulanPSL-2.0",
    "NAIST-2003",
    "NCSA",
    "NTP",
    "OML",
    "OpenSSL",
    "PSF-2.0",
    "PostgreSQL",
    "SGI-B-2.0",
    "SMLNX",
    "TCL",
    "UPL-1.0",
    "Vim",
    "W3C",
    "X11",
    "Xnet",
    "Zend-2.0",
    "Zlib",
    "bzip2-1.0.6",
    "curl",
    "libpng-2.0",
    "libtiff",
    "zlib-acknowledgement",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_as_strict_as_they_must_be() {
        for (license, expected) in [
            ("MIT", Category::Notice),
            ("AGPL-3.0-only", Category::Forbidden),
            ("GPL-2.0+", Category::Restricted),
            ("LGPLv2+", Category::Restricted),
            ("MPL-2.0", Category::Reciprocal),
            ("CC0-1.0", Category::Unencumbered),
            ("CC-BY-NC-SA-4.0", Category::Forbidden),
            ("CC-BY-SA-4.0", Category::Restricted),
            ("CC-BY-4.0", Category::Notice),
            ("BSD", Category::Notice),
            ("Public Domain", Category::Unencumbered),
            ("MIT OR GPL-3.0-only", Category::Notice),
            ("MIT AND GPL-3.0-only", Category::Restricted),
            ("GPL-2.0-only WITH Classpath-exception-2.0", Category::Restricted),
            ("(MIT OR AGPL-3.0-only) AND MPL-2.0", Category::Reciprocal),
            ("LicenseRef-Own AND MIT", Category::Unknown),
            ("LicenseRef-Own OR MIT", Category::Notice),
            ("our own", Category::Unknown),
            ("", Category::Unknown),
        ] {
            assert_eq!(category(license), expected, "{license}");
        }
    }

    #[test]
    fn the_users_lists_count_first() {
        let policy = Policy {
            lists: vec![
                (Category::Forbidden, vec!["mit".to_owned()]),
                (Category::Permissive, vec!["GPL-2.0-only".to_owned()]),
            ],
            ignored: vec!["ISC".to_owned()],
        };
        assert_eq!(policy.category("MIT"), Category::Forbidden);
        assert_eq!(policy.category("GPLv2"), Category::Permissive);
        assert_eq!(policy.category("ISC"), Category::Notice);
        assert!(policy.ignores("isc") && !policy.ignores("MIT"));
        assert_eq!(Category::Unknown.severity_word(), "UNKNOWN");
    }
}
