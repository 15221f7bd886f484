//! The schema's steps are read at compile time: a new file among them is a reason to compile anew.

#![allow(clippy::print_stdout, reason = "how a build script speaks to Cargo")]

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
