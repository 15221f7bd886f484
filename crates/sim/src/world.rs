//! A run: a time of trouble, then calm, in which everything must end.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use claimwire_model::delivery::{Attempt, Delivery};
use claimwire_model::replay::ReplayState;
use claimwire_model::webhook::WebhookStatus;
use claimwire_model::{DeliveryId, Shop, TargetNo, Webhook};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{Directory, Handed, Intake, Log, MemoryStore, PageRequest, Queue};
use tokio::runtime::Builder;
use uuid::Uuid;

use crate::chance::Chance;
use crate::clock::WallClock;
use crate::history::{Deed, Entry, History};
use crate::node::Node;
use crate::plan::{Clocks, DRIFT_PPM, Plan};
use crate::scene::Scene;
use crate::time::{Time, instant};
use crate::town::{Temper, Town};
use crate::weather::Weather;
use crate::writer::{self, Writer};

/// What a run left.
pub struct Remains {
    /// What the seed made.
    pub plan: Arc<Plan>,
    /// All that happened.
    pub entries: Vec<Entry>,
    /// All deliveries in the store, with their attempts.
    pub deliveries: BTreeMap<DeliveryId, (Delivery, Vec<Attempt>)>,
    /// What still waited when the time was over.
    pub waits: Option<String>,
}

/// Until a node is up again after the trouble, with everything that is due at once sent and recorded.
const SETTLE_MS: u64 = 900_000;
/// After everything has ended: whatever is still under way ends.
const LINGER_MS: u64 = 60_000;

/// Runs a plan.
#[must_use]
pub fn run(plan: Plan) -> Remains {
    let chance = Chance::new(plan.seed).fork();
    let time = Time::new(chance.fork());
    let runtime = Builder::new_current_thread()
        .on_thread_park({
            let time = Arc::clone(&time);
            move || time.advance()
        })
        .build();
    let plan = Arc::new(plan);
    match runtime {
        Ok(runtime) => runtime.block_on(live(plan, time, chance)),
        Err(_) => Remains {
            plan,
            entries: Vec::new(),
            deliveries: BTreeMap::new(),
            waits: None,
        },
    }
}

async fn live(plan: Arc<Plan>, time: Arc<Time>, chance: Chance) -> Remains {
    let store = Arc::new(MemoryStore::new());
    let doors: Vec<Arc<MemoryStore>> = std::iter::once(Arc::clone(&store))
        .chain((1..plan.nodes).map(|_| Arc::new(store.node())))
        .collect();
    if plan.shared {
        drop(store.node());
    }
    let scene = Arc::new(Scene {
        history: History::new(Arc::clone(&time)),
        weather: Weather::new(plan.odds.clone(), chance.fork()),
        time,
        store,
        ordered_replays: Mutex::default(),
    });
    let town = Town::new(chance.fork(), plan.longest_wait_s);
    let shops = settle(&plan, &scene, &town, &chance).await;
    let lives = Arc::new(AtomicUsize::new(0));
    let nodes: Vec<Arc<Node>> = doors
        .iter()
        .enumerate()
        .map(|(no, door)| {
            let drift = i64::try_from(chance.below(2 * DRIFT_PPM)).unwrap_or(0)
                - i64::try_from(DRIFT_PPM).unwrap_or(0);
            let drift = if plan.clocks == Clocks::Right {
                0
            } else {
                drift
            };
            Arc::new(Node {
                no,
                plan: Arc::clone(&plan),
                scene: Arc::clone(&scene),
                town: Arc::clone(&town),
                store: Arc::clone(door),
                wall: WallClock::new(Arc::clone(&scene.time), drift),
                chance: chance.fork(),
                lives: Arc::clone(&lives),
                api: Mutex::default(),
            })
        })
        .collect();
    for node in &nodes {
        tokio::spawn(Arc::clone(node).run());
    }
    let writer = |no| Writer {
        no,
        scene: Arc::clone(&scene),
        nodes: nodes.clone(),
        shops: shops.clone(),
        chance: chance.fork(),
    };
    let writers: Vec<_> = (0..plan.writers)
        .map(|no| tokio::spawn(writer(no).run(plan.deeds, plan.trouble_ms)))
        .collect();
    if let Some(every) = plan.store_restarts_every_ms {
        tokio::spawn(restarts(Arc::clone(&scene), chance.fork(), every));
    }

    scene.time.nap(plan.trouble_ms).await;
    scene.weather.calm();
    scene.history.note(Deed::Calm);
    for writer in writers {
        let _ = writer.await;
    }
    writer(plan.writers).switch_all_on().await;
    let waits = wait_for_the_end(&plan, &scene, &shops).await;
    scene.time.nap(LINGER_MS).await;

    for door in &doors {
        door.attach(Arc::new(Nobody));
    }
    Remains {
        deliveries: deliveries(&scene, &shops).await,
        entries: scene.history.take(),
        plan,
        waits,
    }
}

/// Shops, their webhooks and those who live at their URLs.
async fn settle(plan: &Plan, scene: &Scene, town: &Town, chance: &Chance) -> Vec<Arc<Shop>> {
    let mut shops = Vec::new();
    let now = instant(0);
    for n in 0..plan.shops {
        let new = NewShop {
            id: Uuid::from_u128(u128::from(n)),
            slug: format!("shop-{n}"),
            name: format!("Shop {n}"),
            notification_emails: Vec::new(),
        };
        let Ok(Once::Now(shop)) = scene.store.create_shop(new, now, None).await else {
            continue;
        };
        for k in 0..plan.webhooks {
            let url = format!("https://receiver-{k}.shop-{n}.example/hook");
            town.settle(&url, Temper::of(chance));
            let Some(webhook) = writer::webhook(chance, &shop, url, plan.longest_wait_s, now)
            else {
                continue;
            };
            if let Ok(Once::Now(webhook)) = scene.store.create_webhook(webhook, now, None).await {
                scene.history.note(Deed::Kept(webhook));
            }
        }
        shops.push(shop);
    }
    shops
}

/// The store restarts now and then.
async fn restarts(scene: Arc<Scene>, chance: Chance, every_ms: u64) {
    loop {
        scene.time.nap(chance.between(1, 2 * every_ms)).await;
        if scene.weather.is_calm() {
            return;
        }
        scene.history.note(Deed::Fault("restart", "store"));
        let down_ms = chance.between(100, 15_000);
        scene.weather.down_until(scene.time.now() + down_ms);
    }
}

/// Until nothing waits any more but what is held; what still does when the time is over.
async fn wait_for_the_end(plan: &Plan, scene: &Scene, shops: &[Arc<Shop>]) -> Option<String> {
    // Twice: a pause may begin while an attempt is still under way from the time of trouble.
    let until = scene.time.now() + SETTLE_MS + 2 * (plan.longest_wait_s * 1100 + plan.slack_ms());
    let mut pause = 1000;
    loop {
        let waits = what_waits(scene, shops).await?;
        if scene.time.now() > until {
            return Some(waits);
        }
        scene.time.nap(pause).await;
        pause = (pause * 3 / 2).min(600_000);
    }
}

async fn what_waits(scene: &Scene, shops: &[Arc<Shop>]) -> Option<String> {
    for shop in shops {
        for webhook in webhooks(scene, shop).await {
            let no = webhook.no.0;
            if webhook.status == WebhookStatus::Unverified && webhook.verification_due {
                return Some(format!("webhook {no} is owed a test event"));
            }
            if webhook.status != WebhookStatus::Active {
                continue;
            }
            if scene.store.pending(webhook.no).await != Ok(0) {
                return Some(format!("webhook {no} has deliveries that wait"));
            }
            if scene.history.owed_by_hand(webhook.no) > 0 {
                return Some(format!("webhook {no} is owed an attempt ordered by hand"));
            }
        }
    }
    let replays = scene.replays().clone();
    for (shop, replay) in replays {
        let now = scene.store.replay(shop, replay.id).await;
        if now.is_ok_and(|replay| replay.state == ReplayState::Running) {
            return Some("a replay goes on".to_owned());
        }
    }
    let under_way = scene.history.under_way();
    (under_way > 0).then(|| format!("{under_way} requests are under way"))
}

async fn webhooks(scene: &Scene, shop: &Shop) -> Vec<Arc<Webhook>> {
    let page = PageRequest {
        limit: 100,
        after: None,
    };
    let page = scene.store.webhooks(shop.no, page).await;
    page.map(|page| page.items).unwrap_or_default()
}

async fn deliveries(
    scene: &Scene,
    shops: &[Arc<Shop>],
) -> BTreeMap<DeliveryId, (Delivery, Vec<Attempt>)> {
    let now = instant(scene.time.now());
    let mut all = BTreeMap::new();
    for shop in shops {
        let mut page = PageRequest {
            limit: 100,
            after: None,
        };
        loop {
            let filter = DeliveryFilter::default();
            let Ok(part) = scene.store.deliveries(shop.no, filter, page, now).await else {
                break;
            };
            for delivery in part.items {
                if let Ok(whole) = scene.store.delivery(shop.no, delivery.id, now).await {
                    all.insert(delivery.id, whole);
                }
            }
            page.after = part.next;
            if page.after.is_none() {
                break;
            }
        }
    }
    all
}

/// Hears of nothing; lets go of the engines at the end.
struct Nobody;

impl Intake for Nobody {
    fn admit(&self, _: &Webhook) -> bool {
        false
    }
    fn withdraw(&self, _: TargetNo, _: usize) {}
    fn hand(&self, _: Vec<Handed>) {}
    fn wake(&self, _: &[TargetNo]) {}
    fn changed(&self, _: TargetNo, _: Option<Arc<Webhook>>) {}
}
