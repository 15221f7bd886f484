use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Waker};

use claimwire_model::Timestamp;
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::images::NewImage;
use claimwire_store::{Directory as _, MemoryStore};
use claimwire_wire::send::{Answer, Sender};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, PutPayload};
use uuid::Uuid;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

/// Answers by URL; what it does not know is refused as an address that is not public.
#[derive(Default)]
struct Cdn(HashMap<&'static str, (u16, Vec<u8>)>, Arc<AtomicUsize>);

#[async_trait]
impl Sender for Cdn {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        assert_eq!(request.answer_limit, PHOTO_BYTES + 1);
        if request.url == "https://cdn.example/slow" {
            std::future::pending::<()>().await;
        }
        self.1.fetch_add(1, Ordering::Relaxed);
        let Some((status, body)) = self.0.get(&*request.url) else {
            return Err(SendError {
                kind: SendErrorKind::AddressRefused,
                detail: "10.1.2.3 is private".to_owned(),
            });
        };
        let room = request.answer_room.unwrap();
        if !room.holds(body.len()) {
            return Err(busy());
        }
        Ok(Answer {
            status: *status,
            headers: claimwire_model::Headers::default(),
            body: body.clone().into(),
        })
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        Ok(url.to_owned())
    }
}

struct World {
    photos: ClaimPhotos,
    /// Requests that were answered.
    fetched: Arc<AtomicUsize>,
    shop: Arc<Shop>,
}

impl World {
    async fn new(cdn: &[(&'static str, u16, &[u8])]) -> Self {
        let cdn = cdn
            .iter()
            .map(|(url, status, body)| (*url, (*status, body.to_vec())));
        let store = MemoryStore::new();
        let fetched = Arc::new(AtomicUsize::new(0));
        let at = Timestamp::from_secs(1_790_000_000);
        let new = NewShop {
            id: Uuid::from_u128(1),
            slug: "demo".into(),
            name: "Demo".into(),
            notification_emails: Vec::new(),
        };
        let Once::Now(shop) = store.create_shop(new, at, None).await.unwrap() else {
            panic!("it is new")
        };
        let ports = Ports {
            store: Arc::new(store),
            sender: Arc::new(Cdn(cdn.collect(), fetched.clone())),
            images: Arc::new(InMemory::new()),
            public_url: "https://wire.example".to_owned(),
            limits: Arc::default(),
            vendors: &[],
            clock: Arc::new(move || at),
            random: claimwire_actions::system_random(),
        };
        let photos = ClaimPhotos::new(ports);
        Self {
            photos,
            fetched,
            shop,
        }
    }

    async fn photo(&self, url: &str) -> Result<Photo, PhotoError> {
        self.photos.photo(url, &self.shop, None).await
    }

    fn other_shop(&self) -> Shop {
        Shop {
            no: ShopNo(self.shop.no.0 + 1),
            ..Shop::clone(&self.shop)
        }
    }

    async fn why_not(&self, url: &str) -> String {
        self.photo(url).await.unwrap_err().to_string()
    }
}

#[tokio::test]
async fn a_photo_comes_from_its_url_and_is_what_its_bytes_say() {
    let webp = b"RIFF\x10\0\0\0WEBPVP8 ";
    let w = World::new(&[
        ("https://cdn.example/a.txt", 200, PNG),
        ("https://cdn.example/b", 200, b"\xff\xd8\xff\xe0jpeg"),
        ("https://cdn.example/c", 200, b"GIF89a.."),
        ("https://cdn.example/d", 200, webp),
        ("https://cdn.example/e.png", 200, b"<svg onload=\"x\"/>"),
        ("https://cdn.example/f.png", 404, PNG),
        ("https://cdn.example/g.png", 302, PNG),
        ("https://cdn.example/h.png", 200, b""),
    ])
    .await;
    for (url, content_type) in [
        ("https://cdn.example/a.txt", "image/png"),
        ("https://cdn.example/b", "image/jpeg"),
        ("https://cdn.example/c", "image/gif"),
        ("https://cdn.example/d", "image/webp"),
    ] {
        assert_eq!(w.photo(url).await.unwrap().content_type, content_type);
    }
    assert_eq!(
        &w.photo("https://cdn.example/a.txt").await.unwrap().bytes[..],
        PNG
    );
    for (url, why) in [
        ("https://cdn.example/e.png", "no JPEG, PNG, WebP or GIF"),
        ("https://cdn.example/f.png", "answered 404"),
        ("https://cdn.example/g.png", "answered 302"),
        ("https://cdn.example/h.png", "no JPEG, PNG, WebP or GIF"),
        ("https://inside.example/1.png", "the address is not public"),
    ] {
        let told = w.why_not(url).await;
        assert!(told.contains(why), "{url}: {told}");
        assert!(!told.contains("10.1.2.3"), "{told}");
    }
}

#[tokio::test]
async fn a_photo_that_is_too_large_is_refused() {
    let mut most = PNG.to_vec();
    most.resize(PHOTO_BYTES, 0);
    let mut more = most.clone();
    more.push(0);
    let w = World::new(&[
        ("https://cdn.example/most", 200, &most),
        ("https://cdn.example/more", 200, &more),
    ])
    .await;
    let photo = w.photo("https://cdn.example/most").await.unwrap();
    assert_eq!(photo.bytes.len(), PHOTO_BYTES);
    let told = w.why_not("https://cdn.example/more").await;
    assert!(told.contains("more than 10 MiB"), "{told}");
}

#[tokio::test]
async fn a_photo_of_ours_is_read_where_it_is_kept() {
    let w = World::new(&[]).await;
    let name = format!("{}.png", "a".repeat(32));
    let ports = &w.photos.ports;
    let noted = NewImage {
        name: name.clone(),
        bytes: 12,
    };
    let now = ports.now();
    ports.store.add_image(w.shop.no, noted, now).await.unwrap();
    let place = Path::from(format!("images/{name}"));
    let payload = PutPayload::from_static(PNG);
    ports.images.put(&place, payload).await.unwrap();
    let url = format!("https://wire.example/images/{name}");
    assert_eq!(&w.photo(&url).await.unwrap().bytes[..], PNG);
    ports.store.remove_image(w.shop.no, &name).await.unwrap();
    assert!(w.why_not(&url).await.contains("no such photo"));
    let other = format!("https://cdn.example/images/{name}");
    assert!(
        w.why_not(&other).await.contains("not public"),
        "it is another's"
    );
}

/// One photo of the most bytes.
fn large() -> Vec<u8> {
    let mut most = PNG.to_vec();
    most.resize(PHOTO_BYTES, 0);
    most
}

#[tokio::test(start_paused = true)]
async fn a_host_that_hangs_keeps_no_other_shop_waiting() {
    let w = World::new(&[("https://cdn.example/large", 200, &large())]).await;
    let slow = (0..100).map(|_| Box::pin(w.photo("https://cdn.example/slow")));
    let mut slow: Vec<_> = slow.collect();
    let mut context = Context::from_waker(Waker::noop());
    for one in &mut slow {
        assert!(one.as_mut().poll(&mut context).is_pending());
    }
    let other = w.other_shop();
    let before = tokio::time::Instant::now();
    for _ in 0..6 {
        let photo = w.photos.photo("https://cdn.example/large", &other, None);
        assert!(photo.await.is_ok());
    }
    assert_eq!(before.elapsed(), std::time::Duration::ZERO);
    assert_eq!(w.photos.room.total(), 0);
    for late in slow {
        let late = late.await.unwrap_err();
        assert!(
            matches!(&late, PhotoError::Gone(why) if why.contains("in time")),
            "{late}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_is_slow_holds_no_more_than_its_own_shops_share() {
    let w = World::new(&[
        ("https://cdn.example/large", 200, &large()),
        ("https://cdn.example/small", 200, PNG),
    ])
    .await;
    let large = "https://cdn.example/large";
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(w.photo(large).await.unwrap());
    }
    let fetched = w.fetched.load(Ordering::Relaxed);
    let waits = w.photo(large).await;
    assert_eq!(
        waits,
        Err(PhotoError::Ours(busy())),
        "it is not the photo's fault"
    );
    assert_eq!(
        w.fetched.load(Ordering::Relaxed),
        fetched + 1,
        "nothing is fetched in vain again"
    );
    let other = w.other_shop();
    assert!(w.photos.photo(large, &other, None).await.is_ok());
    assert!(w.photo("https://cdn.example/small").await.is_ok());
    let (came, ()) = tokio::join!(w.photo(large), async {
        tokio::task::yield_now().await;
        held.pop();
    });
    assert!(came.is_ok(), "it waited for what was freed");
    drop((held, came));
    assert_eq!(w.photos.room.total(), 0);
}
