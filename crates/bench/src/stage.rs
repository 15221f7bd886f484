//! A server with its shops and webhooks, and the receiver they deliver to: what scenarios are measured on.

use std::sync::Arc;

use anyhow::Context;
use indicatif::ProgressBar;
use serde_json::json;

use crate::load::Target;
use crate::options::Options;
use crate::outcome::Outcome;
use crate::payload;
use crate::process;
use crate::progress::bar;
use crate::receiver::Receiver;
use crate::scenario::{Load, Scenario};
use crate::server::Server;
use crate::setup::{self, Place};

/// Events before those that are counted; they open connections and fill caches.
const WARM_UP: u32 = 200;

/// A measured server and its surroundings.
pub(crate) struct Stage {
    pub(crate) receiver: Receiver,
    pub(crate) server: Server,
    pub(crate) target: Target,
    progress: bool,
}

/// Measures `scenario` on a fresh server, warmed up.
pub(crate) async fn measure(options: &Options, scenario: &Scenario) -> anyhow::Result<Outcome> {
    let stage = Stage::set_up(options, scenario).await?;
    stage.warm_up(scenario).await?;
    stage.measure(scenario).await
}

impl Stage {
    /// A fresh server with the shops and webhooks of `scenario`.
    pub(crate) async fn set_up(options: &Options, scenario: &Scenario) -> anyhow::Result<Self> {
        Self::set_up_under(options, scenario, &[]).await
    }

    /// The same below a program that watches it.
    pub(crate) async fn set_up_under(
        options: &Options,
        scenario: &Scenario,
        watcher: &[String],
    ) -> anyhow::Result<Self> {
        let receiver = Receiver::start()?;
        let server = Server::start_under(options, watcher).await?;
        let mut shops = Vec::new();
        for shop in 0..scenario.shops {
            let webhooks = (0..scenario.webhooks)
                .map(|webhook| json!({"url": scenario.url(&receiver, shop, webhook)}));
            let made = setup::shop_with(server.address, &format!("bench-{shop}"), webhooks).await;
            shops.push(made.with_context(|| format!("{}{}", scenario.name, server.log()))?);
        }
        Ok(Self::new(options, receiver, server, shops))
    }

    /// Around what was set up already.
    pub(crate) fn new(
        options: &Options,
        receiver: Receiver,
        server: Server,
        shops: Vec<Place>,
    ) -> Self {
        let target = Target {
            addresses: vec![server.address],
            shops: Arc::new(shops),
            payload: payload::event,
            seed: options.seed,
            run: 0,
        };
        Self {
            receiver,
            server,
            target,
            progress: options.progress,
        }
    }

    /// Lets some events of `scenario` through, uncounted.
    pub(crate) async fn warm_up(&self, scenario: &Scenario) -> anyhow::Result<()> {
        let load = Load::Closed {
            in_flight: 32,
            batch: 1,
        };
        let warm_up = Scenario {
            load,
            events: WARM_UP,
            ..scenario.clone()
        };
        self.run(
            &warm_up,
            &self.target,
            &self.receiver,
            &ProgressBar::hidden(),
        )
        .await?;
        Ok(())
    }

    /// Measures `scenario`, whose shops and webhooks must be those of the set-up.
    pub(crate) async fn measure(&self, scenario: &Scenario) -> anyhow::Result<Outcome> {
        self.measure_at(scenario, &self.target, &self.receiver)
            .await
    }

    /// Measures `scenario` with events for another shop of the same server, whose webhooks deliver to another
    /// receiver.
    pub(crate) async fn measure_at(
        &self,
        scenario: &Scenario,
        target: &Target,
        receiver: &Receiver,
    ) -> anyhow::Result<Outcome> {
        let bar = bar(self.progress, &scenario.name, scenario.expected());
        let outcome = self.run(scenario, target, receiver, &bar).await?;
        bar.finish_and_clear();
        Ok(outcome)
    }

    async fn run(
        &self,
        scenario: &Scenario,
        target: &Target,
        receiver: &Receiver,
        bar: &ProgressBar,
    ) -> anyhow::Result<Outcome> {
        let before = self.server.cpu_seconds()?;
        let ran = scenario.run(&target.fresh(), receiver, bar).await;
        let accepted = ran.with_context(|| format!("{}{}", scenario.name, self.server.log()))?;
        Ok(Outcome {
            accepted,
            tally: receiver.take(),
            expected: scenario.expected(),
            cpu_seconds: self.server.cpu_seconds()? - before,
            peak_mb: process::peak_mb(self.server.pid())?,
        })
    }
}
