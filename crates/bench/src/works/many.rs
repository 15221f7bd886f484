//! What a delivery costs with many webhooks in a shop, and with many shops, beside a server with few.

use serde_json::{Value, json};

use crate::options::Options;
use crate::process::peak_mb;
use crate::progress::bar;
use crate::receiver::Receiver;
use crate::report::{Report, Row, whole};
use crate::scenario::Scenario;
use crate::server::Server;
use crate::setup::{self, Post};
use crate::stage::Stage;

use super::growth::compare;

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    report.add(one_matches(options).await?);
    report.add(all_match(options).await?);
    report.add(shops(options).await?);
    Ok(())
}

/// A shop with many webhooks of which one gets the events.
async fn one_matches(options: &Options) -> anyhow::Result<Row> {
    let scenario = scenario(options, options.events / 2);
    let few = stage(options, 1, 1, all_events).await?;
    let first = |receiver: &Receiver, webhook| match webhook {
        0 => all_events(receiver, 0),
        other => json!({"url": receiver.url(other), "enabled_events": ["shipments"]}),
    };
    let many = stage(options, 1, options.webhooks, first).await?;
    let name = format!(
        "{} webhooks in a shop of which one matches, beside one",
        counted(options.webhooks)
    );
    compared(&few, &many, &scenario, &scenario, &name).await
}

/// A shop with many webhooks that all get every event.
async fn all_match(options: &Options) -> anyhow::Result<Row> {
    let with = |webhooks: usize| {
        let deliveries = options.events.saturating_mul(5);
        let scenario = scenario(options, deliveries / u32::try_from(webhooks)?.max(1));
        anyhow::Ok(Scenario {
            webhooks,
            ..scenario
        })
    };
    let (of_few, of_many) = (with(options.fan_out)?, with(options.webhooks)?);
    let few = stage(options, 1, options.fan_out, all_events).await?;
    let many = stage(options, 1, options.webhooks, all_events).await?;
    let name = format!(
        "{} webhooks in a shop that all match, beside {}",
        counted(options.webhooks),
        options.fan_out
    );
    compared(&few, &many, &of_few, &of_many, &name).await
}

/// Many shops, each with a webhook and each with its share of the events.
async fn shops(options: &Options) -> anyhow::Result<Row> {
    let each_shop = u32::try_from(options.shops)?;
    let scenario = scenario(options, each_shop.max(options.events / 2));
    let few = stage(options, 1, 1, all_events).await?;
    let many = stage(options, options.shops, 1, all_events).await?;
    let shops = counted(options.shops);
    let name = format!("{shops} shops with a webhook each, beside one");
    compared(&few, &many, &scenario, &scenario, &name).await
}

async fn compared(
    few: &Stage,
    many: &Stage,
    of_few: &Scenario,
    of_many: &Scenario,
    name: &str,
) -> anyhow::Result<Row> {
    let mut row = compare(few, many, of_few, of_many, name).await?;
    row.add("few: server peak, MB", peak_mb(few.server.pid())?);
    row.add("many: server peak, MB", peak_mb(many.server.pid())?);
    Ok(row)
}

fn counted(things: usize) -> String {
    whole(u32::try_from(things).unwrap_or(u32::MAX))
}

fn scenario(options: &Options, events: u32) -> Scenario {
    let name = "cost of a delivery";
    Scenario::closed(name, events.max(1), options.in_flight, 1)
}

fn all_events(receiver: &Receiver, webhook: usize) -> Value {
    json!({"url": receiver.url(webhook)})
}

/// A server with so many shops, each with so many webhooks of these settings. All shops' webhook 0 delivers to
/// the same place, and so on. Events are posted with the key that may do everything.
async fn stage(
    options: &Options,
    shops: usize,
    webhooks: usize,
    settings: impl Fn(&Receiver, usize) -> Value,
) -> anyhow::Result<Stage> {
    let receiver = Receiver::start()?;
    let server = Server::start(options).await?;
    let slugs: Vec<_> = (0..shops).map(|shop| format!("bench-{shop}")).collect();
    let of_each: Vec<_> = (0..webhooks).map(|n| settings(&receiver, n)).collect();
    let made = slugs.iter().map(|slug| setup::shop(slug));
    make(options, &server, "shops", made.collect()).await?;
    let made = slugs.iter().flat_map(|slug| {
        let with = |settings: &Value| setup::webhook(slug, settings.clone());
        of_each.iter().map(with)
    });
    make(options, &server, "webhooks", made.collect()).await?;
    let places = slugs.iter().map(|slug| setup::admin_place(slug));
    let places = places.collect::<anyhow::Result<_>>()?;
    Ok(Stage::new(options, receiver, server, places))
}

async fn make(
    options: &Options,
    server: &Server,
    what: &str,
    posts: Vec<Post>,
) -> anyhow::Result<()> {
    let bar = bar(options.progress, what, u64::try_from(posts.len())?);
    setup::all(server.address, posts.into_iter(), &bar).await?;
    bar.finish_and_clear();
    Ok(())
}
