//! Texts that go through a customer's hands and come back: signed, where they may be read, and sealed, where not.
//!
//! Signed is `body ‖ tag` in base64url, with a tag of HMAC-SHA256 cut to 128 bits (RFC 2104, section 5); sealed is
//! ChaCha20-Poly1305 (RFC 8439) under a random nonce.

use data_encoding::BASE64URL_NOPAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::{ClaimDesk, derived};
use crate::refusal::Refusal;

const TAG: usize = 16;
/// Characters of a text that is looked at.
const LONGEST: usize = 32 * 1024;

/// What a signed text is good for. One cannot be used as another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Use {
    /// Opens the form for an order.
    Order,
    /// Shows a claim.
    Claim,
}

fn tag(key: &[u8; 32], used_as: Use, body: &[u8]) -> [u8; 32] {
    let name: &[u8] = match used_as {
        Use::Order => b"order\0",
        Use::Claim => b"claim\0",
    };
    derived(key, &[name, body])
}

/// The body with its tag.
pub(super) fn signed(key: &[u8; 32], used_as: Use, body: &[u8]) -> String {
    let tag = tag(key, used_as, body);
    let mut bytes = body.to_vec();
    bytes.extend(tag.iter().take(TAG));
    BASE64URL_NOPAD.encode(&bytes)
}

/// The body; none: nobody here signed it.
pub(super) fn verified(key: &[u8; 32], used_as: Use, text: &str) -> Option<Vec<u8>> {
    if text.len() > LONGEST {
        return None;
    }
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (body, given) = bytes.split_at_checked(bytes.len().checked_sub(TAG)?)?;
    let tag = tag(key, used_as, body);
    let differs = tag
        .iter()
        .zip(given)
        .fold(0, |differs, (a, b)| differs | (a ^ b));
    (std::hint::black_box(differs) == 0).then(|| body.to_vec())
}

impl ClaimDesk<'_> {
    fn cipher(&self) -> Result<LessSafeKey, Refusal> {
        let key = derived(&self.key, &[b"draft\0"]);
        let key = UnboundKey::new(&CHACHA20_POLY1305, &key);
        key.map(LessSafeKey::new).map_err(|_| failed())
    }

    /// The text as nobody else can read or change it.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn sealed(&self, text: &[u8]) -> Result<String, Refusal> {
        let nonce = self.ports.random_bytes::<NONCE_LEN>()?;
        let mut sealed = text.to_vec();
        let given = Nonce::assume_unique_for_key(nonce);
        self.cipher()?
            .seal_in_place_append_tag(given, Aad::empty(), &mut sealed)
            .map_err(|_| failed())?;
        Ok(BASE64URL_NOPAD.encode(&[&nonce[..], &sealed].concat()))
    }

    /// What was sealed; none: nobody here sealed it.
    #[must_use]
    pub fn unsealed(&self, text: &str) -> Option<Vec<u8>> {
        if text.len() > LONGEST {
            return None;
        }
        let mut bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self
            .cipher()
            .ok()?
            .open_in_place(nonce, Aad::empty(), sealed);
        opened.ok().map(|text| text.to_vec())
    }
}

fn failed() -> Refusal {
    Refusal::Failed("a draft could not be sealed".to_owned())
}
