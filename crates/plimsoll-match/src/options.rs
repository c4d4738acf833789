//! What the caller decides about matching.

/// Options of [`crate::match_inventory`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MatchOptions {
    /// Which way to err where sources contradict each other.
    pub priority: Priority,
}

/// Which way to err where sources contradict each other (`--detection-priority`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Priority {
    /// Rather miss what only a copy claims against the source that knows the ecosystem best.
    #[default]
    Precise,
    /// Rather report too much: doubtful claims are kept and marked.
    Comprehensive,
}

impl Priority {
    /// The word on the command line, which is Trivy's.
    pub fn word(self) -> &'static str {
        match self {
            Priority::Precise => "precise",
            Priority::Comprehensive => "comprehensive",
        }
    }
}
