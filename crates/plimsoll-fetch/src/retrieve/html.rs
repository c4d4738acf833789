//! The links of an index page, as web servers make them of directories.
//!
//! Only `href` is looked at: every server writes it, and nothing else do they have in common.

use reqwest::Url;

use crate::name::is_part;

/// Links of one page; the largest directories have some thousand files.
const MOST_LINKS: usize = 100_000;

/// A member of a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) is_directory: bool,
}

/// The members of a directory that its index page links to. Everything else that a page links to
/// is passed over: what is above it, elsewhere, or a way of sorting.
pub(super) fn members(directory: &Url, page: &[u8]) -> Vec<Member> {
    let page = String::from_utf8_lossy(page);
    let mut members: Vec<Member> =
        hrefs(&page).take(MOST_LINKS).filter_map(|href| member(directory, href)).collect();
    members.sort_unstable();
    members.dedup();
    members
}

fn member(directory: &Url, href: &str) -> Option<Member> {
    let target = directory.join(&href.replace("&amp;", "&")).ok()?;
    if target.origin() != directory.origin() || target.query().is_some() {
        return None;
    }
    let rest = target.path().strip_prefix(directory.path())?;
    let is_directory = rest.ends_with('/');
    let name = unescape(rest.trim_end_matches('/'))?;
    is_part(&name).then_some(Member { name, is_directory })
}

/// The values of `href` attributes.
fn hrefs(page: &str) -> impl Iterator<Item = &str> {
    let mut rest = page;
    std::iter::from_fn(move || {
        loop {
            let at = find_ignoring_case(rest, "href=")?;
            rest = &rest[at + "href=".len()..];
            let quote = rest.chars().next().filter(|sign| matches!(sign, '"' | '\''));
            let Some(quote) = quote else { continue };
            let (href, after) = rest[1..].split_once(quote)?;
            rest = after;
            return Some(href);
        }
    })
}

fn find_ignoring_case(text: &str, word: &str) -> Option<usize> {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    text.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word))
}

/// Undoes `%3A` and the like.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_members_of_the_directory_are_taken() {
        let directory = Url::parse("https://x.example/pub/oval/").unwrap();
        let page = br#"<a href="../">..</a> <A HREF='a%3A1.xml'>a</A><a href="?C=N;O=D">Name</a>
            <a href="https://x.example/pub/oval/b.xml">b</a> <a href="/pub/oval/v3/">v3</a>
            <a href="https://y.example/pub/oval/c.xml"> <a href="b.xml"> <a href="d/e.xml">
            <a href=unquoted> <a href="%2e%2e/"> <a href="%2Fetc"> <a href=".hidden"> <a href="x"#;
        let found = members(&directory, page);
        let found: Vec<_> =
            found.iter().map(|member| (member.name.as_str(), member.is_directory)).collect();
        assert_eq!(found, [("a:1.xml", false), ("b.xml", false), ("v3", true)]);
    }

    #[test]
    fn real_pages_are_read() {
        let alpine = b"<pre><a href=\"../\">../</a>\n<a href=\"edge/\">edge/</a> 08-Jul-2022\n\
            <a href=\"v3.16/\">v3.16/</a> -\n<a href=\"last-update\">last-update</a></pre>";
        let found = members(&Url::parse("https://secdb.example/").unwrap(), alpine);
        let names: Vec<_> = found.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["edge", "last-update", "v3.16"]);
    }
}
