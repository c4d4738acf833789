//! How the program ends. Scripts rely on these codes, so they are written down in the help text
//! and in the documentation, and tested from the command line.

use std::process::ExitCode;

/// Nothing found that counts, or nobody asked for a gate.
pub(crate) const CLEAN: u8 = 0;

/// Wrong usage, something failed, or the gate could not be judged. Never used for findings, unless
/// the user chooses `--exit-code 2`.
pub(crate) const FAILURE: u8 = 2;

/// How a command that did its work ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// [`CLEAN`].
    Clean,
    /// The code of `--exit-code` or `--exit-on-eol`.
    Found(u8),
    /// [`FAILURE`], although the command has come to its end: a gate that could not be judged, or
    /// one of several images that could not be scanned. The reason has been told.
    Failed,
}

impl Outcome {
    /// The worse of two: a failure hides behind nothing, findings behind failures only.
    pub(crate) fn and(self, other: Outcome) -> Outcome {
        match (self, other) {
            (Outcome::Failed, _) | (_, Outcome::Failed) => Outcome::Failed,
            (found @ Outcome::Found(_), _) | (_, found @ Outcome::Found(_)) => found,
            (Outcome::Clean, Outcome::Clean) => Outcome::Clean,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Clean => CLEAN,
            Outcome::Found(code) => code,
            Outcome::Failed => FAILURE,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_outcome_wins() {
        let found = Outcome::Found(7);
        assert_eq!(Outcome::Clean.and(found), found);
        assert_eq!(found.and(Outcome::Clean), found);
        assert_eq!(found.and(Outcome::Failed), Outcome::Failed);
        assert_eq!(Outcome::Failed.and(Outcome::Clean), Outcome::Failed);
        assert_eq!(Outcome::Clean.and(Outcome::Clean), Outcome::Clean);
    }
}
