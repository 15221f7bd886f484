//! The build script of every store with a schema. Lists its steps, the files in `migrations/`, for the crate to embed; a new one is a reason to
//! compile anew.
//! Refinery's macro for that would build refinery, and all that it needs, a second time.

#![allow(clippy::print_stdout, reason = "how a build script speaks to Cargo")]

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=migrations");
    let here = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let mut names = Vec::new();
    for entry in fs::read_dir("migrations")? {
        let name = entry?.file_name().into_string();
        let name =
            name.map_err(|name| io::Error::other(format!("{} is not UTF-8", name.display())))?;
        names.extend(name.strip_suffix(".sql").map(str::to_owned));
    }
    names.sort();
    let steps: String = names
        .iter()
        .map(|name| format!("    ({name:?}, include_str!(\"{here}/migrations/{name}.sql\")),\n"))
        .collect();
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("steps.rs"), format!("&[\n{steps}]\n"))
}
