//! The wire forms that receivers already speak.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A wire form: event names, envelope, headers, signature and retry table (contract section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
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
}

impl Dialect {
    /// All of them, in the contract's order.
    pub const ALL: [Self; 5] = [
        Self::Karla,
        Self::Claimport,
        Self::Claimable,
        Self::Standard,
        Self::Cloudevents,
    ];

    /// Lower-case name, as in a webhook's `dialect`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Karla => "karla",
            Self::Claimport => "claimport",
            Self::Claimable => "claimable",
            Self::Standard => "standard",
            Self::Cloudevents => "cloudevents",
        }
    }

    /// The deadline of one attempt where a webhook sets none (contract section 5).
    #[must_use]
    pub fn default_timeout_seconds(self) -> u8 {
        match self {
            Self::Claimport => 30,
            Self::Karla | Self::Claimable | Self::Standard | Self::Cloudevents => 15,
        }
    }
}

impl std::str::FromStr for Dialect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|d| d.as_str() == text).ok_or_else(|| {
            format!("`{text}` is not a dialect: use karla, claimport, claimable, standard or cloudevents")
        })
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
