//! Work that keeps a core busy for long, on the thread for photos.

use claimwire_actions::images;
use tokio::sync::oneshot;

/// Does the work there. None: it broke off, or there is no such thread.
pub(crate) async fn done<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, answer) = oneshot::channel();
    images::aside(move || {
        let _ = sender.send(work());
    });
    answer.await.ok()
}
