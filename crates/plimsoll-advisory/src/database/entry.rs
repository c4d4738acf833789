//! What is said about one package: views into the file, decoded as they are asked for.

use super::Database;
use super::cursor::{Cursor, List};
use super::format::{BOUNDS, Section, verdict};
use crate::collector;
use crate::model::{Affected, Import, Range, Severity, Status};

/// The statements about one package of one release, by vulnerability.
#[derive(Debug, Clone)]
pub struct AffectedEntries<'a> {
    database: &'a Database,
    cursor: Option<Cursor<'a>>,
    left: u32,
    vulnerability: u32,
}

impl<'a> AffectedEntries<'a> {
    pub(super) fn none(database: &'a Database) -> AffectedEntries<'a> {
        AffectedEntries { database, cursor: None, left: 0, vulnerability: 0 }
    }

    /// The list at a position of the section of entries.
    pub(super) fn at(database: &'a Database, position: u32) -> Option<AffectedEntries<'a>> {
        let mut cursor = database.cursor(Section::Entries, position)?;
        let left = database.check(Section::Entries, cursor.varint())?;
        Some(AffectedEntries { database, cursor: Some(cursor), left, vulnerability: 0 })
    }

    fn read(&mut self) -> Option<AffectedEntry<'a>> {
        let cursor = self.cursor.as_mut()?;
        let vulnerability = self.vulnerability.checked_add(cursor.varint()?)?;
        self.vulnerability = vulnerability;
        let source = cursor.varint()?;
        let verdict = match cursor.varint()?.checked_sub(1) {
            None => Verdict::read(cursor)?,
            Some(position) => {
                let mut shared = self.database.cursor(Section::Verdicts, position)?;
                self.database.check(Section::Verdicts, Verdict::read(&mut shared))?
            }
        };
        let [id] = self.database.row(Section::Vulnerabilities, vulnerability as usize)?;
        let id = self.database.string(id)?;
        let source = SourceRef::at(self.database, source)?;
        Some(AffectedEntry { database: self.database, id, vulnerability, source, verdict })
    }
}

impl<'a> Iterator for AffectedEntries<'a> {
    type Item = AffectedEntry<'a>;

    fn next(&mut self) -> Option<AffectedEntry<'a>> {
        self.left = self.left.checked_sub(1)?;
        let entry = self.read();
        if entry.is_none() {
            // Nothing behind a broken entry can be found.
            self.left = 0;
        }
        self.database.check(Section::Entries, entry)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left as usize))
    }
}

/// What one source says about one vulnerability of one package in one release.
#[derive(Debug, Clone, Copy)]
pub struct AffectedEntry<'a> {
    database: &'a Database,
    id: &'a str,
    vulnerability: u32,
    source: SourceRef<'a>,
    verdict: Verdict<'a>,
}

#[derive(Debug, Clone, Copy)]
struct Verdict<'a> {
    status: Status,
    severity: Option<Severity>,
    raw_status: Option<u32>,
    channel: Option<u32>,
    modularity: Option<u32>,
    advisories: List<'a>,
    architectures: List<'a>,
    ranges: (u32, Cursor<'a>),
    versions: List<'a>,
    cpes: List<'a>,
    platforms: List<'a>,
    imports: (u32, Cursor<'a>),
}

impl<'a> Verdict<'a> {
    /// Reads a verdict and goes behind it.
    fn read(cursor: &mut Cursor<'a>) -> Option<Verdict<'a>> {
        let words = cursor.byte()?;
        let fields = cursor.varint()?;
        if fields & !verdict::ALL != 0 {
            return None;
        }
        let has = |bit: u32| fields & bit != 0;
        let one = |bit, cursor: &mut Cursor<'a>| {
            if has(bit) { cursor.varint().map(Some) } else { Some(None) }
        };
        let list = |bit, cursor: &mut Cursor<'a>| {
            if has(bit) { cursor.list() } else { Some(List::EMPTY) }
        };
        Some(Verdict {
            status: status(words & 0x0f)?,
            severity: severity(words >> 4)?,
            raw_status: one(verdict::RAW_STATUS, cursor)?,
            channel: one(verdict::CHANNEL, cursor)?,
            modularity: one(verdict::MODULARITY, cursor)?,
            advisories: list(verdict::ADVISORIES, cursor)?,
            architectures: list(verdict::ARCHITECTURES, cursor)?,
            ranges: skip_records(has(verdict::RANGES), cursor, read_range)?,
            versions: list(verdict::VERSIONS, cursor)?,
            cpes: list(verdict::CPES, cursor)?,
            platforms: list(verdict::PLATFORMS, cursor)?,
            imports: skip_records(has(verdict::IMPORTS), cursor, read_import)?,
        })
    }
}

/// The number of records and where the first is; the cursor goes behind the last.
fn skip_records<'a, T>(
    present: bool,
    cursor: &mut Cursor<'a>,
    read: impl Fn(&mut Cursor<'a>) -> Option<T>,
) -> Option<(u32, Cursor<'a>)> {
    let count = if present { cursor.varint()? } else { 0 };
    let start = *cursor;
    for _ in 0..count {
        read(cursor)?;
    }
    Some((count, start))
}

pub(super) fn status(code: u8) -> Option<Status> {
    use Status::{
        Affected, EndOfLife, FixDeferred, Fixed, NotAffected, UnderInvestigation, WillNotFix,
    };
    const ALL: [Status; 7] =
        [Fixed, Affected, UnderInvestigation, WillNotFix, FixDeferred, EndOfLife, NotAffected];
    ALL.into_iter().find(|status| *status as u8 == code)
}

/// Zero means that no severity is given.
pub(super) fn severity(code: u8) -> Option<Option<Severity>> {
    use Severity::{Critical, High, Low, Medium, Unknown};
    let Some(code) = code.checked_sub(1) else { return Some(None) };
    [Unknown, Low, Medium, High, Critical].into_iter().find(|known| *known as u8 == code).map(Some)
}

fn read_range(cursor: &mut Cursor<'_>) -> Option<[Option<u32>; BOUNDS]> {
    let bounds = cursor.byte()?;
    if bounds >> BOUNDS != 0 {
        return None;
    }
    let mut read = [None; BOUNDS];
    for (place, bound) in read.iter_mut().enumerate() {
        if bounds & 1 << place != 0 {
            *bound = Some(cursor.varint()?);
        }
    }
    Some(read)
}

fn read_import<'a>(cursor: &mut Cursor<'a>) -> Option<(u32, [List<'a>; 3])> {
    Some((cursor.varint()?, [cursor.list()?, cursor.list()?, cursor.list()?]))
}

impl<'a> AffectedEntry<'a> {
    /// Id of the vulnerability.
    pub fn vulnerability(&self) -> &'a str {
        self.id
    }

    /// What is known of the vulnerability itself, without searching for it.
    pub fn details(&self) -> Option<super::VulnerabilityEntry<'a>> {
        super::VulnerabilityEntry::at(self.database, self.vulnerability)
    }

    /// The verdict for versions inside [`AffectedEntry::ranges`] and
    /// [`AffectedEntry::versions`].
    pub fn status(&self) -> Status {
        self.verdict.status
    }

    /// The source's own word for the status.
    pub fn raw_status(&self) -> Option<&'a str> {
        self.database.string(self.verdict.raw_status?)
    }

    /// Affected versions; with none of these and no versions, all are affected.
    pub fn ranges(&self) -> Ranges<'a> {
        let (left, cursor) = self.verdict.ranges;
        Ranges { database: self.database, cursor, left }
    }

    /// Affected versions, enumerated.
    pub fn versions(&self) -> Words<'a> {
        self.words(self.verdict.versions)
    }

    /// The distribution's own severity for this package.
    pub fn severity(&self) -> Option<Severity> {
        self.verdict.severity
    }

    /// The distribution's own advisories.
    pub fn advisories(&self) -> Words<'a> {
        self.words(self.verdict.advisories)
    }

    /// Architectures concerned; none means all.
    pub fn architectures(&self) -> Words<'a> {
        self.words(self.verdict.architectures)
    }

    /// RPM module stream `name:stream` that this speaks of.
    pub fn modularity(&self) -> Option<&'a str> {
        self.database.string(self.verdict.modularity?)
    }

    /// A subscription that is needed to get the fix.
    pub fn channel(&self) -> Option<&'a str> {
        self.database.string(self.verdict.channel?)
    }

    /// CPE names of the products or repositories that this speaks of.
    pub fn cpes(&self) -> Words<'a> {
        self.words(self.verdict.cpes)
    }

    /// CPE names of what must run beside or below it.
    pub fn platforms(&self) -> Words<'a> {
        self.words(self.verdict.platforms)
    }

    /// The vulnerable code.
    pub fn imports(&self) -> impl Iterator<Item = Import> + use<'a> {
        let database = self.database;
        let (count, mut cursor) = self.verdict.imports;
        (0..count).map_while(move |_| {
            let (path, lists) = read_import(&mut cursor)?;
            let [symbols, systems, architectures] =
                lists.map(|list| Words { database, list }.map(str::to_owned).collect());
            let path = database.string(path)?.to_owned();
            Some(Import { path, symbols, systems, architectures })
        })
    }

    /// Whose word it is.
    pub fn source(&self) -> SourceRef<'a> {
        self.source
    }

    /// A copy that does not borrow from the database.
    pub fn to_affected(&self, namespace: &str, package: &str) -> Affected {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let list = |words: Words<'_>| words.map(str::to_owned).collect();
        Affected {
            namespace: namespace.to_owned(),
            package: package.to_owned(),
            vulnerability: self.id.to_owned(),
            advisories: list(self.advisories()),
            status: self.status(),
            raw_status: owned(self.raw_status()),
            ranges: self.ranges().map(|range| range.to_range()).collect(),
            versions: list(self.versions()),
            severity: self.severity(),
            architectures: list(self.architectures()),
            modularity: owned(self.modularity()),
            channel: owned(self.channel()),
            cpes: list(self.cpes()),
            platforms: list(self.platforms()),
            imports: self.imports().collect(),
        }
    }

    /// Whether two databases hold the same statement.
    pub fn says_the_same_as(&self, other: &AffectedEntry<'_>) -> bool {
        self.id == other.id
            && self.source.id() == other.source.id()
            && (self.status(), self.severity()) == (other.status(), other.severity())
            && self.raw_status() == other.raw_status()
            && self.channel() == other.channel()
            && self.modularity() == other.modularity()
            && self.ranges().eq(other.ranges())
            && self.advisories().eq(other.advisories())
            && self.versions().eq(other.versions())
            && self.architectures().eq(other.architectures())
            && self.cpes().eq(other.cpes())
            && self.platforms().eq(other.platforms())
            && self.imports().eq(other.imports())
    }

    /// The string id of the vulnerability, and the verdict in string ids.
    pub(super) fn ids(&self) -> Option<(u32, collector::Verdict)> {
        let [id, _] = self.database.row(Section::Vulnerabilities, self.vulnerability as usize)?;
        let Verdict { status, severity, raw_status, channel, modularity, .. } = self.verdict;
        let list = |list: List<'_>| list.collect::<Box<[u32]>>();
        let (count, mut cursor) = self.verdict.ranges;
        let ranges = (0..count).map(|_| read_range(&mut cursor)).collect::<Option<_>>()?;
        let (count, mut cursor) = self.verdict.imports;
        let import = |_| {
            let (path, lists) = read_import(&mut cursor)?;
            Some(collector::ImportIds { path, lists: lists.map(list) })
        };
        let imports = (0..count).map(import).collect::<Option<_>>()?;
        let verdict = collector::Verdict {
            status,
            severity,
            raw_status,
            channel,
            modularity,
            advisories: list(self.verdict.advisories),
            architectures: list(self.verdict.architectures),
            ranges,
            versions: list(self.verdict.versions),
            cpes: list(self.verdict.cpes),
            platforms: list(self.verdict.platforms),
            imports,
        };
        Some((id, verdict))
    }

    fn words(&self, list: List<'a>) -> Words<'a> {
        Words { database: self.database, list }
    }
}

/// A list of strings.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    pub(super) database: &'a Database,
    pub(super) list: List<'a>,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let id = self.list.next()?;
        self.database.string(id)
    }
}

/// Affected versions: from `introduced` (or behind `after`) up to, without, `fixed` or up to, with,
/// `last_affected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeRef<'a> {
    /// First affected version; nothing means from the beginning.
    pub introduced: Option<&'a str>,
    /// Last version before the affected ones.
    pub after: Option<&'a str>,
    /// First version that is not affected any more.
    pub fixed: Option<&'a str>,
    /// Last affected version.
    pub last_affected: Option<&'a str>,
}

impl RangeRef<'_> {
    /// A copy that does not borrow from the database.
    pub fn to_range(self) -> Range {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Range {
            introduced: owned(self.introduced),
            after: owned(self.after),
            fixed: owned(self.fixed),
            last_affected: owned(self.last_affected),
        }
    }
}

/// The ranges of an entry.
#[derive(Debug, Clone)]
pub struct Ranges<'a> {
    database: &'a Database,
    cursor: Cursor<'a>,
    left: u32,
}

impl<'a> Iterator for Ranges<'a> {
    type Item = RangeRef<'a>;

    fn next(&mut self) -> Option<RangeRef<'a>> {
        self.left = self.left.checked_sub(1)?;
        let [introduced, after, fixed, last_affected] = read_range(&mut self.cursor)?;
        // A bound whose string is damaged must not widen the range: the range is left out, and
        // the damage is remembered.
        let text = |id: Option<u32>| match id {
            Some(id) => self.database.string(id).map(Some),
            None => Some(None),
        };
        Some(RangeRef {
            introduced: text(introduced)?,
            after: text(after)?,
            fixed: text(fixed)?,
            last_affected: text(last_affected)?,
        })
    }
}

/// Where a statement came from.
#[derive(Debug, Clone, Copy)]
pub struct SourceRef<'a> {
    database: &'a Database,
    row: u32,
    /// Id, name, url, licence, date.
    strings: [u32; 5],
}

impl<'a> SourceRef<'a> {
    pub(super) fn at(database: &'a Database, row: u32) -> Option<SourceRef<'a>> {
        Some(SourceRef { database, row, strings: database.row(Section::Sources, row as usize)? })
    }

    /// Its place among the sources.
    pub(super) fn row(&self) -> u32 {
        self.row
    }

    /// Short stable id.
    pub fn id(&self) -> &'a str {
        self.text(0)
    }

    /// For people.
    pub fn name(&self) -> &'a str {
        self.text(1)
    }

    /// Its home page.
    pub fn url(&self) -> &'a str {
        self.text(2)
    }

    /// SPDX expression or a word.
    pub fn license(&self) -> &'a str {
        self.text(3)
    }

    /// As of when its data is.
    pub fn date(&self) -> Option<&'a str> {
        self.database.optional(self.strings[4])
    }

    fn text(&self, field: usize) -> &'a str {
        self.database.string(self.strings[field]).unwrap_or_default()
    }
}
