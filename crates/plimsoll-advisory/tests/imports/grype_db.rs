//! Grype DB.
