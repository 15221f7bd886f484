//! What a run keeps of its claim: whoever comes later finds it, in whatever order they were taken.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_engine::Limits;
use claimwire_model::connector::performer;
use claimwire_model::delivery::{DeliveryStatus, SavedState};
use claimwire_model::target::Ordering;
use claimwire_model::verdict::Ending;
use claimwire_model::{Shop, Target};
use claimwire_store::Queue as _;
use claimwire_wire::driver::{
    Call, Driver, Drivers, End, Input, Last, Photo, PhotoError, Photos, Step,
};
use claimwire_wire::send::{
    Answer, Method, RESPONSE_BODY_READ, Request, SendError, SendErrorKind, Sender,
};

use uuid::Uuid;

use crate::world::World;
use crate::world::helpdesk::{VENDOR, connector};

/// Creates a ticket where the claim has none, uploads its photo, and puts a note on it.
struct Ticketing;

fn call(name: &'static str, body: Bytes) -> Step {
    Step::Send(Call {
        name: Some(name.into()),
        request: Request {
            method: Method::Post,
            url: format!("https://helpdesk.example/{name}"),
            headers: claimwire_model::Headers::default(),
            body,
            timeout: Duration::from_secs(30),
            egress: None,
            answer_limit: RESPONSE_BODY_READ,
            answer_room: None,
            shop: claimwire_model::ShopNo(1),
        },
    })
}

impl Driver for Ticketing {
    fn step(&self, input: &Input<'_>) -> Step {
        match (input.ticket, input.called, input.last) {
            (None, None, Last::Nothing) => call("create", Bytes::new()),
            (None, Some("create"), Last::Answer(answer)) => {
                Step::Ticket(SavedState(answer.body.as_ref().into()))
            }
            (Some(_), None, Last::Nothing) => Step::Photo("https://cdn.example/1.png".to_owned()),
            (Some(_), None, Last::Photo(photo)) => call("note", photo.bytes.clone()),
            (Some(_), None, Last::NoPhoto(reason)) => {
                call("note", Bytes::copy_from_slice(reason.as_bytes()))
            }
            (Some(_), Some("note"), Last::Answer(Answer { status: 200, .. })) => {
                Step::End(End::DELIVERED)
            }
            (_, called, last) => Step::End(End::not(
                Ending::FAILED,
                "unexpected",
                format!("{called:?} {last:?}"),
            )),
        }
    }

    fn hides(&self, _: &Target, _: &str) -> bool {
        false
    }
}

/// The vendor, and where the photos are.
#[derive(Default)]
struct Vendor {
    /// What came, and with which body.
    calls: Mutex<Vec<(String, String)>>,
    /// What becomes of the photos that are asked for next.
    photos: Mutex<Vec<Result<&'static str, PhotoError>>>,
    /// The status that the next note gets.
    fails: Mutex<Option<u16>>,
}

impl Vendor {
    fn calls(&self) -> Vec<(String, String)> {
        self.calls.lock().unwrap().clone()
    }
}

#[async_trait]
impl Sender for Vendor {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        let name = request.url.rsplit('/').next().unwrap().to_owned();
        let body = String::from_utf8(request.body.to_vec()).unwrap();
        let mut calls = self.calls.lock().unwrap();
        calls.push((name.clone(), body));
        let failing = self.fails.lock().unwrap().take_if(|_| name == "note");
        Ok(Answer {
            status: failing.unwrap_or(200),
            headers: claimwire_model::Headers::default(),
            body: format!("T{}", calls.len()).into_bytes().into(),
        })
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        Ok(url.to_owned())
    }
}

#[async_trait]
impl Photos for Vendor {
    async fn photo(&self, url: &str, _: &Shop, _: Option<&str>) -> Result<Photo, PhotoError> {
        assert_eq!(url, "https://cdn.example/1.png");
        let next = self.photos.lock().unwrap().pop();
        next.unwrap_or(Ok("photo")).map(|bytes| Photo {
            content_type: "image/png",
            bytes: Bytes::from_static(bytes.as_bytes()),
        })
    }
}

struct Desk {
    world: World,
    target: Arc<Target>,
    vendor: Arc<Vendor>,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let of_claims = |target: &mut Target| {
            connector(target);
            target.ordering = Ordering::Subject;
        };
        Self {
            target: world.webhook("", of_claims).await,
            vendor: Arc::default(),
            world,
        }
    }

    fn engine(&self) -> claimwire_engine::Engine {
        let hour = Duration::from_secs(3600);
        let limits = Limits {
            replay_every: hour,
            prune_every: hour,
            ..Limits::default()
        };
        let drivers = Drivers::default().with(VENDOR, Arc::new(Ticketing));
        self.world
            .engine_with_photos(self.vendor.clone(), drivers, self.vendor.clone(), limits)
    }

    async fn ticket(&self, claim: &str) -> Option<SavedState> {
        let store = &self.world.store;
        store
            .ticket(self.target.no, claim.to_owned())
            .await
            .unwrap()
    }
}

fn called(calls: &[(&str, &str)]) -> Vec<(String, String)> {
    let calls = calls.iter();
    calls
        .map(|(name, body)| ((*name).to_owned(), (*body).to_owned()))
        .collect()
}

#[tokio::test]
async fn events_of_one_claim_that_are_taken_together_make_one_ticket() {
    let desk = Desk::new().await;
    for claim in ["c1", "c1", "c1"] {
        desk.world.event(claim).await;
    }
    let _engine = desk.engine();
    desk.world.settle().await;
    let note = ("note", "photo");
    assert_eq!(
        desk.vendor.calls(),
        called(&[("create", ""), note, note, note])
    );
    assert_eq!(desk.ticket("c1").await, Some(SavedState(b"T1"[..].into())));
    desk.world.event("c2").await;
    desk.world.settle().await;
    assert_eq!(desk.vendor.calls()[4..], called(&[("create", ""), note]));
    let deliveries = desk.world.deliveries(&desk.target).await;
    assert_eq!(deliveries.len(), 4);
    for delivery in deliveries {
        assert_eq!(delivery.status, DeliveryStatus::Delivered);
    }
}

#[tokio::test]
async fn a_ticket_stays_when_its_run_fails_after_it() {
    let desk = Desk::new().await;
    *desk.vendor.fails.lock().unwrap() = Some(500);
    desk.world.event("c1").await;
    let _engine = desk.engine();
    desk.world.settle().await;
    assert_eq!(
        desk.vendor.calls(),
        called(&[("create", ""), ("note", "photo")])
    );
    desk.world.pass(Duration::from_secs(3600)).await;
    assert_eq!(desk.vendor.calls()[2..], called(&[("note", "photo")]));
    let deliveries = desk.world.deliveries(&desk.target).await;
    assert_eq!(deliveries[0].status, DeliveryStatus::Delivered);
    assert_eq!(deliveries[0].attempt_count, 3);
}

#[tokio::test]
async fn a_photo_that_cannot_be_had_is_told_and_trouble_of_ours_is_not() {
    let desk = Desk::new().await;
    let ours = SendError {
        kind: SendErrorKind::LocalPorts,
        detail: "scripted".to_owned(),
    };
    *desk.vendor.photos.lock().unwrap() = vec![
        Err(PhotoError::Gone("it is not there".to_owned())),
        Err(PhotoError::Ours(ours)),
    ];
    desk.world.event("c1").await;
    let _engine = desk.engine();
    desk.world.settle().await;
    assert_eq!(desk.vendor.calls(), called(&[("create", "")]));
    desk.world.pass(Duration::from_secs(120)).await;
    assert_eq!(
        desk.vendor.calls()[1..],
        called(&[("note", "it is not there")])
    );
    let delivery = &desk.world.deliveries(&desk.target).await[0];
    assert_eq!(delivery.status, DeliveryStatus::Delivered);
    let attempts = desk.world.attempts(delivery).await;
    let steps: Vec<_> = attempts.iter().filter_map(|a| a.step.as_deref()).collect();
    assert_eq!(steps, ["create", "note"], "a photo is no attempt");
}

#[tokio::test]
async fn a_change_that_came_from_the_vendor_is_not_sent_back() {
    let desk = Desk::new().await;
    let _engine = desk.engine();
    for (by, calls) in [(desk.target.uuid, 0), (Uuid::new_v4(), 2)] {
        let by = performer(by, "Helpdesk".to_owned());
        desk.world.event_by(&*desk.world.store, "c1", by).await;
        desk.world.settle().await;
        assert_eq!(desk.vendor.calls().len(), calls);
        let delivery = desk.world.deliveries(&desk.target).await.remove(0);
        assert_eq!(delivery.status, DeliveryStatus::Delivered);
        let attempts = desk.world.attempts(&delivery).await;
        let told = attempts[0].error.as_deref();
        assert_eq!(told, (calls == 0).then_some("own_change"));
    }
}
