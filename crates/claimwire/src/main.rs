//! The binary. All of it is in the library beside it: a library is compiled while those that it uses still are, a binary after all of them.

use std::process::ExitCode;

/// What one thread allocates for a delivery another one frees: the system's allocator spends a tenth of the
/// server's time on that, in locks. Figures in docs/performance.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    claimwire::run(std::env::args_os().collect())
}
