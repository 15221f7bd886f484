//! Programs that count what a process does, and what they write about it.

use std::path::Path;
use std::process::{Command, Stdio};

/// A program that runs the server and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    /// System calls by name, with strace.
    SystemCalls,
    /// Instructions, with valgrind's callgrind.
    Instructions,
    /// Allocations, with valgrind's memcheck.
    Allocations,
}

impl Tool {
    /// The program's name.
    pub(super) fn program(self) -> &'static str {
        match self {
            Self::SystemCalls => "strace",
            Self::Instructions | Self::Allocations => "valgrind",
        }
    }

    /// What it counts.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::SystemCalls => "system calls",
            Self::Instructions => "instructions",
            Self::Allocations => "allocations",
        }
    }

    /// Whether it is installed.
    pub(super) fn is_here(self) -> bool {
        let mut version = Command::new(self.program());
        version
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    }

    /// The command line that goes before the server's; it writes into `file`.
    pub(super) fn command(self, file: &Path) -> Vec<String> {
        let file = file.display();
        let own: &[&str] = match self {
            Self::SystemCalls => &["-f", "-c", "-o"],
            Self::Instructions => &["--tool=callgrind", "--log-file=/dev/null"],
            Self::Allocations => &["--tool=memcheck", "--leak-check=no"],
        };
        let file = match self {
            Self::SystemCalls => file.to_string(),
            Self::Instructions => format!("--callgrind-out-file={file}"),
            Self::Allocations => format!("--log-file={file}"),
        };
        let program = [self.program()].into_iter().chain(own.iter().copied());
        program.map(str::to_owned).chain([file]).collect()
    }

    /// The counts, by name, in what it wrote.
    pub(super) fn read(self, text: &str) -> Vec<(String, f64)> {
        match self {
            Self::SystemCalls => system_calls(text),
            Self::Instructions => number_after(text, "totals:")
                .map(|count| vec![("instructions".to_owned(), count)])
                .unwrap_or_default(),
            Self::Allocations => allocations(text),
        }
    }
}

/// Lines of `% time, seconds, µs each, calls, errors or nothing, name`, the sum in the last.
fn system_calls(text: &str) -> Vec<(String, f64)> {
    let lines = text.lines().filter_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let (name, calls) = (words.last()?, words.get(3)?.parse::<f64>().ok()?);
        let name = match *name {
            "total" => "system calls".to_owned(),
            name => format!("… {name}"),
        };
        Some((name, calls))
    });
    let mut counts: Vec<_> = lines.collect();
    counts.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    counts
}

/// `total heap usage: 239 allocs, 209 frees, 79,278 bytes allocated`, behind the process's number.
fn allocations(text: &str) -> Vec<(String, f64)> {
    let Some((_, usage)) = text.split_once("total heap usage:") else {
        return Vec::new();
    };
    let parts = usage.lines().next().unwrap_or_default().split(", ");
    let counts = parts.filter_map(|part| {
        let (count, what) = part.trim().split_once(' ')?;
        let name = match what {
            "allocs" => "allocations",
            "bytes allocated" => "bytes allocated",
            _ => return None,
        };
        Some((name.to_owned(), count.replace(',', "").parse().ok()?))
    });
    counts.collect()
}

fn number_after(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(tool: Tool, text: &str) -> Vec<(String, f64)> {
        tool.read(text)
    }

    #[test]
    fn system_calls_are_read_with_and_without_errors_most_first() {
        let text = "% time     seconds  usecs/call     calls    errors syscall\n\
                    ------ ----------- ----------- --------- --------- ----------------\n\
                    50.00    0.000100           1         7           fdatasync\n\
                    50.00    0.000100           1        12         2 futex\n\
                    ------ ----------- ----------- --------- --------- ----------------\n\
                    100.00    0.000200           1        19         2 total\n";
        let want = [
            ("system calls", 19.0),
            ("… futex", 12.0),
            ("… fdatasync", 7.0),
        ];
        assert_eq!(
            counts(Tool::SystemCalls, text),
            want.map(|(n, c)| (n.to_owned(), c))
        );
    }

    #[test]
    fn instructions_and_allocations_are_read() {
        let text = "version: 1\nsummary: 5\nfn=(1) main\n3 5\n\ntotals: 126545\n";
        assert_eq!(
            counts(Tool::Instructions, text),
            [("instructions".to_owned(), 126_545.0)]
        );
        let text = "==1== HEAP SUMMARY:\n\
                    ==1==   total heap usage: 1,239 allocs, 209 frees, 79,278 bytes allocated\n==1== \n";
        assert_eq!(
            counts(Tool::Allocations, text),
            [
                ("allocations".to_owned(), 1239.0),
                ("bytes allocated".to_owned(), 79_278.0)
            ]
        );
    }

    #[test]
    fn what_says_nothing_counts_nothing() {
        for tool in [Tool::SystemCalls, Tool::Instructions, Tool::Allocations] {
            assert_eq!(tool.read("killed\n"), []);
        }
    }
}
