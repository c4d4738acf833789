//! The account of a source.

use crate::database::format;

/// Numbers of records, as a build prints them and the database keeps them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records of the input that went in whole.
    pub kept: u32,
    /// Records of the input that say nothing of use.
    pub skipped: u32,
    /// Records of the input that could not be understood.
    pub rejected: u32,
    /// Statements about a package in a release.
    pub affected: u32,
    /// Statements about a vulnerability.
    pub vulnerabilities: u32,
    /// Known exploited vulnerabilities.
    pub exploited: u32,
    /// EPSS scores.
    pub epss: u32,
    /// Releases with support dates.
    pub end_of_life: u32,
    /// Repositories whose products are known.
    pub repositories: u32,
    /// Statements that said the same as another one of the same source.
    pub merged: u32,
}

impl Counts {
    /// All records of the input.
    pub fn read(&self) -> u32 {
        self.kept.saturating_add(self.skipped).saturating_add(self.rejected)
    }

    /// Everything that the database says in the source's name.
    pub fn statements(&self) -> u64 {
        let all = [
            self.affected,
            self.vulnerabilities,
            self.exploited,
            self.epss,
            self.end_of_life,
            self.repositories,
        ];
        all.into_iter().map(u64::from).sum()
    }

    fn fields(&mut self) -> [&mut u32; format::SOURCE_COUNTS] {
        [
            &mut self.kept,
            &mut self.skipped,
            &mut self.rejected,
            &mut self.affected,
            &mut self.vulnerabilities,
            &mut self.exploited,
            &mut self.epss,
            &mut self.end_of_life,
            &mut self.repositories,
            &mut self.merged,
        ]
    }

    /// In the order of the format.
    pub(crate) fn to_array(mut self) -> [u32; format::SOURCE_COUNTS] {
        self.fields().map(|field| *field)
    }

    /// The inverse of [`Counts::to_array`].
    pub(crate) fn from_array(values: [u32; format::SOURCE_COUNTS]) -> Counts {
        let mut counts = Counts::default();
        for (field, value) in counts.fields().into_iter().zip(values) {
            *field = value;
        }
        counts
    }

    /// Adds another account of the same source.
    pub(crate) fn add(&mut self, mut other: Counts) {
        for (field, value) in self.fields().into_iter().zip(other.fields()) {
            *field = field.saturating_add(*value);
        }
    }
}
