//! Real servers as child processes, and a small image to put into them.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use plimsoll_image::{
    BlobSource, Digest, Entry, Examined, Examiner, Image, Interest, LayerVisitor, Limits, Opened,
    Problem,
};

/// Ends its process when dropped, politely first, so that mounts and children go too.
pub(crate) struct Server(Child);

impl Server {
    pub(crate) fn start(command: &mut Command, log: &Path) -> Server {
        let output = std::fs::File::create(log).unwrap();
        let errors = output.try_clone().unwrap();
        Server(command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn().unwrap())
    }

    /// Waits until `ready`, or fails with what the server wrote.
    pub(crate) fn wait_until(&mut self, log: &Path, ready: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !ready() {
            let gone = self.0.try_wait().unwrap().is_some();
            if gone || Instant::now() > deadline {
                panic!("the server did not start: {}", std::fs::read_to_string(log).unwrap());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let id = self.0.id().to_string();
        let _ = Command::new("kill").arg(&id).status();
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether all programs can be started; says which one cannot.
pub(crate) fn installed(programs: &[&str]) -> bool {
    for program in programs {
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .any(|directory| directory.join(program).is_file());
        if !found {
            println!("skipped: {program} is not installed");
            return false;
        }
    }
    true
}

/// Runs a program to its end and fails with its output.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}{errors}");
    text
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// An image of two layers in an OCI layout.
pub(crate) struct Layout {
    pub(crate) path: PathBuf,
    /// The layers as stored, compressed.
    pub(crate) layers: Vec<Vec<u8>>,
    pub(crate) diff_ids: Vec<Digest>,
    pub(crate) config: Digest,
}

impl Layout {
    pub(crate) fn new(directory: &Path) -> Layout {
        let path = directory.join("layout");
        let blobs = path.join("blobs/sha256");
        std::fs::create_dir_all(&blobs).unwrap();
        let put = |content: &[u8]| {
            let digest = Digest::sha256(content);
            std::fs::write(blobs.join(digest.hex()), content).unwrap();
            (digest, content.len())
        };
        let tars = [tar("etc/os-release", b"ID=test\n"), tar("etc/noise", &noise(3_000_000))];
        let diff_ids: Vec<_> = tars.iter().map(|tar| Digest::sha256(tar)).collect();
        let layers: Vec<_> = tars.iter().map(|tar| gzip(tar)).collect();
        let architecture = plimsoll_image::Platform::of_this_machine().architecture;
        let config = format!(
            r#"{{"created":"2026-01-02T03:04:05Z","architecture":"{architecture}","os":"linux","config":{{"User":"app"}},
            "rootfs":{{"type":"layers","diff_ids":["{}","{}"]}},
            "history":[{{"created":"2026-01-02T03:04:05Z","created_by":"ADD first"}},
            {{"created":"2026-01-02T03:04:05Z","created_by":"ADD second"}}]}}"#,
            diff_ids[0], diff_ids[1]
        );
        let (config, config_size) = put(config.as_bytes());
        let descriptors: Vec<_> = layers
            .iter()
            .map(|layer| {
                let (digest, size) = put(layer);
                format!(
                    r#"{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{digest}","size":{size}}}"#
                )
            })
            .collect();
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
            "config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":{config_size}}},
            "layers":[{}]}}"#,
            descriptors.join(",")
        );
        let (manifest, size) = put(manifest.as_bytes());
        let index = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json",
            "digest":"{manifest}","size":{size},"annotations":{{"org.opencontainers.image.ref.name":"1"}}}}]}}"#
        );
        std::fs::write(path.join("index.json"), index).unwrap();
        std::fs::write(path.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Layout { path, layers, diff_ids, config }
    }

    /// Copies the image to where skopeo can.
    pub(crate) fn copy(&self, options: &[&str], target: &str) {
        let source = format!("oci:{}:1", self.path.display());
        let mut command = Command::new("skopeo");
        command.args(["--insecure-policy", "copy"]).args(options).arg(source).arg(target);
        run(&mut command);
    }

    /// Compares an opened image with this one, byte for byte.
    pub(crate) fn check(&self, opened: Opened) {
        let Opened::Random { image, blobs } = opened else { panic!("layers come one by one") };
        assert_eq!(image.id, Some(self.config));
        let diff_ids: Vec<_> = image.layers.iter().map(|layer| layer.diff_id.unwrap()).collect();
        assert_eq!(diff_ids, self.diff_ids);
        assert_eq!(image.layers[1].created_by.as_deref(), Some("ADD second"));
        for (index, layer) in self.layers.iter().enumerate() {
            assert!(read(&*blobs, index) == *layer, "layer {index} differs");
        }
    }
}

fn read(blobs: &dyn BlobSource, index: usize) -> Vec<u8> {
    let mut content = Vec::new();
    blobs.open(index).unwrap().read_to_end(&mut content).unwrap();
    content
}

/// A tar of one file.
fn tar(path: &str, content: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; 512];
    header[..path.len()].copy_from_slice(path.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[108..116].copy_from_slice(b"0000000\0");
    header[116..124].copy_from_slice(b"0000000\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[148..156].copy_from_slice(b"        ");
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut tar = header.to_vec();
    tar.extend_from_slice(content);
    tar.resize(tar.len().next_multiple_of(512) + 1024, 0);
    tar
}

/// Bytes that do not compress, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Notes what is in the layers, and by which digests their bytes were verified.
pub(crate) struct Lister;

/// What is in one layer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    pub(crate) files: Vec<(String, u64)>,
    pub(crate) digests: Vec<Digest>,
    pub(crate) problems: Vec<Problem>,
}

impl LayerVisitor for Listing {
    fn entry(&mut self, entry: &Entry<'_>) -> Interest {
        self.files.push((String::from_utf8_lossy(entry.path).into_owned(), entry.size));
        Interest::Skip
    }

    fn head(&mut self, _: &Entry<'_>, _: &[u8]) -> Interest {
        Interest::Skip
    }

    fn content(&mut self, _: &Entry<'_>, _: &[u8]) {}

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

impl Examiner for Lister {
    type Visitor = Listing;
    type Facts = Listing;

    fn recall(&self, _: &Digest) -> Option<Listing> {
        None
    }

    fn start(&self) -> Listing {
        Listing::default()
    }

    fn finish(&self, mut visitor: Listing, content: &[Digest]) -> Listing {
        visitor.digests = content.to_vec();
        visitor
    }
}

impl Layout {
    /// Walks an opened image and compares what is in it with what was put in.
    pub(crate) fn check_contents(&self, opened: Opened) -> Image {
        let (image, examined) = opened.examine(&Lister, &Limits::default(), 2).unwrap();
        assert_eq!(image.id, Some(self.config));
        let expected = [("etc/os-release", 8), ("etc/noise", 3_000_000)];
        assert_eq!(examined.len(), expected.len());
        for (index, (Examined { facts, problems, .. }, (path, size))) in
            examined.iter().zip(expected).enumerate()
        {
            assert_eq!(facts.files, [(path.to_owned(), size)]);
            assert!(problems.is_empty() && facts.problems.is_empty(), "{problems:?}");
            // One digest is enough: that of the blob, or of the tar where there is no blob.
            let either = [self.diff_ids[index], Digest::sha256(&self.layers[index])];
            let verified = facts.digests.iter().any(|digest| either.contains(digest));
            assert!(verified, "layer {index} was not verified: {:?}", facts.digests);
        }
        image
    }
}
