//! All that the API stands on, given by the one who starts it.

use std::sync::Arc;

use claimwire_actions::Ports;
use claimwire_wire::trace::Traces;

use crate::rate::RateLimit;

/// What every route can reach.
pub struct ApiState {
    /// What the actions stand on.
    pub ports: Ports,
    /// SHA-256 of the admin key.
    pub admin_key_hash: [u8; 32],
    /// The program's version, as `/healthz` and the OpenAPI document show it.
    pub version: &'static str,
    /// Renders `GET /metrics`; none if metrics are shown elsewhere.
    pub metrics: Option<Render>,
    /// How often a key may ask.
    pub rate_limit: Option<RateLimit>,
    /// How requests are followed to receivers; none: they are not.
    pub traces: Option<Traces>,
}

/// Renders what is counted as Prometheus text.
pub type Render = Arc<dyn Fn() -> String + Send + Sync>;

/// The state as a route's argument.
pub type Api = axum::extract::State<Arc<ApiState>>;
