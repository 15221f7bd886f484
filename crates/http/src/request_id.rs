//! What a request is called in its answer, its problem and the log's lines about it: the `X-Request-Id` that it came
//! with, if that is fit to be logged, or one of our own.

use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::BodyExt as _;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A caller's own id may have so many characters.
const CHARS: usize = 64;

/// Makes ids that no other process makes: a random start, and a number that counts up from it.
pub(crate) struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        let random = RandomState::new().build_hasher().finish();
        Self {
            process: random >> 32 << 32,
            next: AtomicU64::new(1),
        }
    }
}

impl RequestIds {
    /// The id of a request with these headers.
    pub(crate) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        if let Some(own) = headers.get(X_REQUEST_ID).filter(|id| is_fit(id)) {
            return own.clone();
        }
        let no = self.next.fetch_add(1, Ordering::Relaxed);
        let id = hex(self.process.wrapping_add(no));
        HeaderValue::from_bytes(&id).unwrap_or(HeaderValue::from_static("0"))
    }
}

/// In 16 digits; every request needs it, and formatting costs ten times as much.
fn hex(mut number: u64) -> [u8; 16] {
    let mut text = [0; 16];
    for digit in text.iter_mut().rev() {
        let value = (number % 16) as u8;
        *digit = if value < 10 { b'0' } else { b'a' - 10 } + value;
        number /= 16;
    }
    text
}

tokio::task_local! {
    /// The id of the request that is being answered.
    static CURRENT: HeaderValue;
}

/// Answers a request under its id, which [`current_request_id`] tells meanwhile. What answers is made here: handed over
/// it would have room twice, where it came from and where it is waited for.
pub(crate) async fn named<F>(
    id: HeaderValue,
    answering: impl FnOnce() -> F,
) -> (HeaderValue, Response)
where
    F: Future<Output = Response>,
{
    let mut scope = pin!(CURRENT.scope(id, answering()));
    let answer = scope.as_mut().await;
    let id = scope.take_value();
    (id.unwrap_or(HeaderValue::from_static("0")), answer)
}

/// Work for the request that is being answered, to be done elsewhere under the same id.
pub(crate) fn still_named<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let id = CURRENT.try_with(HeaderValue::clone).ok();
    async move {
        match id {
            Some(id) => CURRENT.scope(id, work).await,
            None => work.await,
        }
    }
}

/// What `read` makes of the id of the request that is being answered where this is called; none: it is called for no
/// request. For the log, whose lines about a request so bear its id.
pub fn current_request_id<T>(read: impl FnOnce(&str) -> T) -> Option<T> {
    let told = CURRENT.try_with(|id| id.to_str().map(read));
    told.ok()?.ok()
}

fn is_fit(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    let fit = |b: &u8| b.is_ascii_alphanumeric() || b"-_.:/+=".contains(b);
    (1..=CHARS).contains(&id.len()) && id.iter().all(fit)
}

/// The answer with the id in its header, and in its body if that is a problem.
pub(crate) async fn told(id: HeaderValue, mut answer: Response) -> Response {
    let is_problem = answer
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json");
    if is_problem {
        answer = in_body(&id, answer).await;
    }
    answer.headers_mut().insert(X_REQUEST_ID, id);
    answer
}

async fn in_body(id: &HeaderValue, answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    // A problem is a value in memory, so that reading it can neither fail nor wait.
    let Ok(body) = body.collect().await else {
        return Response::from_parts(parts, Body::empty());
    };
    let body = body.to_bytes();
    let (Some(open), Ok(id)) = (body.strip_suffix(b"}"), id.to_str()) else {
        return Response::from_parts(parts, body.into());
    };
    let mut told = Vec::with_capacity(body.len() + id.len() + 18);
    told.extend_from_slice(open);
    told.extend_from_slice(b",\"request_id\":\"");
    told.extend_from_slice(id.as_bytes());
    told.extend_from_slice(b"\"}");
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, told.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_the_caller_s_own_is_kept_if_it_can_be_logged() {
        let ids = RequestIds::default();
        let of = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, HeaderValue::from_str(id).unwrap());
            ids.of(&headers)
        };
        for own in ["a", "01HV-4f.9:/+=_", &"x".repeat(CHARS)] {
            assert_eq!(of(own), own);
        }
        for odd in ["", "a b", "a\"b", "a\\b", "ü", "{}", &"x".repeat(CHARS + 1)] {
            let made = of(odd);
            assert_ne!(made, odd);
            assert!(is_fit(&made), "{made:?}");
        }
    }

    #[test]
    fn an_id_is_its_number_in_16_digits() {
        for number in [0, 1, 0xabc, 0x0123_4567_89ab_cdef, u64::MAX] {
            assert_eq!(hex(number), *format!("{number:016x}").as_bytes());
        }
    }

    #[tokio::test]
    async fn a_request_s_id_is_told_while_it_is_answered() {
        let told = || current_request_id(str::to_owned);
        assert_eq!(told(), None);
        let answering = async || {
            tokio::task::yield_now().await;
            assert_eq!(told().as_deref(), Some("a-1"));
            Response::default()
        };
        let id = HeaderValue::from_static("a-1");
        let (id, _) = named(id, answering).await;
        assert_eq!((id.to_str().unwrap(), told()), ("a-1", None));
    }

    #[test]
    fn no_two_requests_get_the_same_id() {
        let ids = RequestIds::default();
        let none = HeaderMap::new();
        assert_ne!(ids.of(&none), ids.of(&none));
        assert_ne!(RequestIds::default().process, RequestIds::default().process);
    }
}
