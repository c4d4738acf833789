//! Whether a record speaks of an installed package at all, versions aside.
//!
//! Red Hat has records about binary packages and records about source packages; the latter have the
//! architecture `src` and speak of every package that was built from that source, under its name
//! alone.

use plimsoll_advisory::model::Affected;
use plimsoll_inventory::{Package, PackageKind};

use crate::NameKind;
use crate::decide::Setting;
use crate::products::Covers;

/// What a record has to say to a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Applies {
    /// It is about this package.
    Yes,
    /// It is about another product, architecture or module stream.
    No,
    /// Both are of an RPM module, and one of them does not say which stream.
    StreamUnknown,
}

/// The architecture of source packages.
const SOURCE: &str = "src";

/// Decides by product, architecture and module stream, for a record that stands under one name of a
/// package.
pub(crate) fn applies(
    record: &Affected,
    package: &Package,
    kind: NameKind,
    setting: Setting<'_>,
) -> Applies {
    if let Some(products) = setting.products
        && !record.cpes.is_empty()
        && products.covers(&record.cpes) == Covers::No
    {
        return Applies::No;
    }
    let is_about_source = setting.marks_sources && record.architectures == [SOURCE];
    if setting.marks_sources && is_about_source != (kind == NameKind::Source) {
        return Applies::No;
    }
    if !is_about_source && !architecture(record, &package.architecture) {
        return Applies::No;
    }
    match package.kind {
        PackageKind::Rpm => module_stream(record, package),
        PackageKind::Apk | PackageKind::Deb | PackageKind::Alpm | PackageKind::Library => {
            Applies::Yes
        }
    }
}

/// A package for all architectures, or of an unknown one, is everybody's.
fn architecture(record: &Affected, installed: &str) -> bool {
    record.architectures.is_empty()
        || matches!(installed, "" | "all" | "any" | "noarch")
        || record.architectures.iter().any(|architecture| architecture == installed)
}

/// Versions of different streams of a module cannot be compared: `nodejs:18` is not a fixed
/// `nodejs:16`, and neither is the `nodejs` outside modules.
///
/// A module package carries `.module` in its release, as in `14.21.1-2.module_el8.7.0+3373+a4c1`,
/// with or without a label; a record likewise in its fixed version.
fn module_stream(record: &Affected, package: &Package) -> Applies {
    let installed = package.modularity.as_deref().filter(|label| !label.is_empty());
    let package_is_modular = installed.is_some() || is_modular(&package.version);
    let wanted = record.modularity.as_deref().filter(|label| !label.is_empty());
    let record_is_modular = wanted.is_some()
        || record.ranges.iter().any(|range| range.fixed.as_deref().is_some_and(is_modular));
    match (package_is_modular, record_is_modular) {
        (false, false) => Applies::Yes,
        (true, true) => match (installed, wanted) {
            (Some(installed), Some(wanted))
                if name_and_stream(installed) == name_and_stream(wanted) =>
            {
                Applies::Yes
            }
            (Some(_), Some(_)) => Applies::No,
            _ => Applies::StreamUnknown,
        },
        _ => Applies::No,
    }
}

fn is_modular(version: &str) -> bool {
    version.contains(".module_") || version.contains(".module+")
}

/// `nodejs:18` of `nodejs:18:8070020221125:9edba152:x86_64`.
fn name_and_stream(label: &str) -> &str {
    match label.match_indices(':').nth(1) {
        Some((end, _)) => &label[..end],
        None => label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fixed, package};
    use plimsoll_version::Scheme;

    const RPM: Setting<'_> = Setting {
        scheme: Scheme::Rpm,
        extended_support: false,
        products: None,
        marks_sources: false,
    };

    #[test]
    fn records_about_sources_are_told_by_their_mark() {
        let mut record = fixed("redhat:9", "bash", "CVE-1", "2-1");
        let package = package("bash", "1-1");
        for (concerned, kind, marks_sources, expected) in [
            (&["src"][..], NameKind::Source, true, Applies::Yes),
            (&["src"][..], NameKind::Binary, true, Applies::No),
            (&[][..], NameKind::Source, true, Applies::No),
            (&[][..], NameKind::Binary, true, Applies::Yes),
            (&["src"][..], NameKind::Binary, false, Applies::No),
            (&[][..], NameKind::Source, false, Applies::Yes),
        ] {
            record.architectures = concerned.iter().map(|&word| word.to_owned()).collect();
            let setting = Setting { marks_sources, ..RPM };
            let found = applies(&record, &package, kind, setting);
            assert_eq!(found, expected, "{concerned:?} {kind:?} {marks_sources}");
        }
    }

    #[test]
    fn architectures_filter_but_never_the_unknown() {
        let mut record = fixed("rocky:9", "bash", "CVE-1", "2-1");
        let mut package = package("bash", "1-1");
        for (concerned, installed, expected) in [
            (&[][..], "x86_64", Applies::Yes),
            (&["aarch64"][..], "x86_64", Applies::No),
            (&["aarch64", "x86_64"][..], "x86_64", Applies::Yes),
            (&["aarch64"][..], "noarch", Applies::Yes),
            (&["aarch64"][..], "", Applies::Yes),
        ] {
            record.architectures = concerned.iter().map(|&word| word.to_owned()).collect();
            package.architecture = installed.to_owned();
            let found = applies(&record, &package, NameKind::Binary, RPM);
            assert_eq!(found, expected, "{concerned:?} {installed}");
        }
    }

    #[test]
    fn module_streams_are_never_mixed() {
        let modular = "1:14.18.2-2.module_el8.5.0+2618+8d46dafd";
        let fix = "1:14.21.1-2.module_el8.7.0+3373+a4c18c43";
        let plain = "1:10.24.0-1.el8";
        for (installed, label, fix, stream, expected) in [
            (modular, Some("nodejs:14:805:c:x86_64"), fix, Some("nodejs:14"), Applies::Yes),
            (modular, Some("nodejs:14:805:c:x86_64"), fix, Some("nodejs:16"), Applies::No),
            (modular, Some("nodejs:14:805:c:x86_64"), plain, None, Applies::No),
            (modular, Some("nodejs:14:805:c:x86_64"), fix, None, Applies::StreamUnknown),
            (modular, None, fix, Some("nodejs:14"), Applies::StreamUnknown),
            (modular, None, plain, None, Applies::No),
            (plain, None, fix, Some("nodejs:14"), Applies::No),
            (plain, None, plain, None, Applies::Yes),
        ] {
            let mut record = fixed("alma:8", "nodejs", "CVE-1", fix);
            record.modularity = stream.map(str::to_owned);
            let mut package = package("nodejs", installed);
            package.kind = PackageKind::Rpm;
            package.modularity = label.map(str::to_owned);
            let found = applies(&record, &package, NameKind::Binary, RPM);
            assert_eq!(found, expected, "{installed} {label:?} {stream:?}");
        }
    }
}
