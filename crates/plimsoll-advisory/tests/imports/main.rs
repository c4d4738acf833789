//! Imports of others' databases, which the tests make themselves.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod grype_db;
mod memory;
mod trivy_db;
mod trivy_fixture;
