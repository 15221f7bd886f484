//! The sender's limits, each with its unit. That of the answer's body is part of the port:
//! [`claimwire_wire::send::RESPONSE_BODY_READ`].

use std::time::Duration;

/// Kept connections in all, of HTTP/1.1 and of HTTP/2 each: as many as the engine has attempts under way, so that each
/// finds one again where many webhooks are busy. With those in use they must stay below the process's limit of open
/// files.
pub const IDLE_OVERALL: usize = 16_384;

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

/// Fresh connections of one attempt, when the receiver winds each up at once.
pub const CONNECTIONS_PER_ATTEMPT: usize = 4;

/// Addresses of one name that are tried, one after another.
pub const ADDRESSES_TRIED: usize = 8;

/// A proxy that could not be connected to in less time than this may be well: the rest had gone elsewhere.
pub const PROXY_HAS_AT_LEAST: Duration = Duration::from_millis(500);

/// Names looked up at one time. Each holds two sockets, one for the addresses of each family.
pub const LOOKUPS: usize = 128;

/// Names of one shop looked up at one time, when few shops are at it.
pub const LOOKUPS_PER_SHOP: usize = 16;

/// How long one look-up may take, whatever the system's configuration says of tries and time.
pub const LOOKUP_FOR: Duration = Duration::from_secs(10);

/// How long the addresses of the other family are waited for when those of one are there.
pub const OTHER_FAMILY_WAITS: Duration = Duration::from_millis(100);

/// After this time without an answer the name servers are asked for something that they all know, which tells
/// whether it is they or the name.
pub const PROBE_AFTER: Duration = Duration::from_millis(500);

/// How long the answer to that may take.
pub const PROBE_FOR: Duration = Duration::from_secs(2);

/// Names whose answers are remembered.
pub const NAMES_REMEMBERED: usize = 4096;

/// Addresses of one name that are remembered.
pub const ADDRESSES_PER_NAME: usize = 32;

/// How long addresses are remembered at most; less when the name server says less.
pub const ADDRESS_GOOD_FOR: Duration = Duration::from_secs(60);

/// How long it is remembered that a name has no address, or that its name servers do not answer.
pub const FAILURE_GOOD_FOR: Duration = Duration::from_secs(3);

/// URLs whose parts are remembered.
pub const TARGETS_REMEMBERED: usize = 4096;

/// TLS sessions that are remembered, so that the next handshake with the same host is a short one; of one host at
/// most 8.
pub const TLS_SESSIONS: usize = 2048;
