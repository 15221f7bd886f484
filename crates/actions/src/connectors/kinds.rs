//! The kinds of connectors that there are, for forms and for help.

use claimwire_connectors::{About, Field, FieldKind};
use claimwire_model::target::Ordering;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::ports::Ports;

/// A kind of connector.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectorKind)]
pub struct KindView {
    /// Its name in the API.
    pub kind: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What becomes of an event.
    pub does: &'static str,
    /// What its owner sets.
    pub settings: Vec<KindField>,
    /// What lets us in.
    pub credentials: Vec<KindField>,
    /// What it hears of unless told otherwise.
    pub default_events: &'static [&'static str],
    /// What is delivered before what.
    pub ordering: Ordering,
    /// Calls in one second at most, unless told otherwise.
    pub per_second: Option<u32>,
    /// Deadline of one call in seconds, unless told otherwise.
    pub timeout_seconds: u8,
}

/// One thing to be told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectorKindField)]
pub struct KindField {
    /// Its key.
    pub name: &'static str,
    /// What it is and where to find it.
    pub help: &'static str,
    /// `text`, `url`, `email`, `number`, `choice`, `texts` (an object of texts) or `template`.
    pub takes: &'static str,
    /// What a `choice` is one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub choices: Option<&'static [&'static str]>,
    /// Without it the connector cannot work.
    pub required: bool,
    /// What holds where it is absent; null: nothing.
    pub default: Option<&'static str>,
}

/// All of them, for anyone whose key is known.
#[must_use]
pub fn kinds(_: &Caller, ports: &Ports) -> Vec<KindView> {
    let vendors = ports.vendors.iter();
    vendors.map(|vendor| KindView::of(vendor.about())).collect()
}

impl KindView {
    fn of(about: &'static About) -> Self {
        Self {
            kind: about.kind,
            name: about.name,
            does: about.does,
            settings: about.all_settings().map(KindField::of).collect(),
            credentials: about.all_credentials().map(KindField::of).collect(),
            default_events: about.default_events,
            ordering: about.ordering,
            per_second: about.per_second,
            timeout_seconds: about.timeout_seconds,
        }
    }
}

impl KindField {
    fn of(field: &'static Field) -> Self {
        let (takes, choices) = match field.kind {
            FieldKind::Text => ("text", None),
            FieldKind::Url => ("url", None),
            FieldKind::Email => ("email", None),
            FieldKind::Number => ("number", None),
            FieldKind::Choice(choices) => ("choice", Some(choices)),
            FieldKind::Texts => ("texts", None),
            FieldKind::Template => ("template", None),
        };
        Self {
            name: field.name,
            help: field.help,
            takes,
            choices,
            required: field.required,
            default: (!field.default.is_empty()).then_some(field.default),
        }
    }
}
