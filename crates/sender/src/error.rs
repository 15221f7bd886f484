//! Errors with the kind that attempts show, and deadlines that say what was being done.

use std::error::Error;
use std::future::Future;

use claimwire_wire::send::{SendError, SendErrorKind};
use tokio::time::Instant;

/// An error of this kind.
pub(crate) fn error(kind: SendErrorKind, detail: impl Into<String>) -> SendError {
    SendError {
        kind,
        detail: detail.into(),
    }
}

/// The error's text followed by those of its causes. Text that a cause repeats is not written twice.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let said = next.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = next.source();
    }
    text
}

/// `work`, unless the deadline passes first: then a timeout that names what was being done.
pub(crate) async fn within<T>(
    deadline: Instant,
    doing: impl FnOnce() -> String,
    work: impl Future<Output = T>,
) -> Result<T, SendError> {
    tokio::time::timeout_at(deadline, work).await.map_err(|_| {
        error(
            SendErrorKind::Timeout,
            format!("the deadline passed while {}", doing()),
        )
    })
}
