//! The claim page as what was typed would make it: what the frames beside the form show. Nothing is saved or made.

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::response::IntoResponse;
use claimwire_actions::{Admin, Refusal, shops};
use claimwire_model::ClaimPage;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::access::Seen;
use crate::claim_page;
use crate::failure::Reply;
use crate::form::Form;
use crate::state::{Portal, PortalState};

/// What a frame's address says: the page, its language, and the settings with no texts but those that it needs.
pub(super) fn query(settings: &ClaimPage, page: &str, language: &str) -> String {
    let mut settings = settings.clone();
    for (code, texts) in &mut settings.texts {
        if code != language {
            texts.retain(|name, _| name == "language_name");
        }
    }
    let json = serde_json::to_string(&settings).unwrap_or_default();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("show", page);
    query.append_pair("lang", language);
    query.append_pair("settings", &json);
    query.finish()
}

/// What the preview's frames show.
pub(crate) async fn show(
    State(portal): Portal,
    Seen(scope): Seen<Admin>,
    request: Request,
) -> Reply {
    let (parts, _) = request.into_parts();
    let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let settings = settings(&portal, &query)?;
    let color = settings.color.clone().unwrap_or_default();
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.append_pair("color", &color);
    let stylesheet = scope.path(&format!("/claim-page/look.css?{}", pairs.finish()));
    let shop = scope.shop();
    claim_page::preview(
        &portal,
        shop,
        settings,
        &parts,
        query.text("show"),
        stylesheet,
    )
}

/// Settings out of the frame's address, as far as they can be used: the same checks as when they are saved.
fn settings(_: &Arc<PortalState>, query: &Form) -> Result<ClaimPage, Refusal> {
    let page: ClaimPage = serde_json::from_str(query.text("settings")).unwrap_or_default();
    match shops::check_page(&page) {
        Ok(()) => Ok(page),
        Err(Refusal::Invalid { .. }) => Ok(ClaimPage::default()),
        Err(other) => Err(other),
    }
}

/// The colour of a preview, which is a colour and nothing else. Whoever asks: from within a sandboxed frame a browser sends
/// no cookie.
pub(crate) async fn look(RawQuery(query): RawQuery) -> Reply {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let page = ClaimPage {
        color: query.given("color").map(str::to_owned),
        ..ClaimPage::default()
    };
    let page = match shops::check_page(&page) {
        Ok(()) => page,
        Err(_) => ClaimPage::default(),
    };
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, claim_page::rules(&page)).into_response())
}
