//! What can be wrong with a file.

/// Why a file, a table or one page cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no SQLite file.
    #[error("not a SQLite database (it does not begin as one)")]
    NotADatabase,
    /// The file ends in its header.
    #[error("the database ends in its header")]
    Short,
    /// The header gives a size of pages that is none.
    #[error("the size of pages is impossible")]
    PageSize,
    /// Texts are stored in an encoding that is not read.
    #[error("texts are in UTF-16, which is not supported")]
    Utf16,
    /// The table is not there.
    #[error("there is no table {0:?}")]
    NoTable(String),
    /// The table has no such column.
    #[error("table {table:?} has no column {column:?}")]
    NoColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// The table is stored in a way that is not read.
    #[error("table {table:?} {what}, which is not supported")]
    Unsupported {
        /// The table.
        table: String,
        /// How it is stored.
        what: &'static str,
    },
    /// Something is wrong with a page.
    #[error("page {page}: {damage}")]
    Page {
        /// Its number, the first being 1.
        page: u32,
        /// What is wrong with it.
        damage: Damage,
    },
    /// Something is wrong with a row.
    #[error("row {row}: {damage}")]
    Row {
        /// Its row id.
        row: i64,
        /// What is wrong with it.
        damage: Damage,
    },
}

/// What is wrong with a page or a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The page is missing, or is already used elsewhere.
    #[error("it is missing, or used twice")]
    Missing,
    /// It is neither an inner page nor a leaf of a table.
    #[error("it is no page of a table")]
    Kind,
    /// A cell does not lie in the page.
    #[error("cell {0} is broken")]
    Cell(u16),
    /// Cells and free space do not make up the page.
    #[error("its cells do not fill it as they should")]
    Unaccounted,
    /// The tree has more levels than any real one.
    #[error("the tree is too deep: its pages form a circle")]
    TooDeep,
    /// The chain of pages with the rest of a row is broken.
    #[error("its overflow pages are broken, missing or used elsewhere")]
    Overflow,
    /// The row's own header does not fit its bytes.
    #[error("it is cut, or its header is wrong")]
    Record,
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    Text,
}
