//! What a target missed, sent again: ordered, and how far it is.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::webhooks::{self, ReplayRequest, ReplayView};
use claimwire_actions::{Editor, Once, Refusal, Viewer};
use claimwire_model::replay::{ReplayState, ReplayStatus};
use claimwire_store::StoreError;

use super::{Facts, Kind, id};
use crate::access::{Posted, Scope, Seen};
use crate::failure::{Failure, Reply, page, refused, to};
use crate::form::{Errors, Form, lines};
use crate::frame::{Frame, Section};
use crate::show::{field_time, read_time};
use crate::state::Portal;

/// Which events: value and words.
const STATUSES: [(&str, &str); 3] = [
    ("failed", "Those whose delivery was given up"),
    ("missing", "Those that it never had a delivery of"),
    ("all", "All, also what it has already"),
];
const FIELDS: [&str; 4] = ["since", "until", "status", "enabled_events"];

#[derive(Template)]
#[template(path = "pages/targets/replay.html")]
struct ReplayForm {
    frame: Frame,
    path: &'static str,
    one: &'static str,
    target: Facts,
    form: Form,
    errors: Errors,
}

async fn form_page<K: Kind>(
    portal: &Portal,
    scope: &Scope<Editor>,
    target: &str,
    form: Form,
    errors: Errors,
) -> Result<ReplayForm, Failure> {
    Ok(ReplayForm {
        frame: scope.frame(portal, K::SECTION),
        path: K::PATH,
        one: K::ONE,
        target: K::facts(&scope.on(portal).viewer(), id(target)?).await?,
        form,
        errors,
    })
}

/// What to send again.
pub(crate) async fn ask<K: Kind>(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    Path((_, target)): Path<(String, String)>,
) -> Reply {
    let mut form = Form::default();
    let yesterday = portal.ports.now().minus(Duration::from_secs(86_400));
    form.put("since", field_time(yesterday));
    page(&form_page::<K>(&portal, &scope, &target, form, Errors::default()).await?)
}

/// Orders it.
pub(crate) async fn order<K: Kind>(
    portal: Portal,
    Path((_, target)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let Posted { scope, form } = posted;
    let request = match request(&form) {
        Ok(request) => request,
        Err(errors) => {
            return refused(&form_page::<K>(&portal, &scope, &target, form, errors).await?);
        }
    };
    let ordered = K::replay(&scope.on(&portal), id(&target)?, request).await;
    match ordered {
        Ok(Once::Now(replay)) => {
            let path = format!("/replays/{}?done=replayed", replay.id);
            Ok(to(&scope.path(&path)))
        }
        Ok(Once::Before(_)) => Ok(to(&scope.path(K::PATH))),
        Err(Refusal::Store(StoreError::ReplayRunning(_))) => {
            let errors = Errors::one(
                "",
                "Several replays of it wait already. Order this one when they are done.",
            );
            refused(&form_page::<K>(&portal, &scope, &target, form, errors).await?)
        }
        Err(refusal) => {
            let errors = Errors::of(refusal, &FIELDS, |_| None)?;
            refused(&form_page::<K>(&portal, &scope, &target, form, errors).await?)
        }
    }
}

fn request(form: &Form) -> Result<ReplayRequest, Errors> {
    let mut errors = Errors::default();
    let expected = "Enter a day and a time in UTC, as in 2026-01-29 14:30.";
    let mut time = |name: &str| {
        let given = form.given(name)?;
        let time = read_time(given);
        if time.is_none() {
            errors.add(name, expected);
        }
        time
    };
    let (since, until) = (time("since"), time("until"));
    if form.given("since").is_none() {
        errors.add("since", "Enter from when on.");
    }
    let status = match form.text("status") {
        "failed" => Some(ReplayStatus::Failed),
        "missing" => Some(ReplayStatus::Missing),
        "all" => Some(ReplayStatus::All),
        _ => None,
    };
    if status.is_none() {
        errors.add("status", "Choose which events.");
    }
    match (since, status) {
        (Some(since), Some(status)) if errors.is_empty() => Ok(ReplayRequest {
            since,
            until,
            status,
            enabled_events: Some(lines(form.text("enabled_events")))
                .filter(|entries| !entries.is_empty()),
        }),
        _ => Err(errors),
    }
}

#[derive(Template)]
#[template(path = "pages/targets/replaying.html")]
struct ReplayPage {
    frame: Frame,
    replay: ReplayView,
    state: &'static str,
}

/// How far one is.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, replay)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Reply {
    let replay = webhooks::show_replay(&scope.on(&portal), id(&replay)?).await?;
    let section = match replay.connector_id {
        Some(_) => Section::Integrations,
        None => Section::Webhooks,
    };
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    page(&ReplayPage {
        frame: scope.frame(&portal, section).done(query.text("done")),
        state: match replay.state {
            ReplayState::Waiting => "waiting",
            ReplayState::Running => "running",
            _ => "done",
        },
        replay,
    })
}
