use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::testing::{Section, elf};

fn found(rule: &Rule, content: &str) -> Option<String> {
    // `char`s below 256 stand for bytes.
    let mut bytes = vec![0];
    bytes.extend(content.chars().map(|sign| u32::from(sign) as u8));
    bytes.push(0);
    version(rule, compile(&rule.expression()).as_ref(), &bytes)
}

#[test]
fn every_rule_finds_its_examples_and_nothing_else() {
    for rule in RULES {
        assert!(compile(&rule.expression()).is_some(), "{}", rule.name);
        let mut confirm = rule.confirm.to_owned();
        for place in ["{series}", "{version}", "{digits}"] {
            confirm = confirm.replace(place, "1");
        }
        assert!(compile(&confirm).is_some(), "{}", rule.name);
        assert!(!rule.examples.is_empty() && !rule.cpes.is_empty(), "{}", rule.name);
        for (example, version) in rule.examples {
            assert_eq!(found(rule, example).as_deref(), Some(*version), "{}", rule.name);
        }
        for other in rule.others {
            assert_eq!(found(rule, other), None, "{} in {other:?}", rule.name);
        }
        assert_eq!(found(rule, ""), None, "{}", rule.name);
        assert!(rule.cpes.iter().all(|cpe| cpe.split(':').count() == 2), "{}", rule.name);
    }
}

#[test]
fn banners_are_told_apart() {
    let banners = || RULES.iter().filter(|rule| rule.banner.is_some());
    for rule in banners() {
        for other in banners().filter(|other| other.name != rule.name) {
            for (example, _) in other.examples {
                assert_eq!(found(rule, example), None, "{} in {example:?}", rule.name);
            }
        }
    }
}

fn program(names: &str, data: &str) -> Parsed<Program> {
    let content = elf(
        &[
            Section { name: ".dynstr", kind: 3, flags: 2, address: 0, content: names.into() },
            Section::data(".rodata", 0x1000, data),
        ],
        b"",
    );
    crate::examine(Input { path: "usr/bin/program", content: &content })
}

#[test]
fn static_copies_are_found_by_their_banners() {
    for rule in RULES.iter().filter(|rule| rule.banner.is_some()) {
        let (example, version) = rule.examples[0];
        let parsed = program("\0libc.so.6\0", &format!("\0some text\0\0{example}\0"));
        assert_eq!(parsed.value.parts.len(), 1, "{}", rule.name);
        let (id, components) = &parsed.value.parts[0];
        assert_eq!((id.as_str(), components.len()), (ID, 1));
        assert_eq!((&*components[0].name, &*components[0].version), (rule.name, version));
        let doubt = components[0].doubt.as_deref().expect("a doubt");
        assert!(doubt.starts_with("a statically linked copy"));
    }
}

#[test]
fn what_headers_bring_is_no_copy() {
    let text = "\0OpenSSL 3.0.22 25 Aug 2026\0";
    assert!(program("\0libtscore.so\0", text).value.parts.is_empty());
    let text = format!("{text}OPENSSLDIR: \"/usr\"\0");
    assert!(program("\0libcrypto.so.3\0", &text).value.parts.is_empty());
    assert_eq!(program("\0libc.so.6\0", &text).value.parts.len(), 1);
    assert!(program("\0libcurl.so.4\0", "\0libcurl/7.88.1\0").value.parts.is_empty());
}

#[test]
fn many_banners_end() {
    let text = "\0OpenSSL 3.0.22 25 Aug 2026".repeat(20_000);
    assert!(program("", &text).value.parts.is_empty());
}

#[test]
fn names_are_plain() {
    for (name, plain) in [
        ("libcrypto-fb8d5b21.so.3", "libcrypto.so.3"),
        ("libcrypto.so.3", "libcrypto.so.3"),
        ("libpython3.11-gdb.so", "libpython3.11-gdb.so"),
        ("node.exe", "node"),
    ] {
        assert_eq!(plain_name(name), plain);
    }
}

#[test]
fn there_are_rules_for_many_products() {
    let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() >= 100, "{}", names.len());
}

/// Rules that were checked against real programs: package of Debian 12 in which the product was
/// found in November 2026, and its version. The other rules rest on their examples.
const CHECKED: &[(&str, &str, &str)] = &[
    ("apache", "apache2-bin", "2.4.71"),
    ("bash", "bash", "5.2.15"),
    ("bind", "bind9", "9.18.49"),
    ("bison", "bison", "3.8.2"),
    ("busybox", "busybox", "1.35.0"),
    ("busybox", "busybox-static", "1.35.0"),
    ("bzip2", "libbz2-1.0", "1.0.8"),
    ("c-ares", "libc-ares2", "1.18.1"),
    ("cmake", "cmake", "3.25.1"),
    ("coturn", "coturn", "4.6.1"),
    ("curl", "curl", "7.88.1"),
    ("dnsmasq", "dnsmasq-base", "2.90"),
    ("dovecot", "dovecot-core", "2.3.19.1"),
    ("erlang", "erlang-base", "25.2.3"),
    ("exim", "exim4-daemon-light", "4.96"),
    ("ffmpeg", "ffmpeg", "5.1.9"),
    ("freeradius", "freeradius", "3.2.1"),
    ("gcc", "cpp-12", "12.2.0"),
    ("ghostscript", "libgs10", "10.00.0"),
    ("git", "git", "2.39.5"),
    ("glibc", "libc6", "2.36"),
    ("gnupg", "dirmngr", "2.2.40"),
    ("gnutls", "libgnutls30", "3.7.9"),
    ("gzip", "gzip", "1.12"),
    ("haproxy", "haproxy", "2.6.12"),
    ("imagemagick", "libmagickcore-6.q16-6", "6.9.11-60"),
    ("java", "openjdk-17-jre-headless", "17.0.21.1"),
    ("jq", "jq", "1.6"),
    ("kerberos", "libkrb5-3", "1.20.1"),
    ("knot-dns", "knot", "3.2.6"),
    ("libarchive", "libarchive13", "3.6.2"),
    ("libcurl", "libcurl3-gnutls", "7.88.1"),
    ("libexpat", "libexpat1", "2.5.0"),
    ("libgcrypt", "libgcrypt20", "1.10.1"),
    ("libheif", "libheif1", "1.15.1"),
    ("libjpeg-turbo", "libjpeg62-turbo", "2.1.5"),
    ("libnghttp2", "libnghttp2-14", "1.52.0"),
    ("libpcap", "libpcap0.8", "1.10.3"),
    ("libpng", "libpng16-16", "1.6.39"),
    ("libssh", "libssh-4", "0.10.6"),
    ("libssh2", "libssh2-1", "1.10.0"),
    ("libtiff", "libtiff6", "4.5.0"),
    ("libvpx", "libvpx7", "1.12.0"),
    ("libxml2", "libxml2", "2.9.14"),
    ("lighttpd", "lighttpd", "1.4.69"),
    ("lua", "liblua5.3-0", "5.3.6"),
    ("lua", "lua5.1", "5.1.5"),
    ("lua", "lua5.4", "5.4.4"),
    ("luajit", "libluajit-5.1-2", "2.1.0-beta3"),
    ("mariadb", "mariadb-client-core", "10.11.19"),
    ("mbedtls", "libmbedcrypto7", "2.28.3"),
    ("memcached", "memcached", "1.6.18"),
    ("monit", "monit", "5.33.0"),
    ("mosquitto", "mosquitto", "2.0.11"),
    ("musl", "musl", "1.2.3"),
    ("nginx", "nginx", "1.22.1"),
    ("nmap", "nmap", "7.93"),
    ("ntpsec", "ntpsec", "1.2.2"),
    ("openldap", "slapd", "2.5.13"),
    ("openssh", "openssh-client", "9.2p1"),
    ("openssl", "libssl3", "3.0.22"),
    ("openvpn", "openvpn", "2.6.14"),
    ("patch", "patch", "2.7.6"),
    ("pcre", "libpcre3", "8.39"),
    ("pcre2", "libpcre2-8-0", "10.42"),
    ("perl", "libperl5.36", "5.36.0"),
    ("pgbouncer", "pgbouncer", "1.18.0"),
    ("php", "libapache2-mod-php8.2", "8.2.36"),
    ("postfix", "postfix", "3.7.11"),
    ("postgresql", "postgresql-15", "15.20"),
    ("powerdns-recursor", "pdns-recursor", "4.8.8"),
    ("proftpd", "proftpd-core", "1.3.8"),
    ("pure-ftpd", "pure-ftpd", "1.0.50"),
    ("pypy", "pypy3", "7.3.11"),
    ("python", "libpython3.11", "3.11.2"),
    ("python", "python3.11-minimal", "3.11.2"),
    ("qemu", "qemu-system-x86", "7.2.22"),
    ("redis", "redis-tools", "7.0.15"),
    ("rsync", "rsync", "3.5.0"),
    ("ruby", "libruby3.1", "3.1.2"),
    ("rust", "libstd-rust-1.63", "1.63.0"),
    ("samba", "samba-libs", "4.17.12"),
    ("sqlite", "libsqlite3-0", "3.40.1"),
    ("squid", "squid", "5.7"),
    ("strongswan", "strongswan-charon", "5.9.8"),
    ("stunnel", "stunnel4", "5.68"),
    ("sudo", "sudo", "1.9.13p3"),
    ("tar", "tar", "1.34"),
    ("tcl", "libtcl8.6", "8.6.13"),
    ("tcpdump", "tcpdump", "4.99.3"),
    ("tor", "tor", "0.4.9.11"),
    ("trafficserver", "trafficserver", "9.2.9"),
    ("transmission", "transmission-daemon", "3.00"),
    ("unbound", "unbound", "1.17.1"),
    ("uwsgi", "uwsgi-core", "2.0.21"),
    ("varnish", "varnish", "7.1.1"),
    ("vsftpd", "vsftpd", "3.0.3"),
    ("wget", "wget", "1.21.3"),
    ("wolfssl", "libwolfssl35", "5.5.4"),
    ("xz", "liblzma5", "5.4.1"),
    ("zlib", "zlib1g", "1.2.13"),
    ("zstd", "libzstd1", "1.5.4"),
];

/// `PLIMSOLL_PROGRAMS` is a directory of unpacked packages, each in a directory of its name. Tells
/// what was found in them, and holds it against [`CHECKED`].
#[test]
fn real_programs() {
    let Some(root) = std::env::var_os("PLIMSOLL_PROGRAMS") else {
        eprintln!("skipped: PLIMSOLL_PROGRAMS names no directory of real programs");
        return;
    };
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut pending = vec![std::path::PathBuf::from(&root)];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let content = std::fs::read(&path).unwrap_or_default();
            if crate::is_program(&content) {
                note(&mut seen, path.strip_prefix(&root).expect("below the root"), &content);
            }
        }
    }
    for (rule, package, version) in CHECKED {
        if Path::new(&root).join(package).is_dir() {
            let wanted = format!("{ID} {rule}@{version} ");
            let files = seen.iter().filter(|(known, _)| known.starts_with(&wanted));
            let mut files = files.flat_map(|(_, files)| files);
            let place = format!("{package}/");
            assert!(files.any(|file| file.starts_with(&place)), "{rule} in {package}");
        }
    }
    for (component, mut files) in seen {
        files.sort_unstable();
        eprintln!("{component}: {} {}", files.len(), files[..files.len().min(3)].join(" "));
    }
}

fn note(seen: &mut BTreeMap<String, Vec<String>>, path: &Path, content: &[u8]) {
    let path = path.to_string_lossy();
    let parsed = crate::examine(Input { path: &path, content });
    assert!(parsed.problems.is_empty(), "{path}: {:?}", parsed.problems);
    for (id, components) in parsed.value.parts {
        for component in components {
            let doubt = component.doubt.as_deref().unwrap_or("");
            let text = format!("{id} {} {doubt}", component.id());
            seen.entry(text).or_default().push(path.to_string());
        }
    }
}
