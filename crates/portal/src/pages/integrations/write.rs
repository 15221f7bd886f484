//! A connector added and changed, and what a claim would become of it before anything is kept.

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::connectors::{self, KindView, PreviewRequest, PreviewView};
use claimwire_actions::{Editor, Once, claims};
use claimwire_model::claim::Claim;
use claimwire_store::PageRequest;
use uuid::Uuid;

use super::form::{self, Line};
use super::kind;
use crate::access::{Posted, Scope, Seen};
use crate::failure::{Failure, Reply, page, refused, to};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::query::parsed;
use crate::pages::targets::events::{self, Branch};
use crate::pages::targets::id;
use crate::show::pretty;
use crate::state::Portal;

/// Claims that can be previewed: the newest.
const CLAIMS: usize = 20;

#[derive(Template)]
#[template(path = "pages/integrations/form.html")]
struct FormPage {
    frame: Frame,
    /// The connector that is changed; none: a new one.
    id: Option<Uuid>,
    kind: KindView,
    lines: Vec<Line>,
    form: Form,
    errors: Errors,
    tree: Vec<Branch>,
    claims: Vec<Claim>,
    preview: Option<PreviewView>,
}

impl FormPage {
    fn is_chosen(&self, claim: &Claim) -> bool {
        self.form.is("claim", &claim.id.to_string())
    }
}

/// What the form is about.
struct Of {
    id: Option<Uuid>,
    kind: KindView,
}

async fn form_page(
    portal: &Portal,
    scope: &Scope<Editor>,
    of: Of,
    form: Form,
    errors: Errors,
    preview: Option<PreviewView>,
) -> Result<FormPage, Failure> {
    let viewer = scope.on(portal).viewer();
    let newest = PageRequest::first(CLAIMS);
    let newest = claims::list(&viewer, &claims::Filter::default(), newest).await?;
    let claims: Result<Vec<Claim>, _> = newest.items.iter().map(|claim| claim.value()).collect();
    Ok(FormPage {
        frame: scope.frame(portal, Section::Integrations),
        id: of.id,
        lines: form::lines(&of.kind, of.id.is_some()),
        kind: of.kind,
        tree: events::tree(&form),
        claims: claims?,
        preview: preview.map(|preview| PreviewView {
            request: pretty(&preview.request),
            ..preview
        }),
        form,
        errors,
    })
}

/// The form for a new one. What the query says is filled in.
pub(crate) async fn new(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    Path((_, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Reply {
    let kind = kind(&portal, &name).ok_or(Failure::NoSuchPage)?;
    let of = Of { id: None, kind };
    let form = parsed(query);
    page(&form_page(&portal, &scope, of, form, Errors::default(), None).await?)
}

/// Adds it.
pub(crate) async fn create(
    portal: Portal,
    Path((_, name)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let Posted { scope, form } = posted;
    let kind = kind(&portal, &name).ok_or(Failure::NoSuchPage)?;
    let of = Of { id: None, kind };
    if form.ticked("show_preview") {
        return preview(&portal, &scope, of, form).await;
    }
    let errors = match form::patch(&form, &of.kind, None) {
        Ok(patch) => match connectors::create(&scope.on(&portal), &patch, None).await {
            Ok(Once::Now(made)) => {
                let path = format!("/integrations/{}?done=connector-made", made.id);
                return Ok(to(&scope.path(&path)));
            }
            Ok(Once::Before(_)) => return Ok(to(&scope.path("/integrations"))),
            Err(refusal) => form::errors(&form, &of.kind, refusal)?,
        },
        Err(errors) => errors,
    };
    refused(&form_page(&portal, &scope, of, form, errors, None).await?)
}

/// The form with what it has.
pub(crate) async fn edit(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    Path((_, connector)): Path<(String, String)>,
) -> Reply {
    let connector = connectors::get(&scope.on(&portal).viewer(), id(&connector)?).await?;
    let kind = kind(&portal, &connector.kind).ok_or(Failure::NoSuchPage)?;
    let form = form::filled(&kind, &connector);
    let of = Of {
        id: Some(connector.id),
        kind,
    };
    page(&form_page(&portal, &scope, of, form, Errors::default(), None).await?)
}

/// Changes it.
pub(crate) async fn update(
    portal: Portal,
    Path((_, connector)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let Posted { scope, mut form } = posted;
    let before = connectors::get(&scope.on(&portal).viewer(), id(&connector)?).await?;
    let kind = kind(&portal, &before.kind).ok_or(Failure::NoSuchPage)?;
    let of = Of {
        id: Some(before.id),
        kind,
    };
    if form.ticked("show_preview") {
        return preview(&portal, &scope, of, form).await;
    }
    let mut errors = Errors::default();
    form.is_of_now(&form::filled(&of.kind, &before), "connector", &mut errors);
    let errors = match form::patch(&form, &of.kind, Some(&before)) {
        Ok(_) if !errors.is_empty() => errors,
        Ok(patch) => match connectors::update(&scope.on(&portal), before.id, &patch).await {
            Ok(_) => {
                let path = format!("/integrations/{}?done=saved", before.id);
                return Ok(to(&scope.path(&path)));
            }
            Err(refusal) => form::errors(&form, &of.kind, refusal)?,
        },
        Err(errors) => errors,
    };
    refused(&form_page(&portal, &scope, of, form, errors, None).await?)
}

/// What the form's connector would make of a claim. Nothing is kept or sent.
async fn preview(portal: &Portal, scope: &Scope<Editor>, of: Of, form: Form) -> Reply {
    let editor = scope.on(portal);
    let before = match of.id {
        Some(id) => Some(connectors::get(&editor.viewer(), id).await?),
        None => None,
    };
    let mut errors = Errors::default();
    let claim_id = form.read::<Uuid>("claim", "Choose one of the claims.", &mut errors);
    let Some(claim_id) = claim_id else {
        errors.add("claim", "Choose the claim to preview.");
        return refused(&form_page(portal, scope, of, form, errors, None).await?);
    };
    let shown = match form::patch(&form, &of.kind, before.as_ref()) {
        Ok(patch) => {
            let request = PreviewRequest { claim_id };
            match connectors::draft(&editor, of.id, &patch, request).await {
                Ok(preview) => Ok(preview),
                Err(refusal) => Err(form::errors(&form, &of.kind, refusal)?),
            }
        }
        Err(errors) => Err(errors),
    };
    match shown {
        Ok(shown) => {
            let none = Errors::default();
            page(&form_page(portal, scope, of, form, none, Some(shown)).await?)
        }
        Err(errors) => refused(&form_page(portal, scope, of, form, errors, None).await?),
    }
}
