//! What a receiver does with a request.

use bytes::Bytes;

/// One answer, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer with this status, these headers and this body.
    Answer {
        /// HTTP status.
        status: u16,
        /// Beside `Date` and `Content-Length`.
        headers: Vec<(String, String)>,
        /// Sent whole.
        body: Bytes,
    },
    /// The request is read and never answered; the connection stays open.
    Hang,
    /// The request is read and the connection closed without an answer.
    Close,
    /// The head of an answer and one byte of its body, then nothing more.
    Stall,
}

/// Status, headers and body of an answer.
pub type Parts = (u16, Vec<(String, String)>, Bytes);

impl Reply {
    /// An answer without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// What it consists of, if it is an answer.
    #[must_use]
    pub fn parts(self) -> Option<Parts> {
        match self {
            Self::Answer {
                status,
                headers,
                body,
            } => Some((status, headers, body)),
            Self::Hang | Self::Close | Self::Stall => None,
        }
    }

    /// The same answer with a header more.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// The same answer with this body.
    #[must_use]
    pub fn with_body(mut self, bytes: impl Into<Bytes>) -> Self {
        if let Self::Answer { body, .. } = &mut self {
            *body = bytes.into();
        }
        self
    }
}

impl From<u16> for Reply {
    fn from(status: u16) -> Self {
        Self::status(status)
    }
}
