//! Docker, Podman and containerd themselves. They need root and some seconds, so these tests run
//! only when asked for: `cargo test -p plimsoll-image --test remote -- --ignored`.

use std::path::Path;
use std::process::Command;

use plimsoll_image::{DaemonOptions, Image, Opened, RemoteOptions, SourceKind, open_reference};

use crate::support::{Layout, Server, installed, run};

const NAME: &str = "docker.io/example/image:1";

fn options(daemons: DaemonOptions) -> RemoteOptions {
    RemoteOptions { daemons, ..RemoteOptions::default() }
}

fn start_containerd(directory: &Path) -> Server {
    let file = |name: &str| directory.join(name);
    let mut command = Command::new("containerd");
    command.args(["--config", "/dev/null"]);
    command.arg("--address").arg(file("containerd.sock"));
    command.arg("--root").arg(file("root")).arg("--state").arg(file("state"));
    let mut server = Server::start(&mut command, &file("containerd.log"));
    server.wait_until(&file("containerd.log"), || answers(&file("containerd.sock")));
    server
}

fn answers(socket: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(socket).is_ok()
}

/// What an engine says of an image must be what its archive holds.
fn check_stream(opened: Opened, layout: &Layout, source: SourceKind) {
    let Opened::Stream { described, source: from, .. } = &opened else {
        panic!("an engine gives a stream")
    };
    assert_eq!(*from, source);
    let described = described.clone().unwrap();
    let image = layout.check_contents(opened);
    assert_eq!(described.id, image.id);
    // Engines write an empty text where the configuration is silent.
    assert_eq!(described.config.config.user, image.config.config.user);
    assert_eq!(described.config.config.cmd, image.config.config.cmd);
    assert_eq!(described.config.rootfs, image.config.rootfs);
    assert_eq!(described.config.created, image.config.created);
    let words = |image: &Image| {
        let layers = image.layers.iter();
        layers.map(|layer| (layer.diff_id, layer.created_by.clone())).collect::<Vec<_>>()
    };
    assert_eq!(words(&described), words(&image));
    assert_eq!(image.layers[0].created_by.as_deref(), Some("ADD first"));
}

#[test]
#[ignore = "starts containerd, which needs root"]
fn containerd_gives_an_image() {
    if !installed(&["containerd", "ctr", "skopeo"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let _server = start_containerd(directory.path());
    let layout = Layout::new(directory.path());
    let socket = directory.path().join("containerd.sock");
    let archive = directory.path().join("image.tar");
    layout.copy(&[], &format!("oci-archive:{}:1", archive.display()));
    let ctr = |arguments: &[&str]| {
        let mut command = Command::new("ctr");
        command.arg("--address").arg(&socket).args(["--namespace", "scanned"]).args(arguments);
        run(&mut command)
    };
    let archive = archive.display().to_string();
    ctr(&["images", "import", "--no-unpack", "--base-name", "docker.io/example/image", &archive]);
    let options = options(DaemonOptions {
        containerd_address: socket.clone(),
        containerd_namespace: "scanned".to_owned(),
        ..DaemonOptions::default()
    });
    let open = || open_reference("example/image:1", &[SourceKind::Containerd], &options).unwrap();
    layout.check(open());
    layout.check_contents(open());

    // A layer that is gone is found out when the image is opened.
    ctr(&["content", "rm", &plimsoll_image::Digest::sha256(&layout.layers[1]).to_string()]);
    let error = open_reference(NAME, &[SourceKind::Containerd], &options).err().unwrap();
    assert!(error.to_string().contains("any more"), "{error}");

    let mut elsewhere = options.clone();
    elsewhere.daemons.containerd_namespace = "empty".to_owned();
    let error = open_reference(NAME, &[SourceKind::Containerd], &elsewhere).err().unwrap();
    assert!(error.to_string().contains(r#"in namespace "empty""#), "{error}");
}

#[test]
#[ignore = "starts Docker, which needs root"]
fn docker_gives_an_image() {
    if !installed(&["containerd", "dockerd", "skopeo", "curl"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let _containerd = start_containerd(directory.path());
    let mut command = Command::new("dockerd");
    command.arg("--host").arg(format!("unix://{}", file("docker.sock").display()));
    command.arg("--containerd").arg(file("containerd.sock"));
    command.arg("--data-root").arg(file("docker")).arg("--exec-root").arg(file("exec"));
    command.arg("--pidfile").arg(file("pid"));
    command.args(["--bridge=none", "--iptables=false", "--storage-driver=vfs"]);
    let mut server = Server::start(&mut command, &file("docker.log"));
    server.wait_until(&file("docker.log"), || answers(&file("docker.sock")));

    let layout = Layout::new(directory.path());
    layout.copy(&[], &format!("docker-archive:{}:{NAME}", file("image.tar").display()));
    let mut load = Command::new("curl");
    load.args(["--silent", "--fail", "--unix-socket"]).arg(file("docker.sock"));
    load.args(["--header", "Content-Type: application/x-tar", "--data-binary"]);
    load.arg(format!("@{}", file("image.tar").display())).arg("http://docker/images/load");
    run(&mut load);
    let options = options(DaemonOptions {
        docker_host: format!("unix://{}", file("docker.sock").display()),
        ..DaemonOptions::default()
    });
    for name in [NAME, "example/image:1", &layout.config.hex()[..12]] {
        let opened = open_reference(name, &[SourceKind::Docker], &options).unwrap();
        check_stream(opened, &layout, SourceKind::Docker);
    }
    let error = open_reference("example/absent", &[SourceKind::Docker], &options).err().unwrap();
    assert!(error.to_string().contains("Docker does not have"), "{error}");
}

#[test]
#[ignore = "starts Podman's service, which needs root or user namespaces"]
fn podman_gives_an_image() {
    if !installed(&["podman", "skopeo"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let podman = || {
        let mut command = Command::new("podman");
        command.arg("--root").arg(file("root")).arg("--runroot").arg(file("run"));
        command.args([
            "--storage-driver=vfs",
            "--cgroup-manager=cgroupfs",
            "--events-backend=file",
        ]);
        command
    };
    let layout = Layout::new(directory.path());
    layout.copy(&[], &format!("docker-archive:{}:{NAME}", file("image.tar").display()));
    run(podman().arg("load").arg("--input").arg(file("image.tar")));
    let mut command = podman();
    command.args(["system", "service", "--time=60"]);
    command.arg(format!("unix://{}", file("podman.sock").display()));
    let mut server = Server::start(&mut command, &file("log"));
    server.wait_until(&file("log"), || answers(&file("podman.sock")));
    let options = options(DaemonOptions {
        podman_sockets: vec![file("absent.sock"), file("podman.sock")],
        ..DaemonOptions::default()
    });
    let opened = open_reference("example/image:1", &[SourceKind::Podman], &options).unwrap();
    check_stream(opened, &layout, SourceKind::Podman);
}
