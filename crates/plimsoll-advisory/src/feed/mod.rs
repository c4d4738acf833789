//! Feeds: from the bytes that an upstream publishes to the records of [`crate::model`].
//!
//! One file per upstream format. Each is a function without state: it gets one file, says what it
//! read to a [`Sink`], and reports what it could not read. Nothing in here knows where the bytes
//! came from, or what has been read before; whoever walks an archive asks [`detect`] which feed a
//! file belongs to.
//!
//! These rules hold for all of them.
//!
//! * A problem is filed under its CVE. A record that names several CVEs becomes one statement for
//!   each of them; one that names none is filed under its own id. The record's own id always stands
//!   in `advisories`, so that a finding can name the record that matched; it is an alias too where
//!   it is a name of the same problem (a GHSA) and not of a fix for several (a DSA, an ALSA).
//!   Records that know each other by other names only are joined when the database is compiled.
//! * `aliases` are names of the same problem, `related` are names of others.
//! * A record that its source took back is kept, with `withdrawn` set and no statements about
//!   packages, so that it is known and hides nothing.
//! * A record with [`Status::Fixed`](crate::model::Status::Fixed) has a range whose `fixed` can be
//!   installed from that release (or from its `channel`). Where another status has a range, its
//!   `fixed` only bounds what is affected: Ubuntu's `pending (1.2-3)`, or a Debian fix that exists
//!   in unstable alone.
//! * One bad record costs that record. It is counted as rejected and reported with its file, its
//!   name and the reason.
//!
//! Adding a feed is a file here and a row in [`FEEDS`].

mod alma;
mod alpine;
mod cpe;
mod cve_record;
mod debian_cves;
mod debian_lists;
mod debian_tracker;
mod distro_info;
mod end_of_life;
mod epss;
mod erratum;
mod friendsofphp;
mod gitlab;
pub(crate) mod identifier;
mod known_exploited;
mod language;
mod node;
mod nvd;
mod osv;
mod oval_azure;
mod project_kb;
mod purl;
mod retirejs;
mod retirenet;
mod rubysec;
mod series;
pub(crate) mod speaker;
mod tree;
mod ubuntu;
mod wolfi;

#[cfg(test)]
mod testing;

use speaker::Speaker;

use crate::model::Source;
use crate::sink::{Sink, SourceId};

/// What is known of a file besides its bytes.
#[derive(Debug, Clone, Copy)]
pub struct FileContext<'a> {
    /// Its path inside the archive or directory that it came from, with `/` between the parts.
    pub path: &'a str,
}

/// Somebody who publishes advisories.
#[derive(Debug)]
pub struct Publisher {
    /// Short stable id, Trivy's where Trivy has one.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
    /// Its home page.
    pub url: &'static str,
    /// SPDX expression, or a word where the publisher states no licence.
    pub license: &'static str,
}

/// One upstream format.
pub struct Feed {
    /// Short stable id of the format.
    pub id: &'static str,
    /// Whose word it is.
    pub publisher: &'static Publisher,
    /// Whether a file is of this format, by its path and its first [`HEAD`] bytes.
    pub recognises: fn(path: &str, head: &[u8]) -> bool,
    /// Reads one file.
    pub parse: fn(&FileContext, &[u8], &mut dyn Sink),
}

/// As much of a file's start as [`detect`] needs to tell one format from another.
pub const HEAD: usize = 4096;

/// A file that unpacks to more than this is no feed: the largest live one has some 100 MB.
const MAX_UNPACKED: u64 = 1 << 29;

/// All feeds, the more telling first: the first that recognises a file gets it.
pub static FEEDS: &[Feed] = &[
    feed("almalinux-osv", &alma::ALMA, alma::recognises, alma::parse),
    feed("debian-lists", &debian_lists::DEBIAN, debian_lists::recognises, debian_lists::parse),
    feed("debian-cve-list", &debian_lists::DEBIAN, debian_cves::recognises, debian_cves::parse),
    feed(
        "debian-tracker",
        &debian_lists::DEBIAN,
        debian_tracker::recognises,
        debian_tracker::parse,
    ),
    feed("ubuntu-cve-tracker", &ubuntu::UBUNTU, ubuntu::recognises, ubuntu::parse),
    feed("alpine-secdb", &alpine::ALPINE, alpine::recognises, alpine::parse),
    feed("wolfi-advisories", &wolfi::WOLFI, wolfi::recognises, wolfi::parse),
    feed("azurelinux-oval", &oval_azure::AZURE, oval_azure::recognises, oval_azure::parse),
    feed(
        "known-exploited",
        &known_exploited::KEV,
        known_exploited::recognises,
        known_exploited::parse,
    ),
    feed("epss", &epss::EPSS, epss::recognises, epss::parse),
    feed("rustsec-markdown", &osv::RUSTSEC, osv::rustsec::recognises, osv::rustsec::parse),
    feed("osv", &osv::OSV, osv::recognises, osv::parse),
    feed("osv-yaml", &osv::OSV, osv::recognises_yaml, osv::parse_yaml),
    feed("rubysec", &rubysec::RUBYSEC, rubysec::recognises, rubysec::parse),
    feed(
        "friendsofphp",
        &friendsofphp::FRIENDS_OF_PHP,
        friendsofphp::recognises,
        friendsofphp::parse,
    ),
    feed("gitlab-community", &gitlab::GITLAB, gitlab::recognises, gitlab::parse),
    feed("nodejs-security-wg", &node::NODE, node::recognises, node::parse),
    feed("retirejs", &retirejs::RETIREJS, retirejs::recognises, retirejs::parse),
    feed("retirenet", &retirenet::RETIRENET, retirenet::recognises, retirenet::parse),
    feed("project-kb", &project_kb::PROJECT_KB, project_kb::recognises, project_kb::parse),
    feed("nvd-overrides", &nvd::ANCHORE, nvd::recognises_override, nvd::parse_override),
    feed("nvd", &nvd::NVD, nvd::recognises, nvd::parse),
    feed("cve-records", &cve_record::CVE, cve_record::recognises, cve_record::parse),
    feed(
        "endoflife-products",
        &end_of_life::END_OF_LIFE,
        end_of_life::recognises,
        end_of_life::parse,
    ),
    feed(
        "endoflife-api",
        &end_of_life::END_OF_LIFE,
        end_of_life::recognises_api,
        end_of_life::parse_api,
    ),
    feed("distro-info", &distro_info::DISTRO_INFO, distro_info::recognises, distro_info::parse),
];

const fn feed(
    id: &'static str,
    publisher: &'static Publisher,
    recognises: fn(&str, &[u8]) -> bool,
    parse: fn(&FileContext, &[u8], &mut dyn Sink),
) -> Feed {
    Feed { id, publisher, recognises, parse }
}

/// The feed that a file belongs to, if it is of any.
///
/// `head` is the beginning of its content: [`HEAD`] bytes, or all of a shorter file.
pub fn detect(path: &str, head: &[u8]) -> Option<&'static Feed> {
    FEEDS.iter().find(|feed| (feed.recognises)(path, head))
}

impl Publisher {
    fn declare(&self, sink: &mut dyn Sink) -> SourceId {
        sink.source(&self.source())
    }

    /// The publisher as the database keeps it.
    pub fn source(&self) -> Source {
        Source {
            id: self.id.to_owned(),
            name: self.name.to_owned(),
            url: self.url.to_owned(),
            license: self.license.to_owned(),
        }
    }
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The name of the directory that a file is in.
fn directory(path: &str) -> &str {
    path.rsplit(['/', '\\']).nth(1).unwrap_or("")
}

/// Whether `needle` is among the bytes.
fn contains(haystack: &[u8], needle: &str) -> bool {
    memchr::memmem::find(haystack, needle.as_bytes()).is_some()
}

/// The first byte that is no white space.
fn first_sign(head: &[u8]) -> Option<u8> {
    head.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}
