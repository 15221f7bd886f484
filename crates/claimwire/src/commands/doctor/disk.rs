//! The data directory: whether it can be written to, and how fast a write is safe.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Finding;

/// Writes that are timed.
const WRITES: usize = 16;
/// Bytes of each, a page of the database.
const BYTES: usize = 4096;
/// A commit waits for one safe write: slower than this, and single writes are slow.
const SLOW: Duration = Duration::from_millis(20);

/// All that is to be seen of it.
pub fn data_dir(dir: &Path) -> Vec<Finding> {
    let check = "data directory";
    let shown = dir.display();
    let Ok(meta) = std::fs::metadata(dir) else {
        let above = dir.parent().filter(|above| !above.as_os_str().is_empty());
        let found = format!("{shown} is not there yet; the first start makes it");
        return vec![
            Finding::ok(check, found),
            speed(above.unwrap_or(Path::new("."))),
        ];
    };
    let access = if !meta.is_dir() {
        Finding::fail(
            check,
            format!("{shown} is no directory"),
            "give another as --data-dir",
        )
    } else if meta.permissions().mode() & 0o077 != 0 {
        let hint = "chmod 700 it: the encryption key and all payloads are in it";
        Finding::warn(
            check,
            format!("others on this machine may look into {shown}"),
            hint,
        )
    } else {
        Finding::ok(check, format!("{shown} is its owner's alone"))
    };
    vec![access, speed(dir)]
}

fn speed(dir: &Path) -> Finding {
    let check = "disk";
    match timed(dir) {
        Ok(median) if median > SLOW => Finding::warn(
            check,
            format!("a safe write takes {:.1} ms", millis(median)),
            "use a disk of its own, local and not a network's: each commit waits for one",
        ),
        Ok(median) => Finding::ok(
            check,
            format!("a safe write takes {:.1} ms", millis(median)),
        ),
        Err(error) => Finding::fail(
            check,
            format!("cannot write in {}: {error}", dir.display()),
            "make room, or let the server's user write there",
        ),
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The median of some writes with fsync, in a file of no name.
fn timed(dir: &Path) -> io::Result<Duration> {
    let mut file: File = tempfile::tempfile_in(dir)?;
    let mut times = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let began = Instant::now();
        file.write_all(&[0; BYTES])?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(WRITES / 2).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    fn states(dir: &Path) -> Vec<(&'static str, State)> {
        let findings = data_dir(dir);
        findings
            .iter()
            .map(|finding| (finding.check, finding.state))
            .collect()
    }

    #[test]
    fn what_others_may_look_into_is_warned_of_and_what_is_no_directory_fails() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        assert_eq!(states(&data)[0], ("data directory", State::Ok));
        std::fs::create_dir(&data).unwrap();
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(states(&data)[0], ("data directory", State::Warn));
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(states(&data)[0], ("data directory", State::Ok));
        let file = data.join("file");
        std::fs::write(&file, "no directory").unwrap();
        assert_eq!(states(&file)[0], ("data directory", State::Fail));
    }
}
