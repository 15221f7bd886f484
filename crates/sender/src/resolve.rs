//! Name → addresses. A trait, so that tests decide what a name resolves to, and when.

use std::io;
use std::net::IpAddr;

use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::limits::LOOKUPS;

/// Whoever can resolve names.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// All addresses of the name, in the order in which they should be tried.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
#[derive(Debug)]
pub struct SystemResolver {
    /// Bounds the threads that wait for name servers.
    slots: Semaphore,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self {
            slots: Semaphore::new(LOOKUPS),
        }
    }
}

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let _slot = self.slots.acquire().await.map_err(io::Error::other)?;
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}
