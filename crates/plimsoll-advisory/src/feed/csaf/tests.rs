//! Documents in the shape of real ones, a few lines each.

use super::super::testing::{Memory, read};
use crate::model::{Severity, Status};

const RHEL_9: (&str, &str) = ("rhel-9.4", "cpe:/a:redhat:enterprise_linux:9::appstream");
const EUS: (&str, &str) = ("rhel-9.2.eus", "cpe:/a:redhat:rhel_eus:9.2::appstream");
const QUAY: (&str, &str) = ("quay-3", "cpe:/a:redhat:quay:3");

/// A Red Hat VEX document: its platforms, its components by id and purl, what is related to what,
/// and the rest of its one vulnerability.
fn vex(
    platforms: &[(&str, &str)],
    components: &[(&str, &str)],
    related: &[(&str, &str)],
    rest: &str,
) -> Memory {
    let product = |id: &str, key: &str, value: &str| {
        format!(
            r#"{{"category":"product_version","product":{{"name":"{id}","product_id":"{id}","product_identification_helper":{{"{key}":"{value}"}}}}}}"#
        )
    };
    let branches: Vec<String> = platforms
        .iter()
        .map(|(id, cpe)| product(id, "cpe", cpe))
        .chain(components.iter().map(|(id, purl)| product(id, "purl", purl)))
        .collect();
    let relationships: Vec<String> = related
        .iter()
        .map(|(part, whole)| {
            format!(
                r#"{{"category":"default_component_of","full_product_name":{{"product_id":"{whole}:{part}"}},"product_reference":"{part}","relates_to_product_reference":"{whole}"}}"#
            )
        })
        .collect();
    let text = format!(
        r#"{{"document":{{"category":"csaf_vex","csaf_version":"2.0","publisher":{{"name":"Red Hat","namespace":"https://www.redhat.com"}},
            "title":"bash: overflow","tracking":{{"id":"CVE-2024-1","status":"final","current_release_date":"2026-05-07T12:22:18+00:00"}}}},
            "product_tree":{{"branches":[{{"category":"vendor","branches":[{}]}}],"relationships":[{}]}},
            "vulnerabilities":[{{"cve":"CVE-2024-1",{rest}}}]}}"#,
        branches.join(","),
        relationships.join(","),
    );
    read("vex/2024/cve-2024-1.json", text)
}

#[test]
fn entries_with_one_verdict_are_one_statement() {
    let architectures = ["aarch64", "ppc64le", "s390x", "x86_64"];
    let ids = architectures.map(|word| format!("bash-0:5.1-6.el9.{word}"));
    let purls = architectures.map(|word| format!("pkg:rpm/redhat/bash@5.1-6.el9?arch={word}"));
    let mut components: Vec<(&str, &str)> =
        ids.iter().zip(&purls).map(|(id, purl)| (&**id, &**purl)).collect();
    components.push(("bash-0:5.1-6.el9.src", "pkg:rpm/redhat/bash@5.1-6.el9?arch=src"));
    components.push((
        "bash-debuginfo-0:5.1-6.el9.x86_64",
        "pkg:rpm/redhat/bash-debuginfo@5.1-6.el9?arch=x86_64",
    ));
    let related: Vec<_> = components.iter().map(|(id, _)| (*id, RHEL_9.0)).collect();
    let fixed: Vec<_> = related.iter().map(|(id, whole)| format!("\"{whole}:{id}\"")).collect();
    let fixed = fixed.join(",");
    let rest = format!(
        r#""product_status":{{"fixed":[{fixed}]}},"threats":[{{"category":"impact","details":"Important","product_ids":[{fixed}]}},
            {{"category":"exploit_status","details":"CISA: https://www.cisa.gov/kev"}}],
            "remediations":[{{"category":"vendor_fix","details":"Update.","url":"https://access.redhat.com/errata/RHSA-2024:7","product_ids":[{fixed}]}}],
            "scores":[{{"cvss_v3":{{"vectorString":"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"}},"products":[]}},{{"cvss_v2":{{"vectorString":"AV:L/AC:L/Au:N/C:P/I:P/A:P"}}}}],
            "cwe":{{"id":"CWE-119"}},"notes":[{{"category":"summary","text":"Short."}},{{"category":"description","text":"Long."}}],
            "references":[{{"url":"https://access.redhat.com/security/cve/CVE-2024-1"}}],"release_date":"2024-08-01T00:00:00+00:00""#
    );
    let read = vex(&[RHEL_9], &components, &related, &rest);
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    assert_eq!(read.rows(), ["redhat:9 bash CVE-2024-1 fixed 5.1-6.el9"]);
    let bash = &read.affected[0];
    assert!(bash.architectures.is_empty(), "{bash:?}");
    assert_eq!(bash.cpes, [RHEL_9.1]);
    assert_eq!(bash.advisories, ["RHSA-2024:7"]);
    assert_eq!((bash.severity, bash.channel.as_deref()), (Some(Severity::High), None));
    let described = &read.vulnerabilities[0];
    assert_eq!(described.title, "bash: overflow");
    assert_eq!(described.description, "Long.");
    assert_eq!(described.cvss.len(), 2);
    assert_eq!(described.weaknesses, ["CWE-119"]);
    assert_eq!(described.exploitation.as_deref(), Some("active"));
    assert_eq!(described.published.as_deref(), Some("2024-08-01T00:00:00+00:00"));
}

#[test]
fn remediations_and_flags_tell_what_becomes_of_the_unfixed() {
    let components = [
        ("a.src", "pkg:rpm/redhat/a?arch=src"),
        ("b.src", "pkg:rpm/redhat/b?arch=src"),
        ("c", "pkg:rpm/redhat/c"),
        ("d.src", "pkg:rpm/redhat/d?arch=src"),
        ("e.src", "pkg:rpm/redhat/e?arch=src"),
        ("f.src", "pkg:rpm/redhat/f?arch=src"),
    ];
    let related = components.map(|(id, _)| (id, EUS.0));
    let id = |name: &str| format!("\"{}:{name}\"", EUS.0);
    let rest = format!(
        r#""product_status":{{"known_affected":[{a},{b},{c},{d}],"known_not_affected":[{e}],"under_investigation":[{f}]}},
           "flags":[{{"label":"vulnerable_code_not_present","product_ids":[{e}]}}],
           "remediations":[{{"category":"workaround","details":"Do not.","product_ids":[{a}]}},
             {{"category":"no_fix_planned","details":"Will not fix","product_ids":[{a}]}},
             {{"category":"no_fix_planned","details":"Out of support scope","product_ids":[{b}]}},
             {{"category":"none_available","details":"Fix deferred","product_ids":[{c}]}},
             {{"category":"none_available","details":"Affected","product_ids":[{d}]}}]"#,
        a = id("a.src"),
        b = id("b.src"),
        c = id("c"),
        d = id("d.src"),
        e = id("e.src"),
        f = id("f.src"),
    );
    let read = vex(&[EUS], &components, &related, &rest);
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    let said: Vec<_> = read
        .affected
        .iter()
        .map(|one| (&*one.package, one.status, one.raw_status.as_deref(), one.architectures.len()))
        .collect();
    assert_eq!(
        said,
        [
            ("a", Status::WillNotFix, Some("Will not fix"), 1),
            ("b", Status::EndOfLife, Some("Out of support scope"), 1),
            ("c", Status::FixDeferred, Some("Fix deferred"), 0),
            ("d", Status::Affected, Some("Affected"), 1),
            ("e", Status::NotAffected, Some("vulnerable_code_not_present"), 1),
            ("f", Status::UnderInvestigation, None, 1),
        ]
    );
    assert!(read.affected.iter().all(|one| one.channel.as_deref() == Some("eus")));
    assert!(read.affected.iter().all(|one| one.namespace == "redhat:9"));
}

#[test]
fn a_build_that_has_the_fix_elsewhere_bounds_what_is_affected() {
    let components = [
        ("p-0:3.11-2.el9", "pkg:rpm/redhat/p@3.11-2.el9?epoch=0"),
        ("q-0:3.11-2.el9", "pkg:rpm/redhat/q@3.11-2.el9?epoch=0"),
    ];
    let related =
        [("p-0:3.11-2.el9", RHEL_9.0), ("p-0:3.11-2.el9", EUS.0), ("q-0:3.11-2.el9", EUS.0)];
    let read = vex(
        &[RHEL_9, EUS],
        &components,
        &related,
        r#""product_status":{"fixed":["rhel-9.4:p-0:3.11-2.el9"],
            "known_affected":["rhel-9.2.eus:p-0:3.11-2.el9","rhel-9.2.eus:q-0:3.11-2.el9"]}"#,
    );
    assert_eq!(
        read.rows(),
        [
            "redhat:9 p CVE-2024-1 affected 3.11-2.el9",
            "redhat:9 p CVE-2024-1 fixed 3.11-2.el9",
            "redhat:9 q CVE-2024-1 affected -",
        ]
    );
    assert!(read.affected.iter().all(|one| one.architectures == ["src"]));
}

#[test]
fn modules_stand_for_themselves_only_where_their_packages_are_not_listed() {
    let components = [
        ("m1", "pkg:rpmmod/redhat/postgresql@12:8060020240903093929:ad008a3a"),
        ("m2", "pkg:rpm/redhat/python39@3.9-8100020240826142629.d47b87a4?epoch=0"),
        ("p", "pkg:rpm/redhat/postgresql@12.20-1.module%2Bel9?arch=x86_64"),
        ("s", "pkg:rpm/redhat/python36?arch=src&rpmmod=python36:3.6"),
        ("k", "pkg:rpm/redhat/kpatch-patch-5_14_0-70@1-2.el9_0?arch=x86_64"),
    ];
    let related = [
        ("m1", RHEL_9.0),
        ("m2", RHEL_9.0),
        ("p", "rhel-9.4:m1"),
        ("s", RHEL_9.0),
        ("k", RHEL_9.0),
    ];
    let read = vex(
        &[RHEL_9],
        &components,
        &related,
        r#""product_status":{"fixed":["rhel-9.4:m1","rhel-9.4:m2","rhel-9.4:m1:p","rhel-9.4:k"],"known_not_affected":["rhel-9.4:s"]}"#,
    );
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    assert_eq!(
        read.rows(),
        [
            "redhat:9 kpatch-patch-5_14_0-70 CVE-2024-1 fixed 1-2.el9_0",
            "redhat:9 postgresql CVE-2024-1 fixed 12.20-1.module+el9",
            "redhat:9 python36 CVE-2024-1 not_affected -",
            "redhat:9 python39:3.9 CVE-2024-1 fixed 3.9-8100020240826142629.d47b87a4",
        ]
    );
    let stream = |package| read.only("redhat:9", package).modularity.as_deref();
    assert_eq!(stream("postgresql"), Some("postgresql:12"));
    assert_eq!(stream("python36"), Some("python36:3.6"));
    assert_eq!(stream("python39:3.9"), Some("python39:3.9"));
}

#[test]
fn containers_stand_apart_and_layered_products_keep_their_cpe() {
    let components = [
        (
            "img",
            "pkg:oci/quay-rhel8@sha256:00?arch=amd64&repository_url=registry.redhat.io/quay/quay-rhel8&tag=v3.1-2",
        ),
        ("jar", "pkg:maven/org/lib@1"),
        ("rpm", "pkg:rpm/redhat/libz@1-1.el8?arch=x86_64"),
        ("bare", "pkg:rpm/redhat/libz"),
    ];
    let related = components.map(|(id, _)| (id, QUAY.0));
    let read = vex(
        &[QUAY],
        &components,
        &related,
        r#""product_status":{"fixed":["quay-3:img","quay-3:rpm"],"known_not_affected":["quay-3:jar"],"known_affected":["quay-3:bare","quay-3"]}"#,
    );
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    assert_eq!(
        read.rows(),
        [
            "redhat libz CVE-2024-1 affected -",
            "redhat-products registry.redhat.io/quay/quay-rhel8 CVE-2024-1 fixed v3.1-2",
            "redhat:8 libz CVE-2024-1 fixed 1-1.el8",
        ]
    );
    assert!(read.affected.iter().all(|one| one.cpes == [QUAY.1]));
}

#[test]
fn ids_that_the_tree_does_not_explain_cost_their_record() {
    let read = vex(
        &[RHEL_9],
        &[],
        &[],
        r#""product_status":{"known_affected":["rhel-9.4:bash","nowhere:zsh",null,"rhel-9.4:a b"]}"#,
    );
    assert_eq!(read.counts(), (0, 0, 1));
    assert_eq!(read.problems.len(), 3, "{:?}", read.problems);
    // A component that the tree forgot is taken by its name, which is that of a source.
    assert_eq!(read.only("redhat:9", "bash").architectures, ["src"]);
}

#[test]
fn wrong_types_and_circles_are_borne() {
    let read = vex(
        &[RHEL_9],
        &[("a", "pkg:rpm/redhat/a")],
        &[("a", "rhel-9.4:a")],
        r#""title":7,"threats":"none","scores":null,"notes":{"x":1},"product_status":{"known_affected":["rhel-9.4:a:a"]}"#,
    );
    assert_eq!(read.counts().0 + read.counts().2, 1);
    assert_eq!(read.vulnerabilities[0].title, "7");
    let circle = vex(
        &[],
        &[("a", "pkg:rpm/redhat/a")],
        &[("a:a:a", "a"), ("a", "a:a")],
        r#""product_status":{"known_affected":["a:a","a:a:a","a:a:a:a"]}"#,
    );
    assert_eq!(circle.counts().0 + circle.counts().2, 1);
}

#[test]
fn a_deleted_document_takes_back_what_was_said() {
    let text = r#"{"document":{"tracking":{"id":"CVE-2023-0031","status":"deleted"}}}"#;
    let read = read("vex/2023/cve-2023-0031.json", text);
    assert_eq!(read.counts(), (1, 0, 0));
    assert_eq!(read.deleted, [("redhat".to_owned(), "CVE-2023-0031".to_owned(), None)]);
}

#[test]
fn documents_without_use_or_owner_are_counted() {
    let document = |publisher: &str| {
        format!(
            r#"{{"document":{{"csaf_version":"2.0","publisher":{publisher},"tracking":{{"id":"X-2024-1"}}}}}}"#
        )
    };
    let ours = document(r#"{"namespace":"https://www.redhat.com"}"#);
    assert_eq!(read("a.json", ours).counts(), (0, 1, 0));
    let others =
        read("a.json", document(r#"{"name":"Somebody","namespace":"https://example.org"}"#));
    assert_eq!((others.counts(), others.problems.len()), ((0, 1, 0), 1));
    assert_eq!(read("a.json", document("{}")).counts(), (0, 0, 1));
    let lines = format!("{}\n\nnonsense\n", document(r#"{"namespace":"https://www.suse.com/"}"#));
    let lines = read("vex.jsonl", lines);
    assert_eq!((lines.counts(), lines.problems.len()), ((0, 1, 1), 1));
}

#[test]
fn suse_names_versions_without_purls() {
    let text = r#"{"document":{"csaf_version":"2.0","publisher":{"name":"SUSE","namespace":"https://www.suse.com/"},
        "aggregate_severity":{"text":"important"},"tracking":{"id":"SUSE-SU-2015:0011-2"}},
        "product_tree":{"branches":[{"product":{"name":"SUSE Linux Enterprise Server 11 SP2-LTSS","product_id":"S","product_identification_helper":{"cpe":"cpe:/o:suse:suse_sles_ltss:11:sp2"}}}],
          "relationships":[{"category":"default_component_of","full_product_name":{"product_id":"S:bind-9.9.6P1-0.5.5.i586"},"product_reference":"bind-9.9.6P1-0.5.5.i586","relates_to_product_reference":"S"}]},
        "vulnerabilities":[{"cve":"CVE-2014-8500","product_status":{"recommended":["S:bind-9.9.6P1-0.5.5.i586"]},"threats":[{"category":"impact","details":"moderate"}]}]}"#;
    let read = read("suse-su-2015_0011-2.json", text);
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    assert_eq!(read.rows(), ["sles:11.2 bind CVE-2014-8500 fixed 9.9.6P1-0.5.5"]);
    let bind = &read.affected[0];
    assert_eq!(bind.channel.as_deref(), Some("ltss"));
    assert_eq!(bind.advisories, ["SUSE-SU-2015:0011-2"]);
    assert_eq!(bind.architectures, ["i586"]);
    assert!(bind.cpes.is_empty());
    assert_eq!(read.vulnerabilities[0].severity, Some(Severity::Medium));
    assert_eq!(read.sources[0].id, "suse-csaf");
}
