//! The binary. All of it is in the library beside it: a library is compiled while those that it uses still are, a binary after all of them.

use std::process::ExitCode;

use claimwire_allocator as _;

fn main() -> ExitCode {
    claimwire::run(std::env::args_os().collect())
}
