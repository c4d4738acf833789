//! Signs of life on a terminal, while an image is read.

use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use plimsoll_image::Progress as Read;

/// A line that moves while work is done. It goes to the standard error stream, only if that is a
/// terminal, and leaves nothing behind.
pub(crate) struct Progress {
    line: Option<ProgressBar>,
}

impl Progress {
    /// Starts to show that `what` is being done.
    pub(crate) fn start(wanted: bool, what: &str) -> Progress {
        if !wanted {
            return Progress { line: None };
        }
        // The bar hides itself where the error stream is no terminal.
        let line = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {prefix} {elapsed}") {
            line.set_style(style);
        }
        line.set_message(what.to_owned());
        line.enable_steady_tick(Duration::from_millis(100));
        Progress { line: Some(line) }
    }

    /// Shows how much has been read.
    pub(crate) fn update(&self, read: Read) {
        let Some(line) = &self.line else { return };
        let done = HumanBytes(read.done);
        line.set_prefix(match read.total {
            Some(total) => format!("{done} of {}", HumanBytes(total)),
            None => done.to_string(),
        });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(line) = &self.line {
            line.finish_and_clear();
        }
    }
}
