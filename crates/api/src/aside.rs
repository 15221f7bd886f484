//! Work that keeps a core busy for long, one at a time on a thread that gives way to all others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use tokio::sync::oneshot;

/// The lowest there is (nice(2)): of a core that others want too the work has a sixtieth.
const NICE: i32 = 19;

type Work = Box<dyn FnOnce() + Send>;

static THREAD: LazyLock<Option<Sender<Work>>> = LazyLock::new(start);

fn start() -> Option<Sender<Work>> {
    let (sender, waiting) = channel::<Work>();
    let run = move || {
        // Of this thread alone, as Linux has it. Without it the work is done all the same.
        if let Err(error) = rustix::process::setpriority_process(None, NICE) {
            tracing::debug!(%error, "the thread for photos keeps its priority");
        }
        for work in waiting {
            // Whose work breaks off hears of it by its answer, which is dropped with it.
            let _ = catch_unwind(AssertUnwindSafe(work));
        }
    };
    let started = thread::Builder::new().name("photos".to_owned()).spawn(run);
    match started {
        Ok(_) => Some(sender),
        Err(error) => {
            tracing::error!(%error, "cannot start the thread for photos");
            None
        }
    }
}

/// Does the work there. None: it broke off, or there is no such thread.
pub(crate) async fn done<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, answer) = oneshot::channel();
    let work = move || {
        let _ = sender.send(work());
    };
    THREAD.as_ref()?.send(Box::new(work)).ok()?;
    answer.await.ok()
}
