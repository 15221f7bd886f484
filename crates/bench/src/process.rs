//! What the kernel knows about a process, and asking one to end.

use std::fs;
use std::process::Command;

use anyhow::{Context, bail};

/// CPU time is counted in ticks; Linux tells programs 100 a second on every platform in use.
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system CPU time so far, in seconds. `whose`: a process id, `self` or `thread-self`.
pub(crate) fn cpu_seconds(whose: &str) -> anyhow::Result<f64> {
    let (path, text) = read(whose, "stat")?;
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

/// The same of a process and all that it has started itself, those that have ended too.
pub(crate) fn family_cpu_seconds(parent: u32) -> anyhow::Result<f64> {
    let (path, text) = read(&parent.to_string(), "stat")?;
    let ended = ended_ticks(&text).with_context(|| format!("{path} has no CPU times"))?;
    let mut sum = ended + ticks(&text).unwrap_or(0.0);
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
    for child in children.split_whitespace() {
        // One that has just ended is counted with the next look.
        let text = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        sum += ticks(&text).unwrap_or(0.0);
    }
    Ok(sum / TICKS_PER_SECOND)
}

/// Fields 16 and 17: of children that have ended.
fn ended_ticks(stat: &str) -> Option<f64> {
    let rest = stat.get(stat.rfind(')')? + 1..)?;
    let mut rest = rest.split_whitespace().skip(13);
    let (user, system) = (
        rest.next()?.parse::<f64>().ok()?,
        rest.next()?.parse::<f64>().ok()?,
    );
    Some(user + system)
}

/// The most memory that a process has had resident, in MB (a million bytes).
pub(crate) fn peak_mb(pid: u32) -> anyhow::Result<f64> {
    status_mb(pid, "VmHWM:")
}

/// The memory that a process has resident, in MB (a million bytes).
pub(crate) fn resident_mb(pid: u32) -> anyhow::Result<f64> {
    status_mb(pid, "VmRSS:")
}

fn status_mb(pid: u32, name: &str) -> anyhow::Result<f64> {
    let (path, text) = read(&pid.to_string(), "status")?;
    let kib = number_after(&text, name).with_context(|| format!("{path} has no {name}"))?;
    Ok(kib * 1024.0 / 1e6)
}

/// Bytes that a process has handed to `write` and its kin so far, sockets included.
pub(crate) fn written_bytes(pid: u32) -> anyhow::Result<f64> {
    let (path, text) = read(&pid.to_string(), "io")?;
    number_after(&text, "wchar:").with_context(|| format!("{path} has no wchar"))
}

/// Switches from one thread to another so far, over all threads of a process: those it asked for by waiting,
/// and those it did not.
pub(crate) fn context_switches(pid: u32) -> anyhow::Result<f64> {
    let mut sum = 0.0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread that has just ended is no longer counted.
        let text = fs::read_to_string(thread?.path().join("status")).unwrap_or_default();
        for name in ["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"] {
            sum += number_after(&text, name).unwrap_or(0.0);
        }
    }
    Ok(sum)
}

/// CPU time of all threads of a process so far, in milliseconds; finer than the kernel's ticks, but without the
/// threads that have ended.
pub(crate) fn fine_cpu_ms(pid: u32) -> anyhow::Result<f64> {
    let mut sum = 0.0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let path = thread?.path().join("schedstat");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let on_cpu = text.split_whitespace().next();
        sum += on_cpu.and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0);
    }
    Ok(sum / 1e6)
}

/// How many threads a process has.
pub(crate) fn threads(pid: u32) -> anyhow::Result<f64> {
    let (path, text) = read(&pid.to_string(), "status")?;
    number_after(&text, "Threads:").with_context(|| format!("{path} has no Threads"))
}

/// The only child of a process, if it has one.
pub(crate) fn child(pid: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// Asks a process to end (SIGTERM).
pub(crate) fn terminate(pid: u32) -> anyhow::Result<()> {
    let status = Command::new("kill")
        .args(["-s", "TERM", &pid.to_string()])
        .status()
        .context("`kill` could not be run")?;
    if !status.success() {
        bail!("process {pid} could not be asked to end: `kill` ended with {status}");
    }
    Ok(())
}

fn read(whose: &str, file: &str) -> anyhow::Result<(String, String)> {
    let path = format!("/proc/{whose}/{file}");
    let text = fs::read_to_string(&path)
        .with_context(|| format!("{path} is not readable: is the server gone?"))?;
    Ok((path, text))
}

/// The number behind this word at the beginning of a line.
fn number_after(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// From now on this thread has of a core that others want too a tenth (nice(2)).
pub(crate) fn give_way() {
    // Where it may not, what is measured waits for it too.
    let _ = rustix::process::setpriority_process(None, 10);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_times_are_found_behind_any_name() {
        let stat = "42 (a b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 5 0 100 1000 10";
        assert_eq!(ticks(stat), Some(300.0));
        assert_eq!(ticks("42"), None);
        assert_eq!(ended_ticks(stat), Some(0.0));
    }

    #[test]
    fn this_process_uses_memory_and_time() {
        let this = std::process::id();
        let (resident, peak) = (resident_mb(this).unwrap(), peak_mb(this).unwrap());
        assert!(resident > 0.5 && peak > 0.5, "{resident}, {peak}");
        assert!(cpu_seconds("thread-self").unwrap() >= 0.0);
        assert!(family_cpu_seconds(this).unwrap() >= cpu_seconds("thread-self").unwrap());
        assert!(fine_cpu_ms(this).unwrap() > 0.0);
        assert!(context_switches(this).unwrap() >= 1.0);
        assert!(threads(this).unwrap() >= 1.0);
        assert!(written_bytes(this).unwrap() >= 0.0);
    }
}
