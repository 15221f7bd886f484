//! What the actions stand on, chosen by the one who starts the server: the store, the sender, the
//! place for images, time and chance. Tests put their own in.

use std::sync::Arc;

use claimwire_connectors::Vendor;
use claimwire_model::Timestamp;
use claimwire_store::Store;
use claimwire_wire::send::Sender;
use object_store::ObjectStore;
use ring::rand::{SecureRandom, SystemRandom};

use crate::limits::Limits;
use crate::refusal::Refusal;

/// A clock that tests can hold.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Fills the slice with bytes that cannot be guessed, or answers false.
pub type Random = Arc<dyn Fn(&mut [u8]) -> bool + Send + Sync>;

/// What the actions stand on.
#[derive(Clone)]
pub struct Ports {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Makes the test requests of webhooks and checks their URLs.
    pub sender: Arc<dyn Sender>,
    /// Where evidence photos are kept, under `images/`.
    pub images: Arc<dyn ObjectStore>,
    /// Base of image URLs, without a slash at its end.
    pub public_url: String,
    /// How much a shop may have.
    pub limits: Arc<Limits>,
    /// The vendors that connectors may be of.
    pub vendors: &'static [&'static dyn Vendor],
    /// What time it is.
    pub clock: Clock,
    /// For keys, secrets and names that must not be guessed.
    pub random: Random,
}

impl Ports {
    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The vendor of this kind.
    #[must_use]
    pub fn vendor(&self, kind: &str) -> Option<&'static dyn Vendor> {
        let mut vendors = self.vendors.iter().copied();
        vendors.find(|vendor| vendor.about().kind == kind)
    }

    /// Random bytes that cannot be guessed.
    pub(crate) fn random_bytes<const N: usize>(&self) -> Result<[u8; N], Refusal> {
        let mut bytes = [0; N];
        if (self.random)(&mut bytes) {
            Ok(bytes)
        } else {
            Err(Refusal::Failed(
                "the operating system gave no random bytes".to_owned(),
            ))
        }
    }

    /// 160 random bits as 32 lower-case letters and digits.
    pub(crate) fn random_name(&self) -> Result<String, Refusal> {
        Ok(data_encoding::BASE32_NOPAD
            .encode(&self.random_bytes::<20>()?)
            .to_ascii_lowercase())
    }
}

/// The operating system's.
#[must_use]
pub fn system_random() -> Random {
    let random = SystemRandom::new();
    Arc::new(move |bytes| random.fill(bytes).is_ok())
}
