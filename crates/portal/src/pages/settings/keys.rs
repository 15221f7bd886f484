//! API keys: listed, made, deleted. A key is shown once, on the page that answers its making.

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::api_keys::{self, ApiKeyRequest, ApiKeyView};
use claimwire_actions::{Admin, Once};
use claimwire_model::Role;
use claimwire_store::PageRequest;
use uuid::Uuid;

use super::ROLES;
use crate::access::{Posted, Scope, Seen};
use crate::failure::{Failure, Reply, page, refused, to};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::query::{after, older, parsed};
use crate::state::Portal;

const SHOWN: usize = 50;
/// Pages of keys that one of them is looked for in.
const PAGES: usize = 100;

#[derive(Template)]
#[template(path = "pages/settings/keys.html")]
struct KeysPage {
    frame: Frame,
    keys: Vec<ApiKeyView>,
    next: Option<String>,
    form: Form,
    errors: Errors,
}

async fn keys_page(
    portal: &Portal,
    scope: &Scope<Admin>,
    form: Form,
    errors: Errors,
) -> Result<KeysPage, Failure> {
    let request = PageRequest::after(SHOWN, after(&form));
    let found = api_keys::list(&scope.on(portal), request).await?;
    Ok(KeysPage {
        frame: scope
            .frame(portal, Section::Settings)
            .done(form.text("done")),
        keys: found.items,
        next: older(&Form::default(), found.next),
        form,
        errors,
    })
}

/// The list, and the form for a new one.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Admin>,
    RawQuery(query): RawQuery,
) -> Reply {
    let form = parsed(query);
    page(&keys_page(&portal, &scope, form, Errors::default()).await?)
}

#[derive(Template)]
#[template(path = "pages/settings/key_made.html")]
struct MadePage {
    frame: Frame,
    key: ApiKeyView,
}

/// Makes one. The page that answers shows it, for this once.
pub(crate) async fn create(portal: Portal, posted: Posted<Admin>) -> Reply {
    let Posted { scope, form } = posted;
    let mut errors = Errors::default();
    let name = form.given("name").map(str::to_owned);
    if name.is_none() {
        errors.add("name", "Enter who or what the key is for.");
    }
    let role = Role::named(form.text("role"));
    if role.is_none() {
        errors.add("role", "Choose what the key may do.");
    }
    if let (Some(name), Some(role)) = (name, role) {
        let request = ApiKeyRequest { name, role };
        match api_keys::create(&scope.on(&portal), request, None).await {
            Ok(Once::Now(key)) => {
                return page(&MadePage {
                    frame: scope.frame(&portal, Section::Settings),
                    key,
                });
            }
            Ok(Once::Before(_)) => return Ok(to(&scope.path("/api-keys"))),
            Err(refusal) => errors = Errors::of(refusal, &["name", "role"], |_| None)?,
        }
    }
    refused(&keys_page(&portal, &scope, form, errors).await?)
}

#[derive(Template)]
#[template(path = "pages/settings/key_delete.html")]
struct DeletePage {
    frame: Frame,
    key: ApiKeyView,
    /// The session that asks stands on it.
    own: bool,
}

/// Asks first.
pub(crate) async fn ask(
    portal: Portal,
    Seen(scope): Seen<Admin>,
    Path((_, key)): Path<(String, String)>,
) -> Reply {
    let id: Uuid = key.parse().map_err(|_| Failure::NoSuchPage)?;
    let mut request = PageRequest::first(SHOWN);
    for _ in 0..PAGES {
        let found = api_keys::list(&scope.on(&portal), request).await?;
        if let Some(key) = found.items.into_iter().find(|key| key.id == id) {
            return page(&DeletePage {
                frame: scope.frame(&portal, Section::Settings),
                own: scope.principal() == Some(key.id),
                key,
            });
        }
        match found.next {
            Some(next) => request = PageRequest::after(SHOWN, Some(next)),
            None => break,
        }
    }
    Err(Failure::NoSuchPage)
}

/// Deletes it.
pub(crate) async fn delete(
    portal: Portal,
    Path((_, key)): Path<(String, String)>,
    posted: Posted<Admin>,
) -> Reply {
    let scope = posted.scope;
    let id = key.parse().map_err(|_| Failure::NoSuchPage)?;
    api_keys::delete(&scope.on(&portal), id).await?;
    Ok(to(&scope.path("/api-keys?done=key-deleted")))
}
