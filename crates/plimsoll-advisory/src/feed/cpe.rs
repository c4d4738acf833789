//! CPE names, as feeds write them: the formatted string of CPE 2.3
//! (`cpe:2.3:a:vendor:product:version:update:…`) and the URI of CPE 2.2 (`cpe:/a:vendor:product`),
//! both defined in NIST IR 7695, <https://doi.org/10.6028/NIST.IR.7695>.

use super::identifier::is_word;

/// A longer name is none: the standard's own examples stay far below.
const LONGEST_NAME: usize = 1024;

/// Components of a formatted string: the two of its prefix, and eleven attributes.
const COMPONENTS: usize = 13;

/// Positions of attributes among the components of a formatted string.
const VENDOR: usize = 3;
const PRODUCT: usize = 4;
const VERSION: usize = 5;
const UPDATE: usize = 6;

/// A name that says vendor and product.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cpe {
    /// `vendor:product`, in lower case and without escapes.
    pub(super) package: String,
    /// Without escapes, the update added with a dash (`1.9.5-p2`); `*` where any is meant, `-`
    /// where the product has none.
    pub(super) version: String,
    /// The formatted string with any version and update, which is what several criteria about one
    /// product have in common.
    pub(super) any_version: String,
}

impl Cpe {
    /// Reads either form. Nothing where it is no CPE name, or leaves vendor or product open.
    pub(super) fn parse(text: &str) -> Option<Cpe> {
        if text.len() > LONGEST_NAME || !text.is_ascii() {
            return None;
        }
        let mut parts = match text.strip_prefix("cpe:/") {
            Some(rest) => from_uri(rest),
            None => split(text),
        };
        if parts.len() != COMPONENTS || parts[0] != "cpe" || parts[1] != "2.3" {
            return None;
        }
        let vendor = unescaped(&parts[VENDOR]).to_ascii_lowercase();
        let product = unescaped(&parts[PRODUCT]).to_ascii_lowercase();
        let open = |part: &str| part.is_empty() || part == "*" || part == "-";
        if open(&vendor) || open(&product) {
            return None;
        }
        let package = format!("{vendor}:{product}");
        let update = unescaped(&parts[UPDATE]);
        let mut version = unescaped(&parts[VERSION]);
        if !open(&version) && !open(&update) {
            version = format!("{version}-{update}");
        }
        parts[VERSION] = "*".to_owned();
        parts[UPDATE] = "*".to_owned();
        (is_word(&package) && is_word(&version)).then(|| Cpe {
            package,
            version,
            any_version: parts.join(":"),
        })
    }
}

/// The components of a formatted string, still escaped: a colon behind a backslash is no joint.
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

/// The same components out of a URI. What a URI leaves out means any.
fn from_uri(rest: &str) -> Vec<String> {
    let mut parts = vec!["cpe".to_owned(), "2.3".to_owned()];
    for part in rest.split(':') {
        let part = percent_decoded(part);
        parts.push(match part.as_str() {
            "" => "*".to_owned(),
            "-" => part,
            _ => escaped(&part),
        });
    }
    if parts.len() <= COMPONENTS {
        parts.resize(COMPONENTS, "*".to_owned());
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

fn escaped(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for sign in part.chars() {
        if !(sign.is_ascii_alphanumeric() || "_.-".contains(sign)) {
            text.push('\\');
        }
        text.push(sign);
    }
    text
}

/// `%2b` and the like. What is no such pair stays as it is.
fn percent_decoded(part: &str) -> String {
    let mut pieces = part.split('%');
    let mut text = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        let sign = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match sign.filter(u8::is_ascii_graphic) {
            Some(sign) => {
                text.push(char::from(sign));
                text.push_str(&piece[2..]);
            }
            None => {
                text.push('%');
                text.push_str(piece);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, String, String) {
        let cpe = Cpe::parse(text).expect("a name");
        (cpe.package, cpe.version, cpe.any_version)
    }

    #[test]
    fn formatted_strings_lose_their_escapes() {
        let (package, version, any) = parsed("cpe:2.3:a:Todd_Miller:sudo:1.9.5:p2:*:*:*:*:*:*");
        assert_eq!((&*package, &*version), ("todd_miller:sudo", "1.9.5-p2"));
        assert_eq!(any, "cpe:2.3:a:Todd_Miller:sudo:*:*:*:*:*:*:*:*");
        let (package, version, any) =
            parsed(r"cpe:2.3:a:perl:http\:\:body:1.0\+b:-:*:*:*:node.js:*:*");
        assert_eq!((&*package, &*version), ("perl:http::body", "1.0+b"));
        assert_eq!(any, r"cpe:2.3:a:perl:http\:\:body:*:*:*:*:*:node.js:*:*");
        assert_eq!(parsed("cpe:2.3:h:cisco:asa:-:*:*:*:*:*:*:*").1, "-");
    }

    #[test]
    fn uris_say_the_same() {
        let (package, version, any) = parsed("cpe:/a:gnu:libstdc%2b%2b:1.0");
        assert_eq!((&*package, &*version), ("gnu:libstdc++", "1.0"));
        assert_eq!(any, r"cpe:2.3:a:gnu:libstdc\+\+:*:*:*:*:*:*:*:*");
        assert_eq!(parsed("cpe:/o:redhat:enterprise_linux:8::baseos").1, "8");
        assert_eq!(parsed("cpe:/a:a%:b").0, "a%:b");
    }

    #[test]
    fn what_names_no_product_is_refused() {
        for wrong in [
            "",
            "cpe:2.3:a:*:product:1:*:*:*:*:*:*:*",
            "cpe:2.3:a:vendor:product",
            "cpe:2.2:a:vendor:product:1:*:*:*:*:*:*:*",
            "cpe:2.3:a:vendor:pro duct:1:*:*:*:*:*:*:*",
            "cpe:2.3:a:vendör:product:1:*:*:*:*:*:*:*",
            "cpe:/a",
            "cpe:/a:1:2:3:4:5:6:7:8:9:10:11:12",
        ] {
            assert_eq!(Cpe::parse(wrong), None, "{wrong}");
        }
    }
}
