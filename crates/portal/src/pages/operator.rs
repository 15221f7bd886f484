//! The operator's view: all shops, how the store and the engine do, how deep the queues are, what is slow.

use std::time::Duration;

use askama::Template;
use claimwire_actions::operator::{self, Overview, SHOPS, TARGETS};
use claimwire_model::Timestamp;
use claimwire_model::target::Kind;
use claimwire_store::Backlog;

use crate::access::SignedIn;
use crate::assets;
use crate::failure::{Reply, page};
use crate::state::Portal;

/// From then on a delivery that is due says that the engine does not keep up, or that a webhook takes less than there is.
const BEHIND: Duration = Duration::from_secs(60);
/// What was counted longer ago says nothing.
const KNOWN: Duration = Duration::from_secs(120);

#[derive(Template)]
#[template(path = "pages/operator.html")]
struct OperatorPage {
    found: Overview,
    /// Whether the store answers.
    ready: bool,
    engine: Engine,
    who: String,
    form_token: String,
    version: &'static str,
}

/// How the engine does, by what waits for it.
#[derive(Debug, PartialEq, Eq)]
enum Engine {
    /// Nothing was counted, or too long ago.
    Unknown,
    /// Nothing has been due for long.
    OnTime { unfinished: u64 },
    /// Something has, for so long.
    Behind { unfinished: u64, due: Duration },
}

impl Engine {
    fn of(last: Option<(Timestamp, Backlog)>, now: Timestamp) -> Self {
        let Some((counted, backlog)) = last.filter(|(counted, _)| now.since(*counted) < KNOWN)
        else {
            return Self::Unknown;
        };
        let unfinished = backlog.unfinished;
        match backlog.due_since.map(|since| counted.since(since)) {
            Some(due) if due >= BEHIND => Self::Behind { unfinished, due },
            _ => Self::OnTime { unfinished },
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Unknown => "engine not looked at yet",
            Self::OnTime { .. } => "engine on time",
            Self::Behind { .. } => "engine behind",
        }
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::OnTime { .. } => "active",
            Self::Behind { .. } => "failed",
        }
    }

    fn unfinished(&self) -> Option<u64> {
        match self {
            Self::Unknown => None,
            Self::OnTime { unfinished } | Self::Behind { unfinished, .. } => Some(*unfinished),
        }
    }

    fn minutes_due(&self) -> Option<u64> {
        match self {
            Self::Behind { due, .. } => Some(due.as_secs() / 60),
            _ => None,
        }
    }
}

/// The page. Another than the operator is refused.
pub(crate) async fn show(portal: Portal, who: SignedIn) -> Reply {
    let found = operator::overview(&who.caller.operator()?, &portal.ports, &portal.hours).await?;
    page(&OperatorPage {
        found,
        ready: portal.ports.store.ready().await.is_ok(),
        engine: Engine::of(portal.backlog.get(), portal.ports.now()),
        who: who.caller.name().to_owned(),
        form_token: who.token.form_token(),
        version: assets::version(),
    })
}

/// Path of a target's page, below `/portal/shops/`.
pub(crate) fn path(slug: &str, kind: &Kind, uuid: &uuid::Uuid) -> String {
    let pages = match kind {
        Kind::Webhook => "webhooks",
        Kind::Connector => "integrations",
    };
    format!("/portal/shops/{slug}/{pages}/{uuid}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_behind_when_something_has_been_due_for_a_minute() {
        let at = Timestamp::from_secs;
        let counted = |due_since| {
            let backlog = Backlog {
                unfinished: 7,
                due_since,
            };
            Some((at(1_000), backlog))
        };
        let due = Duration::from_secs(61);
        for (last, engine) in [
            (None, Engine::Unknown),
            (counted(None), Engine::OnTime { unfinished: 7 }),
            (counted(Some(at(941))), Engine::OnTime { unfinished: 7 }),
            (
                counted(Some(at(939))),
                Engine::Behind { unfinished: 7, due },
            ),
        ] {
            assert_eq!(Engine::of(last, at(1_010)), engine);
        }
        assert_eq!(Engine::of(counted(None), at(1_120)), Engine::Unknown);
    }
}
