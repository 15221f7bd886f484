//! On what it was measured.

use std::fmt;
use std::fs;
use std::path::Path;

use serde::Serialize;

/// The machine and the time; figures are worth little without.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Machine {
    /// The version that was measured.
    pub version: String,
    /// When the run began, UTC.
    pub measured_at: String,
    /// The processor's name.
    pub cpu: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Main memory.
    pub memory_mib: u64,
    /// The kernel's release.
    pub kernel: String,
    /// Of the measured data directories: its type and the device.
    pub file_system: String,
}

impl Machine {
    /// This machine. What cannot be read is `unknown`; a measurement does not fail for it.
    pub(crate) fn this(directory: &Path) -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let known = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
        let directory = directory
            .canonicalize()
            .unwrap_or_else(|_| directory.to_owned());
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        let memory = memory.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            measured_at: jiff::Timestamp::now().strftime("%FT%TZ").to_string(),
            cpu: known(field(&read("/proc/cpuinfo"), "model name")),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory_mib: memory.unwrap_or(0) / 1024,
            kernel: known(Some(read("/proc/sys/kernel/osrelease").trim().to_owned())),
            file_system: known(file_system(&read("/proc/self/mountinfo"), &directory)),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "claimwire {}, {}: {} cores ({}), {} MiB, {}, Linux {}",
            self.version,
            self.measured_at,
            self.cores,
            self.cpu,
            self.memory_mib,
            self.file_system,
            self.kernel
        )
    }
}

/// The value of the first `name : value` line.
fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

/// Type and device of the mount that `directory` is on: of those above it the deepest, of equals the last.
fn file_system(mounts: &str, directory: &Path) -> Option<String> {
    let parsed = mounts.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let point = Path::new(left.split(' ').nth(4)?);
        let mut right = right.split(' ');
        let (kind, device) = (right.next()?, right.next()?);
        directory
            .starts_with(point)
            .then(|| (point.components().count(), format!("{kind} on {device}")))
    });
    parsed.max_by_key(|(depth, _)| *depth).map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_mount_above_a_directory_is_its_file_system() {
        let mounts = "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n\
                      31 22 0:29 / /tmp rw shared:9 - tmpfs tmpfs rw,size=1g\n\
                      40 22 8:1 / /tmpfiles rw shared:9 - xfs /dev/sda1 rw\n";
        for (directory, want) in [
            ("/home/x", "ext4 on /dev/vda"),
            ("/tmp/x", "tmpfs on tmpfs"),
            ("/tmpfiles", "xfs on /dev/sda1"),
        ] {
            let found = file_system(mounts, Path::new(directory));
            assert_eq!(found.as_deref(), Some(want), "{directory}");
        }
        assert_eq!(file_system("", Path::new("/")), None);
    }

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 6\nmodel name\t: A processor: fast\nMemTotal:  24 kB\n";
        assert_eq!(
            field(text, "model name").as_deref(),
            Some("A processor: fast")
        );
        assert_eq!(field(text, "MemTotal").as_deref(), Some("24 kB"));
        assert_eq!(field(text, "Mem"), None);
    }

    #[test]
    fn this_machine_is_known() {
        let this = Machine::this(Path::new("."));
        assert!(this.cores > 0 && this.memory_mib > 0, "{this:?}");
        assert!(this.measured_at.ends_with('Z'));
    }
}
