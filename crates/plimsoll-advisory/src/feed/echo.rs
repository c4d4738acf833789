//! Echo: `data.json` from <https://advisory.echohq.com/data.json>, a map of Debian-like *source*
//! packages, each a map of ids with the version that fixes them.
//!
//! Version `"0"` means that the package was never affected, as in Debian's tracker; an id without a
//! version is not fixed.

use plimsoll_version::Distribution;

use super::identifier::{is_id, is_word};
use super::tree::{Tree, from_json};
use super::{FileContext, Publisher, Speaker, contains, file_name, first_sign};
use crate::model::{Affected, Range, Status};
use crate::sink::Sink;

pub(super) static ECHO: Publisher = Publisher {
    id: "echo",
    name: "Echo advisories",
    url: "https://advisory.echohq.com/",
    license: "not stated",
};

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let directory = super::directory(path).to_ascii_lowercase();
    first_sign(head) == Some(b'{')
        && contains(head, "\"fixed_version\"")
        // Debian's tracker says `releases` and its own words.
        && !contains(head, "\"releases\"")
        && !contains(head, "\"repositories\"")
        && (file_name(path) == "data.json" || directory.contains("echo"))
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &ECHO, file);
    let packages = match from_json(bytes) {
        Ok(Tree::Map(packages)) => packages,
        Ok(_) => return speaker.rejected("", "no map of packages"),
        Err(error) => return speaker.rejected("", error),
    };
    let namespace = Distribution::Echo.namespace("");
    speaker.covers(&namespace);
    for (package, ids) in &packages {
        let Tree::Map(ids) = ids else {
            speaker.rejected(package, "no map of ids");
            continue;
        };
        for (id, entry) in ids {
            if !is_word(package) || !is_id(id) {
                speaker.rejected(&format!("{package} {id}"), "neither package nor id");
                continue;
            }
            let version = entry.text_at("fixed_version").filter(|version| is_word(version));
            let (status, range) = match version {
                Some("0") => (Status::NotAffected, None),
                Some(version) => (
                    Status::Fixed,
                    Some(Range { fixed: Some(version.to_owned()), ..Range::default() }),
                ),
                None => (Status::Affected, None),
            };
            speaker.affected(Affected {
                namespace: namespace.clone(),
                package: package.clone(),
                vulnerability: id.clone(),
                ranges: range.into_iter().collect(),
                ..Affected::with_status(status)
            });
            speaker.kept();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn ids_have_a_version_or_none() {
        let text = r#"{"aardvark-dns":{},"firefox":{"CVE-2025-4091":{},"CVE-2025-4084":{"fixed_version":"0"}},
            "linux":{"TEMP-0000000-F7A20F":{"fixed_version":"1"},"x":{}},"odd":[]}"#;
        let read = read("echo-advisories/data.json", text);
        assert_eq!(read.counts(), (3, 0, 2));
        assert_eq!(
            read.rows(),
            [
                "echo firefox CVE-2025-4084 not_affected -",
                "echo firefox CVE-2025-4091 affected -",
                "echo linux TEMP-0000000-F7A20F fixed 1",
            ]
        );
    }
}
