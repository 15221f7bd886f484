//! Open files: as many as the system allows, and shared out, so that clients who fill the listener take none from the
//! store and none from sending.

use std::sync::OnceLock;

/// Kept free of clients and sending: the database and its log, photos that are written, the log, name look-ups.
const RESERVED: u64 = 192;
/// A connection of a client holds its socket, and the photo that it reads.
const FILES_PER_CLIENT: u64 = 2;
/// An attempt holds its socket; as many more may be kept open between attempts.
const FILES_PER_ATTEMPT: u64 = 2;
/// However few files there are.
const AT_LEAST: u64 = 8;
/// With fewer files a server of some hundred webhooks can run out of them.
const ENOUGH: u64 = 4096;

/// How many files this process may have open.
#[derive(Debug, Clone, Copy)]
pub struct OpenFiles(u64);

impl OpenFiles {
    /// Raises the process's limit to what the system allows, once, and says what came of it.
    pub fn raise() -> Self {
        static RAISED: OnceLock<OpenFiles> = OnceLock::new();
        *RAISED.get_or_init(|| {
            let raised = rlimit::increase_nofile_limit(u64::MAX);
            let got = raised.or_else(|error| {
                tracing::warn!(%error, "cannot raise the limit of open files");
                rlimit::Resource::NOFILE.get_soft()
            });
            let files = Self(got.unwrap_or(RESERVED));
            let (limit, connections, attempts) = (files.0, files.connections(), files.attempts());
            if limit < ENOUGH {
                tracing::warn!(
                    limit,
                    connections,
                    attempts,
                    "few files can be open: raise the hard limit (LimitNOFILE, ulimit -Hn) to {ENOUGH} or more"
                );
            } else {
                tracing::info!(limit, connections, attempts, "files can be open");
            }
            files
        })
    }

    /// Connections of clients at one time.
    pub fn connections(self) -> usize {
        self.half(FILES_PER_CLIENT)
    }

    /// Attempts under way at one time.
    pub fn attempts(self) -> usize {
        self.half(FILES_PER_ATTEMPT)
    }

    fn half(self, each: u64) -> usize {
        let half = self.0.saturating_sub(RESERVED) / 2;
        usize::try_from((half / each).max(AT_LEAST)).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_together_fit_into_the_limit() {
        for limit in [256, 1024, 4096, 65_536, 1_048_576] {
            let files = OpenFiles(limit);
            let clients = files.connections() as u64 * FILES_PER_CLIENT;
            let sending = files.attempts() as u64 * FILES_PER_ATTEMPT;
            assert!(clients + sending + RESERVED <= limit, "{limit}");
        }
        assert_eq!(OpenFiles(0).connections(), 8);
        assert_eq!(OpenFiles(0).attempts(), 8);
    }
}
