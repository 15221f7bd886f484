//! What an exchange over one connection comes to, whichever HTTP it speaks.

use claimwire_wire::send::{Answer, SendErrorKind};

/// What came of a request.
pub(crate) enum Exchange {
    /// An answer, as far as that is read.
    Answered(Answer),
    /// The receiver has seen nothing of it, and why: it can be sent over another connection.
    NotSent(Broken),
}

/// Why there was no answer.
#[derive(Debug)]
pub(crate) struct Broken {
    /// `closed` or `protocol`.
    pub(crate) kind: SendErrorKind,
    /// What is wrong, as the end of a sentence about the answer.
    pub(crate) what: String,
}

/// The connection is over.
pub(crate) fn closed(what: impl Into<String>) -> Broken {
    Broken {
        kind: SendErrorKind::Closed,
        what: what.into(),
    }
}

/// What came is not what HTTP allows, or too much of it.
pub(crate) fn protocol(what: impl Into<String>) -> Broken {
    Broken {
        kind: SendErrorKind::Protocol,
        what: what.into(),
    }
}
