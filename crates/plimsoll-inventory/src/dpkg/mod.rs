//! Packages that dpkg installed, or that an image builder installed in its place.
//!
//! Formats: the status database and its `info` directory as dpkg(1) and dpkg-query(1) describe
//! them (<https://manpages.debian.org/dpkg.1>), fields by deb-control(5), copyright files by
//! <https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/>.

mod copyright;
mod lists;
mod status;

pub use copyright::licenses;
pub use lists::{parse_list, parse_md5sums};
pub use status::{parse_status, parse_status_d};
