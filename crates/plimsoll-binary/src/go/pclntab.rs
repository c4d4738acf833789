//! The names in Go's table of functions, which every program has, stripped or not.
//!
//! The [table](https://go.dev/src/debug/gosym/pclntab.go) names each function that was compiled and,
//! as the runtime prints them in a trace, each that was inlined. It has had four forms: of Go 1.2,
//! where names lie between other things, and of 1.16, 1.18 and 1.20, where they stand together.

use memchr::memmem;
use object::Object as _;

use super::buildinfo::number;
use crate::memory::{Memory, section};
use crate::symbols::{Builder, Symbols};

const GO_1_2: u8 = 0xfb;
const GO_1_16: u8 = 0xfa;
const GO_1_18: u8 = 0xf0;
const GO_1_20: u8 = 0xf1;

/// The longest name that is kept; generated ones reach some kilobytes.
const MAX_NAME: usize = 1 << 16;

/// The functions of a program whose main package has this path; nothing if not all can be told. The
/// symbol table is no substitute: it does not have what was inlined.
pub(crate) fn symbols(file: &object::File<'_>, memory: &Memory<'_>, main: &str) -> Option<Symbols> {
    let big_endian = !file.is_little_endian();
    let mut names = Functions { main, builder: Builder::default() };
    let own = section(file, &[".gopclntab", "__gopclntab", ".data.rel.ro.gopclntab"]);
    let own = own.and_then(|own| Table::new(own.data, big_endian));
    own.or_else(|| find(memory, big_endian))?.names(&mut names)?;
    Some(names.builder.build(true)).filter(Symbols::is_complete)
}

/// Looks for a table where nothing says where it is: it starts with a magic number of four bytes,
/// two zeros, and the sizes of instructions and pointers.
fn find<'a>(memory: &Memory<'a>, big_endian: bool) -> Option<Table<'a>> {
    let (pattern, back): (&[u8], usize) = match big_endian {
        true => (&[0xff, 0xff, 0xff], 0),
        false => (&[0xff, 0xff, 0xff, 0, 0], 1),
    };
    let finder = memmem::Finder::new(pattern);
    let regions = |run| memory.regions().iter().filter(move |region| region.executable == run);
    regions(false).chain(regions(true)).find_map(|region| {
        finder.find_iter(region.data).find_map(|at| {
            let start = at.checked_sub(back)?;
            if region.address.wrapping_add(start as u64) % 4 != 0 {
                return None;
            }
            Table::new(region.data.get(start..)?, big_endian).filter(Table::is_plausible)
        })
    })
}

/// A table of which the beginning has been read.
struct Table<'a> {
    data: &'a [u8],
    form: u8,
    pointer: usize,
    big_endian: bool,
}

impl<'a> Table<'a> {
    fn new(data: &'a [u8], big_endian: bool) -> Option<Table<'a>> {
        let (head, _) = data.split_at_checked(8)?;
        let (form, mark) = match (big_endian, head) {
            (false, &[form, 0xff, 0xff, 0xff, ..]) | (true, &[0xff, 0xff, 0xff, form, ..]) => {
                (form, head.get(4..)?)
            }
            _ => return None,
        };
        match (form, mark) {
            (GO_1_2 | GO_1_16 | GO_1_18 | GO_1_20, &[0, 0, 1 | 2 | 4, pointer @ (4 | 8)]) => {
                Some(Table { data, form, pointer: usize::from(pointer), big_endian })
            }
            _ => None,
        }
    }

    /// A word of the head, from 0.
    fn word(&self, index: usize) -> Option<usize> {
        let at = index.checked_mul(self.pointer)?.checked_add(8)?;
        usize::try_from(number(self.data.get(at..)?, self.pointer, self.big_endian)?).ok()
    }

    fn number(&self, at: usize) -> Option<usize> {
        usize::try_from(number(self.data.get(at..)?, 4, self.big_endian)?).ok()
    }

    /// Whether what the head says fits: the first name begins behind it.
    fn is_plausible(&self) -> bool {
        let functions = self.word(0).is_some_and(|count| (1..self.data.len()).contains(&count));
        functions
            && match self.together() {
                Some(names) => names.first().is_some_and(u8::is_ascii_graphic),
                None => self.form == GO_1_2 && self.files().is_some(),
            }
    }

    /// All names, where they stand together.
    fn together(&self) -> Option<&'a [u8]> {
        let first = match self.form {
            GO_1_16 => 2,
            GO_1_18 | GO_1_20 => 3,
            _ => return None,
        };
        self.data.get(self.word(first)?..self.word(first + 1)?)
    }

    /// Where the table of files starts in the form of Go 1.2, behind all names of functions.
    fn files(&self) -> Option<usize> {
        let entries = self.word(0)?.checked_mul(2)?.checked_add(2)?;
        let at = entries.checked_mul(self.pointer)?.checked_add(8)?;
        self.number(at).filter(|&files| files > at && files <= self.data.len())
    }

    /// Hands all names on.
    fn names(&self, to: &mut Functions<'_>) -> Option<()> {
        if self.form != GO_1_2 {
            self.together()?.split(|&byte| byte == 0).for_each(|name| to.add(name));
            return Some(());
        }
        let files = self.files()?;
        for index in 0..self.word(0)? {
            let entry = 8 + self.pointer * (2 * index + 2);
            let function = number(self.data.get(entry..)?, self.pointer, self.big_endian)?;
            let function = usize::try_from(function).ok()?;
            let name = self.number(function.checked_add(self.pointer)?)?;
            let rest = self.data.get(name..)?;
            let rest = rest.get(..rest.len().min(MAX_NAME))?;
            to.add(rest.get(..memchr::memchr(0, rest)?)?);
        }
        // Names of inlined functions lie about in between, each behind a zero or a number and before
        // a zero; what is no name finds no package that anybody asks for. Each has a dot, which is
        // rare in between.
        let start = 8 + self.pointer * (2 * self.word(0)? + 2);
        let between = self.data.get(start..files)?;
        let graphic = |byte: &u8| byte.is_ascii_graphic() || *byte >= 0x80 || *byte == b' ';
        let mut done = 0;
        for dot in memchr::memchr_iter(b'.', between) {
            let Some(before) = between.get(done..dot) else { continue };
            let from = done + before.iter().rposition(|byte| !graphic(byte)).map_or(0, |at| at + 1);
            let rest = between.get(dot..).unwrap_or_default();
            let end = dot + rest.iter().position(|byte| !graphic(byte)).unwrap_or(rest.len());
            let name = between.get(from..end).unwrap_or_default();
            if between.get(end) == Some(&0) && looks_like_name(name) {
                to.add(name);
            }
            done = end;
        }
        Some(())
    }
}

/// Whether a text begins as an import path does and has a name behind it.
fn looks_like_name(text: &[u8]) -> bool {
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-~%".contains(byte);
    let path = text.iter().take_while(|byte| known(byte)).count();
    path > 2
        && text.first().is_some_and(u8::is_ascii_alphanumeric)
        && text.get(..path).is_some_and(|path| path.contains(&b'.'))
}

/// Collects functions by their names in Go's own spelling.
struct Functions<'a> {
    main: &'a str,
    builder: Builder,
}

impl Functions<'_> {
    /// Adds `net/http.(*Server).Serve.func1` as `Server.Serve` of `net/http`.
    fn add(&mut self, name: &[u8]) {
        if name.len() > MAX_NAME {
            return;
        }
        let Some((package, symbol)) = split(name) else { return };
        let package = match package {
            b"main" if !self.main.is_empty() => self.main.as_bytes(),
            package => package,
        };
        if package.contains(&b'%') {
            self.builder.add(&unescape(package), |text| plain(symbol, text));
        } else {
            self.builder.add(package, |text| plain(symbol, text));
        }
    }
}

/// Import path and name of a function. Dots in the last part of a path are escaped, so the first
/// one ends it; type arguments may hold slashes and dots.
fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    // What the compiler made: `type:.eq.T`, `go:struct`, before Go 1.20 with a dot.
    if [b"type:".as_slice(), b"type..", b"go:"].iter().any(|made| name.starts_with(made)) {
        return None;
    }
    let arguments = memchr::memchr2(b'[', b'(', name).unwrap_or(name.len());
    let slash = memchr::memrchr(b'/', name.get(..arguments)?).map_or(0, |at| at + 1);
    let dot = slash + memchr::memchr(b'.', name.get(slash..)?)?;
    let (mut package, symbol) = (name.get(..dot)?, name.get(dot + 1..)?);
    if matches!(package, b"" | b"type" | b"go") {
        return None;
    }
    // Copies below a project's own path, of the days before modules. The standard library's copies,
    // `vendor/golang.org/x/net`, are others than the modules: advisories count them to it.
    if let Some(at) = memmem::rfind(package, b"/vendor/") {
        package = package.get(at + "/vendor/".len()..)?;
    }
    Some((package, symbol))
}

/// Writes a name without receivers' brackets and stars, type arguments and what the compiler adds
/// for closures.
fn plain(symbol: &[u8], text: &mut Vec<u8>) {
    let start = text.len();
    // `F·dwrap·1`.
    let symbol = symbol.get(..memmem::find(symbol, "\u{b7}".as_bytes()).unwrap_or(symbol.len()));
    let mut depth = 0_u32;
    for &byte in symbol.unwrap_or_default() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            b'(' | b')' | b'*' => {}
            // `T.Method-fm` is a method as a value, `F-range1` the body of a loop.
            b'-' => break,
            byte => text.push(byte),
        }
    }
    let written = text.get(start..).unwrap_or_default();
    // A variable's initial value is computed in `glob..func1`.
    if written.starts_with(b"glob..") {
        text.truncate(start + "glob".len());
        return;
    }
    let mut end = start;
    let mut method = None;
    for (index, part) in written.split(|&byte| byte == b'.').enumerate() {
        let number = is_number(part);
        if index > 0 && (is_closure(part) || (number && method != Some(b"init".as_slice()))) {
            break;
        }
        if number && index == 1 {
            // The first `init` of a package is `init.0` here and `init#1` in advisories.
            let which = std::str::from_utf8(part).ok().and_then(|text| text.parse::<u32>().ok());
            let which = which.unwrap_or_default().saturating_add(1);
            text.truncate(end);
            text.extend_from_slice(format!("#{which}").as_bytes());
            return;
        }
        end += part.len() + usize::from(index > 0);
        method = Some(part);
    }
    text.truncate(end);
}

fn is_number(part: &[u8]) -> bool {
    !part.is_empty() && part.iter().all(u8::is_ascii_digit)
}

/// `func1`, `gowrap2`, `deferwrap1`.
fn is_closure(part: &[u8]) -> bool {
    [b"func".as_slice(), b"gowrap", b"deferwrap"]
        .iter()
        .any(|word| part.strip_prefix(*word).is_some_and(is_number))
}

/// Undoes the escapes of paths: `gopkg.in/yaml%2ev2`.
fn unescape(path: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped.filter(|_| byte == b'%') {
            Some(escaped) => {
                plain.push(escaped);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                plain.push(byte);
                rest = after;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_those_of_advisories() {
        for (name, expected) in [
            ("net/http.(*Server).Serve", "net/http Server.Serve"),
            ("net/http.(*Server).Serve.func1", "net/http Server.Serve"),
            ("net/http.(*Server).Serve.func1.2.gowrap1", "net/http Server.Serve"),
            ("net/http.Header.Get", "net/http Header.Get"),
            ("net/http.(*Server).Serve-fm", "net/http Server.Serve"),
            ("main.main", "a.b/c/cmd/d main"),
            ("main.F·dwrap·1", "a.b/c/cmd/d F"),
            ("gopkg.in/yaml%2ev2.(*decoder).parse", "gopkg.in/yaml.v2 decoder.parse"),
            ("sync/atomic.(*Pointer[...]).Load", "sync/atomic Pointer.Load"),
            ("slices.Sort[go.shape.[]a.b/c.T,go.shape.int]", "slices Sort"),
            ("a.b/c.F[go.shape.struct { x.y/z.T }].func1", "a.b/c F"),
            (
                "a.b/vendor/golang.org/x/net/http2.(*Framer).ReadFrame",
                "golang.org/x/net/http2 Framer.ReadFrame",
            ),
            ("vendor/golang.org/x/net/idna.New", "vendor/golang.org/x/net/idna New"),
            ("html/template.init", "html/template init"),
            ("html/template.init.0", "html/template init#1"),
            ("html/template.init.1.func1", "html/template init#2"),
            ("html/template.glob..func3", "html/template glob"),
            ("type:.eq.net/http.Server", ""),
            ("type..eq.net/http.Server", ""),
            ("go:buildid", ""),
            ("go.shape.int.F", ""),
            ("_rt0_amd64_linux", ""),
            ("", ""),
            (".", ""),
        ] {
            let mut functions = Functions { main: "a.b/c/cmd/d", builder: Builder::default() };
            functions.add(name.as_bytes());
            let found: Vec<String> = functions
                .builder
                .build(true)
                .iter()
                .map(|(package, symbol)| format!("{package} {symbol}"))
                .collect();
            let expected: Vec<&str> = if expected.is_empty() { vec![] } else { vec![expected] };
            assert_eq!(found, expected, "{name}");
        }
    }
}
