//! What an exchange over one connection comes to, whichever HTTP it speaks.

use std::sync::Arc;

use claimwire_wire::send::{Answer, AnswerRoom, SendErrorKind};

/// What came of a request.
pub(crate) enum Exchange {
    /// An answer, as far as that is read.
    Answered(Answer),
    /// The receiver has acted on nothing of it, and why: it can be sent over another connection.
    NotSent(Broken),
    /// The same, because the receiver winds the connection up (HTTP/2's GOAWAY): it expects another.
    GoneAway(Broken),
    /// The connection ended before the first byte of an answer, and why. On one that was kept that is most likely
    /// because the receiver had closed it as idle, so it is worth a second try.
    Unanswered(Broken),
}

/// Why there was no answer.
#[derive(Debug)]
pub(crate) struct Broken {
    /// `closed` or `protocol`, or `local_memory` where there is no room for it.
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

/// Asks for room for so much of an answer's body, in all.
///
/// # Errors
/// There is none.
pub(crate) fn holds(room: Option<&Arc<dyn AnswerRoom>>, bytes: usize) -> Result<(), Broken> {
    match room.is_none_or(|room| room.holds(bytes)) {
        true => Ok(()),
        false => Err(Broken {
            kind: SendErrorKind::LocalMemory,
            what: format!("there is no room in memory for {bytes} bytes of it"),
        }),
    }
}
