//! EPSS scores by FIRST: <https://www.first.org/epss/data_stats>.
//!
//! The live form is one gzipped CSV with a line of remarks, a line of names and a row per CVE:
//!
//! ```text
//! #model_version:v2025.03.14,score_date:2026-08-16T00:00:00Z
//! cve,epss,percentile
//! CVE-1999-0001,0.03351,0.8765
//! ```
//!
//! Before February 2022 the remarks were missing, before September 2021 the percentile too; such a
//! row gets the percentile 0. Copies split by year have neither remarks nor names, and semicolons:
//! `CVE-2021-47987;0.001200000;0.021680000`. A date in the file's name (`epss_scores-2021-04-14`)
//! stands in for the one that is missing.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::identifier::{is_cve, is_date, rfc3339};
use super::{FileContext, MAX_UNPACKED, Publisher, Speaker, contains, file_name};
use crate::model::Epss;
use crate::sink::Sink;

pub(super) static EPSS: Publisher = Publisher {
    id: "epss",
    name: "Exploit Prediction Scoring System",
    url: "https://www.first.org/epss/",
    license: "free with attribution to FIRST",
};

const GZIP: &[u8] = &[0x1f, 0x8b];

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    if !name.contains("epss") || !(name.ends_with(".csv") || name.ends_with(".csv.gz")) {
        return contains(&head[..head.len().min(200)], "cve,epss");
    }
    head.starts_with(GZIP)
        || head.starts_with(b"#")
        || head.starts_with(b"cve,")
        || head.starts_with(b"CVE-")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &EPSS, file);
    let bytes = match unpacked(bytes) {
        Ok(bytes) => bytes,
        Err((begun, reason)) => {
            speaker.rejected("", reason);
            Cow::Owned(begun)
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    if let Some(date) = date_in_name(file_name(file.path)) {
        speaker.dated(date);
    }
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if let Some(remark) = line.strip_prefix('#') {
            let date = remark.split(',').find_map(|part| part.trim().strip_prefix("score_date:"));
            if let Some(date) = date.and_then(rfc3339) {
                speaker.dated(&date);
            }
            continue;
        }
        if line.is_empty() || line.starts_with("cve,epss") {
            continue;
        }
        match row(line) {
            Some((cve, score)) => {
                speaker.epss(cve, score);
                speaker.kept();
            }
            None => {
                speaker.rejected(&format!("line {}", index + 1), format!("{line:?} is no score"));
            }
        }
    }
}

/// The text, also of a gzip file; of a broken one its beginning, and why it is broken.
fn unpacked(bytes: &[u8]) -> Result<Cow<'_, [u8]>, (Vec<u8>, String)> {
    if !bytes.starts_with(GZIP) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut text = Vec::new();
    match MultiGzDecoder::new(bytes).take(MAX_UNPACKED).read_to_end(&mut text) {
        Err(error) => Err((text, error.to_string())),
        Ok(length) if length as u64 == MAX_UNPACKED => {
            Err((text, "unpacks to more than any such file has".to_owned()))
        }
        Ok(_) => Ok(Cow::Owned(text)),
    }
}

fn row(line: &str) -> Option<(&str, Epss)> {
    let mut parts = line.split([',', ';']);
    let cve = parts.next().filter(|cve| is_cve(cve))?;
    let share =
        |text: &str| text.trim().parse::<f32>().ok().filter(|value| (0.0..=1.0).contains(value));
    let probability = share(parts.next()?)?;
    let percentile = match parts.next() {
        Some(text) => share(text)?,
        None => 0.0,
    };
    Some((cve, Epss { probability, percentile }))
}

/// `2021-04-14` of `epss_scores-2021-04-14.csv.gz`.
fn date_in_name(name: &str) -> Option<&str> {
    let at = name.find("-2")? + 1;
    name.get(at..at + 10).filter(|date| is_date(date))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::testing::read;
    use super::*;

    const LIVE: &str = "#model_version:v2025.03.14,score_date:2026-08-16T00:00:00+0000\ncve,epss,percentile\n\
                        CVE-1999-0001,0.03351,0.8765\nCVE-1999-0002,2,0.1\n";

    #[test]
    fn all_forms_are_read() {
        let live = read("epss_scores-current.csv", LIVE);
        assert_eq!(live.counts(), (1, 0, 1));
        assert_eq!(
            live.epss[0],
            ("CVE-1999-0001".to_owned(), Epss { probability: 0.03351, percentile: 0.8765 })
        );
        assert_eq!(live.dates, ["2026-08-16T00:00:00Z"]);
        let year = read("CVE_2021_EPSS.csv", "CVE-2021-47987;0.001200000;0.021680000\n");
        assert_eq!(year.epss[0].1.percentile, 0.02168);
        let old = read("epss_scores-2021-04-14.csv", "cve,epss\nCVE-2020-5902,0.65117\n");
        assert_eq!(old.epss[0].1, Epss { probability: 0.65117, percentile: 0.0 });
        assert_eq!(old.dates, ["2021-04-14"]);
    }

    #[test]
    fn gzip_is_unpacked_and_a_cut_one_keeps_its_beginning() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(LIVE.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(read("epss_scores-current.csv.gz", &packed).counts(), (1, 0, 1));
        let cut = read("epss_scores-current.csv.gz", &packed[..packed.len() - 8]);
        assert_eq!(cut.counts(), (1, 0, 2));
    }
}
