//! `rpmdb.sqlite`: reads the one table `Packages (hnum INTEGER PRIMARY KEY, blob BLOB)` of it.
//!
//! How SQLite keeps a table is `plimsoll-sqlite`'s business; here is what rpm needs beyond: the
//! write-ahead log that an image may have beside the database, rows that are kept although they are
//! cut, and one word about damage instead of one for each page.

use plimsoll_image::ProblemKind;
use plimsoll_sqlite::{Cells, Database, Error, Header, Overlay, Record, Value, Walk};

use super::collector::Collector;
use super::log::Log;

pub(super) fn detect(database: &[u8]) -> bool {
    plimsoll_sqlite::is_sqlite(database)
}

pub(super) fn read(database: &[u8], log: Option<&[u8]>, collector: &mut Collector) {
    let log = Log::read(log.unwrap_or_default(), collector);
    let Some(database) = open(database, log, collector) else { return };
    let mut tables = Walk::new(&database).table(1);
    let mut root = None;
    walk(&mut tables, "the table of tables", collector, &mut |_, row, _| {
        root = root.or_else(|| packages_root(row));
        true
    });
    let Some(root) = root else {
        let message = "there is no table of packages: they are unknown";
        return collector.problem(ProblemKind::Malformed, message);
    };
    let mut packages = tables.into_walk().table(root);
    walk(
        &mut packages,
        "the table of packages",
        collector,
        &mut |number, row, collector| match row.partial_blob(1) {
            Some(header) => collector.record(number, header),
            None => {
                collector.broken(number, "it is not a row with a blob: a package is missing");
                true
            }
        },
    );
}

/// The root page in a row of the table of tables, if that is the row of `Packages`.
fn packages_root(row: Record<'_>) -> Option<u32> {
    let is = |number, text: &str| row.value(number) == Ok(Value::Text(text));
    if !is(0, "table") || !is(1, "Packages") {
        return None;
    }
    let Ok(Value::Integer(root)) = row.value(3) else { return None };
    u32::try_from(root).ok()
}

fn open<'a>(database: &'a [u8], log: Log<'a>, collector: &mut Collector) -> Option<Database<'a>> {
    let first = log.pages.get(&1).copied().unwrap_or(database);
    let header = match Header::read(first) {
        Ok(header) => header,
        Err(error) => {
            let (kind, message) = match error {
                Error::PageSize => (
                    ProblemKind::Malformed,
                    "the size of pages is impossible: the packages cannot be read",
                ),
                Error::Utf16 => (
                    ProblemKind::Unsupported,
                    "the database has texts in UTF-16, which rpm never writes",
                ),
                _ => (
                    ProblemKind::Truncated,
                    "the database ends in its header: its packages are unknown",
                ),
            };
            collector.problem(kind, message);
            return None;
        }
    };
    let mut log = log;
    if !log.pages.is_empty() && log.page_length != header.page_length {
        let message = "the write-ahead log belongs to another database: packages installed \
                       last may be missing";
        collector.problem(ProblemKind::Malformed, message);
        log = Log::default();
    }
    let no_log = log.pages.is_empty();
    let overlay = Overlay { pages: log.pages, page_count: log.page_count };
    let opened = Database::with_overlay(database, header, overlay);
    let extent = opened.extent();
    let (present, promised, missing) = (extent.present, extent.promised, extent.missing);
    if missing > 0 || (no_log && !database.len().is_multiple_of(header.page_length)) {
        let message = format!("{missing} of {promised} pages are missing at the end of the file");
        collector.problem(ProblemKind::Truncated, message);
    } else if no_log && present > promised {
        let message = format!("the file has {present} pages, {promised} of them known to itself");
        collector.problem(ProblemKind::Malformed, message);
    }
    Some(opened)
}

/// What is done with each row: its number and its bytes. Says whether to go on.
type EachRow<'a> = dyn FnMut(u32, Record<'_>, &mut Collector) -> bool + 'a;

/// Hands each row of a table to `each`, in the order of their numbers.
fn walk(rows: &mut Cells<'_, '_>, what: &str, collector: &mut Collector, each: &mut EachRow<'_>) {
    let mut whole = true;
    for row in rows {
        let Ok(row) = row else {
            whole = false;
            continue;
        };
        // Numbers start at 1 and are 32 bits wide in rpm.
        let number = u32::try_from(row.id).unwrap_or(u32::MAX);
        if !row.whole {
            let reason = "its overflow pages are broken, missing or used elsewhere";
            collector.broken(number, reason);
        }
        if !each(number, Record(&row.bytes), collector) {
            return;
        }
    }
    if !whole {
        let message =
            format!("{what} has broken, missing or repeated pages: packages may be missing");
        collector.problem(ProblemKind::Malformed, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::rpm::parse_database;
    use crate::rpm::testing::{self, expect_all_damage_told, header, names, sample};

    #[test]
    fn packages_are_read() {
        let parsed = parse_database(&testing::sqlite(&sample(9)), None);
        assert_eq!(parsed.problems, []);
        assert_eq!(names(&parsed.value), ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"]);
    }

    #[test]
    fn an_empty_database_is_no_problem() {
        let parsed = parse_database(&testing::sqlite(&[]), None);
        assert_eq!((parsed.value.len(), parsed.problems), (0, vec![]));
    }

    #[test]
    fn the_log_replaces_and_adds_pages() {
        let (before, after) = (sample(2), sample(4));
        let (old, new) = (testing::sqlite(&before), testing::sqlite(&after));
        let log = testing::log(&new);
        // The new database may also stand wholly in the log.
        for main in [&old[..], &new[..512], b""] {
            let parsed = parse_database(main, Some(&log));
            assert_eq!(
                (names(&parsed.value), parsed.problems),
                (vec!["p0", "p1", "p2", "p3"], vec![])
            );
        }
        assert_eq!(parse_database(&old, Some(b"")).value.len(), 2);
    }

    #[test]
    fn a_broken_log_is_told_and_does_not_count() {
        let (old, new) = (testing::sqlite(&sample(2)), testing::sqlite(&sample(4)));
        let log = testing::log(&new);
        for end in 1..log.len() {
            let parsed = parse_database(&old, Some(&log[..end]));
            assert_eq!(names(&parsed.value), ["p0", "p1"]);
            // A log of a header alone says that nothing has changed.
            assert_eq!(parsed.problems.is_empty(), end == 32, "cut at {end}");
        }
        for at in 0..log.len() {
            let mut broken = log.clone();
            broken[at] ^= 4;
            let parsed = parse_database(&old, Some(&broken));
            assert_eq!(parsed.value.len(), 2);
            // Another salt marks what is left from an earlier round.
            let salt = (32..56).contains(&at) && (40..48).contains(&at);
            assert_eq!(parsed.problems.is_empty(), salt, "changed at {at}");
        }
    }

    #[test]
    fn pages_in_a_circle_are_told() {
        let mut database = testing::sqlite(&sample(9));
        // The rightmost child of the root, which is page 2, becomes the root itself.
        assert_eq!(database[512], 5, "an inner page");
        database[512 + 8..512 + 12].copy_from_slice(&2u32.to_be_bytes());
        let parsed = parse_database(&database, None);
        assert_eq!(parsed.problems.len(), 1);
    }

    #[test]
    fn damage_is_told() {
        expect_all_damage_told(&testing::sqlite(&sample(6)), 32);
        expect_all_damage_told(&testing::sqlite(&[header("one", 1)]), 32);
    }
}
