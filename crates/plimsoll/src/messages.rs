//! What is said beside the report, always on the standard error stream.

use std::fmt::Display;
use std::io::Write;

use anstyle::{AnsiColor, Style};

/// Says things to the user. Colours go to terminals only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Messages {
    /// Whether warnings are kept back.
    pub(crate) quiet: bool,
    /// Whether details are wanted.
    pub(crate) debug: bool,
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const DETAIL: Style = Style::new().dimmed();

impl Messages {
    /// Something failed; said even when the user wants quiet.
    pub(crate) fn error(self, message: impl Display) {
        say("error", ERROR, message);
    }

    /// Something that the user should know before trusting the result.
    pub(crate) fn warn(self, message: impl Display) {
        if !self.quiet {
            say("warning", WARNING, message);
        }
    }

    /// How things went, for whoever looks for a cause.
    pub(crate) fn detail(self, message: impl Display) {
        if self.debug {
            say("debug", DETAIL, message);
        }
    }
}

fn say(kind: &str, style: Style, message: impl Display) {
    // A closed error stream must not keep the report from being written.
    let _ = writeln!(anstream::stderr(), "{style}{kind}:{style:#} {message}");
}

/// An error with its causes in one line. Many errors have the text of their cause in their own; that
/// is not told twice.
pub(crate) fn with_causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let error = Err::<(), _>(anyhow!("no such file")).context("cannot read x: no such file");
        let error = error.context("cannot scan").unwrap_err();
        assert_eq!(with_causes(&error), "cannot scan: cannot read x: no such file");
        assert_eq!(with_causes(&anyhow!("b").context("a")), "a: b");
    }
}
