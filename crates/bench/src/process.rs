//! What the kernel knows about a process.

use std::fs;

use anyhow::Context;

/// CPU time is counted in ticks; Linux tells programs 100 a second on every platform in use.
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system CPU time so far, in seconds. `whose`: a process id, `self` or `thread-self`.
pub(crate) fn cpu_seconds(whose: &str) -> anyhow::Result<f64> {
    let path = format!("/proc/{whose}/stat");
    let text = fs::read_to_string(&path)
        .with_context(|| format!("{path} is not readable: is the server gone?"))?;
    ticks(&text)
        .map(|ticks| ticks / TICKS_PER_SECOND)
        .with_context(|| format!("{path} has no CPU times"))
}

/// Fields 14 and 15. The second field is the program's name in parentheses and may contain anything.
fn ticks(stat: &str) -> Option<f64> {
    let mut rest = stat
        .get(stat.rfind(')')? + 1..)?
        .split_whitespace()
        .skip(11);
    let (user, system) = (
        rest.next()?.parse::<f64>().ok()?,
        rest.next()?.parse::<f64>().ok()?,
    );
    Some(user + system)
}

/// The most memory that a process has had resident, in MiB.
pub(crate) fn peak_mib(pid: &str) -> anyhow::Result<f64> {
    let path = format!("/proc/{pid}/status");
    let text = fs::read_to_string(&path)
        .with_context(|| format!("{path} is not readable: is the server gone?"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line
        .and_then(|line| line.split_whitespace().next())
        .and_then(|kib| kib.parse::<f64>().ok());
    kib.map(|kib| kib / 1024.0)
        .with_context(|| format!("{path} has no VmHWM"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_times_are_found_behind_any_name() {
        let stat = "42 (a b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 5 0 100 1000 10";
        assert_eq!(ticks(stat), Some(300.0));
        assert_eq!(ticks("42"), None);
    }

    #[test]
    fn this_process_has_used_memory() {
        assert!(peak_mib("self").unwrap() > 0.5);
        assert!(cpu_seconds("thread-self").unwrap() >= 0.0);
    }
}
