//! Several nodes on one database, beside one: what they deliver together, and what each costs PostgreSQL while it has
//! nothing to do, with few webhooks and with many.

use std::time::Duration;

use anyhow::Context;
use claimwire_testkit::rows::more_webhooks;

use crate::database::Database;
use crate::options::Options;
use crate::report::{Bar, Report, Row, whole};
use crate::scenario::Scenario;
use crate::server::Server;
use crate::stage::Stage;
use crate::stats::ratio;

/// Enough that each node owns some of their webhooks.
const SHOPS: usize = 30;
/// Of what one node delivers.
const TOTAL: Bar = Bar::AtLeast(0.85);
/// So often each has its turn. The two have a database each on one server: a drift of the machine meets both.
const TURNS: u32 = 6;
/// Heartbeats by which ownership is shared out, and what else follows a start or a load, are done by then.
const SETTLE: Duration = Duration::from_secs(12);

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let database = options.database.as_ref();
    let database = database.context("nodes share a PostgreSQL: name it with --database-url")?;
    // As many for each node as for one alone: who waits for a shop's turn at another node does not fill his own.
    let in_flight = options.in_flight * usize::try_from(options.nodes)?;
    let name = format!(
        "{} nodes on one database, {SHOPS} shops, closed loop {in_flight}",
        options.nodes
    );
    let scenario = Scenario {
        shops: SHOPS,
        counted: SHOPS,
        ..Scenario::closed(&name, options.events, in_flight, 1)
    };
    let alone = Options {
        database: Some(database.beside()?),
        ..options.clone()
    };
    let alone = Nodes::start(&alone, &scenario, 1).await?;
    let nodes = Nodes::start(options, &scenario, options.nodes).await?;
    for turn in 0..TURNS {
        report.add(Nodes::turn(&alone, &nodes, &scenario, turn).await?);
    }
    drop(alone);
    report.add(nodes.idle(options, database, "few webhooks").await?);
    let each = options.webhooks / SHOPS;
    database.sql(&more_webhooks(each, "shop"))?;
    database.sql("ANALYZE")?;
    let many = format!("{} webhooks", whole(u32::try_from(options.webhooks)?));
    report.add(nodes.idle(options, database, &many).await?);
    Ok(())
}

/// Nodes that share the work.
struct Nodes {
    stage: Stage,
    others: Vec<Server>,
}

impl Nodes {
    async fn start(options: &Options, scenario: &Scenario, count: u32) -> anyhow::Result<Self> {
        let mut stage = Stage::set_up(options, scenario).await?;
        let mut others = Vec::new();
        for _ in 1..count {
            others.push(Server::start_beside(options).await?);
        }
        let addresses = others.iter().map(|node| node.address);
        stage.target.addresses.extend(addresses);
        tokio::time::sleep(SETTLE).await;
        let nodes = Self { stage, others };
        // Each has connected, planned and filled its caches before anything is counted.
        nodes.stage.measure(scenario).await?;
        Ok(nodes)
    }

    /// What one delivers, and what all do. The order alternates.
    async fn turn(one: &Self, all: &Self, scenario: &Scenario, turn: u32) -> anyhow::Result<Row> {
        let (mut by_one, mut by_all);
        if turn.is_multiple_of(2) {
            by_one = one.stage.measure(scenario).await?;
            by_all = all.stage.measure(scenario).await?;
        } else {
            by_all = all.stage.measure(scenario).await?;
            by_one = one.stage.measure(scenario).await?;
        }
        let mut row = Row::new(&format!("{}, beside one node", scenario.name));
        let share = ratio(by_all.per_second(), by_one.per_second());
        row.promise("delivered/s, as a share of one node's", share, TOTAL);
        row.add("one node: delivered/s", by_one.per_second());
        row.add("one node: end-to-end p99, ms", by_one.end_to_end(0.99));
        by_all.throughput(&mut row);
        Ok(row)
    }

    async fn idle(
        &self,
        options: &Options,
        database: &Database,
        with: &str,
    ) -> anyhow::Result<Row> {
        tokio::time::sleep(SETTLE).await;
        let (cpu, transactions) = (database.cpu_seconds()?, database.transactions()?);
        tokio::time::sleep(options.idle_for).await;
        let cpu = database.cpu_seconds()? - cpu;
        let transactions = database.transactions()? - transactions;
        let nodes = u32::try_from(self.others.len() + 1)?;
        let each = options.idle_for.as_secs_f64() * f64::from(nodes);
        let mut row = Row::new(&format!("{nodes} idle nodes, {with}"));
        row.add("transactions of each node in a second", transactions / each);
        row.add(
            "PostgreSQL's CPU for each node, ms in a second",
            cpu * 1000.0 / each,
        );
        Ok(row)
    }
}
