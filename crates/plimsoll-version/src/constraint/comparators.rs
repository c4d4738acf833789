//! Lists of comparators: an operator and a version each.

use super::{Bound, Interval, InvalidConstraint, MAX_PARTS, MAX_TOGETHER, Syntax};
use crate::Scheme;

/// An operator with the version behind it.
#[derive(Debug)]
pub(super) struct Comparator<'t> {
    pub(super) operator: Operator,
    /// The operator as it was written.
    sign: &'t str,
    pub(super) version: &'t str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// None is written.
    Bare,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// `~`
    Tilde,
    /// `^`
    Caret,
    /// `~>`
    Pessimistic,
    /// `~=`
    Compatible,
    /// The first version of `1.2 - 2.3`.
    From,
    /// The second version of `1.2 - 2.3`.
    Through,
}

/// The operators as they are written, longest first where one begins another.
const OPERATORS: [(&str, Operator); 16] = [
    ("===", Operator::Equal),
    ("==", Operator::Equal),
    ("=>", Operator::GreaterEqual),
    ("=<", Operator::LessEqual),
    ("=", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<>", Operator::NotEqual),
    ("<=", Operator::LessEqual),
    ("<", Operator::Less),
    (">=", Operator::GreaterEqual),
    (">", Operator::Greater),
    ("~>", Operator::Pessimistic),
    ("~=", Operator::Compatible),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
    ("", Operator::Bare),
];

/// The comparators of each alternative. An alternative without any holds for every version, which
/// only npm knows.
pub(super) fn split(
    syntax: Syntax,
    text: &str,
) -> Result<Vec<Vec<Comparator<'_>>>, InvalidConstraint> {
    let mut alternatives = Vec::new();
    let mut parts = 0;
    for alternative in text.split("||") {
        // Composer once took a single bar as well.
        let bar: &[char] = if syntax == Syntax::Composer { &['|'] } else { &[] };
        for alternative in alternative.split(bar) {
            let comparators = read_alternative(alternative)?;
            if comparators.is_empty() && syntax != Syntax::Npm {
                return Err(InvalidConstraint::Empty);
            }
            parts += comparators.len().max(1);
            if parts > MAX_PARTS {
                return Err(InvalidConstraint::TooManyParts);
            }
            alternatives.push(comparators);
        }
    }
    Ok(alternatives)
}

fn read_alternative(text: &str) -> Result<Vec<Comparator<'_>>, InvalidConstraint> {
    let is_gap = |sign: char| sign == ',' || sign.is_whitespace();
    let mut comparators: Vec<Comparator<'_>> = Vec::new();
    let mut rest = text.trim_matches(is_gap);
    while !rest.is_empty() {
        let (sign, mut operator) = operator_of(rest);
        let behind = rest[sign.len()..].trim_start();
        let end = version_length(behind);
        let version = &behind[..end];
        rest = behind[end..].trim_start_matches(is_gap);
        match comparators.last_mut() {
            Some(first) if version == "-" && sign.is_empty() => {
                // `1.2 - 2.3`: the hyphen stands alone, between two bare versions.
                if first.operator != Operator::Bare || rest.is_empty() {
                    return Err(InvalidConstraint::MissingVersion { operator: "-".to_owned() });
                }
                first.operator = Operator::From;
                let end = version_length(rest);
                let version = &rest[..end];
                rest = rest[end..].trim_start_matches(is_gap);
                operator = Operator::Through;
                comparators.push(Comparator { operator, sign: "-", version });
            }
            _ => comparators.push(Comparator { operator, sign, version }),
        }
        if comparators.last().is_some_and(|comparator| comparator.version.is_empty()) {
            return Err(InvalidConstraint::MissingVersion { operator: sign.to_owned() });
        }
        if comparators.len() > MAX_TOGETHER {
            return Err(InvalidConstraint::TooManyParts);
        }
    }
    Ok(comparators)
}

fn operator_of(text: &str) -> (&str, Operator) {
    let found = OPERATORS.iter().find(|(sign, _)| text.starts_with(sign));
    found.map_or(("", Operator::Bare), |&(sign, operator)| (&text[..sign.len()], operator))
}

/// Where the version at the start ends: before a gap or the next operator. `~` and `!` may stand in
/// a version, behind its first sign.
fn version_length(text: &str) -> usize {
    let ends = |(at, sign): (usize, char)| {
        sign == ','
            || sign.is_whitespace()
            || matches!(sign, '<' | '>' | '=')
            || text[at..].starts_with("!=")
    };
    text.char_indices().find(|&place| ends(place)).map_or(text.len(), |(at, _)| at)
}

impl Comparator<'_> {
    /// The error of an operator that does not fit.
    pub(super) fn unknown(&self) -> InvalidConstraint {
        InvalidConstraint::UnknownOperator {
            operator: self.sign.to_owned(),
            version: self.version.to_owned(),
        }
    }

    /// The intervals of an operator that only asks for the order; a bare version is that version.
    pub(super) fn plain(&self, scheme: Scheme) -> Result<Vec<Interval>, InvalidConstraint> {
        self.plain_as(self.operator, scheme)
    }

    /// The same, with another operator in place of its own.
    pub(super) fn plain_as(
        &self,
        operator: Operator,
        scheme: Scheme,
    ) -> Result<Vec<Interval>, InvalidConstraint> {
        scheme.check(self.version)?;
        let version = self.version;
        Ok(vec![match operator {
            Operator::Bare | Operator::Equal => Interval::exactly(version),
            Operator::Less => Interval::up_to(Bound::exclusive(version)),
            Operator::LessEqual | Operator::Through => Interval::up_to(Bound::inclusive(version)),
            Operator::Greater => Interval::from(Bound::exclusive(version)),
            Operator::GreaterEqual | Operator::From => Interval::from(Bound::inclusive(version)),
            Operator::NotEqual => {
                return Ok(vec![
                    Interval::up_to(Bound::exclusive(version)),
                    Interval::from(Bound::exclusive(version)),
                ]);
            }
            Operator::Tilde | Operator::Caret | Operator::Pessimistic | Operator::Compatible => {
                return Err(self.unknown());
            }
        }])
    }
}
