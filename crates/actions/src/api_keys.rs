//! A shop's API keys, managed by its admins. A key is shown once; only its hash is kept.

use claimwire_model::shop::ApiKey;
use claimwire_model::{Role, Timestamp};
use claimwire_store::directory::{NewApiKey, Once};
use claimwire_store::{Page, PageRequest, Store, StoreError};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::{Admin, As};
use crate::call::{conflicting, valued};
use crate::caller::Caller;
use crate::checks::Checks;
use crate::idempotency::{CREATED, Keyed};
use crate::limits::Limit;
use crate::read::missing;
use crate::refusal::Refusal;
use crate::shops::check_name;

/// What every shop key begins with.
pub const KEY_PREFIX: &str = "cw_live_";

/// SHA-256 of a key: what is kept of it.
#[must_use]
pub fn hash(key: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, key.as_bytes()).as_ref());
    hash
}

/// Who holds this key; none: nobody.
///
/// # Errors
/// Only the store's.
pub async fn holder(
    store: &dyn Store,
    admin_key_hash: &[u8; 32],
    key: &str,
) -> Result<Option<Caller>, StoreError> {
    let hash = hash(key);
    if same(&hash, admin_key_hash) {
        return Ok(Some(Caller::Operator));
    }
    if !key.starts_with(KEY_PREFIX) {
        return Ok(None);
    }
    match store.key(&hash).await {
        Ok(key) => Ok(Some(Caller::Key(key))),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether this is the server's admin key.
pub(crate) fn is_admin_key(admin_key_hash: &[u8; 32], key: &str) -> bool {
    let hash = hash(key);
    same(&hash, admin_key_hash)
}

/// Without a hint in its timing at which byte two hashes differ.
fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    std::hint::black_box(a.iter().zip(b).fold(0, |differs, (x, y)| differs | (x ^ y))) == 0
}

/// A new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyRequest {
    /// For people; who a change is put down to when the write does not say.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What it may do.
    pub role: Role,
}

/// A key, without the key itself.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyView {
    /// For `DELETE`.
    pub id: Uuid,
    /// For people.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// The key: in the answer that made it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub key: Option<String>,
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            role: key.role,
            created_at: key.created_at,
            key: None,
        }
    }
}

/// Makes a key. The answer holds it, for this once.
///
/// # Errors
/// When a field cannot be as it is, or the store cannot commit.
pub async fn create(
    admin: &As<'_, Admin>,
    request: ApiKeyRequest,
    keyed: Option<Keyed<ApiKeyView>>,
) -> Result<Once<ApiKeyView>, Refusal> {
    let call = admin.call();
    let ApiKeyRequest { name, role } = request;
    let mut checks = Checks::default();
    check_name(&mut checks, &name);
    checks.done()?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    call.room(Limit::ApiKeys, 1).await?;

    let secret = format!("{KEY_PREFIX}{}", call.ports.random_name()?);
    let key = NewApiKey {
        id: Uuid::new_v4(),
        hash: hash(&secret),
        name,
        role,
    };
    let view = ApiKeyView {
        id: key.id,
        name: key.name.clone(),
        role,
        created_at: call.now,
        key: Some(secret),
    };
    let record = keyed.map(|keyed| keyed.record(CREATED, &view));
    call.note("api_key.created", format!("{} {}", key.name, key.id))
        .await?;
    let once = call.store.create_key(call.shop.no, key, call.now, record);
    Ok(valued(once.await.map_err(conflicting)?, view))
}

/// A page of the shop's keys, newest first.
///
/// # Errors
/// Only the store's.
pub async fn list(admin: &As<'_, Admin>, page: PageRequest) -> Result<Page<ApiKeyView>, Refusal> {
    let call = admin.call();
    let page = call.store.keys(call.shop.no, page).await?;
    Ok(Page {
        items: page.items.into_iter().map(ApiKeyView::from).collect(),
        next: page.next,
    })
}

/// Deletes a key; it opens nothing from then on.
///
/// # Errors
/// When the key is not there, or the store cannot commit.
pub async fn delete(admin: &As<'_, Admin>, id: Uuid) -> Result<(), Refusal> {
    let call = admin.call();
    call.note("api_key.deleted", id.to_string()).await?;
    let done = call.store.delete_key(call.shop.no, id).await;
    done.map_err(missing("api_key_not_found", || format!("API key {id}")))
}
