//! The sender's limits, each with its unit. That of the answer's body is part of the port:
//! [`claimwire_wire::send::RESPONSE_BODY_READ`].

use std::time::Duration;

/// Kept connections to one origin; twice this many webhooks' default of 32 in flight may share one host.
pub const IDLE_PER_ORIGIN: usize = 256;

/// Kept connections in all, of HTTP/1.1 and of HTTP/2 each. With those in use they must stay below the process's limit
/// of open files.
pub const IDLE_OVERALL: usize = 1024;

/// How long an unused connection is kept. Many servers close theirs after 5 s: ours go first, because a
/// request that meets a closing connection is a failed attempt.
pub const IDLE_FOR: Duration = Duration::from_secs(4);

/// Bytes of an answer's head and of the interim answers before it; more are a protocol error.
pub const HEAD_BYTES: usize = 64 * 1024;

/// Header lines of an answer; more are a protocol error.
pub const HEADERS: usize = 100;

/// Bytes of a chunked body that are not its data; more are a protocol error.
pub const CHUNK_FRAMING_BYTES: usize = 32 * 1024;

/// Bytes that one read takes at most; so much can be read beyond a bound. An answer that is smaller needs one
/// read, and the system is not asked whether there is more.
pub const READ_AT_ONCE: usize = 8 * 1024;

/// Bytes that a connection keeps room for between requests.
pub const SPARE_BYTES: usize = 4 * 1024;

/// Attempts over one HTTP/2 connection at once; the receiver may allow fewer.
pub const STREAMS_PER_CONNECTION: usize = 100;

/// Bytes of bodies that one HTTP/2 connection can have under way to us.
pub const WINDOW_PER_CONNECTION: u32 = 256 * 1024;

/// Interim answers (1xx) before an answer over HTTP/2; more are a protocol error.
pub const INTERIM_ANSWERS: usize = 100;

/// Addresses of one name that are tried, one after another.
pub const ADDRESSES_TRIED: usize = 8;

/// Names looked up at one time. Each holds a thread until the system's resolver gives up; tokio has 512.
pub const LOOKUPS: usize = 256;

/// URLs whose parts are remembered.
pub const TARGETS_REMEMBERED: usize = 4096;

/// TLS sessions that are remembered, so that the next handshake with the same host is a short one; of one host at
/// most 8.
pub const TLS_SESSIONS: usize = 2048;
