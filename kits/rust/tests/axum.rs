//! What an axum endpoint answers.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request};
use axum::routing::post;
use claimwire_receive::axum::Endpoint;
use claimwire_receive::{Dialect, Receiver, Seen};
use data_encoding::HEXLOWER;
use ring::hmac;
use tower::ServiceExt;

const SECRET: &str = "a secret of sixteen";

fn request(body: &'static str, id: &str) -> Request<Body> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = HEXLOWER.encode(hmac::sign(&key, body.as_bytes()).as_ref());
    Request::post("/claims")
        .header("X-ClaimPort-Signature", format!("sha256={tag}"))
        .header("Claimwire-Event-Id", id)
        .body(Body::from(body))
        .unwrap()
}

async fn status(app: &Router, request: Request<Body>) -> (u16, String) {
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), 1024).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn work_is_done_once_and_what_is_not_genuine_is_refused() {
    let receiver = Receiver::new(Dialect::Claimport, SECRET);
    let endpoint = Endpoint::new(receiver, Seen::default());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let app = Router::new().route(
        "/claims",
        post(move |headers: HeaderMap, body: Bytes| async move {
            let work = |_| async move {
                match counted.fetch_add(1, Ordering::Relaxed) {
                    0 => Err("not yet"),
                    _ => Ok(()),
                }
            };
            endpoint.answer(&headers, &body, work).await
        }),
    );
    let event = r#"{"type": "claim.created"}"#;
    assert_eq!(status(&app, request(event, "evt_1")).await.0, 500);
    assert_eq!(
        status(&app, request(event, "evt_1")).await,
        (204, String::new())
    );
    assert_eq!(status(&app, request(event, "evt_1")).await.0, 204);
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    assert_eq!(status(&app, request("{", "evt_2")).await.0, 400);
    let mut forged = request(event, "evt_3");
    *forged.body_mut() = Body::from("{}");
    let (code, why) = status(&app, forged).await;
    assert_eq!(code, 401);
    assert!(why.contains("X-ClaimPort-Signature"), "{why}");
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}
