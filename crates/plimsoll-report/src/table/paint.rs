//! Lines of a known width, with or without colour.

use anstyle::{AnsiColor, Style};
use plimsoll_advisory::model::Severity;

use crate::text::{clean, truncate, width, wrap};

/// The text so far.
pub(super) struct Page {
    text: String,
    columns: usize,
    color: bool,
}

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Faint,
    Strong,
    Good,
    Warning,
    Bad,
}

impl Page {
    pub(super) fn new(columns: usize, color: bool) -> Page {
        Page { text: String::new(), columns: columns.max(40), color }
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line across the page, with space around it.
    pub(super) fn rule(&mut self) {
        let line = "─".repeat(self.columns);
        self.text.push('\n');
        self.line(&[(&line, Tone::Faint)]);
        self.text.push('\n');
    }

    /// One line of pieces, cut at the edge of the page.
    pub(super) fn line(&mut self, pieces: &[(&str, Tone)]) {
        let mut room = self.columns;
        let last = pieces.iter().rposition(|(text, _)| !text.trim_end().is_empty());
        for (index, (piece, tone)) in pieces.iter().enumerate() {
            let Some(last) = last.filter(|&last| index <= last) else { break };
            let piece = clean(piece);
            let cut = truncate(&piece, room);
            let cut = if index == last { cut.trim_end() } else { &cut };
            room -= width(cut).min(room);
            self.put(cut, *tone);
        }
        self.text.push('\n');
    }

    /// A paragraph behind a label; later lines are indented as far as the label is wide.
    pub(super) fn paragraph(&mut self, label: &str, label_tone: Tone, text: &str, tone: Tone) {
        let indent = width(label).min(self.columns / 2);
        let margin = " ".repeat(indent);
        for (index, line) in wrap(&clean(text), self.columns - indent).iter().enumerate() {
            let before = if index == 0 { label } else { &margin };
            self.line(&[(before, label_tone), (line, tone)]);
        }
    }

    /// A paragraph that ends after a number of lines, with `…` where it was longer.
    pub(super) fn short_paragraph(&mut self, label: &str, text: &str, lines: usize) {
        let columns = self.columns - width(label).min(self.columns / 2);
        // Broken at words, a text needs less than twice the room.
        let mut start = wrap(&clean(&truncate(text, columns * lines * 2)), columns);
        if start.len() > lines {
            start.truncate(lines);
            if let Some(last) = start.last_mut() {
                *last = truncate(&format!("{last} …"), columns);
            }
        }
        let margin = " ".repeat(width(label).min(self.columns / 2));
        for (index, line) in start.iter().enumerate() {
            let before = if index == 0 { label } else { &margin };
            self.line(&[(before, Tone::Plain), (line, Tone::Faint)]);
        }
    }

    fn put(&mut self, text: &str, tone: Tone) {
        let style = tone.style();
        if self.color && style != Style::new() && !text.trim().is_empty() {
            self.text.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.text.push_str(text);
        }
    }
}

impl Tone {
    pub(super) fn of(severity: Severity) -> Tone {
        match severity {
            Severity::Critical | Severity::High => Tone::Bad,
            Severity::Medium => Tone::Warning,
            Severity::Low | Severity::Unknown => Tone::Plain,
        }
    }

    fn style(self) -> Style {
        match self {
            Tone::Plain => Style::new(),
            Tone::Faint => Style::new().dimmed(),
            Tone::Strong => Style::new().bold(),
            Tone::Good => AnsiColor::Green.on_default().bold(),
            Tone::Warning => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// `1 package`, `2 packages`, `3 matches`.
pub(super) fn count(number: usize, word: &str) -> String {
    let ending = match (number, word.ends_with("ch")) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{number} {word}{ending}")
}
