//! The fast path to posted events answers as the route does: the same requests, good and bad, are sent to two worlds
//! alike, to the one by the fast path, to the other by the router, and all that can be seen of them must be the same.

use axum::body::Body;
use http::Request;
use serde_json::json;

use crate::common::{ADMIN_KEY, AccessLog, Answer, World};

const EVENTS: &str = "/v1/shops/acme/events";
const GOOD: &str =
    r#"{"ref":"claims/updated","event_data":{"claim_id":"c-1"},"context":{"x":1.10}}"#;

/// Two worlds that are asked the same.
struct Both {
    short: World,
    long: World,
    log: AccessLog,
    asked: usize,
    no: usize,
}

struct Ask<'a> {
    method: &'a str,
    path: &'a str,
    headers: Vec<(&'a str, String)>,
    body: &'a [u8],
}

impl Both {
    fn of(short: World, mut long: World) -> Self {
        long.served = long.served.clone().by_the_router_alone();
        Self {
            short,
            long,
            log: AccessLog::default(),
            asked: 0,
            no: 0,
        }
    }

    async fn new() -> Self {
        Self::of(World::new().await, World::new().await)
    }

    /// Sends it both ways; the status of both. A key is named by its role.
    async fn ask(&mut self, ask: &Ask<'_>) -> u16 {
        self.no += 1;
        let mut answers = Vec::new();
        for world in [&self.short, &self.long] {
            let mut call = world.call(ask.method, ask.path);
            // Its own if it says one, as ours is another in each process.
            if !ask.headers.iter().any(|(name, _)| *name == "X-Request-Id") {
                call = call.header("X-Request-Id", &format!("r-{}", self.no));
            }
            for (name, value) in &ask.headers {
                let value = value
                    .replace("VIEWER", &world.acme.viewer)
                    .replace("EDITOR", &world.acme.editor)
                    .replace("ADMIN", &world.acme.admin)
                    .replace("OTHER", &world.other.admin);
                call = call.header(name, &value);
            }
            answers.push(call.bytes(ask.body.to_vec()).send().await);
        }
        let [short, long] = answers.try_into().unwrap();
        let label = format!(
            "{} {} {:?} {}",
            ask.method,
            ask.path,
            ask.headers,
            String::from_utf8_lossy(&ask.body[..ask.body.len().min(200)])
        );
        assert_eq!(short.status, long.status, "{label}");
        assert_eq!(headers(&short), headers(&long), "{label}");
        assert_eq!(body(&short), body(&long), "{label}");
        let mut log = self.log.0.lock().unwrap();
        let [first, second] = log.as_slice() else {
            panic!("{label}: {log:?}");
        };
        assert_eq!(first, second, "{label}");
        assert!(first.contains_key("request_id") && first.contains_key("route"));
        log.clear();
        self.asked += 1;
        short.status
    }

    async fn post(&mut self, headers: &[(&str, &str)], body: &[u8]) -> u16 {
        let mut all = vec![
            ("Authorization", "Bearer EDITOR".to_owned()),
            ("Content-Type", "application/json".to_owned()),
        ];
        for (name, value) in headers {
            all.retain(|(known, _)| known != name);
            all.push((name, (*value).to_owned()));
        }
        let ask = Ask {
            method: "POST",
            path: EVENTS,
            headers: all,
            body,
        };
        self.ask(&ask).await
    }
}

/// Names and values; the router says a length that the connection says for the other.
fn headers(answer: &Answer) -> Vec<(String, String)> {
    let length = answer.headers.get("content-length");
    let whole = answer.body.len().to_string();
    assert!(answer.body.is_empty() || length.is_none_or(|length| *length == whole));
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "content-length")
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    headers.sort();
    headers
}

fn body(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[tokio::test]
async fn whoever_asks_wherever_and_however() {
    let mut both = Both::new().await;
    let _logged = both.log.listen();
    let keys: [&[(&str, &str)]; 14] = [
        &[],
        &[("Authorization", "Bearer EDITOR")],
        &[("Authorization", "Bearer ADMIN")],
        &[("Authorization", "Bearer VIEWER")],
        &[("Authorization", "Bearer OTHER")],
        &[("Authorization", "bearer  EDITOR ")],
        &[("Authorization", &format!("Bearer {ADMIN_KEY}"))],
        &[("Authorization", "Bearer ")],
        &[("Authorization", "Bearer cw_live_nobody")],
        &[("Authorization", "Digest EDITOR")],
        &[("Authorization", "Basic not-base64")],
        &[("Authorization", "Basic YTpi")],
        &[("X-API-Key", "EDITOR")],
        &[("X-API-Key", "")],
    ];
    let paths = [
        EVENTS,
        "/v1/shops/acme/events?x=1",
        "/v1/shops/acme/events?api_key=x",
        "/v1/shops/acme/events/",
        "/v1/shops/acme/events/x",
        "/v1/shops/acme//events",
        "/v1/shops//events",
        "/v1/shops/events",
        "/v1/shops/acme/claims/events",
        "/v1/shops/ac%6de/events",
        "/v1/shops/%ff/events",
        "/v1/shops/ACME/events",
        "/v1/shops/nowhere/events",
        "/v1/shops/a_b/events",
        "/V1/shops/acme/events",
        "/v1/shops/acme/event%73",
    ];
    let mut accepted = 0;
    for method in ["POST", "GET", "HEAD", "PUT", "OPTIONS"] {
        for path in paths {
            let keys = if method == "POST" {
                &keys[..]
            } else {
                &keys[..2]
            };
            for key in keys {
                let mut headers: Vec<_> = key.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
                headers.push(("Content-Type", "application/json".to_owned()));
                let body = GOOD.as_bytes();
                let ask = Ask {
                    method,
                    path,
                    headers,
                    body,
                };
                accepted += usize::from(both.ask(&ask).await == 202);
            }
        }
    }
    // Five keys may write; by the plain path, the one with a query, and the one whose slug is written otherwise.
    assert_eq!(accepted, 5 * 3);
    assert_eq!(both.asked, paths.len() * (keys.len() + 4 * 2));
}

#[tokio::test]
async fn whatever_is_sent() {
    let mut both = Both::new().await;
    let _logged = both.log.listen();
    let large = format!(
        r#"{{"ref":"claims/updated","event_data":{{"x":"{}"}}}}"#,
        "x".repeat(1 << 20)
    );
    let array = |events: usize| format!("[{}]", vec![GOOD; events].join(","));
    let bodies: Vec<(String, u16)> = [
        (GOOD, 202),
        (&format!(" {GOOD}\n"), 202),
        (
            r#"{"id":"mine","ref":"claims/updated","event_data":{}}"#,
            202,
        ),
        (
            r#"{"id":"mine","ref":"claims/updated","event_data":{}}"#,
            202,
        ),
        (
            r#"{"id":"mine","ref":"claims/updated","event_data":{"x":1}}"#,
            409,
        ),
        (
            r#"{"ref":"claims/updated","event_data":{"a":"\u00fc\n","claim\u005fid":"c"}}"#,
            202,
        ),
        (
            r#"{"ref":"claims/updated","event_data":{"a":"\ud800"}}"#,
            422,
        ),
        (r#"{"ref":"claims/updated","event_data":[]}"#, 422),
        (r#"{"ref":"claims/updated","event_data":{},"what":1}"#, 422),
        (
            r#"{"ref":"claims/updated","ref":"claims/updated","event_data":{}}"#,
            422,
        ),
        (r#"{"ref":"claims/nothing","event_data":{}}"#, 422),
        (r#"{"ref":"claims/updated"}"#, 422),
        (r#"{"ref":"claims/updated","event_data":{}} x"#, 400),
        (r#"{"ref":"claims/updated","event_data":{"a":01}}"#, 400),
        ("", 400),
        ("nope", 400),
        ("null", 422),
        ("[]", 422),
        ("[1]", 422),
        (&array(3), 202),
        (&array(1001), 422),
        (&large, 413),
    ]
    .into_iter()
    .map(|(body, status)| (body.to_owned(), status))
    .collect();
    for (body, status) in &bodies {
        assert_eq!(
            both.post(&[], body.as_bytes()).await,
            *status,
            "{body:.200}"
        );
    }
    assert_eq!(both.post(&[], b"{\"ref\":\"\xff\"}").await, 400);
    assert_eq!(both.post(&[], &vec![b' '; 9 << 20]).await, 413);
    for (name, value, status) in [
        ("Content-Type", "application/json; charset=utf-8", 202),
        ("Content-Type", "application/cloudevents+json", 202),
        ("Content-Type", "text/plain", 415),
        ("Content-Type", "", 415),
        ("Content-Encoding", "gzip", 415),
        ("Content-Encoding", "identity", 202),
        ("Content-Length", "99999999", 413),
        ("Idempotency-Key", "", 400),
        ("Idempotency-Key", "k-1", 202),
        ("Idempotency-Key", "k-1", 202),
        ("X-Request-Id", "mine/1", 202),
        ("Accept", "application/vnd.karla+json", 202),
        ("Accept", "text/html", 202),
        ("Expect", "something", 202),
    ] {
        let status_is = both.post(&[(name, value)], GOOD.as_bytes()).await;
        assert_eq!(status_is, status, "{name}: {value}");
        // A problem in Karla's form, too.
        if name == "Accept" {
            assert_eq!(both.post(&[(name, value)], b"[]").await, 422);
        }
    }
    let other = br#"{"ref":"claims/created","event_data":{}}"#;
    assert_eq!(both.post(&[("Idempotency-Key", "k-1")], other).await, 409);
}

#[tokio::test]
async fn in_a_shop_of_karla_s_form_and_with_a_store_that_is_off() {
    let mut both = Both::new().await;
    for world in [&both.short, &both.long] {
        let shop = json!({"api_dialect": "karla"});
        let patch = world.patch("/v1/shops/acme").key(&world.acme.admin);
        patch.json(&shop).send().await.expect(200);
    }
    let _logged = both.log.listen();
    assert_eq!(both.post(&[], GOOD.as_bytes()).await, 202);
    assert_eq!(both.post(&[], b"{}").await, 422);
    both.short.store.off();
    both.long.store.off();
    assert_eq!(both.post(&[], GOOD.as_bytes()).await, 503);
}

#[tokio::test]
async fn within_the_same_rate() {
    let mut both = Both::of(World::with_rate(20).await, World::with_rate(20).await);
    let _logged = both.log.listen();
    let mut statuses = Vec::new();
    for _ in 0..22 {
        statuses.push(both.post(&[], GOOD.as_bytes()).await);
    }
    assert_eq!((statuses[19], statuses[20], statuses[21]), (202, 429, 429));
}

#[tokio::test]
async fn what_answers_a_posted_event_is_small_where_it_is_moved() {
    let world = World::new().await;
    let request = Request::post(EVENTS).body(Body::from(GOOD)).unwrap();
    let answering = world.served.answer(request);
    let bytes = size_of_val(&*answering);
    assert!(
        bytes < 2048,
        "{bytes}: each layer has room for what it handles"
    );
}
