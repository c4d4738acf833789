//! The distribution project's own registry (`docker-registry` in Debian).

use std::path::PathBuf;
use std::process::Command;

use plimsoll_image::{Credential, Error, Opened, RegistryOptions, Secret, open_registry};

use crate::support::{Layout, Server, free_port, installed, listens, run};

const PROGRAMS: [&str; 3] = ["docker-registry", "skopeo", "htpasswd"];

pub(crate) struct Registry {
    port: u16,
    directory: tempfile::TempDir,
    _server: Server,
}

impl Registry {
    /// With a password for `me`, or with TLS, or both.
    pub(crate) fn start(password: Option<&str>, tls: bool) -> Registry {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| directory.path().join(name);
        let port = free_port();
        let mut config = format!(
            "version: 0.1\nlog: {{level: warn}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\n",
            file("data").display()
        );
        if let Some(password) = password {
            let line = run(Command::new("htpasswd").args(["-Bbn", "me", password]));
            std::fs::write(file("htpasswd"), line).unwrap();
            let path = file("htpasswd");
            config
                .push_str(&format!("auth: {{htpasswd: {{realm: r, path: {}}}}}\n", path.display()));
        }
        config.push_str(&format!("http:\n  addr: 127.0.0.1:{port}\n"));
        if tls {
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
            std::fs::write(file("cert.pem"), made.cert.pem()).unwrap();
            std::fs::write(file("key.pem"), made.signing_key.serialize_pem()).unwrap();
            let (certificate, key) = (file("cert.pem"), file("key.pem"));
            config.push_str(&format!(
                "  tls: {{certificate: {}, key: {}}}\n",
                certificate.display(),
                key.display()
            ));
        }
        std::fs::write(file("config.yml"), config).unwrap();
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(file("config.yml")).env_remove("OTEL_TRACES_EXPORTER");
        let mut server = Server::start(&mut command, &file("log"));
        server.wait_until(&file("log"), || listens(port));
        Registry { port, directory, _server: server }
    }

    fn layout(&self) -> Layout {
        Layout::new(self.directory.path())
    }

    fn push(&self, layout: &Layout, options: &[&str]) {
        let mut all = vec!["--dest-tls-verify=false"];
        all.extend(options);
        layout.copy(&all, &format!("docker://localhost:{}/team/image:1", self.port));
    }

    pub(crate) fn reference(&self) -> String {
        format!("localhost:{}/team/image:1", self.port)
    }

    fn open(&self, options: &RegistryOptions) -> Result<Opened, Error> {
        open_registry(&self.reference().parse().unwrap(), options)
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.directory.path().join("cert.pem")
    }
}

pub(crate) fn with_password(password: &str) -> RegistryOptions {
    let password = Secret::new(password);
    let credential = Credential::Password { username: "me".to_owned(), password };
    RegistryOptions { credential, ..RegistryOptions::default() }
}

#[test]
fn an_open_registry_on_loopback() {
    if !installed(&PROGRAMS) {
        return;
    }
    let registry = Registry::start(None, false);
    let layout = registry.layout();
    registry.push(&layout, &[]);
    let opened = registry.open(&RegistryOptions::default()).unwrap();
    let Opened::Random { image, .. } = &opened else { panic!("layers come one by one") };
    let digest = image.manifest_digest.unwrap();
    layout.check(opened);

    let name = format!("localhost:{}/team/image", registry.port);
    let pinned = format!("{name}@{digest}").parse().unwrap();
    layout.check(open_registry(&pinned, &RegistryOptions::default()).unwrap());
    layout.check_contents(registry.open(&RegistryOptions::default()).unwrap());
    let absent = format!("{name}:2").parse().unwrap();
    let error = open_registry(&absent, &RegistryOptions::default()).err().unwrap().to_string();
    assert!(error.contains("does not have"), "{error}");
}

#[test]
fn a_registry_with_a_password() {
    if !installed(&PROGRAMS) {
        return;
    }
    let registry = Registry::start(Some("hunter2"), false);
    let layout = registry.layout();
    registry.push(&layout, &["--dest-creds=me:hunter2"]);
    layout.check(registry.open(&with_password("hunter2")).unwrap());
    for options in [RegistryOptions::default(), with_password("hunter22")] {
        let error = registry.open(&options).err().unwrap();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("refuses access") && !shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_registry_with_tls_and_a_password() {
    if !installed(&PROGRAMS) {
        return;
    }
    let registry = Registry::start(Some("hunter2"), true);
    let layout = registry.layout();
    registry.push(&layout, &["--dest-creds=me:hunter2"]);
    let error = registry.open(&with_password("hunter2")).err().unwrap().to_string();
    assert!(error.contains("certificate"), "{error}");
    let mut trusting = with_password("hunter2");
    trusting.certificate_authorities.push(registry.certificate());
    layout.check(registry.open(&trusting).unwrap());
    let mut insecure = with_password("hunter2");
    insecure.insecure = true;
    layout.check(registry.open(&insecure).unwrap());
}
