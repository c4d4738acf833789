//! Grype's `vulnerability.db`, made by SQLite itself.

use std::path::Path;
use std::process::Command;

use plimsoll_advisory::import::{Kind, detect, import};
use plimsoll_advisory::model::Severity;

use crate::memory::Memory;

/// Makes a database by the documented schema, with something in every table.
const PROGRAM: &str = r#"
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.executescript('''
PRAGMA page_size = 1024;
CREATE TABLE `blobs` (`id` integer PRIMARY KEY AUTOINCREMENT,`value` text NOT NULL);
CREATE TABLE `db_metadata` (`build_timestamp` datetime,`model` integer,`revision` integer,`addition` integer);
CREATE TABLE `providers` (`id` text,`version` text,`processor` text,`date_captured` datetime,`input_digest` text,PRIMARY KEY (`id`));
CREATE TABLE `vulnerability_handles` (`id` integer,`name` text NOT NULL,`status` text,`published_date` datetime,`modified_date` datetime,`withdrawn_date` datetime,`provider_id` text NOT NULL,`blob_id` integer,PRIMARY KEY (`id`));
CREATE TABLE `vulnerability_aliases` (`name` text,`alias` text NOT NULL,PRIMARY KEY (`name`,`alias`));
CREATE TABLE `packages` (`id` integer,`ecosystem` text,`name` text,PRIMARY KEY (`id`));
CREATE TABLE `operating_systems` (`id` integer,`name` text,`release_id` text,`major_version` text,`minor_version` text,`label_version` text,`codename` text,`channel` text,`eol_date` datetime,PRIMARY KEY (`id`));
CREATE TABLE `affected_package_handles` (`id` integer,`vulnerability_id` integer NOT NULL,`operating_system_id` integer,`package_id` integer,`blob_id` integer,PRIMARY KEY (`id`));
CREATE TABLE `unaffected_package_handles` (`id` integer,`vulnerability_id` integer NOT NULL,`operating_system_id` integer,`package_id` integer,`blob_id` integer,PRIMARY KEY (`id`));
CREATE TABLE `cpes` (`id` integer,`part` text NOT NULL,`vendor` text,`product` text NOT NULL,`edition` text,`language` text,`software_edition` text,`target_hardware` text,`target_software` text,`other` text,PRIMARY KEY (`id`));
CREATE TABLE `affected_cpe_handles` (`id` integer,`vulnerability_id` integer NOT NULL,`cpe_id` integer,`blob_id` integer,PRIMARY KEY (`id`));
CREATE TABLE `epss_handles` (`id` integer,`cve` text NOT NULL,`epss` real NOT NULL,`percentile` real,PRIMARY KEY (`id`));
CREATE TABLE `epss_metadata` (`date` datetime);
CREATE TABLE `known_exploited_vulnerability_handles` (`id` integer,`cve` text NOT NULL,`blob_id` integer,PRIMARY KEY (`id`));
CREATE TABLE `cwe_handles` (`id` integer,`cve` text NOT NULL,`cwe` text,`source` text,`type` text,PRIMARY KEY (`id`));
''')
def insert(table, *values):
    return connection.execute('INSERT INTO %s VALUES (%s)' % (table, ','.join('?' * len(values))), values).lastrowid
def blob(value):
    return insert('blobs', None, json.dumps(value))
insert('db_metadata', '2026-08-20 01:32:11+00:00', 6, 1, 9)
for provider in ['nvd', 'github', 'debian', 'rhel', 'oracle', 'wolfi']:
    insert('providers', provider, '1', 'vunnel@0.40', '2026-08-19 20:00:00.5+00:00', 'xxh64:0')
systems = {}
for name, release_id, major, minor, label, channel in [
    ('debian', 'debian', '12', '', '', ''), ('debian', 'debian', '', '', 'unstable', ''),
    ('redhat', 'rhel', '8', '', '', ''), ('redhat', 'rhel', '8', '6', '', 'eus'),
    ('ubuntu', 'ubuntu', '22', '04', '', ''), ('oraclelinux', 'ol', '8', '', '', ''),
    ('wolfi', 'wolfi', '', '', 'rolling', ''), ('secureos', 'secureos', '1', '', '', '')]:
    systems[name, major + minor + label] = insert('operating_systems', None, name, release_id, major, minor, label, '', channel, None)
def vulnerability(name, provider, aliases=(), severities=(), status='active', withdrawn=None, description='It breaks. ' * 200):
    body = {'id': name, 'description': description, 'refs': [{'url': 'https://example.org/' + name}], 'aliases': list(aliases), 'severities': list(severities)}
    for alias in aliases:
        insert('vulnerability_aliases', name, alias)
    return insert('vulnerability_handles', None, name, status, '2021-12-10 00:00:00+00:00', '2024-01-02 03:04:05+00:00', withdrawn, provider, blob(body))
packages = {}
def package(ecosystem, name):
    if (ecosystem, name) not in packages:
        packages[ecosystem, name] = insert('packages', None, ecosystem, name)
    return packages[ecosystem, name]
def affected(vulnerability, system, ecosystem, name, ranges, cves=(), qualifiers=None, table='affected_package_handles'):
    body = {'ranges': [{'version': {'type': kind, 'constraint': constraint}, 'fix': {'version': version, 'state': state}} for kind, constraint, version, state in ranges]}
    if cves: body['cves'] = list(cves)
    if qualifiers: body['qualifiers'] = qualifiers
    insert(table, None, vulnerability, systems.get(system), package(ecosystem, name), blob(body))
high = {'scheme': 'HML', 'value': 'high', 'rank': 1}
cvss = {'scheme': 'CVSS', 'value': {'vector': 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 'version': '3.1'}, 'source': 'nvd@nist.gov', 'rank': 1}
nvd = vulnerability('CVE-2021-44228', 'nvd', severities=[cvss])
ghsa = vulnerability('GHSA-jfh8-c2jp-5v3q', 'github', ['CVE-2021-44228'], [{'scheme': 'CHML', 'value': 'critical', 'rank': 1}])
affected(ghsa, None, 'java-archive', 'org.apache.logging.log4j:log4j-core', [('maven', '>=2.13.0,<2.15.0', '2.15.0', 'fixed'), ('maven', '>=2.0-beta9,<2.3.1', '2.3.1', 'fixed')])
affected(ghsa, None, 'java-archive', 'org.xbib.elasticsearch:log4j', [('maven', '=6.3.2.1', '', 'not-fixed')])
debian = vulnerability('CVE-2023-1234', 'debian', severities=[high])
affected(debian, ('debian', '12'), 'deb', 'bash', [('deb', '< 5.2.15-2', '5.2.15-2', 'fixed')])
affected(debian, ('debian', 'unstable'), 'deb', 'bash', [('deb', '', '', 'not-fixed')])
affected(debian, ('ubuntu', '2204'), 'deb', 'bash', [('deb', '', '', 'wont-fix')])
rhel = vulnerability('CVE-2023-9999', 'rhel', severities=[high])
affected(rhel, ('redhat', '8'), 'rpm', 'npm', [('rpm', '< 1:6.14-1.module+el8.5.0+1+a', '1:6.14-1.module+el8.5.0+1+a', 'fixed')], qualifiers={'rpm_modularity': 'nodejs:14', 'architecture': 'x86_64'})
affected(rhel, ('redhat', '86'), 'rpm', 'npm', [('rpm', '< 1:6.13', '1:6.13', 'fixed'), ('rpm', '>= 2:0', '', 'unknown')])
affected(rhel, ('redhat', '8'), 'rpm', 'vim', [('rpm', '< 9', '', 'not-fixed')], table='unaffected_package_handles')
oracle = vulnerability('ELSA-2023-1', 'oracle', ['CVE-2023-1111', 'CVE-2023-2222'], [high])
affected(oracle, ('oraclelinux', '8'), 'rpm', 'curl', [('rpm', '< 0:7.61.1-30.el8', '0:7.61.1-30.el8', 'fixed')])
wolfi = vulnerability('CVE-2023-38545', 'wolfi')
affected(wolfi, ('wolfi', 'rolling'), 'apk', 'curl', [('apk', '< 0', '0', 'fixed')])
affected(wolfi, ('secureos', '1'), 'deb', 'curl', [('deb', '< 8.4', '8.4', 'fixed')])
go = vulnerability('GO-2023-2102', 'github', ['CVE-2023-39325', 'GHSA-4374-p667-p6c8'])
affected(go, None, 'go-module', 'golang.org/x/net', [('go', '<0.17.0', '0.17.0', 'fixed')], qualifiers={'go_imports': [{'path': 'golang.org/x/net/http2', 'symbols': ['Server.ServeConn', 'serverConn.serve']}]})
gone = vulnerability('GHSA-xxxx', 'github', ['CVE-2020-0001'], status='rejected', withdrawn='2022-01-01 00:00:00+00:00')
affected(gone, None, 'npm', 'left-pad', [('semver', '< 1', '1', 'fixed')])
cpe = insert('cpes', None, 'a', 'apache', 'log4j', None, None, None, None, 'tomcat', None)
insert('affected_cpe_handles', None, nvd, cpe, blob({'cves': ['CVE-2021-44228'], 'ranges': [{'version': {'type': 'unknown', 'constraint': '>= 2.4.0, < 2.12.2 || = 2.0'}}], 'qualifiers': {'platform_cpes': ['cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*']}}))
insert('epss_metadata', '2026-08-19 00:00:00+00:00')
insert('epss_handles', None, 'CVE-2021-44228', 0.94358, 0.99957)
insert('epss_handles', None, 'CVE-2020-0001', 0, 1)
insert('known_exploited_vulnerability_handles', None, 'CVE-2021-44228', blob({'cve': 'CVE-2021-44228', 'date_added': '2021-12-10T00:00:00Z', 'due_date': '2021-12-24T00:00:00Z', 'known_ransomware_campaign_use': 'known'}))
insert('cwe_handles', None, 'CVE-2021-44228', 'CWE-502', 'nvd@nist.gov', 'Primary')
if len(sys.argv) > 2:
    insert('epss_handles', None, 'CVE-2020-0002', 7, 1)
    insert('affected_package_handles', None, nvd, None, 4711, None)
    insert('affected_package_handles', None, 4711, None, 1, None)
    insert('affected_package_handles', None, nvd, 4711, 1, None)
    insert('affected_package_handles', None, nvd, None, 1, insert('blobs', None, '{"ranges":7}'))
    affected(nvd, None, 'npm', 'a', [('semver', '< 1', '1', 'imagined')])
    affected(nvd, None, 'npm', 'a', [('semver', '<', '1', 'fixed')])
connection.commit()
connection.close()
"#;

/// The database; nothing, and a word about it, where there is no Python.
fn make(path: &Path, with_errors: bool) -> Option<Vec<u8>> {
    let mut command = Command::new("python3");
    command.arg("-c").arg(PROGRAM).arg(path);
    if with_errors {
        command.arg("with errors");
    }
    match command.output() {
        Ok(output) if output.status.success() => Some(std::fs::read(path).unwrap()),
        Ok(output) => {
            let message = String::from_utf8_lossy(&output.stderr);
            assert!(message.contains("ModuleNotFoundError"), "{message}");
            println!("skipped: python3 has no sqlite3");
            None
        }
        Err(error) => {
            println!("skipped: python3 does not start: {error}");
            None
        }
    }
}

fn read(file: &[u8]) -> Memory {
    let mut memory = Memory::default();
    import(Kind::GrypeDb, file, &mut memory, "vulnerability.db");
    memory
}

const ROWS: &[&str] = &[
    "debian debian:12 bash CVE-2023-1234 fixed [<5.2.15-2]",
    "debian debian:sid bash CVE-2023-1234 affected [] raw=not-fixed",
    "debian ubuntu:22.04 bash CVE-2023-1234 will_not_fix [] raw=wont-fix",
    "github golang golang.org/x/net CVE-2023-39325 fixed [<0.17.0] advisories=GO-2023-2102 imports=golang.org/x/net/http2#Server.ServeConn+serverConn.serve",
    "github maven org.apache.logging.log4j:log4j-core CVE-2021-44228 fixed [>=2.13.0 <2.15.0 or >=2.0-beta9 <2.3.1] advisories=GHSA-jfh8-c2jp-5v3q severity=CRITICAL",
    "github maven org.xbib.elasticsearch:log4j CVE-2021-44228 affected [>=6.3.2.1 <=6.3.2.1] raw=not-fixed advisories=GHSA-jfh8-c2jp-5v3q severity=CRITICAL",
    "nvd cpe apache:log4j CVE-2021-44228 affected [>=2.4.0 <2.12.2 or >=2.0 <=2.0] cpes=cpe:2.3:a:apache:log4j:*:*:*:*:*:tomcat:*:* platforms=cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*",
    "oracle oracle:8 curl CVE-2023-1111 fixed [<0:7.61.1-30.el8] advisories=ELSA-2023-1 severity=HIGH",
    "oracle oracle:8 curl CVE-2023-2222 fixed [<0:7.61.1-30.el8] advisories=ELSA-2023-1 severity=HIGH",
    "rhel redhat:8 npm CVE-2023-9999 affected [>=2:0] channel=eus",
    "rhel redhat:8 npm CVE-2023-9999 fixed [<1:6.13] channel=eus",
    "rhel redhat:8 npm CVE-2023-9999 fixed [<1:6.14-1.module+el8.5.0+1+a] arches=x86_64 module=nodejs:14",
    "rhel redhat:8 vim CVE-2023-9999 not_affected [<9]",
    "wolfi secureos:1 curl CVE-2023-38545 fixed [<8.4]",
    "wolfi wolfi curl CVE-2023-38545 not_affected [] raw=never",
];

#[test]
fn nothing_is_lost() {
    let scratch = tempfile::tempdir().unwrap();
    let Some(file) = make(&scratch.path().join("vulnerability.db"), false) else { return };
    assert_eq!(detect(&file), Some(Kind::GrypeDb));
    let memory = read(&file);
    assert_eq!(memory.reasons(), Vec::<String>::new());
    let rows = memory.rows();
    for (found, expected) in rows.iter().zip(ROWS) {
        assert_eq!(found, expected);
    }
    assert_eq!(rows.len(), ROWS.len());
    // Kept are 1 build, 6 providers, 8 vulnerabilities, 6 aliases, 12 + 1 + 1 handles, 1 + 2 of EPSS, KEV and
    // CWE; the package of the one that was taken back is left out.
    assert_eq!(memory.total(), [39, 1, 0], "{:?}", memory.counts);
    assert_eq!(memory.dates["grype-db"], "2026-08-20T01:32:11+00:00");
    assert_eq!(memory.dates["nvd"], "2026-08-19T20:00:00+00:00");

    let ghsa = memory.said("github", "CVE-2021-44228");
    assert_eq!(ghsa.aliases, ["GHSA-jfh8-c2jp-5v3q"]);
    assert_eq!(ghsa.severity, Some(Severity::Critical));
    assert!(ghsa.description.len() > 2000, "it stands on several pages");
    let nvd = memory.said("nvd", "CVE-2021-44228");
    assert!(nvd.cvss[0].starts_with("CVSS:3.1/"));
    assert_eq!(nvd.published.as_deref(), Some("2021-12-10T00:00:00+00:00"));
    let erratum = memory.said("oracle", "ELSA-2023-1");
    assert_eq!((erratum.aliases.len(), erratum.related.len()), (0, 2));
    assert_eq!(
        memory.said("github", "CVE-2020-0001").withdrawn.as_deref(),
        Some("2022-01-01T00:00:00+00:00")
    );
    let go = memory.said("github", "CVE-2023-39325");
    assert_eq!(go.aliases, ["GO-2023-2102", "GHSA-4374-p667-p6c8"]);
    let weakness = memory.vulnerabilities.iter().find(|(_, said)| !said.weaknesses.is_empty());
    assert_eq!(weakness.unwrap().1.weaknesses, ["CWE-502"]);
    assert_eq!(memory.epss.len(), 2);
    assert!((memory.epss[0].1.probability - 0.94358).abs() < 1e-6);
    let exploited = &memory.exploited[0];
    assert_eq!((&*exploited.added, exploited.due.as_deref()), ("2021-12-10", Some("2021-12-24")));
    assert!(exploited.ransomware);
}

#[test]
fn what_is_wrong_is_told_and_costs_only_itself() {
    let scratch = tempfile::tempdir().unwrap();
    let Some(file) = make(&scratch.path().join("vulnerability.db"), true) else { return };
    let memory = read(&file);
    assert_eq!(memory.rows().len(), ROWS.len());
    assert_eq!(memory.total(), [39, 1, 7]);
    let reasons = memory.reasons().join("\n");
    for expected in [
        "\"CVE-2020-0002\" with these scores",
        "there is no package 4711",
        "there is no vulnerability 4711",
        "there is no operating system 4711",
        "CVE-2021-44228: invalid type: integer `7`",
        "state \"imagined\" of a fix is unknown",
        "\"<\" (semver): no version stands behind",
    ] {
        assert!(reasons.contains(expected), "{expected}\n{reasons}");
    }
}

#[test]
fn damage_gives_problems_and_never_a_panic() {
    let scratch = tempfile::tempdir().unwrap();
    let Some(file) = make(&scratch.path().join("vulnerability.db"), false) else { return };
    for end in (0..file.len()).step_by(1021) {
        let memory = read(&file[..end]);
        assert!(!memory.problems.is_empty(), "cut at {end}");
    }
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let sum = |memory: &Memory| memory.total().iter().sum::<usize>();
    let whole = sum(&read(&file));
    for _ in 0..400 {
        let mut broken = file.clone();
        let mut places = Vec::new();
        for _ in 0..3 {
            // Mostly headers of pages.
            let (at, bit) = (random(broken.len() / 1024) * 1024 + random(64), random(8));
            broken[at] ^= 1 << bit;
            places.push((at / 1024 + 1, at % 1024, bit));
        }
        detect(&broken);
        let memory = read(&broken);
        assert!(sum(&memory) >= whole || !memory.problems.is_empty(), "lost at {places:?}");
    }
}
