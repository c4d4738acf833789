//! Terms as files of Erlang and Elixir have them: tuples, lists, texts, names.
//!
//! One reader does for both languages, since they differ in what stands before a name and in maps,
//! of which only Elixir's `%{"key": value}` occurs.

/// Terms within terms; lock files have eight.
const MAX_DEPTH: usize = 48;

/// A term.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Term<'a> {
    /// An atom, a number, or a keyword's name.
    Word(&'a str),
    /// A text between quotation marks, as it is written.
    Text(&'a str),
    /// `{…}`.
    Tuple(Vec<Term<'a>>),
    /// `[…]`, or a map's entries.
    List(Vec<Term<'a>>),
    /// `key: value`.
    Pair(&'a str, Box<Term<'a>>),
}

impl<'a> Term<'a> {
    /// The parts of a tuple.
    pub(super) fn tuple(&self) -> &[Term<'a>] {
        match self {
            Term::Tuple(parts) => parts,
            _ => &[],
        }
    }

    /// The elements of a list.
    pub(super) fn list(&self) -> &[Term<'a>] {
        match self {
            Term::List(elements) => elements,
            _ => &[],
        }
    }

    /// The text or word, not empty.
    pub(super) fn text(&self) -> Option<&'a str> {
        match self {
            Term::Word(text) | Term::Text(text) => {
                Some(text.trim()).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// The second part of the tuple in a list that begins with this word.
    pub(super) fn property(&self, name: &str) -> Option<&Term<'a>> {
        self.list().iter().find_map(|one| match one.tuple() {
            [key, value, ..] if key.text() == Some(name) => Some(value),
            _ => None,
        })
    }
}

/// Reads all terms of a file; at the first one that makes no sense, the byte at which it stands.
pub(super) fn read(text: &str) -> Result<Vec<Term<'_>>, usize> {
    let mut reader = Reader { text, at: 0 };
    let mut terms = Vec::new();
    loop {
        reader.skip();
        if reader.rest().is_empty() {
            return Ok(terms);
        }
        // Erlang ends each term with a full stop.
        if !reader.take(".") {
            terms.push(reader.term(0).ok_or(reader.at)?);
        }
    }
}

/// Reads the first term of a text, whatever follows it.
pub(super) fn first(text: &str) -> Option<Term<'_>> {
    let mut reader = Reader { text, at: 0 };
    reader.skip();
    reader.term(0)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what);
        self.at += if found { what.len() } else { 0 };
        found
    }

    /// Goes on behind spaces and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let is_comment = trimmed.starts_with('#')
                || (trimmed.starts_with('%') && !trimmed.starts_with("%{"));
            if !is_comment {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn term(&mut self, depth: usize) -> Option<Term<'a>> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.take("%{") {
            return self.sequence("}", depth).map(Term::List);
        }
        if self.take("{") {
            return self.sequence("}", depth).map(Term::Tuple);
        }
        if self.take("[") {
            return self.sequence("]", depth).map(Term::List);
        }
        let term = if self.take("<<") {
            self.skip();
            // `<<>>` is the empty text.
            let text = if self.take("\"") { self.quoted('"')? } else { "" };
            // `<<"…"/utf8>>`
            self.take("/utf8");
            self.skip();
            if !self.take(">>") {
                return None;
            }
            Term::Text(text)
        } else if self.take("\"") {
            Term::Text(self.quoted('"')?)
        } else if self.take("'") {
            Term::Word(self.quoted('\'')?)
        } else {
            self.take(":");
            if self.take("\"") { Term::Word(self.quoted('"')?) } else { Term::Word(self.word()?) }
        };
        match term {
            Term::Word(key) | Term::Text(key) if self.is_key() => {
                self.at += 1;
                self.skip();
                Some(Term::Pair(key, Box::new(self.term(depth + 1)?)))
            }
            term => Some(term),
        }
    }

    /// Whether a colon that makes a keyword of what was before stands here.
    fn is_key(&self) -> bool {
        let mut signs = self.rest().chars();
        signs.next() == Some(':') && signs.next().is_some_and(char::is_whitespace)
    }

    fn sequence(&mut self, end: &str, depth: usize) -> Option<Vec<Term<'a>>> {
        let mut terms = Vec::new();
        loop {
            self.skip();
            if self.take(end) {
                return Some(terms);
            }
            if !self.take(",") {
                terms.push(self.term(depth + 1)?);
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Option<&'a str> {
        let rest = self.rest();
        let mut escaped = false;
        for (at, sign) in rest.char_indices() {
            if sign == quote && !escaped {
                self.at += at + sign.len_utf8();
                return rest.get(..at);
            }
            escaped = sign == '\\' && !escaped;
        }
        None
    }

    fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let is_part = |sign: char| {
            sign.is_alphanumeric() || matches!(sign, '_' | '@' | '?' | '!' | '-' | '+')
        };
        // A number may have a point, a term's full stop is followed by none.
        let mut signs = rest.char_indices().peekable();
        let mut end = 0;
        while let Some((at, sign)) = signs.next() {
            let joins = sign == '.' && signs.peek().is_some_and(|(_, next)| is_part(*next));
            if !is_part(sign) && !joins {
                break;
            }
            end = at + sign.len_utf8();
        }
        self.at += end;
        rest.get(..end).filter(|word| !word.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_are_read() {
        let erlang =
            "%% comment\n{\"1.2.0\",\n[{<<\"a\">>,{pkg,<<\"a\">>,<<\"2.9\"/utf8>>},1}]}.\n[].\n";
        let terms = read(erlang).unwrap();
        assert_eq!(terms.len(), 2);
        let entry = terms[0].tuple()[1].list()[0].tuple();
        assert_eq!(entry[1].tuple()[2].text(), Some("2.9"));
        let elixir =
            "%{\n  \"a\": {:hex, :a, \"1.0\", [hex: :b, optional: false], true, :\"c d\"},\n}\n";
        let terms = read(elixir).unwrap();
        let Term::Pair("a", value) = &terms[0].list()[0] else { panic!("{terms:?}") };
        assert_eq!(value.tuple()[5], Term::Word("c d"));
        assert_eq!(
            value.tuple()[3].list()[1],
            Term::Pair("optional", Box::new(Term::Word("false")))
        );
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        assert_eq!(read("[a, )]"), Err(4));
        assert_eq!(read("{\"a"), Err(2));
        assert!(read(&"[".repeat(1_000_000)).is_err());
    }
}
