//! The distribution project's own registry (`docker-registry` in Debian), on loopback, with and
//! without a password and TLS.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::tools::run;

pub(crate) const PROGRAMS: [&str; 3] = ["docker-registry", "skopeo", "htpasswd"];

pub(crate) struct Registry {
    pub(crate) port: u16,
    server: Child,
}

impl Registry {
    /// Keeps its files in `directory`; with TLS, `cert.pem` there is the authority to trust.
    pub(crate) fn start(directory: &Path, password: Option<&str>, tls: bool) -> Registry {
        std::fs::create_dir_all(directory).unwrap();
        let file = |name: &str| directory.join(name).display().to_string();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut config = format!(
            "version: 0.1\nlog: {{level: warn}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\n",
            file("data")
        );
        if let Some(password) = password {
            let line = run("htpasswd", &["-Bbn", "me", password]);
            std::fs::write(file("htpasswd"), line).unwrap();
            let path = file("htpasswd");
            config.push_str(&format!("auth: {{htpasswd: {{realm: r, path: {path}}}}}\n"));
        }
        config.push_str(&format!("http:\n  addr: 127.0.0.1:{port}\n"));
        if tls {
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
            let (certificate, key) = (file("cert.pem"), file("key.pem"));
            std::fs::write(&certificate, made.cert.pem()).unwrap();
            std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
            config.push_str(&format!("  tls: {{certificate: {certificate}, key: {key}}}\n"));
        }
        std::fs::write(file("config.yml"), config).unwrap();
        let log = std::fs::File::create(file("log")).unwrap();
        let server = Command::new("docker-registry")
            .args(["serve", &file("config.yml")])
            .env_remove("OTEL_TRACES_EXPORTER")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut registry = Registry { port, server };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let gone = registry.server.try_wait().unwrap().is_some();
            let log = || std::fs::read_to_string(file("log")).unwrap();
            assert!(!gone && Instant::now() < deadline, "the registry did not start: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        registry
    }

    /// Copies the image of an OCI layout here, and gives its name.
    pub(crate) fn push(&self, layout: &Path, options: &[&str]) -> String {
        let name = format!("localhost:{}/team/image:1", self.port);
        let (from, to) = (format!("oci:{}:latest", layout.display()), format!("docker://{name}"));
        let mut arguments = vec!["copy", "-q", "--dest-tls-verify=false"];
        arguments.extend(options);
        arguments.extend([&*from, &*to]);
        run("skopeo", &arguments);
        name
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
