//! A dialect's file: TOML → what it describes, or each thing that is wrong with it and where.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use claimwire_model::Dialect;
use claimwire_model::catalogue;
use claimwire_model::dialect::Described;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::webhook::Ack;
use claimwire_template::Template;
use serde::Deserialize;
use toml::Spanned;

use super::form::{Form, escape};
use super::signature::{Algorithm, Encoding, Part, Signature, pattern};
use super::vector::Vector;
use super::{OwnDialect, check};

/// Event names of one file.
const NAMES: usize = 500;
/// Waits of one retry table, as a webhook's (contract section 3).
const DELAYS: usize = 50;
/// Seconds of one wait: 30 days.
const DELAY_SECONDS: f64 = 2_592_000.0;
/// Hours without a success that disable at most: a year.
const DISABLE_HOURS: f64 = 8_760.0;
/// Headers of one dialect, beside those of its signature.
const HEADERS: usize = 20;

/// Headers that are the connection's or ours.
const TAKEN: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "user-agent",
];

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// From 1.
    pub line: usize,
    /// What is wrong there, and what would be right.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Spanned<String>,
    title: Option<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "for those who read the file")]
    documentation: Vec<String>,
    timeout_seconds: Option<Spanned<u8>>,
    #[serde(default)]
    ack: Ack,
    events: Spanned<BTreeMap<String, Spanned<String>>>,
    body: Body,
    #[serde(default)]
    headers: BTreeMap<String, Spanned<String>>,
    signature: Spanned<SignatureFields>,
    retry: Option<Spanned<RetryFields>>,
    #[serde(default)]
    vectors: Vec<Spanned<Vector>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default = "json")]
    content_type: Spanned<String>,
    template: Spanned<String>,
}

fn json() -> Spanned<String> {
    Spanned::new(0..0, "application/json".to_owned())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureFields {
    algorithm: Algorithm,
    #[serde(default)]
    header: String,
    #[serde(default = "body")]
    signs: String,
    #[serde(default)]
    encoding: Encoding,
    #[serde(default)]
    prefix: String,
    #[serde(default = "signatures")]
    value: String,
    separator: Option<String>,
    next_header: Option<String>,
    timestamp_header: Option<String>,
}

fn body() -> String {
    "{body}".to_owned()
}

fn signatures() -> String {
    "{signatures}".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetryFields {
    delays: Vec<f64>,
    #[serde(default)]
    jitter: f64,
    disable_after: Option<u32>,
    disable_after_hours: Option<f64>,
}

/// The text, with what is wrong with it.
struct Reading<'a> {
    text: &'a str,
    wrong: Vec<Wrong>,
}

impl Reading<'_> {
    fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    fn wrong(&mut self, span: Range<usize>, message: impl Into<String>) {
        let line = self.line(span.start);
        self.wrong.push(Wrong {
            line,
            message: message.into(),
        });
    }

    fn that(&mut self, good: bool, span: Range<usize>, message: &str) {
        if !good {
            self.wrong(span, message);
        }
    }

    /// A template; what is wrong in it stands in the file's own line.
    fn template(
        &mut self,
        at: &str,
        text: &Spanned<String>,
        content_type: &str,
    ) -> Option<Template> {
        match Template::escaping(text.get_ref(), escape(content_type)) {
            Ok(template) => Some(template),
            Err(why) => {
                let quoted = self.text.get(text.span()).unwrap_or_default();
                // Text in three quotes begins in the line after them.
                let below = ["'''\n", "\"\"\"\n", "'''\r\n", "\"\"\"\r\n"];
                let below = usize::from(below.iter().any(|quotes| quoted.starts_with(quotes)));
                let within = why.strip_prefix("line ").and_then(|rest| {
                    let digits = rest.find(|c: char| !c.is_ascii_digit())?;
                    rest.get(..digits)?.parse::<usize>().ok()
                });
                let line = self.line(text.span().start) + below + within.unwrap_or(1) - 1;
                let message = format!("`{at}`: {why}");
                self.wrong.push(Wrong { line, message });
                None
            }
        }
    }
}

/// What a file describes. What it names is encoded and its vectors are checked.
///
/// # Errors
/// Each thing that is wrong with it; at least one.
pub fn read(text: &str) -> Result<OwnDialect, Vec<Wrong>> {
    let mut reading = Reading {
        text,
        wrong: Vec::new(),
    };
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            reading.wrong(error.span().unwrap_or(0..0), error.message());
            return Err(reading.wrong);
        }
    };
    let name = name(&mut reading, &file.name);
    let names = names(&mut reading, &file.events);
    let signature = signature(&mut reading, &file.signature);
    let form = form(&mut reading, &file, signature);
    let retry = retry(&mut reading, file.retry.as_ref());
    let timeout_seconds = file.timeout_seconds.as_ref().map_or(15, |it| *it.get_ref());
    if let Some(given) = &file.timeout_seconds {
        let good = (1..=30).contains(&timeout_seconds);
        reading.that(good, given.span(), "`timeout_seconds` is not from 1 to 30");
    }
    let (Some(form), true) = (form, reading.wrong.is_empty()) else {
        return Err(reading.wrong);
    };
    let described = Described {
        title: file.title.unwrap_or_else(|| name.clone()),
        names,
        retry,
        timeout_seconds,
        ack: file.ack,
    };
    let own = OwnDialect {
        name,
        described,
        form,
    };
    for failed in check::samples(&own) {
        reading.wrong(file.body.template.span(), failed);
    }
    for (at, vector) in file.vectors.iter().enumerate() {
        if let Err(why) = check::vector(&own, vector.get_ref()) {
            reading.wrong(vector.span(), format!("vector {}: {why}", at + 1));
        }
    }
    match reading.wrong.is_empty() {
        true => Ok(own),
        false => Err(reading.wrong),
    }
}

fn name(reading: &mut Reading<'_>, given: &Spanned<String>) -> String {
    let name = given.get_ref();
    let good = (2..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
    reading.that(
        good,
        given.span(),
        "`name` is not 2 to 32 of a-z, 0-9, - and _ with a letter first",
    );
    let taken = Dialect::ALL
        .iter()
        .any(|built_in| built_in.as_str() == name);
    reading.that(!taken, given.span(), "`name` is that of a built-in dialect");
    name.clone()
}

fn names(
    reading: &mut Reading<'_>,
    given: &Spanned<BTreeMap<String, Spanned<String>>>,
) -> Vec<(String, String)> {
    let (all, span) = (given.get_ref(), given.span());
    reading.that(!all.is_empty(), span.clone(), "`events` names no event");
    reading.that(
        all.len() <= NAMES,
        span,
        "`events` has more than 500 entries",
    );
    for (r#ref, name) in all {
        if !catalogue::is_ref_prefix(r#ref) {
            let message = format!(
                "`{ref}` is neither an event nor the first segments of one; GET /v1/event-types lists them"
            );
            reading.wrong(name.span(), message);
        }
        let text = name.get_ref();
        let good = (1..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_graphic())
            && !text.starts_with("group:")
            && text != "*";
        let message = format!("the name of `{ref}` is not 1 to 128 visible ASCII characters");
        reading.that(good, name.span(), &message);
    }
    let pairs = all.iter();
    pairs
        .map(|(r#ref, name)| (r#ref.clone(), name.get_ref().clone()))
        .collect()
}

fn form(reading: &mut Reading<'_>, file: &File, signature: Option<Signature>) -> Option<Form> {
    let content_type = file.body.content_type.get_ref();
    let good = content_type.contains('/') && is_header_value(content_type);
    let span = file.body.content_type.span();
    reading.that(good, span, "`body.content_type` is no media type");
    let body = reading.template("body.template", &file.body.template, content_type);
    let mut headers = Vec::with_capacity(file.headers.len());
    for (name, text) in &file.headers {
        header_name(reading, &format!("headers.{name}"), name, &text.span());
        let template = reading.template(&format!("headers.{name}"), text, "text/plain");
        headers.extend(template.map(|template| (name.clone(), template)));
    }
    let few = headers.len() <= HEADERS;
    reading.that(
        few,
        file.signature.span(),
        "`headers` has more than 20 entries",
    );
    Some(Form {
        content_type: content_type.clone(),
        body: body?,
        headers,
        signature: signature?,
    })
}

fn header_name(reading: &mut Reading<'_>, at: &str, name: &str, span: &Range<usize>) {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let good = !name.is_empty() && name.len() <= 128 && name.bytes().all(token);
    reading.that(good, span.clone(), &format!("`{at}` is no header's name"));
    let lower = name.to_ascii_lowercase();
    let free = !TAKEN.contains(&&*lower) && !lower.starts_with("claimwire-");
    let message = format!("`{at}`: `{name}` is set by the server or by the connection");
    reading.that(free, span.clone(), &message);
}

fn is_header_value(text: &str) -> bool {
    text.bytes().all(|b| (b' '..=b'~').contains(&b))
}

fn signature(reading: &mut Reading<'_>, given: &Spanned<SignatureFields>) -> Option<Signature> {
    let (it, span) = (given.get_ref(), given.span());
    let before = reading.wrong.len();
    let is_hmac = !matches!(it.algorithm, Algorithm::Secret | Algorithm::None);
    let mut parsed = |at: &str, text: &str, holes: &[&'static str]| {
        pattern(text, holes).unwrap_or_else(|why| {
            reading.wrong(span.clone(), format!("`signature.{at}`: {why}"));
            Vec::new()
        })
    };
    let signs = parsed("signs", &it.signs, &["id", "timestamp", "body"]);
    let value = parsed("value", &it.value, &["timestamp", "signatures"]);
    let has = |parts: &[Part], hole| parts.contains(&Part::Hole(hole));
    if it.algorithm != Algorithm::None {
        header_name(reading, "signature.header", &it.header, &span);
    }
    for name in [&it.next_header, &it.timestamp_header]
        .into_iter()
        .flatten()
    {
        header_name(reading, "signature", name, &span);
    }
    reading.that(
        !is_hmac || has(&signs, "body"),
        span.clone(),
        "`signature.signs` leaves out `{body}`, so the body could be any",
    );
    reading.that(
        has(&value, "signatures"),
        span.clone(),
        "`signature.value` leaves out `{signatures}`",
    );
    let adjacent = value
        .windows(2)
        .any(|two| matches!(two, [Part::Hole(_), Part::Hole(_)]));
    reading.that(
        !adjacent,
        span.clone(),
        "`signature.value` has nothing between its two parts, so nobody could tell them apart",
    );
    let told = has(&value, "timestamp") || it.timestamp_header.is_some();
    reading.that(
        !has(&signs, "timestamp") || told,
        span.clone(),
        "`signature.signs` has a `{timestamp}` that no header tells: put it into `value`, or name a `timestamp_header`",
    );
    reading.that(
        it.separator.as_deref() != Some("")
            && [&it.prefix, &it.value]
                .iter()
                .all(|text| is_header_value(text)),
        span,
        "`signature` has an empty `separator`, or other than printable ASCII characters",
    );
    (reading.wrong.len() == before).then(|| Signature {
        algorithm: it.algorithm,
        encoding: it.encoding,
        signs,
        prefix: it.prefix.clone(),
        separator: it.separator.clone(),
        value,
        header: it.header.clone(),
        next_header: it
            .next_header
            .clone()
            .unwrap_or_else(|| format!("{}-Next", it.header)),
        timestamp_header: it.timestamp_header.clone(),
    })
}

fn retry(reading: &mut Reading<'_>, given: Option<&Spanned<RetryFields>>) -> RetryPolicy {
    let Some(given) = given else {
        return Dialect::default().retry_policy();
    };
    let (it, span) = (given.get_ref(), given.span());
    let good = |seconds: &f64| (0.0..=DELAY_SECONDS).contains(seconds);
    reading.that(
        it.delays.len() <= DELAYS && it.delays.iter().all(good),
        span.clone(),
        "`retry.delays` is not at most 50 numbers of seconds from 0 to 2592000",
    );
    reading.that(
        (0.0..=1.0).contains(&it.jitter),
        span.clone(),
        "`retry.jitter` is not from 0 to 1",
    );
    let hours = it.disable_after_hours;
    reading.that(
        it.disable_after != Some(0) && hours.is_none_or(|hours| hours > 0.0 && hours <= DISABLE_HOURS),
        span,
        "`retry.disable_after` is 0, or `retry.disable_after_hours` is not above 0 and at most 8760",
    );
    let duration = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO);
    RetryPolicy {
        delays: it.delays.iter().copied().map(duration).collect(),
        jitter: it.jitter,
        disable_after: it.disable_after,
        disable_after_failing: hours.map(|hours| duration(hours * 3600.0)),
    }
}
