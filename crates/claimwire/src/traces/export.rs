//! Sends spans to the collector, apart from everything that makes them.

use std::time::Duration;

use bytes::Bytes;
use claimwire_model::trace::Hex;
use claimwire_model::{Headers, ShopNo};
use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_wire::send::{Method, RESPONSE_BODY_READ, Request, Sender as _};
use claimwire_wire::trace::Span;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use metrics::{Counter, counter, describe_counter};
use ring::rand::{SecureRandom as _, SystemRandom};
use rustls_pki_types::CertificateDer;
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::{BATCH, Collector, TRIES, encode};

const EXPORTED: &str = "claimwire_trace_spans_exported_total";
pub(super) const DROPPED: &str = "claimwire_trace_spans_dropped_total";

/// How long a batch is gathered.
const GATHERED_FOR: Duration = Duration::from_secs(1);
/// One deadline over a request to the collector.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The wait before a batch is offered again; it doubles.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest wait that a collector may ask for.
const PAUSE_AT_MOST: Duration = Duration::from_secs(30);

/// The task that sends spans.
pub struct Exporter {
    task: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Exporter {
    /// Sends what comes to this collector.
    pub fn start(
        collector: Collector,
        roots: Vec<CertificateDer<'static>>,
        spans: mpsc::Receiver<Span>,
    ) -> anyhow::Result<Self> {
        describe_counter!(
            EXPORTED,
            "Spans that the collector of traces took, while it could be reached."
        );
        describe_counter!(
            DROPPED,
            "Spans that no collector got, by reason: queue_full, unreachable, rejected."
        );
        let (stop, stopped) = oneshot::channel();
        let sending = Sending::new(collector, roots)?;
        let task = tokio::spawn(sending.run(spans, stopped));
        Ok(Self { task, stop })
    }

    /// Sends what has come until now, for at most `deadline`.
    pub async fn stop(self, deadline: Duration) {
        let _ = self.stop.send(());
        let mut task = self.task;
        if timeout(deadline, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// Why a batch was not taken.
enum Refused {
    /// It may be later on, after this time if the collector says so.
    ForNow(String, Option<Duration>),
    /// Never.
    ForGood(String),
}

struct Sending {
    sender: HttpSender,
    url: String,
    headers: Headers,
    instance: String,
    exported: Counter,
    unreachable: Counter,
    rejected: Counter,
    /// The last batch was dropped; said once.
    failing: bool,
}

impl Sending {
    fn new(collector: Collector, roots: Vec<CertificateDer<'static>>) -> anyhow::Result<Self> {
        // The operator named the collector, wherever it is: the rules for what shops name do not hold for it.
        let sender = HttpSender::new(SenderSettings {
            allow_http: true,
            allow_networks: vec![IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())],
            extra_roots: roots,
            ..SenderSettings::default()
        })?;
        let mut headers = Headers::default();
        headers.push("Content-Type", "application/json");
        headers.push(
            "User-Agent",
            concat!("claimwire/", env!("CARGO_PKG_VERSION")),
        );
        headers.extend(collector.headers);
        let mut instance = [0; 16];
        let _ = SystemRandom::new().fill(&mut instance);
        let dropped = |reason: &'static str| counter!(DROPPED, "reason" => reason);
        Ok(Self {
            sender,
            headers,
            url: collector.url,
            instance: Hex(&instance).to_string(),
            exported: counter!(EXPORTED),
            unreachable: dropped("unreachable"),
            rejected: dropped("rejected"),
            failing: false,
        })
    }

    async fn run(mut self, mut spans: mpsc::Receiver<Span>, mut stop: oneshot::Receiver<()>) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let first = tokio::select! {
                biased;
                _ = &mut stop => break,
                first = spans.recv() => first,
            };
            let Some(first) = first else { return };
            batch.push(first);
            let until = Instant::now() + GATHERED_FOR;
            while batch.len() < BATCH {
                let room = BATCH - batch.len();
                tokio::select! {
                    biased;
                    _ = &mut stop => {
                        self.send(&batch).await;
                        batch.clear();
                        return self.rest(spans, batch).await;
                    }
                    more = timeout_at(until, spans.recv_many(&mut batch, room)) => {
                        if !matches!(more, Ok(1..)) {
                            break;
                        }
                    }
                }
            }
            self.send(&batch).await;
            batch.clear();
        }
        self.rest(spans, batch).await;
    }

    /// What has come until now.
    async fn rest(&mut self, mut spans: mpsc::Receiver<Span>, mut batch: Vec<Span>) {
        spans.close();
        while spans.recv_many(&mut batch, BATCH).await > 0 {
            self.send(&batch).await;
            batch.clear();
        }
    }

    async fn send(&mut self, batch: &[Span]) {
        if batch.is_empty() {
            return;
        }
        let spans = batch.len() as u64;
        let body = match encode::request(&self.instance, batch) {
            Ok(body) => Bytes::from(body),
            Err(error) => return self.dropped(spans, &error.to_string(), false),
        };
        let mut pause = PAUSE;
        for tried in 1.. {
            match self.offer(body.clone()).await {
                Ok(rejected) => {
                    let rejected = rejected.min(spans);
                    self.exported.increment(spans - rejected);
                    self.rejected.increment(rejected);
                    if std::mem::take(&mut self.failing) {
                        tracing::info!(url = %self.url, "the collector of traces takes spans again");
                    }
                    return;
                }
                Err(Refused::ForGood(why)) => return self.dropped(spans, &why, false),
                Err(Refused::ForNow(why, _)) if tried >= TRIES || self.failing => {
                    return self.dropped(spans, &why, true);
                }
                Err(Refused::ForNow(_, asked)) => {
                    sleep(asked.unwrap_or(pause).min(PAUSE_AT_MOST)).await;
                    pause *= 2;
                }
            }
        }
    }

    fn dropped(&mut self, spans: u64, why: &str, unreachable: bool) {
        match unreachable {
            true => self.unreachable.increment(spans),
            false => self.rejected.increment(spans),
        }
        if !std::mem::replace(&mut self.failing, true) {
            tracing::warn!(url = %self.url, why, "the collector of traces takes no spans: they are dropped until it does");
        }
    }

    /// Offers spans once; answers with how many of them the collector rejected.
    async fn offer(&self, body: Bytes) -> Result<u64, Refused> {
        let request = Request {
            method: Method::Post,
            url: self.url.clone(),
            headers: self.headers.clone(),
            body,
            timeout: REQUEST_TIMEOUT,
            egress: None,
            answer_limit: RESPONSE_BODY_READ,
            answer_room: None,
            shop: ShopNo(0),
        };
        let sent = self.sender.send(request).await;
        let answer = sent.map_err(|error| Refused::ForNow(error.to_string(), None))?;
        if answer.is_success() {
            return Ok(rejected(&answer.body));
        }
        let why = format!("it answered {}", answer.status);
        // What may be tried again, by OTLP's specification.
        if !matches!(answer.status, 429 | 502 | 503 | 504) {
            return Err(Refused::ForGood(why));
        }
        let later = answer.header("retry-after");
        let later = later.and_then(|value| value.parse().ok());
        Err(Refused::ForNow(why, later.map(Duration::from_secs)))
    }
}

/// How many spans of a request were not taken, by the answer to it.
fn rejected(body: &[u8]) -> u64 {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        partial_success: Option<Partial>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Partial {
        rejected_spans: Option<serde_json::Value>,
    }
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    let count = answer.and_then(|answer| answer.partial_success?.rejected_spans);
    // A 64-bit number is text in protobuf's JSON, and a number is to be read as well.
    let count = count.and_then(|count| count.as_u64().or_else(|| count.as_str()?.parse().ok()));
    count.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_collector_did_not_take_is_read_from_its_answer() {
        for (body, count) in [
            ("{}", 0),
            ("", 0),
            (r#"{"partialSuccess":{}}"#, 0),
            (r#"{"partialSuccess":{"rejectedSpans":"3"}}"#, 3),
            (
                r#"{"partialSuccess":{"rejectedSpans":3,"errorMessage":"x"}}"#,
                3,
            ),
        ] {
            assert_eq!(rejected(body.as_bytes()), count, "{body}");
        }
    }
}
