//! A webhook's receiver: its dialect and secrets, and what a request holds once it is verified.

use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::verify::{Dialect, Refused, TOLERANCE, verify};

/// Verifies and parses what one webhook sends.
#[derive(Clone)]
pub struct Receiver {
    dialect: Dialect,
    secrets: Vec<String>,
    tolerance: Duration,
}

/// Without the secrets.
impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver")
            .field("dialect", &self.dialect)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

/// A genuine request.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The same on every attempt and in every replay.
    pub event_id: String,
    /// Of this delivery.
    pub delivery_id: String,
    /// 1, 2, …
    pub attempt: u32,
    /// The webhook's.
    pub dialect: Dialect,
    /// The body; [`Received::parse`] gives it as one of [`crate::events`].
    pub event: Value,
}

/// Why there is nothing to work with.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// It is not genuine.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It is genuine, and its body is not JSON.
    #[error("the body is genuine and cannot be read as JSON: {0}")]
    NotJson(#[from] serde_json::Error),
}

impl Receiver {
    /// Of a webhook with this secret, or with the public key `whpk_…`.
    pub fn new(dialect: Dialect, secret: impl Into<String>) -> Self {
        Self {
            dialect,
            secrets: vec![secret.into()],
            tolerance: TOLERANCE,
        }
    }

    /// Takes what another secret signed too, while it is being changed.
    #[must_use]
    pub fn or_secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// How far a signature's time may be from this machine's, instead of [`TOLERANCE`].
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// What a request holds, now. `header` gives a header's value by its name, which it has to find in any case.
    ///
    /// # Errors
    ///
    /// The request is not genuine, or its body not JSON.
    pub fn receive<'h>(
        &self,
        header: impl Fn(&str) -> Option<&'h str>,
        body: &[u8],
    ) -> Result<Received, ReceiveError> {
        self.receive_at(header, body, SystemTime::now())
    }

    /// The same at another time: for tests of a receiver.
    ///
    /// # Errors
    ///
    /// As [`Receiver::receive`].
    pub fn receive_at<'h>(
        &self,
        header: impl Fn(&str) -> Option<&'h str>,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Received, ReceiveError> {
        self.verify(&header, body, now)?;
        let attempt = header("claimwire-attempt");
        let id = header("claimwire-event-id").or_else(|| header("webhook-id"));
        Ok(Received {
            event_id: id.unwrap_or_default().to_owned(),
            delivery_id: header("claimwire-delivery-id")
                .unwrap_or_default()
                .to_owned(),
            attempt: attempt.and_then(|text| text.parse().ok()).unwrap_or(1),
            dialect: self.dialect,
            event: serde_json::from_slice(body)?,
        })
    }

    fn verify<'h>(
        &self,
        header: &impl Fn(&str) -> Option<&'h str>,
        body: &[u8],
        now: SystemTime,
    ) -> Result<(), Refused> {
        let mut refused = None;
        for secret in &self.secrets {
            match verify(self.dialect, secret, header, body, self.tolerance, now) {
                Ok(()) => return Ok(()),
                Err(why) => refused = Some(why),
            }
        }
        refused.map_or(Ok(()), Err)
    }
}

impl Received {
    /// What happened, in the dialect's own word: `claims/created`, `claim.created`.
    #[must_use]
    pub fn name(&self) -> &str {
        let member = match self.dialect {
            Dialect::Karla => "ref",
            Dialect::Claimable => "event_name",
            Dialect::Claimport | Dialect::Standard | Dialect::Cloudevents => "type",
        };
        self.event[member].as_str().unwrap_or_default()
    }

    /// The event as one of [`crate::events`], or as a type of your own.
    ///
    /// # Errors
    ///
    /// A member has another type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.event)
    }
}
