//! What GitHub requires, and the whole log once.

use insta::assert_snapshot;
use serde_json::Value;

use super::*;
use crate::sample;

fn sarif(reports: &[Report]) -> Value {
    let mut out = Vec::new();
    write(&mut out, reports, &sample::texts).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn a_log_of_one_finding() {
    let mut report = sample::report();
    report.outcome.findings.truncate(1);
    let mut out = Vec::new();
    write(&mut out, &[report], &sample::texts).unwrap();
    assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "Plimsoll",
              "fullName": "Plimsoll container security scanner",
              "informationUri": "https://github.com/plimsoll-scanner/plimsoll",
              "semanticVersion": "0.1.0",
              "rules": [
                {
                  "id": "CVE-2023-38545",
                  "name": "OsPackageVulnerability",
                  "shortDescription": {
                    "text": "curl: heap based buffer overflow in the SOCKS5 proxy handshake"
                  },
                  "fullDescription": {
                    "text": "This flaw makes curl overflow a heap based buffer."
                  },
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "helpUri": "https://security-tracker.debian.org/tracker/CVE-2023-38545",
                  "help": {
                    "text": "CVE-2023-38545\nSeverity: CRITICAL\nSeverity by: nvd\nEPSS: 26.3 %\nCVSS: 9.8 CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H (nvd)\nAliases: GHSA-7xw9-w465-6x42\nAdvisories: DSA-5523-1\nhttps://security-tracker.debian.org/tracker/CVE-2023-38545\n\nThis flaw makes curl overflow a heap based buffer.",
                    "markdown": "**[CVE-2023-38545](https://security-tracker.debian.org/tracker/CVE-2023-38545)**\n\n| | |\n| --- | --- |\n| Severity | CRITICAL |\n| Severity by | nvd |\n| EPSS | 26.3 % |\n| CVSS | 9.8 CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H (nvd) |\n| Aliases | GHSA-7xw9-w465-6x42 |\n| Advisories | DSA-5523-1 |\n\nThis flaw makes curl overflow a heap based buffer."
                  },
                  "properties": {
                    "precision": "very-high",
                    "security-severity": "9.8",
                    "tags": [
                      "security",
                      "vulnerability",
                      "CRITICAL",
                      "external/cwe/cwe-787"
                    ]
                  }
                }
              ]
            }
          },
          "automationDetails": {
            "id": "plimsoll/shop/web/"
          },
          "invocations": [
            {
              "executionSuccessful": true,
              "endTimeUtc": "2026-11-24T02:00:00Z",
              "toolExecutionNotifications": [
                {
                  "level": "warning",
                  "message": {
                    "text": "the distribution's regular security support ended on 2026-06-10"
                  }
                },
                {
                  "level": "note",
                  "message": {
                    "text": "findings left out by ignore files: 1"
                  }
                },
                {
                  "level": "warning",
                  "message": {
                    "text": "undecided: mystery, all advisories: \"not a version\" is not a valid version, so 2 advisories could not be compared"
                  }
                },
                {
                  "level": "warning",
                  "message": {
                    "text": "var/lib/dpkg/status.d/broken in layer 1: paragraph without a Package field, left out"
                  }
                }
              ]
            }
          ],
          "results": [
            {
              "ruleId": "CVE-2023-38545",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "Package: curl\nInstalled version: 7.88.1-10\nVulnerability: CVE-2023-38545\nSeverity: CRITICAL\nFixed version: 7.88.1-10+deb12u4\nEvidence: installed < 7.88.1-10+deb12u4 by deb"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "shop/web"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 1,
                      "endLine": 1,
                      "endColumn": 1
                    }
                  },
                  "logicalLocations": [
                    {
                      "name": "curl",
                      "fullyQualifiedName": "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12.1",
                      "kind": "package"
                    }
                  ],
                  "message": {
                    "text": "shop/web:1.4: curl@7.88.1-10"
                  }
                }
              ],
              "partialFingerprints": {
                "plimsoll/v1": "7876b6096bfbb6ffe4086d797b12e80cb64c6264f910e4f4840d13aa0bab6960",
                "primaryLocationLineHash": "7876b6096bfbb6ff:1"
              }
            }
          ],
          "columnKind": "utf16CodeUnits",
          "properties": {
            "imageName": "shop/web:1.4",
            "imageID": "sha256:075d28c4c99e1bf0d87eb69c6d998cc3ac8f6bc929b571a1e498328219774ae1",
            "repoTags": [
              "shop/web:1.4"
            ],
            "repoDigests": [
              "shop/web@sha256:05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f"
            ]
          }
        }
      ]
    }
    "#);
}

#[test]
fn every_rule_and_result_has_what_github_requires() {
    let log = sarif(&[sample::report(), sample::bare()]);
    assert_eq!(log["version"], "2.1.0");
    for run in log["runs"].as_array().unwrap() {
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert!(!run["automationDetails"]["id"].as_str().unwrap().is_empty());
        for rule in rules {
            for key in ["shortDescription", "fullDescription", "help"] {
                let text = rule[key]["text"].as_str().unwrap();
                assert!(
                    !text.is_empty() && (key == "help" || text.chars().count() <= 1024),
                    "{rule}"
                );
            }
            let severity = rule["properties"]["security-severity"].as_str().unwrap();
            assert!((0.0..=10.0).contains(&severity.parse::<f64>().unwrap()));
            assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
        }
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.starts_with('/') && !uri.contains(':') && !uri.contains(' '), "{uri}");
            assert_eq!(place["region"]["startLine"], 1);
            assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
        }
    }
    let ids = log["runs"].as_array().unwrap().iter().map(|run| &run["automationDetails"]["id"]);
    assert_eq!(ids.collect::<Vec<_>>(), ["plimsoll/shop/web/", "plimsoll/scratch.tar/"]);
}

#[test]
fn the_worst_come_first() {
    let log = sarif(&[sample::report()]);
    let levels: Vec<_> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["level"].clone())
        .collect();
    assert_eq!(levels, ["error", "error", "error", "error", "note"]);
}

#[test]
fn fingerprints_survive_a_new_build_but_tell_packages_apart() {
    let prints = |report: &Report| -> Vec<String> {
        let log = sarif(std::slice::from_ref(report));
        let results = log["runs"][0]["results"].as_array().unwrap();
        let print =
            |one: &Value| one["partialFingerprints"]["plimsoll/v1"].as_str().unwrap().to_owned();
        results.iter().map(print).collect()
    };
    let old = sample::report();
    let mut new = sample::report();
    new.image.name = "shop/web:1.5".to_owned();
    new.image.id = None;
    new.image.layers.clear();
    new.inventory.packages[0].version = "7.88.1-11".to_owned();
    assert_eq!(prints(&old), prints(&new));
    let mut all = prints(&old);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 5);
}

#[test]
fn gaps_are_notifications() {
    let log = sarif(&[sample::report(), sample::bare()]);
    let texts = |run: usize| {
        let all =
            log["runs"][run]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
        all.iter()
            .map(|one| one["message"]["text"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(texts(0).iter().any(|text| text.starts_with("undecided: mystery")));
    assert!(texts(0).iter().any(|text| text.contains("status.d/broken in layer 1")));
    assert!(texts(1).contains(&"not judged: no package database was found".to_owned()));
    assert!(texts(1).iter().any(|text| text.starts_with("the starter database")));
}

#[test]
fn the_limits_are_kept() {
    let mut report = sample::report();
    let one = report.outcome.findings[0].clone();
    report.outcome.findings = vec![one; 25_010];
    let log = sarif(&[report]);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 25_000);
    let notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("10 less severe findings do not fit"));
}

#[test]
fn packages_of_languages_are_in_their_files() {
    let log = sarif(&[sample::languages()]);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let place = |id: &str| {
        let result = results.iter().find(|one| one["ruleId"] == id).unwrap();
        let physical = &result["locations"][0]["physicalLocation"];
        let region = &physical["region"];
        format!(
            "{} {}-{}",
            physical["artifactLocation"]["uri"].as_str().unwrap(),
            region["startLine"],
            region["endLine"]
        )
    };
    assert_eq!(place("CVE-2018-16487"), "srv/app/package-lock.json 10-14");
    assert_eq!(place("CVE-2023-39325"), "usr/bin/tool 1-1");
    assert_eq!(place("CVE-2023-38545"), "shop/web 1-1");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|one| one["id"] == "MAL-2024-1").unwrap();
    assert_eq!(rule["name"], "LanguageSpecificPackageVulnerability");
    assert_eq!(rule["properties"]["precision"], "medium");
    assert_eq!(rule["helpUri"], "https://osv.dev/vulnerability/MAL-2024-1");
}
