//! The data directories of earlier releases, and this program started on a copy of one.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use claimwire_testkit::Receiver;
use serde_json::Value;

use crate::common::{Serve, claimwire, serve};
use crate::proxy::Proxy;

/// Ten years, the longest that can be set: what a fixture holds grows old.
const RETENTION_DAYS: &str = "3650";

/// What `write.py` left of one release.
pub struct Fixture {
    dir: PathBuf,
    /// The keys, and what the tests call by name.
    pub names: Value,
}

/// This program on a copy of a data directory; its requests to receivers come to `receiver`.
pub struct Opened {
    pub serve: Serve,
    pub receiver: Receiver,
    pub proxy: Proxy,
    pub data: PathBuf,
    _dir: tempfile::TempDir,
}

/// One of each release, from the first on.
pub fn all() -> Vec<Fixture> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrade");
    let mut dirs: Vec<_> = std::fs::read_dir(here)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("names.json").exists())
        .collect();
    dirs.sort();
    assert!(!dirs.is_empty());
    dirs.into_iter()
        .map(|dir| {
            let names = std::fs::read(dir.join("names.json")).unwrap();
            Fixture {
                names: serde_json::from_slice(&names).unwrap(),
                dir,
            }
        })
        .collect()
}

impl Fixture {
    /// What was asked of the release and what it answered.
    pub fn answers(&self) -> Vec<Value> {
        let mut gzip = Command::new("gzip");
        let text = gzip
            .arg("-dc")
            .arg(self.dir.join("answers.jsonl.gz"))
            .output()
            .unwrap();
        let text = String::from_utf8(text.stdout).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// What the release answered to this path.
    pub fn answer(&self, path: &str) -> Value {
        let mut answers = self.answers().into_iter();
        answers
            .find(|answer| answer["path"] == path)
            .unwrap_or_else(|| panic!("{path} was not asked"))["answer"]
            .take()
    }

    /// The deliveries of shop `acme` that were in this state.
    pub fn deliveries(&self, status: &str) -> Vec<Value> {
        let answers = self.answers().into_iter();
        answers
            .filter(|answer| {
                answer["path"]
                    .as_str()
                    .is_some_and(|path| path.starts_with("/v1/shops/acme/deliveries/"))
            })
            .map(|mut answer| answer["answer"].take())
            .filter(|delivery| delivery["status"] == status)
            .collect()
    }

    pub fn key(&self, name: &str) -> &str {
        self.names["keys"][name].as_str().unwrap()
    }

    pub fn webhook(&self, name: &str) -> &str {
        self.names["webhooks"][name].as_str().unwrap()
    }

    /// A copy of the data directory in `archive`.
    pub fn unpack(&self, archive: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(self.dir.join(archive));
        assert!(tar.arg("-C").arg(&data).status().unwrap().success());
        (dir, data)
    }

    /// Starts this program on a copy of the data directory in `archive`. Nothing is sent before
    /// `proxy.open()`.
    pub async fn open(&self, archive: &str) -> Opened {
        let receiver = Receiver::start().await.unwrap();
        let proxy = Proxy::start(receiver.address());
        let (dir, data) = self.unpack(archive);
        let serve = Serve::of(&mut command(&data, &proxy), Stdio::inherit());
        Opened {
            serve,
            receiver,
            proxy,
            data,
            _dir: dir,
        }
    }
}

/// The command that starts this program on a data directory.
pub fn command(data: &Path, proxy: &Proxy) -> Command {
    let config = data.with_extension("toml");
    std::fs::write(
        &config,
        format!("[egress.fixture]\nproxy = \"http://{}\"\n", proxy.address),
    )
    .unwrap();
    let mut command = serve(data, &["--endpoint-allow-networks", "198.51.100.7/32"]);
    command
        .args(["--public-url", "https://claims.example.net"])
        .args(["--retention-days", RETENTION_DAYS, "--config"])
        .arg(config);
    command
}

/// `claimwire serve` that is given nothing: its keys are those in the data directory.
pub fn serve_as_it_is(data: &Path) -> Command {
    let mut command = claimwire();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data)
        .args(["--retention-days", RETENTION_DAYS]);
    command
}
