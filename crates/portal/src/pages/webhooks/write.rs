//! A webhook added, changed, paused and resumed; and a sample of what it would be sent.

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::webhooks::{self, Sample, WebhookView};
use claimwire_actions::{As, Editor, Once, Viewer};
use claimwire_model::Dialect;
use claimwire_model::target::TargetStatus;

use super::form::{self, ACKS, ORDERINGS, SIGNINGS, SOURCES};
use super::matching::MatchingView;
use crate::access::{Posted, Scope, Seen};
use crate::failure::{Failure, Reply, page, refused, to};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::targets::events::{self, Branch};
use crate::pages::targets::id;
use crate::show::pretty;
use crate::state::Portal;

/// What is sampled first: every dialect has a name for it.
const SAMPLED: &str = "claims/created";

#[derive(Template)]
#[template(path = "pages/webhooks/form.html")]
struct FormPage {
    frame: Frame,
    /// The webhook that is changed; none: a new one.
    id: Option<String>,
    form: Form,
    errors: Errors,
    tree: Vec<Branch>,
    sample: SampleView,
    matching: MatchingView,
}

#[derive(Template)]
#[template(path = "pages/webhooks/sample.html")]
struct SampleView {
    events: Vec<&'static str>,
    event: String,
    sample: Option<Sample>,
}

impl SampleView {
    fn is(&self, event: &str) -> bool {
        self.event == event
    }

    fn of(viewer: &As<'_, Viewer>, form: &Form) -> Self {
        let event = form.given("sample_event").unwrap_or(SAMPLED).to_owned();
        let dialect: Option<Dialect> = form.text("dialect").parse().ok();
        let sample = dialect.and_then(|dialect| webhooks::sample(viewer, dialect, &event).ok());
        Self {
            events: events::refs(),
            event,
            sample: sample.map(|sample| Sample {
                body: pretty(&sample.body),
                ..sample
            }),
        }
    }
}

async fn form_page(
    scope: &Scope<Editor>,
    portal: &Portal,
    id: Option<String>,
    form: Form,
    errors: Errors,
) -> Result<FormPage, Failure> {
    let viewer = scope.on(portal).viewer();
    Ok(FormPage {
        frame: scope.frame(portal, Section::Webhooks),
        id,
        tree: events::tree(&form),
        sample: SampleView::of(&viewer, &form),
        matching: MatchingView::of(&viewer, &form).await?,
        form,
        errors,
    })
}

/// The form for a new one. What is in the query is filled in: that is how a sample is asked for without a script.
pub(crate) async fn new(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    RawQuery(query): RawQuery,
) -> Reply {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let begun = query.ticked("dialect");
    let form = if begun { query } else { form::blank() };
    page(&form_page(&scope, &portal, None, form, Errors::default()).await?)
}

/// The sample alone, for the script.
pub(crate) async fn sample(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    page(&SampleView::of(&scope.on(&portal), &query))
}

#[derive(Template)]
#[template(path = "pages/webhooks/made.html")]
struct MadePage {
    frame: Frame,
    webhook: WebhookView,
}

/// Whether the form was sent to see what it would do, by a button for browsers without the script.
fn only_shows(form: &Form) -> bool {
    form.ticked("show_sample") || form.ticked("show_matching")
}

/// Adds it. The page that answers shows its secret.
pub(crate) async fn create(portal: Portal, posted: Posted<Editor>) -> Reply {
    let Posted { scope, form } = posted;
    if only_shows(&form) {
        return page(&form_page(&scope, &portal, None, form, Errors::default()).await?);
    }
    let errors = match form::patch(&form, None) {
        Ok(patch) => match webhooks::create(&scope.on(&portal), &patch, None).await {
            Ok(Once::Now(webhook)) => {
                return page(&MadePage {
                    frame: scope.frame(&portal, Section::Webhooks),
                    webhook,
                });
            }
            Ok(Once::Before(_)) => return Ok(to(&scope.path("/webhooks"))),
            Err(refusal) => form::errors(&form, refusal)?,
        },
        Err(errors) => errors,
    };
    refused(&form_page(&scope, &portal, None, form, errors).await?)
}

/// The form with what it has.
pub(crate) async fn edit(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    Path((_, uuid)): Path<(String, String)>,
) -> Reply {
    let webhook = webhooks::get(&scope.on(&portal).viewer(), id(&uuid)?).await?;
    let form = form::filled(&webhook);
    page(&form_page(&scope, &portal, Some(uuid), form, Errors::default()).await?)
}

/// Changes it.
pub(crate) async fn update(
    portal: Portal,
    Path((_, uuid)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let Posted { scope, mut form } = posted;
    let webhook = id(&uuid)?;
    if only_shows(&form) {
        let form = form_page(&scope, &portal, Some(uuid), form, Errors::default());
        return page(&form.await?);
    }
    let before = webhooks::get(&scope.on(&portal).viewer(), webhook).await?;
    let mut errors = Errors::default();
    form.is_of_now(&form::filled(&before), "webhook", &mut errors);
    let errors = match form::patch(&form, Some(&before)) {
        Ok(_) if !errors.is_empty() => errors,
        Ok(patch) => match webhooks::update(&scope.on(&portal), webhook, &patch).await {
            Ok(_) => return Ok(to(&scope.path(&format!("/webhooks/{webhook}?done=saved")))),
            Err(refusal) => form::errors(&form, refusal)?,
        },
        Err(errors) => errors,
    };
    refused(&form_page(&scope, &portal, Some(uuid), form, errors).await?)
}
