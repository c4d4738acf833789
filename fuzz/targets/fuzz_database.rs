//! A compiled database of hostile bytes: open, verify, look up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_advisory::Database;

fuzz_target!(|bytes: &[u8]| {
    let Ok(database) = Database::from_bytes(bytes.to_vec()) else { return };
    let _ = database.verify();
    for (namespace, package, entries) in database.iter_packages().take(100) {
        for entry in entries.take(100) {
            entry.to_affected(namespace, package);
        }
    }
    for entry in database.iter_vulnerabilities().take(100) {
        for detail in entry.details() {
            detail.to_vulnerability(&entry);
        }
    }
    database.epss("CVE-2021-44228");
    database.exploited("CVE-2021-44228");
    database.end_of_life("debian", "11");
    database.info();
});
