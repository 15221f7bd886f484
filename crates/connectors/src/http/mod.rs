//! Any tool with an HTTP API: one request for each event, its body made by a template, with presets for tools
//! that many have.
//!
//! With OAuth2 a run fetches its token first and uses it from memory: it is on no record, and a token that is
//! refused is fetched anew once.
//!
//! One preset makes tickets: [`request_tracker`].

mod body;
mod judge;
mod oauth;
mod preset;
mod request_tracker;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::time::Duration;

use claimwire_model::delivery::SavedState;
use claimwire_model::target::Ordering;
use claimwire_model::verdict::Ending;
use claimwire_model::{Headers, Shop, Target};
use claimwire_wire::driver::{Call, Driver, End, Input, Last, Step};
use claimwire_wire::secrets::Secrets;
use claimwire_wire::send::{Method, Request};
use serde_json::{Map, Value};

use crate::account::{Account, secrets_of};
use crate::ticket::Connector;
use crate::vendor::{About, Field, FieldKind, Preview, Vendor};
use body::Values;
use oauth::Client;
use preset::Preset;
use request_tracker::RequestTracker;

const USER_AGENT: &str = concat!("claimwire/", env!("CARGO_PKG_VERSION"));
/// Fetches the token.
const TOKEN: &str = "token";
/// Tells the event.
const REQUEST: &str = "request";
/// Fetches another token after the first was refused.
const TOKEN_AGAIN: &str = "token_again";
/// Tells the event with that.
const REQUEST_AGAIN: &str = "request_again";
/// The call of a test.
const TEST: &str = "test";

/// Headers that a request has of its own, or that belong to the connection.
const NOT_SETTABLE: [&str; 9] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "keep-alive",
    "user-agent",
];

const ABOUT: About = About {
    kind: "http",
    name: "HTTP",
    does: "Each event becomes one request with a body that a template makes of it.",
    settings: &[
        Field {
            name: "preset",
            help: "The tool that is called: its form of body, unless `body_template` has another.",
            kind: FieldKind::Choice(&preset::NAMES),
            required: false,
            default: "",
        },
        Field {
            name: "method",
            help: "The request's method.",
            kind: FieldKind::Choice(&["POST", "PUT", "PATCH"]),
            required: false,
            default: "POST",
        },
        Field {
            name: "url",
            help: "Where requests go: of Slack, Teams and Discord the incoming webhook's URL, of Request Tracker \
                   `https://HOST/REST/2.0/ticket?Queue=NAME`.",
            kind: FieldKind::Url,
            required: true,
            default: "",
        },
        Field {
            name: "headers",
            help: "Headers of every request, by name; what the record shows of them is masked.",
            kind: FieldKind::Texts,
            required: false,
            default: "",
        },
        Field {
            name: "body_template",
            help: "Template of the body. Where `Content-Type` is JSON, printed values become JSON: \
                   `{\"text\": {{ claim.reason }}}`, without quotes around them.",
            kind: FieldKind::Template,
            required: false,
            default: "",
        },
    ],
    credentials: &[
        Field {
            name: "token",
            help: "Sent as `Authorization: Bearer TOKEN`; to Request Tracker as `token TOKEN`.",
            kind: FieldKind::Text,
            required: false,
            default: "",
        },
        Field {
            name: "oauth2",
            help: "Client credentials (RFC 6749, 4.4): `token_url`, `client_id`, `client_secret`, and `scope` and \
                   `audience` where the tool wants them.",
            kind: FieldKind::Texts,
            required: false,
            default: "",
        },
    ],
    default_events: &["claims/created", "claims/updated"],
    ordering: Ordering::Subject,
    hears_back: true,
    per_second: None,
    timeout_seconds: 15,
};

/// The vendor.
pub(crate) struct Http;

impl Driver for Http {
    fn step(&self, input: &Input<'_>) -> Step {
        let Some(account) = Account::of(input.target) else {
            return never("settings", "the connector's settings cannot be read");
        };
        if preset::makes_tickets(&account) {
            return Connector(RequestTracker).step(input);
        }
        let tool = Tool { account, input };
        let client = match Client::of(&tool.account) {
            Ok(client) => client,
            Err(why) => return never("settings", &format!("`credentials.oauth2`: {why}")),
        };
        let Last::Answer(answer) = input.last else {
            return match (input.last, client) {
                (Last::NoAnswer(error), _) => Step::End(End::unanswered(error)),
                (_, Some(client)) => tool.fetch_token(TOKEN, &client),
                (_, None) => tool.tell(REQUEST, None),
            };
        };
        match (input.called.unwrap_or(REQUEST), client) {
            (called @ (TOKEN | TOKEN_AGAIN), _) => match oauth::token(answer) {
                Ok(token) if called == TOKEN => tool.tell(REQUEST, Some(&token)),
                Ok(token) => tool.tell(REQUEST_AGAIN, Some(&token)),
                Err(why) => Step::End(oauth::refused(
                    answer,
                    &tool.account.masked(&why),
                    input.now,
                )),
            },
            (REQUEST, Some(client)) if answer.status == 401 => {
                tool.fetch_token(TOKEN_AGAIN, &client)
            }
            _ => Step::End(judge::judged(answer, input.now)),
        }
    }

    fn hides(&self, target: &Target, header: &str) -> bool {
        let set = |account: Account| {
            let headers = account.settings.get("headers").and_then(Value::as_object);
            headers.is_some_and(|set| set.keys().any(|name| name.eq_ignore_ascii_case(header)))
        };
        header.eq_ignore_ascii_case("authorization") || Account::of(target).is_none_or(set)
    }

    fn secrets(&self, target: &Target, headers: &Headers) -> Secrets {
        secrets_of(target, headers)
    }

    fn hides_answer(&self, call: &str) -> bool {
        matches!(call, TOKEN | TOKEN_AGAIN)
    }
}

impl Vendor for Http {
    fn about(&self) -> &'static About {
        static HTTP: About = ABOUT;
        &HTTP
    }

    fn check(
        &self,
        settings: &Map<String, Value>,
        credentials: &Map<String, Value>,
    ) -> Vec<(String, String)> {
        let account = Account::new(settings.clone(), credentials.clone());
        let mut wrong = Vec::new();
        for name in headers(&account).filter_map(|(name, value)| unsettable(name, value)) {
            wrong.push(("settings.headers".to_owned(), name));
        }
        if let Err(why) = Client::of(&account) {
            wrong.push(("credentials.oauth2".to_owned(), why));
        }
        if !account.credential("token").is_empty() && credentials.contains_key("oauth2") {
            let why = "there is a `token` as well: one of the two lets us in".to_owned();
            wrong.push(("credentials.oauth2".to_owned(), why));
        }
        if preset::makes_tickets(&account) {
            wrong.extend(Connector(RequestTracker).check(settings, credentials));
        } else if let Err(why) = body::check(&account) {
            wrong.push(("settings.body_template".to_owned(), why));
        }
        wrong
    }

    fn test(&self, input: &Input<'_>) -> Step {
        let Some(account) = Account::of(input.target) else {
            return never("settings", "the connector's settings cannot be read");
        };
        if preset::makes_tickets(&account) {
            return Connector(RequestTracker).test(input);
        }
        let tool = Tool { account, input };
        let client = Client::of(&tool.account).ok().flatten();
        match (input.last, input.called, client) {
            (Last::NoAnswer(error), ..) => Step::End(End::unanswered(error)),
            (Last::Answer(answer), Some(TOKEN), _) => match oauth::token(answer) {
                Ok(token) => tool.look(Some(&token)),
                Err(why) => Step::End(oauth::refused(
                    answer,
                    &tool.account.masked(&why),
                    input.now,
                )),
            },
            (Last::Answer(answer), ..) => Step::End(judge::looked(answer, input.now)),
            (_, _, Some(client)) => tool.fetch_token(TOKEN, &client),
            _ => tool.look(None),
        }
    }

    fn preview(
        &self,
        shop: &Shop,
        target: &Target,
        claim: &Value,
        context: &Value,
    ) -> Result<Preview, String> {
        let account = Account::of(target).ok_or("the connector's settings cannot be read")?;
        if preset::makes_tickets(&account) {
            return Connector(RequestTracker).preview(shop, target, claim, context);
        }
        let values = Values::of_claim(claim, context, shop);
        let body = body::body(&account, &values)?;
        let (method, url) = (method(&account), account.setting(&ABOUT, "url"));
        Ok(Preview {
            subject: values.title(),
            requester: values.email(),
            request: format!("{} {url}\n\n{body}", method.as_str()),
            body,
            ..Preview::default()
        })
    }

    fn ticket(&self, kept: &SavedState) -> Option<String> {
        Connector(RequestTracker).ticket(kept)
    }
}

/// The tool that a target is, and what is asked of it.
struct Tool<'a> {
    account: Account,
    input: &'a Input<'a>,
}

impl Tool<'_> {
    fn tell(&self, name: &'static str, token: Option<&str>) -> Step {
        let input = self.input;
        let values = Values::of(input.event, input.shop);
        let body = match body::body(&self.account, &values) {
            Ok(body) => body,
            Err(why) => return never("template", &format!("`settings.body_template`: {why}")),
        };
        let mut headers = self.headers(token);
        headers.push(("Content-Type".into(), body::content_type(&self.account)));
        headers.push(("Claimwire-Event-Id".into(), input.event.id()));
        headers.push(("Claimwire-Delivery-Id".into(), input.delivery.to_string()));
        headers.push(("Claimwire-Attempt".into(), input.attempt.to_string()));
        let url = self.account.setting(&ABOUT, "url");
        self.send(name, method(&self.account), url, headers, body)
    }

    /// Looks whether anything answers there.
    fn look(&self, token: Option<&str>) -> Step {
        let url = self.account.setting(&ABOUT, "url");
        self.send(TEST, Method::Get, url, self.headers(token), String::new())
    }

    fn fetch_token(&self, name: &'static str, client: &Client<'_>) -> Step {
        let (headers, body) = client.request();
        let mut all = vec![(Cow::Borrowed("User-Agent"), USER_AGENT.to_owned())];
        all.extend(headers);
        self.send(name, Method::Post, client.token_url, all, body)
    }

    fn headers(&self, token: Option<&str>) -> Vec<(Cow<'static, str>, String)> {
        let mut all = vec![(Cow::Borrowed("User-Agent"), USER_AGENT.to_owned())];
        let token = token.unwrap_or_else(|| self.account.credential("token"));
        if !token.is_empty() {
            let scheme = Preset::of(&self.account).map_or("Bearer", |preset| preset.scheme);
            all.push(("Authorization".into(), format!("{scheme} {token}")));
        }
        let has = |name: &str, all: &[(Cow<'static, str>, String)]| {
            all.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
        };
        for (name, value) in headers(&self.account) {
            if !has(name, &all) && !name.eq_ignore_ascii_case("content-type") {
                all.push((name.to_owned().into(), value.to_owned()));
            }
        }
        all
    }

    fn send(
        &self,
        name: &'static str,
        method: Method,
        url: &str,
        headers: Vec<(Cow<'static, str>, String)>,
        body: String,
    ) -> Step {
        let (target, shop) = (self.input.target, self.input.shop);
        let request = Request {
            method,
            url: url.to_owned(),
            headers: headers.into(),
            body: body.into(),
            timeout: Duration::from_secs(u64::from(target.timeout_seconds)),
            egress: target.egress.clone(),
            answer_limit: claimwire_wire::send::RESPONSE_BODY_READ,
            answer_room: None,
            shop: shop.no,
        };
        Step::Send(Call {
            name: Some(name.into()),
            request: request.pinned(shop),
        })
    }
}

fn method(account: &Account) -> Method {
    match account.setting(&ABOUT, "method") {
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        _ => Method::Post,
    }
}

/// The headers that were set.
fn headers(account: &Account) -> impl Iterator<Item = (&str, &str)> {
    let set = account.settings.get("headers").and_then(Value::as_object);
    set.into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((&**name, value.as_str()?)))
}

/// Why this cannot be a header of a request, if it cannot (RFC 9110, 5.1 and 5.5).
fn unsettable(name: &str, value: &str) -> Option<String> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let shown: String = name.chars().take(80).collect();
    if name.is_empty() || !name.bytes().all(token) {
        return Some(format!("`{shown}` is no header's name"));
    }
    let lower = name.to_ascii_lowercase();
    if NOT_SETTABLE.contains(&&*lower) || lower.starts_with("claimwire-") {
        return Some(format!("`{shown}` cannot be set"));
    }
    if value.bytes().any(|b| b < b' ' && b != b'\t' || b == 0x7f) {
        return Some(format!(
            "the value of `{shown}` has control characters in it"
        ));
    }
    None
}

/// This delivery will never be made; the connector goes on.
fn never(error: &'static str, detail: &str) -> Step {
    let detail = detail.chars().take(500).collect();
    Step::End(End::not(Ending::Refused { disable: None }, error, detail))
}
