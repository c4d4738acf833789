//! SPDX 2.3 as tags and values, <https://spdx.github.io/spdx-spec/v2.3/>.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::only_one;
use super::spdx::{self, Annotation, Package};
use crate::Report;

/// Writes the one report.
pub(crate) fn write(out: &mut dyn Write, reports: &[Report]) -> io::Result<()> {
    let document = spdx::document(only_one(reports)?);
    let mut page = String::new();
    tag(&mut page, "SPDXVersion", document.spdx_version);
    tag(&mut page, "DataLicense", document.data_license);
    tag(&mut page, "SPDXID", document.id);
    tag(&mut page, "DocumentName", &document.name);
    tag(&mut page, "DocumentNamespace", &document.document_namespace);
    for creator in &document.creation_info.creators {
        tag(&mut page, "Creator", creator);
    }
    tag(&mut page, "Created", &document.creation_info.created);
    for one in &document.packages {
        page.push('\n');
        package(&mut page, one);
    }
    for license in &document.has_extracted_licensing_infos {
        page.push('\n');
        tag(&mut page, "LicenseID", &license.license_id);
        text(&mut page, "ExtractedText", &license.extracted_text);
        tag(&mut page, "LicenseName", &license.name);
    }
    page.push('\n');
    for relation in &document.relationships {
        let (from, to) = (&relation.spdx_element_id, &relation.related_spdx_element);
        tag(&mut page, "Relationship", &format!("{from} {} {to}", relation.relationship_type));
    }
    out.write_all(page.as_bytes())
}

fn tag(page: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "{name}: {value}");
    }
}

/// A value that may contain anything but its own end.
fn text(page: &mut String, name: &str, value: &str) {
    tag(page, name, &format!("<text>{}</text>", value.replace("</text>", "")));
}

fn package(page: &mut String, one: &Package) {
    tag(page, "PackageName", &one.name);
    tag(page, "SPDXID", &one.id);
    tag(page, "PackageVersion", &one.version_info);
    tag(page, "PackageSupplier", &one.supplier);
    tag(page, "PackageDownloadLocation", one.download_location);
    tag(page, "FilesAnalyzed", if one.files_analyzed { "true" } else { "false" });
    for sum in &one.checksums {
        tag(page, "PackageChecksum", &format!("{}: {}", sum.algorithm, sum.checksum_value));
    }
    if !one.source_info.is_empty() {
        text(page, "PackageSourceInfo", &one.source_info);
    }
    tag(page, "PackageLicenseConcluded", one.license_concluded);
    tag(page, "PackageLicenseDeclared", &one.license_declared);
    tag(page, "PackageCopyrightText", one.copyright_text);
    for reference in &one.external_refs {
        let (category, kind) = (reference.reference_category, reference.reference_type);
        tag(page, "ExternalRef", &format!("{category} {kind} {}", reference.reference_locator));
    }
    tag(page, "PrimaryPackagePurpose", one.primary_package_purpose);
    for one_annotation in &one.annotations {
        annotation(page, &one.id, one_annotation);
    }
}

fn annotation(page: &mut String, about: &str, one: &Annotation) {
    tag(page, "Annotator", &one.annotator);
    tag(page, "AnnotationDate", &one.annotation_date);
    tag(page, "AnnotationType", one.annotation_type);
    tag(page, "SPDXREF", about);
    text(page, "AnnotationComment", &one.comment);
}
