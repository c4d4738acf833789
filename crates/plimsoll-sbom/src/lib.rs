//! Bills of materials: CycloneDX, SPDX, Syft's and Trivy's JSON → packages.
//!
//! [`read`] finds out by itself what a document is, also inside of an in-toto statement, a DSSE
//! envelope or a Sigstore bundle (whose signatures it does not check). It is lenient: a component
//! that cannot be used costs that component, and is told.
//!
//! ```
//! let parsed = plimsoll_sbom::read(
//!     br#"{"bomFormat": "CycloneDX", "specVersion": "1.6",
//!          "components": [{"type": "library", "name": "lodash", "purl": "pkg:npm/lodash@4.17.20"}]}"#,
//! );
//! let bom = parsed.value.unwrap();
//! assert_eq!(bom.packages[0].purl.as_ref().unwrap().name, "lodash");
//! ```

mod bom;
mod cyclonedx;
mod document;
mod draft;
mod embedded;
mod json;
mod properties;
pub mod property;
mod purl;
mod spdx;
mod syft;
mod trivy;

pub use bom::{Bom, BomFormat, BomLayer, BomPackage, BomSystem};
pub use document::read;
pub use embedded::EXTRACTORS;
pub use purl::{Purl, PurlKind};
