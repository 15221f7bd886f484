//! What is fuzzed: everything that strangers send, through the program's own entry.
//!
//! One function per target; each takes any bytes and panics when a promise is broken. The fuzzer calls
//! them with what it makes up, and a test of the `claimwire` crate with every file in `seeds/`.

mod answers;
mod filters;
mod json;
mod signatures;
mod urls;

pub use answers::answers;
pub use filters::filters;
pub use json::json;
pub use signatures::signatures;
pub use urls::urls;

use claimwire_model::Dialect;

/// The dialect that a byte stands for.
fn dialect(byte: u8) -> Dialect {
    Dialect::ALL[usize::from(byte) % Dialect::ALL.len()]
}
