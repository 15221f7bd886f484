//! Encryption at rest (contract section 6, promise 9).
//!
//! A sealed value is: a byte that tells the format, the key's id of eight bytes, a nonce of twelve bytes,
//! the ciphertext, a tag of sixteen bytes. It is bound to what it belongs to: moved to another row it
//! cannot be opened. New values are sealed with the current key; older keys still open what they
//! sealed, until it has been sealed anew ([`crate::reseal`]).

use claimwire_model::webhook::{PreviousSecret, Secrets};
use claimwire_model::{ShopNo, Timestamp};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

use crate::error::{StoreError, StoreResult};

/// The first byte of a sealed value.
const FORMAT: u8 = 1;
/// How long a key's id is, in bytes.
const KEY_ID_LEN: usize = 8;

/// Which key: the beginning of a hash over it, so that it can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; KEY_ID_LEN]);

impl KeyId {
    fn of(key: &[u8; 32]) -> Option<Self> {
        let hash = digest(&SHA256, &[b"claimwire encryption key ", &key[..]].concat());
        hash.as_ref().first_chunk().copied().map(Self)
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Seals and opens small secrets with the encryption key.
pub struct Vault {
    current: Key,
    older: Vec<Key>,
    random: SystemRandom,
}

struct Key {
    id: KeyId,
    key: LessSafeKey,
}

impl Key {
    fn new(bytes: &[u8; 32]) -> Option<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).ok()?;
        Some(Self {
            id: KeyId::of(bytes)?,
            key: LessSafeKey::new(key),
        })
    }

    fn open(&self, aad: &[u8], nonce: [u8; NONCE_LEN], sealed: &[u8]) -> Option<Vec<u8>> {
        let mut plain = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let length = self
            .key
            .open_in_place(nonce, Aad::from(aad), &mut plain)
            .ok()?
            .len();
        plain.truncate(length);
        Some(plain)
    }
}

/// The id of the key that a value was sealed with, and what follows it.
fn parts(sealed: &[u8]) -> Option<(KeyId, &[u8])> {
    let (format, rest) = sealed.split_first()?;
    let (id, rest) = rest.split_first_chunk()?;
    (*format == FORMAT).then_some((KeyId(*id), rest))
}

impl Vault {
    /// Seals with `current`; opens with it and with `older`.
    pub fn new(current: [u8; 32], older: Vec<[u8; 32]>) -> StoreResult<Self> {
        let key = |bytes: &[u8; 32]| {
            Key::new(bytes)
                .ok_or_else(|| StoreError::Unavailable("the encryption key is not usable".into()))
        };
        Ok(Self {
            current: key(&current)?,
            older: older.iter().map(key).collect::<StoreResult<_>>()?,
            random: SystemRandom::new(),
        })
    }

    /// The key that seals.
    #[must_use]
    pub fn current(&self) -> KeyId {
        self.current.id
    }

    /// Whether the key is here, as the current or an older one.
    #[must_use]
    pub fn has(&self, id: KeyId) -> bool {
        self.key(id).is_some()
    }

    /// All keys that are here, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.keys().map(|key| key.id)
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }

    fn key(&self, id: KeyId) -> Option<&Key> {
        self.keys().find(|key| key.id == id)
    }

    /// What every value begins with that this key sealed.
    #[must_use]
    pub fn beginning(id: KeyId) -> [u8; 1 + KEY_ID_LEN] {
        let mut beginning = [FORMAT; 1 + KEY_ID_LEN];
        beginning[1..].copy_from_slice(&id.0);
        beginning
    }

    /// Seals `plain` for the place that `aad` names; see [`place`].
    pub fn seal(&self, aad: &[u8], plain: &[u8]) -> StoreResult<Vec<u8>> {
        let failed = |_| StoreError::Unavailable("a secret could not be encrypted".into());
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(failed)?;

        let overhead = 1 + KEY_ID_LEN + NONCE_LEN + CHACHA20_POLY1305.tag_len();
        let mut sealed = Vec::with_capacity(overhead + plain.len());
        let mut text = plain.to_vec();
        let tag = self
            .current
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad),
                &mut text,
            )
            .map_err(failed)?;
        sealed.extend_from_slice(&Self::beginning(self.current.id));
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens what [`Vault::seal`] sealed for the same place. `Damaged` when it was sealed with a key
    /// that is not here, for another place, or was changed since.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> StoreResult<Vec<u8>> {
        let Some((id, rest)) = parts(sealed) else {
            return Err(damaged("is not one that this program wrote"));
        };
        let Some(key) = self.key(id) else {
            let why = format!(
                "was sealed with the encryption key {id}, which is not given: start with it as the \
                 current or an older key"
            );
            return Err(damaged(&why));
        };
        rest.split_first_chunk()
            .and_then(|(nonce, text)| key.open(aad, *nonce, text))
            .ok_or_else(|| damaged("was changed or moved since it was sealed"))
    }

    /// The same value sealed anew with the current key; none when that is what it is sealed with.
    pub fn reseal(&self, aad: &[u8], sealed: &[u8]) -> StoreResult<Option<Vec<u8>>> {
        if parts(sealed).is_some_and(|(id, _)| id == self.current.id) {
            return Ok(None);
        }
        self.open(aad, sealed)
            .and_then(|plain| self.seal(aad, &plain))
            .map(Some)
    }

    /// Seals a webhook's secrets for that webhook.
    pub fn seal_secrets(&self, webhook: Uuid, secrets: &Secrets) -> StoreResult<Vec<u8>> {
        let previous = secrets.previous.as_ref();
        let compact: Compact = (
            secrets.current.clone(),
            previous.map(|p| (p.secret.clone(), p.expires_at.as_millis(), p.ed25519_seed)),
            secrets.ed25519_seed,
        );
        let plain = serde_json::to_vec(&compact)
            .map_err(|e| StoreError::Unavailable(format!("secrets could not be written: {e}")))?;
        self.seal(&place::secrets(webhook), &plain)
    }

    /// Opens what [`Vault::seal_secrets`] sealed for the same webhook.
    pub fn open_secrets(&self, webhook: Uuid, sealed: &[u8]) -> StoreResult<Secrets> {
        let plain = self.open(&place::secrets(webhook), sealed)?;
        // The error's own text is left out: it may quote what it could not read.
        let (current, previous, ed25519_seed): Compact =
            serde_json::from_slice(&plain).map_err(|_| {
                StoreError::Damaged(format!("the secrets of webhook {webhook} are not readable"))
            })?;
        Ok(Secrets {
            current,
            previous: previous.map(|(secret, expires_at, ed25519_seed)| PreviousSecret {
                secret,
                ed25519_seed,
                expires_at: Timestamp::from_millis(expires_at),
            }),
            ed25519_seed,
        })
    }

    /// Seals the recorded answer of an idempotency key: it may hold a secret that is shown once.
    pub fn seal_answer(
        &self,
        shop: Option<ShopNo>,
        key: &str,
        body: &[u8],
    ) -> StoreResult<Vec<u8>> {
        self.seal(&place::answer(shop, key), body)
    }

    /// Opens what [`Vault::seal_answer`] sealed for the same shop and key.
    pub fn open_answer(
        &self,
        shop: Option<ShopNo>,
        key: &str,
        sealed: &[u8],
    ) -> StoreResult<Vec<u8>> {
        self.open(&place::answer(shop, key), sealed)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

type Seed = Option<[u8; 32]>;

/// Current secret; the previous one, when it ends in milliseconds, its seed; the current seed.
type Compact = (String, Option<(String, i64, Seed)>, Seed);

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(format!("an encrypted value {what}"))
}

/// What sealed values are bound to.
pub mod place {
    use claimwire_model::ShopNo;
    use uuid::Uuid;

    /// A webhook's secrets.
    #[must_use]
    pub fn secrets(webhook: Uuid) -> Vec<u8> {
        format!("webhook.secret:{webhook}").into_bytes()
    }

    /// A webhook's static headers.
    #[must_use]
    pub fn headers(webhook: Uuid) -> Vec<u8> {
        format!("webhook.headers:{webhook}").into_bytes()
    }

    /// A letter of the outbox, by its number.
    #[must_use]
    pub fn letter(no: i64) -> Vec<u8> {
        format!("outbox.letter:{no}").into_bytes()
    }

    /// The recorded answer of an idempotency key, of a shop's or of none's.
    #[must_use]
    pub fn answer(shop: Option<ShopNo>, key: &str) -> Vec<u8> {
        let shop = shop.map_or(0, |shop| shop.0);
        format!("idempotency.answer:{shop}:{key}").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: [u8; 32] = [1; 32];
    const TWO: [u8; 32] = [2; 32];

    fn vault(current: [u8; 32], older: &[[u8; 32]]) -> Vault {
        Vault::new(current, older.to_vec()).unwrap()
    }

    fn secrets() -> Secrets {
        Secrets {
            current: "whsec_new".into(),
            previous: Some(PreviousSecret {
                secret: "whsec_old".into(),
                ed25519_seed: Some([8; 32]),
                expires_at: Timestamp::from_millis(1_800_000_000_123),
            }),
            ed25519_seed: Some([9; 32]),
        }
    }

    #[test]
    fn what_was_sealed_opens() {
        let vault = vault(ONE, &[]);
        for plain in [&b""[..], b"x", &[7; 5000]] {
            let sealed = vault.seal(b"place", plain).unwrap();
            assert_eq!(vault.open(b"place", &sealed).unwrap(), plain);
        }
    }

    #[test]
    fn each_seal_is_another() {
        let vault = vault(ONE, &[]);
        assert_ne!(
            vault.seal(b"place", b"same").unwrap(),
            vault.seal(b"place", b"same").unwrap()
        );
    }

    #[test]
    fn an_older_key_still_opens_and_a_strange_one_does_not() {
        let sealed = vault(ONE, &[]).seal(b"place", b"plain").unwrap();
        assert_eq!(
            vault(TWO, &[ONE]).open(b"place", &sealed).unwrap(),
            b"plain"
        );
        assert!(matches!(
            vault(TWO, &[]).open(b"place", &sealed),
            Err(StoreError::Damaged(_))
        ));
    }

    #[test]
    fn what_an_older_key_sealed_is_sealed_anew_once() {
        let sealed = vault(ONE, &[]).seal(b"place", b"plain").unwrap();
        let both = vault(TWO, &[ONE]);
        assert!(both.reseal(b"elsewhere", &sealed).is_err());
        let anew = both.reseal(b"place", &sealed).unwrap().unwrap();
        assert_eq!(vault(TWO, &[]).open(b"place", &anew).unwrap(), b"plain");
        assert_eq!(both.reseal(b"place", &anew).unwrap(), None);
        let refused = vault(TWO, &[]).reseal(b"place", &sealed).unwrap_err();
        let id = vault(ONE, &[]).current().to_string();
        assert!(refused.to_string().contains(&id), "{refused}");
    }

    #[test]
    fn new_values_bear_the_current_key() {
        let sealed = vault(TWO, &[ONE]).seal(b"place", b"plain").unwrap();
        assert_eq!(vault(TWO, &[]).open(b"place", &sealed).unwrap(), b"plain");
    }

    #[test]
    fn no_byte_can_be_changed_and_no_value_moved() {
        let vault = vault(ONE, &[]);
        let sealed = vault.seal(b"place", b"plain").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(vault.open(b"place", &changed).is_err(), "byte {at}");
            assert!(
                vault.open(b"place", &sealed[..at]).is_err(),
                "cut after {at}"
            );
        }
        assert!(vault.open(b"another place", &sealed).is_err());
    }

    #[test]
    fn secrets_come_back_for_their_webhook_only() {
        let vault = vault(ONE, &[]);
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = vault.seal_secrets(mine, &secrets()).unwrap();
        assert!(vault.open_secrets(mine, &sealed).unwrap() == secrets());
        assert!(vault.open_secrets(other, &sealed).is_err());

        let plain = Secrets {
            previous: None,
            ed25519_seed: None,
            ..secrets()
        };
        let sealed = vault.seal_secrets(mine, &plain).unwrap();
        assert!(vault.open_secrets(mine, &sealed).unwrap() == plain);
    }

    #[test]
    fn an_answer_opens_for_its_shop_and_key_only() {
        let vault = vault(ONE, &[]);
        let sealed = vault.seal_answer(Some(ShopNo(5)), "k", b"body").unwrap();
        assert_eq!(
            vault.open_answer(Some(ShopNo(5)), "k", &sealed).unwrap(),
            b"body"
        );
        assert!(vault.open_answer(None, "k", &sealed).is_err());
        assert!(vault.open_answer(Some(ShopNo(5)), "l", &sealed).is_err());
    }

    #[test]
    fn nothing_of_a_key_is_printed() {
        assert_eq!(format!("{:?}", vault(ONE, &[TWO])), "Vault(…)");
    }
}
