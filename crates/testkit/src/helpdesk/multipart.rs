//! The parts of a `multipart/form-data` body, as a vendor's framework reads them.

use crate::log::Received;

/// One part.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// There: it is taken for a file, whatever it holds.
    pub(crate) filename: Option<String>,
    pub(crate) content_type: String,
    pub(crate) bytes: Vec<u8>,
}

/// All parts; none: it is no such body.
pub(crate) fn parts(received: &Received) -> Option<Vec<Part>> {
    let content_type = received.header("content-type")?;
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")?
        .trim_matches('"');
    let delimiter = format!("--{boundary}");
    let mut found = Vec::new();
    let mut rest = after(&received.body, delimiter.as_bytes())?;
    loop {
        if rest.starts_with(b"--") {
            return Some(found);
        }
        let part = rest.strip_prefix(b"\r\n")?;
        let end = format!("\r\n{delimiter}");
        let at = find(part, end.as_bytes())?;
        found.push(one(&part[..at])?);
        rest = &part[at + end.len()..];
    }
}

fn one(part: &[u8]) -> Option<Part> {
    let at = find(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&part[..at]).ok()?;
    let line = |name: &str| {
        let lines = head.lines();
        let mut lines = lines.filter_map(|line| line.split_once(':'));
        let found = lines.find(|(there, _)| there.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let disposition = line("content-disposition")?;
    let parameter = |name: &str| {
        let from = disposition.split(&format!("; {name}=\"")).nth(1)?;
        from.split('"').next().map(str::to_owned)
    };
    Some(Part {
        name: parameter("name")?,
        filename: parameter("filename"),
        content_type: line("content-type").unwrap_or_default(),
        bytes: part[at + 4..].to_vec(),
    })
}

fn after<'a>(bytes: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
    Some(&bytes[find(bytes, what)? + what.len()..])
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}
