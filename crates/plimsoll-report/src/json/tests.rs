//! The document as scripts see it.

use insta::assert_snapshot;
use plimsoll_version::Ecosystem;
use serde_json::Value;

use super::*;
use crate::sample;

fn json(reports: &[Report]) -> String {
    let mut out = Vec::new();
    write(&mut out, reports, &sample::texts).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_report_in_trivys_shape() {
    let mut report = sample::report();
    report.inventory.packages.truncate(1);
    report.outcome.findings.truncate(1);
    report.image.layers.truncate(2);
    assert_snapshot!(json(&[report]), @r#"
    {
      "SchemaVersion": 2,
      "Trivy": {
        "Version": "0.1.0"
      },
      "ReportID": "66de8ed0-83cb-8aab-a37d-efcc77858a77",
      "CreatedAt": "2026-11-24T02:00:00Z",
      "ArtifactID": "sha256:5d3add7dbd13f761801bab40613c8ce64704d5b1a0df165f22dab58502ef5631",
      "ArtifactName": "shop/web:1.4",
      "ArtifactType": "container_image",
      "Metadata": {
        "Size": 2000,
        "OS": {
          "Family": "debian",
          "Name": "12.1",
          "EOSL": true
        },
        "ImageID": "sha256:075d28c4c99e1bf0d87eb69c6d998cc3ac8f6bc929b571a1e498328219774ae1",
        "DiffIDs": [
          "sha256:274455f70b805344ed118b3d515b19561dcac2875feed4685ba307f00f2ce7b2",
          "sha256:13d79d6e4c84701d4d12d321e5d76e401055224634d494e33631ffee6e6ad4ea"
        ],
        "RepoTags": [
          "shop/web:1.4"
        ],
        "RepoDigests": [
          "shop/web@sha256:05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f"
        ],
        "Reference": "shop/web:1.4",
        "ImageConfig": {
          "architecture": "amd64",
          "config": {
            "User": "1000"
          },
          "os": "linux"
        },
        "Layers": [
          {
            "Size": 1000,
            "Digest": "sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2",
            "DiffID": "sha256:274455f70b805344ed118b3d515b19561dcac2875feed4685ba307f00f2ce7b2",
            "Plimsoll": {
              "Index": 0,
              "Instruction": "/bin/sh -c #(nop) ADD file:bdca0f3cf5cab875 in / "
            }
          },
          {
            "Size": 1000,
            "Digest": "sha256:427e4b79b1f0fc90306cbe064b1297b21dc6835bfa656d3bf46bc156e3f24bb0",
            "DiffID": "sha256:13d79d6e4c84701d4d12d321e5d76e401055224634d494e33631ffee6e6ad4ea",
            "Plimsoll": {
              "Index": 1,
              "Instruction": "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl ca-certificates && rm -rf /var/lib/apt/lists/* # buildkit"
            }
          }
        ]
      },
      "Results": [
        {
          "Target": "shop/web:1.4 (debian 12.1)",
          "Class": "os-pkgs",
          "Type": "debian",
          "Packages": [
            {
              "ID": "curl@7.88.1-10",
              "Name": "curl",
              "Identifier": {
                "PURL": "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12.1",
                "UID": "c4784cdbe2bece38"
              },
              "Version": "7.88.1",
              "Release": "10",
              "Arch": "amd64",
              "Repository": {
                "Class": "official"
              },
              "Layer": {
                "Digest": "sha256:427e4b79b1f0fc90306cbe064b1297b21dc6835bfa656d3bf46bc156e3f24bb0",
                "DiffID": "sha256:13d79d6e4c84701d4d12d321e5d76e401055224634d494e33631ffee6e6ad4ea"
              },
              "InstalledFiles": [
                "/usr/bin/curl"
              ],
              "AnalyzedBy": "dpkg",
              "Plimsoll": {
                "FoundIn": "var/lib/dpkg/status",
                "Layer": {
                  "Index": 1,
                  "Instruction": "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl ca-certificates && rm -rf /var/lib/apt/lists/* # buildkit"
                }
              }
            }
          ],
          "Vulnerabilities": [
            {
              "VulnerabilityID": "CVE-2023-38545",
              "VendorIDs": [
                "DSA-5523-1"
              ],
              "PkgID": "curl@7.88.1-10",
              "PkgName": "curl",
              "PkgIdentifier": {
                "PURL": "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12.1",
                "UID": "c4784cdbe2bece38"
              },
              "InstalledVersion": "7.88.1-10",
              "FixedVersion": "7.88.1-10+deb12u4",
              "Status": "fixed",
              "Layer": {
                "Digest": "sha256:427e4b79b1f0fc90306cbe064b1297b21dc6835bfa656d3bf46bc156e3f24bb0",
                "DiffID": "sha256:13d79d6e4c84701d4d12d321e5d76e401055224634d494e33631ffee6e6ad4ea"
              },
              "SeveritySource": "nvd",
              "PrimaryURL": "https://security-tracker.debian.org/tracker/CVE-2023-38545",
              "DataSource": {
                "ID": "debian",
                "Name": "Debian Security Tracker",
                "URL": "https://security-tracker.debian.org/tracker/"
              },
              "Fingerprint": "sha256:327502d3b92b303d5b6c382f1ba03834605fe3c55754c89c4e60d7b4f7db0e5d",
              "Title": "curl: heap based buffer overflow in the SOCKS5 proxy handshake",
              "Description": "This flaw makes curl overflow a heap based buffer.",
              "Severity": "CRITICAL",
              "CweIDs": [
                "CWE-787"
              ],
              "VendorSeverity": {
                "nvd": 4
              },
              "CVSS": {
                "nvd": {
                  "V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                  "V3Score": 9.8
                }
              },
              "References": [
                "https://curl.se/docs/CVE-2023-38545.html"
              ],
              "PublishedDate": "2023-10-18T04:15:11Z",
              "Plimsoll": {
                "Aliases": [
                  "GHSA-7xw9-w465-6x42"
                ],
                "RawStatus": "resolved",
                "EPSS": {
                  "Probability": 0.26321,
                  "Percentile": 0.96
                },
                "Evidence": {
                  "Package": {
                    "FoundIn": "var/lib/dpkg/status",
                    "Layer": {
                      "Index": 1,
                      "Instruction": "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl ca-certificates && rm -rf /var/lib/apt/lists/* # buildkit"
                    }
                  },
                  "Source": "debian",
                  "Namespace": "debian:12",
                  "Name": "curl",
                  "NameKind": "source",
                  "Comparison": "installed < 7.88.1-10+deb12u4 by deb"
                }
              }
            }
          ]
        }
      ],
      "Plimsoll": {
        "Gate": {
          "State": "failed",
          "Reasons": [
            "5 findings"
          ]
        },
        "Coverage": {
          "Complete": true,
          "Namespace": "debian:12"
        },
        "Database": {
          "Starter": false,
          "CreatedAt": "2026-11-20T06:00:00Z",
          "Vulnerabilities": 61234,
          "Sources": [
            {
              "ID": "debian",
              "Name": "Debian Security Tracker",
              "Date": "2026-11-20",
              "Records": 40000
            }
          ]
        },
        "EndOfLife": {
          "SupportEnds": "2026-06-10",
          "ExtendedSupportEnds": "2028-06-30"
        },
        "Problems": [
          {
            "Kind": "malformed",
            "Path": "var/lib/dpkg/status.d/broken",
            "Layer": 1,
            "Message": "paragraph without a Package field, left out"
          }
        ],
        "Undecided": [
          {
            "PkgID": "",
            "Reason": "\"not a version\" is not a valid version, so 2 advisories could not be compared"
          }
        ],
        "Suppressed": [
          {
            "VulnerabilityID": "CVE-2023-38546",
            "PkgID": "curl@7.88.1-10",
            "Severity": "LOW",
            "Status": "fixed",
            "By": "ignored",
            "Rule": ".trivyignore:1",
            "Statement": "no cookies"
          }
        ]
      }
    }
    "#);
}

#[test]
fn names_and_order_are_those_of_schema_2() {
    let text = json(&[sample::report()]);
    // serde_json's map sorts; the order is checked in the text.
    let position =
        |key: &str| text.find(&format!("\n  \"{key}\"")).unwrap_or_else(|| panic!("{key}"));
    let keys = [
        "SchemaVersion",
        "Trivy",
        "ReportID",
        "CreatedAt",
        "ArtifactID",
        "ArtifactName",
        "ArtifactType",
        "Metadata",
        "Results",
        "Plimsoll",
    ];
    assert!(keys.map(position).is_sorted());
    let value: Value = serde_json::from_str(&text).unwrap();
    let result = &value["Results"][0];
    assert_eq!(result["Target"], "shop/web:1.4 (debian 12.1)");
    assert_eq!(result["Class"], "os-pkgs");
    assert_eq!(result["Type"], "debian");
    assert_eq!(result["Packages"].as_array().unwrap().len(), 5);
    assert_eq!(result["Vulnerabilities"].as_array().unwrap().len(), 5);
    assert_eq!(value["Metadata"]["OS"]["EOSL"], true);
    assert_eq!(value["Metadata"]["ImageConfig"]["config"]["User"], "1000");
}

#[test]
fn what_was_not_looked_at_is_in_the_document() {
    let value: Value = serde_json::from_str(&json(&[sample::report()])).unwrap();
    let ours = &value["Plimsoll"];
    assert_eq!(ours["Problems"][0]["Path"], "var/lib/dpkg/status.d/broken");
    assert_eq!(ours["Problems"][0]["Kind"], "malformed");
    assert_eq!(ours["Undecided"][0]["PkgID"], "mystery@not a version");
    assert_eq!(ours["Suppressed"][0]["VulnerabilityID"], "CVE-2023-38546");
    assert_eq!(ours["Suppressed"][0]["Statement"], "no cookies");
    assert_eq!(ours["Gate"]["State"], "failed");
    let bare: Value = serde_json::from_str(&json(&[sample::bare()])).unwrap();
    assert_eq!(bare["Plimsoll"]["Coverage"]["Complete"], false);
    assert_eq!(bare["Plimsoll"]["Database"]["Starter"], true);
    assert!(bare.get("Results").is_none());
}

#[test]
fn several_reports_are_an_array() {
    let value: Value = serde_json::from_str(&json(&[sample::report(), sample::bare()])).unwrap();
    assert_eq!(value.as_array().unwrap().len(), 2);
}

#[test]
fn ids_are_stable_and_have_their_form() {
    let value: Value = serde_json::from_str(&json(&[sample::report()])).unwrap();
    let id = value["ReportID"].as_str().unwrap();
    let parts: Vec<_> = id.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    assert_eq!(id.as_bytes()[14], b'8', "a UUID of version 8: {id}");
    assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
    let package = &value["Results"][0]["Packages"][0];
    let finding = &value["Results"][0]["Vulnerabilities"][0];
    assert_eq!(package["Identifier"]["UID"], finding["PkgIdentifier"]["UID"]);
    assert_eq!(package["Identifier"]["UID"].as_str().unwrap().len(), 16);
}

#[test]
fn licences_are_results_of_their_own() {
    let mut report = sample::report();
    report.inventory.packages[0].licenses = vec!["GPL-2+".to_owned(), "our own".to_owned()];
    let policy = plimsoll_license::Policy::default();
    report.license_findings = Some(crate::license_findings(&report.inventory, &policy));
    let mut out = Vec::new();
    write(&mut out, std::slice::from_ref(&report), &sample::texts).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let result = &document["Results"][1];
    assert_eq!((&result["Target"], &result["Class"]), (&"OS Packages".into(), &"license".into()));
    let expected = serde_json::json!({
        "Severity": "HIGH", "Category": "restricted", "PkgName": "curl", "Name": "GPL-2.0-or-later",
        "Confidence": 1, "Link": "https://spdx.org/licenses/GPL-2.0-or-later.html"
    });
    assert_eq!(result["Licenses"][0], expected);
    assert_eq!(result["Licenses"][1]["Severity"], "UNKNOWN");
}

#[test]
fn packages_of_languages_are_results_of_their_own() {
    let value: Value = serde_json::from_str(&json(&[sample::languages()])).unwrap();
    let results = value["Results"].as_array().unwrap();
    let heads: Vec<_> = results
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap();
            let size = |key: &str| one[key].as_array().map_or(0, Vec::len);
            format!(
                "{} {} {} {} {}",
                text("Class"),
                text("Type"),
                text("Target"),
                size("Packages"),
                size("Vulnerabilities")
            )
        })
        .collect();
    // Jinja2 is the distribution's.
    assert_eq!(
        heads,
        [
            "os-pkgs debian shop/web:1.4 (debian 12.1) 5 5",
            "lang-pkgs pypi opt/reqeusts.dist-info/METADATA 1 1",
            "lang-pkgs npm srv/app/package-lock.json 3 1",
            "lang-pkgs golang usr/bin/tool 1 1",
        ]
    );
    assert_snapshot!(serde_json::to_string_pretty(&results[2]["Packages"][1]).unwrap(), @r#"
    {
      "AnalyzedBy": "test",
      "DependsOn": [
        "lodash@4.17.4"
      ],
      "Digest": "sha512:00",
      "ID": "grunt@1.0.1",
      "Identifier": {
        "PURL": "pkg:npm/grunt@1.0.1",
        "UID": "d2d9ed7cef76aa12"
      },
      "Layer": {
        "DiffID": "sha256:13d79d6e4c84701d4d12d321e5d76e401055224634d494e33631ffee6e6ad4ea",
        "Digest": "sha256:427e4b79b1f0fc90306cbe064b1297b21dc6835bfa656d3bf46bc156e3f24bb0"
      },
      "Locations": [
        {
          "EndLine": 14,
          "StartLine": 10
        }
      ],
      "Name": "grunt",
      "Plimsoll": {
        "Extractor": "test",
        "FoundIn": "srv/app/package-lock.json",
        "Layer": {
          "Index": 1,
          "Instruction": "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl ca-certificates && rm -rf /var/lib/apt/lists/* # buildkit"
        }
      },
      "Relationship": "direct",
      "Version": "1.0.1"
    }
    "#);
    assert_snapshot!(serde_json::to_string_pretty(&results[3]["Vulnerabilities"][0]).unwrap(), @r#"
    {
      "DataSource": {
        "ID": "ghsa",
        "Name": "GitHub Advisory Database",
        "URL": "https://github.com/advisories"
      },
      "Fingerprint": "sha256:2107a83d432befb004ac20f3de07eba730eebbfd3b27e38251b8fa475056512a",
      "FixedVersion": "0.17.0",
      "InstalledVersion": "v0.10.0",
      "Layer": {
        "DiffID": "sha256:13d79d6e4c84701d4d12d321e5d76e401055224634d494e33631ffee6e6ad4ea",
        "Digest": "sha256:427e4b79b1f0fc90306cbe064b1297b21dc6835bfa656d3bf46bc156e3f24bb0"
      },
      "PkgID": "golang.org/x/net@v0.10.0",
      "PkgIdentifier": {
        "PURL": "pkg:golang/golang.org/x/net@v0.10.0",
        "UID": "356b2c0478162020"
      },
      "PkgName": "golang.org/x/net",
      "Plimsoll": {
        "Evidence": {
          "Comparison": "installed < 0.17.0 by deb",
          "Name": "golang.org/x/net",
          "NameKind": "binary",
          "Namespace": "golang",
          "Package": {
            "Extractor": "test-golang",
            "FoundIn": "usr/bin/tool",
            "Layer": {
              "Index": 1,
              "Instruction": "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl ca-certificates && rm -rf /var/lib/apt/lists/* # buildkit"
            }
          },
          "Source": "ghsa"
        },
        "Linkage": {
          "Code": [
            "golang.org/x/net/http2.Server.ServeConn"
          ],
          "State": "not_seen"
        }
      },
      "PrimaryURL": "https://nvd.nist.gov/vuln/detail/CVE-2023-39325",
      "Severity": "HIGH",
      "SeveritySource": "nvd",
      "Status": "fixed",
      "VulnerabilityID": "CVE-2023-39325"
    }
    "#);
    assert_eq!(results[1]["Vulnerabilities"][0]["Plimsoll"]["Malicious"], true);
    assert_eq!(value["Plimsoll"]["Coverage"]["Libraries"][1]["Namespace"], "npm");
}

#[test]
fn what_the_distribution_brought_is_listed_when_told() {
    let mut report = sample::languages();
    report.show_owned = true;
    let value: Value = serde_json::from_str(&json(&[report])).unwrap();
    let results = value["Results"].as_array().unwrap();
    let owned = results.iter().find(|one| one["Packages"][0]["Name"] == "Jinja2").unwrap();
    assert_eq!(owned["Packages"][0]["Plimsoll"]["OwnedBy"], "curl@7.88.1-10");
}

#[test]
fn ids_have_the_signs_of_their_ecosystem() {
    for (ecosystem, name, version, expected) in [
        (Ecosystem::Npm, "@babel/core", "7.1.0", "@babel/core@7.1.0"),
        (Ecosystem::Maven, "org.slf4j:slf4j-api", "1.7", "org.slf4j:slf4j-api:1.7"),
        (Ecosystem::Conan, "zlib", "1.2.13", "zlib/1.2.13"),
        (Ecosystem::Golang, "stdlib", "1.22.1", "stdlib@v1.22.1"),
        (Ecosystem::Golang, "example.com/a", "(devel)", "example.com/a@(devel)"),
        (Ecosystem::Golang, "example.com/a", "", "example.com/a"),
    ] {
        let mut package = sample::npm(name, version);
        package.library.as_mut().unwrap().ecosystem = ecosystem;
        assert_eq!(super::package::id(&package), expected);
    }
}
