//! Licences: from what packages write to SPDX expressions, and what they ask of their users.
//!
//! [`normalize`] reads the short texts that metadata has (`GPLv2+ and MIT`, classifiers, names,
//! addresses) and whole licence texts; [`category`] says what a licence asks for, in the classes of
//! Google's [licence classifier] that Trivy uses too. Expressions are those of [SPDX].
//!
//! ```
//! use plimsoll_license::{Category, category, normalize};
//!
//! let found = normalize("GPLv2+ and MIT");
//! assert_eq!(found.expression.as_deref(), Some("GPL-2.0-or-later AND MIT"));
//! assert_eq!(category("GPL-2.0-or-later AND MIT"), Category::Restricted);
//! assert_eq!(Category::Restricted.severity_word(), "HIGH");
//! ```
//!
//! [licence classifier]: https://github.com/google/licenseclassifier/blob/main/license_type.go
//! [SPDX]: https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/

mod category;
mod expression;
mod gnu;
mod names;
mod text;

pub use category::{Category, Policy, category};
pub use expression::{Normalized, normalize};
pub use text::detect;
