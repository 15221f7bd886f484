//! Settings: what those who manage a shop decide.

pub(crate) mod audit;
pub(crate) mod keys;
pub(crate) mod members;

use claimwire_model::Role;

/// Value and name of each role, with what it may do.
pub(crate) const ROLES: [(&str, &str); 3] = [
    ("viewer", "Viewer: reads everything"),
    (
        "editor",
        "Editor: also changes claims, webhooks and integrations",
    ),
    ("admin", "Admin: also manages keys, members and the shop"),
];

/// Lower-case name.
pub(crate) fn role_name(role: &Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Editor => "editor",
        Role::Admin => "admin",
    }
}

/// A role by its name.
pub(crate) fn role(name: &str) -> Option<Role> {
    match name {
        "viewer" => Some(Role::Viewer),
        "editor" => Some(Role::Editor),
        "admin" => Some(Role::Admin),
        _ => None,
    }
}
