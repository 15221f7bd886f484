//! The memory allocator of every program that uses this crate, by name alone. What one thread allocates for a delivery
//! another one frees: the system's allocator spends a tenth of the server's time on that, in locks. Figures in
//! docs/performance.md.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
