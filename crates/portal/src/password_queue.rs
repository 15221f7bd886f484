//! Passwords are compared and hashed beside the server's other work: one at a time, and few in line.

use claimwire_actions::Refusal;
use tokio::sync::Semaphore;

use crate::failure::Failure;

/// That may wait or be under way.
const IN_LINE: usize = 32;

/// The line.
#[derive(Debug)]
pub(crate) struct PasswordQueue {
    line: Semaphore,
    first: Semaphore,
}

impl Default for PasswordQueue {
    fn default() -> Self {
        Self {
            line: Semaphore::new(IN_LINE),
            first: Semaphore::new(1),
        }
    }
}

impl PasswordQueue {
    /// Runs it when its turn comes; refuses when too many wait already.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let failed = |error: String| Failure::Refused(Refusal::Failed(error));
        let _in_line = self.line.try_acquire().map_err(|_| Failure::TooManyTries)?;
        let turn = self.first.acquire().await;
        let _turn = turn.map_err(|error| failed(error.to_string()))?;
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_line_is_bounded() {
        let passwords = PasswordQueue::default();
        let held = passwords.line.acquire_many(31).await.unwrap();
        assert_eq!(passwords.run(|| 1).await.unwrap(), 1);
        let all = passwords.line.acquire().await.unwrap();
        assert!(matches!(
            passwords.run(|| 1).await,
            Err(Failure::TooManyTries)
        ));
        drop((held, all));
        assert_eq!(passwords.run(|| 2).await.unwrap(), 2);
    }
}
