//! Which products are recognised, and how: one row each.
//!
//! Patterns were made by looking at programs; which rows were checked against real ones is told by
//! the test `real_programs`.

use super::rules::{Rule, rule};

/// All rules. For one product, the first row that finds something has it.
pub(super) const RULES: &[Rule] = &[
    // Languages and their run-time environments.
    rule(
        "python",
        &["python", "python2*", "python3*", "libpython*.so*", "libpython*.dylib", "python3*.dll"],
        r"\x00(?P<version>(?P<series>[23]\.\d{1,2})\.\d{1,2}(?:(?:a|b|rc)\d+)?)\+?\x00",
        &["python:python", "python_software_foundation:cpython"],
        &[
            ("cpython\0cpython-311\0cache_tag\0pymalloc_debug\x003.11.2\0strict\0", "3.11.2"),
            ("\x003.45.1\0lib/python3.13\0\x003.13.0rc2\0", "3.13.0rc2"),
        ],
    )
    // SQLite, OpenSSL and others have numbers of the same kind.
    .confirm(r"cpython-{digits}\b|python{series}\b")
    .others(&["\x003.40.1\0lib/python3.11\0", "\x003.11.2\0", "\x003.5.7\0cpython-312\0"]),
    rule(
        "pypy",
        &["pypy*", "libpypy*"],
        r"\[PyPy {version}",
        &["pypy:pypy"],
        &[("[PyPy 7.3.11 with ", "7.3.11")],
    ),
    rule(
        "node",
        &["node", "nodejs", "libnode.so*", "libnode.*"],
        r"(?:node\.js/|/download/release/)v{version}",
        &["nodejs:node.js"],
        &[
            ("json\0node.js/v20.11.0\0", "20.11.0"),
            ("https://nodejs.org/download/release/v18.4.0/node-v18.4.0.tar.gz\0", "18.4.0"),
        ],
    )
    .others(&["\0v20.11.0\0", "node/v21.6.0"]),
    rule(
        "deno",
        &["deno", "denort"],
        r"Deno/{version}",
        &["deno:deno"],
        &[("symlink target '2.2.02.2.0+2968816Deno/2.2.0Deno/2.2.0+296881", "2.2.0")],
    ),
    rule(
        "bun",
        &["bun", "bunx"],
        r"Bun v{version}",
        &["oven:bun"],
        &[("Bun v1.1.0 (5903a614) Linux x64 {s}", "1.1.0")],
    ),
    rule(
        "java",
        &["libjvm.so", "libjvm.dylib", "jvm.dll"],
        r"(?:OpenJDK|HotSpot\(TM\)|Temurin|GraalVM)[^\x00(]{0,40} VM \([^)\x00]{1,80}\) for [^ \x00]{1,40} JRE \((?P<version>[0-9][0-9._]*)",
        &["oracle:openjdk", "oracle:jre", "oracle:jdk"],
        &[
            (
                "OpenJDK 64-Bit Server VM (17.0.21.1+2-1-deb12u1-Debian) for linux-amd64 JRE (17.0.21.1+2-1",
                "17.0.21.1",
            ),
            (
                "OpenJDK 64-Bit Server VM (25.372-b07) for linux-amd64 JRE (1.8.0_372-b07), built",
                "1.8.0_372",
            ),
        ],
    ),
    rule(
        "ruby",
        &["ruby", "ruby2*", "ruby3*", "libruby*.so*", "libruby*.dylib"],
        r"ruby {version}(?:p\d+|preview\d+|dev|rc\d+)? \(\d{4}-",
        &["ruby-lang:ruby"],
        &[("\0ruby 3.1.2p20 (2022-04-12 revision 4491bb740a)", "3.1.2")],
    )
    .others(&["ruby 3.1.2 or later"]),
    rule(
        "perl",
        &["perl", "perl5*", "libperl.so*"],
        r"\x00v(?P<version>5\.\d+\.\d+)\x00",
        &["perl:perl"],
        &[("PERL_INTERNAL_RAND_SEED\0v5.36.0\0panic: sysconf", "5.36.0")],
    ),
    rule(
        "php",
        &["php", "php5*", "php7*", "php8*", "php-fpm*", "php-cgi*", "phpdbg*", "libphp*.so*", "mod_php*"],
        r"X-Powered-By: PHP/(?P<version>\d+\.\d+\.\d+(?:(?:alpha|beta|RC)\d+)?)",
        &["php:php"],
        &[("X-Powered-By: PHP/8.2.36\0", "8.2.36"), ("X-Powered-By: PHP/8.3.0RC2\0", "8.3.0RC2")],
    ),
    rule(
        "erlang",
        &["beam.smp", "beam"],
        r"\x00(?P<version>(?P<series>\d\d)(?:\.\d+){1,3})\x00",
        &["erlang:erlang/otp"],
        &[(
            "Erlang/OTP 25%s [erts-13.1.5] [source]\0\x0013.1.5\0[jit:ns%s]\n\x0025.2.3\0",
            "25.2.3",
        )],
    )
    // The emulator has a version of its own.
    .confirm(r"Erlang/OTP {series}\b")
    .others(&["Erlang/OTP 25%s [erts-13.1.5] [source]\0\x0013.1.5\0"]),
    rule(
        "lua",
        &["lua", "lua5*", "luac*", "liblua*"],
        r"Lua (?P<version>5\.\d\.\d+) {1,2}Copyright",
        &["lua:lua"],
        &[
            ("$LuaVersion: Lua 5.3.6  Copyright (C) 1994-2020 Lua.org", "5.3.6"),
            ("$Lua: Lua 5.1.5 Copyright (C) 1994-2012 Lua.org", "5.1.5"),
        ],
    ),
    rule(
        "luajit",
        &["luajit*", "libluajit*"],
        r"LuaJIT (?P<version>2\.\d+\.[0-9a-z.-]+)\x00",
        &["luajit:luajit"],
        &[("table.clear\0LuaJIT 2.1.0-beta3\0jit", "2.1.0-beta3")],
    ),
    rule(
        "tcl",
        &["libtcl*.so*", "libtcl*.dylib"],
        r"\x00(?P<version>[89]\.\d+\.\d+)\x00",
        &["tcl:tcl"],
        &[("pointerSize\x008.6.13\0tcl_patchLevel\0", "8.6.13")],
    )
    .confirm("tcl_patchLevel"),
    rule(
        "dart",
        &["dart", "dartaotruntime"],
        r"{version}[0-9A-Za-z.-]{0,20} \((?:stable|beta|dev|main)\) \([A-Z][a-z]{2} [A-Z]",
        &["dart:dart_software_development_kit"],
        &[("\x003.1.0 (stable) (Tue Aug 15 21:33:36 2023 +0000) on \"linux_x64\"", "3.1.0")],
    ),
    rule(
        "swift",
        &["swift", "swiftc", "swift-frontend", "swift-driver"],
        r"Swift version {version} \(",
        &["apple:swift"],
        &[("Swift version 5.9.1 (swift-5.9.1-RELEASE)", "5.9.1")],
    ),
    rule(
        "rust",
        &["librustc_driver-*"],
        r"rustc version (?P<version>1\.\d+\.\d+)",
        &["rust-lang:rust"],
        &[("unexpected type: @rustc version 1.63.0clang LLVM", "1.63.0")],
    )
    .others(&["was produced by rustc version , but the current version is"]),
    rule(
        "gcc",
        &["gcc", "gcc-*", "*-gcc", "*-gcc-*", "cc1", "cc1plus"],
        r"\x00(?P<version>(?:[4-9]|[12]\d)\.\d{1,2}\.\d{1,2})\x00",
        &["gnu:gcc"],
        &[("Thread model: %s\n\x0012.2.0\0gcc version %s %s\n\0", "12.2.0")],
    )
    .confirm(r"gcc version|__GNUC__|__ORDER_BIG_ENDIAN__"),
    rule(
        "cmake",
        &["cmake", "ctest", "cpack"],
        r"{version}\x00(?:Empty command|Start element| IFW generator)",
        &["kitware:cmake"],
        &[("UNKNOWN_DEFINED_3.25.1\0Empty command\0", "3.25.1")],
    ),
    // Databases and caches. Their build numbers are `VERSION BUILD_ID`, and nothing else is.
    rule(
        "redis",
        &["redis-server", "redis-cli", "redis-check-*", "redis-sentinel", "redis-benchmark"],
        r"\x00(?P<version>\d{1,2}\.\d{1,2}\.\d{1,3})\x00",
        &["redis:redis", "redislabs:redis"],
        &[
            ("\0err\x007.0.15\0c11-builtin\0\x007.0.151790282056000000000\0", "7.0.15"),
            ("\x006.2.5\0jemalloc\x006.2.5buildhost-170000000000000000\0", "6.2.5"),
        ],
    )
    .confirm(r"{version}[0-9A-Za-z_-][0-9A-Za-z._-]{14,90}\x00")
    .others(&["\x007.0.15\0", "valkey_version\0\x007.2.4\0\x008.0.1buildhost-170000000000000000\0"]),
    rule(
        "valkey",
        &["valkey-server", "valkey-cli", "valkey-check-*", "valkey-sentinel", "valkey-benchmark"],
        r"\x00(?P<version>\d{1,2}\.\d{1,2}\.\d{1,3})\x00",
        &["lfprojects:valkey", "linuxfoundation:valkey", "valkey-io:valkey"],
        &[("\x007.2.4\0valkey_version\0\x008.0.1\0\x008.0.1buildhost-170000000000000000\0", "8.0.1")],
    )
    // It has the version of Redis that it is compatible with, too.
    .confirm(r"{version}[0-9A-Za-z_-][0-9A-Za-z._-]{14,90}\x00"),
    rule(
        "keydb",
        &["keydb-server", "keydb-cli", "keydb-check-*"],
        r"\x00(?P<version>\d{1,2}\.\d{1,2}\.\d{1,3})\x00",
        &["snapchat:keydb"],
        &[("\x006.3.4\0\x006.3.4buildhost-170000000000000000\0", "6.3.4")],
    )
    .confirm(r"{version}[0-9A-Za-z_-][0-9A-Za-z._-]{14,90}\x00"),
    rule(
        "memcached",
        &["memcached"],
        r"memcached {version}",
        &["memcached:memcached"],
        &[("listen\0memcached 1.6.18\0udp-port", "1.6.18")],
    ),
    rule(
        "postgresql",
        &["postgres", "pg_ctl", "initdb", "pg_dump", "psql"],
        r"\(PostgreSQL\) (?P<version>\d+(?:\.\d+)+|\d+(?:beta|rc)\d+)",
        &["postgresql:postgresql"],
        &[
            ("\0postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n\0", "15.20"),
            ("postgres (PostgreSQL) 16rc1\n\0", "16rc1"),
        ],
    ),
    rule(
        "mariadb",
        &["mariadbd", "mariadb", "mariadb-*", "mysqld", "mysql", "mysqladmin", "mysqldump"],
        r"(?P<version>1\d\.\d+\.\d+)-MariaDB",
        &["mariadb:mariadb"],
        &[("-0+deb12u1\x0010.11.19-MariaDB\0x86_64\0", "10.11.19")],
    )
    .others(&["\x002.7.4-MariaDB\0"]),
    rule(
        "mysql",
        &["mysqld", "mysqld-debug"],
        r"/mysql(?:-server|-community)?-(?P<version>[589]\.\d+\.\d+)/",
        &["oracle:mysql", "oracle:mysql_server"],
        &[("/export/home/pb2/build/rpm/BUILD/mysql-8.0.33/mysql-8.0.33/sql/mysqld.cc\0", "8.0.33")],
    )
    .doubt("the version of the source directory that it was built from")
    .others(&["10.11.19-MariaDB"]),
    rule(
        "pgbouncer",
        &["pgbouncer"],
        r"PgBouncer {version}",
        &["pgbouncer:pgbouncer"],
        &[("memtotal\0PgBouncer 1.18.0\0pool_mode", "1.18.0")],
    ),
    rule(
        "openldap",
        &["slapd"],
        r"\$OpenLDAP: slapd {version}",
        &["openldap:openldap"],
        &[("@(#) $OpenLDAP: slapd 2.5.13+dfsg-5 (Feb  8 2023", "2.5.13")],
    ),
    // Web servers and proxies.
    rule(
        "apache",
        &["httpd", "apache2", "httpd.*", "apache2.*"],
        r"Apache/(?P<version>2\.\d+\.\d+)",
        &["apache:http_server"],
        &[("\0Apache/2.4.71 (Debian)\0", "2.4.71")],
    ),
    rule(
        "openresty",
        &["nginx", "openresty"],
        r"openresty/{version}",
        &["openresty:openresty"],
        &[("nginx version: openresty/1.21.4.1\n", "1.21.4.1")],
    ),
    rule(
        "nginx",
        &["nginx", "nginx-debug", "openresty"],
        r"(?:nginx|openresty)/(?P<version>\d+\.\d+\.\d+)",
        &["f5:nginx", "f5:nginx_open_source", "nginx:nginx"],
        &[
            ("nginx version: nginx/1.22.1\n", "1.22.1"),
            ("nginx version: openresty/1.21.4.1\n", "1.21.4"),
        ],
    ),
    rule(
        "tengine",
        &["nginx", "tengine"],
        r"Tengine/{version}",
        &["alibaba:tengine"],
        &[("Tengine version: Tengine/2.3.2\n", "2.3.2")],
    ),
    rule(
        "angie",
        &["angie", "angie-debug"],
        r"Angie/{version}",
        &["wbsrv:angie"],
        &[("Angie version: Angie/1.4.0\n", "1.4.0")],
    ),
    rule(
        "lighttpd",
        &["lighttpd"],
        r"lighttpd/{version}",
        &["lighttpd:lighttpd"],
        &[("\0lighttpd/1.4.69\0server\0", "1.4.69")],
    ),
    rule(
        "haproxy",
        &["haproxy"],
        r" version (?P<version>\d+\.\d+(?:\.\d+|-dev\d+))[^,\x00]{0,60}, released ",
        &["haproxy:haproxy"],
        &[(" version 2.6.12-1+deb12u4, released 2026/10/17\0", "2.6.12")],
    ),
    rule(
        "envoy",
        &["envoy", "envoy-static*"],
        r"{version}(?:-dev)?/(?:Clean|Modified|Distribution)/(?:RELEASE|DEBUG)",
        &["envoyproxy:envoy"],
        &[("ad9d8a1b2c/1.27.0/Clean/RELEASE/BoringSSL", "1.27.0")],
    ),
    rule(
        "squid",
        &["squid", "squid-openssl"],
        r"\x00squid/{version}\x00",
        &["squid-cache:squid", "squid:squid"],
        &[("in '\0squid/5.7\0;\t \0HTTP/", "5.7")],
    ),
    rule(
        "varnish",
        &["varnishd", "libvarnishapi.so*"],
        r"varnish-{version} revision",
        &["varnish_cache_project:varnish_cache"],
        &[("\0varnish-7.1.1 revision 7cee1c581bead20e88d1\0", "7.1.1")],
    ),
    rule(
        "trafficserver",
        &["traffic_server", "traffic_manager"],
        r"Traffic Server {version}",
        &["apache:traffic_server"],
        &[("\0Traffic Server 9.2.9 Apr  4 2026 14:52:39 localhost\0", "9.2.9")],
    ),
    rule(
        "uwsgi",
        &["uwsgi", "uwsgi-core", "uwsgi_*"],
        r"\x00(?P<version>2\.0\.\d+)(?:-[a-z]+)?\x00",
        &["unbit:uwsgi"],
        &[("default\x002.0.21-debian\0listen_queue_errors\0", "2.0.21")],
    )
    .confirm("listen_queue_errors"),
    rule(
        "stunnel",
        &["stunnel", "stunnel3", "stunnel4"],
        r"stunnel {version} on ",
        &["stunnel:stunnel"],
        &[("\0stunnel 5.68 on x86_64-pc-linux-gnu platform\0", "5.68")],
    ),
    rule(
        "coturn",
        &["turnserver"],
        r"Coturn-{version}",
        &["coturn_project:coturn"],
        &[("TURN Server\0Coturn-4.6.1 'Gorst'\0", "4.6.1")],
    ),
    // Mail, names, files and other services.
    rule(
        "exim",
        &["exim", "exim4", "exim-4*"],
        r"\x00(?P<version>4\.\d+(?:\.\d+)*)\x00<<eximversion>>",
        &["exim:exim"],
        &[("<<eximcnumber>>\x004.96\0<<eximversion>>\0", "4.96")],
    ),
    rule(
        "postfix",
        &["libpostfix-global.so*", "master"],
        r"mail_version[\x00=](?P<version>\d+\.\d+\.\d+)",
        &["postfix:postfix"],
        &[("mail_version=3.7.11\0MAIL_VERBOSE\0", "3.7.11")],
    ),
    rule(
        "dovecot",
        &["dovecot"],
        r"Dovecot v{version} \(",
        &["dovecot:dovecot", "open-xchange:dovecot"],
        &[("\0Dovecot v2.3.19.1 (9b53102964) starting up\0", "2.3.19.1")],
    ),
    rule(
        "bind",
        &["named"],
        r"BIND (?P<version>9\.\d+\.\d+(?:-[PS]\d+)?)",
        &["isc:bind"],
        &[("named version: BIND 9.18.49-1~deb12u3-Debian <>", "9.18.49"), ("BIND 9.11.4-P2 ", "9.11.4-P2")],
    )
    .others(&["BIND 9 is maintained by Internet Systems Consortium"]),
    rule(
        "unbound",
        &["unbound", "unbound-control", "libunbound.so*"],
        r"unbound (?P<version>1\.\d+\.\d+)",
        &["nlnetlabs:unbound"],
        &[("READY=1\0unbound 1.17.1\0start of service (%s).\0", "1.17.1")],
    ),
    rule(
        "dnsmasq",
        &["dnsmasq"],
        r"\x00dnsmasq-(?P<version>2\.\d+(?:\.\d+)?(?:test\d+|rc\d+)?)\x00",
        &["thekelleys:dnsmasq", "dnsmasq:dnsmasq"],
        &[("/etc/dnsmasq.conf\0dnsmasq-2.90\0version.bind\0", "2.90")],
    ),
    rule(
        "knot-dns",
        &["knotd"],
        r"Knot DNS {version}",
        &["nic:knot_dns"],
        &[("\0Knot DNS 3.2.6\0ZONE=%.*s", "3.2.6")],
    ),
    rule(
        "samba",
        &["smbd", "libsmbd-base*.so*", "nmbd", "winbindd"],
        r"SAMBA_(?P<version>4\.\d+\.\d+)",
        &["samba:samba"],
        &[("libc.so.6\0SAMBA_4.17.12_DEBIAN_SAMBA4\0", "4.17.12")],
    ),
    rule(
        "openssh",
        &["sshd", "ssh", "sshd-session"],
        r"OpenSSH_(?P<version>\d+\.\d+p\d+)",
        &["openbsd:openssh"],
        &[("\0OpenSSH_9.2p1 Debian-2+deb12u10\0usage:", "9.2p1")],
    )
    .others(&["OpenSSH_2.*,OpenSSH_3.0*,OpenSSH_3.1*"]),
    rule(
        "openvpn",
        &["openvpn"],
        r"OpenVPN {version} [a-z0-9_]+-",
        &["openvpn:openvpn"],
        &[("\0OpenVPN 2.6.14 x86_64-pc-linux-gnu [SSL (OpenSSL)]", "2.6.14")],
    ),
    rule(
        "strongswan",
        &["charon", "charon-*"],
        r"\(strongSwan {version},",
        &["strongswan:strongswan"],
        &[("Starting IKE charon daemon (strongSwan 5.9.8, %s %s, %s)\0", "5.9.8")],
    ),
    rule(
        "proftpd",
        &["proftpd"],
        r"ProFTPD Version (?P<version>1\.\d+\.\d+(?:rc\d+|[a-z])?)",
        &["proftpd:proftpd"],
        &[("\0ProFTPD Version 1.3.8\0LANG\0", "1.3.8"), ("ProFTPD Version 1.3.7rc4\0", "1.3.7rc4")],
    ),
    rule(
        "pure-ftpd",
        &["pure-ftpd*"],
        r"pure-ftpd v{version}",
        &["pureftpd:pure-ftpd"],
        &[("none\0%llu:%llu\0pure-ftpd v1.0.50 [privsep]\n", "1.0.50")],
    ),
    rule(
        "vsftpd",
        &["vsftpd"],
        r"vsftpd: version {version}",
        &["vsftpd_project:vsftpd"],
        &[("vsftpd: version 3.0.3\n\0", "3.0.3")],
    ),
    rule(
        "mosquitto",
        &["mosquitto"],
        r"\x00{version}\x00mosquitto version",
        &["eclipse:mosquitto"],
        &[("\x002.0.11\0mosquitto version %s\n", "2.0.11")],
    ),
    rule(
        "freeradius",
        &["radiusd", "freeradius"],
        r"FreeRADIUS Version {version}",
        &["freeradius:freeradius"],
        &[("\0FreeRADIUS Version 3.2.1, for host x86_64-pc-linux-gnu", "3.2.1")],
    ),
    rule(
        "tor",
        &["tor"],
        r"\x00tor {version}\x00",
        &["torproject:tor"],
        &[("\0tor 0.4.9.11\0\0\0INTERNAL ERROR", "0.4.9.11")],
    ),
    rule(
        "monit",
        &["monit"],
        r">monit {version}<",
        &["mmonit:monit"],
        &[("<a href='http://mmonit.com/monit/'>monit 5.33.0</a>", "5.33.0")],
    ),
    rule(
        "transmission",
        &["transmission-*"],
        r"\x00Transmission/{version}\x00",
        &["transmissionbt:transmission"],
        &[("\0Transmission/3.00\0identity\0", "3.00")],
    ),
    rule(
        "ntpsec",
        &["ntpd"],
        r"\x00{version}\x00ntpd ntpsec-",
        &["ntpsec:ntpsec"],
        &[("%12s\x001.2.2\0ntpd ntpsec-%s\0", "1.2.2")],
    ),
    rule(
        "powerdns-recursor",
        &["pdns_recursor"],
        r#"PACKAGEVERSION=[\\'" ]{0,16}{version}"#,
        &["powerdns:recursor"],
        &[(r#"-DPACKAGEVERSION='\''"4.8.8-1+deb12u1.Debian"'\''"#, "4.8.8")],
    ),
    rule(
        "fluent-bit",
        &["fluent-bit"],
        r"Fluent Bit v{version}",
        &["treasuredata:fluent_bit"],
        &[("Fluent Bit v2.1.8\n", "2.1.8")],
    ),
    // Tools.
    rule(
        "busybox",
        &["busybox", "busybox.*"],
        r"BusyBox v{version}",
        &["busybox:busybox"],
        &[("out of memory\0BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1)\0", "1.35.0")],
    ),
    rule(
        "bash",
        &["bash", "rbash", "bash-static"],
        r"@\(#\)Bash version {version}\(",
        &["gnu:bash"],
        &[("\0@(#)Bash version 5.2.15(1) release GNU\0", "5.2.15")],
    ),
    rule(
        "git",
        &["git", "git-shell", "git-remote-http*"],
        r"\bgit/(?P<version>\d+\.\d+\.\d+(?:\.\d+)*)[\x00.]",
        &["git-scm:git"],
        &[("git/2.39.5\0GIT_USER_AGENT\0", "2.39.5")],
    )
    .others(&["share/doc/git/html"]),
    rule(
        "rsync",
        &["rsync"],
        r"\x00(?P<version>3\.\d{1,2}\.\d{1,2}(?:pre\d+)?)\x00",
        &["samba:rsync"],
        &[("\"%s\": \"%s\"\x003.5.0\0copyright\0rsync://\0", "3.5.0")],
    )
    .confirm("rsync"),
    rule(
        "sudo",
        &["sudo", "sudo.ws"],
        r"\x00(?P<version>1\.[89]\.\d{1,2}(?:(?:p|b|rc)\d+)?)\x00",
        &["sudo_project:sudo"],
        &[("Sudo version %s\n\x001.9.13p3\0Configure options: %s\n", "1.9.13p3")],
    )
    .confirm("Sudo version"),
    rule(
        "sudo",
        &["sudoers.so"],
        r"\x00sudoers (?P<version>1\.\d{1,2}\.\d{1,2}(?:(?:p|b|rc)\d+)?)\x00",
        &["sudo_project:sudo"],
        &[("ClientHello\0sudoers 1.9.13p3\0plugin", "1.9.13p3")],
    ),
    rule(
        "wget",
        &["wget"],
        r"\x00(?P<version>1\.[12]\d(?:\.\d+)*)\x00",
        &["gnu:wget"],
        &[("-g -Wall\x001.21.3\0ABCDEFGHIJK\0GNU Wget %s", "1.21.3")],
    )
    // The program has zlib's version, too.
    .confirm("GNU Wget")
    .others(&["\x001.2.13\0GNU Wget %s"]),
    rule(
        "tar",
        &["tar", "gtar"],
        r"\x00(?P<version>1\.\d\d)\x00",
        &["gnu:tar"],
        &[("byte %s: %s\x001.34\0%s-%s-%d\n\0GNU tar\0", "1.34")],
    )
    .confirm("GNU tar"),
    rule(
        "gzip",
        &["gzip", "gunzip"],
        r"while zipping\n\x00(?P<version>1\.\d+)\x00",
        &["gnu:gzip"],
        &[("%s: %s: file size changed while zipping\n\x001.12\0", "1.12")],
    ),
    rule(
        "patch",
        &["patch", "gpatch"],
        r"\x00{version}\x00GNU patch",
        &["gnu:patch"],
        &[("%s\n\x002.7.6\0GNU patch\0", "2.7.6")],
    ),
    rule(
        "bison",
        &["bison"],
        r"GNU Bison {version}",
        &["gnu:bison"],
        &[("\0GNU Bison 3.8.2\0digraph", "3.8.2")],
    ),
    rule(
        "jq",
        &["jq", "jq-linux*"],
        r"\x00(?P<version>1\.[5-9](?:\.\d+)?(?:rc\d+)?)\x00",
        &["jqlang:jq", "jq_project:jq"],
        &[("output failed: %s\n\x001.6\0DEBUG:\0\x1e\0jq: error (at %s): %s\n\0", "1.6")],
    )
    .confirm("jq: error"),
    rule(
        "gnupg",
        &["gpg", "gpg2", "gpgv", "gpgsm", "dirmngr"],
        r"\((?:@GNUPG@|GnuPG)\)\x00{version}",
        &["gnupg:gnupg"],
        &[("@GPG@ (@GNUPG@)\x002.2.40\0GNU/Linux", "2.2.40"), ("@GPG@v (GnuPG)\x002.2.40\0", "2.2.40")],
    ),
    rule(
        "tcpdump",
        &["tcpdump", "tcpdump.*"],
        r"version (?P<version>4\.\d+\.\d+)",
        &["tcpdump:tcpdump", "lbl:tcpdump"],
        &[("\0%s version 4.99.3\n\0", "4.99.3")],
    ),
    rule(
        "nmap",
        &["nmap"],
        r"\x00{version}\x00Nmap\x00",
        &["nmap:nmap"],
        &[("https://nmap.org\x007.93\0Nmap\0NMAPDIR", "7.93")],
    ),
    rule(
        "qemu",
        &["qemu-system-*", "qemu-img", "qemu-nbd", "qemu-*-static"],
        r"(?:QEMU emulator|qemu-[a-z0-9_]+) version {version}",
        &["qemu:qemu"],
        &[
            ("\0QEMU emulator version 7.2.22 (Debian", "7.2.22"),
            ("\0qemu-img version 7.2.22 (Debian", "7.2.22"),
        ],
    ),
    rule(
        "ffmpeg",
        &["ffmpeg*", "ffprobe*", "ffplay*"],
        r"(?:FFmpeg|%s) version n?{version}",
        &["ffmpeg:ffmpeg"],
        &[
            ("\0%s version 5.1.9-0+deb12u1\0%sbuilt with %s\n", "5.1.9"),
            ("\0%s version %s\0%sbuilt with %s\n\0FFmpeg version n9.0.2-17-g2a571b6068\0", "9.0.2"),
        ],
    )
    .others(&["%s version N-109542-g2d9ed64859\0"]),
    rule(
        "ffmpeg",
        &["libavutil.so*", "libavcodec.so*", "libavformat.so*", "libavutil-*.so*"],
        r"FFmpeg version n?{version}",
        &["ffmpeg:ffmpeg"],
        &[("\0FFmpeg version 5.1.9-0+deb12u1\0", "5.1.9")],
    ),
    rule(
        "imagemagick",
        &["libMagickCore*", "magick"],
        r"ImageMagick (?P<version>\d+\.\d+\.\d+-\d+) Q",
        &["imagemagick:imagemagick"],
        &[("\0ImageMagick 6.9.11-60 Q16 x86_64 2021-01-25", "6.9.11-60")],
    ),
    rule(
        "ghostscript",
        &["libgs.so*", "gs", "gsc"],
        r"/ghostscript/(?P<version>\d+\.\d+(?:\.\d+)?)/",
        &["artifex:ghostscript", "ghostscript:ghostscript"],
        &[("/usr/share/ghostscript/10.00.0/Resource/Init:", "10.00.0")],
    ),
    // Libraries, whose static copies are looked for where their banner is their own.
    rule(
        "openssl",
        &["libcrypto.so*", "libssl.so*", "libcrypto*.dylib", "libcrypto-*.dll", "openssl"],
        r"OpenSSL (?P<version>\d\.\d+\.\d+(?:[a-z]{1,2}|-(?:alpha|beta|pre|dev)\d*)?)(?:\+quic|-fips)? {1,2}\d{1,2} [A-Z][a-z]{2} \d{4}",
        &["openssl:openssl"],
        &[
            ("\0OpenSSL 3.0.22 25 Aug 2026\x003.0.22\0OPENSSLDIR: \"/usr\"", "3.0.22"),
            ("\0OpenSSL 1.0.2k-fips  26 Jan 2017\0OPENSSLDIR: \"/usr\"", "1.0.2k"),
            ("\0OpenSSL 3.0.12+quic 24 Oct 2023\0OPENSSLDIR: \"/usr\"", "3.0.12"),
        ],
    )
    // Headers bring the banner into every program that shows it; this is in the library alone.
    .confirm("OPENSSLDIR: ")
    .banner("OpenSSL ", "libcrypto")
    .others(&["OpenSSL 1.1.1 (compatible; BoringSSL)", "enable OpenSSL 3.0 legacy provider", "\0OpenSSL 3.0.22 25 Aug 2026\0"]),
    rule(
        "aws-lc",
        &["libcrypto.so*", "libcrypto*.dylib"],
        r"OpenSSL 1\.1\.1 \(compatible; AWS-LC (?:FIPS )?{version}",
        &["amazon:aws-lc"],
        &[("OpenSSL 1.1.1 (compatible; AWS-LC 1.30.0)\0", "1.30.0")],
    )
    .banner("OpenSSL ", "libcrypto"),
    rule(
        "boringssl",
        &["libcrypto.so*"],
        r"OpenSSL 1\.1\.1 \(compatible; BoringSSL\)",
        &["google:boringssl"],
        &[("OpenSSL 1.1.1 (compatible; BoringSSL)\0", "")],
    )
    .doubt("BoringSSL has no versions")
    .banner("OpenSSL ", "libcrypto"),
    rule(
        "libressl",
        &["libcrypto.so*", "libssl.so*", "libtls.so*", "openssl"],
        r"LibreSSL {version}",
        &["openbsd:libressl"],
        &[("\0LibreSSL 3.8.2\0", "3.8.2")],
    )
    .banner("LibreSSL ", "libcrypto"),
    rule(
        "gnutls",
        &["libgnutls.so*"],
        r"Enabled GnuTLS {version} logging",
        &["gnu:gnutls"],
        &[("Enabled GnuTLS 3.7.9 logging...\n", "3.7.9")],
    ),
    rule(
        "mbedtls",
        &["libmbedcrypto.so*", "libmbedtls.so*"],
        r"[Mm]bed TLS {version}",
        &["arm:mbed_tls", "mbed-tls:mbedtls"],
        &[("\0mbed TLS 2.28.3\0MBEDTLS_HAVE_ASM\0", "2.28.3")],
    ),
    rule(
        "wolfssl",
        &["libwolfssl.so*"],
        r"wolfSSL {version}",
        &["wolfssl:wolfssl"],
        &[("./src/pk.c\0wolfSSL 5.5.4\0", "5.5.4")],
    ),
    rule(
        "curl",
        &["curl", "curl-*"],
        r"\x00curl/{version}",
        &["haxx:curl"],
        &[("Accept: application/json\0curl/7.88.1\0", "7.88.1")],
    ),
    rule(
        "libcurl",
        &["libcurl.so*", "libcurl-*.so*", "libcurl*.dylib", "libcurl*.dll"],
        r"\x00libcurl/{version}",
        &["haxx:libcurl", "haxx:curl"],
        &[("\0/\0libcurl/7.88.1\0zlib/%s\0", "7.88.1")],
    )
    .banner("libcurl/", "libcurl"),
    rule(
        "zlib-ng",
        &["libz.so*", "libz-ng.so*"],
        r"\x00 ?zlib-ng {version}",
        &["zlib-ng:zlib-ng"],
        &[("\0\0zlib-ng 2.3.3\0\0", "2.3.3")],
    )
    .banner("zlib-ng ", ""),
    rule(
        "zlib",
        &["libz.so*", "libz.dylib", "libz.*.dylib", "zlib1.dll"],
        r" (?:de|in)flate (?P<version>1\.\d+(?:\.\d+)*)(?:-motley|f-Intel)? Copyright",
        &["zlib:zlib"],
        &[
            (" deflate 1.2.13 Copyright 1995-2022 Jean-loup Gailly and Mark Adler \0", "1.2.13"),
            (" inflate 1.2.8 Copyright 1995-2013 Mark Adler \0", "1.2.8"),
        ],
    )
    // It has the banner of the zlib that it is compatible with.
    .unless("zlib-ng ")
    .banner("flate 1.", "")
    .others(&[" deflate 1.3.1 Copyright 1995-2024 Jean-loup Gailly\0\0zlib-ng 2.3.3\0"]),
    rule(
        "sqlite",
        &["libsqlite3.so*", "libsqlite3*.dylib", "sqlite3.dll"],
        r"[^0-9A-Za-z.](?P<version>3\.\d{1,2}\.\d{1,2}(?:\.\d)?)\x00",
        &["sqlite:sqlite"],
        &[("SQLite format 3\0\x08\0\x003.40.1\0", "3.40.1")],
    )
    .confirm("SQLite format 3"),
    rule(
        "libxml2",
        &["libxml2.so*"],
        r"[^0-9](?P<major>2)(?P<minor>[01]\d)(?P<patch>\d\d)(?:-GIT[0-9A-Za-z.-]{0,60})?\x00",
        &["xmlsoft:libxml2", "libxml2:libxml2"],
        &[("::\x0020914\0\0\0\0\0xmlGetGlobalState: out of memory", "2.9.14"), ("\x0021105-GITv2.11.5\0", "2.11.5")],
    ),
    rule(
        "libexpat",
        &["libexpat*.so*", "libexpat*.dylib"],
        r"\x00expat_(?P<version>[12]\.\d+\.\d+)\x00",
        &["libexpat_project:libexpat"],
        &[("parser not started\0expat_2.5.0\0", "2.5.0")],
    )
    .banner("expat_", "")
    .others(&["\0expat_realloc\0"]),
    rule(
        "libpng",
        &["libpng*.so*", "libpng*.dylib"],
        r"libpng version (?P<version>1\.\d+\.\d+)",
        &["libpng:libpng"],
        &[("\nlibpng version 1.6.39\nCopyright (c) 2018-2022 Cosmin Truta", "1.6.39")],
    )
    .banner("libpng version ", ""),
    rule(
        "libjpeg-turbo",
        &["libjpeg.so*", "libturbojpeg.so*"],
        r"libjpeg-turbo version {version} \(build",
        &["libjpeg-turbo:libjpeg-turbo"],
        &[("libjpeg-turbo version 2.1.5 (build 20230203)\0", "2.1.5")],
    )
    .banner("libjpeg-turbo version ", ""),
    rule(
        "libtiff",
        &["libtiff.so*"],
        r"LIBTIFF, Version {version}",
        &["libtiff:libtiff"],
        &[("LIBTIFF, Version 4.5.0\nCopyright (c) 1988-1996 Sam Leffler", "4.5.0")],
    )
    .banner("LIBTIFF, Version ", "libtiff"),
    rule(
        "libarchive",
        &["libarchive.so*", "bsdtar", "bsdcpio"],
        r"\x00libarchive {version}",
        &["libarchive:libarchive"],
        &[("0123456789abcdef\0libarchive 3.6.2\0/tmp\0", "3.6.2")],
    )
    .banner("libarchive ", "libarchive"),
    rule(
        "xz",
        &["xz", "xzdec", "lzmainfo"],
        r"xz \(XZ Utils\) (?P<version>5\.\d+\.\d+(?:alpha|beta)?)",
        &["tukaani:xz"],
        &[("\0xz (XZ Utils) 5.4.1\n", "5.4.1")],
    ),
    rule(
        "xz",
        &["liblzma.so*", "liblzma*.dylib"],
        r"\x00(?P<version>5\.\d+\.\d+(?:alpha|beta)?)\x00",
        &["tukaani:xz"],
        &[("\0\0\x005.4.1\0\0\0", "5.4.1")],
    ),
    rule(
        "zstd",
        &["zstd"],
        r"\x00v(?P<version>1\.\d+\.\d+)\x00",
        &["facebook:zstandard"],
        &[("Disabled\0Enabled\0v1.5.4\0Zstandard CLI\0", "1.5.4")],
    ),
    rule(
        "zstd",
        &["libzstd.so*"],
        r"[^0-9A-Za-z.](?P<version>1\.\d+\.\d+)\x00",
        &["facebook:zstandard"],
        &[("\x01\x001.5.4\0", "1.5.4")],
    ),
    rule(
        "bzip2",
        &["libbz2.so*", "bzip2"],
        r"\x00(?P<version>1\.0\.\d+), \d{1,2}-[A-Z][a-z]{2}-\d{4}",
        &["bzip:bzip2"],
        &[("r\x001.0.8, 13-Jul-2019\0OK\0", "1.0.8")],
    ),
    rule(
        "glibc",
        &["libc.so.6", "libc-2.*.so"],
        r"GNU C Library [^\x00\n]{0,80}release version (?P<version>2\.\d+(?:\.\d+)?)",
        &["gnu:glibc"],
        &[("GNU C Library (Debian GLIBC 2.36-9+deb12u14) stable release version 2.36.\n", "2.36")],
    ),
    rule(
        "musl",
        &["ld-musl-*.so.1", "libc.so", "libc.musl-*.so.1"],
        r"\x00(?P<version>[01]\.\d+\.\d+)(?:-git[^\x00]{0,40})?\x00",
        &["musl-libc:musl"],
        &[("/proc/self/fd/\x001.2.3\0Unsupported request %d\0musl libc (x86_64)\n", "1.2.3")],
    )
    .confirm("musl libc"),
    rule(
        "kerberos",
        &["libkrb5.so*"],
        r"KRB5_BRAND: krb5-(?P<version>1\.\d+(?:\.\d+)?)",
        &["mit:kerberos_5"],
        &[("KRB5_BRAND: krb5-1.20.1-final 1.20.1 20221111\0", "1.20.1")],
    ),
    rule(
        "libgcrypt",
        &["libgcrypt.so*"],
        r"This is Libgcrypt {version}",
        &["gnupg:libgcrypt"],
        &[("\n\nThis is Libgcrypt 1.10.1 - The GNU Crypto Library\n", "1.10.1")],
    ),
    rule(
        "libpcap",
        &["libpcap.so*"],
        r"libpcap version {version}",
        &["tcpdump:libpcap"],
        &[("libpcap version 1.10.3 (with TPACKET_V3)\0", "1.10.3")],
    )
    .banner("libpcap version ", "libpcap"),
    rule(
        "libssh2",
        &["libssh2.so*"],
        r"SSH-2\.0-libssh2_{version}",
        &["libssh2:libssh2"],
        &[("\0SSH-2.0-libssh2_1.10.0\0", "1.10.0")],
    )
    .banner("SSH-2.0-libssh", "libssh2"),
    rule(
        "libssh",
        &["libssh.so*"],
        r"SSH-2\.0-libssh_{version}",
        &["libssh:libssh"],
        &[("\0SSH-2.0-libssh_0.10.6\0", "0.10.6")],
    )
    .banner("SSH-2.0-libssh", "libssh."),
    rule(
        "libnghttp2",
        &["libnghttp2.so*"],
        r"[^0-9A-Za-z.](?P<version>1\.\d+\.\d+)\x00",
        &["nghttp2:nghttp2"],
        &[("\0\0\x001.52.0\0\0", "1.52.0")],
    ),
    rule(
        "c-ares",
        &["libcares.so*"],
        r"\x00(?P<version>1\.\d{1,2}\.\d{1,2})\x00",
        &["c-ares:c-ares", "c-ares_project:c-ares"],
        &[("GetNetworkParams function\x001.18.1\0\0", "1.18.1")],
    ),
    rule(
        "libvpx",
        &["libvpx.so*"],
        r"WebM Project VP8 Decoder v{version}",
        &["webmproject:libvpx"],
        &[("\0WebM Project VP8 Decoder v1.12.0\0", "1.12.0")],
    )
    .banner("WebM Project VP8 Decoder ", "libvpx"),
    rule(
        "pcre2",
        &["libpcre2-*.so*"],
        r"[^0-9A-Za-z.](?P<version>10\.\d+) \d{4}-\d{2}-\d{2}\x00",
        &["pcre:pcre2"],
        &[("\x0010.42 2022-12-11\0", "10.42")],
    ),
    rule(
        "pcre",
        &["libpcre.so*"],
        r"[^0-9A-Za-z.](?P<version>8\.\d+) \d{4}-\d{2}-\d{2}\x00",
        &["pcre:pcre"],
        &[("\x008.39 2016-06-14\0", "8.39")],
    ),
    rule(
        "libheif",
        &["libheif.so*"],
        r"Success\x00{version}\x00",
        &["struktur:libheif"],
        &[("\0Success\x001.15.1\0heix\0", "1.15.1")],
    ),
];
