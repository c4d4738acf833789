//! A machine for one test: an empty home, an empty current directory, no network settings.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The day on which these tests happen: 2024-03-01.
pub(crate) const NOW: &str = "1709251200";

/// No run of a test may take longer, whatever it is given: generous, for a busy machine and a program
/// without optimization.
const MOST_TIME: Duration = Duration::from_secs(60);

pub(crate) struct Machine {
    directory: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Machine {
    pub(crate) fn new() -> Machine {
        let directory = tempfile::tempdir().unwrap();
        Machine { directory, variables: vec![("SOURCE_DATE_EPOCH", NOW.to_owned())] }
    }

    /// A Debian 11 with one package of the starter database in a vulnerable version, in `root/`.
    pub(crate) fn with_vulnerable_debian() -> Machine {
        Machine::new().debian("1.1.1k-1+deb11u1")
    }

    /// The same, after the update.
    pub(crate) fn with_clean_debian() -> Machine {
        Machine::new().debian("9.9-1")
    }

    /// Builds a full (if small) database of one advisory and makes it the one to use.
    pub(crate) fn with_database(self) -> Machine {
        let machine = self.write(
            "feeds/DSA/list",
            "[15 Mar 2022] DSA-5103-1 openssl - security update\n\
             \t{CVE-2022-0778}\n\
             \t[bullseye] - openssl 1.1.1k-1+deb11u2\n",
        );
        let ran = machine.run("db build --from feeds --output test.db");
        assert_eq!(ran.code, 0, "{ran:?}");
        machine.variable("PLIMSOLL_DB", "test.db")
    }

    fn debian(self, openssl: &str) -> Machine {
        self.write(
            "root/etc/os-release",
            "ID=debian\nVERSION_ID=\"11\"\nVERSION_CODENAME=bullseye\nPRETTY_NAME=\"Debian GNU/Linux 11 (bullseye)\"\n",
        )
        .write("root/etc/debian_version", "11.9\n")
        .write(
            "root/var/lib/dpkg/status",
            &format!(
                "Package: openssl\nStatus: install ok installed\nPriority: optional\n\
                 Maintainer: Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>\n\
                 Architecture: amd64\nVersion: {openssl}\nDescription: test\n\n\
                 Package: hello\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.10-2\n\
                 Maintainer: Somebody at Debian <x@debian.org>\nDescription: test\n"
            ),
        )
    }

    pub(crate) fn write(self, path: &str, content: &str) -> Machine {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn variable(mut self, name: &'static str, value: &str) -> Machine {
        self.variables.push((name, value.to_owned()));
        self
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    /// Runs `plimsoll` with the words of `line`.
    pub(crate) fn run(&self, line: &str) -> Ran {
        let started = Instant::now();
        let Output { status, stdout, stderr } = self.command(line).output().unwrap();
        assert!(started.elapsed() < MOST_TIME, "{line} took {:?}", started.elapsed());
        Ran {
            code: status.code().unwrap(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Starts `plimsoll` and ends it without a chance to clean up.
    pub(crate) fn kill_after(&self, line: &str, milliseconds: u64) {
        let mut child =
            self.command(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command
            .args(line.split_whitespace())
            .current_dir(self.directory.path())
            .env_clear()
            .env("HOME", self.directory.path())
            // Tests ask nothing of the network that they did not set up.
            .env("PLIMSOLL_SKIP_DB_UPDATE", "true")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.directory.path().join(path).exists()
    }
}

impl Ran {
    /// Fails unless the run ended well and all these texts are in its output.
    pub(crate) fn succeeds(&self, texts: &[&str]) {
        assert_eq!(self.code, 0, "{self:?}");
        for text in texts {
            assert!(self.stdout.contains(text), "{text:?} is not in\n{}", self.stdout);
        }
    }

    /// Fails unless the run ended with this code and all these texts are in its errors.
    pub(crate) fn fails(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for text in texts {
            assert!(self.stderr.contains(text), "{text:?} is not in\n{}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }
}
