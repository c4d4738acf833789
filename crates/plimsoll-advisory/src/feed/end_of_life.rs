//! Support dates from <https://endoflife.date/>: the product files of
//! <https://github.com/endoflife-date/endoflife.date> (Markdown with YAML in front, described in
//! its `CONTRIBUTING.md`) and the answers of its API, <https://endoflife.date/docs/api/v1/>.
//!
//! A product file is named after its product and has one entry per release: `releaseCycle`, `eol`
//! (the last day of support) and `eoes` (the last day of extended support). The API has the same
//! as `name`, `eolFrom`, `eoesFrom`; mirrors cut that down to an object of lists of releases.
//!
//! Quirks: a date may be `true` or `false` instead. `false` means that no end is known. `true`
//! means that support has ended on a day that nobody wrote down; such a release is skipped, since
//! there is no date to show.

use super::identifier::{is_date, is_word, rfc3339};
use super::tree::{Tree, from_json, from_yaml};
use super::{FileContext, Publisher, Speaker, contains, directory, file_name, first_sign};
use crate::model::EndOfLife;
use crate::sink::Sink;

pub(super) static END_OF_LIFE: Publisher = Publisher {
    id: "endoflife",
    name: "endoflife.date",
    url: "https://endoflife.date/",
    license: "MIT",
};

/// Names of the fields of a release.
struct Fields {
    release: &'static str,
    end: &'static str,
    extended: &'static str,
}

const FILE: Fields = Fields { release: "releaseCycle", end: "eol", extended: "eoes" };
const API: Fields = Fields { release: "name", end: "eolFrom", extended: "eoesFrom" };

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    head.starts_with(b"---")
        && directory(path) == "products"
        && file_name(path).ends_with(".md")
        && (contains(head, "\nreleases:") || contains(head, "\npermalink:"))
}

pub(super) fn recognises_api(_: &str, head: &[u8]) -> bool {
    let dates = contains(head, "\"eolFrom\"") || contains(head, "\"isEol\"");
    first_sign(head) == Some(b'{') && dates && contains(head, "\"name\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &END_OF_LIFE, file);
    let text = String::from_utf8_lossy(bytes);
    let front = text.trim_start_matches("---").split("\n---").next().unwrap_or("");
    let product = file_name(file.path).trim_end_matches(".md");
    match from_yaml(front) {
        Ok(document) => releases(product, document.list_at("releases"), &FILE, &mut speaker),
        Err(error) => speaker.rejected(product, error),
    }
}

pub(super) fn parse_api(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &END_OF_LIFE, file);
    let document = match from_json(bytes) {
        Ok(document) => document,
        Err(error) => return speaker.rejected("", error),
    };
    if let Some(date) = document.text_at("generated_at").and_then(rfc3339) {
        speaker.dated(&date);
    }
    // Lists of releases by product.
    if let Tree::Map(entries) = &document
        && document.get("result").is_none()
    {
        for (product, content) in entries.iter().filter(|(_, content)| !content.list().is_empty()) {
            releases(product, content.list(), &API, &mut speaker);
        }
        return;
    }
    // One product, or a list of them.
    let result = document.get("result");
    let products = match result {
        Some(Tree::List(products)) => products.as_slice(),
        Some(product) => std::slice::from_ref(product),
        None => &[],
    };
    for product in products {
        match product.text_at("name").filter(|name| is_word(name)) {
            Some(name) => releases(name, product.list_at("releases"), &API, &mut speaker),
            None => speaker.rejected("", "a product without a name"),
        }
    }
}

fn releases(product: &str, releases: &[Tree], fields: &Fields, speaker: &mut Speaker) {
    for entry in releases {
        let Some(release) = entry.text_at(fields.release).filter(|release| is_word(release)) else {
            speaker.rejected(product, "a release without a name");
            continue;
        };
        let dates =
            date(entry, fields.end).and_then(|end| Ok((end, date(entry, fields.extended)?)));
        match dates {
            Ok((Date::Past, _)) => speaker.skipped(),
            Ok((end, extended)) => {
                speaker.end_of_life(EndOfLife {
                    product: product.to_owned(),
                    release: release.to_owned(),
                    end_of_life: end.known(),
                    extended_support: extended.known(),
                });
                speaker.kept();
            }
            Err(reason) => speaker.rejected(&format!("{product} {release}"), reason),
        }
    }
}

enum Date<'a> {
    Open,
    Past,
    Day(&'a str),
}

impl Date<'_> {
    fn known(&self) -> Option<String> {
        match self {
            Date::Day(day) => Some((*day).to_owned()),
            Date::Open | Date::Past => None,
        }
    }
}

fn date<'t>(entry: &'t Tree, field: &str) -> Result<Date<'t>, String> {
    match entry.get(field) {
        None | Some(Tree::Null) => Ok(Date::Open),
        Some(Tree::Text(text)) => match &**text {
            "false" => Ok(Date::Open),
            "true" => Ok(Date::Past),
            day if is_date(day) => Ok(Date::Day(day)),
            text => Err(format!("{field} {text:?} is no date")),
        },
        Some(_) => Err(format!("{field} is no date")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    #[test]
    fn product_files_have_dates_and_truths() {
        let read = read(
            "products/debian.md",
            "---\ntitle: Debian\npermalink: /debian\nauto:\n  methods:\n    - x: '^a(?P<v>\\d+)$'\nreleases:\n\
             - releaseCycle: \"12\"\n  eol: 2026-07-11\n  eoes: 2028-06-30\n- releaseCycle: \"99\"\n  eol: false\n\
             - releaseCycle: \"1\"\n  eol: true\n- releaseCycle: \"2\"\n  eol: soon\n---\n\n> text --- more\n",
        );
        assert_eq!(read.counts(), (2, 1, 1));
        assert_eq!(
            read.end_of_life[0],
            EndOfLife {
                product: "debian".into(),
                release: "12".into(),
                end_of_life: Some("2026-07-11".into()),
                extended_support: Some("2028-06-30".into()),
            }
        );
        assert_eq!(read.end_of_life[1].end_of_life, None);
    }

    #[test]
    fn the_api_says_the_same() {
        let read = read(
            "full",
            r#"{"schema_version":"1.2.0","generated_at":"2025-07-02T00:53:29+00:00","total":1,"result":[{"name":"ubuntu","releases":[
            {"name":"24.04","isLts":true,"isEol":false,"eolFrom":"2029-04-25","eoesFrom":null},{"name":""}]},{"releases":[]}]}"#,
        );
        assert_eq!(read.counts(), (1, 0, 2));
        assert_eq!(read.end_of_life[0].release, "24.04");
        assert_eq!(read.dates, ["2025-07-02T00:53:29+00:00"]);
    }

    #[test]
    fn mirrors_leave_out_what_is_around() {
        let read = read(
            "eoldates.json",
            r#"{"alpine-linux":[{"name":"3.22","eolFrom":"2027-05-01"}],"photon":[{"name":"5.0"}]}"#,
        );
        assert_eq!(read.counts(), (2, 0, 0));
        assert_eq!(read.end_of_life[0].product, "alpine-linux");
    }
}
