//! A webhook's secret, shown and rotated.

use askama::Template;
use axum::extract::Path;
use claimwire_actions::webhooks::{self, RotateRequest, SecretView, WebhookView};
use claimwire_actions::{Admin, Editor, Once};

use crate::access::{Posted, Scope, Seen};
use crate::failure::{Reply, page, refused, to};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::targets::id;
use crate::state::Portal;

/// For how long the old secret signs too: seconds and words.
const OVERLAPS: [(&str, &str); 4] = [
    ("86400", "A day"),
    ("604800", "A week"),
    ("3600", "An hour"),
    ("0", "Not at all: it stops at once"),
];

#[derive(Template)]
#[template(path = "pages/webhooks/secret.html")]
struct SecretPage {
    frame: Frame,
    id: String,
    secret: SecretView,
    rotated: bool,
}

/// Shows it. By a form, so that it stands in no history.
pub(crate) async fn show(
    portal: Portal,
    Path((_, uuid)): Path<(String, String)>,
    posted: Posted<Admin>,
) -> Reply {
    let scope = posted.scope;
    let secret = webhooks::secret(&scope.on(&portal).editor(), id(&uuid)?).await?;
    page(&SecretPage {
        frame: scope.frame(&portal, Section::Webhooks),
        id: uuid,
        secret,
        rotated: false,
    })
}

#[derive(Template)]
#[template(path = "pages/webhooks/rotate.html")]
struct RotatePage {
    frame: Frame,
    webhook: WebhookView,
    form: Form,
    errors: Errors,
}

async fn rotate_page(
    portal: &Portal,
    scope: &Scope<Editor>,
    uuid: &str,
    form: Form,
    errors: Errors,
) -> Result<RotatePage, crate::failure::Failure> {
    Ok(RotatePage {
        frame: scope.frame(portal, Section::Webhooks),
        webhook: webhooks::get(&scope.on(portal).viewer(), id(uuid)?).await?,
        form,
        errors,
    })
}

/// Asks first.
pub(crate) async fn ask(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    Path((_, uuid)): Path<(String, String)>,
) -> Reply {
    let none = (Form::default(), Errors::default());
    page(&rotate_page(&portal, &scope, &uuid, none.0, none.1).await?)
}

/// Puts a new one in its place, and shows it.
pub(crate) async fn rotate(
    portal: Portal,
    Path((_, uuid)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let Posted { scope, form } = posted;
    let mut errors = Errors::default();
    let overlap = form.read("overlap_seconds", "Choose one of the times.", &mut errors);
    let request = RotateRequest {
        secret: form.given("secret").map(str::to_owned),
        overlap_seconds: overlap.unwrap_or(86_400),
    };
    if errors.is_empty() {
        match webhooks::rotate(&scope.on(&portal), id(&uuid)?, request, None).await {
            Ok(Once::Now(secret)) => {
                return page(&SecretPage {
                    frame: scope.frame(&portal, Section::Webhooks).done("rotated"),
                    id: uuid,
                    secret,
                    rotated: true,
                });
            }
            Ok(Once::Before(_)) => return Ok(to(&scope.path("/webhooks"))),
            Err(refusal) => {
                errors = Errors::of(refusal, &["secret", "overlap_seconds"], |_| None)?;
            }
        }
    }
    refused(&rotate_page(&portal, &scope, &uuid, form, errors).await?)
}
