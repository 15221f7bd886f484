//! The connection that tells and hears.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_postgres::{AsyncMessage, Client, Config, Notification};

use super::Hints;
use super::hint::Hint;
use crate::error::text;
use crate::reconnect::some_of;
use crate::shared::Shared;
use crate::tls::Tls;

/// Hints heard and not acted on yet, at most; what is beyond is found by a scan.
const HEARD: usize = 256;
/// What a crash of the database takes of hints nobody misses.
const UNFLUSHED: &str = "SET synchronous_commit = off";
/// Each notification wakes every node, so between two of one node lies so much, for more to come together.
const GATHER: Duration = Duration::from_millis(3);
/// How long a connection waits for its own echo.
const ECHO: Duration = Duration::from_secs(5);
/// Between connections; and after one that heard nothing.
const PAUSE: Duration = Duration::from_secs(1);
const LONG_PAUSE: Duration = Duration::from_secs(600);

/// Why a connection is no longer of use.
enum End {
    Stopped,
    Lost(String),
    /// It is there, and hears nothing.
    Deaf,
}

/// Tells and hears hints, until the store is closed.
pub(crate) fn begin(shared: Arc<Shared>, mut config: Config, tls: Tls) {
    let name = config.get_application_name().unwrap_or("claimwire");
    let name = format!("{name} hints");
    config.application_name(name);
    tokio::spawn(async move {
        loop {
            let end = connected(&shared, &config, &tls).await;
            shared.hints.open(false);
            let pause = match end {
                End::Stopped => return,
                End::Lost(why) => {
                    tracing::debug!(why, "no hints from other nodes for a moment");
                    some_of(PAUSE)
                }
                End::Deaf => {
                    tracing::info!(
                        "notifications do not come through to this node, as behind a pooler in transaction mode: what other \
                         nodes commit for it is found by looking, every few seconds"
                    );
                    LONG_PAUSE
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                () = stopped(&shared.hints) => return,
            }
        }
    });
}

async fn stopped(hints: &Hints) {
    while !hints.is_stopped() {
        hints.more.notified().await;
    }
}

async fn connected(shared: &Shared, config: &Config, tls: &Tls) -> End {
    let lost = |error: tokio_postgres::Error| End::Lost(text(&error));
    let connecting = timeout(shared.options.patience * 2, config.connect(tls.clone()));
    let (client, mut connection) = match connecting.await {
        Ok(Ok(connected)) => connected,
        Ok(Err(error)) => return lost(error),
        Err(_) => return End::Lost("the server does not answer".to_owned()),
    };
    let (hear, mut heard) = mpsc::channel(HEARD);
    // It ends with the client.
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(notification) = message {
                // With no room it is lost, as hints may be.
                let _ = hear.try_send(notification);
            }
        }
    });
    let us = match listen(shared, &client, &mut heard).await {
        Ok(Some(us)) => us,
        Ok(None) => return End::Deaf,
        Err(error) => return lost(error),
    };
    shared.hints.open(true);
    // What was told while nobody listened here.
    shared.recent.clear();
    let (mut next, mut wanted) = (Instant::now(), false);
    loop {
        tokio::select! {
            () = shared.hints.more.notified(), if !wanted => {
                if shared.hints.is_stopped() {
                    return End::Stopped;
                }
                wanted = true;
            }
            () = sleep_until(next), if wanted => {
                (next, wanted) = (Instant::now() + GATHER, false);
                match timeout(shared.options.silence, tell(&client, &shared.hints.take())).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return lost(error),
                    Err(_) => return End::Lost("the server does not answer".to_owned()),
                }
            }
            notification = heard.recv() => match notification {
                None => return End::Lost("the connection ended".to_owned()),
                Some(notification) if notification.process_id() == us => {}
                Some(notification) => act(shared, notification.payload()),
            }
        }
    }
}

/// Listens, and finds out whether it hears: by which process its own notifications come. None: it does not.
async fn listen(
    shared: &Shared,
    client: &Client,
    heard: &mut mpsc::Receiver<Notification>,
) -> Result<Option<i32>, tokio_postgres::Error> {
    client.batch_execute(UNFLUSHED).await?;
    client.batch_execute("LISTEN claimwire").await?;
    let echo = Hint::Echo(shared.node.0);
    tell(client, std::slice::from_ref(&echo)).await?;
    let own = async {
        while let Some(notification) = heard.recv().await {
            if Hint::read(notification.payload()).as_ref() == Some(&echo) {
                return Some(notification.process_id());
            }
        }
        None
    };
    let found = timeout(ECHO, own).await;
    if found.is_err() {
        client.batch_execute("UNLISTEN *").await?;
    }
    Ok(found.unwrap_or_default())
}

async fn tell(client: &Client, hints: &[Hint]) -> Result<(), tokio_postgres::Error> {
    if hints.is_empty() {
        return Ok(());
    }
    let notify = hints
        .iter()
        .map(|hint| format!("NOTIFY claimwire, '{}';", hint.payload()));
    client.batch_execute(&notify.collect::<String>()).await
}

fn act(shared: &Shared, payload: &str) {
    match Hint::read(payload) {
        Some(Hint::Waiting(targets)) => {
            let ours = shared.hints.ours(targets);
            if let Some(intake) = shared.intake().filter(|_| !ours.is_empty()) {
                intake.wake(&ours);
            }
        }
        Some(Hint::Offered(ids)) => {
            let ours = shared.hints.of_ours(ids, |id| id.target);
            if let Some(intake) = shared.intake().filter(|_| !ours.is_empty()) {
                intake.offer(&ours);
            }
        }
        Some(Hint::Directory) => shared.recent.clear(),
        Some(Hint::Echo(_)) | None => {}
    }
}
