//! Contacts: people and businesses that claims involve.

use claimwire_actions::contacts::{self, ContactFields};
use claimwire_model::contact::Contact;
use http::StatusCode;
use uuid::Uuid;

use claimwire_http::access::{Editor, InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::page::{List, Paging, SearchQuery};
use claimwire_http::path::{Path, id};
use claimwire_http::problem::{Problem, kinds};
use claimwire_http::state::Api;

/// Make a contact. Its event is `contacts/created`.
#[utoipa::path(post, path = "/v1/shops/{slug}/contacts", tag = "contacts", request_body = ContactFields,
    responses((status = 201, body = Contact)))]
pub async fn create(api: Api, scope: InShop<Editor>, body: JsonBody) -> Reply {
    let made = contacts::create(&scope.on(&api), body.parse()?, body.keyed()).await?;
    Ok(answer::created(made))
}

/// The shop's contacts, newest first; with `q` those that have all of its words.
#[utoipa::path(get, path = "/v1/shops/{slug}/contacts", tag = "contacts", params(SearchQuery, Paging),
    responses((status = 200, body = List<Contact>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, query: SearchQuery) -> Reply {
    let viewer = scope.on(&api);
    let page = |page| contacts::list(&viewer, query.q.as_deref(), page);
    answer::page(query.paging.read(page).await?)
}

/// One contact.
#[utoipa::path(get, path = "/v1/shops/{slug}/contacts/{id}", tag = "contacts",
    responses((status = 200, body = Contact)))]
pub async fn show(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, contact)): Path<(String, String)>,
) -> Reply {
    let found = contacts::get(&scope.on(&api), &contact_id(&contact)?).await?;
    Ok(answer::kept(StatusCode::OK, found))
}

/// Write a contact under an id of your own: made (201), or changed where you name a field (200). A field
/// that is absent stays, null clears it, any other value replaces it whole.
#[utoipa::path(put, path = "/v1/shops/{slug}/contacts/{id}", tag = "contacts", request_body = ContactFields,
    responses((status = 200, body = Contact), (status = 201, body = Contact)))]
pub async fn put(
    api: Api,
    scope: InShop<Editor>,
    Path((_, contact)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let id = contact_id(&contact)?;
    let saved = contacts::put(&scope.on(&api), &id, &body.patch()?).await?;
    Ok(answer::saved(saved))
}

/// Change some fields of a contact by JSON Merge Patch (RFC 7396): null removes.
#[utoipa::path(patch, path = "/v1/shops/{slug}/contacts/{id}", tag = "contacts", request_body = ContactFields,
    responses((status = 200, body = Contact)))]
pub async fn patch(
    api: Api,
    scope: InShop<Editor>,
    Path((_, contact)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let id = contact_id(&contact)?;
    let patched = contacts::patch(&scope.on(&api), &id, &body.patch()?).await?;
    Ok(answer::kept(StatusCode::OK, patched))
}

/// Delete a contact. It makes no event.
#[utoipa::path(delete, path = "/v1/shops/{slug}/contacts/{id}", tag = "contacts", responses((status = 204)))]
pub async fn delete(
    api: Api,
    scope: InShop<Editor>,
    Path((_, contact)): Path<(String, String)>,
) -> Reply {
    contacts::delete(&scope.on(&api), &contact_id(&contact)?).await?;
    Ok(answer::nothing())
}

fn contact_id(text: &str) -> Result<Uuid, Problem> {
    id(text, &kinds::CONTACT_NOT_FOUND)
}
