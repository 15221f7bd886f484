//! What is told of requests that no route of the API answers: pages, nodes without the API, and what is refused before it is
//! routed. Each has an id and a line of the access log; a page's trace is followed as a route's is.

use std::sync::{Arc, Mutex};

use axum::routing::get;
use axum::{Extension, Router};
use claimwire_actions::{Asking, Caller, Editor};
use claimwire_http::Served;
use claimwire_http::problem::{Problem, kinds};
use claimwire_model::trace::SampleRatio;
use claimwire_wire::trace::{Span, SpanSink, Traces};
use http::Request;

use crate::common::{AccessLog, Answer, Call, World};

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

async fn get_of(served: &Served, path: &str) -> Answer {
    Call::new(served, "GET", path)
        .header("X-Request-Id", "mine-1")
        .header("traceparent", CALLER)
        .send()
        .await
}

/// The one line of the access log since the last time.
fn line(log: &AccessLog) -> [String; 4] {
    let mut lines = log.0.lock().unwrap();
    let [line] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    let told = ["request_id", "route", "status", "shop"];
    let told = told.map(|name| line.get(name).cloned().unwrap_or_default());
    lines.clear();
    told.map(|text| text.trim_matches('"').to_owned())
}

#[tokio::test]
async fn a_node_without_the_api_tells_of_its_requests() {
    let world = World::new().await;
    let page = Router::new().route("/portal/{page}", get(async || "a page"));
    let node = world.without_api(page);
    let log = AccessLog::default();
    let _logged = log.listen();
    for (path, status, route) in [
        ("/healthz", 200, "/healthz"),
        ("/metrics", 200, "/metrics"),
        ("/portal/x", 200, "/portal/{page}"),
        ("/v1/shops", 503, "unmatched"),
    ] {
        let answer = get_of(&node, path).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("x-request-id"), Some("mine-1"), "{path}");
        let status = status.to_string();
        assert_eq!(
            line(&log),
            ["mine-1", route, &status, ""].map(str::to_owned)
        );
    }
    get_of(&node, "/v1/shops")
        .await
        .problem(503, "not_served_here");
}

#[tokio::test]
async fn what_is_refused_before_it_is_routed_has_an_id_too() {
    let world = World::new().await;
    let log = AccessLog::default();
    let _logged = log.listen();
    let request = Request::get("/v1/shops").header("X-Request-Id", "mine-1");
    let problem = Problem::new(&kinds::REQUEST_AMBIGUOUS, "Send one Host header.");
    let request = request.body(axum::body::Body::empty()).unwrap();
    let refused = world.served.refuse(request, problem).await;
    let refused = Answer::read("refused".to_owned(), refused).await;
    refused.problem(400, "request_ambiguous");
    assert_eq!(
        line(&log),
        ["mine-1", "unmatched", "400", ""].map(str::to_owned)
    );
}

#[derive(Debug, Default)]
struct Spans(Mutex<Vec<Span>>);

impl SpanSink for Spans {
    fn now(&self) -> u64 {
        7
    }

    fn random(&self) -> [u8; 16] {
        [1; 16]
    }

    fn record(&self, span: Span) {
        self.0.lock().unwrap().push(span);
    }
}

#[tokio::test]
async fn a_page_in_a_shop_is_a_span_of_a_trace_of_its_own() {
    let world = World::new().await;
    let ports = world.ports.clone();
    let inside = async move |Extension(asking): Extension<Arc<Asking>>| {
        let shop = Caller::Operator.enter::<Editor>(&*ports.store, "acme");
        asking.inside(shop.await.unwrap().shop());
        "a page"
    };
    let pages = Router::new()
        .route("/{shop}/claim", get(inside))
        .route("/portal/sign-in", get(async || "a page"));
    let spans = Arc::new(Spans::default());
    let traces = |ratio| Traces {
        sink: spans.clone(),
        ratio: SampleRatio::new(ratio).unwrap(),
        records: true,
        sends: true,
    };
    let served = world.traced(pages.clone(), traces(1.0));
    let log = AccessLog::default();
    let logged = log.listen();
    get_of(&served, "/portal/sign-in")
        .await
        .expect_text("a page");
    assert!(spans.0.lock().unwrap().is_empty(), "nobody is known yet");
    log.0.lock().unwrap().clear();
    get_of(&served, "/acme/claim").await.expect_text("a page");
    assert_eq!(
        line(&log),
        ["mine-1", "/{shop}/claim", "200", "acme"].map(str::to_owned)
    );
    drop(logged);
    let told = std::mem::take(&mut *spans.0.lock().unwrap());
    let [span] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(span.name, "GET /{shop}/claim");
    assert_eq!(span.parent, None, "a browser does not say what is recorded");
    // By the share that is followed alone, whatever a browser says.
    let served = world.traced(pages, traces(0.0));
    get_of(&served, "/acme/claim").await.expect_text("a page");
    assert!(spans.0.lock().unwrap().is_empty());
}
