//! Whose word an OSV record is: its id begins with the mark of the database.
//!
//! The marks are listed in <https://ossf.github.io/osv-schema/#id-modified-fields>, the licences in
//! <https://google.github.io/osv.dev/data/>.

use super::super::alma::ALMA;
use super::super::alpine::{ALPINE, CHAINGUARD, MINIMOS};
use super::super::debian_lists::DEBIAN;
use super::super::oval_azure::AZURE;
use super::super::ubuntu::UBUNTU;
use super::super::{Publisher, wolfi::WOLFI};

/// Of which nothing else is known.
pub(in crate::feed) static OSV: Publisher =
    publisher("osv", "OSV", "https://osv.dev/", "as its sources state");

static GHSA: Publisher =
    publisher("ghsa", "GitHub Advisory Database", "https://github.com/advisories", "CC-BY-4.0");
static GO: Publisher =
    publisher("govulndb", "Go Vulnerability Database", "https://pkg.go.dev/vuln/", "CC-BY-4.0");
pub(in crate::feed) static RUSTSEC: Publisher =
    publisher("rustsec", "RustSec Advisory Database", "https://rustsec.org/", "CC0-1.0");
static PYPA: Publisher = publisher(
    "pypa",
    "Python Packaging Advisory Database",
    "https://github.com/pypa/advisory-database",
    "CC-BY-4.0",
);
static PSF: Publisher = publisher(
    "psf",
    "Python Software Foundation",
    "https://github.com/psf/advisory-database",
    "CC-BY-4.0",
);
static BITNAMI: Publisher = publisher(
    "bitnami",
    "Bitnami Vulnerability Database",
    "https://github.com/bitnami/vulndb",
    "Apache-2.0",
);
static MALICIOUS: Publisher = publisher(
    "ossf-malicious-packages",
    "OpenSSF Malicious Packages",
    "https://github.com/ossf/malicious-packages",
    "Apache-2.0",
);
static CURL: Publisher = publisher("curl", "curl", "https://curl.se/docs/security.html", "curl");
static OSS_FUZZ: Publisher =
    publisher("oss-fuzz", "OSS-Fuzz", "https://github.com/google/oss-fuzz-vulns", "CC-BY-4.0");
static K8S: Publisher = publisher(
    "k8s",
    "Kubernetes",
    "https://kubernetes.io/docs/reference/issues-security/official-cve-feed/",
    "Apache-2.0",
);
static GSD: Publisher = publisher(
    "gsd",
    "Global Security Database",
    "https://github.com/cloudsecurityalliance/gsd-database",
    "CC0-1.0",
);
static R: Publisher = publisher(
    "rsec",
    "R Consortium Advisory Database",
    "https://github.com/RConsortium/r-advisory-database",
    "Apache-2.0",
);
static HASKELL: Publisher = publisher(
    "haskell",
    "Haskell Security Advisories",
    "https://github.com/haskell/security-advisories",
    "CC0-1.0",
);
static JULIA: Publisher = publisher(
    "julia",
    "Julia Security Advisories",
    "https://github.com/JuliaLang/SecurityAdvisories.jl",
    "CC-BY-4.0",
);
static OCAML: Publisher = publisher(
    "ocaml",
    "OCaml Security Advisories",
    "https://github.com/ocaml/security-advisories",
    "CC0-1.0",
);
static CPAN: Publisher = publisher(
    "cpansa",
    "CPAN Security Advisories",
    "https://github.com/briandfoy/cpan-security-advisory",
    NOT_STATED,
);
static DRUPAL: Publisher = publisher(
    "drupal",
    "Drupal Security Advisories",
    "https://www.drupal.org/security",
    NOT_STATED,
);
static ERLANG: Publisher =
    publisher("eef", "Erlang Ecosystem Foundation", "https://cna.erlef.org/", "CC-BY-4.0");
static ROCKY: Publisher =
    publisher("rocky", "Rocky Linux Errata", "https://errata.rockylinux.org/", "BSD-3-Clause");
static RED_HAT: Publisher = publisher(
    "redhat",
    "Red Hat Security Data",
    "https://access.redhat.com/security/data",
    "CC-BY-4.0",
);
static SUSE: Publisher =
    publisher("suse", "SUSE Security", "https://www.suse.com/support/security/", "CC-BY-4.0");
static OPEN_EULER: Publisher = publisher(
    "openeuler",
    "openEuler Security Advisories",
    "https://www.openeuler.org/en/security/security-bulletins/",
    NOT_STATED,
);
static MAGEIA: Publisher =
    publisher("mageia", "Mageia Advisories", "https://advisories.mageia.org/", "CC-BY-SA-4.0");
static PHOTON: Publisher = publisher(
    "photon",
    "Photon OS Advisories",
    "https://github.com/vmware/photon/wiki/Security-Updates",
    NOT_STATED,
);
static ECHO: Publisher = publisher("echo", "Echo Advisories", "https://echo.ai/", NOT_STATED);
static BELLSOFT: Publisher = publisher(
    "bellsoft",
    "BellSoft Advisories",
    "https://github.com/bell-sw/osv-database",
    NOT_STATED,
);
static ROOT: Publisher = publisher("rootio", "Root", "https://www.root.io/", NOT_STATED);
static SEAL: Publisher = publisher("seal", "Seal Security", "https://seal.security/", NOT_STATED);
static CLEAN_START: Publisher =
    publisher("cleanstart", "CleanStart Advisories", "https://www.cleanstart.com/", NOT_STATED);
static DOCKER: Publisher = publisher(
    "dhi",
    "Docker Hardened Images",
    "https://github.com/docker-hardened-images/advisories",
    NOT_STATED,
);

const NOT_STATED: &str = "not stated";

const fn publisher(
    id: &'static str,
    name: &'static str,
    url: &'static str,
    license: &'static str,
) -> Publisher {
    Publisher { id, name, url, license }
}

/// Marks, the longer of two that begin alike first.
#[rustfmt::skip]
static MARKS: &[(&str, &Publisher)] = &[
    ("GHSA-", &GHSA), ("GO-", &GO), ("RUSTSEC-", &RUSTSEC), ("PYSEC-", &PYPA), ("PSF-", &PSF),
    ("BIT-", &BITNAMI), ("MAL-", &MALICIOUS), ("CURL-", &CURL), ("OSV-", &OSS_FUZZ),
    ("GSD-", &GSD), ("UVI-", &GSD), ("RSEC-", &R), ("HSEC-", &HASKELL), ("JLSEC-", &JULIA),
    ("OSEC-", &OCAML), ("CPANSA-", &CPAN), ("DRUPAL-", &DRUPAL), ("EEF-", &ERLANG),
    ("ALSA-", &ALMA), ("ALBA-", &ALMA), ("ALEA-", &ALMA), ("ALPINE-", &ALPINE),
    ("DEBIAN-", &DEBIAN), ("DSA-", &DEBIAN), ("DLA-", &DEBIAN), ("DTSA-", &DEBIAN),
    ("UBUNTU-", &UBUNTU), ("USN-", &UBUNTU), ("LSN-", &UBUNTU),
    ("RLSA-", &ROCKY), ("RLBA-", &ROCKY), ("RLEA-", &ROCKY), ("RXSA-", &ROCKY),
    ("RHSA-", &RED_HAT), ("RHBA-", &RED_HAT), ("RHEA-", &RED_HAT),
    ("SUSE-", &SUSE), ("openSUSE-", &SUSE), ("OESA-", &OPEN_EULER), ("MGASA-", &MAGEIA),
    ("PHSA-", &PHOTON), ("AZL-", &AZURE), ("MINI-", &MINIMOS), ("ECHO-", &ECHO),
    ("BELL-", &BELLSOFT), ("ROOT-", &ROOT), ("CLEANSTART-", &CLEAN_START),
];

/// Names of ecosystems whose records have ids of others, in lower case.
#[rustfmt::skip]
static ECOSYSTEMS: &[(&str, &Publisher)] = &[
    ("kubernetes", &K8S), ("wolfi", &WOLFI), ("chainguard", &CHAINGUARD), ("dhi", &DOCKER),
    ("docker hardened images", &DOCKER), ("seal", &SEAL), ("echo", &ECHO), ("root", &ROOT),
];

/// The publisher of a record, by its id, else by the ecosystem and the name of its first package.
pub(super) fn of(id: &str, ecosystem: &str, package: &str) -> &'static Publisher {
    if let Some((_, publisher)) = MARKS.iter().find(|(mark, _)| id.starts_with(mark)) {
        return publisher;
    }
    if package.starts_with("seal-") {
        return &SEAL;
    }
    let root = ecosystem.split(':').next().unwrap_or("").to_ascii_lowercase();
    ECOSYSTEMS.iter().find(|(name, _)| *name == root).map_or(&OSV, |(_, publisher)| publisher)
}
