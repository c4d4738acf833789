//! The parsers of text databases against real databases and the tools that own them.

#![expect(clippy::print_stderr, reason = "a test says when it was skipped")]

mod apk;
mod dpkg;
mod oracle;
mod pacman;
