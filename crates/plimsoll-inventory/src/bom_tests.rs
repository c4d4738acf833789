//! What documents of several tools become.

use plimsoll_version::{Distribution, Ecosystem};

use super::*;

fn inventory(document: &str) -> Inventory {
    let parsed = plimsoll_sbom::read(document.as_bytes());
    assert_eq!(parsed.problems, []);
    from_bom(parsed.value.unwrap())
}

fn cyclonedx(components: &str) -> Inventory {
    inventory(&format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{components}]}}"#
    ))
}

#[test]
fn versions_and_sources_of_all_tools_are_one() {
    for (component, version, source) in [
        // Ours, Syft's and Trivy's package URLs of the same package.
        (
            r#"{"purl":"pkg:deb/debian/zlib1g@1:1.2.13-1?arch=amd64&upstream=zlib"}"#,
            "1:1.2.13-1",
            ("zlib", "1:1.2.13-1"),
        ),
        (
            r#"{"purl":"pkg:deb/debian/zlib1g@1%3A1.2.13-1?upstream=zlib%401:1.2"}"#,
            "1:1.2.13-1",
            ("zlib", "1:1.2"),
        ),
        (
            r#"{"purl":"pkg:deb/debian/zlib1g@1.2.13-1?epoch=1","properties":[
                {"name":"aquasecurity:trivy:SrcName","value":"zlib"},
                {"name":"aquasecurity:trivy:SrcVersion","value":"1.2.13"},
                {"name":"aquasecurity:trivy:SrcRelease","value":"1"},
                {"name":"aquasecurity:trivy:SrcEpoch","value":"1"}]}"#,
            "1:1.2.13-1",
            ("zlib", "1:1.2.13-1"),
        ),
        (
            r#"{"purl":"pkg:rpm/redhat/bash@5.1.8-6.el9?epoch=0&upstream=bash-5.1.8-6.el9.src.rpm"}"#,
            "5.1.8-6.el9",
            ("bash", "5.1.8-6.el9"),
        ),
        (
            r#"{"purl":"pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm"}"#,
            "1:3.0.7-24.el9",
            ("openssl", "3.0.7-24.el9"),
        ),
        (
            r#"{"purl":"pkg:apk/alpine/libssl3@3.1.4-r5?upstream=openssl"}"#,
            "3.1.4-r5",
            ("openssl", "3.1.4-r5"),
        ),
    ] {
        let found = cyclonedx(component);
        let package = &found.packages[0];
        assert_eq!(package.version, version, "{component}");
        let expected = SourcePackage { name: source.0.into(), version: source.1.into() };
        assert_eq!(package.source, Some(expected), "{component}");
    }
}

#[test]
fn systems_are_known_in_everybodys_words() {
    for (id, version, distribution, namespace) in [
        ("debian", "12.5", Distribution::Debian, "debian:12"),
        ("redhat", "9.3", Distribution::RedHat, "redhat:9"),
        ("rhel", "9.3", Distribution::RedHat, "redhat:9"),
        ("alma", "9.3", Distribution::Alma, "alma:9"),
        ("amazon", "2023.6 (Amazon Linux)", Distribution::Amazon, "amazon:2023"),
        ("cbl-mariner", "2.0", Distribution::Mariner, "cbl-mariner:2.0"),
        ("centos-stream", "9", Distribution::CentOsStream, "centos-stream:9"),
        ("oracle", "8.9", Distribution::Oracle, "oracle:8"),
        ("alpine", "3.19.4", Distribution::Alpine, "alpine:3.19"),
        ("sles", "15.5", Distribution::Sles, "sles:15.5"),
    ] {
        let stated = BomSystem { id: id.into(), version: version.into(), ..BomSystem::default() };
        let found = operating_system(&stated);
        assert_eq!(found.distribution, Some(distribution), "{id}");
        assert_eq!(distribution.namespace(&found.version), namespace, "{id}");
    }
    let found = cyclonedx(r#"{"purl":"pkg:deb/ubuntu/bash@5.1?distro=ubuntu-22.04"}"#).os.unwrap();
    assert_eq!((found.distribution, found.version.as_str()), (Some(Distribution::Ubuntu), "22.04"));
    let testing =
        BomSystem { id: "debian".into(), codename: "trixie".into(), ..BomSystem::default() };
    assert_eq!(operating_system(&testing).version, "13");
}

#[test]
fn libraries_keep_names_edges_and_owners() {
    let found = inventory(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
            {"bom-ref":"b","type":"library","name":"b","purl":"pkg:npm/b@1"},
            {"bom-ref":"d","type":"library","name":"Django","version":"2.2","purl":"pkg:pypi/django@2.2",
             "properties":[{"name":"plimsoll:owner","value":"o"},{"name":"plimsoll:extractor","value":"wheel"},
                           {"name":"plimsoll:path","value":"usr/lib/x/METADATA"},{"name":"plimsoll:layer","value":"1"}]},
            {"bom-ref":"a","type":"library","group":"@s","name":"a","purl":"pkg:npm/%40s/a@1","cpe":"cpe:2.3:a:a:a:1:*:*:*:*:*:*:*"},
            {"bom-ref":"c","type":"application","name":"node","version":"20","cpe":"cpe:2.3:a:nodejs:node.js:20:*:*:*:*:*:*:*"},
            {"bom-ref":"o","type":"library","name":"python3-django","purl":"pkg:deb/debian/python3-django@2.2"}],
          "dependencies":[{"ref":"a","dependsOn":["b","nowhere"]}]}"#,
    );
    let names: Vec<_> = found.packages.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["python3-django", "@s/a", "Django", "b", "node"]);
    let library = |index: usize| found.packages[index].library.as_ref().unwrap();
    assert_eq!(library(1).depends_on, ["b@1"]);
    assert!(library(1).cpes.is_empty(), "a package of a registry is not matched by CPE");
    assert_eq!((library(2).owner, library(2).extractor.as_str()), (Some(0), "wheel"));
    assert_eq!(
        (found.packages[2].layer, library(2).file.as_str()),
        (Some(1), "usr/lib/x/METADATA")
    );
    assert_eq!((library(4).ecosystem, library(4).cpes.len()), (Ecosystem::Generic, 1));
}
