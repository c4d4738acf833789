//! Debian's `distro-info-data`: `debian.csv` and `ubuntu.csv`,
//! <https://salsa.debian.org/debian/distro-info-data>.
//!
//! One row per release. The first line names the columns; rows may end early. `eol` is the last
//! day of free support, `eol-lts` (Debian) and `eol-esm` (Ubuntu) that of the extended one.
//!
//! Quirks: Ubuntu's version has a mark for long support (`22.04 LTS`); `sid` and `experimental`
//! have no version; Debian's old versions have a point (`6.0`) that its later ones lack.

use plimsoll_version::Distribution;

use super::identifier::is_date;
use super::{FileContext, Publisher, Speaker, file_name};
use crate::model::EndOfLife;
use crate::sink::Sink;

pub(super) static DISTRO_INFO: Publisher = Publisher {
    id: "distro-info",
    name: "Debian distro-info-data",
    url: "https://tracker.debian.org/pkg/distro-info-data",
    license: "ISC",
};

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    distribution(path).is_some() && head.starts_with(b"version,codename,series,")
}

fn distribution(path: &str) -> Option<Distribution> {
    match file_name(path) {
        "debian.csv" => Some(Distribution::Debian),
        "ubuntu.csv" => Some(Distribution::Ubuntu),
        _ => None,
    }
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &DISTRO_INFO, file);
    let Some(distribution) = distribution(file.path) else {
        return speaker.rejected("", "the file is named after no distribution");
    };
    let product = distribution.end_of_life_product().unwrap_or(distribution.id());
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or("").split(',').collect();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let cell = |name: &str| {
            let index = names.iter().position(|known| *known == name)?;
            cells.get(index).copied().filter(|cell| !cell.is_empty())
        };
        let Some(version) = cell("version").and_then(|version| version.split(' ').next()) else {
            speaker.skipped();
            continue;
        };
        let dates = [cell("eol"), cell("eol-lts").or(cell("eol-esm"))];
        if !version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            || dates.iter().flatten().any(|date| !is_date(date))
        {
            speaker.rejected(version, format!("{line:?} is no release with its dates"));
            continue;
        }
        let [end, extended] = dates.map(|date| date.map(str::to_owned));
        speaker.end_of_life(EndOfLife {
            product: product.to_owned(),
            release: distribution.release(version).to_owned(),
            end_of_life: end,
            extended_support: extended,
        });
        speaker.kept();
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn rows_may_end_early() {
        let debian = read(
            "usr/share/distro-info/debian.csv",
            "version,codename,series,created,release,eol,eol-lts,eol-elts\n\
             6.0,Squeeze,squeeze,2009-02-14,2011-02-06,2014-05-31,2016-02-29\n\
             12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-07-11,2028-06-30,2033-06-30\n\
             14,Forky,forky,2025-08-09\n,Sid,sid,1993-08-16\n15,Duke,duke,2027-08-01,x,soon\n",
        );
        assert_eq!(debian.counts(), (3, 1, 1));
        assert_eq!(debian.end_of_life[0].release, "6");
        assert_eq!(debian.end_of_life[1].extended_support.as_deref(), Some("2028-06-30"));
        assert_eq!(debian.end_of_life[2].end_of_life, None);
        let ubuntu = read(
            "ubuntu.csv",
            "version,codename,series,created,release,eol,eol-server,eol-esm,eol-legacy\n\
             22.04 LTS,Jammy Jellyfish,jammy,2021-10-14,2022-04-21,2027-06-01,2027-06-01,2032-04-21,2034-04-25\n",
        );
        assert_eq!(ubuntu.end_of_life[0].release, "22.04");
        assert_eq!(ubuntu.end_of_life[0].extended_support.as_deref(), Some("2032-04-21"));
    }
}
