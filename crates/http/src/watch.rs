//! One log line and one measurement per request: method, route as it is written in the OpenAPI document, status,
//! duration; who asked, by the name of the key or the member, and in which shop. Never a path, a key or a body.
//!
//! The access log is the target `access`, so that `--log info,access=off` leaves it out.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

use axum::extract::Request;
use axum::response::Response;
use claimwire_actions::Asking;
use claimwire_wire::trace::{Described, SpanKind};
use http::{HeaderValue, Method, StatusCode};
use metrics::{
    Counter, Histogram, SharedString, counter, describe_counter, describe_histogram, histogram,
};

use crate::request_id::{RequestIds, named, told};

/// The target of the access log.
pub const ACCESS_LOG: &str = "access";
/// Where no route matched.
const UNMATCHED: &str = "unmatched";
const REQUESTS: &str = "claimwire_http_requests_total";
const SECONDS: &str = "claimwire_http_request_seconds";

/// What is counted of each route. Kept, since finding a measure by its labels costs more than finding
/// the route did. There are as many as methods, routes and statuses that go together.
pub(crate) struct Watch {
    lines: RwLock<HashMap<String, Vec<Line>>>,
    ids: RequestIds,
}

/// Requests that went the same way.
#[derive(Clone)]
struct Line {
    method: &'static str,
    status: StatusCode,
    requests: Counter,
    seconds: Histogram,
}

impl Default for Watch {
    /// To be made after the recorder is installed.
    fn default() -> Self {
        describe_counter!(
            REQUESTS,
            "Requests that were answered, by method, route and status."
        );
        describe_histogram!(
            SECONDS,
            "From a request's head to its answer's, by method and route."
        );
        Self {
            lines: RwLock::default(),
            ids: RequestIds::default(),
        }
    }
}

impl Watch {
    /// Watches a request go by. `route`: none where none matched.
    pub(crate) async fn watch<F>(
        &self,
        route: Option<&str>,
        request: Box<Request>,
        asking: &Asking,
        next: impl FnOnce(Box<Request>) -> F,
    ) -> Response
    where
        F: Future<Output = Response>,
    {
        let began = Instant::now();
        let method = name(request.method());
        let id = self.ids.of(request.headers());
        let (id, response) = named(id, || next(request)).await;
        let took = began.elapsed();
        let route = route.unwrap_or(UNMATCHED);
        let status = response.status();
        tracing::info!(
            target: ACCESS_LOG,
            request_id = id.to_str().unwrap_or_default(),
            method,
            route,
            status = status.as_u16(),
            took_us = took.as_micros() as u64,
            shop = asking.shop(),
            key = asking.caller(),
            "request"
        );
        if let (Some(trace), Some(_)) = (asking.trace(), asking.caller().or(asking.shop())) {
            trace.end(|| described(method, route, status, asking, &id));
        }
        let line = self.line(route, method, status);
        line.requests.increment(1);
        line.seconds.record(took.as_secs_f64());
        told(id, response).await
    }

    fn line(&self, route: &str, method: &'static str, status: StatusCode) -> Line {
        let find = |lines: &Vec<Line>| {
            let same = |line: &&Line| line.method == method && line.status == status;
            lines.iter().find(same).cloned()
        };
        let known = self.lines.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = known.get(route).and_then(find) {
            return line;
        }
        drop(known);
        let mut known = self.lines.write().unwrap_or_else(PoisonError::into_inner);
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
            requests: counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => code),
            seconds: histogram!(SECONDS, "method" => method, "route" => route),
        }
    }
}

/// A request's span. It is told of those alone of whom something is known: strangers do not decide what is recorded.
fn described(
    method: &'static str,
    route: &str,
    status: StatusCode,
    asking: &Asking,
    id: &HeaderValue,
) -> Described {
    let mut attributes = vec![
        ("http.request.method", method.into()),
        ("http.route", route.to_owned().into()),
        (
            "http.response.status_code",
            i64::from(status.as_u16()).into(),
        ),
    ];
    let told = [
        ("claimwire.request_id", id.to_str().ok()),
        ("claimwire.shop", asking.shop()),
        ("claimwire.key", asking.caller()),
    ];
    let told = told.into_iter();
    attributes.extend(told.filter_map(|(name, value)| Some((name, value?.to_owned().into()))));
    Described {
        name: format!("{method} {route}"),
        kind: SpanKind::Server,
        attributes,
        links: Vec::new(),
        error: status.is_server_error().then(|| status.as_str().to_owned()),
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
