//! The API from a terminal.

mod answer;

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use ureq::Body;
use ureq::http::{Response, header::RETRY_AFTER};

use crate::failure::{Class, Failure};
use crate::place::Place;
use crate::server_args::ServerArgs;
use answer::Asked;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Items that the API has on one page.
const PAGE: usize = 100;

/// A server, and as whom to talk to it.
pub struct Client {
    agent: ureq::Agent,
    place: Place,
    key: String,
}

/// A part of a list.
#[derive(Debug)]
pub struct Listing {
    /// Newest first.
    pub items: Vec<Value>,
    /// Where the next part begins; none at the end.
    pub next: Option<String>,
}

impl Client {
    /// From flags, environment and profile; says what is missing.
    pub fn new(server: &ServerArgs) -> anyhow::Result<Self> {
        Self::at(Place::of(server)?)
    }

    /// For this place.
    pub fn at(place: Place) -> anyhow::Result<Self> {
        let key = place.key.clone().ok_or_else(|| {
            Failure::new(
                Class::Auth,
                format!("no API key for {}", place.base),
                "give --key, set CLAIMWIRE_KEY, or run `claimwire login` once (the server printed its admin key at its \
                 first start)",
            )
        })?;
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        Ok(Self {
            agent: config.into(),
            place,
            key,
        })
    }

    /// Where it is and as whom.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The path of something in the shop: `/v1/shops/{slug}{rest}`.
    pub fn in_shop(&self, rest: &str) -> anyhow::Result<String> {
        let shop = self.place.shop.as_deref().ok_or_else(|| {
            Failure::usage(
                format!("no shop given for {}", self.place.base),
                "give --shop or set CLAIMWIRE_SHOP; `claimwire shops list` shows those there are",
            )
        })?;
        Ok(format!("/v1/shops/{}{rest}", segment(shop)))
    }

    /// GET.
    pub fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call("GET", path, None)
    }

    /// GET of bytes that are to stay as they are.
    pub fn get_text(&self, path: &str) -> anyhow::Result<String> {
        Ok(self.send("GET", path, None)?.1)
    }

    /// GET of the thing of this kind with this id; none when there is none.
    pub fn find(&self, path: &str) -> anyhow::Result<Option<Value>> {
        match self.get(path) {
            Ok(found) => Ok(Some(found)),
            Err(error) => match error.downcast_ref::<Failure>() {
                Some(failure) if failure.class == Class::NotFound => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// POST.
    pub fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.call("POST", path, Some(body))
    }

    /// PUT.
    pub fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.call("PUT", path, Some(body))
    }

    /// PATCH.
    pub fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.call("PATCH", path, Some(body))
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> anyhow::Result<Value> {
        self.call("DELETE", path, None)
    }

    /// POST of a picture; answers its URL.
    pub fn post_image(
        &self,
        path: &str,
        content_type: &str,
        bytes: &[u8],
    ) -> anyhow::Result<Value> {
        let asked = self.asked("POST", path);
        let (status, text) = self.send("POST", path, Some((content_type, bytes)))?;
        Ok(asked.value(status, &text)?)
    }

    /// Up to `most` items of a list from `cursor` on, page by page.
    pub fn list(&self, path: &str, most: usize, cursor: Option<&str>) -> anyhow::Result<Listing> {
        let mut items = Vec::new();
        let mut next = cursor.map(str::to_owned);
        while items.len() < most {
            let limit = (most - items.len()).min(PAGE);
            let sign = if path.contains('?') { '&' } else { '?' };
            let after = next
                .as_ref()
                .map(|cursor| format!("&cursor={}", segment(cursor)))
                .unwrap_or_default();
            let mut page = self.get(&format!("{path}{sign}limit={limit}{after}"))?;
            if let Some(Value::Array(data)) = page.get_mut("data").map(Value::take) {
                items.extend(data);
            }
            next = page
                .get("next_cursor")
                .and_then(Value::as_str)
                .map(str::to_owned);
            if next.is_none() {
                break;
            }
        }
        Ok(Listing { items, next })
    }

    /// GET of a stream of events (text/event-stream), which has no end of its own.
    pub fn stream(&self, path: &str) -> anyhow::Result<Response<Body>> {
        let asked = self.asked("GET", path);
        let request = self
            .request("GET", path)
            .header("Accept", "text/event-stream")
            .body(())?;
        let request = self
            .agent
            .configure_request(request)
            .timeout_global(None)
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .build();
        let mut answer = self
            .agent
            .run(request)
            .map_err(|error| asked.failed(&error))?;
        let status = answer.status().as_u16();
        if status == 200 {
            return Ok(answer);
        }
        let retry_after = answer.headers().get(RETRY_AFTER).cloned();
        let retry_after = retry_after.as_ref().and_then(|value| value.to_str().ok());
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        Err(asked.refused(status, &text, retry_after).into())
    }

    fn asked<'a>(&'a self, method: &'a str, path: &'a str) -> Asked<'a> {
        Asked {
            base: &self.place.base,
            method,
            path,
        }
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let text = body.map(serde_json::to_vec).transpose()?;
        let body = text.as_deref().map(|bytes| ("application/json", bytes));
        let (status, text) = self.send(method, path, body)?;
        Ok(self.asked(method, path).value(status, &text)?)
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.place.base))
            .header("Authorization", format!("Bearer {}", self.key))
    }

    /// The status and body of an answer that is a success.
    fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, &[u8])>,
    ) -> anyhow::Result<(u16, String)> {
        let asked = self.asked(method, path);
        let mut request = self
            .request(method, path)
            // Ours, whatever the shop's `api_dialect` is.
            .header("Accept", "application/vnd.claimwire+json");
        if let Some((content_type, _)) = body {
            request = request.header("Content-Type", content_type);
        }
        let request = request.body(body.map(|(_, bytes)| bytes).unwrap_or_default().to_vec())?;
        let mut answer = self
            .agent
            .run(request)
            .map_err(|error| asked.failed(&error))?;
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get(RETRY_AFTER).cloned();
        let text = answer
            .body_mut()
            .with_config()
            .limit(u64::MAX)
            .read_to_string()
            .with_context(|| format!("cannot read the answer to {asked}"))?;
        if (200..300).contains(&status) {
            return Ok((status, text));
        }
        let retry_after = retry_after.as_ref().and_then(|value| value.to_str().ok());
        Err(asked.refused(status, &text, retry_after).into())
    }
}

/// The text that an answer has under `name`.
pub fn text<'a>(answer: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    answer
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| anyhow!("the server's answer has no `{name}`"))
}

/// A path with those of the filters that are given.
pub fn with_query<'a>(
    path: &str,
    filters: impl IntoIterator<Item = (&'a str, Option<String>)>,
) -> String {
    let given = filters
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?))));
    let query: Vec<String> = given.collect();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

/// What stands for itself in a path's segment and in a query's value (RFC 3986, section 2.3).
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text as one segment of a path or one value of a query.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, &UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_cannot_leave_its_place() {
        assert_eq!(segment("a/b?c=1&d é"), "a%2Fb%3Fc%3D1%26d%20%C3%A9");
    }

    #[test]
    fn only_filters_that_are_given_are_sent() {
        let given = [("status", Some("a b".to_owned())), ("q", None)];
        assert_eq!(with_query("/claims", given), "/claims?status=a%20b");
        assert_eq!(with_query("/claims", [("q", None)]), "/claims");
    }
}
