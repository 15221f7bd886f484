//! Programs that count what a process does, and what they write about it.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};

/// A program that runs the server and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    /// System calls by name, with strace.
    SystemCalls,
    /// Instructions, and calls of the allocator, with valgrind's callgrind.
    Instructions,
}

impl Tool {
    /// The program's name.
    pub(super) fn program(self) -> &'static str {
        match self {
            Self::SystemCalls => "strace",
            Self::Instructions => "valgrind",
        }
    }

    /// What it counts.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::SystemCalls => "system calls",
            Self::Instructions => "instructions and allocations",
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
        };
        let file = match self {
            Self::SystemCalls => file.to_string(),
            Self::Instructions => format!("--callgrind-out-file={file}"),
        };
        let program = [self.program()].into_iter().chain(own.iter().copied());
        program.map(str::to_owned).chain([file]).collect()
    }

    /// The counts, by name, in what it wrote.
    pub(super) fn read(self, text: &str) -> Vec<(String, f64)> {
        match self {
            Self::SystemCalls => system_calls(text),
            Self::Instructions => callgrind(text),
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

/// What hands out memory: the system's allocator, and mimalloc.
const ALLOCATORS: [&str; 7] = [
    "malloc",
    "calloc",
    "realloc",
    "posix_memalign",
    "mi_malloc_aligned",
    "mi_zalloc_aligned",
    "mi_realloc_aligned",
];

/// `totals: INSTRUCTIONS`, and before it calls as two lines, `cfn=(12) NAME` and `calls=COUNT …`; the name is
/// only there the first time that its number is.
fn callgrind(text: &str) -> Vec<(String, f64)> {
    let Some(instructions) = text
        .lines()
        .find_map(|line| number(line.strip_prefix("totals:")?))
    else {
        return Vec::new();
    };
    let (mut allocators, mut called, mut allocations) = (HashSet::new(), "", 0.0);
    for line in text.lines() {
        let function = line.strip_prefix("cfn=").or(line.strip_prefix("fn="));
        if let Some((id, name)) = function.and_then(|function| function.split_once(' '))
            && ALLOCATORS.contains(&name)
        {
            allocators.insert(id);
        }
        if let Some(function) = line.strip_prefix("cfn=") {
            called = function.split(' ').next().unwrap_or_default();
        } else if let Some(calls) = line.strip_prefix("calls=")
            && allocators.contains(called)
        {
            allocations += number(calls).unwrap_or(0.0);
        }
    }
    vec![
        ("instructions".to_owned(), instructions),
        ("calls of the allocator".to_owned(), allocations),
    ]
}

/// The first word as a number.
fn number(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            Tool::SystemCalls.read(text),
            want.map(|(n, c)| (n.to_owned(), c))
        );
    }

    #[test]
    fn instructions_and_calls_of_an_allocator_are_read() {
        let text = "version: 1\nsummary: 5\nfn=(1) main\n3 5\ncfn=(7) malloc\ncalls=3 10\n4 90\n\
                    cfn=(9) malloc_usable_size\ncalls=100 2\n4 9\n\nfn=(7)\n1 2\ncfn=(8) _int_malloc\n\
                    calls=3 1\n4 4\ncfn=(7)\ncalls=20 10\n6 9\n\ntotals: 126545\n";
        let want = [
            ("instructions", 126_545.0),
            ("calls of the allocator", 23.0),
        ];
        assert_eq!(
            Tool::Instructions.read(text),
            want.map(|(name, count)| (name.to_owned(), count))
        );
    }

    #[test]
    fn what_says_nothing_counts_nothing() {
        for tool in [Tool::SystemCalls, Tool::Instructions] {
            assert_eq!(tool.read("killed\n"), []);
        }
    }
}
