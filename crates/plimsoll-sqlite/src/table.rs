//! A table by name: its columns, its rows.

use std::borrow::Cow;

use crate::page::{TreePage, big_u32};
use crate::schema::{self, Definition};
use crate::walk::{Cells, StoredRow, Walk};
use crate::{Damage, Database, Error, Record, Value};

/// A tree of this many levels has more pages than a file can.
const MAX_DEPTH: usize = 40;

/// A table.
#[derive(Debug)]
pub struct Table<'d, 'a> {
    database: &'d Database<'a>,
    name: String,
    root: u32,
    definition: Definition,
}

/// A row of a table.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    id: i64,
    bytes: Cow<'a, [u8]>,
    id_column: Option<usize>,
}

/// The rows of a table.
///
/// An error is about one page or one row; the others follow it.
#[derive(Debug)]
pub struct Rows<'d, 'a> {
    cells: Cells<'d, 'a>,
    id_column: Option<usize>,
}

impl<'a> Database<'a> {
    /// A table by its name, which is compared as SQLite does: without regard to the case of ASCII
    /// letters.
    pub fn table(&self, name: &str) -> Result<Table<'_, 'a>, Error> {
        let mut damage = None;
        for row in Walk::new(self).table(1) {
            let found = row.and_then(|row| self.table_in(name, row));
            match found {
                Ok(Some(table)) => return Ok(table),
                Ok(None) => {}
                Err(error @ Error::Unsupported { .. }) => return Err(error),
                Err(error) => damage = damage.or(Some(error)),
            }
        }
        Err(damage.unwrap_or_else(|| Error::NoTable(name.to_owned())))
    }

    /// The table of this name, if that is what the row of the table of tables is about.
    fn table_in(&self, name: &str, row: StoredRow<'a>) -> Result<Option<Table<'_, 'a>>, Error> {
        let row = Row::new(row, None)?;
        let is_wanted = matches!(row.value(0)?, Value::Text("table"))
            && matches!(row.value(1)?, Value::Text(text) if text.eq_ignore_ascii_case(name));
        if !is_wanted {
            return Ok(None);
        }
        let unsupported = |what| Error::Unsupported { table: name.to_owned(), what };
        let (Value::Integer(root), Value::Text(sql)) = (row.value(3)?, row.value(4)?) else {
            return Err(unsupported("is defined in an unknown way"));
        };
        let definition = schema::parse(sql).map_err(unsupported)?;
        // Virtual tables have no pages.
        let root = u32::try_from(root).ok().filter(|&root| root > 0);
        let root = root.ok_or(unsupported("has no pages of its own"))?;
        Ok(Some(Table { database: self, name: name.to_owned(), root, definition }))
    }
}

impl<'d, 'a> Table<'d, 'a> {
    /// Names of the columns, in their order.
    pub fn columns(&self) -> &[String] {
        &self.definition.columns
    }

    /// The place of a column, for [`Row::value`].
    pub fn column(&self, name: &str) -> Result<usize, Error> {
        self.definition
            .columns
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))
            .ok_or_else(|| Error::NoColumn { table: self.name.clone(), column: name.to_owned() })
    }

    /// All rows, in the order of their ids.
    pub fn rows(&self) -> Rows<'d, 'a> {
        let cells = Walk::new(self.database).table(self.root);
        Rows { cells, id_column: self.definition.id_column }
    }

    /// The row with an id, which is the value of the `INTEGER PRIMARY KEY` where there is one.
    pub fn row(&self, id: i64) -> Result<Option<Row<'a>>, Error> {
        let mut number = self.root;
        for _ in 0..MAX_DEPTH {
            let page = TreePage::new(number, self.database.page(number)?)?;
            // The first cell whose id is not less.
            let (mut low, mut high) = (0, page.count);
            while low < high {
                let middle = low + (high - low) / 2;
                if page.cell_id(middle)? < id {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            if !page.leaf {
                number = page.child(low)?.0;
                continue;
            }
            if low == page.count || page.cell_id(low)? != id {
                return Ok(None);
            }
            let cell = page.leaf_cell(low, |length| self.database.local_length(length))?;
            let bytes = match cell.next {
                None => Cow::Borrowed(cell.content),
                Some(next) => {
                    let mut bytes = cell.content.to_vec();
                    self.overflow(next, cell.length, &mut bytes)
                        .ok_or(Error::Row { row: id, damage: Damage::Overflow })?;
                    Cow::Owned(bytes)
                }
            };
            return Ok(Some(Row { id, bytes, id_column: self.definition.id_column }));
        }
        Err(Error::Page { page: number, damage: Damage::TooDeep })
    }

    fn overflow(&self, mut next: u32, length: usize, row: &mut Vec<u8>) -> Option<()> {
        // Even if all pages of the file were in the chain, it would end.
        for _ in 0..self.database.last_page() {
            if row.len() >= length {
                break;
            }
            let page = self.database.page(next).ok()?;
            next = big_u32(page, 0)?;
            let content = &page[4..];
            row.extend_from_slice(&content[..content.len().min(length - row.len())]);
        }
        (row.len() == length && next == 0).then_some(())
    }
}

impl<'a> Row<'a> {
    fn new(row: StoredRow<'a>, id_column: Option<usize>) -> Result<Row<'a>, Error> {
        if !row.whole {
            return Err(Error::Row { row: row.id, damage: Damage::Overflow });
        }
        Ok(Row { id: row.id, bytes: row.bytes, id_column })
    }

    /// The row id.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The value of a column by its place in the table.
    pub fn value(&self, column: usize) -> Result<Value<'_>, Error> {
        if Some(column) == self.id_column {
            return Ok(Value::Integer(self.id));
        }
        let value = Record(&self.bytes).value(column);
        value.map_err(|damage| Error::Row { row: self.id, damage })
    }

    /// The text in a column; nothing for any other value.
    pub fn text(&self, column: usize) -> Result<Option<&str>, Error> {
        Ok(match self.value(column)? {
            Value::Text(text) => Some(text),
            _ => None,
        })
    }

    /// The whole number in a column; nothing for any other value.
    pub fn integer(&self, column: usize) -> Result<Option<i64>, Error> {
        Ok(match self.value(column)? {
            Value::Integer(number) => Some(number),
            _ => None,
        })
    }
}

impl<'a> Iterator for Rows<'_, 'a> {
    type Item = Result<Row<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.cells.next()?.and_then(|row| Row::new(row, self.id_column)))
    }
}
