//! Tools that many have, as data: a form of body, and how a token is named.

use crate::account::Account;

/// What `settings.preset` can be.
pub(super) const NAMES: [&str; 4] = ["slack", "teams", "discord", TICKETS];
/// The one that makes tickets: what it takes is in [`super::request_tracker`].
const TICKETS: &str = "request_tracker";

/// One tool.
pub(super) struct Preset {
    name: &'static str,
    /// Of JSON.
    pub(super) template: &'static str,
    /// Before the token in `Authorization`.
    pub(super) scheme: &'static str,
}

/// What any tool gets: all that there is.
pub(super) const ANY: &str = r#"{"event": {{ event }}, "title": {{ title }}, "data": {{ data }}, "changes": {{ changes }}, "context": {{ context }}, "shop": {{ shop }}}"#;

/// Customers' words stand where the tool reads no markup and calls nobody.
static PRESETS: [Preset; 3] = [
    Preset {
        name: "slack",
        template: include_str!("presets/slack.json.j2"),
        scheme: "Bearer",
    },
    Preset {
        name: "teams",
        template: include_str!("presets/teams.json.j2"),
        scheme: "Bearer",
    },
    Preset {
        name: "discord",
        template: include_str!("presets/discord.json.j2"),
        scheme: "Bearer",
    },
];

/// Whether the preset that was chosen is the one that makes tickets.
pub(super) fn makes_tickets(account: &Account) -> bool {
    account
        .settings
        .get("preset")
        .and_then(|name| name.as_str())
        == Some(TICKETS)
}

impl Preset {
    /// The one that was chosen.
    pub(super) fn of(account: &Account) -> Option<&'static Self> {
        let name = account.settings.get("preset")?.as_str()?;
        PRESETS.iter().find(|preset| preset.name == name)
    }
}
