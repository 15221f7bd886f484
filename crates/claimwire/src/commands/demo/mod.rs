//! `claimwire demo`: the main job, whole, on loopback, with no set-up. A server, a receiver per
//! dialect, a helpdesk, one customer's story written through the API, and a check of everything that arrived.

mod helpdesk;
mod history;
mod story;

use helpdesk::{Filed, Helpdesk};

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use claimwire_logs::LogFormat;
use claimwire_model::{Dialect, Timestamp};
use claimwire_testkit::{Received, Receiver};
use clap::Args;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::client::{Client, text};
use crate::output;
use crate::place::Place;
use crate::server::Server;
use crate::settings::ServeSettings;

/// How to show it.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Keep the server and the receivers running afterwards, to play with.
    #[arg(long)]
    stay: bool,
    /// Begin with a month of orders, parcels, claims and deliveries, the same every time.
    #[arg(long, requires = "stay")]
    with_history: bool,
    /// Port of this machine that the server stays at.
    #[arg(long, requires = "stay", default_value_t = STAY_PORT, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Everything must have arrived by then.
const PATIENCE: Duration = Duration::from_secs(60);
const SHOP: &str = "demo-shop";
const ADMIN_KEY: &str = "cw_admin_demo_on_this_machine_only";
const STAY_PORT: u16 = 8480;
/// How long the link into the portal is good for.
const LINK_SECONDS: u32 = 86_400;

/// One dialect's receiver, its webhook's secret, and the names that the story must make arrive.
struct Subscriber {
    dialect: Dialect,
    receiver: Receiver,
    secret: String,
    expected: &'static [&'static str],
}

/// Runs it: 0 when everything arrived and verified.
pub fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let _logs = claimwire_logs::start("warn", LogFormat::Text)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let dir = tempfile::tempdir().context("cannot make a temporary directory")?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, if args.stay { args.port } else { 0 }));
    let mut settings = ServeSettings::for_demo(listen, dir.path(), ADMIN_KEY);
    // The month is written before the server is there, with the addresses of its photos.
    settings.public_url = args.stay.then(|| format!("http://{listen}"));
    // Nobody takes the port while the month is written, and one that is taken is told of at once.
    let port = args.stay.then(|| TcpListener::bind(listen)).transpose();
    let port = port
        .with_context(|| format!("cannot listen on {listen}; choose another port with --port"))?;
    let progress = if args.json {
        indicatif::ProgressBar::hidden()
    } else {
        indicatif::ProgressBar::new_spinner()
    };
    progress.enable_steady_tick(Duration::from_millis(100));
    let _history = match args.with_history {
        true => {
            progress.set_message("writing a month of history");
            Some(history::write(&runtime, &settings)?)
        }
        false => None,
    };
    drop(port);
    let server = runtime.block_on(Server::start(&settings))?;
    let client = Client::at(Place {
        base: format!("http://{}", server.address),
        key: Some(ADMIN_KEY.to_owned()),
        shop: Some(SHOP.to_owned()),
    })?;

    progress.set_message("starting five receivers and subscribing them");
    if !args.with_history {
        client.post("/v1/shops", &json!({"slug": SHOP, "name": "Demo shop"}))?;
    }
    let subscribers = Dialect::ALL
        .into_iter()
        .map(|dialect| subscribe(&runtime, &client, dialect))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let helpdesk = Helpdesk::connect(&runtime, &client)?;
    progress.set_message("an order, a parcel, a claim with photos");
    story::tell(&client)?;
    progress.set_message("waiting for what must arrive");
    let (findings, filed) = runtime.block_on(async {
        let deadline = Instant::now() + PATIENCE;
        let mut findings = Vec::new();
        for subscriber in &subscribers {
            findings.push(examine(subscriber, &arrived(subscriber, deadline).await));
        }
        (findings, helpdesk.filed(deadline).await)
    });
    progress.finish_and_clear();

    let good = findings.iter().all(Finding::is_good) && filed.is_good();
    report(args.json, &findings, &filed)?;
    if args.stay {
        let link = json!({"role": "admin", "expires_in": LINK_SECONDS});
        let link = client.post(&client.in_shop("/portal-links")?, &link)?;
        let portal = text(&link, "url")?;
        explain_how_to_play(&server.address, portal, &subscribers, &helpdesk)?;
        runtime.block_on(tokio::signal::ctrl_c())?;
    }
    runtime.block_on(server.stop(Duration::from_secs(5)))?;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn subscribe(
    runtime: &tokio::runtime::Runtime,
    client: &Client,
    dialect: Dialect,
) -> anyhow::Result<Subscriber> {
    let receiver = runtime.block_on(Receiver::start())?;
    let url = receiver.url(&format!("/{dialect}"));
    let webhook = client.post(
        &client.in_shop("/webhooks")?,
        &json!({"url": url, "dialect": dialect, "description": format!("The demo’s receiver of {dialect}")}),
    )?;
    let secret = text(&webhook, "secret")?.to_owned();
    Ok(Subscriber {
        dialect,
        receiver,
        secret,
        expected: story::expected(dialect),
    })
}

/// What one receiver got.
struct Finding {
    dialect: Dialect,
    names: Vec<String>,
    missing: Vec<&'static str>,
    forged: Vec<String>,
}

impl Finding {
    fn is_good(&self) -> bool {
        self.missing.is_empty() && self.forged.is_empty()
    }
}

/// What has come, test events left out: when it is as much as expected, else at the deadline.
async fn arrived(subscriber: &Subscriber, deadline: Instant) -> Vec<Received> {
    let is_event =
        |request: &Received| name_of(subscriber.dialect, &request.body) != "webhook.test";
    let enough = subscriber
        .receiver
        .wait_for_matching(subscriber.expected.len(), is_event);
    match timeout_at(deadline, enough).await {
        Ok(Ok(requests)) => requests,
        _ => subscriber
            .receiver
            .requests()
            .into_iter()
            .filter(is_event)
            .collect(),
    }
}

/// What the dialect calls the event in this body.
fn name_of(dialect: Dialect, body: &[u8]) -> String {
    let field = match dialect {
        Dialect::Karla => "ref",
        Dialect::Claimable => "event_name",
        Dialect::Claimport | Dialect::Standard | Dialect::Cloudevents | Dialect::Own(_) => "type",
    };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body.get(field)
        .and_then(Value::as_str)
        .unwrap_or("(no name)")
        .to_owned()
}

/// Verifies every request as that dialect's receiver would, and compares with what the contract says
/// must arrive. A delivery may come twice; nothing may be missing.
fn examine(subscriber: &Subscriber, arrived: &[Received]) -> Finding {
    let mut finding = Finding {
        dialect: subscriber.dialect,
        names: Vec::new(),
        missing: Vec::new(),
        forged: Vec::new(),
    };
    for request in arrived {
        let name = name_of(subscriber.dialect, &request.body);
        let tolerance = Duration::from_secs(300);
        let at = Timestamp::from(request.at);
        let verdict = claimwire_wire::verify(
            subscriber.dialect,
            &subscriber.secret,
            &request.headers,
            &request.body,
            tolerance,
            at,
        );
        if let Err(reason) = verdict {
            finding.forged.push(format!("{name}: {reason}"));
        }
        finding.names.push(name);
    }
    finding.missing = subscriber
        .expected
        .iter()
        .copied()
        .filter(|name| !finding.names.iter().any(|n| n == name))
        .collect();
    finding
}

fn report(as_json: bool, findings: &[Finding], filed: &Filed) -> anyhow::Result<()> {
    if as_json {
        let rows: Vec<Value> = findings
            .iter()
            .map(|f| json!({"dialect": f.dialect, "arrived": f.names, "missing": f.missing, "not_verified": f.forged}))
            .chain([filed.json()])
            .collect();
        return output::json(&Value::Array(rows));
    }
    for finding in findings {
        let words = if finding.is_good() {
            format!(
                "{} arrived, every signature verified: {}",
                finding.names.len(),
                finding.names.join(", ")
            )
        } else {
            format!(
                "MISSING {:?}, NOT VERIFIED {:?}",
                finding.missing, finding.forged
            )
        };
        output::line(&format!("{:<12} {words}", finding.dialect.as_str()))?;
    }
    output::line(&format!("{:<12} {}", "helpdesk", filed.words()))
}

fn explain_how_to_play(
    address: &SocketAddr,
    portal: &str,
    subscribers: &[Subscriber],
    helpdesk: &Helpdesk,
) -> anyhow::Result<()> {
    output::line(&format!(
        "\nThe server stays at http://{address} (its API is described at http://{address}/docs), its receivers too.\n\
         Its portal: {portal} (opens once, within a day; after that sign in at http://{address}/portal/ with the key below).\n\
         In another terminal:\n\n  \
         export CLAIMWIRE_KEY={ADMIN_KEY} CLAIMWIRE_SHOP={SHOP}\n  \
         claimwire webhooks\n  claimwire connectors\n  claimwire trigger claims/approved\n  claimwire deliveries\n  claimwire events\n"
    ))?;
    for subscriber in subscribers {
        output::line(&format!(
            "  {:<12} listens at http://{}",
            subscriber.dialect.as_str(),
            subscriber.receiver.address()
        ))?;
    }
    output::line(&format!(
        "  {:<12} answers at http://{}",
        "helpdesk",
        helpdesk.address()
    ))?;
    output::line("\nCtrl-C ends it; nothing is kept.")
}
