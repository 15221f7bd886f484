//! Connectors: made, read, patched, deleted, tested, previewed, what they missed replayed (contract section 7).
//!
//! What a connector of a kind needs is its vendor's to say ([`claimwire_connectors::About`]): the settings and
//! credentials that are taken, their checks and the defaults follow from that, here for all kinds alike.

mod build;
mod checks;
mod create;
mod delete;
mod fields;
mod kinds;
mod preview;
mod replay;
mod test;
mod tickets;
mod update;
mod view;

pub use create::create;
pub use delete::delete;
pub use fields::{ConnectorFields, ConnectorView};
pub use kinds::{KindField, KindView, kinds};
pub use preview::{PreviewRequest, PreviewView, draft, preview};
pub use replay::replay;
pub use test::{CallView, ConnectorTestResult, test};
pub use tickets::{TicketView, tickets};
pub use update::update;
pub use view::{Filter, get, list};

pub(crate) use fields::members;
pub(crate) use view::find;
