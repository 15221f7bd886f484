//! A run, put in order for the checks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use claimwire_model::lease::Lease;
use claimwire_model::target::TargetKind;
use claimwire_model::webhook::Ack;
use claimwire_model::{DeliveryId, Event, EventNo, ShopNo, Target, TargetNo, Timestamp};
use claimwire_store::Handed;
use claimwire_store::queue::Outcome;
use claimwire_wire::send::Request;

use crate::bulk::{Named, members};
use crate::history::Entry;
use crate::plan::Clocks;
use crate::process::ProcessNo;
use crate::trace::{RequestNo, TraceEvent};
use crate::vendor::{LOOK_AGAIN, STEP_HEADER, STEPS, url};
use crate::world::Remains;

/// An event that was committed.
pub struct KnownEvent {
    /// The event.
    pub event: Arc<Event>,
    /// Whose.
    pub shop: ShopNo,
    /// Whom it concerns.
    pub matched: Vec<TargetNo>,
}

/// The end of a request, as its node learnt it.
#[derive(Debug, Clone, Copy)]
pub struct End {
    /// When, in true milliseconds.
    pub at: u64,
    /// The status, none without an answer.
    pub status: Option<u16>,
    /// Until when the receiver wants quiet.
    pub quiet_until: Option<u64>,
}

/// A request, as it concerns one delivery.
#[derive(Clone)]
pub struct SentRequest<'a> {
    /// Its place among the entries.
    pub place: usize,
    /// When, in true milliseconds.
    pub at: u64,
    /// When it is with the receiver.
    pub arrives: u64,
    /// When the receiver is done, or the sender dead.
    pub ends: u64,
    /// Who sent it.
    pub process: ProcessNo,
    /// What that node took for the time.
    pub told: Timestamp,
    /// The request.
    pub request: &'a Request,
    /// What of it is this delivery's, where it is for several.
    member: Option<Named>,
    /// Its other deliveries.
    others: Vec<Member<'a>>,
    /// To whom.
    pub target: TargetNo,
    /// Of which delivery; none: a test event.
    pub delivery: Option<DeliveryId>,
    in_hand: Option<InHand<'a>>,
    /// Under which grant: its place, and what was granted.
    pub grant: Option<(usize, &'a Handed)>,
    /// When the lease ends, renewed by each save, as the node knows it.
    pub expires: Option<Timestamp>,
    /// So many requests of its run are on record.
    pub step: u32,
    /// What came of it.
    pub end: Option<End>,
    /// Its node broke it off.
    pub cut_off: bool,
}

impl<'a> SentRequest<'a> {
    /// A header of the request, as it would be if the delivery went alone.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        match (&self.member, name) {
            (Some(member), "claimwire-attempt") => Some(&member.attempt),
            (Some(member), "claimwire-event-id") => Some(&member.event),
            _ => self.request.headers.get(name),
        }
    }

    /// Whether it is for several deliveries.
    #[must_use]
    pub fn is_batch(&self) -> bool {
        self.member.is_some()
    }

    /// What the delivery's event is told with.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        match &self.member {
            Some(member) => &member.part,
            None => &self.request.body,
        }
    }

    fn held(&mut self, in_hand: Option<InHand<'a>>) {
        self.in_hand = in_hand;
        self.grant = in_hand.map(|hand| (hand.place, hand.handed));
        self.expires = in_hand.map(|hand| hand.expires);
        self.step = in_hand.map_or(0, |hand| hand.step);
    }

    /// Which step of a connector's run it is, by its place among them.
    #[must_use]
    pub fn step_no(&self) -> Option<usize> {
        let name = self.header(STEP_HEADER)?;
        STEPS.iter().position(|step| *step == name)
    }

    /// Whether it is this step of a connector's run.
    #[must_use]
    pub fn is_step(&self, step: &str) -> bool {
        self.header(STEP_HEADER) == Some(step)
    }

    /// Whether a successful answer is not the end of its run.
    #[must_use]
    pub fn goes_on(&self, end: &End) -> bool {
        let last = STEPS.len() - 1;
        let step = self.step_no().is_some_and(|step| step < last) || self.is_step(LOOK_AGAIN);
        step && end.status.is_some_and(|status| status / 100 == 2)
    }

    /// Whether someone ordered it by hand.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        self.grant.is_some_and(|(_, handed)| handed.manual)
    }
}

/// A delivery of a request, but the first.
#[derive(Clone)]
struct Member<'a> {
    named: Named,
    in_hand: Option<InHand<'a>>,
}

/// What a process has in hand.
#[derive(Clone, Copy)]
struct InHand<'a> {
    place: usize,
    handed: &'a Handed,
    lease: Lease,
    expires: Timestamp,
    step: u32,
}

type Grants<'a> = BTreeMap<(ProcessNo, DeliveryId), InHand<'a>>;

/// A run, put in order.
pub struct Case<'a> {
    /// What the run left.
    pub remains: &'a Remains,
    /// All events.
    pub events: BTreeMap<EventNo, KnownEvent>,
    /// All requests, by their number, each as it concerns the first of its deliveries.
    pub requests: Vec<SentRequest<'a>>,
    /// All requests in order, once for each of their deliveries.
    pub attempts: Vec<SentRequest<'a>>,
    /// Every webhook as it was first, and as it is last.
    pub webhooks: BTreeMap<TargetNo, (Arc<Target>, Arc<Target>)>,
    /// Webhooks that are gone.
    pub deleted: Vec<TargetNo>,
    /// When each process was over: place and true milliseconds.
    pub crashes: BTreeMap<ProcessNo, (usize, u64)>,
    /// Deliveries of which two requests began, or two leases end, at the same time by a clock that was set
    /// back between them: nothing tells their records apart.
    pub alike: BTreeSet<DeliveryId>,
    /// Which processes stood still, from when until when.
    frozen: Vec<(ProcessNo, u64, u64)>,
    /// By process, delivery and lease: there is one request of a delivery under one lease. Its place in `attempts`.
    started: BTreeMap<(ProcessNo, DeliveryId, Lease), usize>,
}

impl<'a> Case<'a> {
    /// Puts a run in order.
    #[must_use]
    pub fn of(remains: &'a Remains) -> Self {
        let mut case = Self {
            remains,
            events: BTreeMap::new(),
            requests: Vec::new(),
            attempts: Vec::new(),
            webhooks: BTreeMap::new(),
            deleted: Vec::new(),
            crashes: BTreeMap::new(),
            alike: BTreeSet::new(),
            frozen: Vec::new(),
            started: BTreeMap::new(),
        };
        let mut grants = Grants::new();
        let mut leases = BTreeSet::new();
        let mut urls: BTreeMap<String, TargetNo> = BTreeMap::new();
        for (place, entry) in remains.entries.iter().enumerate() {
            match &entry.event {
                TraceEvent::Kept(webhook) => {
                    urls.insert(url(webhook), webhook.no);
                    let first = Arc::clone(webhook);
                    let kept = case.webhooks.entry(webhook.no);
                    kept.or_insert_with(|| (first, Arc::clone(webhook))).1 = Arc::clone(webhook);
                }
                TraceEvent::Deleted(target) => case.deleted.push(*target),
                TraceEvent::Crashed(process) => {
                    case.crashes.insert(*process, (place, entry.at));
                }
                TraceEvent::Granted {
                    process, handed, ..
                } => {
                    let set_back = remains.plan.clocks == Clocks::Wrong;
                    if !leases.insert((handed.id, handed.lease)) && set_back {
                        case.alike.insert(handed.id);
                    }
                    let in_hand = InHand {
                        place,
                        handed,
                        lease: handed.lease,
                        expires: handed.expires,
                        step: 0,
                    };
                    grants.insert((*process, handed.id), in_hand);
                }
                TraceEvent::Saved {
                    process,
                    saved,
                    renewed,
                    expires,
                } => {
                    let in_hand = grants.get_mut(&(*process, saved.id));
                    // The same again: its answer was lost.
                    if let Some(in_hand) = in_hand.filter(|hand| hand.lease == saved.lease) {
                        in_hand.lease = *renewed;
                        in_hand.expires = if remains.plan.shared {
                            *expires
                        } else {
                            renewed.until
                        };
                        in_hand.step += u32::from(saved.attempt.is_some());
                    }
                    let set_back = remains.plan.clocks == Clocks::Wrong;
                    if saved.lease == *renewed && set_back {
                        case.alike.insert(saved.id);
                    }
                }
                TraceEvent::Committed {
                    event,
                    shop,
                    matched,
                    ..
                } => {
                    let known = || KnownEvent {
                        event: Arc::clone(event),
                        shop: *shop,
                        matched: matched.clone(),
                    };
                    case.events.entry(event.no).or_insert_with(known);
                }
                TraceEvent::CutOff(request_no) => {
                    if let Some(sent) = case.requests.get_mut(*request_no) {
                        sent.ends = sent.ends.min(entry.at);
                        sent.cut_off = true;
                    }
                }
                TraceEvent::Frozen(process, until) => {
                    case.frozen.push((*process, entry.at, *until));
                }
                TraceEvent::Started { .. } => case.start(place, entry, &urls, &grants),
                TraceEvent::Ended {
                    request_no,
                    status,
                    quiet_until,
                } => {
                    if let Some(sent) = case.requests.get_mut(*request_no) {
                        sent.end = Some(End {
                            at: entry.at,
                            status: *status,
                            quiet_until: *quiet_until,
                        });
                    }
                }
                _ => {}
            }
        }
        for sent in &mut case.requests {
            if let Some((_, at)) = case.crashes.get(&sent.process) {
                sent.ends = sent.ends.min(*at);
            }
        }
        case.part();
        let mut began = BTreeSet::new();
        for sent in &case.attempts {
            if let Some(id) = sent.delivery.filter(|id| !began.insert((*id, sent.told))) {
                case.alike.insert(id);
            }
        }
        case
    }

    /// Parts the requests into attempts.
    fn part(&mut self) {
        for sent in &self.requests {
            let others = sent.others.iter().map(Some);
            for other in std::iter::once(None).chain(others) {
                let mut attempt = sent.clone();
                attempt.others = Vec::new();
                if let Some(other) = other {
                    attempt.delivery = Some(other.named.id);
                    attempt.member = Some(other.named.clone());
                    attempt.held(other.in_hand);
                }
                if let (Some(id), Some(in_hand)) = (attempt.delivery, attempt.in_hand) {
                    let key = (attempt.process, id, in_hand.lease);
                    self.started.insert(key, self.attempts.len());
                }
                self.attempts.push(attempt);
            }
        }
    }

    /// A request, as it concerns each of its deliveries.
    pub fn attempts_of(&self, request_no: RequestNo) -> impl Iterator<Item = &SentRequest<'a>> {
        let place = self.requests.get(request_no).map(|sent| sent.place);
        let from = self
            .attempts
            .partition_point(|sent| Some(sent.place) < place);
        let attempts = self.attempts.get(from..).unwrap_or_default();
        attempts
            .iter()
            .take_while(move |sent| Some(sent.place) == place)
    }

    fn start(
        &mut self,
        place: usize,
        entry: &'a Entry,
        urls: &BTreeMap<String, TargetNo>,
        grants: &Grants<'a>,
    ) {
        let TraceEvent::Started {
            process,
            told,
            arrives,
            ends,
            request,
            ..
        } = &entry.event
        else {
            return;
        };
        let mut made = SentRequest {
            place,
            at: entry.at,
            arrives: *arrives,
            ends: *ends,
            process: *process,
            told: *told,
            request,
            target: urls
                .get(request.url.as_str())
                .copied()
                .unwrap_or(TargetNo(0)),
            member: None,
            others: Vec::new(),
            delivery: None,
            in_hand: None,
            grant: None,
            expires: None,
            step: 0,
            end: None,
            cut_off: false,
        };
        let in_hand = |id: &DeliveryId| grants.get(&(*process, *id)).copied();
        let mut members = members(request).into_iter();
        made.member = members.next();
        made.others = members
            .map(|named| Member {
                in_hand: in_hand(&named.id),
                named,
            })
            .collect();
        let alone = made.header("claimwire-delivery-id");
        let alone = alone.and_then(|id| id.parse().ok());
        made.delivery = made.member.as_ref().map(|member| member.id).or(alone);
        made.held(made.delivery.as_ref().and_then(in_hand));
        self.requests.push(made);
    }

    /// The request that a recorded attempt was; none: nothing was sent.
    #[must_use]
    pub fn request_of(&self, process: ProcessNo, outcome: &Outcome) -> Option<&SentRequest<'a>> {
        let place = self.started.get(&(process, outcome.id, outcome.lease))?;
        self.attempts.get(*place)
    }

    /// Whether a process stands still at this time: what it has under way it can not break off.
    #[must_use]
    pub fn is_frozen(&self, process: ProcessNo, at: u64) -> bool {
        let mut frozen = self.frozen.iter();
        frozen.any(|(of, from, until)| *of == process && *from <= at && at <= *until)
    }

    /// Whether a process stood still within this time before: what it sent then may be later than it knew.
    #[must_use]
    pub fn was_frozen(&self, process: ProcessNo, at: u64, within_ms: u64) -> bool {
        let mut frozen = self.frozen.iter();
        frozen.any(|(of, from, until)| *of == process && *from <= at && at <= *until + within_ms)
    }

    /// A webhook as it was first. What a check needs of it and may change is not in there.
    #[must_use]
    pub fn webhook(&self, target: TargetNo) -> Option<&Target> {
        self.webhooks.get(&target).map(|(first, _)| &**first)
    }

    /// Whether an end of a request is an acknowledgement of its delivery.
    #[must_use]
    pub fn acknowledged(&self, sent: &SentRequest<'_>, end: &End) -> bool {
        let ack = match self.webhook(sent.target).map(|target| &target.kind) {
            Some(TargetKind::Webhook(webhook)) => webhook.ack,
            Some(TargetKind::Connector(_)) if sent.goes_on(end) => return false,
            Some(TargetKind::Connector(_)) => Ack::Any2xx,
            None => return false,
        };
        match (ack, end.status) {
            (Ack::Any2xx, Some(200..=299)) => true,
            (Ack::Exactly200, status) => status == Some(200),
            _ => false,
        }
    }
}
