//! The distribution project's own registry, where it is installed.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use plimsoll_attest::PrivateKey;
use plimsoll_image::{Reference, RegistryOptions};
use plimsoll_sync::{Part, Source, Transfer, push};

use crate::support::{Local, by, is_current, release};

struct Registry {
    child: Child,
    port: u16,
    _directory: tempfile::TempDir,
}

impl Registry {
    /// Nothing where the program is not installed.
    fn start() -> Option<Registry> {
        let directory = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = directory.path().join("config.yml");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nhttp: {{addr: \"127.0.0.1:{port}\"}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}}}\n",
            directory.path().join("data").display()
        );
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(config).env_remove("OTEL_TRACES_EXPORTER");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(child) = command.spawn() else {
            println!("skipped: docker-registry is not installed");
            return None;
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the registry did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(Registry { child, port, _directory: directory })
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_real_registry_keeps_a_release() {
    let Some(registry) = Registry::start() else { return };
    let reference: Reference = format!("localhost:{}/team/db:1", registry.port).parse().unwrap();
    let key = PrivateKey::generate().unwrap();
    let local = Local::new(vec![Source::Registry(reference.clone())], Some(&key));
    let publish = |day, from: &[u32]| {
        let release = release(day, from);
        push(&release, &reference, &[], Some(&key), &RegistryOptions::default()).unwrap();
    };
    publish(1, &[]);
    let outcome = local.update().unwrap();
    assert_eq!(outcome.database.signature(), Some(&by(&key)));
    local.check(1, 1);
    assert!(is_current(&local.update().unwrap().database));
    publish(2, &[1]);
    let outcome = local.update().unwrap();
    assert!(matches!(outcome.database, Part::Updated { by: Transfer::Delta, .. }), "{outcome:?}");
    local.check(2, 2);
}
