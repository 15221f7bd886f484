//! One event to the local receiver: the request that a webhook would get, signed the same way.

use std::time::{Duration, Instant};

use claimwire_model::webhook::{Secrets, Signing};
use claimwire_model::{DeliveryId, Dialect, EventNo, TargetNo};
use claimwire_wire::{Attempted, Encoded, Keys, headers, make_secret};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::when;

/// How long the receiver may take: as long as a webhook's may.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where events are posted, and what signs them.
pub struct Forward {
    /// The receiver's.
    pub url: String,
    agent: ureq::Agent,
    dialect: Dialect,
    secrets: Secrets,
}

/// What the receiver said.
#[derive(Debug)]
pub struct Answered {
    /// Its status.
    pub status: Option<u16>,
    /// How long it took.
    pub took_ms: u64,
    /// Why there was no answer.
    pub error: Option<String>,
}

impl Forward {
    /// To this address.
    ///
    /// # Errors
    /// When it cannot be one, or the system gives no random bytes for a secret.
    pub fn to(address: &str, dialect: Dialect, secret: Option<&str>) -> anyhow::Result<Self> {
        let current = match secret {
            Some(secret) => secret.to_owned(),
            None => {
                let mut random = [0; 32];
                SystemRandom::new().fill(&mut random).map_err(|_| {
                    anyhow::anyhow!("the system gives no random bytes for a secret")
                })?;
                make_secret(dialect, &random)
            }
        };
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PATIENCE))
            // A local port is reached directly.
            .proxy(None)
            .build();
        Ok(Self {
            url: url(address)?,
            agent: config.into(),
            dialect,
            secrets: Secrets {
                current,
                previous: None,
                ed25519_seed: None,
            },
        })
    }

    /// What the receiver checks signatures with.
    pub fn secret(&self) -> &str {
        &self.secrets.current
    }

    /// Posts an event as the server's stream gave it.
    pub fn send(&self, event: &Value, cursor: &str) -> Answered {
        let began = Instant::now();
        let sent = self.post(event, cursor);
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (status, error) = match sent {
            Ok(status) => (Some(status), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Answered {
            status,
            took_ms,
            error,
        }
    }

    fn post(&self, event: &Value, cursor: &str) -> anyhow::Result<u16> {
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        let encoded = Encoded {
            body: text("body").to_owned().into(),
            event_id: text("id").to_owned(),
            headers: Vec::new(),
        };
        let keys = Keys {
            dialect: self.dialect,
            secrets: &self.secrets,
            signing: Signing::Hmac,
        };
        // No delivery of the log's: there is none with this target.
        let event_no = cursor.parse().unwrap_or(EventNo(0));
        let delivery_id = DeliveryId {
            event: event_no,
            target: TargetNo(0),
        }
        .to_string();
        let attempted = Attempted {
            delivery_id: &delivery_id,
            attempt: 1,
        };
        let mut request = ureq::http::Request::builder().method("POST").uri(&self.url);
        let of_dialect = event.get("headers").and_then(Value::as_object);
        for (name, value) in of_dialect.into_iter().flat_map(Map::iter) {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
        for (name, value) in &headers(keys, &encoded, attempted, when::now()) {
            request = request.header(name, value);
        }
        let answer = self.agent.run(request.body(encoded.body.to_vec())?)?;
        Ok(answer.status().as_u16())
    }
}

/// A URL as people write it: a port is one of this machine, a missing scheme is http.
fn url(text: &str) -> Result<String, Failure> {
    let whole = if text.parse::<u16>().is_ok() {
        format!("http://127.0.0.1:{text}/")
    } else if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    match url::Url::parse(&whole) {
        Ok(url) if ["http", "https"].contains(&url.scheme()) => Ok(url.into()),
        _ => Err(Failure::usage(
            format!("`{text}` is no address to forward to"),
            "write http://127.0.0.1:PORT/PATH, HOST:PORT or a port as --forward-to",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_short() {
        assert_eq!(url("3000").unwrap(), "http://127.0.0.1:3000/");
        assert_eq!(
            url("localhost:3000/hook").unwrap(),
            "http://localhost:3000/hook"
        );
        assert_eq!(url("https://a.example/x").unwrap(), "https://a.example/x");
        for text in ["", "ftp://a", "http://", "a b"] {
            assert!(url(text).is_err(), "{text}");
        }
    }
}
