//! A hash for what stores keep.

/// FNV-1a of 64 bits: the same in every version of the program.
#[must_use]
pub fn fnv1a(bytes: impl Iterator<Item = u8>) -> i64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    bytes
        .fold(BASIS, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(PRIME)
        })
        .cast_signed()
}
