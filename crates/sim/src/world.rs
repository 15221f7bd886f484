//! A run: a time of trouble, then calm, in which everything must end.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use claimwire_model::delivery::{Attempt, Delivery};
use claimwire_model::replay::ReplayState;
use claimwire_model::target::TargetStatus;
use claimwire_model::{DeliveryId, Shop, Target, TargetNo};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{
    Directory, Handed, Intake, Log, MemoryStore, PageRequest, Queue, SharedMemoryStore,
};
use tokio::runtime::Builder;
use uuid::Uuid;

use crate::chance::Chance;
use crate::clock::WallClock;
use crate::context::{Context, Stores};
use crate::faults::Faults;
use crate::history::{Entry, History};
use crate::node::Node;
use crate::plan::{Clocks, DRIFT_PPM, Plan};
use crate::receivers::{Behaviour, Receivers};
use crate::time::{Time, instant};
use crate::trace::TraceEvent;
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
    let stores = if plan.shared {
        let time = Arc::clone(&time);
        Stores::Shared(SharedMemoryStore::hinting(move || instant(time.now())))
    } else {
        Stores::Alone(Arc::new(MemoryStore::new()))
    };
    let context = Arc::new(Context {
        history: History::new(Arc::clone(&time)),
        faults: Faults::new(plan.odds.clone(), chance.fork()),
        time,
        store: stores.handle(),
        stores,
        ordered_replays: Mutex::default(),
    });
    let receivers = Receivers::new(chance.fork(), plan.longest_wait_s);
    let shops = add(&plan, &context, &receivers, &chance).await;
    let processes = Arc::new(AtomicUsize::new(0));
    let nodes: Vec<Arc<Node>> = (0..plan.nodes)
        .map(|no| {
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
                context: Arc::clone(&context),
                receivers: Arc::clone(&receivers),
                wall: WallClock::new(Arc::clone(&context.time), drift),
                chance: chance.fork(),
                processes: Arc::clone(&processes),
                api: Mutex::default(),
            })
        })
        .collect();
    for node in &nodes {
        tokio::spawn(Arc::clone(node).run());
    }
    let writer = |no| Writer {
        no,
        context: Arc::clone(&context),
        nodes: nodes.clone(),
        shops: shops.clone(),
        chance: chance.fork(),
    };
    let writers: Vec<_> = (0..plan.writers)
        .map(|no| tokio::spawn(writer(no).run(plan.operations, plan.trouble_ms)))
        .collect();
    if let Some(every) = plan.store_restarts_every_ms {
        tokio::spawn(restarts(Arc::clone(&context), chance.fork(), every));
    }

    context.time.nap(plan.trouble_ms).await;
    context.faults.calm();
    context.history.note(TraceEvent::Calm);
    for writer in writers {
        let _ = writer.await;
    }
    writer(plan.writers).switch_all_on().await;
    let waits = wait_for_the_end(&plan, &context, &shops).await;
    context.time.nap(LINGER_MS).await;

    context.store.attach(Arc::new(Nobody));
    Remains {
        deliveries: deliveries(&context, &shops).await,
        entries: context.history.take(),
        plan,
        waits,
    }
}

/// Shops, their webhooks and those who live at their URLs.
async fn add(
    plan: &Plan,
    context: &Context,
    receivers: &Receivers,
    chance: &Chance,
) -> Vec<Arc<Shop>> {
    let mut shops = Vec::new();
    let now = instant(0);
    for n in 0..plan.shops {
        let new = NewShop {
            id: Uuid::from_u128(u128::from(n)),
            slug: format!("shop-{n}"),
            name: format!("Shop {n}"),
            notification_emails: Vec::new(),
        };
        let Ok(Once::Now(shop)) = context.store.create_shop(new, now, None).await else {
            continue;
        };
        for k in 0..plan.webhooks {
            let url = format!("https://receiver-{k}.shop-{n}.example/hook");
            receivers.add(&url, Behaviour::of(chance));
            let made = writer::webhook(chance, &shop, url.clone(), plan.longest_wait_s, now);
            let made = made.and_then(|webhook| {
                if chance.percent(plan.connectors_percent) {
                    writer::connected(webhook, &url)
                } else {
                    Some(webhook)
                }
            });
            let Some(webhook) = made else {
                continue;
            };
            if let Ok(Once::Now(webhook)) = context.store.create_target(webhook, now, None).await {
                context.history.note(TraceEvent::Kept(webhook));
            }
        }
        shops.push(shop);
    }
    shops
}

/// The store restarts now and then.
async fn restarts(context: Arc<Context>, chance: Chance, every_ms: u64) {
    loop {
        context.time.nap(chance.between(1, 2 * every_ms)).await;
        if context.faults.is_calm() {
            return;
        }
        context.history.note(TraceEvent::Fault("restart", "store"));
        let down_ms = chance.between(100, 15_000);
        context.faults.down_until(context.time.now() + down_ms);
    }
}

/// Until nothing waits any more but what is held; what still does when the time is over.
async fn wait_for_the_end(plan: &Plan, context: &Context, shops: &[Arc<Shop>]) -> Option<String> {
    // Twice: a pause may begin while an attempt is still under way from the time of trouble.
    let until = context.time.now() + SETTLE_MS + 2 * (plan.longest_wait_s * 1100 + plan.slack_ms());
    let mut pause = 1000;
    loop {
        let waits = what_waits(context, shops).await?;
        if context.time.now() > until {
            return Some(waits);
        }
        context.time.nap(pause).await;
        pause = (pause * 3 / 2).min(600_000);
    }
}

async fn what_waits(context: &Context, shops: &[Arc<Shop>]) -> Option<String> {
    for shop in shops {
        for webhook in context.targets(shop.no).await {
            let no = webhook.no.0;
            if webhook.status == TargetStatus::Unverified && webhook.owes_test() {
                return Some(format!("webhook {no} is owed a test event"));
            }
            if webhook.status != TargetStatus::Active {
                continue;
            }
            if context.store.pending(webhook.no).await != Ok(0) {
                return Some(format!("webhook {no} has deliveries that wait"));
            }
            if context.history.owed_by_hand(webhook.no) > 0 {
                return Some(format!("webhook {no} is owed an attempt ordered by hand"));
            }
        }
    }
    let replays = context.replays().clone();
    for (shop, replay) in replays {
        let now = context.store.replay(shop, replay.id).await;
        if now.is_ok_and(|replay| replay.state == ReplayState::Running) {
            return Some("a replay goes on".to_owned());
        }
    }
    let under_way = context.history.under_way();
    (under_way > 0).then(|| format!("{under_way} requests are under way"))
}

async fn deliveries(
    context: &Context,
    shops: &[Arc<Shop>],
) -> BTreeMap<DeliveryId, (Delivery, Vec<Attempt>)> {
    let now = instant(context.time.now());
    let mut all = BTreeMap::new();
    for shop in shops {
        let mut page = PageRequest::first(100);
        loop {
            let filter = DeliveryFilter::default();
            let Ok(part) = context.store.deliveries(shop.no, filter, page, now).await else {
                break;
            };
            for delivery in part.items {
                if let Ok(whole) = context.store.delivery(shop.no, delivery.id, now).await {
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

/// An intake that ignores everything; it replaces the engines' at the end.
struct Nobody;

impl Intake for Nobody {
    fn admit(&self, _: &Target) -> bool {
        false
    }
    fn withdraw(&self, _: TargetNo, _: usize) {}
    fn hand(&self, _: Vec<Handed>) {}
    fn wake(&self, _: &[TargetNo]) {}
    fn offer(&self, _: &[DeliveryId]) {}
    fn changed(&self, _: TargetNo, _: Option<Arc<Target>>) {}
}
