//! Functions of a Rust program by its symbols, where they were not stripped.
//!
//! What was inlined has no symbol, so a name that is missing proves nothing.

use object::{Object as _, ObjectSymbol as _, SymbolKind};

use crate::symbols::{Builder, Symbols};

/// The longest name that is taken apart; demangling expands back references.
const MAX_NAME: usize = 4096;

pub(crate) fn symbols(file: &object::File<'_>) -> Option<Symbols> {
    let mut builder = Builder::default();
    let symbols = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text);
    for name in symbols.filter_map(|symbol| symbol.name().ok()) {
        add(name, &mut builder);
    }
    let symbols = builder.build(false);
    (!symbols.is_empty()).then_some(symbols)
}

fn add(symbol: &str, builder: &mut Builder) {
    if symbol.len() > MAX_NAME {
        return;
    }
    let Ok(name) = rustc_demangle::try_demangle(symbol) else { return };
    let mut text = Limited(String::new());
    // Names that expand without end are cut off.
    if std::fmt::Write::write_fmt(&mut text, format_args!("{name:#}")).is_err() {
        return;
    }
    let path = plain(&text.0);
    if let Some((package, function)) = path.split_once("::") {
        builder.add(package.as_bytes(), |text| text.extend_from_slice(function.as_bytes()));
    }
}

/// A text that takes no more than a name needs.
struct Limited(String);

impl std::fmt::Write for Limited {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if self.0.len() + text.len() > 4 * MAX_NAME {
            return Err(std::fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

/// The path as advisories write it: `<a::B<T> as c::D>::e::{{closure}}` is `a::B::e`.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    // A method of a trait is the type's; an implementation's own path follows the brackets.
    if let Some(inner) = name.strip_prefix('<')
        && let Some(end) = closing(inner)
    {
        let (whole, after) = inner.split_at(end);
        let own = whole.find(" as ").map_or(whole, |at| &whole[..at]);
        let own = own.trim_start_matches(['&', '*', '<']).trim_start_matches("mut ");
        without_arguments(own, &mut plain);
        rest = after.get(1..).unwrap_or("");
    }
    without_arguments(rest, &mut plain);
    let end = plain.find("::{").unwrap_or(plain.len());
    plain.truncate(end);
    plain
}

/// Where the bracket ends that was opened before.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'<' => depth += 1,
            // `->` in a function type.
            b'>' if before != b'-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        before = byte;
    }
    None
}

fn without_arguments(text: &str, plain: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        // `Vec::<T>::new` and `Vec<T>::new` are the same.
        plain.push_str(before.strip_suffix("::").unwrap_or(before));
        rest = closing(after).and_then(|end| after.get(end + 1..)).unwrap_or("");
    }
    plain.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_those_of_advisories() {
        for (name, expected) in [
            ("smallvec::SmallVec<A>::grow", "smallvec::SmallVec::grow"),
            ("<smallvec::SmallVec<[u8; 4]>>::grow", "smallvec::SmallVec::grow"),
            ("smallvec::SmallVec::<A>::grow", "smallvec::SmallVec::grow"),
            ("<a::B<c::D> as core::ops::Drop>::drop", "a::B::drop"),
            ("<&mut a::B as core::fmt::Write>::write_str", "a::B::write_str"),
            ("a::b::{{closure}}", "a::b"),
            ("a::b::<fn() -> u8>::{closure#0}", "a::b"),
            ("main", "main"),
            ("<", ""),
        ] {
            assert_eq!(plain(name), expected, "{name}");
        }
    }

    #[test]
    fn both_manglings_are_read() {
        let mut builder = Builder::default();
        add("_ZN8smallvec17SmallVec$LT$A$GT$4grow17h0123456789abcdefE", &mut builder);
        add("_RNvCs15kBYyAo9fc_7mycrate7example", &mut builder);
        add("printf", &mut builder);
        let symbols = builder.build(false);
        assert!(symbols.links("smallvec", "smallvec::SmallVec::grow"));
        assert!(symbols.links("mycrate", "mycrate::example"));
        assert_eq!((symbols.len(), symbols.is_complete()), (2, false));
    }
}
