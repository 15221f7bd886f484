//! What deliveries see of people who look at the portal: one shop's, alone and beside users who open its pages.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use http::{Method, StatusCode};
use indicatif::ProgressBar;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::client::Client;
use crate::options::Options;
use crate::outcome::Outcome;
use crate::receiver::Receiver;
use crate::report::{Report, Row};
use crate::scenario::Scenario;
use crate::server::{ADMIN_KEY, Server};
use crate::setup;
use crate::stage::Stage;
use crate::stats::{ms, percentile, ratio};

use super::isolation::NEIGHBOUR;

/// Events per second of the shop.
const RATE: u32 = 200;
/// Claims that the pages have to show.
const CLAIMS: usize = 1_000;
/// People at the portal. Each opens the next page as soon as the one before is there, and no more than one in
/// [`PAUSE`], at moments of their own: people do not press together.
const USERS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);
const SLUG: &str = "bench-0";
/// What they open, in turn.
const PAGES: [&str; 4] = ["", "/deliveries", "/claims", "/analytics"];

/// Every second run takes the two cases in the other order, so that a drift of the machine does not favour one.
pub(super) async fn measure(
    options: &Options,
    run: u32,
    report: &mut Report,
) -> anyhow::Result<()> {
    let scenario = Scenario::open("200/s and the portal", RATE, options.open_for);
    let stage = set_up(options, &scenario).await?;
    stage.warm_up(&scenario).await?;
    let (mut alone, mut beside) = (None, None);
    let first = run.is_multiple_of(2);
    for with_users in [first, !first] {
        if with_users {
            let begun = Instant::now();
            let users = Users::start(stage.server.address)?;
            let outcome = stage.measure(&scenario).await?;
            beside = Some((outcome, begun.elapsed(), users.end()?));
        } else {
            alone = Some(stage.measure(&scenario).await?);
        }
    }
    let (Some(mut alone), Some((mut beside, took, mut opened))) = (alone, beside) else {
        bail!("one of the two cases was not measured")
    };
    let pages = opened.len();
    let mut row = Row::new(&format!("{RATE}/s beside {USERS} users of the portal"));
    row.promise(
        "delivery p99 as a multiple of that alone",
        ratio(beside.end_to_end(0.99), alone.end_to_end(0.99)),
        NEIGHBOUR,
    );
    for (case, outcome) in [("alone", &mut alone), ("beside", &mut beside)] {
        figures(&mut row, case, outcome);
    }
    let pages = f64::from(u32::try_from(pages)?);
    row.add("pages/s", ratio(pages, took.as_secs_f64()));
    for (name, share) in [("p50", 0.5), ("p95", 0.95)] {
        row.add(
            &format!("page {name}, ms"),
            ms(percentile(&mut opened, share)),
        );
    }
    report.add(row);
    Ok(())
}

fn figures(row: &mut Row, case: &str, outcome: &mut Outcome) {
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        row.add(
            &format!("{case}: delivery {name}, ms"),
            outcome.end_to_end(share),
        );
    }
    row.add(&format!("{case}: lost"), outcome.lost());
}

/// A server whose shop has claims from before its webhook.
async fn set_up(options: &Options, scenario: &Scenario) -> anyhow::Result<Stage> {
    let receiver = Receiver::start()?;
    let server = Server::start_under(options, &[]).await?;
    let place = setup::shop_with(server.address, SLUG, []).await?;
    let claim = |number: usize| {
        let claim = json!({
            "reason": "damage", "title": format!("Broken mug {number}"), "order_number": number.to_string(),
            "customer": {"email": format!("customer{number}@example.net")},
        });
        (format!("/v1/shops/{SLUG}/claims"), claim)
    };
    let hidden = ProgressBar::hidden();
    setup::all(server.address, (0..CLAIMS).map(claim), &hidden).await?;
    let webhook = setup::webhook(SLUG, json!({"url": scenario.url(&receiver, 0, 0)}));
    setup::all(server.address, [webhook].into_iter(), &hidden).await?;
    Ok(Stage::new(options, receiver, server, vec![place]))
}

/// The users at work. They have a thread and a runtime of their own, so that what they do does not hold up the
/// watch.
struct Users {
    stop: oneshot::Sender<()>,
    thread: thread::JoinHandle<anyhow::Result<Vec<u64>>>,
}

impl Users {
    fn start(address: SocketAddr) -> anyhow::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("users".to_owned())
            .spawn(move || {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?
                    .block_on(use_portal(address, stopped))
            })?;
        Ok(Self { stop, thread })
    }

    /// Ends it: how long each page took, in nanoseconds.
    fn end(self) -> anyhow::Result<Vec<u64>> {
        // It may have ended by itself.
        let _ = self.stop.send(());
        let ended = self.thread.join();
        ended.map_err(|_| anyhow!("the users' thread ended by a panic"))?
    }
}

async fn use_portal(
    address: SocketAddr,
    mut stopped: oneshot::Receiver<()>,
) -> anyhow::Result<Vec<u64>> {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut users = JoinSet::new();
    for user in 0..USERS {
        users.spawn(open_pages(address, user, tell.clone()));
    }
    tokio::select! {
        _ = &mut stopped => {}
        Some(ended) = users.join_next() => ended??,
    }
    drop((tell, users));
    let mut opened = Vec::new();
    while let Some(took) = told.recv().await {
        opened.push(took);
    }
    Ok(opened)
}

/// One user, who opens pages for ever.
async fn open_pages(
    address: SocketAddr,
    user: u32,
    tell: tokio::sync::mpsc::UnboundedSender<u64>,
) -> anyhow::Result<()> {
    let mut client = Client::connect(address).await?;
    let cookie = sign_in(&mut client).await?;
    let mut turn = interval_at(Instant::now() + PAUSE / USERS * user, PAUSE);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for page in PAGES.iter().cycle().skip(usize::try_from(user)?) {
        turn.tick().await;
        let uri = format!("/portal/shops/{SLUG}{page}").parse()?;
        let headers = HeaderMap::from_iter([(COOKIE, cookie.clone())]);
        let begun = Instant::now();
        let (status, _) = client.send(Method::GET, uri, headers, Bytes::new()).await?;
        if status != StatusCode::OK {
            bail!("the portal's page `{page}` was answered {status}");
        }
        tell.send(u64::try_from(begun.elapsed().as_nanos())?)?;
    }
    Ok(())
}

async fn sign_in(client: &mut Client) -> anyhow::Result<HeaderValue> {
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, form)]);
    let body = format!("key={ADMIN_KEY}").into();
    let uri = "/portal/sign-in".parse()?;
    let (head, _) = client.exchange(Method::POST, uri, headers, body).await?;
    let cookie = head.headers.get(SET_COOKIE);
    let cookie = cookie.context("the portal does not sign us in")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().parse()?)
}
