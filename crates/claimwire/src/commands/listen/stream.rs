//! Server-sent events (WHATWG HTML, section 9.2), as far as the API sends them, read so that a connection that is dead
//! without saying so is noticed.

use std::io::{BufRead as _, BufReader};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use ureq::Body;
use ureq::http::Response;

/// What stands between two blank lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The place in the log.
    pub id: Option<String>,
    /// The event; none when only the place goes on.
    pub data: Option<String>,
}

/// A connection that events come by.
pub struct Stream(Receiver<Block>);

impl Stream {
    /// Begins to read an answer. The thread ends with the connection, or with the first block that nobody takes.
    pub fn new(answer: Response<Body>) -> Self {
        // Holds one block back: who does not take them is not sent more.
        let (blocks, taken) = sync_channel(0);
        std::thread::spawn(move || {
            let lines = BufReader::new(answer.into_body().into_reader()).lines();
            let mut block = Block::default();
            for line in lines.map_while(Result::ok) {
                if let Some(whole) = block.take(&line)
                    && blocks.send(whole).is_err()
                {
                    return;
                }
            }
        });
        Self(taken)
    }

    /// What comes next; none at the end, and when nothing came for so long.
    pub fn next(&mut self, silence: Duration) -> Option<Block> {
        self.0.recv_timeout(silence).ok()
    }
}

impl Block {
    /// Takes a line in; at a blank one the block is whole. A comment is a sign of life, and makes a block of nothing.
    fn take(&mut self, line: &str) -> Option<Self> {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "" if line.is_empty() => return Some(std::mem::take(self)),
            "id" => self.id = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_line_by_line() {
        let text = "retry: 1000\nid: a\n\n: nothing new\nid: b\n\nid: c\ndata: {\ndata:  \"x\"}\n\ndata: cut";
        let mut block = Block::default();
        let read: Vec<Block> = text.lines().filter_map(|line| block.take(line)).collect();
        let of = |id: &str, data: Option<&str>| Block {
            id: Some(id.to_owned()),
            data: data.map(str::to_owned),
        };
        assert_eq!(
            read,
            [of("a", None), of("b", None), of("c", Some("{\n \"x\"}"))]
        );
    }
}
