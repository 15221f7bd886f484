//! Where everyone begins: the operator among the shops, all others in their own.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::shops::{self, ShopView};
use claimwire_store::{Page, PageRequest};

use crate::access::SignedIn;
use crate::assets;
use crate::failure::{Reply, page, to};
use crate::form::{Errors, Form};
use crate::show::Cursor;
use crate::state::Portal;

const SHOPS_OF_A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "pages/home.html")]
struct HomePage {
    shops: Vec<ShopView>,
    next: Option<String>,
    form_token: String,
    version: &'static str,
}

/// The operator's list of shops; anyone else's own shop.
pub(crate) async fn show(portal: Portal, who: SignedIn, RawQuery(query): RawQuery) -> Reply {
    if let Some(shop) = who.caller.shop() {
        return Ok(to(&format!("/portal/shops/{}", shop.slug)));
    }
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let after: Option<Cursor> = query.read("cursor", "", &mut Errors::default());
    let request = PageRequest::after(SHOPS_OF_A_PAGE, after.map(|cursor| cursor.0));
    let Page { items, next } = shops::list(&who.caller.operator()?, &portal.ports, request).await?;
    page(&HomePage {
        shops: items,
        next: next.map(|next| format!("cursor={}", Cursor(next))),
        form_token: who.token.form_token(),
        version: assets::version(),
    })
}
