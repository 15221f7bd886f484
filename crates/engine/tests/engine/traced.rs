//! Attempts are followed by spans under the change that made the event, and receivers are told of it if they are to be.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use claimwire_model::retry::RetryPolicy;
use claimwire_model::trace::SampleRatio;
use claimwire_model::{PerformedBy, TraceContext};
use claimwire_testkit::Reply;
use claimwire_wire::trace::{Span, SpanKind, SpanSink, Traces, Value};

use crate::world::World;
use crate::world::marketing::{Came, Marketing, Shape, VENDORS};
use crate::world::sender::Reply as Answers;

const CHANGE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const URL: &str = "https://receiver.example/hook";

#[derive(Debug, Default)]
struct Kept {
    spans: Mutex<Vec<Span>>,
    made: Mutex<u128>,
}

impl SpanSink for Kept {
    fn now(&self) -> u64 {
        1
    }

    fn random(&self) -> [u8; 16] {
        let mut made = self.made.lock().unwrap();
        *made += 1;
        made.to_be_bytes()
    }

    fn record(&self, span: Span) {
        self.spans.lock().unwrap().push(span);
    }
}

fn change(traceparent: &str) -> PerformedBy {
    PerformedBy {
        trace: TraceContext::parse(traceparent),
        ..PerformedBy::default()
    }
}

async fn world(sends: bool) -> (World, Arc<Kept>) {
    let kept = Arc::new(Kept::default());
    let mut world = World::new().await;
    world.traces = Some(Traces {
        sink: kept.clone(),
        ratio: SampleRatio::NONE,
        records: true,
        sends,
    });
    (world, kept)
}

#[tokio::test]
async fn every_attempt_is_a_span_of_the_change_however_late_it_is() {
    let (world, kept) = world(true).await;
    world.sender.script(|seen| match seen.attempt {
        1 => Answers::Status(503),
        _ => Answers::Status(200),
    });
    world
        .webhook(URL, |webhook| {
            webhook.retry = RetryPolicy {
                delays: vec![Duration::from_secs(3600)],
                ..webhook.retry.clone()
            };
        })
        .await;
    // Its deliveries are in the store alone while no engine is there.
    world.event_by(&*world.store, "c1", change(CHANGE)).await;
    let _engine = world.engine();
    world.pass(Duration::from_secs(3 * 3600)).await;

    let seen = world.sender.seen();
    let told: Vec<_> = seen
        .iter()
        .map(|seen| TraceContext::parse(&seen.traceparent).unwrap())
        .collect();
    let spans = kept.spans.lock().unwrap();
    let change = TraceContext::parse(CHANGE).unwrap();
    let [first_call, first, second_call, second] = &spans[..] else {
        panic!("{spans:?}")
    };
    for ((run, call), told) in [(first, first_call), (second, second_call)]
        .iter()
        .zip(&told)
    {
        assert_eq!(run.context.trace_id, change.trace_id);
        assert_eq!(run.parent, Some(change.span_id));
        assert_eq!(call.parent, Some(run.context.span_id));
        assert_eq!(call.kind, SpanKind::Client);
        assert_eq!(call.context, *told);
    }
    let outcome = |span: &Span| {
        let mut attributes = span.attributes.iter();
        let found = attributes.find(|(name, _)| *name == "claimwire.outcome");
        found.map(|(_, value)| value.clone())
    };
    assert_eq!(outcome(first), Some(Value::from("retry")));
    assert_eq!(first_call.error.as_deref(), Some("503"));
    assert_eq!(first.error.as_deref(), Some("status_503"));
    assert_eq!(outcome(second), Some(Value::from("delivered")));
    assert_eq!((&second.error, &second_call.error), (&None, &None));
}

#[tokio::test]
async fn receivers_are_told_of_no_trace_unless_that_is_asked_for() {
    let (world, kept) = world(false).await;
    world.webhook(URL, |_| {}).await;
    let _engine = world.engine();
    world.event_by(&*world.store, "c1", change(CHANGE)).await;
    world.event("c2").await;
    world.pass(Duration::from_secs(60)).await;
    let seen = world.sender.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|seen| seen.traceparent.is_empty()));
    // The other event belongs to no trace.
    assert_eq!(kept.spans.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_header_of_the_webhook_s_own_is_left_as_it_is() {
    let (world, _) = world(true).await;
    world
        .webhook(URL, |webhook| {
            let headers = &mut webhook.webhook_mut().unwrap().headers;
            headers.insert("Traceparent".to_owned(), "mine".to_owned());
        })
        .await;
    let _engine = world.engine();
    world.event_by(&*world.store, "c1", change(CHANGE)).await;
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.sender.seen()[0].traceparent, "mine");
}

#[tokio::test]
async fn a_call_for_several_is_a_span_of_the_first_and_linked_to_by_the_others() {
    let (mut world, vendor) = (World::new().await, VENDORS[0]);
    let kept = Arc::new(Kept::default());
    world.traces = Some(Traces {
        sink: kept.clone(),
        ratio: SampleRatio::NONE,
        records: true,
        sends: false,
    });
    let marketing = Marketing::new(&world, vendor, Shape::Batches).await;
    marketing.fails_once(vendor.together, || Came::Reply(Reply::status(413)));
    let changes: Vec<TraceContext> = (0..100_u8)
        .map(|n| TraceContext {
            trace_id: [n + 1; 16],
            span_id: [n + 1; 8],
            // Of every second nothing is recorded.
            sampled: n % 2 == 1,
        })
        .collect();
    let emails: Vec<String> = (0..100).map(|n| format!("c{n}@example.com")).collect();
    marketing
        .events_by(&world, &emails, |n| PerformedBy {
            trace: Some(changes[n]),
            ..PerformedBy::default()
        })
        .await;
    let _engine = marketing.engine(&world);
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(marketing.taken(), 100);

    let spans = kept.spans.lock().unwrap();
    let calls = spans.iter().filter(|span| span.kind == SpanKind::Client);
    let calls: Vec<_> = calls.filter(|span| span.name == "POST events").collect();
    assert!(
        calls.len() >= 2,
        "refused together, then in parts: {spans:?}"
    );
    assert_eq!(calls[0].error.as_deref(), Some("413"));
    let runs: Vec<_> = spans.iter().filter(|span| span.name == "attempt").collect();
    for run in &runs {
        let id = run.context.trace_id[0];
        let change = changes[usize::from(id) - 1];
        assert!(change.sampled, "{run:?}");
        assert_eq!(run.parent, Some(change.span_id));
        // Its own call, or one that it is linked to.
        let below = spans
            .iter()
            .any(|span| span.parent == Some(run.context.span_id));
        let linked = calls.iter().any(|call| run.links == [call.context]);
        assert!(below != linked, "{run:?}");
    }
    let outcome = |word: &'static str| {
        let outcome = ("claimwire.outcome", Value::from(word));
        let with = runs.iter().filter(|run| run.attributes.contains(&outcome));
        with.count()
    };
    assert_eq!(outcome("delivered"), 50, "each change that is followed");
    assert!(outcome("told_apart") > 10, "{}", outcome("told_apart"));
    assert_eq!(runs.len(), outcome("delivered") + outcome("told_apart"));
}
