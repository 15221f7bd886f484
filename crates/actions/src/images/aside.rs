//! Work that keeps a core busy for long, one at a time on a thread that gives way to all others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

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
            // Whose work breaks off hears of it by what it holds, which is dropped with it.
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

/// Has the work done there. What it holds is dropped at once when there is no such thread.
pub fn aside(work: impl FnOnce() + Send + 'static) {
    if let Some(thread) = &*THREAD {
        // Nobody listens only when the process ends.
        let _ = thread.send(Box::new(work));
    }
}
