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

use super::checks;
use super::update::contended;
use super::view::{find, not_found};
use crate::access::{As, Editor, Viewer};
use crate::call::{TRIES, valued};
use crate::checks::Checks;
use crate::idempotency::{Keyed, OK};
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
    pub secret: Option<String>,
    /// How long the old one signs too, in seconds; 0: not at all.
    #[serde(default = "overlap_seconds")]
    #[schema(maximum = 2_592_000)]
    pub overlap_seconds: u32,
}

fn overlap_seconds() -> u32 {
    OVERLAP_SECONDS
}

/// What signs a webhook's requests.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub struct SecretView {
    /// As the receiver holds it.
    pub secret: String,
    /// `whpk_…`, for a webhook that signs with a key pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub public_key: Option<String>,
    /// Until when what signed before the last rotation signs too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub previous_expires_at: Option<Timestamp>,
}

impl SecretView {
    fn of(secrets: &Secrets, now: Timestamp) -> Self {
        let previous = secrets.previous.as_ref();
        let previous = previous.map(|previous| previous.expires_at);
        Self {
            secret: secrets.current.clone(),
            public_key: public_key(secrets),
            previous_expires_at: previous.filter(|expires_at| *expires_at > now),
        }
    }
}

/// The webhook's secret. Not for viewers: who has it can sign in the webhook's name.
///
/// # Errors
/// When the webhook is not there.
pub async fn secret(editor: &As<'_, Editor>, uuid: Uuid) -> Result<SecretView, Refusal> {
    let call = editor.call();
    let (_, webhook) = find(call, uuid).await?;
    Ok(SecretView::of(&webhook.secrets, call.now))
}

/// Until when what signed before the last rotation signs too; none: nothing does.
///
/// # Errors
/// When the webhook is not there.
pub async fn old_secret_until(
    viewer: &As<'_, Viewer>,
    uuid: Uuid,
) -> Result<Option<Timestamp>, Refusal> {
    let call = viewer.call();
    let (_, webhook) = find(call, uuid).await?;
    Ok(SecretView::of(&webhook.secrets, call.now).previous_expires_at)
}

/// Puts a new secret, and a new key pair where there is one, in the old one's place; both sign until the
/// overlap is over. A rotation within the overlap of another ends that one: two are good at a time.
///
/// # Errors
/// When the webhook is not there, a secret that cannot be, or a store that cannot commit.
pub async fn rotate(
    editor: &As<'_, Editor>,
    uuid: Uuid,
    request: RotateRequest,
    keyed: Option<Keyed<SecretView>>,
) -> Result<Once<SecretView>, Refusal> {
    let call = editor.call();
    let RotateRequest {
        secret,
        overlap_seconds,
    } = request;
    let mut checks = Checks::default();
    checks.that(
        overlap_seconds <= OVERLAP_SECONDS_MOST,
        "/overlap_seconds",
        "is more than 2592000, which is 30 days",
    );
    checks.done()?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let (random, seed) = (call.ports.random_bytes()?, call.ports.random_bytes()?);
    for tried in 0..TRIES {
        let (before, webhook) = find(call, uuid).await?;
        let new = secret.clone();
        let new = new.unwrap_or_else(|| make_secret(before.dialect(), &random));
        checks::check_secret(before.dialect(), &new)?;
        let secrets = webhook.secrets.clone();
        let secrets = rotated(secrets, new, &seed, overlap_seconds, call.now);
        let view = SecretView::of(&secrets, call.now);
        let after = Target {
            kind: TargetKind::Webhook(Webhook { secrets, ..webhook }),
            updated_at: call.now,
            ..Target::clone(&before)
        };
        if tried == 0 {
            call.note_target("webhook.secret_rotated", &before).await?;
        }
        let record = keyed.as_ref().map(|keyed| keyed.record(OK, &view));
        match call.store.update_target(after, call.now, record).await {
            Ok(once) => return Ok(valued(once, view)),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(not_found(uuid)(error)),
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
