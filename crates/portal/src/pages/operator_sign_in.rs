//! Where the operator signs in, who needs no shop: with the admin key, and with nothing else.

use askama::Template;
use axum::extract::Request;
use claimwire_actions::sessions;

use crate::access::SignedIn;
use crate::assets;
use crate::failure::{Failure, Reply, page, refused, to};
use crate::form::Errors;
use crate::pages::sign_in::{address, close_old, own_form, with_cookie};
use crate::state::Portal;

/// The operator's view.
const VIEW: &str = "/portal/operator";
/// What is said of any key that is not the admin key, so also of a shop's.
const WRONG: &str =
    "This is not the server's admin key. Copy it whole; a shop's key does not open this view.";

#[derive(Template)]
#[template(path = "pages/operator_sign_in.html")]
struct OperatorSignInPage {
    errors: Errors,
    version: &'static str,
}

fn asking(errors: Errors) -> OperatorSignInPage {
    OperatorSignInPage {
        errors,
        version: assets::version(),
    }
}

/// The form; the view itself for an operator who is signed in.
pub(crate) async fn show(portal: Portal, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let who = SignedIn::of(&parts, &portal).await?;
    if who.is_some_and(|who| who.caller.operator().is_ok()) {
        return Ok(to(VIEW));
    }
    page(&asking(Errors::default()))
}

/// Begins a session, always a new one. Tries that fail count with those of the other sign-in page.
pub(crate) async fn sign_in(portal: Portal, request: Request) -> Reply {
    let (parts, form) = own_form(request, &portal).await?;
    let (address, now) = (address(&parts), portal.ports.now());
    if !portal.sign_ins.allows_sign_in(address, now) {
        return Err(Failure::TooManyTries);
    }
    let Some(key) = form.given("key") else {
        return refused(&asking(Errors::one("key", "Enter the admin key.")));
    };
    let found = sessions::sign_in_operator(&portal.ports, &portal.admin_key_hash, key).await?;
    let Some(token) = found else {
        portal.sign_ins.sign_in_failed(address, now);
        return refused(&asking(Errors::one("key", WRONG)));
    };
    close_old(&parts, &portal).await?;
    Ok(with_cookie(to(VIEW), &token, &portal))
}
