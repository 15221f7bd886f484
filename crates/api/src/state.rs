//! All that the API stands on, given by the one who starts it.

use std::sync::Arc;

use claimwire_model::Timestamp;
use claimwire_store::Store;
use claimwire_wire::send::Sender;
use object_store::ObjectStore;

/// A clock that tests can hold.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What every route can reach.
pub struct ApiState {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Makes the test requests of webhooks and checks their URLs.
    pub sender: Arc<dyn Sender>,
    /// Where evidence photos are kept, under `images/`.
    pub images: Arc<dyn ObjectStore>,
    /// Base of image URLs, without a slash at its end.
    pub public_url: String,
    /// SHA-256 of the admin key.
    pub admin_key_hash: [u8; 32],
    /// What time it is.
    pub clock: Clock,
    /// The program's version, as `/healthz` and the OpenAPI document show it.
    pub version: &'static str,
    /// Renders `GET /metrics` as Prometheus text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

impl ApiState {
    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// The state as a route's argument.
pub type Api = axum::extract::State<Arc<ApiState>>;
