//! Claims that become tickets at a helpdesk: what is added to the vendor's own time, and what claims cost that wait
//! for a vendor that takes one call a second.

mod desk;

use std::time::Duration;

use anyhow::Context;
use http::Method;
use serde_json::{Value, json};

use crate::client::{Client, json_headers};
use crate::options::Options;
use crate::process::{resident_mb, threads};
use crate::report::{Bar, Report, Row};
use crate::scenario::Scenario;
use crate::server::ADMIN_KEY;
use crate::setup;
use crate::stage::Stage;
use crate::stats::{ms, percentile, ratio};

use super::isolation::NEIGHBOUR;
use desk::VendorDesk;

/// Events per second of the shop that is watched.
const RATE: u32 = 200;
/// Photos of a claim.
const PHOTOS: usize = 5;
/// Claims that are measured, one after another; before them, some that are not.
const CLAIMS: u32 = 50;
const WARM_UP: u32 = 5;
/// Claims that wait.
const WAITING: u32 = 1_000;
/// Memory is read so long after the last of them was accepted.
const SETTLE: Duration = Duration::from_secs(2);

/// Between a claim's request and its ticket, beside what vendor and photos' host took.
const OVERHEAD_MS: Bar = Bar::AtMost(20.0);
const WAITING_MB: Bar = Bar::AtMost(20.0);
const WAITING_THREADS: Bar = Bar::AtMost(0.0);

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let watched = Scenario::open("the watched shop", RATE, options.open_for);
    let stage = Stage::set_up(options, &watched).await?;
    stage.warm_up(&watched).await?;
    report.add(overhead(&stage).await?);
    report.add(waiting(&stage, &watched).await?);
    Ok(())
}

/// One claim at a time, as fast as the helpdesk takes it.
async fn overhead(stage: &Stage) -> anyhow::Result<Row> {
    let desk = VendorDesk::start().await?;
    let mut shop = Shop::set_up(stage, "prompt", &desk, 1_000).await?;
    let (mut ours, mut theirs, mut all) = (Vec::new(), Vec::new(), Vec::new());
    let mut cpu = 0.0;
    for number in 0..WARM_UP + CLAIMS {
        if number == WARM_UP {
            cpu = stage.server.cpu_seconds()?;
        }
        desk.begin();
        shop.claim(&desk, number).await?;
        let took = desk.ticket(number).await?;
        if number >= WARM_UP {
            all.push(took.all);
            theirs.push(took.vendor);
            ours.push(took.all.saturating_sub(took.vendor));
        }
    }
    let cpu = stage.server.cpu_seconds()? - cpu;
    let mut row = Row::new(&format!("a claim with {PHOTOS} photos becomes a ticket"));
    row.promise(
        "our own time, p50, ms",
        ms(percentile(&mut ours, 0.5)),
        OVERHEAD_MS,
    );
    row.add("our own time, p99, ms", ms(percentile(&mut ours, 0.99)));
    row.add(
        "vendor and photos, p50, ms",
        ms(percentile(&mut theirs, 0.5)),
    );
    row.add(
        "from request to ticket, p50, ms",
        ms(percentile(&mut all, 0.5)),
    );
    row.add(
        "from request to ticket, p99, ms",
        ms(percentile(&mut all, 0.99)),
    );
    row.add("server CPU of one claim, ms", cpu * 1e3 / f64::from(CLAIMS));
    row.add("calls of one claim", desk.calls_of_one());
    Ok(row)
}

/// Many claims at once for a helpdesk that takes one call a second.
async fn waiting(stage: &Stage, watched: &Scenario) -> anyhow::Result<Row> {
    let desk = VendorDesk::start().await?;
    let mut shop = Shop::set_up(stage, "patient", &desk, 1).await?;
    let pid = stage.server.pid();
    let mut before = stage.measure(watched).await?;
    let (memory, had) = (resident_mb(pid)?, threads(pid)?);
    for number in 0..WAITING {
        shop.claim(&desk, number).await?;
    }
    tokio::time::sleep(SETTLE).await;
    let (resident, has) = (resident_mb(pid)?, threads(pid)?);
    let mut beside = stage.measure(watched).await?;

    let mut row = Row::new(&format!(
        "{WAITING} claims with {PHOTOS} photos wait for a helpdesk that takes one call a second"
    ));
    row.promise("more resident memory, MB", resident - memory, WAITING_MB);
    row.promise("more threads", has - had, WAITING_THREADS);
    row.promise(
        "another shop's p99 as a multiple of that before",
        ratio(beside.end_to_end(0.99), before.end_to_end(0.99)),
        NEIGHBOUR,
    );
    for (case, outcome) in [("before", &mut before), ("beside", &mut beside)] {
        for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
            let figure = format!("{case}: the other shop's {name}, ms");
            row.add(&figure, outcome.end_to_end(share));
        }
        row.add(&format!("{case}: lost"), outcome.lost());
    }
    row.add("tickets made meanwhile", desk.tickets());
    Ok(row)
}

/// A shop whose claims go to a helpdesk.
struct Shop {
    slug: &'static str,
    client: Client,
}

impl Shop {
    async fn set_up(
        stage: &Stage,
        slug: &'static str,
        desk: &VendorDesk,
        per_second: u32,
    ) -> anyhow::Result<Self> {
        setup::shop_with(stage.server.address, slug, []).await?;
        let mut shop = Self {
            slug,
            client: Client::connect(stage.server.address).await?,
        };
        let mut connector = desk.connector();
        if let Some(fields) = connector.as_object_mut() {
            fields.insert("rate_limit".to_owned(), json!({"per_second": per_second}));
        }
        shop.post("connectors", &connector).await?;
        Ok(shop)
    }

    async fn claim(&mut self, desk: &VendorDesk, number: u32) -> anyhow::Result<()> {
        let photos: Vec<String> = (0..PHOTOS).map(|n| desk.photo(number, n)).collect();
        let claim = json!({
            "reason": "damage", "resolution_preference": "refund", "order_number": number.to_string(),
            "description": "The cup arrived in two parts.", "image_urls": photos,
            "customer": {"email": format!("customer-{number}@example.com"), "first_name": "Jo"},
        });
        self.post("claims", &claim).await
    }

    async fn post(&mut self, what: &str, body: &Value) -> anyhow::Result<()> {
        let path = format!("/v1/shops/{}/{what}", self.slug);
        let headers = json_headers(ADMIN_KEY)?;
        let sent = self.client.send(
            Method::POST,
            path.parse()?,
            headers,
            body.to_string().into(),
        );
        let (status, answer) = sent.await.with_context(|| format!("POST {path}"))?;
        anyhow::ensure!(
            status.is_success(),
            "POST {path} was answered {status}: {}",
            String::from_utf8_lossy(&answer)
        );
        Ok(())
    }
}
