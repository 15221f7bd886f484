//! A test event sent now, with the whole exchange.

use askama::Template;
use axum::extract::Path;
use claimwire_actions::Editor;
use claimwire_actions::webhooks::{self, Exchange, TestRequest, WebhookView};
use claimwire_model::target::Kind;

use crate::access::{Posted, Scope, Seen};
use crate::failure::{Failure, Reply, page, refused};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::deliveries::advice::advice;
use crate::pages::targets::{events, id};
use crate::show::pretty;
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/webhooks/test.html")]
struct TestPage {
    frame: Frame,
    webhook: WebhookView,
    events: Vec<&'static str>,
    form: Form,
    errors: Errors,
    exchange: Option<Exchange>,
    advice: &'static str,
}

async fn test_page(
    portal: &Portal,
    scope: &Scope<Editor>,
    uuid: &str,
    form: Form,
    errors: Errors,
    exchange: Option<Exchange>,
) -> Result<TestPage, Failure> {
    let error = exchange.as_ref().and_then(|e| e.result.error.as_deref());
    let name = error.and_then(|error| error.split(':').next());
    Ok(TestPage {
        frame: scope.frame(portal, Section::Webhooks),
        webhook: webhooks::get(&scope.on(portal).viewer(), id(uuid)?).await?,
        events: events::refs(),
        form,
        errors,
        advice: name.map_or("", |name| advice(name, Kind::Webhook)),
        exchange: exchange.map(|exchange| Exchange {
            request_body: pretty(&exchange.request_body),
            ..exchange
        }),
    })
}

/// What to send.
pub(crate) async fn ask(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    Path((_, uuid)): Path<(String, String)>,
) -> Reply {
    let (form, errors) = (Form::default(), Errors::default());
    page(&test_page(&portal, &scope, &uuid, form, errors, None).await?)
}

/// Sends it and shows what came back.
pub(crate) async fn send(
    portal: Portal,
    Path((_, uuid)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let Posted { scope, form } = posted;
    let event = form.given("event").map(str::to_owned);
    let sent = webhooks::exchange(&scope.on(&portal), id(&uuid)?, TestRequest { event }).await;
    match sent {
        Ok(exchange) => {
            let errors = Errors::default();
            page(&test_page(&portal, &scope, &uuid, form, errors, Some(exchange)).await?)
        }
        Err(refusal) => {
            let errors = Errors::of(refusal, &["event"], |_| None)?;
            refused(&test_page(&portal, &scope, &uuid, form, errors, None).await?)
        }
    }
}
