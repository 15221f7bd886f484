//! Signing in at the portal, and out: with a key, by a link that a key's holder made.
//!
//! Who is signed in holds a token; the store knows only a hash of it. The admin key's hash is part of that, so that
//! another admin key ends every session.

use claimwire_model::Timestamp;
use claimwire_model::session::{Holder, Session};
use claimwire_store::StoreError;
use claimwire_store::sessions::SessionId;
use data_encoding::BASE32_NOPAD;
use ring::digest::{Context, SHA256};
use std::sync::Arc;

use crate::api_keys;
use crate::caller::Caller;
use crate::ports::Ports;
use crate::refusal::Refusal;

/// What the one who is signed in holds: 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    fn new(ports: &Ports) -> Result<Self, Refusal> {
        let bytes = ports.random_bytes::<32>()?;
        Ok(Self(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()))
    }

    /// Begins a session.
    pub(crate) async fn open(
        ports: &Ports,
        admin_key_hash: &[u8; 32],
        session: Session,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let token = Self::new(ports)?;
        let id = token.id(admin_key_hash);
        ports.store.open_session(id, session, now).await?;
        Ok(token)
    }

    /// A token from what a browser sent; none: none could be so.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let good = |b: u8| matches!(b, b'a'..=b'z' | b'2'..=b'7');
        let ours = text.len() == 52 && text.bytes().all(good);
        ours.then(|| Self(text.to_owned()))
    }

    /// As the browser keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the session's own forms carry, and no other page can know.
    #[must_use]
    pub fn form_token(&self) -> String {
        let hash = hashed("form", &[0; 32], &self.0);
        BASE32_NOPAD.encode(&hash).to_ascii_lowercase()
    }

    fn id(&self, admin_key_hash: &[u8; 32]) -> SessionId {
        hashed("session", admin_key_hash, &self.0)
    }
}

/// What a link is kept under.
pub(crate) fn link_id(secret: &str) -> SessionId {
    hashed("link", &[0; 32], secret)
}

/// What a link by which a member joins is kept under.
pub(crate) fn member_link_id(secret: &str) -> SessionId {
    hashed("join", &[0; 32], secret)
}

/// A hash for one use alone.
fn hashed(used_as: &str, beside: &[u8; 32], secret: &str) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in [used_as.as_bytes(), b"\0", beside, secret.as_bytes()] {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Begins a session for the holder of a key; none: nobody holds this one.
///
/// # Errors
/// When the store cannot commit.
pub async fn sign_in(
    ports: &Ports,
    admin_key_hash: &[u8; 32],
    key: &str,
) -> Result<Option<(Caller, Token)>, Refusal> {
    let Some(caller) = api_keys::holder(&*ports.store, admin_key_hash, key).await? else {
        return Ok(None);
    };
    let token = open_for(ports, admin_key_hash, &caller).await?;
    Ok(Some((caller, token)))
}

/// Begins a session for whoever has the admin key; none: this is another.
///
/// # Errors
/// When the store cannot commit.
pub async fn sign_in_operator(
    ports: &Ports,
    admin_key_hash: &[u8; 32],
    key: &str,
) -> Result<Option<Token>, Refusal> {
    if !api_keys::is_admin_key(admin_key_hash, key) {
        return Ok(None);
    }
    let token = open_for(ports, admin_key_hash, &Caller::Operator).await?;
    Ok(Some(token))
}

async fn open_for(
    ports: &Ports,
    admin_key_hash: &[u8; 32],
    caller: &Caller,
) -> Result<Token, Refusal> {
    let now = ports.now();
    let holder = Holder {
        shop: caller.shop().map(|shop| shop.no),
        role: caller.role(),
        name: caller.name().to_owned(),
        principal: caller.principal(),
    };
    let session = Session::opened(holder, now);
    Token::open(ports, admin_key_hash, session, now).await
}

/// Begins the session of a link, and uses the link up; none: it is over, or was used.
///
/// # Errors
/// When the store cannot commit.
pub async fn follow_link(
    ports: &Ports,
    admin_key_hash: &[u8; 32],
    secret: &str,
) -> Result<Option<Token>, Refusal> {
    let token = Token::new(ports)?;
    let id = token.id(admin_key_hash);
    let link = link_id(secret);
    match ports.store.follow_link(&link, id, ports.now()).await {
        Ok(()) => Ok(Some(token)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Who is signed in with this token; none: nobody any more. That they were seen puts the session's end off.
///
/// # Errors
/// Only the store's.
pub async fn signed_in(
    ports: &Ports,
    admin_key_hash: &[u8; 32],
    token: &Token,
) -> Result<Option<Caller>, Refusal> {
    let (id, now) = (token.id(admin_key_hash), ports.now());
    let (session, shop) = match ports.store.session(&id, now).await {
        Ok(found) => found,
        Err(StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if let Some(until) = session.seen(now) {
        ports.store.extend_session(&id, until).await?;
    }
    Ok(Some(Caller::Session(Arc::new((session.holder, shop)))))
}

/// Ends the session.
///
/// # Errors
/// When the store cannot commit.
pub async fn sign_out(
    ports: &Ports,
    admin_key_hash: &[u8; 32],
    token: &Token,
) -> Result<(), Refusal> {
    Ok(ports.store.close_session(&token.id(admin_key_hash)).await?)
}
