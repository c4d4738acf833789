//! The lines of [`go.mod`](https://go.dev/ref/mod#go-mod-file) and `go.work`: a verb and its
//! arguments, alone or many in brackets.

use std::borrow::Cow;

/// One directive with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive<'a> {
    /// From 1.
    pub(super) line: u32,
    /// `require`, `replace`.
    pub(super) verb: &'a str,
    /// What follows, without quotes.
    pub(super) arguments: Vec<Cow<'a, str>>,
    /// Without `//`.
    pub(super) comment: &'a str,
}

/// The directives of a file, and in words what cannot be one.
pub(super) fn read(text: &str) -> (Vec<Directive<'_>>, Vec<String>) {
    let (mut directives, mut broken) = (Vec::new(), Vec::new());
    let mut block = None;
    for (line, text) in (1_u32..).zip(text.lines()) {
        let (words, comment) = match words(text) {
            Some(found) => found,
            None => {
                broken.push(format!("line {line}: a quoted text has no end"));
                continue;
            }
        };
        let plain: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        match (block, plain.as_slice()) {
            (_, []) => {}
            (Some(_), [")"]) => block = None,
            (None, [")"]) => broken.push(format!("line {line}: a bracket ends that never began")),
            (None, [_, "("]) => block = verb(text),
            (None, [_, "(", ")"]) => {}
            (Some(verb), _) => {
                directives.push(Directive { line, verb, arguments: words, comment });
            }
            (None, [_, ..]) => {
                let Some(verb) = verb(text) else { continue };
                let arguments = words.into_iter().skip(1).collect();
                directives.push(Directive { line, verb, arguments, comment });
            }
        }
    }
    if let Some(verb) = block {
        broken.push(format!("the brackets of {verb} have no end"));
    }
    (directives, broken)
}

fn verb(line: &str) -> Option<&str> {
    line.trim_start().split([' ', '\t', '(']).next()
}

/// The words of a line, quotes undone, and its comment; nothing if a quote has no end.
fn words(line: &str) -> Option<(Vec<Cow<'_, str>>, &str)> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    loop {
        let Some(first) = rest.chars().next() else { return Some((words, "")) };
        if let Some(comment) = rest.strip_prefix("//") {
            return Some((words, comment.trim()));
        }
        let after = match first {
            '"' | '`' => {
                let (quoted, after) = rest.get(1..)?.split_once(first)?;
                words.push(match quoted.contains('\\') {
                    true => Cow::Owned(quoted.replace("\\\\", "\\")),
                    false => Cow::Borrowed(quoted),
                });
                after
            }
            '(' | ')' => {
                let (bracket, after) = rest.split_at(1);
                words.push(Cow::Borrowed(bracket));
                after
            }
            _ => {
                let end = rest.find([' ', '\t', '(', ')', '"', '`']).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                // A comment may follow without a space.
                match word.find("//") {
                    Some(at) => {
                        words.push(Cow::Borrowed(word.get(..at)?));
                        rest = rest.get(at..)?;
                        continue;
                    }
                    None => words.push(Cow::Borrowed(word)),
                }
                after
            }
        };
        rest = after.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_quotes_are_read() {
        let text = "module \"a.b/c\" // why\nrequire(\n\ta.b/d v1.0.0 // indirect\n)\n\
                    replace a.b/d v1.0.0 => ../d//x\nexclude ()\n)\nrequire (\n";
        let (directives, broken) = read(text);
        let told: Vec<String> = directives
            .iter()
            .map(|one| {
                format!("{} {} {} | {}", one.line, one.verb, one.arguments.join(" "), one.comment)
            })
            .collect();
        assert_eq!(
            told,
            [
                "1 module a.b/c | why",
                "3 require a.b/d v1.0.0 | indirect",
                "5 replace a.b/d v1.0.0 => ../d | x"
            ]
        );
        assert_eq!(
            broken,
            ["line 7: a bracket ends that never began", "the brackets of require have no end"]
        );
        assert_eq!(read("require \"a").1, ["line 1: a quoted text has no end"]);
    }
}
