//! What a delta says, as it is serialised.

use serde::{Deserialize, Serialize};

use crate::database::format::SOURCE_COUNTS;
use crate::model::{Affected, EndOfLife, Exploited, Repository, Source, Vulnerability};

#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    pub(super) created: Option<String>,
    pub(super) builder: Option<String>,
    pub(super) starter: bool,
    pub(super) scores: bool,
    pub(super) epss_date: Option<String>,
    /// All sources of the new database; others are named by their place in this list.
    pub(super) sources: Vec<SourceState>,
    /// Places of the statements that are gone, each as the difference to the one before.
    pub(super) removed: Vec<u32>,
    /// New statements.
    pub(super) added: Vec<PackageAdditions>,
    /// Vulnerabilities whose details changed; one without details is gone, or only named by
    /// packages.
    pub(super) vulnerabilities: Vec<VulnerabilityState>,
    /// The small tables, whole, if anything in them changed.
    pub(super) exploited: Option<Vec<Exploited>>,
    pub(super) end_of_life: Option<Vec<EndOfLife>>,
    pub(super) repositories: Option<Vec<Repository>>,
    /// CVE, probability and percentile, whole, if anything changed.
    pub(super) epss: Option<Vec<(String, f32, f32)>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SourceState {
    pub(super) source: Source,
    pub(super) date: Option<String>,
    pub(super) counts: [u32; SOURCE_COUNTS],
    pub(super) covers: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PackageAdditions {
    pub(super) namespace: String,
    pub(super) package: String,
    /// Source and statement; the statement's own namespace and package are left empty.
    pub(super) statements: Vec<(u16, Affected)>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct VulnerabilityState {
    pub(super) id: String,
    /// Source and record; the record's own id is left empty.
    pub(super) details: Vec<(u16, Vulnerability)>,
}
