//! One log line and one measurement per request: method, route as it is written in the OpenAPI
//! document, status, duration. Never a path, a key or a body.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{Method, StatusCode};
use metrics::{Counter, Histogram, SharedString, counter, histogram};

/// Where no route matched.
const UNMATCHED: &str = "unmatched";

/// What is counted of each route. Kept, since finding a measure by its labels costs more than finding
/// the route did. There are as many as methods, routes and statuses that go together.
#[derive(Default)]
pub(crate) struct Watch(RwLock<HashMap<String, Vec<Line>>>);

/// Requests that went the same way.
#[derive(Clone)]
struct Line {
    method: &'static str,
    status: StatusCode,
    requests: Counter,
    seconds: Histogram,
}

/// Watches a request go by.
pub(crate) async fn watch(watch: Arc<Watch>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let took = began.elapsed();
    let route = route.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
    let status = response.status();
    tracing::debug!(
        method,
        route,
        status = status.as_u16(),
        took_us = took.as_micros(),
        "request"
    );
    let line = watch.line(route, method, status);
    line.requests.increment(1);
    line.seconds.record(took.as_secs_f64());
    response
}

impl Watch {
    fn line(&self, route: &str, method: &'static str, status: StatusCode) -> Line {
        let find = |lines: &Vec<Line>| {
            let same = |line: &&Line| line.method == method && line.status == status;
            lines.iter().find(same).cloned()
        };
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = known.get(route).and_then(find) {
            return line;
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let lines = known.entry(route.to_owned()).or_default();
        if let Some(line) = find(lines) {
            return line;
        }
        let line = Line::new(route, method, status);
        lines.push(line.clone());
        line
    }
}

impl Line {
    fn new(route: &str, method: &'static str, status: StatusCode) -> Self {
        let route = SharedString::from(route.to_owned());
        let code = status.as_str().to_owned();
        Self {
            method,
            status,
            requests: counter!("claimwire_http_requests_total", "method" => method, "route" => route.clone(), "status" => code),
            seconds: histogram!("claimwire_http_request_seconds", "method" => method, "route" => route),
        }
    }
}

/// Callers can invent methods; labels cannot grow with them.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}
