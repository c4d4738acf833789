//! Real rpm databases of UBI 7 and CentOS 6 against real VEX documents of Red Hat.
//!
//! The data is not part of the repository. It is looked for in `PLIMSOLL_SHARED`, else beside the
//! workspace; without it the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test fails where its data is not as expected")]

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use plimsoll_advisory::Database;
use plimsoll_advisory::build::{BuildOptions, build};
use plimsoll_inventory::{
    Inventory, Location, OperatingSystem, Package, PackageKind, SourcePackage, rpm,
};
use plimsoll_match::{Finding, MatchOptions, NameKind, match_inventory};
use plimsoll_version::Distribution;

fn image(shared: &Path, name: &str, id: &str, version: &str) -> Inventory {
    let archive = File::open(shared.join("rootfs/rpm-databases.tar.zst")).unwrap();
    let wanted = format!("rpm-bdb/{name}/var/lib/rpm/Packages");
    let mut content = Vec::new();
    for entry in tar::Archive::new(zstd::Decoder::new(archive).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().to_string_lossy() == wanted {
            entry.read_to_end(&mut content).unwrap();
            break;
        }
    }
    let packages = rpm::parse_database(&content, None);
    assert!(packages.value.len() > 50, "{name}: {} packages", packages.value.len());
    Inventory { os: Some(system(id, version)), packages: packages.value, ..Inventory::default() }
}

/// `package vulnerability status fix` of each finding, a fix with a subscription after its channel.
fn lines(image: &Inventory, database: &Database) -> Vec<String> {
    let matched = match_inventory(image, database, MatchOptions::default());
    assert_eq!(matched.undecided, []);
    let line = |finding: &Finding| {
        let paid = finding.subscription_fix.as_ref();
        let paid = paid.map(|fix| format!(" {}: {}", fix.channel, fix.version)).unwrap_or_default();
        format!(
            "{} {} {} {}{paid}",
            image.packages[finding.package].name,
            finding.vulnerability,
            finding.status.word(),
            finding.fixed_version.as_deref().unwrap_or("-"),
        )
    };
    matched.findings.iter().map(line).collect()
}

#[test]
fn ubi_7_is_judged_by_its_base_repositories() {
    let Some(shared) = shared() else { return };
    let image = image(&shared, "ubi-7", "rhel", "7.7");
    let database = database(&shared);
    // Looked up by hand in the documents. Since the end of its maintenance all that is said of RHEL 7
    // is said of its extended life (els).
    assert_eq!(
        lines(&image, database),
        [
            "bash CVE-2019-18276 will_not_fix -",
            "libxml2 CVE-2024-56171 affected - els: 2.9.1-6.el7_9.9",
            "libxml2 CVE-2023-28484 end_of_life -",
            "libxml2-python CVE-2024-56171 affected - els: 2.9.1-6.el7_9.9",
            "libxml2-python CVE-2023-28484 end_of_life -",
            "openssl-libs CVE-2024-0727 end_of_life -",
            "openssl-libs CVE-2026-2673 fix_deferred -",
            "python CVE-2024-6923 will_not_fix -",
            "python CVE-2026-2297 end_of_life -",
            "python-libs CVE-2024-6923 will_not_fix -",
            "python-libs CVE-2026-2297 end_of_life -",
        ]
    );
    // bash is named as a source package, libxml2-python as itself.
    let kinds: Vec<_> = match_inventory(&image, database, MatchOptions::default())
        .findings
        .iter()
        .filter(|one| ["bash", "libxml2-python"].contains(&&*image.packages[one.package].name))
        .map(|one| one.evidence.name_kind)
        .collect();
    assert_eq!(kinds, [NameKind::Source, NameKind::Binary, NameKind::Binary]);

    // Who has the extended life gets its fixes.
    let extended = Inventory { repositories: vec!["rhel-7-server-els-rpms".to_owned()], ..image };
    let lines = lines(&extended, database);
    assert!(
        lines.contains(&"libxml2 CVE-2024-56171 fixed 2.9.1-6.el7_9.9".to_owned()),
        "{lines:?}"
    );
}

#[test]
fn centos_is_judged_by_red_hat() {
    let Some(shared) = shared() else { return };
    let image = image(&shared, "centos-6", "centos", "6.10");
    let database = database(&shared);
    let matched = match_inventory(&image, database, MatchOptions::default());
    assert_eq!(matched.coverage.namespace(), Some("redhat:6"));
    assert!(matched.findings.iter().all(|one| one.source.id.starts_with("redhat")));
    let lines = lines(&image, database);
    assert_eq!(lines.len(), 13, "{lines:#?}");
    let bind = "bind-libs CVE-2021-25220 affected - els: 32:9.8.2-0.68.rc1.el6_10.17";
    for expected in
        ["bash CVE-2019-18276 end_of_life -", "openssl CVE-2026-2673 fix_deferred -", bind]
    {
        assert!(lines.contains(&expected.to_owned()), "{expected}: {lines:#?}");
    }
}

/// A package of CVE-2024-6923, whose document names sources and modules.
fn python(name: &str, source: (&str, &str), module: Option<&str>) -> Package {
    Package {
        architecture: "x86_64".to_owned(),
        source: Some(SourcePackage { name: source.0.to_owned(), version: source.1.to_owned() }),
        modularity: module.map(str::to_owned),
        ..Package::new(PackageKind::Rpm, name.to_owned(), source.1.to_owned())
    }
}

#[test]
fn a_fix_is_that_of_the_stream_that_an_image_follows() {
    let Some(shared) = shared() else { return };
    let database = database(&shared);
    let judge = |major: &str, repositories: &[&str], package: Package| {
        let image = Inventory {
            os: Some(system("rhel", major)),
            packages: vec![package],
            repositories: repositories.iter().map(|&name| name.to_owned()).collect(),
            ..Inventory::default()
        };
        let lines = lines(&image, database);
        lines.into_iter().filter(|line| line.contains("CVE-2024-6923")).collect::<Vec<_>>()
    };
    let fixed = |version: &str| [format!("python3-libs CVE-2024-6923 fixed {version}")];
    let old = || python("python3-libs", ("python3.9", "3.9.16-1.el9_2.6"), None);
    let update_stream = ["rhel-9-for-x86_64-baseos-eus-rpms"];
    assert_eq!(judge("9.2", &update_stream, old()), fixed("3.9.16-1.el9_2.8"));
    assert_eq!(judge("9.2", &[], old()), fixed("3.9.18-3.el9_4.5"));
    assert_eq!(judge("9.2", &["ubi-9-baseos-rpms"], old()), fixed("3.9.18-3.el9_4.5"));
    let new = python("python3-libs", ("python3.9", "3.9.18-3.el9_4.5"), None);
    assert_eq!(judge("9.4", &[], new), [""; 0]);

    // The whole module is fixed, whatever version each of its packages has.
    let module = |version: &str| {
        let label = format!("python39:3.9:{version}");
        python("python39-pip", ("python3x-pip", "20.2.4-7.module+el8.6.0+1"), Some(&label))
    };
    assert_eq!(
        judge("8.10", &[], module("8060020240131123456:d47b87a4")),
        ["python39-pip CVE-2024-6923 fixed 3.9-8100020240826142629.d47b87a4"]
    );
    assert_eq!(judge("8.10", &[], module("8100020240826142629:d47b87a4")), [""; 0]);
    assert_eq!(judge("8.10", &[], python("python39-pip", ("x", "1-1.el8"), None)), [""; 0]);
}

fn system(id: &str, version: &str) -> OperatingSystem {
    OperatingSystem {
        distribution: Distribution::from_os_release_id(id),
        id: id.to_owned(),
        version: version.to_owned(),
        codename: None,
        pretty_name: None,
        extended_support: false,
        found_in: Location { path: "etc/os-release".to_owned(), layer: 0 },
    }
}

fn database(shared: &Path) -> &'static Database {
    static DATABASE: OnceLock<Database> = OnceLock::new();
    DATABASE.get_or_init(|| {
        let archive = shared.join("data/csaf-harvest/csaf-harvest.tar.zst");
        let built = build(&[archive], &BuildOptions::default()).unwrap();
        Database::from_bytes(built.bytes).unwrap()
    })
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let found = root.join("rootfs/rpm-databases.tar.zst").is_file();
    if !found {
        eprintln!("skipped: there is no shared data");
    }
    found.then_some(root)
}
