//! Files that list findings to leave out: `.trivyignore` and `.plimsollignore`.
//!
//! One id per line, `exp:YYYY-MM-DD` after it for how long, `#` for comments; see
//! <https://trivy.dev/latest/docs/configuration/filtering/#trivyignore>. A comment behind an id is
//! kept as the reason.

/// One line of such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The id to leave out: a CVE, or any other name of the problem.
    pub id: String,
    /// `YYYY-MM-DD`: from the beginning of this day the rule is void.
    pub expires: Option<String>,
    /// Why, as written behind `#`.
    pub statement: Option<String>,
    /// The file and line, for the report.
    pub place: String,
}

impl Rule {
    /// Whether the rule still holds on the day `today` (`YYYY-MM-DD`).
    pub fn holds(&self, today: &str) -> bool {
        self.expires.as_deref().is_none_or(|expires| today < expires)
    }
}

/// Reads a file; lines that make no sense are said in the second list, and ignore nothing.
pub fn parse(file: &str, content: &[u8]) -> (Vec<Rule>, Vec<String>) {
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    for (index, line) in String::from_utf8_lossy(content).lines().enumerate() {
        let place = format!("{file}:{}", index + 1);
        let (words, comment) = match line.split_once('#') {
            Some((words, comment)) => (words, Some(comment.trim())),
            None => (line, None),
        };
        let mut words = words.trim_start_matches('\u{feff}').split_whitespace();
        let Some(id) = words.next() else { continue };
        match expiry(words) {
            Ok(expires) => rules.push(Rule {
                id: id.to_owned(),
                expires,
                statement: comment.filter(|text| !text.is_empty()).map(str::to_owned),
                place,
            }),
            Err(problem) => problems.push(format!("{place}: {problem}; the line is not used")),
        }
    }
    (rules, problems)
}

fn expiry<'w>(words: impl Iterator<Item = &'w str>) -> Result<Option<String>, String> {
    let mut expires = None;
    for word in words {
        let Some(date) = word.strip_prefix("exp:") else {
            return Err(format!("{word:?} is neither an expiry (exp:YYYY-MM-DD) nor a comment"));
        };
        if !is_date(date) {
            return Err(format!("{date:?} is not a date (YYYY-MM-DD)"));
        }
        expires = Some(date.to_owned());
    }
    Ok(expires)
}

fn is_date(text: &str) -> bool {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let part = |range| text.get(range).and_then(|part: &str| part.parse::<u8>().ok());
    form && part(5..7).is_some_and(|month| (1..=12).contains(&month))
        && part(8..10).is_some_and(|day| (1..=31).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_dates_and_reasons_are_read() {
        let content =
            b"# accepted\n\nCVE-2018-14618\n  CVE-2019-14697 exp:2026-12-31 # no TLS here\n\
                        CVE-1 exp:tomorrow\nCVE-2 or so\nCVE-3 exp:2026-13-01\n";
        let (rules, problems) = parse(".trivyignore", content);
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[0].id, "CVE-2018-14618");
        assert_eq!(rules[0].expires, None);
        assert_eq!(rules[1].expires.as_deref(), Some("2026-12-31"));
        assert_eq!(rules[1].statement.as_deref(), Some("no TLS here"));
        assert_eq!(rules[1].place, ".trivyignore:4");
        assert_eq!(
            problems,
            [
                ".trivyignore:5: \"tomorrow\" is not a date (YYYY-MM-DD); the line is not used",
                ".trivyignore:6: \"or\" is neither an expiry (exp:YYYY-MM-DD) nor a comment; the line is not used",
                ".trivyignore:7: \"2026-13-01\" is not a date (YYYY-MM-DD); the line is not used",
            ]
        );
    }

    #[test]
    fn a_rule_is_void_from_the_beginning_of_its_last_day() {
        let (rules, _) = parse("f", b"CVE-1 exp:2026-12-31\nCVE-2\n");
        assert!(rules[0].holds("2026-12-30"));
        assert!(!rules[0].holds("2026-12-31"));
        assert!(rules[1].holds("2999-01-01"));
    }
}
