//! What stands around every page of a shop: its name, the way to its other pages, who is signed in.

use claimwire_actions::sessions::Token;
use claimwire_actions::{Caller, Ports};
use claimwire_model::{Role, Shop, Timestamp};

use crate::assets;

/// Which page of the navigation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Analytics,
    Events,
    Webhooks,
    Integrations,
    Deliveries,
    Claims,
    Orders,
    Shipments,
    Contacts,
    Settings,
    ClaimPage,
}

impl Section {
    /// In the navigation's order: the section, its path below the shop's, and its name.
    const ALL: [(Self, &'static str, &'static str); 12] = [
        (Self::Overview, "", "Overview"),
        (Self::Claims, "/claims", "Claims"),
        (Self::Orders, "/orders", "Orders"),
        (Self::Shipments, "/shipments", "Shipments"),
        (Self::Contacts, "/contacts", "Contacts"),
        (Self::Analytics, "/analytics", "Analytics"),
        (Self::Events, "/events", "Events"),
        (Self::Deliveries, "/deliveries", "Deliveries"),
        (Self::Webhooks, "/webhooks", "Webhooks"),
        (Self::Integrations, "/integrations", "Integrations"),
        (Self::ClaimPage, "/claim-page", "Claim page"),
        (Self::Settings, "/members", "Settings"),
    ];
}

/// What the layout shows.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The path that the shop's pages are below.
    pub base: String,
    pub shop: String,
    pub who: String,
    pub role: &'static str,
    pub operator: bool,
    pub section: Section,
    pub form_token: String,
    pub version: &'static str,
    /// What was just done.
    pub done: Option<&'static str>,
    pub now: Timestamp,
    pub slug: String,
    pub public_url: String,
    may: Role,
}

impl Frame {
    pub fn of(
        shop: &Shop,
        caller: &Caller,
        token: &Token,
        section: Section,
        ports: &Ports,
    ) -> Self {
        let may = caller.role();
        Self {
            base: format!("/portal/shops/{}", shop.slug),
            shop: shop.name.clone(),
            who: caller.name().to_owned(),
            role: may.as_str(),
            operator: caller.shop().is_none(),
            section,
            form_token: token.form_token(),
            version: assets::version(),
            done: None,
            now: ports.now(),
            slug: shop.slug.clone(),
            public_url: ports.public_url.clone(),
            may,
        }
    }

    /// With the notice that a page before asked for by this name; a name that is none shows none.
    pub fn done(mut self, name: &str) -> Self {
        let known = NOTICES.iter().find(|(known, _)| *known == name);
        self.done = known.map(|(_, notice)| *notice);
        self
    }

    /// The navigation: what is for those who manage the shop is shown to them alone.
    pub fn sections(&self) -> impl Iterator<Item = (Section, &'static str, &'static str)> {
        let manages = self.manages();
        let all = Section::ALL.into_iter();
        let open = |section| !matches!(section, Section::ClaimPage | Section::Settings);
        all.filter(move |(section, ..)| manages || open(*section))
    }

    /// Whether they may change things.
    pub fn edits(&self) -> bool {
        self.may >= Role::Editor
    }

    /// Whether they manage the shop.
    pub fn manages(&self) -> bool {
        self.may >= Role::Admin
    }
}

/// What pages say after something was done, by name: the name stands in the URL, what it says does not.
const NOTICES: [(&str, &str); 15] = [
    ("saved", "Saved."),
    ("webhook-deleted", "The webhook was deleted."),
    ("connector-deleted", "The connector was deleted."),
    (
        "connector-made",
        "The connector was added. Test it before you rely on it.",
    ),
    (
        "role-changed",
        "The role was changed. Their sessions are over.",
    ),
    (
        "claim-made",
        "The claim was filed; its events are on their way.",
    ),
    ("member-removed", "The member was removed."),
    (
        "key-deleted",
        "The key was deleted. It opens nothing any more, and the sessions that it opened are over.",
    ),
    (
        "paused",
        "Paused. Events that match are held until it is resumed.",
    ),
    (
        "resumed",
        "It is on again. What was held goes out now, in order.",
    ),
    (
        "rotated",
        "There is a new secret. The old one signs too until its time is over.",
    ),
    (
        "retried",
        "One more attempt was ordered. It shows here as soon as it was made.",
    ),
    ("sent", "The message was added."),
    ("replayed", "The replay was ordered."),
    (
        "claim-saved",
        "The claim was changed; its events are on their way.",
    ),
];
