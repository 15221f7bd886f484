//! How a run breaks off.

/// Why a run did not come to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The delivery is no longer this process's.
    Lost,
    /// A request failed by trouble on our own side, which goes on no record: the run is to be made again,
    /// from what was saved.
    Ours,
}
