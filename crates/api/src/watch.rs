//! One log line and one measurement per request: method, route as it is written in the OpenAPI
//! document, status, duration. Never a path, a key or a body.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use metrics::{SharedString, counter, histogram};

/// Where no route matched.
const UNMATCHED: &str = "unmatched";

/// Watches a request go by.
pub async fn watch(request: Request, next: Next) -> Response {
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
    let route = SharedString::from(route.to_owned());
    counter!("claimwire_http_requests_total", "method" => method, "route" => route.clone(), "status" => status.as_str().to_owned())
        .increment(1);
    histogram!("claimwire_http_request_seconds", "method" => method, "route" => route)
        .record(took.as_secs_f64());
    response
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
