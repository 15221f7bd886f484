//! Standard error as the log writes to it. Lines that come with every request are gathered and written together, since a
//! system call for each would cost as much as a tenth of its request; all others are written at once, and what was
//! gathered before them first. So the order is kept, and when [`Output`] is dropped nothing is left.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// So many bytes are gathered at most; whoever brings more waits until they are written.
const GATHERED_BYTES: usize = 64 * 1024;
/// How long a line may wait.
const WAIT: Duration = Duration::from_millis(100);

/// Where lines go. To be kept for as long as something may be logged.
pub struct Output {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    lines: Mutex<Lines>,
    changed: Condvar,
}

struct Lines {
    gathered: Vec<u8>,
    sink: Box<dyn Write + Send>,
    /// Nobody is there who would write later.
    closed: bool,
}

impl Output {
    /// To this.
    pub fn to(sink: impl Write + Send + 'static) -> Self {
        let shared = Arc::new(Shared {
            lines: Mutex::new(Lines {
                gathered: Vec::new(),
                sink: Box::new(sink),
                closed: false,
            }),
            changed: Condvar::new(),
        });
        let thread = std::thread::Builder::new().name("log".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.write_now_and_then()
        });
        shared.lines().closed = thread.is_err();
        let thread = thread.ok();
        Self { shared, thread }
    }

    /// For the layer that makes lines. Those of this target are gathered.
    pub fn gathering(&self, target: &'static str) -> Writers {
        Writers {
            shared: Arc::clone(&self.shared),
            target,
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let mut lines = self.shared.lines();
        lines.closed = true;
        lines.write_out();
        drop(lines);
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gather(&self, line: &[u8]) {
        let mut lines = self.lines();
        let first = lines.gathered.is_empty();
        lines.gathered.extend_from_slice(line);
        if lines.closed || lines.gathered.len() >= GATHERED_BYTES {
            lines.write_out();
        } else if first {
            drop(lines);
            self.changed.notify_one();
        }
    }

    fn write(&self, line: &[u8]) {
        let mut lines = self.lines();
        lines.gathered.extend_from_slice(line);
        lines.write_out();
    }

    fn write_now_and_then(&self) {
        let mut lines = self.lines();
        while !lines.closed {
            let nothing = |lines: &mut Lines| lines.gathered.is_empty() && !lines.closed;
            let waited = self.changed.wait_while(lines, nothing);
            lines = waited.unwrap_or_else(PoisonError::into_inner);
            let waited = self
                .changed
                .wait_timeout_while(lines, WAIT, |lines| !lines.closed);
            lines = waited.unwrap_or_else(PoisonError::into_inner).0;
            lines.write_out();
        }
    }
}

impl Lines {
    /// What cannot be written, because the log's disk is full, is let go.
    fn write_out(&mut self) {
        let gathered = mem::take(&mut self.gathered);
        let _ = self.sink.write_all(&gathered);
        let _ = self.sink.flush();
        self.gathered = gathered;
        self.gathered.clear();
    }
}

/// Makes a writer for each line.
pub struct Writers {
    shared: Arc<Shared>,
    target: &'static str,
}

/// Takes one line.
pub struct Writer<'a> {
    shared: &'a Shared,
    gathers: bool,
}

impl<'a> MakeWriter<'a> for Writers {
    type Writer = Writer<'a>;

    fn make_writer(&'a self) -> Writer<'a> {
        Writer {
            shared: &self.shared,
            gathers: false,
        }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Writer<'a> {
        Writer {
            shared: &self.shared,
            gathers: metadata.target() == self.target,
        }
    }
}

impl Write for Writer<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.gathers {
            self.shared.gather(line);
        } else {
            self.shared.write(line);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Tells of each call what it wrote.
    struct Sink(mpsc::Sender<String>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            let _ = self.0.send(text);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn output() -> (Output, mpsc::Receiver<String>) {
        let (sender, written) = mpsc::channel();
        (Output::to(Sink(sender)), written)
    }

    #[test]
    fn a_gathered_line_is_written_by_and_by() {
        let (output, written) = output();
        output.shared.gather(b"a\n");
        assert_eq!(written.recv().unwrap(), "a\n");
        output.shared.gather(b"b\n");
        assert_eq!(written.recv().unwrap(), "b\n");
    }

    #[test]
    fn the_order_is_kept_and_nothing_is_left() {
        let (output, written) = output();
        let shared = Arc::clone(&output.shared);
        let mut lines = Vec::new();
        for no in 0..20_000 {
            let line = format!("{no}\n");
            if no % 1_000 == 7 {
                shared.write(line.as_bytes());
            } else {
                shared.gather(line.as_bytes());
            }
            lines.push(line);
        }
        drop(output);
        shared.gather(b"after the end\n");
        lines.push("after the end\n".to_owned());
        drop(shared);
        let calls: Vec<String> = written.iter().collect();
        assert_eq!(calls.concat(), lines.concat());
        assert!(calls.iter().all(|call| call.len() < GATHERED_BYTES + 32));
        assert!(calls.len() < 10_000, "{}", calls.len());
    }
}
