//! How a node uses the database.

use std::time::Duration;

/// Whether other nodes are on the same database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// This node has it to itself: there are no heartbeats, and its callers' clock is the store's.
    Alone,
    /// Any number of nodes.
    Nodes,
}

/// Limits, and how the database is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections that are kept, at most.
    pub connections: usize,
    /// How long a call waits for a free one, and a new one for its server.
    pub patience: Duration,
    /// A connection on which a statement has not been answered for so long is given up: more than a statement may take.
    pub silence: Duration,
    /// Whether others use it too.
    pub sharing: Sharing,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 16,
            patience: Duration::from_secs(5),
            silence: Duration::from_secs(75),
            sharing: Sharing::Nodes,
        }
    }
}
