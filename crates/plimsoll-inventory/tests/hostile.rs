//! Broken input of every text format: whatever bytes come, a parser ends and does not panic.

use plimsoll_inventory::{apk, chisel, dpkg, os, pacman};

const SAMPLES: &[&[u8]] = &[
    b"Package: libssl3\nStatus: install ok installed\nMaintainer: A <a@b>\nArchitecture: amd64\n\
      Source: openssl (1:3.0.11-1)\nVersion: 3.0.11-1+b1\nDescription: x\n more\n\nPackage: b\n\
      Version: 2\n\n",
    b"C:Q1x=\nP:musl\nV:1.2.4-r4\nA:x86_64\nL:MIT\no:musl\nF:lib\nR:libc.so\nF:\nR:x\n\nP:b\nV:1\n\n",
    b"%NAME%\ngcc\n\n%VERSION%\n7.2-1\n\n%FILES%\nusr/\nusr/bin/gcc\n\n%LICENSE%\nGPL\n\n",
    b"/.\n/usr\n/usr/bin/a\n\nd41d8cd98f00b204e9800998ecf8427e  usr/bin/a\n",
    b"Format: https://www.debian.org/\n\nLicense: GPL-2+\n /usr/share/common-licenses/GPL-2.\n",
    b"ID=\"debian\"\nVERSION_ID='12'\nVERSION=\"12 (book\\\"worm)\"\nNAME=x\n",
    b"openEuler release 22.03 (LTS-SP1)\nVERSION = 11\nPATCHLEVEL = 4\nDISTRIB_ID=Ubuntu\n",
    b"deb http://x/ sid main\nhttp://x/alpine/edge/main\nSuites: sid\n",
    br#"{"attached": true, "services": [{"name": "esm-infra", "status": "enabled"}]}"#,
    br#"{"Content":[{"Name":"a","Version":"1","Release":"2","Epoch":"0"}]}"#,
];

/// Every parser on the same bytes: a file may stand at another's path.
fn parse_all(bytes: &[u8]) {
    dpkg::parse_status(bytes);
    dpkg::parse_status_d(bytes);
    dpkg::parse_list(bytes);
    dpkg::parse_md5sums(bytes);
    dpkg::licenses(bytes);
    apk::parse_installed(bytes);
    pacman::parse_desc(bytes);
    pacman::parse_files(bytes);
    chisel::parse_manifest(bytes);
    os::parse_bottlerocket_inventory(bytes);
    for path in os::OS_FILES {
        os::detect(&[(path, 0, bytes)]);
        // The files that only add something need one that names the system.
        for system in [&b"ID=debian"[..], b"ID=alpine", b"ID=ubuntu", b"ID=centos\nVERSION_ID=7"] {
            os::detect(&[("etc/os-release", 0, system), (path, 1, bytes)]);
        }
    }
}

#[test]
fn cut_anywhere() {
    for sample in SAMPLES {
        for end in 0..=sample.len() {
            parse_all(&sample[..end]);
        }
    }
}

#[test]
fn bits_flipped_anywhere() {
    // xorshift64, seeded, so that a failure comes again.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    for sample in SAMPLES {
        for _ in 0..400 {
            let mut bytes = sample.to_vec();
            for _ in 0..=random(4) {
                let at = random(bytes.len());
                bytes[at] ^= 1 << random(8);
            }
            // Pieces out of place, too.
            if random(3) == 0 {
                let at = random(bytes.len());
                bytes.rotate_left(at);
            }
            parse_all(&bytes);
        }
    }
}

#[test]
fn long_and_repeated_input_stays_bounded() {
    for unit in [
        &b"\n"[..],
        b":",
        b" ",
        b"P:a\nV:1\n\n",
        b"Package:a\nVersion:1\n\n",
        b"%A%\nb\n",
        b"=\"\\",
    ] {
        let bytes = unit.repeat((4 << 20) / unit.len());
        let packages =
            dpkg::parse_status(&bytes).value.len() + apk::parse_installed(&bytes).value.len();
        assert!(packages <= 500_000);
        parse_all(&bytes[..1 << 16]);
    }
    let one_line = [b"ID=".to_vec(), vec![b'x'; 4 << 20]].concat();
    let os = os::detect(&[("etc/os-release", 0, &one_line)]).value.expect("it has an ID");
    assert!(os.id.len() < 1_000);
}
