//! The merged view of crafted layer sets, compared path by path with what `umoci unpack` extracts
//! from the same image.
//!
//! Each entry's contents name the layer and entry that they come from, so a file that is there but
//! comes from the wrong layer is seen too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod layout;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use plimsoll_image::{Digest, Examiner, LayerVisitor as _, Limits};
use plimsoll_inventory::{EntryTable, NodeId, NodeKind, Tree};

/// One layer set: a name and layers, each a list of entries in a small notation:
/// `d PATH`, `f PATH`, `s PATH TARGET` (symbolic link), `h PATH TARGET` (hard link), `p PATH`
/// (pipe).
struct Case {
    name: &'static str,
    layers: &'static [&'static [&'static str]],
    /// Where umoci 0.4.7 is known to differ from the specification, and why; the expected paths
    /// are then written out.
    differs: Option<(&'static str, &'static [&'static str])>,
}

const fn case(name: &'static str, layers: &'static [&'static [&'static str]]) -> Case {
    Case { name, layers, differs: None }
}

const CASES: &[Case] = &[
    case("plain", &[&["d etc", "f etc/passwd", "d usr", "d usr/bin", "f usr/bin/ls"]]),
    case("parents not listed", &[&["f a/b/c/d"], &["f a/b/e"]]),
    case("file replaced", &[&["f etc/conf"], &["f etc/conf"]]),
    case("file deleted", &[&["d etc", "f etc/a", "f etc/b"], &["f etc/.wh.a"]]),
    case("deleted and back", &[&["f a"], &["f .wh.a"], &["f a"]]),
    case("directory deleted", &[&["d d", "f d/a", "d d/e", "f d/e/b"], &["f .wh.d"]]),
    case("whiteout of nothing", &[&["f a"], &["f .wh.b", "f no/.wh.c"]]),
    case("whiteout below a link", &[&["d usr", "f usr/x", "s u usr"], &["f u/.wh.x"]]),
    case(
        "opaque directory",
        &[&["d d", "f d/a", "d d/e", "f d/e/b"], &["d d", "f d/.wh..wh..opq", "f d/new"]],
    ),
    case(
        "opaque marker last",
        &[&["d d", "f d/a", "f d/b"], &["d d", "f d/new", "f d/b", "f d/.wh..wh..opq"]],
    ),
    case("opaque root", &[&["f a", "d b", "f b/c"], &["f .wh..wh..opq", "f z"]]),
    case(
        "opaque below",
        &[
            &["d d", "d d/e", "f d/e/old", "f d/f"],
            &["d d", "d d/e", "f d/e/.wh..wh..opq", "f d/e/new"],
        ],
    ),
    case("hard link in a layer", &[&["f a", "h b a", "h c/d b"]]),
    case("hard link to a lower layer", &[&["d x", "f x/a"], &["h y x/a"]]),
    case("hard link to a file replaced later", &[&["f a"], &["h b a", "f a"]]),
    case("hard link survives its target", &[&["f a", "h b a"], &["f .wh.a"]]),
    case(
        "hard link through a linked directory",
        &[&["d usr", "d usr/lib", "f usr/lib/x", "s lib usr/lib"], &["h y lib/x"]],
    ),
    case("hard link to a symbolic link", &[&["f t", "s s t", "h h s"]]),
    case("symbolic link to file", &[&["f etc/real", "s etc/alias real", "s abs /etc/real"]]),
    case(
        "file through a linked directory",
        &[&["d usr", "d usr/lib", "s lib usr/lib"], &["f lib/new"]],
    ),
    case(
        "merged usr",
        &[
            &["d usr", "d usr/bin", "d usr/lib", "s bin usr/bin", "s lib usr/lib", "f usr/bin/sh"],
            &["f bin/sh", "f lib/libc.so"],
            &["f bin/.wh.sh"],
        ],
    ),
    case("absolute link as parent", &[&["d data", "s link /data"], &["f link/a"]]),
    case("link upwards stays inside", &[&["s up ../../..", "d in"], &["f up/in/a"]]),
    case("link chain", &[&["d r", "s a b", "s b c", "s c r"], &["f a/file"]]),
    case("dangling link as parent", &[&["s lib usr/lib"], &["f lib/x"]]),
    case(
        "link replaced by directory",
        &[&["d real", "f real/a", "s link real"], &["d link", "f link/b"]],
    ),
    case(
        "directory replaced by link",
        &[&["d dir", "f dir/a", "d real"], &["s dir real"], &["f dir/b"]],
    ),
    case("directory replaced by file", &[&["d d", "f d/a", "d d/e", "f d/e/f"], &["f d"]]),
    case("file replaced by directory", &[&["f d"], &["d d", "f d/a"]]),
    case(
        "directory to link and back",
        &[&["d d", "f d/old"], &["s d elsewhere"], &["d d", "f d/new"]],
    ),
    case("directory to file and back", &[&["d d", "f d/old"], &["f d"], &["d d", "f d/new"]]),
    case("duplicate files", &[&["f a", "f a", "d b", "d b", "f a"]]),
    case("duplicate of another kind", &[&["f a", "s a x", "d c", "f c/y", "s c z"]]),
    case("directory over directory keeps", &[&["d d", "f d/a"], &["d d"], &["d d", "f d/b"]]),
    case("whiteout then the same in one layer", &[&["f a", "d d", "f d/x"], &["f .wh.a", "f a"]]),
    case(
        "three layers of change",
        &[&["d d", "f d/1", "f d/2", "f d/3"], &["f d/.wh.1", "f d/2"], &["f d/1", "f d/.wh.3"]],
    ),
    case("dot prefix", &[&["d ./", "d ./etc", "f ./etc/a"], &["f ./etc/.wh.a", "f ./etc/b"]]),
    case("pipe", &[&["p run/fifo"], &["f run/fifo"]]),
    case(
        "long names",
        &[&[
            "f aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb/cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc/dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
            "s link aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb/cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc/dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
        ]],
    ),
    Case {
        name: "whiteout after the same in one layer",
        layers: &[&["f a"], &["f a", "f .wh.a"]],
        differs: Some((
            "umoci takes whiteouts in archive order; the specification has them concern lower \
             layers only",
            &["f a L1E0"],
        )),
    },
];

#[derive(Default)]
struct Listing(EntryTable);

/// Digest and length of each file's contents by path.
#[derive(Default)]
struct Contents(BTreeMap<String, (Digest, usize)>);

impl plimsoll_image::LayerVisitor for Contents {
    fn entry(&mut self, _: &plimsoll_image::Entry<'_>) -> plimsoll_image::Interest {
        plimsoll_image::Interest::Read(1 << 30)
    }
    fn head(&mut self, _: &plimsoll_image::Entry<'_>, _: &[u8]) -> plimsoll_image::Interest {
        plimsoll_image::Interest::Skip
    }
    fn content(&mut self, entry: &plimsoll_image::Entry<'_>, content: &[u8]) {
        let path = String::from_utf8(entry.path.to_vec()).unwrap();
        self.0.insert(path, (Digest::sha256(content), content.len()));
    }
    fn problem(&mut self, problem: plimsoll_image::Problem) {
        panic!("{problem:?}");
    }
}

struct Reader;

impl Examiner for Reader {
    type Visitor = Contents;
    type Facts = BTreeMap<String, (Digest, usize)>;
    fn recall(&self, _: &Digest) -> Option<Self::Facts> {
        None
    }
    fn start(&self) -> Contents {
        Contents::default()
    }
    fn finish(&self, visitor: Contents, _: &[Digest]) -> Self::Facts {
        visitor.0
    }
}

impl plimsoll_image::LayerVisitor for Listing {
    fn entry(&mut self, entry: &plimsoll_image::Entry<'_>) -> plimsoll_image::Interest {
        self.0.push(entry);
        plimsoll_image::Interest::Skip
    }
    fn head(&mut self, _: &plimsoll_image::Entry<'_>, _: &[u8]) -> plimsoll_image::Interest {
        plimsoll_image::Interest::Skip
    }
    fn content(&mut self, _: &plimsoll_image::Entry<'_>, _: &[u8]) {}
    fn problem(&mut self, problem: plimsoll_image::Problem) {
        panic!("{problem:?}");
    }
}

struct Lister;

impl Examiner for Lister {
    type Visitor = Listing;
    type Facts = EntryTable;
    fn recall(&self, _: &Digest) -> Option<EntryTable> {
        None
    }
    fn start(&self) -> Listing {
        Listing::default()
    }
    fn finish(&self, visitor: Listing, _: &[Digest]) -> EntryTable {
        visitor.0
    }
}

/// `path → what is there`, as Plimsoll merges it.
fn merged(image: &Path, case: &Case) -> BTreeMap<String, String> {
    let opened = plimsoll_image::open_path(image, &Default::default()).unwrap();
    let (_, layers) = opened.examine(&Lister, &Limits::default(), 2).unwrap();
    let mut tree = Tree::default();
    for (index, layer) in (0..).zip(&layers) {
        assert_eq!(tree.apply(index, &layer.facts), [], "{}", case.name);
    }
    let mut found = BTreeMap::new();
    let mut stack: Vec<NodeId> = tree.children(Tree::ROOT).collect();
    while let Some(node) = stack.pop() {
        stack.extend(tree.children(node));
        let path = String::from_utf8(tree.path(node)).unwrap();
        let what = match tree.kind(node) {
            NodeKind::Directory => "d".to_owned(),
            NodeKind::Special => "p".to_owned(),
            NodeKind::Symlink => format!("s {}", String::from_utf8_lossy(tree.link(node))),
            NodeKind::File => {
                let origin = tree.origin(node);
                format!("f L{}E{}", origin.layer, origin.entry)
            }
        };
        found.insert(path, what);
    }
    found
}

/// `path → what is there`, as another tool extracted it.
fn extracted(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut stack = vec![root.to_owned()];
    while let Some(directory) = stack.pop() {
        for item in std::fs::read_dir(&directory).unwrap() {
            let path = item.unwrap().path();
            let meta = std::fs::symlink_metadata(&path).unwrap();
            let what = if meta.is_dir() {
                stack.push(path.clone());
                "d".to_owned()
            } else if meta.is_symlink() {
                format!("s {}", std::fs::read_link(&path).unwrap().display())
            } else if meta.is_file() {
                format!("f {}", std::fs::read_to_string(&path).unwrap())
            } else {
                "p".to_owned()
            };
            let path = path.strip_prefix(root).unwrap();
            found.insert(path.to_str().unwrap().to_owned(), what);
        }
    }
    found
}

#[test]
fn merged_views_equal_umocis_extraction() {
    if Command::new("umoci").arg("--version").output().is_err() {
        eprintln!("skipped: umoci is not installed");
        return;
    }
    let mut compared = 0;
    for case in CASES {
        let work = tempfile::tempdir().unwrap();
        let image = work.path().join("image");
        layout::write(&image, case.layers);
        let ours = merged(&image, case);
        if let Some((_, paths)) = case.differs {
            let lines: Vec<_> = ours.iter().map(|(path, what)| with_path(path, what)).collect();
            assert_eq!(lines, paths, "{}", case.name);
            continue;
        }
        let bundle = work.path().join("bundle");
        let output = Command::new("umoci")
            .args(["unpack", "--rootless", "--image"])
            .arg(format!("{}:latest", image.display()))
            .arg(&bundle)
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: umoci: {message}", case.name);
        assert_eq!(ours, extracted(&bundle.join("rootfs")), "{}", case.name);
        compared += 1;
    }
    assert!(compared >= 30, "{compared}");
    eprintln!("{compared} layer sets agree with umoci");
}

/// Sparse files in every form that GNU tar writes, with names longer than a header holds. umoci does
/// not extract GNU's own form, so the files that were packed are the reference.
#[test]
fn sparse_files_are_what_gnu_tar_packed() {
    let version = Command::new("tar").arg("--version").output();
    if !version.is_ok_and(|output| output.stdout.starts_with(b"tar (GNU tar)")) {
        eprintln!("skipped: there is no GNU tar");
        return;
    }
    for format in [
        &["--format=gnu"][..],
        &["--format=pax", "--sparse-version=0.0"],
        &["--format=pax", "--sparse-version=0.1"],
        &["--format=pax", "--sparse-version=1.0"],
    ] {
        let work = tempfile::tempdir().unwrap();
        let tree = work.path().join("tree");
        let long = "n".repeat(120);
        std::fs::create_dir_all(tree.join(&long)).unwrap();
        for (name, holes) in [("one", 1), ("many", 40), (long.as_str(), 3)] {
            let path = tree.join(&long).join(format!("{name}.sparse"));
            let mut file = std::fs::File::create(path).unwrap();
            for hole in 1..=holes {
                use std::io::{Seek as _, Write as _};
                file.seek(std::io::SeekFrom::Start(hole * 300_000)).unwrap();
                write!(file, "{name} after hole {hole}").unwrap();
            }
            file.set_len(holes * 300_000 + 200_000).unwrap();
        }
        let archive = work.path().join("layer.tar");
        let made = Command::new("tar")
            .args(format)
            .args(["--sparse", "-cf"])
            .arg(&archive)
            .arg("-C")
            .arg(&tree)
            .arg(".")
            .status()
            .unwrap();
        assert!(made.success());
        let image = work.path().join("image");
        let layer = std::fs::read(&archive).unwrap();
        assert!(layer.len() < 2_000_000, "the file system keeps no holes");
        layout::write_tars(&image, &[layer]);
        let opened = plimsoll_image::open_path(&image, &Default::default()).unwrap();
        let (_, layers) = opened.examine(&Reader, &Limits::default(), 2).unwrap();
        assert_eq!(layers[0].facts.len(), 3);
        for (path, (digest, length)) in &layers[0].facts {
            let content = std::fs::read(tree.join(path)).unwrap();
            assert_eq!((content.len(), Digest::sha256(&content)), (*length, *digest), "{path}");
        }
    }
}

/// `f PATH CONTENT` from (`PATH`, `f CONTENT`).
fn with_path(path: &str, what: &str) -> String {
    match what.split_once(' ') {
        Some((kind, rest)) => format!("{kind} {path} {rest}"),
        None => format!("{what} {path}"),
    }
}

#[test]
fn loops_and_missing_targets_are_problems() {
    let work = tempfile::tempdir().unwrap();
    for (layers, problems) in [
        (&[&["s a b", "s b a", "f a/x"][..]][..], 1),
        (&[&["h a nowhere"][..]][..], 1),
        (&[&["d d", "h a d"][..]][..], 1),
        (&[&["s a a"][..], &["f a/.wh.x"][..]][..], 0),
    ] {
        let mut tree = Tree::default();
        let mut found = 0;
        for (index, layer) in (0..).zip(layers) {
            let mut listing = Listing::default();
            layout::each_entry(layer, |entry| {
                listing.entry(entry);
            });
            found += tree.apply(index, &listing.0).len();
        }
        assert_eq!(found, problems, "{layers:?}");
    }
    drop(work);
}

#[test]
fn thousands_of_broken_links_are_a_thousand_problems_and_a_count() {
    let mut listing = Listing::default();
    for number in 0..5_000 {
        let line = format!("h link{number} nowhere");
        layout::each_entry(&[&line], |entry| {
            listing.entry(entry);
        });
    }
    let problems = Tree::default().apply(0, &listing.0);
    assert_eq!(problems.len(), 1_001);
    assert!(problems[1_000].message.starts_with("4000 more"), "{:?}", problems[1_000]);
}
