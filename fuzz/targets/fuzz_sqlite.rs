//! SQLite files: every table that the file names is read, and every row asked for again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_sqlite::{Database, Record, Value, Walk};

fuzz_target!(|bytes: &[u8]| {
    let file = [b"SQLite format 3\0", bytes].concat();
    let Ok(database) = Database::open(&file) else { return };
    for row in Walk::new(&database).table(1).flatten().take(20) {
        let Ok(Value::Text(name)) = Record(&row.bytes).value(1) else { continue };
        let Ok(table) = database.table(name) else { continue };
        for row in table.rows().flatten() {
            for column in 0..table.columns().len() {
                let _ = row.value(column);
            }
            let _ = table.row(row.id());
        }
    }
});
