//! A hand-made report with one of everything, for the tests of the writers.

use plimsoll_advisory::model::{EndOfLife, Epss, Exploited, Severity, Source, Status};
use plimsoll_image::{Digest, Image, ImageConfig, Layer, Problem, ProblemKind, SourceKind};
use plimsoll_inventory::{
    FileList, Inventory, Library, Lines, Location, OperatingSystem, Package, PackageKind,
    Relationship, SourcePackage,
};
use plimsoll_match::{
    Confidence, Coverage, Cvss, Evidence, Finding, Gate, GateReason, LibraryCoverage, LinkState,
    Linkage, Matched, NameKind, Outcome, Policy, Ratings, SystemCoverage, Undecided, ignore,
};
use plimsoll_version::{Distribution, Ecosystem};

use crate::{DatabaseInfo, DatabaseSource, Report, Text};

pub(crate) fn package(name: &str, version: &str) -> Package {
    Package {
        kind: PackageKind::Deb,
        name: name.to_owned(),
        version: version.to_owned(),
        architecture: "amd64".to_owned(),
        source: None,
        licenses: Vec::new(),
        maintainer: None,
        modularity: None,
        files: FileList::default(),
        found_in: Location { path: "var/lib/dpkg/status".to_owned(), layer: 1 },
        layer: Some(0),
        code: None,
        library: None,
    }
}

/// A package of an npm lock file, from line 10 on.
pub(crate) fn npm(name: &str, version: &str) -> Package {
    let library = Library {
        ecosystem: Ecosystem::Npm,
        extractor: "test".to_owned(),
        file: "srv/app/package-lock.json".to_owned(),
        relationship: Relationship::Unknown,
        dev: false,
        depends_on: Vec::new(),
        lines: vec![Lines { start: 10, end: 14 }],
        digests: vec!["sha512:00".to_owned()],
        cpes: Vec::new(),
        doubt: None,
        symbols: None,
        owner: None,
    };
    let path = library.file.clone();
    Package {
        found_in: Location { path, layer: 1 },
        layer: Some(1),
        library: Some(Box::new(library)),
        ..Package::new(PackageKind::Library, name.to_owned(), version.to_owned())
    }
}

fn with_source(mut package: Package, name: &str) -> Package {
    let version = package.version.clone();
    package.source = Some(SourcePackage { name: name.to_owned(), version });
    package
}

pub(crate) fn system(id: &str, version: &str) -> Option<OperatingSystem> {
    Some(OperatingSystem {
        distribution: Distribution::from_os_release_id(id),
        id: id.to_owned(),
        version: version.to_owned(),
        codename: None,
        pretty_name: None,
        extended_support: false,
        found_in: Location { path: "etc/os-release".to_owned(), layer: 0 },
    })
}

/// A finding of Debian's tracker; with a fix it is fixed, without it is affected.
pub(crate) fn finding(
    package: usize,
    name: &str,
    id: &str,
    severity: Severity,
    fix: Option<&str>,
) -> Finding {
    let status = if fix.is_some() { Status::Fixed } else { Status::Affected };
    Finding {
        package,
        vulnerability: id.to_owned(),
        aliases: Vec::new(),
        status,
        raw_status: None,
        fixed_version: fix.map(str::to_owned),
        subscription_fix: None,
        advisories: Vec::new(),
        source: Source {
            id: "debian".to_owned(),
            name: "Debian Security Tracker".to_owned(),
            url: "https://security-tracker.debian.org/tracker/".to_owned(),
            license: String::new(),
        },
        ratings: Ratings {
            severity,
            severity_source: Some("nvd".to_owned()),
            ..Ratings::default()
        },
        third_party: false,
        malicious: false,
        confidence: Confidence::Usual,
        linkage: None,
        code: None,
        owner: None,
        evidence: Evidence {
            namespace: "debian:12".to_owned(),
            name: name.to_owned(),
            name_kind: NameKind::Source,
            comparison: fix.map_or_else(
                || "every version is affected".to_owned(),
                |fix| format!("installed < {fix} by deb"),
            ),
            notes: Vec::new(),
        },
    }
}

fn findings() -> Vec<Finding> {
    let curl = "7.88.1-10+deb12u4";
    let mut socks = finding(0, "curl", "CVE-2023-38545", Severity::Critical, Some(curl));
    socks.advisories = vec!["DSA-5523-1".to_owned()];
    socks.aliases = vec!["GHSA-7xw9-w465-6x42".to_owned()];
    socks.raw_status = Some("resolved".to_owned());
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned();
    socks.ratings.cvss.insert("nvd".to_owned(), vec![Cvss { vector, score: 9.8 }]);
    socks.ratings.severities.insert("nvd".to_owned(), Severity::Critical);
    socks.ratings.epss = Some(Epss { probability: 0.26321, percentile: 0.96 });
    let mut same = socks.clone();
    same.package = 1;
    let mut glibc = finding(2, "glibc", "CVE-2023-4911", Severity::High, Some("2.36-9+deb12u3"));
    glibc.ratings.exploited = Some(Exploited {
        id: "CVE-2023-4911".to_owned(),
        added: "2023-11-21".to_owned(),
        due: Some("2023-12-12".to_owned()),
        ransomware: false,
    });
    glibc.ratings.epss = Some(Epss { probability: 0.71, percentile: 0.987 });
    let low = finding(2, "glibc", "CVE-2010-4756", Severity::Low, None);
    let mut zlib = finding(3, "zlib", "CVE-2023-45853", Severity::Critical, None);
    zlib.status = Status::WillNotFix;
    zlib.ratings.epss = Some(Epss { probability: 0.0093, percentile: 0.75 });
    let mut ignored = finding(0, "curl", "CVE-2023-38546", Severity::Low, Some(curl));
    ignored.advisories = vec!["DSA-5523-1".to_owned()];
    vec![socks, ignored, same, low, glibc, zlib]
}

fn image() -> Image {
    let layer = |content: &[u8], created_by: &str| Layer {
        digest: Some(Digest::sha256(content)),
        diff_id: Some(Digest::sha256(created_by.as_bytes())),
        size: 1000,
        created_by: Some(created_by.to_owned()),
    };
    let raw_config = br#"{"architecture":"amd64","os":"linux","config":{"User":"1000"}}"#;
    Image {
        name: "shop/web:1.4".to_owned(),
        source: SourceKind::Registry,
        id: Some(Digest::sha256(raw_config)),
        manifest_digest: None,
        repo_tags: vec!["shop/web:1.4".to_owned()],
        repo_digests: vec![format!("shop/web@{}", Digest::sha256(b"manifest"))],
        config: ImageConfig::default(),
        raw_config: raw_config.to_vec(),
        layers: vec![
            layer(b"base", "/bin/sh -c #(nop) ADD file:bdca0f3cf5cab875 in / "),
            layer(
                b"curl",
                "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends \
                 curl ca-certificates && rm -rf /var/lib/apt/lists/* # buildkit",
            ),
        ],
    }
}

/// A Debian image with findings of every kind, a problem and an undecided package.
pub(crate) fn report() -> Report {
    let mut curl = package("curl", "7.88.1-10");
    curl.layer = Some(1);
    curl.files = [&b"usr/bin/curl"[..]].into_iter().collect();
    let mut libcurl = with_source(package("libcurl4", "7.88.1-10"), "curl");
    libcurl.layer = Some(1);
    let inventory = Inventory {
        os: system("debian", "12.1"),
        packages: vec![
            curl,
            libcurl,
            with_source(package("libc6", "2.36-9"), "glibc"),
            with_source(package("zlib1g", "1:1.2.13.dfsg-1"), "zlib"),
            package("mystery", "not a version"),
        ],
        problems: vec![(
            Some(1),
            Problem {
                path: Some("var/lib/dpkg/status.d/broken".to_owned()),
                kind: ProblemKind::Malformed,
                message: "paragraph without a Package field, left out".to_owned(),
            },
        )],
        file_count: 9000,
        ..Inventory::default()
    };
    let undecided = Undecided {
        package: 4,
        vulnerability: None,
        reason: "\"not a version\" is not a valid version, so 2 advisories could not be compared"
            .to_owned(),
    };
    let matched = Matched {
        findings: findings(),
        coverage: Coverage::of_system(SystemCoverage::Covered {
            namespace: "debian:12".to_owned(),
        }),
        undecided: vec![undecided],
        end_of_life: Some(EndOfLife {
            product: "debian".to_owned(),
            release: "12".to_owned(),
            end_of_life: Some("2026-06-10".to_owned()),
            extended_support: Some("2028-06-30".to_owned()),
        }),
    };
    let (rules, _) = ignore::parse(
        ".trivyignore",
        b"CVE-2023-38546 # no cookies\nCVE-2023-4911 exp:2024-01-01\n",
    );
    let policy = Policy { rules, today: "2026-11-24".to_owned(), ..Policy::default() };
    let outcome = policy.apply(matched.findings.clone());
    let gate = Gate::Failed(vec![GateReason::Findings(5)]);
    Report {
        tool_version: "0.1.0".to_owned(),
        created_at: "2026-11-24T02:00:00Z".to_owned(),
        database: DatabaseInfo {
            starter: false,
            created: Some("2026-11-20T06:00:00Z".to_owned()),
            vulnerabilities: 61_234,
            sources: vec![DatabaseSource {
                id: "debian".to_owned(),
                name: "Debian Security Tracker".to_owned(),
                date: Some("2026-11-20".to_owned()),
                records: 40_000,
            }],
        },
        gate,
        ..Report::new(image(), inventory, matched, outcome)
    }
}

/// The same image with packages of languages: a lock file, a Go program, and two installed Python
/// packages, one of them the distribution's.
pub(crate) fn languages() -> Report {
    let mut report = report();
    let mut shop = npm("shop", "1.0.0");
    let mut grunt = npm("grunt", "1.0.1");
    let mut lodash = npm("lodash", "4.17.4");
    let relate = |package: &mut Package, relationship, needs: &[&str]| {
        if let Some(library) = &mut package.library {
            library.relationship = relationship;
            library.depends_on = needs.iter().map(|&id| id.to_owned()).collect();
        }
    };
    relate(&mut shop, Relationship::Root, &["grunt@1.0.1"]);
    relate(&mut grunt, Relationship::Direct, &["lodash@4.17.4"]);
    relate(&mut lodash, Relationship::Indirect, &[]);
    let other = |ecosystem, name: &str, version: &str, file: &str, owner| {
        let mut package = npm(name, version);
        package.found_in.path = file.to_owned();
        let library = package.library.as_mut().expect("it is a library");
        library.ecosystem = ecosystem;
        library.extractor = format!("test-{}", ecosystem.id());
        library.file = file.to_owned();
        library.lines.clear();
        library.digests.clear();
        library.owner = owner;
        package
    };
    let net = other(Ecosystem::Golang, "golang.org/x/net", "v0.10.0", "usr/bin/tool", None);
    let jinja = "usr/lib/python3/dist-packages/Jinja2-2.10.dist-info/METADATA";
    let jinja = other(Ecosystem::PyPi, "Jinja2", "2.10", jinja, Some(0));
    let evil = other(Ecosystem::PyPi, "reqeusts", "1.0", "opt/reqeusts.dist-info/METADATA", None);
    report.inventory.packages.extend([shop, grunt, lodash, net, jinja, evil]);
    let ghsa = |package, name: &str, id: &str, severity, fix, namespace: &str| {
        let mut one = finding(package, name, id, severity, fix);
        one.source.id = "ghsa".to_owned();
        one.source.name = "GitHub Advisory Database".to_owned();
        one.source.url = "https://github.com/advisories".to_owned();
        one.evidence.namespace = namespace.to_owned();
        one.evidence.name_kind = NameKind::Binary;
        one
    };
    let mut pollution = ghsa(7, "lodash", "CVE-2018-16487", Severity::High, Some("4.17.11"), "npm");
    pollution.aliases = vec!["GHSA-4xc9-xhrj-v574".to_owned()];
    let mut reset =
        ghsa(8, "golang.org/x/net", "CVE-2023-39325", Severity::High, Some("0.17.0"), "golang");
    reset.linkage = Some(Linkage {
        state: LinkState::NotSeen,
        code: vec!["golang.org/x/net/http2.Server.ServeConn".to_owned()],
    });
    let mut malicious = ghsa(10, "reqeusts", "MAL-2024-1", Severity::Critical, None, "pypi");
    malicious.malicious = true;
    malicious.confidence = Confidence::Doubtful;
    report.outcome.findings.extend([pollution, reset, malicious]);
    let covered = |namespace: &str, packages| LibraryCoverage {
        namespace: namespace.to_owned(),
        packages,
        covered: true,
    };
    report.coverage.libraries = vec![covered("golang", 1), covered("npm", 3), covered("pypi", 1)];
    report
}

/// An image in which nothing was found because nothing could be judged.
pub(crate) fn bare() -> Report {
    let matched = Matched {
        findings: Vec::new(),
        coverage: Coverage::of_system(SystemCoverage::NoPackages {
            reason: "no package database was found".to_owned(),
            missing: false,
        }),
        undecided: Vec::new(),
        end_of_life: None,
    };
    let mut image = image();
    image.name = "./scratch.tar".to_owned();
    image.source = SourceKind::DockerArchive;
    Report {
        created_at: "2026-11-24T02:00:00Z".to_owned(),
        database: DatabaseInfo { starter: true, vulnerabilities: 150, ..DatabaseInfo::default() },
        ..Report::new(image, Inventory::default(), matched, Outcome::default())
    }
}

/// Texts as a database would give them.
pub(crate) fn texts(id: &str) -> Text {
    match id {
        "CVE-2023-38545" => Text {
            title: "curl: heap based buffer overflow in the SOCKS5 proxy handshake".to_owned(),
            description: "This flaw makes curl overflow a heap based buffer.".to_owned(),
            weaknesses: vec!["CWE-787".to_owned()],
            references: vec!["https://curl.se/docs/CVE-2023-38545.html".to_owned()],
            published: Some("2023-10-18T04:15:11Z".to_owned()),
            modified: None,
        },
        "CVE-2023-4911" => Text { title: "glibc: Looney Tunables".to_owned(), ..Text::default() },
        _ => Text::default(),
    }
}
