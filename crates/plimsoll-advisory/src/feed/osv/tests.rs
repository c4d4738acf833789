//! Records in the shapes of the databases, written for the tests.

use super::super::testing::{Memory, read};
use crate::model::{Range, Severity, Status};

fn record(id: &str, rest: &str) -> Memory {
    let text = format!(
        r#"{{"schema_version":"1.7.0","id":"{id}","modified":"2024-05-01T00:00:00Z",{rest}}}"#
    );
    read(&format!("{id}.json"), text)
}

/// A product with one range.
fn product(ecosystem: &str, name: &str, events: &str, more: &str) -> String {
    format!(
        r#"{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{events}]}}]{more}}}"#
    )
}

#[test]
fn a_reviewed_advisory_of_github() {
    let products = product(
        "npm",
        "left-pad",
        r#"{"introduced":"1.0.0"},{"fixed":"1.3.0"},{"introduced":"2.0.0"}"#,
        r#","versions":["1.0.0","0.9.0"],"database_specific":{"last_known_affected_version_range":"<= 2.1.0"}"#,
    );
    let read = record(
        "GHSA-ccfv-hhhh-pppp",
        &format!(
            r#""published":"2024-04-01T00:00:00Z","aliases":["CVE-2024-0001"],"summary":"Too much padding","details":"Text.","severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}}],"affected":[{products}],"references":[{{"type":"WEB","url":"https://a.example/"}}],"database_specific":{{"severity":"MODERATE","cwe_ids":["CWE-400"],"github_reviewed":true}}"#
        ),
    );
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    assert_eq!(read.sources[0].id, "ghsa");
    let described = &read.vulnerabilities[0];
    assert_eq!(described.id, "CVE-2024-0001");
    assert_eq!(described.aliases, ["GHSA-ccfv-hhhh-pppp"]);
    assert_eq!(described.severity, Some(Severity::Medium));
    assert_eq!((described.cvss.len(), &*described.weaknesses.concat()), (1, "CWE-400"));
    assert_eq!(described.published.as_deref(), Some("2024-04-01T00:00:00Z"));
    let affected = read.only("npm", "left-pad");
    assert_eq!(affected.status, Status::Fixed);
    assert_eq!(affected.advisories, ["GHSA-ccfv-hhhh-pppp"]);
    let range = |introduced: &str, fixed: Option<&str>, last: Option<&str>| Range {
        introduced: Some(introduced.to_owned()),
        fixed: fixed.map(str::to_owned),
        last_affected: last.map(str::to_owned),
        ..Range::default()
    };
    assert_eq!(
        affected.ranges,
        [range("1.0.0", Some("1.3.0"), None), range("2.0.0", None, Some("2.1.0"))]
    );
    assert_eq!(affected.versions, ["0.9.0"]);
}

#[test]
fn an_unreviewed_or_withdrawn_record_makes_no_statement() {
    let unreviewed = record("GHSA-2222-3333-4444", r#""aliases":["CVE-2024-0002"],"affected":[]"#);
    assert_eq!((unreviewed.counts(), unreviewed.affected.len()), ((1, 0, 0), 0));
    assert_eq!(unreviewed.vulnerabilities[0].id, "CVE-2024-0002");
    let products = product("npm", "a", r#"{"introduced":"0"}"#, "");
    let withdrawn = record(
        "GHSA-2222-3333-5555",
        &format!(
            r#""withdrawn":"2024-06-01T00:00:00Z","aliases":["CVE-2024-0002"],"affected":[{products}]"#
        ),
    );
    assert_eq!((withdrawn.counts(), withdrawn.affected.len()), ((1, 0, 0), 0));
    let described = &withdrawn.vulnerabilities[0];
    assert_eq!(described.id, "GHSA-2222-3333-5555");
    assert_eq!(described.related, ["CVE-2024-0002"]);
    assert_eq!(described.withdrawn.as_deref(), Some("2024-06-01T00:00:00Z"));
}

#[test]
fn go_names_packages_and_symbols() {
    let products = product(
        "Go",
        "stdlib",
        r#"{"introduced":"0"},{"fixed":"1.18.6"}"#,
        r#","ecosystem_specific":{"imports":[{"path":"net/http","symbols":["Serve"],"goos":["windows"],"goarch":["amd64"]},{"goos":["x"]}],"custom_ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2.9.0"},{"fixed":"2.9.12"}]}]}"#,
    );
    let text = format!(
        r#"{{"id":"GO-2022-0001","modified":"0001-01-01T00:00:00Z","published":"2022-09-12T20:23:06Z","affected":[{products}],"database_specific":{{"review_status":"UNREVIEWED"}}}}"#
    );
    let read = read("ID/GO-2022-0001.json", text);
    assert_eq!(read.sources[0].id, "govulndb");
    assert_eq!(read.dates, ["2022-09-12T20:23:06Z"]);
    assert_eq!(read.vulnerabilities[0].modified, None);
    let affected = read.only("golang", "stdlib");
    assert_eq!(affected.vulnerability, "GO-2022-0001");
    assert_eq!(affected.raw_status.as_deref(), Some("UNREVIEWED"));
    assert_eq!(affected.ranges.len(), 2);
    let [import] = &affected.imports[..] else { panic!("{:?}", affected.imports) };
    assert_eq!((&*import.path, &*import.symbols.concat()), ("net/http", "Serve"));
    assert_eq!((&*import.systems.concat(), &*import.architectures.concat()), ("windows", "amd64"));
}

#[test]
fn both_forms_of_rustsec_say_the_same() {
    let products = product(
        "crates.io",
        "small-vec",
        r#"{"introduced":"0.6.4-0"},{"fixed":"0.6.14"},{"introduced":"1.0.0"},{"fixed":"1.6.1"}"#,
        r#","versions":[],"ecosystem_specific":{"affects":{"arch":["x86"],"os":["windows"],"functions":["small_vec::grow"]},"affected_functions":null},"database_specific":{"categories":["memory-corruption"],"cvss":null,"informational":"unsound"}"#,
    );
    let osv = record(
        "RUSTSEC-2021-0001",
        &format!(r#""aliases":["CVE-2021-0001"],"affected":[{products}],"summary":"Overflow""#),
    );
    let markdown = read(
        "crates/small-vec/RUSTSEC-2021-0001.md",
        "```toml\n[advisory]\nid = \"RUSTSEC-2021-0001\"\npackage = \"small-vec\"\ndate = \"2021-01-08\"\naliases = [\"CVE-2021-0001\"]\ninformational = \"unsound\"\ncategories = [\"memory-corruption\"]\ncvss = \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"\n\n[versions]\npatched = [\">= 0.6.14, < 1.0.0\", \">= 1.6.1\"]\nunaffected = [\"<= 0.6.3\"]\n\n[affected]\narch = [\"x86\"]\nos = [\"windows\"]\nfunctions = { \"small_vec::grow\" = [\"< 0.6.14\"] }\n```\n\n# Overflow\n\nText.\n",
    );
    assert_eq!((osv.counts(), markdown.counts()), ((1, 0, 0), (1, 0, 0)));
    assert_eq!(osv.sources, markdown.sources);
    assert_eq!(osv.affected, markdown.affected);
    let affected = markdown.only("cargo", "small-vec");
    assert_eq!(affected.raw_status.as_deref(), Some("unsound"));
    assert_eq!(affected.imports[0].path, "small-vec");
    let described = &markdown.vulnerabilities[0];
    assert_eq!((&*described.title, &*described.description), ("Overflow", "Text."));
    assert_eq!((described.severity, described.cvss.len()), (None, 1));
    assert_eq!(described.published.as_deref(), Some("2021-01-08T12:00:00Z"));
    assert!(!described.malicious);
}

#[test]
fn python_writes_yaml() {
    let read = read(
        "vulns/some-thing/PYSEC-2024-1.yaml",
        "id: PYSEC-2024-1\nmodified: 2024-08-07T17:22:10.804411Z\naliases:\n- CVE-2024-0003\ndetails: An issue\n  in two lines.\naffected:\n- package:\n    ecosystem: PyPI\n    name: Some.Thing\n  ranges:\n  - type: ECOSYSTEM\n    events:\n    - introduced: \"0\"\n    - fixed: 1.10\n  - type: GIT\n    repo: https://git.example/a\n    events:\n    - introduced: \"0\"\n    - fixed: 5e01539330380570\n  versions:\n  - \"1.0\"\n  - 1.2\n  - 2.0a1.x\n",
    );
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    assert_eq!(
        read.rows(),
        [
            "git https://git.example/a CVE-2024-0003 fixed 5e01539330380570",
            "pypi some-thing CVE-2024-0003 fixed 1.10",
        ]
    );
    assert_eq!(read.only("pypi", "some-thing").versions, ["2.0a1.x"]);
    assert_eq!(read.vulnerabilities[0].description, "An issue in two lines.");
}

#[test]
fn a_malicious_package_is_marked() {
    let read = record(
        "MAL-2024-1",
        r#""summary":"Malicious code in shared (npm)","details":"x","affected":[{"package":{"ecosystem":"npm","name":"shared"},"versions":["1.0.0"]},{"package":{"ecosystem":"npm","name":"other"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],"versions":["9.9.9"]}]"#,
    );
    assert_eq!(read.sources[0].id, "ossf-malicious-packages");
    assert!(read.vulnerabilities[0].malicious);
    assert_eq!(read.only("npm", "shared").versions, ["1.0.0"]);
    let all = read.only("npm", "other");
    assert_eq!((&all.ranges[..], all.versions.len()), (&[Range::default()][..], 0));
}

#[test]
fn ubuntu_names_channels_and_the_cves_of_each_release() {
    let pro = product(
        "Ubuntu:Pro:16.04:LTS",
        "wayland",
        r#"{"introduced":"0"},{"fixed":"1.2-1ubuntu0.1~esm1"}"#,
        r#","ecosystem_specific":{"binaries":[{"binary_name":"libwayland0","binary_version":"1"}],"availability":"Available with Ubuntu Pro (Infra-only): https://ubuntu.com/pro"},"database_specific":{"cves_map":{"ecosystem":"Ubuntu:Pro:16.04:LTS","cves":[{"id":"CVE-2021-0002","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:L"},{"type":"Ubuntu","score":"medium"}]}]}}"#,
    );
    let open = product(
        "Ubuntu:22.04:LTS",
        "wayland",
        r#"{"introduced":"0"}"#,
        r#","versions":["1.20.0-1"],"ecosystem_specific":{"ubuntu_priority":"negligible"}"#,
    );
    let read = record(
        "USN-5614-1",
        &format!(
            r#""upstream":["UBUNTU-CVE-2021-0002","UBUNTU-CVE-2021-0003"],"summary":"wayland vulnerability","affected":[{pro},{open}]"#
        ),
    );
    assert_eq!(read.sources[0].id, "ubuntu");
    assert_eq!(
        read.rows(),
        [
            "ubuntu:16.04 wayland CVE-2021-0002 fixed 1.2-1ubuntu0.1~esm1",
            "ubuntu:22.04 wayland CVE-2021-0002 affected -",
            "ubuntu:22.04 wayland CVE-2021-0003 affected -",
        ]
    );
    let esm = read.only("ubuntu:16.04", "wayland");
    assert_eq!((esm.channel.as_deref(), esm.severity), (Some("esm-infra"), Some(Severity::Medium)));
    assert_eq!(read.affected[1].severity, Some(Severity::Low));
    assert!(read.affected[1].versions.is_empty());
    assert_eq!(read.vulnerabilities.len(), 2);
}

#[test]
fn suse_and_openeuler_are_about_binaries() {
    let suse = product(
        "SUSE:Linux Enterprise Server 15 SP4-LTSS",
        "openssl",
        r#"{"introduced":"0"},{"fixed":"1.1-2"}"#,
        r#","ecosystem_specific":{"binaries":[{"libopenssl1_1":"1.1-2","openssl":"1.1-2"}]}"#,
    );
    let read_suse = record(
        "SUSE-SU-2024:1-1",
        &format!(
            r#""related":["CVE-2024-0004"],"summary":"Security update for openssl","affected":[{suse}]"#
        ),
    );
    assert_eq!(
        read_suse.rows(),
        [
            "sles:15.4 libopenssl1_1 CVE-2024-0004 fixed 1.1-2",
            "sles:15.4 openssl CVE-2024-0004 fixed 1.1-2",
        ]
    );
    assert_eq!(read_suse.affected[0].channel.as_deref(), Some("ltss"));
    let euler = product(
        "openEuler:22.03-LTS",
        "openssl",
        r#"{"introduced":"0"},{"fixed":"1.1-2.oe2203"}"#,
        r#","ecosystem_specific":{"aarch64":["openssl-libs-1.1-2.oe2203.aarch64.rpm"],"noarch":["openssl-help-1.1-2.oe2203.noarch.rpm"],"src":["openssl-1.1-2.oe2203.src.rpm"]}"#,
    );
    let read_euler =
        record("OESA-2024-1001", &format!(r#""upstream":["CVE-2024-0004"],"affected":[{euler}]"#));
    assert_eq!(read_euler.only("openeuler:22.03-LTS", "openssl-libs").architectures, ["aarch64"]);
    assert!(read_euler.only("openeuler:22.03-LTS", "openssl-help").architectures.is_empty());
    assert_eq!(read_euler.affected.len(), 2);
}

#[test]
fn rocky_names_modules_and_minor_releases_as_almalinux_does() {
    let fixed = |version: &str| {
        product(
            "Rocky Linux:8",
            "golang",
            &format!(r#"{{"introduced":"0"}},{{"fixed":"{version}"}}"#),
            r#","database_specific":{"yum_repository":"AppStream"}"#,
        )
    };
    let read = record(
        "RLSA-2024:1",
        &format!(
            r#""upstream":["CVE-2024-0005"],"summary":"Important: go-toolset:rhel8 security update","details":"* golang: bad (CVE-2024-0005)","affected":[{},{}]"#,
            fixed("1.2-2.module+el8.9.0+2"),
            fixed("1.2-1.module+el8.4.0+1")
        ),
    );
    let one = read.only("rocky:8", "golang");
    assert_eq!(one.modularity.as_deref(), Some("go-toolset:rhel8"));
    assert_eq!(one.severity, Some(Severity::High));
    assert_eq!(one.ranges[0].fixed.as_deref(), Some("1.2-1.module+el8.4.0+1"));
    assert_eq!(read.vulnerabilities[0].title, "golang: bad");
}

#[test]
fn photon_has_one_range_where_a_list_belongs() {
    let read = record(
        "PHSA-2024-4.0-0001",
        r#""related":["CVE-2024-0006","CVE-2024-0007"],"affected":[{"package":{"ecosystem":"Photon OS:4.0","name":"linux"}},{"package":{"ecosystem":"Photon OS:4.0","name":"linux"},"ranges":{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"5.10-1.ph4"}]}}]"#,
    );
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    assert_eq!(
        read.rows(),
        [
            "photon:4.0 linux CVE-2024-0006 fixed 5.10-1.ph4",
            "photon:4.0 linux CVE-2024-0007 fixed 5.10-1.ph4",
        ]
    );
}

#[test]
fn curl_and_fuzzers_are_about_projects_and_repositories() {
    let read = record(
        "CURL-CVE-2021-0008",
        r#""aliases":["CVE-2021-0008"],"database_specific":{"package":"curl","severity":"Low","CWE":{"id":"CWE-488","desc":"x"}},"affected":[{"ranges":[{"type":"SEMVER","events":[{"introduced":"7.61.0"},{"fixed":"7.77.0"}]},{"type":"GIT","repo":"https://github.com/curl/curl.git","events":[{"introduced":"aa"},{"fixed":"bb"}]}],"versions":["7.76.1"]}]"#,
    );
    assert_eq!(
        read.rows(),
        [
            "generic curl CVE-2021-0008 fixed 7.77.0",
            "git https://github.com/curl/curl.git CVE-2021-0008 fixed bb",
        ]
    );
    assert_eq!(read.vulnerabilities[0].weaknesses, ["CWE-488"]);
    assert_eq!(read.only("git", "https://github.com/curl/curl.git").versions, ["7.76.1"]);
}

#[test]
fn what_is_wrong_in_one_product_costs_that_one() {
    let good = product("npm", "a", r#"{"introduced":"0"}"#, "");
    let read = record(
        "GHSA-2222-3333-6666",
        &format!(
            r#""affected":[{good},{{"package":{{"ecosystem":"npm","name":"b"}}}},{{"package":{{"ecosystem":"","name":"c"}},"versions":["1"]}},{{"ranges":[{{"type":"SEMVER","events":[{{"fixed":""}}]}}],"package":{{"ecosystem":"npm","name":"d"}}}}]"#
        ),
    );
    assert_eq!((read.counts(), read.affected.len()), ((0, 0, 1), 1));
    let reasons: Vec<_> = read.problems.iter().map(|problem| &*problem.reason).collect();
    assert_eq!(
        reasons,
        [
            "b has neither ranges nor versions",
            "package \"c\" has no ecosystem",
            "\"\" is no version (of d)",
        ]
    );
}

#[test]
fn additions_of_unknown_form_do_not_cost_the_record() {
    let products = product(
        "Bitnami",
        "minio",
        r#"{"introduced":"0"},{"fixed":"1.0.0"},{}"#,
        r#","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N"}],"ecosystem_specific":[1],"database_specific":{"cwes":"x","cves_map":7,"informational":{"a":1}}"#,
    );
    let read = record(
        "BIT-minio-2024-0001",
        &format!(
            r#""severity":"Moderate","aliases":null,"database_specific":{{"severity":["x"],"cwe_ids":"CWE-1","cpes":[1]}},"affected":[{products}]"#
        ),
    );
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    assert_eq!(read.vulnerabilities[0].severity, Some(Severity::Medium));
    assert_eq!(read.vulnerabilities[0].cvss.len(), 1);
    assert_eq!(read.vulnerabilities[0].weaknesses, ["CWE-1"]);
}

#[test]
fn a_hostile_record_makes_no_flood() {
    let names: Vec<_> = (0..2000).map(|number| format!("\"CVE-2024-{number:05}\"")).collect();
    let names = names.join(",");
    let rocky =
        |name: &str| product("Rocky Linux:9", name, r#"{"introduced":"0"},{"fixed":"1"}"#, "");
    let packages: Vec<_> = (0..600).map(|number| rocky(&format!("a{number}"))).collect();
    let versions: Vec<_> = (0..9000).map(|number| format!("\"v{number}\"")).collect();
    let long = product("npm", "a", "", &format!(r#","versions":[{}]"#, versions.join(",")));
    let text = "x".repeat(40_000);
    for (id, rest) in [
        ("RLSA-2024:2", format!(r#""upstream":[{names}],"affected":[{}]"#, packages.join(","))),
        ("GHSA-2222-3333-7777", format!(r#""aliases":[{names}],"details":"{text}""#)),
        ("GHSA-2222-3333-8888", format!(r#""aliases":[{names}],"affected":[{long}]"#)),
    ] {
        let read = record(id, &rest);
        assert_eq!((read.counts(), read.affected.len()), ((0, 0, 1), 0), "{id}");
        assert!(read.vulnerabilities.is_empty(), "{id}");
    }
}

#[test]
fn a_range_of_a_nameless_repository_costs_that_range() {
    let read = record(
        "PYSEC-2024-2",
        r#""affected":[{"package":{"ecosystem":"PyPI","name":"a"},"ranges":[{"type":"GIT","events":[{"introduced":"0"}]},{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.1"}]}]}]"#,
    );
    assert_eq!(read.counts(), (0, 0, 1));
    assert_eq!(read.rows(), ["pypi a PYSEC-2024-2 fixed 1.1"]);
}
