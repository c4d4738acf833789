//! Whether the vulnerable functions are part of a program.

use std::collections::BTreeSet;

use plimsoll_advisory::model::Import;
use plimsoll_inventory::Symbols;
use plimsoll_version::Ecosystem;

use crate::{LinkState, Linkage};

/// Functions that are named; records have up to some hundred.
const MOST_NAMED: usize = 20;

/// What is known of a program's functions.
pub(super) trait Code {
    /// Whether a function of a package is linked in.
    fn links(&self, package_path: &str, symbol: &str) -> bool;
    /// Whether any function of a package is.
    fn has_package(&self, package_path: &str) -> bool;
    /// Whether a function that is not among them is not in the program.
    fn is_complete(&self) -> bool;
}

impl Code for Symbols {
    fn links(&self, package_path: &str, symbol: &str) -> bool {
        Symbols::links(self, package_path, symbol)
    }

    fn has_package(&self, package_path: &str) -> bool {
        Symbols::has_package(self, package_path)
    }

    fn is_complete(&self) -> bool {
        Symbols::is_complete(self)
    }
}

/// Looks for the code that records name in a program. Nothing where neither is there to ask.
pub(super) fn linkage<'i>(
    ecosystem: Ecosystem,
    imports: impl Iterator<Item = &'i Import>,
    code: Option<&dyn Code>,
) -> Option<Linkage> {
    if !matches!(ecosystem, Ecosystem::Golang | Ecosystem::Cargo) {
        return None;
    }
    let mut named = BTreeSet::new();
    let mut linked = BTreeSet::new();
    for import in imports {
        if import.symbols.is_empty() {
            // A crate by itself says no more than that it is there, which is known.
            if ecosystem == Ecosystem::Cargo {
                continue;
            }
            named.insert(import.path.clone());
            if code.is_some_and(|code| code.has_package(&import.path)) {
                linked.insert(import.path.clone());
            }
        }
        for symbol in &import.symbols {
            let name = match ecosystem {
                Ecosystem::Golang => format!("{}.{symbol}", import.path),
                _ => symbol.clone(),
            };
            if code.is_some_and(|code| code.links(&import.path, symbol)) {
                linked.insert(name.clone());
            }
            named.insert(name);
        }
    }
    if named.is_empty() && code.is_none() {
        return None;
    }
    // Generic functions of Rust are compiled into the crates that use them, under other names.
    let silence_tells =
        ecosystem == Ecosystem::Golang && code.is_some_and(|code| code.is_complete());
    let (state, code) = if !linked.is_empty() {
        (LinkState::Linked, linked)
    } else if silence_tells && !named.is_empty() {
        (LinkState::NotSeen, named)
    } else {
        (LinkState::Unknown, named)
    };
    Some(Linkage { state, code: code.into_iter().take(MOST_NAMED).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Program(&'static [(&'static str, &'static str)], bool);

    impl Code for Program {
        fn links(&self, package_path: &str, symbol: &str) -> bool {
            self.0.contains(&(package_path, symbol))
        }

        fn has_package(&self, package_path: &str) -> bool {
            self.0.iter().any(|(path, _)| *path == package_path)
        }

        fn is_complete(&self) -> bool {
            self.1
        }
    }

    fn import(path: &str, symbols: &[&str]) -> Import {
        let symbols = symbols.iter().map(|&symbol| symbol.to_owned()).collect();
        Import { path: path.to_owned(), symbols, ..Import::default() }
    }

    #[test]
    fn functions_are_linked_not_seen_or_unknown() {
        let http = Program(&[("net/http", "Server.Serve")], true);
        let nothing = Program(&[], true);
        let inlined = Program(&[], false);
        let serve = [import("net/http", &["Client.Do", "Server.Serve"])];
        let whole = [import("net/http", &[])];
        use LinkState::{Linked, NotSeen, Unknown};
        for (ecosystem, imports, code, expected) in [
            (Ecosystem::Golang, &serve[..], Some(&http), Some((Linked, "net/http.Server.Serve"))),
            (
                Ecosystem::Golang,
                &serve,
                Some(&nothing),
                Some((NotSeen, "net/http.Client.Do net/http.Server.Serve")),
            ),
            (
                Ecosystem::Golang,
                &serve,
                None,
                Some((Unknown, "net/http.Client.Do net/http.Server.Serve")),
            ),
            (Ecosystem::Golang, &whole, Some(&inlined), Some((Unknown, "net/http"))),
            (Ecosystem::Golang, &whole, Some(&http), Some((Linked, "net/http"))),
            (Ecosystem::Golang, &whole, Some(&nothing), Some((NotSeen, "net/http"))),
            (Ecosystem::Golang, &[], Some(&http), Some((Unknown, ""))),
            (Ecosystem::Golang, &[], None, None),
            (
                Ecosystem::Cargo,
                &[import("smallvec", &["smallvec::SmallVec::grow"])],
                Some(&nothing),
                Some((Unknown, "smallvec::SmallVec::grow")),
            ),
            (Ecosystem::Npm, &serve, None, None),
        ] {
            let code = code.map(|code| code as &dyn Code);
            let found = linkage(ecosystem, imports.iter(), code);
            let found = found.map(|one| (one.state, one.code.join(" ")));
            let expected = expected.map(|(state, names)| (state, names.to_owned()));
            assert_eq!(found, expected, "{ecosystem:?} {imports:?}");
        }
    }
}
