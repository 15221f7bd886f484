//! What the process has used, from `/proc/self`: Linux only, zeros elsewhere.

use std::fs;
use std::time::Duration;

/// Used since the start.
#[derive(Clone, Copy, Default)]
pub struct Usage {
    /// CPU time of the thread that writes.
    pub writer: Duration,
    /// CPU time of the thread that empties the log.
    pub checkpointer: Duration,
    /// Calls that write to files and sockets, of all threads.
    pub writes: u64,
    /// Bytes in them.
    pub written: u64,
}

impl Usage {
    pub fn now() -> Self {
        let mut usage = Self::default();
        for task in fs::read_dir("/proc/self/task")
            .into_iter()
            .flatten()
            .flatten()
        {
            let read = |name| fs::read_to_string(task.path().join(name)).unwrap_or_default();
            // The kernel shows no more than 15 characters of a thread's name.
            let time = match read("comm").trim() {
                "sqlite-writer" => &mut usage.writer,
                "sqlite-wal" => &mut usage.checkpointer,
                _ => continue,
            };
            let stat = read("schedstat");
            let nanos = stat.split(' ').next().and_then(|text| text.parse().ok());
            *time = Duration::from_nanos(nanos.unwrap_or(0));
        }
        let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
        let field = |name: &str| {
            let line = io.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
        };
        usage.writes = field("syscw:");
        usage.written = field("wchar:");
        usage
    }

    pub fn since(self, earlier: Self) -> Self {
        Self {
            writer: self.writer.saturating_sub(earlier.writer),
            checkpointer: self.checkpointer.saturating_sub(earlier.checkpointer),
            writes: self.writes.saturating_sub(earlier.writes),
            written: self.written.saturating_sub(earlier.written),
        }
    }
}

/// Resident memory, in MiB.
pub fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
