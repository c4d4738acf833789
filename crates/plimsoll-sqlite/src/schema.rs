//! The columns of a table, from the `CREATE TABLE` that made it.
//!
//! SQLite keeps the statement as it was written (<https://www.sqlite.org/schematab.html>), so this
//! reads as much of the language (<https://www.sqlite.org/lang_createtable.html>) as names columns.

/// What a `CREATE TABLE` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) columns: Vec<String>,
    /// The column that is the row id: an `INTEGER PRIMARY KEY`.
    pub(crate) id_column: Option<usize>,
}

/// A word of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A name or keyword as it stands, or a number.
    Word(String),
    /// A name in quotes, which is no keyword.
    Quoted(String),
    Sign(char),
}

impl Token {
    fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn name(&self) -> Option<&str> {
        match self {
            Token::Word(name) | Token::Quoted(name) => Some(name),
            Token::Sign(_) => None,
        }
    }
}

/// Reads a statement, or says in words that follow the table's name what is not supported.
pub(crate) fn parse(sql: &str) -> Result<Definition, &'static str> {
    let tokens = tokens(sql);
    if tokens.get(1).is_some_and(|token| token.is("virtual")) {
        return Err("is virtual");
    }
    let open = tokens.iter().position(|token| *token == Token::Sign('('));
    let open = open.ok_or("has no list of columns")?;
    let (parts, rest) = split(&tokens[open + 1..]).ok_or("has no list of columns")?;
    if rest.windows(2).any(|pair| pair[0].is("without") && pair[1].is("rowid")) {
        return Err("is WITHOUT ROWID");
    }
    let mut definition = Definition { columns: Vec::new(), id_column: None };
    let mut is_integer = Vec::new();
    for part in &parts {
        let Some(first) = part.first() else { return Err("has an empty column") };
        let constraints = ["constraint", "primary", "unique", "check", "foreign"];
        if constraints.iter().any(|keyword| first.is(keyword)) {
            if let Some(column) = primary_key(part) {
                let place = definition
                    .columns
                    .iter()
                    .position(|known| known.eq_ignore_ascii_case(column))
                    .filter(|&place| is_integer[place]);
                definition.id_column = definition.id_column.or(place);
            }
            continue;
        }
        if part.iter().any(|token| token.is("generated")) {
            return Err("has generated columns");
        }
        let name = first.name().ok_or("has a column without a name")?;
        // The type is one word: `INTEGER(10)` or `BIG INTEGER` is another one.
        let ends_type = |token: &Token| {
            ["constraint", "primary", "not", "null", "unique", "check", "default", "collate"]
                .iter()
                .any(|keyword| token.is(keyword))
        };
        let integer = part.get(1).is_some_and(|token| token.is("integer"))
            && part.get(2).is_none_or(ends_type);
        if integer && inline_primary_key(part) {
            definition.id_column = Some(definition.columns.len());
        }
        is_integer.push(integer);
        definition.columns.push(name.to_owned());
    }
    Ok(definition)
}

/// Whether a column is the primary key by its own words. For historical reasons, one that descends
/// is not the row id.
fn inline_primary_key(column: &[Token]) -> bool {
    column.windows(2).enumerate().any(|(at, pair)| {
        pair[0].is("primary")
            && pair[1].is("key")
            && !column.get(at + 2).is_some_and(|token| token.is("desc"))
    })
}

/// The only column of a `PRIMARY KEY (…)` of the table.
fn primary_key(constraint: &[Token]) -> Option<&str> {
    let at = constraint.windows(2).position(|pair| pair[0].is("primary") && pair[1].is("key"))?;
    match &constraint[at + 2..] {
        [Token::Sign('('), column, rest @ ..] => {
            let alone = match rest {
                [Token::Sign(')'), ..] => true,
                [order, Token::Sign(')'), ..] => order.is("asc") || order.is("desc"),
                _ => false,
            };
            alone.then(|| column.name()).flatten()
        }
        _ => None,
    }
}

/// Splits the inside of brackets at its commas; also what follows the closing bracket.
fn split(tokens: &[Token]) -> Option<(Vec<&[Token]>, &[Token])> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0usize, 0);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') if depth == 0 => {
                parts.push(&tokens[start..at]);
                return Some((parts, &tokens[at + 1..]));
            }
            Token::Sign(')') => depth -= 1,
            Token::Sign(',') if depth == 0 => {
                parts.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else if let '"' | '`' | '\'' | '[' = first {
            let (text, after) = quoted(&rest[1..], if first == '[' { ']' } else { first });
            tokens.push(Token::Quoted(text));
            rest = after;
        } else if is_word(first) {
            let end = rest.find(|sign| !is_word(sign)).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    tokens
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_' || sign == '$'
}

/// A text up to its closing quote, where two quotes stand for one; and what follows.
fn quoted(text: &str, quote: char) -> (String, &str) {
    let mut content = String::new();
    let mut rest = text;
    while let Some((part, after)) = rest.split_once(quote) {
        content.push_str(part);
        match after.strip_prefix(quote).filter(|_| quote != ']') {
            Some(after) => {
                content.push(quote);
                rest = after;
            }
            None => return (content, after),
        }
    }
    content.push_str(rest);
    (content, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(sql: &str) -> (String, Option<usize>) {
        let definition = parse(sql).unwrap();
        (definition.columns.join(" "), definition.id_column)
    }

    #[test]
    fn columns_are_found_in_all_spellings() {
        for (sql, expected, id) in [
            ("CREATE TABLE a(id INTEGER PRIMARY KEY, name TEXT)", "id name", Some(0)),
            ("create table a (name text, id integer primary key desc)", "name id", None),
            (
                "CREATE TABLE `blobs` (`id` integer PRIMARY KEY AUTOINCREMENT,`value` text NOT NULL)",
                "id value",
                Some(0),
            ),
            (
                "CREATE TABLE \"x y\" (\"a\"\"b\" varchar(255) DEFAULT 'it''s, (so)', [c d] INT PRIMARY KEY)",
                "a\"b c d",
                None,
            ),
            (
                "CREATE TABLE t (a, id integer, -- the id, not (a)\n b /* , c */ , PRIMARY KEY (`id`), CONSTRAINT fk FOREIGN KEY (a) REFERENCES x(y))",
                "a id b",
                Some(1),
            ),
            ("CREATE TABLE t (a integer, b integer, PRIMARY KEY (a, b))", "a b", None),
            ("CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY)", "id", Some(0)),
            ("CREATE TABLE t (id BIG INTEGER PRIMARY KEY)", "id", None),
        ] {
            assert_eq!(columns(sql), (expected.to_owned(), id), "{sql}");
        }
    }

    #[test]
    fn what_is_not_read_is_told() {
        for (sql, reason) in [
            ("CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID", "is WITHOUT ROWID"),
            ("CREATE VIRTUAL TABLE t USING fts5(a)", "is virtual"),
            ("CREATE TABLE t (a, b GENERATED ALWAYS AS (a))", "has generated columns"),
            ("CREATE TABLE t", "has no list of columns"),
            ("CREATE TABLE t (a, \"b", "has no list of columns"),
            ("CREATE TABLE t (a,,b)", "has an empty column"),
        ] {
            assert_eq!(parse(sql).unwrap_err(), reason, "{sql}");
        }
    }
}
