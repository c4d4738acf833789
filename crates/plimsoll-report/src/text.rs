//! Text that may come from anywhere, made fit for a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Neutralises a text of unknown origin: no line breaks, no terminal sequences, no characters that
/// turn the direction of writing or take no place.
///
/// White space becomes a space; what could act on a terminal becomes `�`, so that one sees that
/// something was there.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
            character if is_harmful(character) => char::REPLACEMENT_CHARACTER,
            character => character,
        })
        .collect()
}

/// Like [`clean`], but keeps line breaks: for paragraphs in formats that have them.
pub fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Columns that a text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text to at most `columns`, with `…` where something is missing.
pub fn truncate(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > columns {
            break;
        }
        kept.push(character);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// Cuts a text to at most `columns` at its beginning: of a path the end tells more.
pub fn truncate_left(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut used = 1;
    let mut start = text.len();
    for (index, character) in text.char_indices().rev() {
        used += character.width().unwrap_or(0);
        if used > columns {
            break;
        }
        start = index;
    }
    let end = text.get(start..).unwrap_or_default();
    if columns > 0 { format!("…{end}") } else { String::new() }
}

/// A text in exactly `columns`, cut or filled with spaces.
pub fn fit(text: &str, columns: usize) -> String {
    let mut text = truncate(text, columns);
    let missing = columns.saturating_sub(width(&text));
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// Breaks a text into lines of at most `columns` at spaces; a longer word is broken anywhere.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut rest = word;
        while !rest.is_empty() {
            let line = lines.last_mut().expect("there is always a last line");
            let gap = usize::from(!line.is_empty());
            let room = columns.saturating_sub(width(line) + gap);
            if width(rest) <= room {
                line.extend(std::iter::repeat_n(' ', gap));
                line.push_str(rest);
                break;
            }
            if width(rest) <= columns || room < columns / 3 {
                if line.is_empty() {
                    let (head, tail) = split_at_width(rest, columns);
                    line.push_str(head);
                    rest = tail;
                }
                lines.push(String::new());
                continue;
            }
            let (head, tail) = split_at_width(rest, room);
            line.extend(std::iter::repeat_n(' ', gap));
            line.push_str(head);
            rest = tail;
            lines.push(String::new());
        }
    }
    if lines.len() > 1 && lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

fn split_at_width(text: &str, columns: usize) -> (&str, &str) {
    let mut used = 0;
    for (index, character) in text.char_indices() {
        used += character.width().unwrap_or(0);
        // At least one character goes, or there would be no progress.
        if used > columns && index > 0 {
            return text.split_at(index);
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_gets_through() {
        assert_eq!(clean("a\x1b[31mred\x1b[0m"), "a\u{fffd}[31mred\u{fffd}[0m");
        assert_eq!(clean("a\r\nb\tc\x07\u{9b}"), "a  b c\u{fffd}\u{fffd}");
        assert_eq!(clean("abc\u{202e}fed\u{200b}"), "abc\u{fffd}fed\u{fffd}");
        assert_eq!(clean("Größe 漢字 é"), "Größe 漢字 é");
        assert_eq!(clean_lines("a\nb\x1bc"), "a\nb\u{fffd}c");
    }

    #[test]
    fn cutting_counts_columns_not_characters() {
        assert_eq!(truncate("abcdef", 6), "abcdef");
        assert_eq!(truncate("abcdef", 5), "abcd…");
        assert_eq!(truncate("漢字漢字", 5), "漢字…");
        assert_eq!(truncate("漢字漢字", 4), "漢…");
        assert_eq!(truncate("abc", 0), "");
        assert_eq!(fit("漢字漢字", 4), "漢… ");
        assert_eq!(fit("ab", 4), "ab  ");
    }

    #[test]
    fn lines_never_pass_the_width() {
        let long = "x".repeat(50);
        for text in
            ["", "one two three four", &long, &format!("a {long} b"), "漢字漢字漢字漢字漢字 漢"]
        {
            for columns in [3, 7, 20] {
                let lines = wrap(text, columns);
                assert!(lines.iter().all(|line| width(line) <= columns), "{lines:?}");
                let joined: String = lines.concat().replace(' ', "");
                assert_eq!(joined, text.replace(' ', ""), "nothing is lost");
            }
        }
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
    }
}
