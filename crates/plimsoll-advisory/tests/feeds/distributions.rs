//! The distributors' OVAL, updateinfo, CVRF and JSON feeds: complete documents, and every piece of
//! the samples. The counts are those of the fixed sets; what is rejected is said beside each.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use plimsoll_advisory::model::{Severity, Status};
use serde_json::Value;

use crate::rows::{between, is_cve, of_cvrf, of_json, of_updateinfo};
use crate::support::{Counts, Watch, each_file};
use crate::unpack::unpack;

const SAMPLES: &str = "data/upstream-feed-samples/upstream-feed-samples.tar.zst";
const OVAL: &str = "data/oval-documents/redhat-photon-oval.tar.zst";
const BOTTLEROCKET: &str = "data/bottlerocket-advisories/bottlerocket-advisories.tar.zst";

/// Below which directory, which source, and how many records it keeps, skips and rejects.
///
/// What is rejected is broken, and mostly on purpose: files that are cut or ill-formed (Amazon's,
/// which lies among Rocky's too, Oracle's with a definition that they cost, Red Hat's, SUSE's,
/// Echo's and Azure's), ids that are none (`NOT-A-VALID-ADVISORY-ID`, `Re`, `CVE-2019-3828-0001`, a
/// malformed header of a DLA), errata without packages (both `corrupt-updateinfo.xml`), SUSE
/// definitions without criteria, Photon's files without a release in their names and its fix in
/// version `NA`, a list where Debian's tracker has a map, a normalised AlmaLinux erratum that has
/// lost what says its release, and the security database of a distribution that is unknown here.
#[rustfmt::skip]
const EXPECTED: &[(&str, &str, [usize; 3])] = &[
    ("claircore/alpine/", "alpine", [9, 0, 0]),
    ("claircore/photon/", "photon-oval", [222, 0, 0]),
    ("osv.dev/debian/", "debian", [3, 0, 0]),
    ("vuln-list-update/alma/", "alma", [5, 1, 1]),
    ("vuln-list-update/alpine/", "alpine", [5, 0, 0]),
    ("vuln-list-update/alpine-unfixed/", "alpine", [1, 0, 0]),
    ("vuln-list-update/amazon/", "amazon", [6, 0, 1]),
    ("vuln-list-update/arch/", "arch-linux", [2, 0, 0]),
    ("vuln-list-update/bottlerocket/", "bottlerocket", [2, 0, 0]),
    ("vuln-list-update/chainguard/", "chainguard", [3, 0, 0]),
    ("vuln-list-update/debian/", "debian", [7, 2, 1]),
    ("vuln-list-update/mariner/", "azure", [10, 0, 1]),
    ("vuln-list-update/minimos/", "minimos", [3, 0, 0]),
    ("vuln-list-update/oracle/", "oracle-oval", [25, 0, 2]),
    ("vuln-list-update/photon/", "photon", [15, 1, 3]),
    ("vuln-list-update/redhat/", "redhat-oval", [21, 0, 1]),
    ("vuln-list-update/rocky/", "amazon", [1, 0, 1]),
    ("vuln-list-update/rocky/", "rocky", [3, 1, 0]),
    ("vuln-list-update/suse/", "suse-cvrf", [10, 1, 1]),
    ("vuln-list-update/ubuntu/", "ubuntu", [10, 0, 0]),
    ("vuln-list-update/wolfi/", "wolfi", [3, 0, 0]),
    ("vulnerablecode/alpine/", "alpine", [5, 0, 0]),
    ("vulnerablecode/archlinux/", "arch-linux", [3, 0, 0]),
    ("vulnerablecode/archlinux.json", "arch-linux", [3, 0, 0]),
    ("vulnerablecode/debian.json", "debian", [6, 0, 0]),
    ("vulnerablecode/debian_oval_data.xml", "debian-oval", [2, 0, 0]),
    ("vulnerablecode/suse_oval/", "suse-oval", [2, 0, 3]),
    ("vulnerablecode/suse_oval_data.xml", "suse-oval", [2, 0, 0]),
    ("vulnerablecode/ubuntu_oval_data.xml", "ubuntu-oval", [2, 0, 0]),
    ("vuls-data-update-per-record/alma/errata/", "alma", [1, 1, 0]),
    ("vuls-data-update-per-record/fedora/api/", "fedora", [5, 6, 0]),
    ("vuls-data-update-per-record/rocky/errata/", "rocky", [6, 0, 0]),
    ("vuls-data-update/alma/errata/", "alma", [1, 1, 0]),
    ("vuls-data-update/alma/oval/", "alma", [2, 0, 0]),
    ("vuls-data-update/alma/updateinfo/", "alma", [2, 1, 2]),
    ("vuls-data-update/alpine/secdb/", "alpine", [15, 0, 0]),
    ("vuls-data-update/amazon/", "amazon", [7, 0, 0]),
    ("vuls-data-update/arch/", "arch-linux", [2, 0, 0]),
    ("vuls-data-update/bottlerocket/happy/", "bottlerocket", [1, 0, 0]),
    ("vuls-data-update/chainguard/secdb/", "chainguard", [40, 0, 0]),
    ("vuls-data-update/debian/oval/", "debian-oval", [4, 0, 0]),
    ("vuls-data-update/debian/tracker/", "debian", [13, 3, 0]),
    ("vuls-data-update/echo/data/", "echo", [4, 0, 0]),
    ("vuls-data-update/fedora/api/", "fedora", [1, 6, 0]),
    ("vuls-data-update/fedora/updateinfo/", "fedora", [0, 3, 0]),
    ("vuls-data-update/microsoft/azure/", "azure", [2, 0, 0]),
    ("vuls-data-update/minimos/secdb/", "minimos", [20, 0, 0]),
    ("vuls-data-update/oracle/linux/", "oracle-oval", [2, 0, 0]),
    ("vuls-data-update/oracle/olam/", "oracle-oval", [1, 0, 0]),
    ("vuls-data-update/oracle/openstack/", "oracle-oval", [1, 0, 0]),
    ("vuls-data-update/oracle/vm/", "oracle-oval", [1, 0, 0]),
    ("vuls-data-update/photon/cve/", "photon", [7, 3, 1]),
    ("vuls-data-update/photon/oval/", "photon-oval", [2, 0, 0]),
    ("vuls-data-update/redhat/oval/", "redhat-oval", [7, 0, 0]),
    ("vuls-data-update/rocky/errata/", "rocky", [1, 1, 0]),
    ("vuls-data-update/rocky/updateinfo/", "rocky", [3, 1, 2]),
    ("vuls-data-update/suse/cvrf/", "suse-cvrf", [2, 3, 0]),
    ("vuls-data-update/suse/cvrf_cve/", "suse-cvrf", [5, 0, 1]),
    ("vuls-data-update/suse/oval/", "suse-oval", [19, 0, 0]),
    ("vuls-data-update/ubuntu/oval/", "ubuntu-oval", [7, 0, 0]),
    ("vuls-data-update/ubuntu/tracker/", "ubuntu", [4, 0, 0]),
    ("vuls-data-update/ubuntu/vex/", "ubuntu", [2, 2, 0]),
    ("vuls-data-update/wolfi/secdb/", "wolfi", [84, 0, 0]),
    ("vunnel/alma/", "alma", [4, 1, 0]),
    ("vunnel/alpine/", "alpine", [16, 0, 0]),
    ("vunnel/arch/", "arch-linux", [5, 0, 0]),
    ("vunnel/chainguard/", "chainguard", [200, 0, 0]),
    ("vunnel/debian/", "debian", [13, 3, 1]),
    ("vunnel/echo/", "echo", [25, 0, 0]),
    ("vunnel/fedora/", "fedora", [10, 0, 0]),
    ("vunnel/mariner/", "azure", [8, 0, 0]),
    ("vunnel/minimos/", "minimos", [59, 0, 0]),
    ("vunnel/oracle/", "oracle-oval", [6, 0, 0]),
    ("vunnel/photon/", "photon", [9, 0, 1]),
    ("vunnel/secureos/", "alpine", [0, 0, 1]),
    ("vunnel/sles/", "suse-oval", [4, 0, 0]),
    ("vunnel/ubuntu/", "ubuntu", [13, 1, 0]),
    ("vunnel/wolfi/", "wolfi", [59, 0, 0]),
];

/// What is looked for again: package, vulnerability, and what stands in the fixed version.
#[derive(Default)]
struct Said {
    statements: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Said {
    fn of(watch: &Watch) -> Said {
        let mut said = Said::default();
        for record in &watch.affected {
            let fixed = record.ranges.iter().filter_map(|range| range.fixed.clone());
            let key = (record.package.clone(), record.vulnerability.clone());
            said.statements.entry(key).or_default().extend(fixed);
        }
        said
    }

    /// Whether somebody said it; `version` may lack its epoch and its tail, and may be empty.
    fn has(&self, package: &str, id: &str, version: &str) -> bool {
        let version = version.strip_prefix("0:").unwrap_or(version);
        self.statements.get(&(package.to_owned(), id.to_owned())).is_some_and(|fixed| {
            version.is_empty() || fixed.iter().any(|known| known.contains(version))
        })
    }
}

/// All "package is earlier than version" of each definition, with each of its CVEs, by the words of
/// the document alone; how many there were.
fn look_again(text: &str, said: &Said) -> usize {
    let mut found = 0;
    for definition in between(text, "<definition ", "</definition>") {
        let references = between(definition, "ref_id=\"", "\"");
        let cves: BTreeSet<&str> =
            references.flat_map(|id| id.split([':', ' '])).filter(|word| is_cve(word)).collect();
        for comment in between(definition, "comment=\"", "\"") {
            let Some((package, version)) = comment.split_once(" is earlier than ") else {
                continue;
            };
            // Debian and Azure Linux put words around both.
            let package = package.strip_suffix(" DPKG").unwrap_or(package);
            let package = package.strip_prefix("Package ").unwrap_or(package);
            let version = version.split(',').next().unwrap_or(version);
            let version = if version == "0" { "" } else { version };
            for cve in &cves {
                assert!(said.has(package, cve, version), "{package} {cve} {version}");
                found += 1;
            }
        }
    }
    found
}

#[test]
fn distributors_complete_oval_documents_lose_nothing() {
    let begun = Instant::now();
    let mut definitions = BTreeMap::new();
    let mut again = 0;
    let found = each_file(OVAL, |path, bytes| {
        let text = std::str::from_utf8(bytes).unwrap();
        if !text.contains("<oval_definitions") {
            return;
        }
        let mut watch = Watch::everything();
        assert!(watch.read(path, bytes), "{path}");
        assert!(watch.problems.is_empty(), "{path}: {:?}", watch.problems);
        let name = path.rsplit('/').next().unwrap().to_owned();
        let kept: usize = watch.counts.values().map(|counts| counts.kept).sum();
        assert_eq!(kept, text.matches("<definition ").count(), "{path}");
        again += look_again(text, &Said::of(&watch));
        if name == "rhel-8.oval.xml" {
            red_hat_eight(&watch);
        }
        definitions.insert(name, kept);
    });
    if !found {
        return;
    }
    println!("OVAL: {again} statements found again in {:.1} s", begun.elapsed().as_secs_f64());
    let expected = [
        ("Red_Hat_Enterprise_Linux_3.xml", 327),
        ("com.redhat.rhsa-RHEL8.xml", 129),
        ("com.vmware.phsa-photon3.xml", 222),
        ("rhel-8.oval.xml", 181),
    ];
    assert_eq!(
        definitions.iter().map(|(name, kept)| (&**name, *kept)).collect::<Vec<_>>(),
        expected
    );
    assert!(again > 15_000, "{again}");
}

/// Facts of RHEL 8 that can be looked up at Red Hat.
fn red_hat_eight(watch: &Watch) {
    let of = |package: &str, id: &str| {
        watch
            .affected
            .iter()
            .find(|record| record.package == package && record.vulnerability == id)
            .unwrap_or_else(|| panic!("{package} {id}"))
    };
    let ipa = of("ipa-server", "CVE-2019-14867");
    assert_eq!(ipa.modularity.as_deref(), Some("idm:DL1"));
    assert_eq!(ipa.namespace, "redhat:8");
    assert_eq!(ipa.advisories, ["RHBA-2019:4268"]);
    assert_eq!(
        ipa.cpes,
        ["cpe:/a:redhat:enterprise_linux:8", "cpe:/a:redhat:enterprise_linux:8::appstream"]
    );
    assert_eq!(ipa.severity, None, "an erratum for bugs has none");
    let (_, told) = watch
        .vulnerabilities
        .iter()
        .find(|(_, one)| one.id == "CVE-2019-14867")
        .expect("its words");
    assert_eq!(told.severity, Some(Severity::High));
    assert_eq!(told.cvss, ["CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"]);
    assert_eq!(told.weaknesses, ["CWE-94", "CWE-400"]);
}

#[test]
fn distributors_bottlerocket_advisories() {
    let begun = Instant::now();
    let mut watch = Watch::everything();
    let mut products = Vec::new();
    let found = each_file(BOTTLEROCKET, |path, bytes| {
        assert_eq!(watch.read(path, bytes), path.ends_with(".toml"), "{path}");
        if !path.ends_with(".toml") {
            return;
        }
        let text = std::str::from_utf8(bytes).unwrap();
        let value = |line: &str, key: &str| {
            Some(line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')?.to_owned())
        };
        let id = text.lines().find_map(|line| value(line, "cve")).unwrap();
        let names = text.lines().filter_map(|line| value(line, "package-name"));
        products.extend(names.map(|name| (name, id.clone())));
    });
    if !found {
        return;
    }
    watch.report("Bottlerocket", begun);
    assert_eq!(watch.counts("bottlerocket"), Counts { kept: 154, skipped: 0, rejected: 0 });
    let said = Said::of(&watch);
    assert_eq!(products.len(), 215);
    for (package, id) in products {
        assert!(said.has(&package, &id, ""), "{package} {id}");
    }
}

#[test]
fn distributors_samples_are_accounted_for() {
    let begun = Instant::now();
    let mut watches: BTreeMap<&str, Watch> = BTreeMap::new();
    let found = each_file(SAMPLES, |path, bytes| {
        let Some((directory, ..)) = EXPECTED.iter().find(|row| path.starts_with(row.0)) else {
            return;
        };
        let watch = watches.entry(directory).or_insert_with(Watch::everything);
        unpack(path, bytes, &mut |path, bytes| {
            watch.read(path, bytes);
        });
    });
    if !found {
        return;
    }
    for (directory, watch) in &watches {
        watch.report(directory, begun);
    }
    let differences = EXPECTED.iter().filter_map(|(directory, source, expected)| {
        let Counts { kept, skipped, rejected } = watches[directory].counts(source);
        let counts = [kept, skipped, rejected];
        (counts != *expected)
            .then(|| format!("{source} in {directory}: {counts:?}, not {expected:?}"))
    });
    let differences: Vec<String> = differences.collect();
    assert!(differences.is_empty(), "{differences:#?}");
    samples_of_amazon(&watches["vuls-data-update/amazon/"]);
    samples_of_oracle(&watches["vunnel/oracle/"]);
}

fn samples_of_amazon(watch: &Watch) {
    let channels: BTreeSet<_> = watch
        .affected
        .iter()
        .map(|record| (&*record.namespace, record.channel.as_deref().unwrap_or("")))
        .collect();
    let expected = [
        ("amazon:1", ""),
        ("amazon:2", ""),
        ("amazon:2", "kernel-5.15"),
        ("amazon:2022", ""),
        ("amazon:2023", ""),
        ("amazon:2023", "kernel-livepatch"),
        ("amazon:2023", "nvidia"),
    ];
    assert_eq!(channels.into_iter().collect::<Vec<_>>(), expected);
}

fn samples_of_oracle(watch: &Watch) {
    let openssl: BTreeSet<_> = watch
        .affected
        .iter()
        .filter(|record| record.package == "openssl" && record.vulnerability == "CVE-2021-3450")
        .map(|record| (record.channel.as_deref().unwrap_or(""), record.ranges[0].fixed.as_deref()))
        .collect();
    assert!(openssl.contains(&("ksplice", Some("2:1.1.1g-15.ksplice1.el8_3"))), "{openssl:?}");
    assert!(openssl.iter().all(|(channel, fixed)| {
        fixed.is_some_and(|version| version.contains("ksplice")) == (*channel == "ksplice")
    }));
}

/// Each row of the samples that says package and id in fields of their own is found again; Trivy's
/// normalised outputs, which lie beside them, included.
#[test]
fn distributors_samples_lose_nothing() {
    let mut rows: Vec<(String, String, String, String)> = Vec::new();
    let mut watch = Watch::everything();
    let mut oval = Vec::new();
    let found = each_file(SAMPLES, |path, bytes| {
        unpack(path, bytes, &mut |path, bytes| {
            watch.read(path, bytes);
            // What is broken on purpose is not held against the parsers.
            if ["invalid", "broken", "corrupt", "badid", "sad/", "unexpected"]
                .iter()
                .any(|word| path.contains(word))
            {
                return;
            }
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            if text.contains("<oval_definitions") {
                oval.push((path.to_owned(), text.to_owned()));
            } else if text.contains("<updates") {
                rows.extend(of_updateinfo(path, text));
            } else if text.contains("<cvrfdoc") && text.contains("security@suse.de") {
                rows.extend(of_cvrf(path, text));
            } else if let Ok(value) = serde_json::from_str::<Value>(text) {
                rows.extend(of_json(path, &value));
            }
        });
    });
    if !found {
        return;
    }
    let said = Said::of(&watch);
    let mut again = 0;
    for (path, text) in &oval {
        println!("{path}");
        again += look_again(text, &said);
    }
    println!("{again} statements of OVAL and {} of others found again", rows.len());
    assert!(again > 3000 && rows.len() > 10_000, "{again} {}", rows.len());
    for (path, package, id, version) in rows {
        assert!(said.has(&package, &id, &version), "{path}: {package} {id} {version}");
    }
}

#[test]
fn distributors_words_for_what_is_not_fixed_are_kept() {
    let mut statuses: BTreeMap<(String, Status), BTreeSet<String>> = BTreeMap::new();
    let found = each_file(SAMPLES, |path, bytes| {
        let is_wanted = path.starts_with("vuln-list-update/ubuntu/")
            || path.starts_with("vuln-list-update/redhat/oval/happy")
            || path.starts_with("vuls-data-update/redhat/oval/v2")
            || path.starts_with("vuls-data-update/ubuntu/tracker/");
        if is_wanted {
            unpack(path, bytes, &mut |path, bytes| {
                let mut watch = Watch::everything();
                watch.read(path, bytes);
                for record in watch.affected {
                    let distribution = record.namespace.split(':').next().unwrap().to_owned();
                    let word = record.raw_status.unwrap_or_default();
                    statuses.entry((distribution, record.status)).or_default().insert(word);
                }
            });
        }
    });
    if !found {
        return;
    }
    let words = |distribution: &str, status| -> Vec<String> {
        let key = (distribution.to_owned(), status);
        statuses.get(&key).into_iter().flatten().cloned().collect()
    };
    assert_eq!(words("redhat", Status::WillNotFix), ["Will not fix"]);
    assert!(words("redhat", Status::Affected).contains(&"Affected".to_owned()), "{statuses:?}");
    assert!(!words("redhat", Status::NotAffected).is_empty());
    assert_eq!(words("ubuntu", Status::UnderInvestigation), ["needs-triage"]);
    assert!(words("ubuntu", Status::Affected).contains(&"pending".to_owned()), "{statuses:?}");
    assert!(!words("ubuntu", Status::EndOfLife).is_empty());
}
