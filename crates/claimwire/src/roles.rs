//! `--roles`: what this node does of all that a server does. The others on its database do the rest.

use clap::ValueEnum;

/// One part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Answers the API, and shows the images.
    Api,
    /// Shows the portal and the claim pages.
    Portal,
    /// Makes the attempts of deliveries.
    Deliver,
    /// Prunes, goes on with replays, removes photos, sends mails, and encrypts anew after a change of the key.
    Housekeeping,
}

/// All of them.
pub const ALL: [Role; 4] = [Role::Api, Role::Portal, Role::Deliver, Role::Housekeeping];

/// Refuses to leave something to others where there are none, since the node is `alone` on its database. To be asked before
/// anything is made.
pub fn check(roles: &[Role], alone: bool) -> anyhow::Result<()> {
    let left = ALL.iter().find(|role| !roles.contains(role));
    if alone && let Some(value) = left.and_then(ValueEnum::to_possible_value) {
        anyhow::bail!(
            "--roles leaves out `{}`, and the embedded database has no other node to do it: give --database-url, or \
             leave --roles away",
            value.get_name()
        );
    }
    Ok(())
}
