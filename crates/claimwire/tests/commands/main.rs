//! The commands that talk to a server, as they are typed: the same words for every noun, failures that say what to do,
//! and exit codes that scripts rely on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    dead_code
)]

#[path = "../common/mod.rs"]
mod common;
mod doctor;
mod failures;
mod listen;
mod nouns;
mod profiles;
mod tail;

use std::path::Path;

use common::{ADMIN_KEY, Serve};
use serde_json::Value;

/// A server, and a shop in it.
struct World {
    server: Serve,
    dir: tempfile::TempDir,
}

/// What a command came to.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Serve::start(&dir.path().join("data"), &[]);
        let world = Self { server, dir };
        world.json("shops create acme");
        world
    }

    /// Types a command: words apart by blanks; a blank inside a word is written `~`.
    fn run(&self, line: &str) -> Ran {
        let mut command = common::claimwire();
        command
            .env("CLAIMWIRE_SERVER", &self.server.url)
            .env("CLAIMWIRE_KEY", ADMIN_KEY)
            .env("CLAIMWIRE_SHOP", "acme")
            .args(words(line));
        ran(&mut command)
    }

    fn json(&self, line: &str) -> Value {
        let ran = self.run(&format!("{line} --json"));
        assert_eq!(ran.code, Some(0), "{line}: {ran:?}");
        serde_json::from_str(&ran.out).unwrap_or(Value::Null)
    }

    fn fails(&self, line: &str) -> (i32, Value) {
        let ran = self.run(&format!("{line} --json"));
        let said: Value = serde_json::from_str(&ran.err)
            .unwrap_or_else(|error| panic!("{line}: {error}: {ran:?}"));
        assert_eq!(ran.out, "", "{line}");
        let code = ran.code.unwrap();
        assert_eq!(said["error"]["exit_code"], code, "{line}");
        (code, said["error"].clone())
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

fn words(line: &str) -> impl Iterator<Item = String> {
    line.split(' ').map(|word| word.replace('~', " "))
}

fn ran(command: &mut std::process::Command) -> Ran {
    let (code, out, err) = common::run(command);
    Ran { code, out, err }
}

/// A command with profiles in this directory, and no environment beside.
fn with_profiles(dir: &Path, line: &str) -> Ran {
    let mut command = common::claimwire();
    ran(command.env("XDG_CONFIG_HOME", dir).args(words(line)))
}
