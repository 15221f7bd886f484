//! The wire forms that receivers already speak.

mod own;

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::retry::RetryPolicy;
use crate::webhook::Ack;

pub use own::{AlreadySet, Described, OWN_AT_MOST, Own};

/// A wire form: event names, envelope, headers, signature and retry table (contract section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// Karla's.
    #[default]
    Karla,
    /// ClaimPort's.
    Claimport,
    /// Claimable's.
    Claimable,
    /// Standard Webhooks 1.0.0.
    Standard,
    /// CloudEvents 1.0, structured JSON.
    Cloudevents,
    /// An operator's own, described in a file.
    Own(&'static Own),
}

impl Dialect {
    /// Those that are built in, in the contract's order.
    pub const ALL: [Self; 5] = [
        Self::Karla,
        Self::Claimport,
        Self::Claimable,
        Self::Standard,
        Self::Cloudevents,
    ];

    /// Those that are built in, then those that files describe.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .chain(Own::all().iter().map(Self::Own))
    }

    /// The dialect that a store kept by this name. It is one whether or not a file describes it now.
    #[must_use]
    pub fn kept(name: &str) -> Self {
        let built_in = Self::ALL.into_iter().find(|d| d.as_str() == name);
        built_in.unwrap_or_else(|| Self::Own(Own::kept(name)))
    }

    /// Its name, if it is one that no file describes any more.
    #[must_use]
    pub fn gone(self) -> Option<&'static str> {
        match self {
            Self::Own(own) if own.described().is_none() => Some(own.name()),
            _ => None,
        }
    }

    /// Its own retry table (contract section 5). Where it is silent about disabling, for
    /// `standard` and `cloudevents`, the limit is karla's 120 hours and nothing is early or late.
    #[must_use]
    pub fn retry_policy(self) -> RetryPolicy {
        let (delays, jitter, disable_after): (&[u64], f64, Option<u32>) = match self {
            Self::Karla | Self::Claimable => (&[60, 300, 1800, 7200, 28_800, 86_400], 0.1, None),
            Self::Claimport => (&[300, 1800, 7200, 86_400], 0.0, Some(5)),
            Self::Standard | Self::Cloudevents => (
                &[5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
                0.0,
                None,
            ),
            Self::Own(own) => match own.described() {
                Some(described) => return described.retry.clone(),
                None => return Self::default().retry_policy(),
            },
        };
        RetryPolicy {
            delays: delays.iter().copied().map(Duration::from_secs).collect(),
            jitter,
            disable_after,
            disable_after_failing: disable_after
                .is_none()
                .then_some(Duration::from_secs(120 * 3600)),
        }
    }

    /// Lower-case name, as in a webhook's `dialect`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Karla => "karla",
            Self::Claimport => "claimport",
            Self::Claimable => "claimable",
            Self::Standard => "standard",
            Self::Cloudevents => "cloudevents",
            Self::Own(own) => own.name(),
        }
    }

    /// The deadline of one attempt where a webhook sets none (contract section 5).
    #[must_use]
    pub fn default_timeout_seconds(self) -> u8 {
        match self {
            Self::Claimport => 30,
            Self::Karla | Self::Claimable | Self::Standard | Self::Cloudevents => 15,
            Self::Own(own) => own.described().map_or(15, |it| it.timeout_seconds),
        }
    }

    /// Which answers count as delivered where a webhook does not say.
    #[must_use]
    pub fn default_ack(self) -> Ack {
        match self {
            Self::Own(own) => own.described().map(|it| it.ack).unwrap_or_default(),
            _ => Ack::default(),
        }
    }
}

impl std::str::FromStr for Dialect {
    type Err = String;

    /// One that is built in, that a file describes, or that a webhook here still has.
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|d| d.as_str() == text);
        found
            .or_else(|| Own::find(text).map(Self::Own))
            .ok_or_else(|| {
                let names: Vec<_> = Self::all().map(|d| format!("`{d}`")).collect();
                let shown: String = text.chars().take(64).collect();
                format!(
                    "`{shown}` is not a dialect: use one of {}",
                    names.join(", ")
                )
            })
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Dialect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Dialect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// For `#[serde(with = "…")]` where a store keeps a dialect: see [`Dialect::kept`].
pub mod kept {
    use super::{Cow, Deserialize, Deserializer, Dialect, Serialize, Serializer};

    /// By its name.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(dialect: &Dialect, serializer: S) -> Result<S::Ok, S::Error> {
        dialect.serialize(serializer)
    }

    /// Whatever name it is.
    ///
    /// # Errors
    /// It is no text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Dialect, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Ok(Dialect::kept(&name))
    }
}

impl PartialSchema for Dialect {
    fn schema() -> RefOr<Schema> {
        let names = Self::all().map(Self::as_str);
        let schema = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .description(Some(
                "A wire form: event names, envelope, headers, signature and retry table (contract section 5).",
            ))
            .enum_values(Some(names));
        schema.into()
    }
}

impl ToSchema for Dialect {}
