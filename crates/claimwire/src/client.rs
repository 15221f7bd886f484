//! The API from a terminal.

use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::server_args::ServerArgs;
use crate::state_files::secret;

/// A server, and as whom to talk to it.
pub struct Client {
    agent: ureq::Agent,
    base: String,
    key: String,
    shop: Option<String>,
}

impl Client {
    /// From the flags and environment; says what is missing.
    pub fn new(server: &ServerArgs) -> anyhow::Result<Self> {
        let key = secret::set(server.key.as_deref()).map(str::to_owned).ok_or_else(|| {
            anyhow!("no API key: give --key or set CLAIMWIRE_KEY (the server printed its admin key at its first start)")
        })?;
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Ok(Self {
            agent: config.into(),
            base: server.server.trim_end_matches('/').to_owned(),
            key,
            shop: server.shop.clone(),
        })
    }

    /// The path of something in the shop: `/v1/shops/{slug}{rest}`.
    pub fn in_shop(&self, rest: &str) -> anyhow::Result<String> {
        let shop = self
            .shop
            .as_deref()
            .ok_or_else(|| anyhow!("no shop: give --shop or set CLAIMWIRE_SHOP"))?;
        Ok(format!("/v1/shops/{}{rest}", segment(shop)))
    }

    /// The same with those of the filters that are given.
    pub fn in_shop_with<const N: usize>(
        &self,
        rest: &str,
        filters: [(&str, Option<String>); N],
    ) -> anyhow::Result<String> {
        let given = filters
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let query: Vec<String> = given
            .map(|(name, value)| format!("{name}={}", segment(&value)))
            .collect();
        let path = self.in_shop(rest)?;
        Ok(if query.is_empty() {
            path
        } else {
            format!("{path}?{}", query.join("&"))
        })
    }

    /// GET.
    pub fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call("GET", path, None)
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
        self.send("POST", path, Some((content_type, bytes)))
    }

    /// Up to `most` items of a list, page by page.
    pub fn list(&self, path: &str, most: usize) -> anyhow::Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        while items.len() < most {
            let limit = (most - items.len()).min(100);
            let sign = if path.contains('?') { '&' } else { '?' };
            let after = cursor
                .as_ref()
                .map(|c| format!("&cursor={}", segment(c)))
                .unwrap_or_default();
            let mut page = self.get(&format!("{path}{sign}limit={limit}{after}"))?;
            if let Some(Value::Array(data)) = page.get_mut("data").map(Value::take) {
                items.extend(data);
            }
            cursor = page
                .get("next_cursor")
                .and_then(Value::as_str)
                .map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        Ok(items)
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let text = body.map(serde_json::to_vec).transpose()?;
        self.send(
            method,
            path,
            text.as_deref().map(|bytes| ("application/json", bytes)),
        )
    }

    fn send(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.base);
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(&url)
            .header("Authorization", format!("Bearer {}", self.key))
            // Ours, whatever the shop's `api_dialect` is.
            .header("Accept", "application/vnd.claimwire+json");
        if let Some((content_type, _)) = body {
            request = request.header("Content-Type", content_type);
        }
        let request = request.body(body.map(|(_, bytes)| bytes).unwrap_or_default().to_vec())?;
        let asked = || format!("{method} {url}");
        let mut answer = self.agent.run(request).with_context(|| {
            format!(
                "cannot reach the server with {}; is `claimwire serve` running there?",
                asked()
            )
        })?;
        let status = answer.status().as_u16();
        let text = answer
            .body_mut()
            .read_to_string()
            .with_context(|| format!("cannot read the answer to {}", asked()))?;
        let value = match text.as_str() {
            "" => Ok(Value::Null),
            text => serde_json::from_str(text),
        };
        if (200..300).contains(&status) {
            return value.with_context(|| format!("cannot read the answer to {} as JSON", asked()));
        }
        let reason = value.map_or(text, |problem| reason(&problem));
        bail!("{} was answered {status}: {reason}", asked());
    }
}

/// The problem in words: its detail, its key, and each field's message.
fn reason(problem: &Value) -> String {
    let text = |name: &str| problem.get(name).and_then(Value::as_str);
    let mut words = text("detail")
        .or_else(|| text("title"))
        .map_or_else(|| problem.to_string(), str::to_owned);
    if let Some(key) = text("key") {
        words.push_str(&format!(" [{key}]"));
    }
    for error in problem
        .get("errors")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let part = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        words.push_str(&format!("\n  {}: {}", part("field"), part("message")));
    }
    words
}

/// The text that an answer has under `name`.
pub fn text<'a>(answer: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    answer
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| anyhow!("the server's answer has no `{name}`"))
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
    fn a_problem_reads_as_words() {
        let problem = serde_json::json!({"detail": "No.", "key": "validation_failed", "errors": [{"field": "/url", "message": "is missing"}]});
        assert_eq!(
            reason(&problem),
            "No. [validation_failed]\n  /url: is missing"
        );
    }
}
