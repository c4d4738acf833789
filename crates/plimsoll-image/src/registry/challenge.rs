//! `WWW-Authenticate`: what a server wants to see.
//!
//! <https://www.rfc-editor.org/rfc/rfc9110#field.www-authenticate>; several challenges may share a
//! header line, divided by the same commas that divide their parameters.

/// One way to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// `basic`, `bearer`, … in lower case.
    pub(crate) scheme: String,
    /// Names in lower case, values unquoted.
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The value of a parameter, by its name in lower case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// All challenges of one header line; what cannot be understood ends it.
pub(crate) fn parse(header: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (word, after) = token(rest);
        if word.is_empty() {
            return challenges;
        }
        let after_spaces = after.trim_start_matches([' ', '\t']);
        // `name = value` belongs to the challenge before; a bare word begins a new one. A token68
        // ("Negotiate abc==") has nothing but further `=` behind its first.
        match (after_spaces.strip_prefix('='), challenges.last_mut()) {
            (Some(value), Some(challenge)) => {
                let value = value.trim_start_matches(['=', ' ', '\t']);
                let Some((value, after)) = value_of(value) else { return challenges };
                challenge.parameters.push((word.to_ascii_lowercase(), value));
                rest = after;
            }
            (None, _) => {
                let scheme = word.to_ascii_lowercase();
                challenges.push(Challenge { scheme, parameters: Vec::new() });
                rest = after;
            }
            (Some(_), None) => return challenges,
        }
    }
}

/// The token at the beginning, maybe empty, and what follows it.
fn token(text: &str) -> (&str, &str) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/:".contains(c);
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// A token or a quoted string, and what follows it.
fn value_of(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, after) = token(text);
        return Some((value.to_owned(), after));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_servers_challenge() {
        let parsed = parse(
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull,push",error="invalid_token""#,
        );
        assert_eq!(parsed.len(), 1);
        assert_eq!(parsed[0].scheme, "bearer");
        assert_eq!(parsed[0].parameter("realm"), Some("https://auth.docker.io/token"));
        assert_eq!(parsed[0].parameter("scope"), Some("repository:library/alpine:pull,push"));
    }

    #[test]
    fn several_challenges_in_a_line() {
        let parsed = parse(r#"Basic realm="a \"b\", c", BEARER Realm = x , service=y, Negotiate"#);
        let schemes: Vec<_> = parsed.iter().map(|c| c.scheme.as_str()).collect();
        assert_eq!(schemes, ["basic", "bearer", "negotiate"]);
        assert_eq!(parsed[0].parameter("realm"), Some(r#"a "b", c"#));
        assert_eq!(parsed[1].parameter("realm"), Some("x"));
        assert_eq!(parsed[1].parameter("service"), Some("y"));
    }

    #[test]
    fn nonsense_ends_quietly() {
        for text in
            ["", ",,,", "=x", "Basic realm=\"open", "Basic realm=\"x\\", "Ünïcode", "Bearer \"x\""]
        {
            assert!(parse(text).iter().all(|challenge| challenge.parameters.is_empty()), "{text}");
        }
    }
}
