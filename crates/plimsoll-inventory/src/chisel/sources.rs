//! Source packages of the packages that Ubuntu slices.
//!
//! Ubuntu's advisories name source packages, but Chisel's manifest does not record them. This table
//! knows those of the slices in common use (<https://github.com/canonical/chisel-releases>); for
//! any other package the parser says that its source is not known.

/// The source package of a binary package of this name and version, if the table has it.
pub(super) fn source_of(name: &str, version: &str) -> Option<String> {
    if SAME_NAME.contains(&name) {
        return Some(name.to_owned());
    }
    // The change to 64-bit time gave libraries of 32-bit days a new name, also on amd64.
    let name = name.strip_suffix("t64").unwrap_or(name);
    let fits = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *pattern,
    };
    let (source, _) = BY_SOURCE.iter().find(|(_, names)| names.iter().any(fits))?;
    // Sources that come once for each release line, and are named for it.
    source.strip_suffix('*').map_or_else(
        || Some((*source).to_owned()),
        |line| {
            let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
            let end = upstream.find(|c: char| !c.is_ascii_digit()).unwrap_or(upstream.len());
            (end > 0).then(|| format!("{line}{}", &upstream[..end]))
        },
    )
}

/// Packages that are named like their source.
const SAME_NAME: &[&str] = &[
    "adduser",
    "apparmor",
    "apt",
    "base-files",
    "base-passwd",
    "bash",
    "bc",
    "binutils",
    "busybox",
    "bzip2",
    "ca-certificates",
    "ca-certificates-java",
    "coreutils",
    "cpio",
    "crun",
    "curl",
    "dash",
    "debconf",
    "debianutils",
    "diffutils",
    "dpkg",
    "e2fsprogs",
    "file",
    "findutils",
    "gawk",
    "git",
    "grep",
    "gzip",
    "hostname",
    "iproute2",
    "iptables",
    "jq",
    "kmod",
    "less",
    "libcap2",
    "libgcrypt20",
    "libtasn1-6",
    "libxml2",
    "mawk",
    "media-types",
    "nano",
    "netbase",
    "nginx",
    "openssl",
    "patch",
    "perl",
    "procps",
    "rsync",
    "runc",
    "sed",
    "sqlite3",
    "strace",
    "sudo",
    "systemd",
    "tar",
    "tzdata",
    "unzip",
    "util-linux",
    "wget",
    "xz-utils",
    "zip",
];

/// Sources with the names of their packages, or the beginnings of names before `*`. A `*` at the end
/// of a source stands for the first number of the version: there is one source for each line.
const BY_SOURCE: &[(&str, &[&str])] = &[
    ("acl", &["libacl1"]),
    ("apparmor", &["libapparmor1"]),
    ("apt", &["libapt-pkg6.0"]),
    ("attr", &["libattr1"]),
    ("audit", &["libaudit*"]),
    ("avahi", &["libavahi-*"]),
    ("brotli", &["libbrotli1"]),
    ("bzip2", &["libbz2-1.0"]),
    ("cdebconf", &["libdebconfclient0"]),
    ("cups", &["libcups2"]),
    ("curl", &["libcurl4", "libcurl3-gnutls", "libcurl3t64-gnutls"]),
    ("cyrus-sasl2", &["libsasl2-2", "libsasl2-modules", "libsasl2-modules-db"]),
    ("db5.3", &["libdb5.3"]),
    (
        "dbus",
        &[
            "libdbus-1-3",
            "dbus",
            "dbus-bin",
            "dbus-daemon",
            "dbus-session-bus-common",
            "dbus-system-bus-common",
            "dbus-user-session",
        ],
    ),
    ("dotnet*", &["dotnet-*", "aspnetcore-*"]),
    ("e2fsprogs", &["libcom-err2", "libext2fs2", "libss2"]),
    ("elfutils", &["libelf1", "libdw1"]),
    ("expat", &["libexpat1"]),
    ("file", &["libmagic1", "libmagic-mgc"]),
    ("fontconfig", &["libfontconfig1", "fontconfig*"]),
    ("freetype", &["libfreetype6"]),
    (
        "gcc-*",
        &["libgcc-s1", "libstdc++6", "libgomp1", "libatomic1", "libquadmath0", "libgfortran5"],
    ),
    ("gdbm", &["libgdbm*"]),
    ("glib2.0", &["libglib2.0-0"]),
    ("glibc", &["libc6", "libc6-dev", "libc-bin", "libc-dev-bin", "locales*"]),
    ("gmp", &["libgmp10"]),
    ("gnutls28", &["libgnutls30"]),
    ("graphite2", &["libgraphite2-3"]),
    ("harfbuzz", &["libharfbuzz0b"]),
    ("hiredis", &["libhiredis*"]),
    ("icu", &["libicu66", "libicu70", "libicu72", "libicu74", "libicu76", "libicu78"]),
    ("jemalloc", &["libjemalloc2"]),
    ("keyutils", &["libkeyutils1"]),
    ("kmod", &["libkmod2"]),
    ("krb5", &["libkrb5-3", "libkrb5support0", "libk5crypto3", "libgssapi-krb5-2", "krb5-locales"]),
    ("lcms2", &["liblcms2-2"]),
    ("libarchive", &["libarchive13"]),
    ("libcap-ng", &["libcap-ng0"]),
    ("libcap2", &["libcap2-bin"]),
    ("libedit", &["libedit2"]),
    ("libevent", &["libevent-2.1-7", "libevent-core-2.1-7", "libevent-pthreads-2.1-7"]),
    ("libffi", &["libffi7", "libffi8"]),
    ("libgpg-error", &["libgpg-error0"]),
    ("libidn2", &["libidn2-0"]),
    ("libjpeg-turbo", &["libjpeg-turbo8"]),
    ("libnsl", &["libnsl2"]),
    ("libonig", &["libonig5"]),
    ("libpng1.6", &["libpng16-16"]),
    ("libpsl", &["libpsl5"]),
    ("libseccomp", &["libseccomp2"]),
    ("libselinux", &["libselinux1"]),
    ("libsemanage", &["libsemanage*"]),
    ("libsepol", &["libsepol*"]),
    ("libssh", &["libssh-4"]),
    ("libtirpc", &["libtirpc*"]),
    ("libunistring", &["libunistring*"]),
    ("libunwind", &["libunwind8"]),
    ("liburcu", &["liburcu*"]),
    ("libx11", &["libx11-6", "libx11-data", "libx11-xcb1"]),
    ("libxcb", &["libxcb1"]),
    ("libxcrypt", &["libcrypt1"]),
    ("libxslt", &["libxslt1.1"]),
    ("libyaml", &["libyaml-0-2"]),
    ("libzstd", &["libzstd1"]),
    ("lz4", &["liblz4-1"]),
    ("mpdecimal", &["libmpdec*"]),
    (
        "ncurses",
        &[
            "libncurses6",
            "libncursesw6",
            "libtinfo6",
            "ncurses-base",
            "ncurses-bin",
            "ncurses-term",
        ],
    ),
    ("nettle", &["libnettle8", "libhogweed6"]),
    ("nghttp2", &["libnghttp2-14"]),
    ("nspr", &["libnspr4"]),
    ("nss", &["libnss3"]),
    ("numactl", &["libnuma1"]),
    ("openjdk-17", &["openjdk-17-*"]),
    ("openjdk-21", &["openjdk-21-*"]),
    ("openjdk-25", &["openjdk-25-*"]),
    ("openjdk-8", &["openjdk-8-*"]),
    ("openjdk-lts", &["openjdk-11-*"]),
    ("openldap", &["libldap-2.4-2", "libldap-2.5-0", "libldap2", "libldap-common"]),
    ("openssl", &["libssl3", "libssl1.1"]),
    ("p11-kit", &["libp11-kit0"]),
    ("pam", &["libpam0g", "libpam-modules*", "libpam-runtime"]),
    ("pcre2", &["libpcre2-*"]),
    ("pcre3", &["libpcre3"]),
    ("pcsc-lite", &["libpcsclite1"]),
    ("perl", &["perl-base", "perl-modules-*", "libperl5.*"]),
    ("procps", &["libprocps*", "libproc2-0"]),
    ("python3-defaults", &["python3", "python3-minimal", "libpython3-stdlib"]),
    ("python3.10", &["python3.10*", "libpython3.10*"]),
    ("python3.11", &["python3.11*", "libpython3.11*"]),
    ("python3.12", &["python3.12*", "libpython3.12*"]),
    ("python3.13", &["python3.13*", "libpython3.13*"]),
    ("python3.14", &["python3.14*", "libpython3.14*"]),
    ("python3.8", &["python3.8*", "libpython3.8*"]),
    ("readline", &["libreadline8", "readline-common"]),
    ("rtmpdump", &["librtmp1"]),
    ("shadow", &["passwd", "login"]),
    ("sqlite3", &["libsqlite3-0"]),
    (
        "systemd",
        &["libsystemd0", "libsystemd-shared", "libudev1", "libnss-systemd", "libpam-systemd"],
    ),
    ("ust", &["liblttng-ust*"]),
    (
        "util-linux",
        &["libuuid1", "libblkid1", "libmount1", "libsmartcols1", "libfdisk1", "mount", "bsdutils"],
    ),
    ("xxhash", &["libxxhash0"]),
    ("xz-utils", &["liblzma5"]),
    ("zlib", &["zlib1g"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_forms() {
        for (name, version, source) in [
            ("libssl3t64", "3.0.13-0ubuntu3.4", Some("openssl")),
            ("libc6", "2.35-0ubuntu3.8", Some("glibc")),
            ("libgcc-s1", "12.3.0-1ubuntu1~22.04", Some("gcc-12")),
            ("libstdc++6", "14-20240412-0ubuntu1", Some("gcc-14")),
            ("aspnetcore-runtime-8.0", "8.0.10-0ubuntu1~24.04.1", Some("dotnet8")),
            ("openssl", "3.0.2-0ubuntu1.18", Some("openssl")),
            ("dotnet-host", "beta", None),
            ("hello", "2.10-2ubuntu4", None),
        ] {
            assert_eq!(source_of(name, version).as_deref(), source, "{name}");
        }
    }

    /// Debian builds nearly all of these from sources of the same name.
    #[test]
    fn sources_are_those_of_this_machines_packages() {
        // Where releases of the two distributions, or other vendors' repositories, go apart.
        const DIFFERENT: &[&str] = &["libjpeg-turbo8", "login", "dotnet-host"];
        let Ok(status) = std::fs::read("/var/lib/dpkg/status") else {
            eprintln!("skipped: no dpkg database");
            return;
        };
        for package in crate::dpkg::parse_status(&status).value {
            let source = package.source.map(|source| source.name);
            if let Some(known) = source_of(&package.name, &package.version)
                && !DIFFERENT.contains(&&*package.name)
            {
                assert_eq!(Some(known), source, "{}", package.name);
            }
        }
    }
}
