//! Connections that others hold, and servers that are none: the protocol's first messages, by hand.

use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;

use super::Cluster;

/// The number of the protocol's version 3.0, as a startup message begins.
const PROTOCOL: u32 = 196_608;
/// What asks for TLS in a startup message's place.
const TLS: u32 = 80_877_103;

/// A connection that does nothing.
#[derive(Debug)]
pub struct Held(#[allow(dead_code, reason = "it holds the connection")] UnixStream);

impl Cluster {
    /// Connects as this role and holds the connection. None: the server takes no more.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn hold(&self, role: &str) -> io::Result<Option<Held>> {
        let mut stream = UnixStream::connect(self.socket())?;
        let mut startup = PROTOCOL.to_be_bytes().to_vec();
        for word in ["user", role, "database", "postgres", ""] {
            startup.extend(word.as_bytes());
            startup.push(0);
        }
        let length = u32::try_from(startup.len() + 4).map_err(io::Error::other)?;
        stream.write_all(&[&length.to_be_bytes()[..], &startup].concat())?;
        loop {
            let (tag, _) = message(&mut stream)?;
            match tag {
                b'Z' => return Ok(Some(Held(stream))),
                b'E' => return Ok(None),
                _ => {}
            }
        }
    }
}

/// One message of the protocol: its tag and its body.
fn message(stream: &mut impl Read) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    let [tag, length @ ..] = head;
    Ok((tag, body(stream, length)?))
}

/// What follows a length, which counts itself.
fn body(stream: &mut impl Read, length: [u8; 4]) -> io::Result<Vec<u8>> {
    let length = u32::from_be_bytes(length).saturating_sub(4);
    let mut body = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn written(tag: u8, body: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(body.len() + 4).map_err(io::Error::other)?;
    Ok([&[tag][..], &length.to_be_bytes(), body].concat())
}

/// Answers one client as PostgreSQL 14 does until it goes: the start of the protocol, and its version.
///
/// # Errors
/// The client does not speak the protocol, or asks something else first.
pub fn older_server(listener: &TcpListener) -> io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    let mut length = [0; 4];
    loop {
        stream.read_exact(&mut length)?;
        if body(&mut stream, length)? != TLS.to_be_bytes() {
            break;
        }
        // It has none.
        stream.write_all(b"N")?;
    }
    let ready = written(b'Z', b"I")?;
    let version = written(b'S', b"server_version\x0014.18\0")?;
    stream.write_all(&[written(b'R', &[0; 4])?, version, ready.clone()].concat())?;
    let (tag, _) = message(&mut stream)?;
    if tag != b'Q' {
        return Err(io::Error::other("it is asked something before its version"));
    }
    let values = ["140018", "14.18 (Debian 14.18-1)", "f", "t"];
    let mut columns = vec![0, 4];
    let mut row = columns.clone();
    for value in values {
        // A name, then no table, no column, text, of any length, with no modifier, as text.
        columns.extend(b"c\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0");
        row.extend(
            u32::try_from(value.len())
                .map_err(io::Error::other)?
                .to_be_bytes(),
        );
        row.extend(value.as_bytes());
    }
    let answer = [
        written(b'T', &columns)?,
        written(b'D', &row)?,
        written(b'C', b"SELECT 1\0")?,
        ready,
    ];
    stream.write_all(&answer.concat())?;
    // Until the client goes.
    stream.read_to_end(&mut Vec::new()).map(drop)
}
