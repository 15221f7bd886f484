//! What a connector's owner set.

use claimwire_model::target::TargetKind;
use claimwire_model::{Headers, Target};
use claimwire_wire::secrets::{Secrets, of_headers};
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

    /// What a request with these headers lets us in by.
    pub(crate) fn secrets(&self, headers: &Headers) -> Secrets {
        let set = secrets(&self.credentials);
        let own = self.settings.get("headers").and_then(Value::as_object);
        let own = own.into_iter().flatten();
        let own = own.filter_map(|(name, value)| Some((&**name, value.as_str()?)));
        // Basic has them in another form, and OAuth2 gives out one that was not set.
        let sent = headers.iter();
        let sent = sent.filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        set.chain(of_headers(own)).chain(of_headers(sent)).collect()
    }

    /// The API's address, without a slash at the end.
    pub(crate) fn base(&self, about: &About) -> String {
        self.setting(about, "base_url")
            .trim_end_matches('/')
            .to_owned()
    }
}

/// What is wrong with the address that paths are put behind, if anything.
pub(crate) fn check_base(settings: &Map<String, Value>) -> Option<(String, String)> {
    let mut given = ["endpoint", "base_url"]
        .into_iter()
        .filter_map(|name| Some((name, settings.get(name)?.as_str()?)));
    let (name, _) = given.find(|(_, url)| url.contains(['?', '#']))?;
    let why = "paths are put behind it: leave out `?` and `#` and what follows them".to_owned();
    Some((format!("settings.{name}"), why))
}

/// What of a request to this target lets us in.
pub(crate) fn secrets_of(target: &Target, headers: &Headers) -> Secrets {
    Account::of(target).map_or_else(Secrets::default, |account| account.secrets(headers))
}

/// The text without these credentials.
pub(crate) fn masked(credentials: &Map<String, Value>, text: &str) -> String {
    let secrets: Secrets = secrets(credentials).collect();
    secrets.masked(text).into_owned()
}

/// Of OAuth2's client credentials the client's secret alone.
fn secrets(credentials: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let all = credentials.values();
    all.filter_map(|set| set.as_str().or_else(|| set.get("client_secret")?.as_str()))
}
