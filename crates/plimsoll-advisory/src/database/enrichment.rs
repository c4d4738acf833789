//! What is known of vulnerabilities, releases and repositories besides advisories: EPSS scores,
//! exploitation, support dates, products. Scores and exploitation may be answered by a file of
//! their own.

use super::format::{self, EPSS_ROW, EPSS_SCALE, Section, u32_at};
use super::{Database, Words, partition};
use crate::model::{EndOfLife, Epss, Exploited, Repository};

impl Database {
    /// Lets another file answer for scores and exploitation, where it has any.
    ///
    /// They change daily, so they come in a file of their own.
    pub fn set_scores(&mut self, scores: Database) {
        self.scores = Some(Box::new(scores));
    }

    /// The file that answers for scores and exploitation, if it is another one.
    pub fn scores(&self) -> Option<&Database> {
        self.scores.as_deref()
    }

    /// The EPSS score of a CVE.
    pub fn epss(&self, id: &str) -> Option<Epss> {
        let key = format::cve_key(id)?;
        let rows = self.keeper(Section::Epss).section(Section::Epss).get(4..)?;
        let place = partition(0..rows.len() / EPSS_ROW, |index| {
            u32_at(rows, index * EPSS_ROW).is_some_and(|probe| probe < key)
        });
        let row = rows.get(place * EPSS_ROW..)?.first_chunk::<EPSS_ROW>()?;
        let [k0, k1, k2, k3, p0, p1, p2, q0, q1, q2] = *row;
        if u32::from_le_bytes([k0, k1, k2, k3]) != key {
            return None;
        }
        let share = |bytes| (f64::from(u32::from_le_bytes(bytes)) / EPSS_SCALE) as f32;
        Some(Epss { probability: share([p0, p1, p2, 0]), percentile: share([q0, q1, q2, 0]) })
    }

    /// The day of the EPSS scores.
    pub fn epss_date(&self) -> Option<&str> {
        let keeper = self.keeper(Section::Epss);
        keeper.optional(u32_at(keeper.section(Section::Epss), 0)?)
    }

    /// The entry of a CVE in the catalogue of known exploited vulnerabilities.
    pub fn exploited(&self, id: &str) -> Option<Exploited> {
        let section = Section::Exploited;
        let keeper = self.keeper(section);
        let row = keeper.find_text::<4>(section, |[name, ..]| keeper.string(name) < Some(id))?;
        let found = keeper.exploited_at(row)?;
        (found.id == id).then_some(found)
    }

    fn exploited_at(&self, row: usize) -> Option<Exploited> {
        let [name, added, due, flags] = self.row(Section::Exploited, row)?;
        Some(Exploited {
            id: self.string(name)?.to_owned(),
            added: self.string(added)?.to_owned(),
            due: self.optional(due).map(str::to_owned),
            ransomware: flags & 1 != 0,
        })
    }

    /// Every known exploited vulnerability, by id.
    pub fn iter_exploited(&self) -> impl Iterator<Item = Exploited> {
        let keeper = self.keeper(Section::Exploited);
        (0..keeper.count(Section::Exploited)).map_while(|row| keeper.exploited_at(row))
    }

    /// When support of a release ends; the product is named as at endoflife.date.
    pub fn end_of_life(&self, product: &str, release: &str) -> Option<EndOfLife> {
        let section = Section::EndOfLife;
        let key = (Some(product), Some(release));
        let row = self.find_text::<4>(section, |[product, release, ..]| {
            (self.string(product), self.string(release)) < key
        })?;
        let found = self.end_of_life_at(row)?;
        ((found.product.as_str(), found.release.as_str()) == (product, release)).then_some(found)
    }

    fn end_of_life_at(&self, row: usize) -> Option<EndOfLife> {
        let [product, release, end, extended] = self.row(Section::EndOfLife, row)?;
        Some(EndOfLife {
            product: self.string(product)?.to_owned(),
            release: self.string(release)?.to_owned(),
            end_of_life: self.optional(end).map(str::to_owned),
            extended_support: self.optional(extended).map(str::to_owned),
        })
    }

    /// The support dates of every release, by product and release.
    pub fn iter_end_of_life(&self) -> impl Iterator<Item = EndOfLife> {
        (0..self.count(Section::EndOfLife)).map_while(|row| self.end_of_life_at(row))
    }

    /// Every EPSS score, by CVE.
    pub fn iter_epss(&self) -> impl Iterator<Item = (String, Epss)> {
        let rows = self.keeper(Section::Epss).section(Section::Epss);
        let rows = rows.get(4..).unwrap_or_default();
        rows.chunks_exact(EPSS_ROW).filter_map(|row| {
            let id = format::cve_of_key(u32_at(row, 0)?);
            let score = self.epss(&id)?;
            Some((id, score))
        })
    }

    /// The products, as CPE names, that a repository belongs to; none if it is not known.
    pub fn repository(&self, name: &str) -> Option<Words<'_>> {
        let section = Section::Repositories;
        let row = self.find_text::<2>(section, |[probe, _]| self.string(probe) < Some(name))?;
        let [found, position] = self.row(section, row)?;
        (self.string(found)? == name).then_some(())?;
        let list = self.cursor(Section::Facts, position)?.list();
        Some(Words { database: self, list: self.check(Section::Facts, list)? })
    }

    /// Every repository, by name.
    pub fn iter_repositories(&self) -> impl Iterator<Item = Repository> {
        (0..self.count(Section::Repositories)).map_while(|row| {
            let [name, _] = self.row(Section::Repositories, row)?;
            let name = self.string(name)?.to_owned();
            let cpes = self.repository(&name)?.map(str::to_owned).collect();
            Some(Repository { name, cpes })
        })
    }

    /// Who answers for a section.
    pub(super) fn keeper(&self, section: Section) -> &Database {
        match &self.scores {
            Some(scores) if scores.section(section).len() > 4 => scores,
            _ => self,
        }
    }
}
