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
