//! What a connector's owner set.

use claimwire_model::Target;
use claimwire_model::target::TargetKind;
use serde_json::{Map, Value};

use crate::vendor::About;

/// Settings and credentials of one connector.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) settings: Map<String, Value>,
    pub(crate) credentials: Map<String, Value>,
}

impl Account {
    pub(crate) fn new(settings: Map<String, Value>, credentials: Map<String, Value>) -> Self {
        Self {
            settings,
            credentials,
        }
    }

    /// None: the target is no connector.
    pub(crate) fn of(target: &Target) -> Option<Self> {
        let TargetKind::Connector(connector) = &target.kind else {
            return None;
        };
        Some(Self {
            settings: serde_json::from_str(connector.settings.get()).ok()?,
            credentials: serde_json::from_str(connector.credentials.get()).ok()?,
        })
    }

    /// A text that was set, else the field's default.
    pub(crate) fn setting<'a>(&'a self, about: &'a About, name: &str) -> &'a str {
        let given = self.settings.get(name).and_then(Value::as_str);
        let default = || {
            let field = about.settings.iter().find(|field| field.name == name);
            field.map_or("", |field| field.default)
        };
        given
            .filter(|text| !text.is_empty())
            .unwrap_or_else(default)
    }

    /// A whole number that was set, as a number or as a text, else the field's default.
    pub(crate) fn number(&self, about: &About, name: &str) -> u64 {
        let given = self.settings.get(name).and_then(Value::as_u64);
        given.unwrap_or_else(|| self.setting(about, name).parse().unwrap_or_default())
    }

    /// Whether a choice between `true` and `false` was made so, in whichever type.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        match self.settings.get(name) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }

    /// A credential; empty where there is none.
    pub(crate) fn credential(&self, name: &str) -> &str {
        self.credentials
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// What a vendor said, without what lets us in, should it have echoed that.
    pub(crate) fn masked(&self, said: &str) -> String {
        masked(&self.credentials, said)
    }

    /// The API's address, without a slash at the end.
    pub(crate) fn base(&self, about: &About) -> String {
        self.setting(about, "base_url")
            .trim_end_matches('/')
            .to_owned()
    }
}

/// The text without these credentials; one of less than four characters is in any text.
pub(crate) fn masked(credentials: &Map<String, Value>, text: &str) -> String {
    let secrets = credentials.values().filter_map(Value::as_str);
    secrets
        .filter(|secret| secret.len() >= 4)
        .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
}
