//! Tests of [`super::Settings`]: from typed words to what they mean.

use clap::Parser;
use plimsoll_advisory::model::Severity;
use plimsoll_inventory::Relationship;
use plimsoll_match::{Kinds, Priority};

use super::*;

/// Settings from a command line, an environment and a configuration file.
fn resolve(line: &str, variables: &[(&str, &str)], file: &str) -> anyhow::Result<Settings> {
    let directory = tempfile::tempdir().unwrap();
    if !file.is_empty() {
        std::fs::write(directory.path().join("plimsoll.yaml"), file).unwrap();
    }
    let environment = |name: &str| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let words = ["plimsoll"].into_iter().chain(line.split_whitespace());
    let surroundings = Surroundings { environment: &environment, directory: directory.path() };
    Settings::resolve(&Args::try_parse_from(words)?, &surroundings)
}

fn scan(line: &str, variables: &[(&str, &str)], file: &str) -> Scan {
    match resolve(line, variables, file).unwrap().action {
        Action::Scan(scan) => *scan,
        other => panic!("{other:?}"),
    }
}

fn problem(line: &str, variables: &[(&str, &str)], file: &str) -> String {
    format!("{:#}", resolve(line, variables, file).unwrap_err())
}

#[test]
fn defaults_are_trivys() {
    let settings = resolve("image alpine:3.19", &[], "").unwrap();
    assert_eq!(settings.timeout, Some(Duration::from_secs(300)));
    assert!(settings.progress && settings.cache.keep_facts);
    assert!(!settings.messages.quiet && !settings.messages.debug);
    let scan = scan("image alpine:3.19", &[], "");
    assert_eq!(scan.targets, [Target::Reference("alpine:3.19".to_owned())]);
    assert!(scan.filter.severities.is_empty() && !scan.filter.ignore_unfixed);
    assert_eq!((scan.gate.exit_code, scan.gate.exit_on_end_of_life), (None, None));
    assert_eq!(scan.report.format, Format::Table);
    assert!(scan.report.all_packages && scan.report.output.is_none());
    assert!(scan.not_looked_at.is_empty());
    assert_eq!(
        scan.sources.kinds,
        [SourceKind::Docker, SourceKind::Containerd, SourceKind::Podman, SourceKind::Registry]
    );
}

#[test]
fn a_bill_of_materials_is_about_one_image() {
    assert!(problem("image a b --format spdx", &[], "").contains("one image"));
    assert!(!scan("image a --format cyclonedx", &[], "").report.list_vulnerabilities);
    let asked = scan("image a --format cyclonedx --scanners vuln", &[], "");
    assert!(asked.report.list_vulnerabilities);
}

#[test]
fn the_nearest_setting_wins() {
    let file = "exit-code: 4\nseverity: [LOW]\nvulnerability: {ignore-unfixed: true}\ndb: {no-progress: true}\n";
    let variables = [("TRIVY_EXIT_CODE", "3"), ("PLIMSOLL_EXIT_CODE", "2")];
    assert_eq!(scan("rootfs / --exit-code 1", &variables, file).gate.exit_code, Some(1));
    assert_eq!(scan("rootfs /", &variables, file).gate.exit_code, Some(2));
    assert_eq!(scan("rootfs /", &variables[..1], file).gate.exit_code, Some(3));
    let from_file = scan("rootfs /", &[], file);
    assert_eq!(from_file.gate.exit_code, Some(4));
    assert_eq!(from_file.filter.severities, [Severity::Low]);
    assert!(from_file.filter.ignore_unfixed);
    assert!(!scan("rootfs / --ignore-unfixed=false", &[], file).filter.ignore_unfixed);
    assert!(!resolve("rootfs /", &[], file).unwrap().progress);
    assert_eq!(scan("rootfs / --exit-code 0", &[], file).gate.exit_code, None);
}

#[test]
fn several_images_of_several_kinds_are_one_run() {
    let scan = scan("i a b --input x.tar --input y:tag", &[], "");
    assert_eq!(
        scan.targets,
        [
            Target::Reference("a".to_owned()),
            Target::Reference("b".to_owned()),
            Target::Input("x.tar".to_owned()),
            Target::Input("y:tag".to_owned()),
        ]
    );
}

#[test]
fn scanners_that_do_not_exist_are_never_silent() {
    let both = scan("image a --scanners vuln,secret", &[], "");
    assert_eq!(both.not_looked_at.len(), 1, "{:?}", both.not_looked_at);
    assert!(both.not_looked_at[0].contains("--scanners: the scanner secret"));
    let old = scan("image a --security-checks vuln,config", &[], "");
    assert!(old.not_looked_at[0].contains("misconfig"));
    let variable = scan("image a", &[("TRIVY_SCANNERS", "vuln,misconfig")], "");
    assert!(variable.not_looked_at[0].contains("TRIVY_SCANNERS"));
    assert!(problem("image a --scanners secret", &[], "").contains("there are vuln and license"));
}

#[test]
fn what_is_looked_for_and_at_is_chosen() {
    let all = scan("image a", &[], "");
    assert!(all.vulnerabilities && all.licenses.is_none());
    assert_eq!(all.packages.kinds, Kinds { system: true, libraries: true });
    let some = scan("image a --pkg-types library --scanners license", &[], "");
    assert!(!some.vulnerabilities && some.licenses.is_some());
    assert_eq!(some.packages.kinds, Kinds { system: false, libraries: true });
    let tree = scan("fs . --pkg-relationships direct,root --include-dev-deps", &[], "");
    assert_eq!(tree.packages.relationships, [Relationship::Direct, Relationship::Root]);
    assert!(tree.packages.development && !all.packages.development);
    let file = "pkg: {include-dev-deps: true}\nscan: {detection-priority: comprehensive}\n";
    let from_file = scan("fs .", &[], file);
    assert!(from_file.packages.development);
    assert_eq!(from_file.priority, Priority::Comprehensive);
    assert!(problem("fs . --file-patterns odd:x", &[], "").contains("--file-patterns"));
    assert!(problem("fs . --pkg-types odd", &[], "").contains("os and library"));
}

#[test]
fn a_repository_is_a_directory_or_an_address() {
    assert_eq!(scan("repo .", &[], "").targets, [Target::Checkout(".".into())]);
    let address = "https://example.com/a/b.git";
    for (line, revision) in [
        ("", Revision::Head),
        ("--branch x", Revision::Branch("x".to_owned())),
        ("--tag v1", Revision::Tag("v1".to_owned())),
        ("--commit abc", Revision::Commit("abc".to_owned())),
    ] {
        let scan = scan(&format!("repo {address} {line}"), &[], "");
        assert_eq!(scan.targets, [Target::Repository(address.to_owned(), revision)]);
    }
    assert!(problem("repo . --tag v1", &[], "").contains("file://"));
}

#[test]
fn bad_values_name_their_place() {
    for (line, variables, file, expected) in [
        ("image a -s WORST", &[][..], "", "--severity: \"WORST\""),
        ("image a", &[("TRIVY_FORMAT", "xml")][..], "", "TRIVY_FORMAT: \"xml\""),
        ("image a", &[], "timeout: soon", "timeout in plimsoll.yaml: \"soon\""),
        ("image a --exit-code 300", &[], "", "--exit-code: \"300\""),
        ("image a --platform arm", &[], "", "--platform: \"arm\""),
        ("image a --image-src s3", &[], "", "--image-src: \"s3\""),
        ("image a --ignore-status odd", &[], "", "--ignore-status: \"odd\""),
        ("image a -c absent.yaml", &[], "", "cannot read the configuration file absent.yaml"),
        ("image a", &[], "registry: {mirrors: [x]}", "registry.mirrors in plimsoll.yaml"),
        ("image a --skip-files [", &[], "", "--skip-files: \"[\""),
        ("version -f sarif", &[], "", "--format: \"sarif\""),
    ] {
        let message = problem(line, variables, file);
        assert!(message.contains(expected), "{line}: {message}");
    }
}

#[test]
fn credentials_must_be_complete() {
    let credentials = |line: &str, variables| scan(line, variables, "").sources.credentials;
    assert_eq!(credentials("image a", &[]), None);
    assert_eq!(
        credentials("image a", &[("TRIVY_USERNAME", "u"), ("TRIVY_PASSWORD", "p,q")]),
        Some(Credentials::Basic { username: "u".to_owned(), password: Secret::new("p,q") })
    );
    assert_eq!(
        credentials("image a --username u --password-stdin", &[("TRIVY_PASSWORD", "p")]),
        Some(Credentials::BasicFromInput { username: "u".to_owned() })
    );
    assert_eq!(
        credentials("image a --registry-token t", &[]),
        Some(Credentials::Token(Secret::new("t")))
    );
    assert!(problem("image a --username u", &[], "").contains("needs a password"));
    assert!(problem("image a --password p", &[], "").contains("needs --username"));
    assert!(problem("image a --password-stdin", &[], "").contains("needs --username"));
    let both = problem("image a --username u --registry-token t", &[], "");
    assert!(both.contains("exclude each other"), "{both}");
}

#[test]
fn passwords_do_not_show() {
    let settings = resolve("image a --username u --password hush", &[], "").unwrap();
    assert!(!format!("{settings:?}").contains("hush"));
}

#[test]
fn mirrors_come_from_the_file() {
    let file = "registry: {mirrors: {docker.io: [one.example, two.example]}}";
    let mirrors = scan("image a", &[], file).sources.mirrors;
    assert_eq!(mirrors["docker.io"], ["one.example", "two.example"]);
}

#[test]
fn cleaning_nothing_in_particular_removes_facts() {
    let clean = |line| match resolve(line, &[], "").unwrap().action {
        Action::Clean(clean) => (clean.facts, clean.database, clean.everything),
        other => panic!("{other:?}"),
    };
    assert_eq!(clean("clean"), (true, false, false));
    assert_eq!(clean("clean --scan-cache"), (true, false, false));
    assert_eq!(clean("clean --vuln-db"), (false, true, false));
    assert_eq!(clean("clean --all"), (false, false, true));
    assert_eq!(clean("clean --java-db"), (false, false, false));
}

#[test]
fn time_and_cache_have_their_forms() {
    let settings = resolve("image a --timeout 0 --cache-backend memory -q", &[], "").unwrap();
    assert_eq!(settings.timeout, None);
    assert!(!settings.cache.keep_facts && !settings.progress);
    let settings = resolve("clean --cache-dir /x --timeout 1m30s", &[], "").unwrap();
    assert_eq!(settings.timeout, Some(Duration::from_secs(90)));
    assert_eq!(settings.cache.directory, Path::new("/x"));
}
