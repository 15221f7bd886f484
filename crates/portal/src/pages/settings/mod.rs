//! Settings: what those who manage a shop decide.

pub(crate) mod audit;
pub(crate) mod keys;
pub(crate) mod members;
pub(crate) mod shop;

/// Value and name of each role, with what it may do.
pub(crate) const ROLES: [(&str, &str); 3] = [
    ("viewer", "Viewer: reads everything"),
    (
        "editor",
        "Editor: also changes claims, webhooks and integrations",
    ),
    ("admin", "Admin: also manages keys, members and the shop"),
];
