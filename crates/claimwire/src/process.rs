//! What Prometheus clients show of their process, by the names that all of them use. Read from `/proc` when someone
//! looks; where there is none, nothing is shown.

use std::fmt::Write as _;

/// Ticks of a second in `/proc/self/stat`, the same on every Linux that this runs on.
const TICKS: f64 = 100.0;

/// What `/proc` says, as its files have it.
struct Files {
    stat: String,
    status: String,
    limits: String,
    booted: String,
    open_files: usize,
}

/// The process as Prometheus text.
pub fn metrics() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let files = Files {
        stat: read("/proc/self/stat"),
        status: read("/proc/self/status"),
        limits: read("/proc/self/limits"),
        booted: read("/proc/stat"),
        open_files: std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count),
    };
    text(&files)
}

fn text(files: &Files) -> String {
    // The program's name, in brackets, may hold anything; what follows it is counted from 3.
    let after = files.stat.rsplit_once(')').map_or("", |(_, after)| after);
    let fields: Vec<&str> = after.split_whitespace().collect();
    let field = |no: usize| fields.get(no - 3)?.parse::<f64>().ok();
    let ticks = |no| field(no).map(|ticks| ticks / TICKS);
    let mut text = String::new();
    let mut line = |name: &str, kind: &str, help: &str, value: Option<f64>| {
        if let Some(value) = value {
            let _ = write!(
                text,
                "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n\n"
            );
        }
    };
    let cpu = ticks(14).zip(ticks(15)).map(|(user, system)| user + system);
    let help = "Total user and system CPU time spent in seconds.";
    line("process_cpu_seconds_total", "counter", help, cpu);
    let resident = number_after(&files.status, "VmRSS:").map(|kib| kib * 1024.0);
    let help = "Resident memory size in bytes.";
    line("process_resident_memory_bytes", "gauge", help, resident);
    let virtual_bytes = number_after(&files.status, "VmSize:").map(|kib| kib * 1024.0);
    let help = "Virtual memory size in bytes.";
    line("process_virtual_memory_bytes", "gauge", help, virtual_bytes);
    let threads = number_after(&files.status, "Threads:");
    let help = "Number of OS threads in the process.";
    line("process_threads", "gauge", help, threads);
    let help = "Number of open file descriptors.";
    let open = (files.open_files > 0).then_some(files.open_files as f64);
    line("process_open_fds", "gauge", help, open);
    let help = "Maximum number of open file descriptors.";
    let most = number_after(&files.limits, "Max open files");
    line("process_max_fds", "gauge", help, most);
    let booted = number_after(&files.booted, "btime");
    let start = booted.zip(ticks(22)).map(|(booted, up)| booted + up);
    let help = "Start time of the process since unix epoch in seconds.";
    line("process_start_time_seconds", "gauge", help, start);
    text
}

/// The first number behind this word at the begin of a line.
fn number_after(text: &str, word: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(word))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_read_as_linux_writes_it() {
        let files = Files {
            stat: "42 (a ) b) S 1 42 42 0 -1 4194560 1 0 0 0 150 25 0 0 20 0 9 0 1200 1000 5"
                .to_owned(),
            status: "Name:\tx\nVmSize:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t9\n".to_owned(),
            limits: "Limit  Soft Limit  Hard Limit  Units\nMax open files            4096                 8192                 files\n".to_owned(),
            booted: "cpu  1 2 3\nbtime 1700000000\n".to_owned(),
            open_files: 12,
        };
        let text = text(&files);
        for line in [
            "process_cpu_seconds_total 1.75",
            "process_resident_memory_bytes 1048576",
            "process_virtual_memory_bytes 2097152",
            "process_threads 9",
            "process_open_fds 12",
            "process_max_fds 4096",
            "process_start_time_seconds 1700000012",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
    }

    #[test]
    fn this_process_shows_itself() {
        assert!(metrics().contains("\nprocess_resident_memory_bytes "));
    }
}
