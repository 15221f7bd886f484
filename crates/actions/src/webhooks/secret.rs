//! A webhook's secret, shown and rotated.

use std::time::Duration;

use claimwire_model::target::TargetKind;
use claimwire_model::webhook::{PreviousSecret, Secrets};
use claimwire_model::{Target, Timestamp, Webhook};
use claimwire_store::StoreError;
use claimwire_store::directory::Once;
use claimwire_wire::{make_secret, public_key};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::update::contended;
use super::{checks, find, not_found};
use crate::call::{Call, Done, TRIES, encode};
use crate::checks::Checks;
use crate::input;
use crate::refusal::Refusal;

/// How long the old secret signs too where the rotation does not say, in seconds.
const OVERLAP_SECONDS: u32 = 86_400;
/// The longest that it can, in seconds: 30 days.
const OVERLAP_SECONDS_MOST: u32 = 30 * 86_400;

/// A rotation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateRequest {
    /// The new secret; made when absent.
    #[serde(default)]
    secret: Option<String>,
    /// How long the old one signs too, in seconds; 0: not at all.
    #[serde(default = "overlap_seconds")]
    #[schema(maximum = 2_592_000)]
    overlap_seconds: u32,
}

fn overlap_seconds() -> u32 {
    OVERLAP_SECONDS
}

/// What signs a webhook's requests.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub struct SecretView<'a> {
    /// As the receiver holds it.
    secret: &'a str,
    /// `whpk_…`, for a webhook that signs with a key pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    public_key: Option<String>,
    /// Until when what signed before the last rotation signs too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    previous_expires_at: Option<Timestamp>,
}

/// The webhook's secret as JSON.
///
/// # Errors
/// When the webhook is not there.
pub async fn secret(call: &Call<'_>, uuid: Uuid) -> Result<String, Refusal> {
    render(&find(call, uuid).await?.1.secrets, call.now)
}

fn render(secrets: &Secrets, now: Timestamp) -> Result<String, Refusal> {
    let previous = secrets
        .previous
        .as_ref()
        .map(|previous| previous.expires_at);
    encode(&SecretView {
        secret: &secrets.current,
        public_key: public_key(secrets),
        previous_expires_at: previous.filter(|expires_at| *expires_at > now),
    })
}

/// What a rotation makes new ones of.
#[derive(Clone, Copy)]
pub struct Random<'a> {
    /// For the secret, when the body gives none.
    pub secret: &'a [u8; 32],
    /// For the key pair, when the webhook has one.
    pub seed: &'a [u8; 32],
}

/// Puts a new secret, and a new key pair where there is one, in the old one's place; both sign until the
/// overlap is over. A rotation within the overlap of another ends that one: two are good at a time.
///
/// # Errors
/// When the webhook is not there, a secret that cannot be, or a store that cannot commit.
pub async fn rotate(
    call: &Call<'_>,
    uuid: Uuid,
    body: &[u8],
    random: Random<'_>,
) -> Result<Done, Refusal> {
    let RotateRequest {
        secret,
        overlap_seconds,
    } = input::parse(body)?;
    let mut checks = Checks::default();
    checks.that(
        overlap_seconds <= OVERLAP_SECONDS_MOST,
        "/overlap_seconds",
        "is more than 2592000, which is 30 days",
    );
    checks.done()?;
    if let Some(done) = call.earlier().await? {
        return Ok(done);
    }
    for _ in 0..TRIES {
        let (before, webhook) = find(call, uuid).await?;
        let new = secret
            .clone()
            .unwrap_or_else(|| make_secret(before.dialect(), random.secret));
        checks::check_secret(before.dialect(), &new)?;
        let secrets = rotated(
            webhook.secrets.clone(),
            new,
            random.seed,
            overlap_seconds,
            call.now,
        );
        let answer = render(&secrets, call.now)?.into_bytes();
        let after = Target {
            kind: TargetKind::Webhook(Webhook { secrets, ..webhook }),
            updated_at: call.now,
            ..Target::clone(&before)
        };
        let record = call.record(200, &answer);
        match call.store.update_target(after, call.now, record).await {
            Ok(Once::Now(_)) => {
                return Ok(Done {
                    status: 200,
                    body: answer,
                    repeated: false,
                });
            }
            Ok(Once::Before(answered)) => return Ok(answered.into()),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(not_found(error, uuid)),
        }
    }
    Err(contended(uuid))
}

fn rotated(
    mut secrets: Secrets,
    new: String,
    seed: &[u8; 32],
    overlap_seconds: u32,
    now: Timestamp,
) -> Secrets {
    let secret = std::mem::replace(&mut secrets.current, new);
    let ed25519_seed = secrets.ed25519_seed;
    secrets.ed25519_seed = ed25519_seed.map(|_| *seed);
    let overlap = Duration::from_secs(u64::from(overlap_seconds));
    secrets.previous = (!overlap.is_zero()).then(|| PreviousSecret {
        secret,
        ed25519_seed,
        expires_at: now.plus(overlap),
    });
    secrets
}
