//! The pages, each with its handler and its templates.

pub(crate) mod analytics;
pub(crate) mod claim_page;
pub(crate) mod claims;
pub(crate) mod deliveries;
pub(crate) mod events;
pub(crate) mod home;
pub(crate) mod integrations;
pub(crate) mod join;
pub(crate) mod operator;
pub(crate) mod operator_sign_in;
pub(crate) mod overview;
pub(crate) mod query;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod subjects;
pub(crate) mod targets;
pub(crate) mod webhooks;
