//! The shop itself: its name, and who is warned by e-mail.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::shops::{self, ShopPatch, ShopView};
use claimwire_actions::{Admin, Refusal};
use serde_json::json;

use crate::access::{Posted, Scope, Seen};
use crate::failure::{Reply, page, refused, to};
use crate::form::{Errors, Form, SEEN, lines};
use crate::frame::{Frame, Section};
use crate::pages::query::parsed;
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/settings/shop.html")]
struct ShopPage {
    frame: Frame,
    /// Somebody can be mailed.
    mails: bool,
    form: Form,
    errors: Errors,
}

fn shop_page(portal: &Portal, scope: &Scope<Admin>, form: Form, errors: Errors) -> ShopPage {
    ShopPage {
        frame: scope.frame(portal, Section::Settings),
        mails: portal.mails,
        form,
        errors,
    }
}

fn filled(shop: &ShopView) -> Form {
    let mut form = Form::default();
    form.put("name", shop.name.clone());
    form.put("notification_emails", shop.notification_emails.join("\n"));
    form.put(SEEN, shop.updated_at.to_string());
    form
}

/// As it is.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Admin>,
    RawQuery(query): RawQuery,
) -> Reply {
    let form = filled(&shops::show(&scope.on(&portal).viewer()));
    let shown = shop_page(&portal, &scope, form, Errors::default());
    page(&ShopPage {
        frame: shown.frame.done(parsed(query).text("done")),
        ..shown
    })
}

/// Saves it.
pub(crate) async fn save(portal: Portal, posted: Posted<Admin>) -> Reply {
    let Posted { scope, mut form } = posted;
    let mut errors = Errors::default();
    let saved = filled(&shops::show(&scope.on(&portal).viewer()));
    form.is_of_now(&saved, "shop", &mut errors);
    if errors.is_empty() {
        let emails = lines(form.text("notification_emails"));
        let patch = json!({"name": form.text("name").trim(), "notification_emails": emails});
        let patch: ShopPatch = serde_json::from_value(patch)
            .map_err(|error| Refusal::Failed(format!("a shop's form: {error}")))?;
        match shops::update(&scope.on(&portal), patch).await {
            Ok(_) => return Ok(to(&scope.path("/shop?done=saved"))),
            Err(refusal) => {
                errors = Errors::of(refusal, &["name", "notification_emails"], |_| None)?;
            }
        }
    }
    refused(&shop_page(&portal, &scope, form, errors))
}
