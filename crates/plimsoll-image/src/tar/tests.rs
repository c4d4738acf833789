//! The walk over tars of every form, and over hostile ones.

use super::testing::{Diary, Tar, diary, lines};
use super::{Input, Stop, walk};
use crate::{Limits, ProblemKind};

#[test]
fn entries_come_as_a_container_sees_them() {
    let tar = Tar::new()
        .directory("./")
        .directory("usr/")
        .file("./usr//a", b"alpha")
        .link("usr/b", b'2', "../target")
        .link("usr/c", b'1', "/usr/./a")
        .with("dev/null", b'3', b"", |_| {})
        .file("usr/.wh.gone", b"")
        .file("usr/.wh..wh..opq", b"")
        .file(".wh..wh..opq", b"")
        .file(".wh..wh.plnk/1.2", b"")
        .file("usr/.wh..wh.aufs", b"")
        .file("usr/a", b"again")
        .file("skip", b"not wanted")
        .file("sniff-no", b"no thanks")
        .file("sniff-yes", b"yes please")
        .end();
    assert_eq!(
        lines(&tar),
        [
            "directory ",
            "directory usr",
            "file usr/a 5",
            "  content alpha",
            "symlink usr/b -> ../target",
            "hardlink usr/c -> usr/a",
            "special dev/null",
            "whiteout usr/gone",
            "opaque usr",
            "opaque ",
            "file usr/a 5",
            "  content again",
            "file skip 10",
            "file sniff-no 9",
            "  head no thanks",
            "file sniff-yes 10",
            "  head yes please",
            "  content yes please",
        ]
    );
}

#[test]
fn names_come_from_wherever_they_stand() {
    let long = "d/".repeat(100) + "x";
    let prefix = |block: &mut [u8]| block[345..352].copy_from_slice(b"pre/fix");
    let gnu = |block: &mut [u8]| {
        block[257..265].copy_from_slice(b"ustar  \0");
        prefix(block);
    };
    let seventh = |block: &mut [u8]| block[257..].fill(0);
    let tar = Tar::new()
        .with("a", b'0', b"", prefix)
        .with("b", b'0', b"", gnu)
        .with("old/", 0, b"", seventh)
        .with("old/file", 0, b"", seventh)
        .with("@", b'L', format!("{long}\0").as_bytes(), |_| {})
        .file("short", b"")
        .with("@", b'K', format!("{long}\0").as_bytes(), |_| {})
        .link("link", b'2', "short")
        .pax(b'x', &[("path", "pax/ö"), ("linkpath", "elsewhere"), ("uid", "7")])
        .link("short", b'2', "short")
        .pax(b'g', &[("path", "global"), ("comment", "ignored, as Go does")])
        .file("after", b"")
        .end();
    let long_file = format!("file {long} 0");
    let long_link = format!("symlink link -> {long}");
    let wanted = [
        "file pre/fix/a 0",
        "file b 0",
        "directory old",
        "file old/file 0",
        &long_file,
        &long_link,
        "symlink pax/ö -> elsewhere",
        "file after 0",
    ];
    let found: Vec<_> =
        lines(&tar).into_iter().filter(|line| !line.starts_with("  content")).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_size_may_stand_in_an_extended_header_or_in_base_256() {
    let binary = |block: &mut [u8]| {
        block[124..136].fill(0);
        block[124] = 0x80;
        block[135] = 3;
    };
    let none = |block: &mut [u8]| block[124..136].copy_from_slice(b"00000000000\0");
    let tar = Tar::new()
        .with("a", b'0', b"abc", binary)
        .pax(b'x', &[("size", "4")])
        .with("b", b'0', b"abcd", none)
        .file("c", b"c")
        .end();
    assert_eq!(
        lines(&tar),
        ["file a 3", "  content abc", "file b 4", "  content abcd", "file c 1", "  content c"]
    );
}

/// The same file of 20 bytes, `one` at 4 and `two` at 16, in the four forms of GNU tar.
#[test]
fn sparse_files_are_whole() {
    let octal = |value: u64| format!("{value:011o}\0");
    let old = |block: &mut [u8]| {
        block[257..265].copy_from_slice(b"ustar  \0");
        block[386..398].copy_from_slice(octal(4).as_bytes());
        block[398..410].copy_from_slice(octal(3).as_bytes());
        block[482] = 1;
        block[483..495].copy_from_slice(octal(20).as_bytes());
    };
    let mut extension = format!("{}{}{}{}", octal(16), octal(3), octal(20), octal(0)).into_bytes();
    extension.resize(512, 0);
    let mut tar = Tar::new();
    tar.0.extend(Tar::block(b"s", b'S', 6, old));
    let tar = tar
        .raw(&extension)
        .raw(b"onetwo")
        .pax(
            b'x',
            &[
                ("GNU.sparse.size", "20"),
                ("GNU.sparse.numblocks", "2"),
                ("GNU.sparse.offset", "4"),
                ("GNU.sparse.numbytes", "3"),
                ("GNU.sparse.offset", "16"),
                ("GNU.sparse.numbytes", "3"),
            ],
        )
        .file("s", b"onetwo")
        .pax(
            b'x',
            &[("GNU.sparse.name", "s"), ("GNU.sparse.size", "20"), ("GNU.sparse.map", "4,3,16,3")],
        )
        .file("GNUSparseFile.1/s", b"onetwo")
        .pax(
            b'x',
            &[
                ("GNU.sparse.major", "1"),
                ("GNU.sparse.minor", "0"),
                ("GNU.sparse.name", "s"),
                ("GNU.sparse.realsize", "20"),
            ],
        );
    let mut map = b"2\n4\n3\n16\n3\n".to_vec();
    map.resize(512, 0);
    map.extend_from_slice(b"onetwo");
    let tar = tar.file("GNUSparseFile.2/s", &map).file("after", b"!").end();
    let content = "  content \0\0\0\0one\0\0\0\0\0\0\0\0\0two\0";
    let mut wanted = ["file s 20", content].repeat(4);
    wanted.extend(["file after 1", "  content !"]);
    assert_eq!(lines(&tar), wanted);
}

#[test]
fn maps_of_sparse_files_that_lie_cost_that_file() {
    for map in ["4,3,5,3", "4,3,18,3", "4,3", "4,3,16,18446744073709551615", "4,3,16"] {
        let tar = Tar::new()
            .pax(b'x', &[("GNU.sparse.size", "20"), ("GNU.sparse.map", map)])
            .file("s", b"onetwo")
            .file("after", b"")
            .end();
        let (diary, stop) = diary(&tar, &Limits::default());
        assert_eq!(diary.lines, ["file after 0", "  content "], "{map}");
        assert_eq!(diary.problems.len(), 1, "{map}");
        assert_eq!(diary.problems[0].kind, ProblemKind::Malformed);
        assert_eq!(stop, None);
    }
}

#[test]
fn unsafe_paths_are_clamped_or_left_out_and_told() {
    let deep = "d/".repeat(60) + "x";
    let tar = Tar::new()
        .file("../../etc/passwd", b"x")
        .file(".", b"x")
        .file("a/.wh.", b"")
        .file("a/.wh...", b"")
        .link("h", b'1', "..")
        .with("n", b'N', b"data", |_| {})
        .pax(b'x', &[("path", "nul\0byte")])
        .file("n", b"")
        .with("@", b'L', deep.as_bytes(), |_| {})
        .file("short", b"")
        .end();
    let limits = Limits { depth: 50, ..Limits::default() };
    let (diary, stop) = diary(&tar, &limits);
    assert_eq!(diary.lines, ["file etc/passwd 1", "  content x"]);
    let kinds: Vec<_> = diary.problems.iter().map(|problem| problem.kind).collect();
    use ProblemKind::{TooLarge, UnsafePath, Unsupported};
    assert_eq!(
        kinds,
        [
            UnsafePath,
            UnsafePath,
            UnsafePath,
            UnsafePath,
            UnsafePath,
            Unsupported,
            UnsafePath,
            TooLarge
        ]
    );
    assert_eq!(stop, None);
}

#[test]
fn what_is_over_a_limit_names_its_file() {
    let tar = Tar::new()
        .file("usr/large", &[b'x'; 101])
        .with("@", b'L', &[b'n'; 2_000], |_| {})
        .file("short", b"")
        .file("small", b"s")
        .end();
    let limits = Limits { file: 100, extension: 1_000, entries: 3, ..Limits::default() };
    let (problems, stop) = diary(&tar, &limits);
    let told: Vec<_> =
        problems.problems.iter().map(|problem| problem.path.clone().unwrap()).collect();
    assert_eq!(told, ["usr/large", "short"]);
    assert_eq!(problems.lines, ["file usr/large 101", "file small 1", "  content s"]);
    assert_eq!(stop, None);
    let (_, stop) = diary(&tar, &Limits { entries: 2, ..Limits::default() });
    assert_eq!(stop.unwrap().0, ProblemKind::TooLarge);
}

#[test]
fn an_archive_may_end_without_end_but_not_inside_something() {
    let whole = Tar::new().file("a", b"abc").pax(b'x', &[("path", "b")]).file("x", b"xyz").end();
    let (complete, _) = diary(&whole, &Limits::default());
    for length in 0..whole.len() {
        let (cut, stop) = diary(&whole[..length], &Limits::default());
        assert!(complete.lines.starts_with(&cut.lines), "{length}");
        // Whole members may be missing (the digest tells), and padding is worth nothing.
        let between = matches!(length, 0 | 515..=1024 | 2563..=3072 | 3584 | 4096);
        assert_eq!(stop.is_none(), between, "{length}: {stop:?}");
        if let Some((kind, _)) = stop {
            assert_eq!(kind, ProblemKind::Truncated, "{length}");
        }
    }
}

#[test]
fn a_flipped_bit_in_a_header_is_noticed() {
    let whole = Tar::new().file("a", b"abc").file("b", b"xyz").end();
    let mut undamaged = Diary::default();
    walk(whole.as_slice(), &mut undamaged, &Limits::default()).unwrap();
    for offset in (0..512).chain(1024..1536) {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[offset] ^= 1 << bit;
            let mut diary = Diary::default();
            let outcome = walk(damaged.as_slice(), &mut diary, &Limits::default());
            // The checksum itself may be written in several ways.
            if outcome.is_ok() {
                assert!((148..156).contains(&(offset % 512)), "{offset} {bit}");
                assert_eq!(diary, undamaged);
            }
        }
    }
}

/// GNU tar's own archives, in all its formats, give the same entries that it lists.
#[test]
fn archives_of_gnu_tar_agree_with_its_listing() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("tree");
    let deep = root.join("d".repeat(90)).join("e".repeat(90)).join("f".repeat(60));
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(root.join("short"), b"short").unwrap();
    std::fs::write(deep.join("file"), b"deep").unwrap();
    std::fs::hard_link(root.join("short"), root.join("twin")).unwrap();
    std::os::unix::fs::symlink("l".repeat(150), root.join("symlink")).unwrap();
    let sparse = std::fs::File::create(root.join("sparse")).unwrap();
    for place in 0..40 {
        use std::os::unix::fs::FileExt as _;
        sparse.write_all_at(b"data", place * 100_000).unwrap();
    }
    sparse.set_len(5_000_000).unwrap();
    let content = std::fs::read(root.join("sparse")).unwrap();
    let digest = &crate::Digest::sha256(&content).hex()[..8];
    for format in [
        &["--format=gnu"][..],
        &["--format=pax"],
        &["--format=gnu", "--sparse"],
        &["--format=pax", "--sparse", "--sparse-version=0.0"],
        &["--format=pax", "--sparse", "--sparse-version=0.1"],
        &["--format=pax", "--sparse", "--sparse-version=1.0"],
    ] {
        let archive = directory.path().join("a.tar");
        let run = |arguments: &[&str]| {
            let mut command = std::process::Command::new("tar");
            command.args(arguments).arg("-f").arg(&archive).output()
        };
        let tree = root.to_str().unwrap();
        let create = [format, &["--sort=name", "-C", tree, "-c", "."]].concat();
        if !run(&create).is_ok_and(|output| output.status.success()) {
            println!("skipped: there is no GNU tar");
            return;
        }
        let listing = String::from_utf8(run(&["-t"]).unwrap().stdout).unwrap();
        let listed: Vec<_> = listing
            .lines()
            .map(|line| line.trim_start_matches("./").trim_end_matches('/'))
            .collect();
        let lines = lines(&std::fs::read(&archive).unwrap());
        let walked: Vec<_> = lines
            .iter()
            .filter(|line| !line.starts_with("  "))
            .map(|line| line.split(' ').nth(1).unwrap())
            .collect();
        assert_eq!(walked, listed, "{format:?}");
        assert!(lines.contains(&"file sparse 5000000".to_owned()), "{format:?}");
        assert!(lines.contains(&format!("  content 5000000 bytes, {digest}")), "{format:?}");
    }
}

#[test]
fn sizes_that_cannot_be_end_the_walk() {
    for field in [&b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"[..], b"0000000000z\0"] {
        let tar = Tar::new()
            .file("a", b"")
            .with("b", b'0', b"", |block| block[124..136].copy_from_slice(field))
            .end();
        let (diary, stop) = diary(&tar, &Limits::default());
        assert_eq!(diary.lines.len(), 2);
        assert_eq!(stop.unwrap().0, ProblemKind::Malformed);
    }
    let huge = Tar::new().pax(b'x', &[("size", "18446744073709551615")]).file("b", b"").end();
    assert_eq!(diary(&huge, &Limits::default()).1.unwrap().0, ProblemKind::Malformed);
    let claim = Tar::new().pax(b'x', &[("size", "500000000")]).file("b", b"abc").end();
    assert_eq!(diary(&claim, &Limits::default()).1.unwrap().0, ProblemKind::Truncated);
}

/// The same block again and again, made as it is read.
struct Repeated {
    block: Vec<u8>,
    left: u64,
    start: usize,
}

impl Input for Repeated {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        Ok(if self.left == 0 { &[] } else { &self.block[self.start..] })
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
        if self.start == self.block.len() {
            (self.start, self.left) = (0, self.left - 1);
        }
    }
}

#[test]
fn ten_million_entries_and_problems_are_bounded() {
    let input =
        Repeated { block: Tar::block(b"../skip", b'0', 0, |_| {}), left: 10_000_000, start: 0 };
    struct Count(u64, u64);
    impl crate::LayerVisitor for Count {
        fn entry(&mut self, _: &crate::Entry<'_>) -> crate::Interest {
            self.0 += 1;
            crate::Interest::Skip
        }
        fn head(&mut self, _: &crate::Entry<'_>, _: &[u8]) -> crate::Interest {
            crate::Interest::Skip
        }
        fn content(&mut self, _: &crate::Entry<'_>, _: &[u8]) {}
        fn problem(&mut self, _: crate::Problem) {
            self.1 += 1;
        }
    }
    let mut count = Count(0, 0);
    let limits = Limits { entries: 200_000, ..Limits::default() };
    let outcome = walk(input, &mut count, &limits);
    assert!(matches!(outcome, Err(Stop::Damaged(ProblemKind::TooLarge, _))), "{outcome:?}");
    assert_eq!((count.0, count.1), (200_000, 1_001));
}

#[test]
fn a_name_of_four_gib_is_passed_over() {
    /// A long-name member of 4 GiB, whose bytes are not kept anywhere.
    struct Name {
        head: Vec<u8>,
        start: usize,
        rest: u64,
        seen: u64,
        tail: Vec<u8>,
    }
    impl Input for Name {
        fn fill(&mut self) -> Result<&[u8], Stop> {
            if self.start < self.head.len() {
                return Ok(&self.head[self.start..]);
            }
            if self.rest > 0 {
                return Ok(&self.tail[..0x1_0000.min(self.rest as usize)]);
            }
            Ok(&[])
        }
        fn consume(&mut self, count: usize) {
            if self.start < self.head.len() {
                self.start += count;
            } else {
                self.rest -= count as u64;
                self.seen += count as u64;
            }
        }
    }
    let size = (4 << 30) - 1;
    let mut input = Name {
        head: Tar::block(b"@", b'L', size, |_| {}),
        start: 0,
        rest: size,
        seen: 0,
        tail: vec![b'n'; 0x1_0000],
    };
    let mut diary = Diary::default();
    let outcome = walk(&mut input, &mut diary, &Limits::default());
    assert!(matches!(outcome, Err(Stop::Damaged(ProblemKind::Truncated, _))), "{outcome:?}");
    assert_eq!(input.seen, size);
    assert_eq!(diary.lines, [""; 0]);
}
