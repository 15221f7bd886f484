//! Signing in with a key or by a link, and out.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use askama::Template;
use axum::extract::{ConnectInfo, FromRequest, Path, Request};
use axum::response::Response;
use claimwire_actions::sessions::{self, Token};
use http::header::SET_COOKIE;
use http::request::Parts;

use crate::access::{OwnForm, SignedIn, has_token};
use crate::failure::{Failure, Reply, page, refused, to};
use crate::form::{Errors, Form};
use crate::state::{Portal, PortalState};
use crate::{assets, cookie};

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct SignInPage {
    next: String,
    errors: Errors,
    version: &'static str,
}

/// The form for a key.
pub(crate) async fn show(portal: Portal, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes());
    if SignedIn::of(&parts, &portal).await?.is_some() {
        return Ok(to(after(&query)));
    }
    page(&SignInPage {
        next: query.text("next").to_owned(),
        errors: Errors::default(),
        version: assets::version(),
    })
}

/// Where to go after signing in: a page of the portal, and nowhere else.
fn after(form: &Form) -> &str {
    let next = form.text("next");
    let ours = next.starts_with("/portal/") && next.bytes().all(|b| b.is_ascii_graphic());
    if ours { next } else { "/portal/" }
}

/// Begins a session, always a new one: what cookie the browser came with counts for nothing.
pub(crate) async fn sign_in(portal: Portal, request: Request) -> Reply {
    let (parts, form) = own_form(request, &portal).await?;
    let (address, now) = (address(&parts), portal.ports.now());
    if !portal.sign_ins.allows(address, now) {
        return Err(Failure::TooManyTries);
    }
    let wrong = |message: &str| {
        refused(&SignInPage {
            next: form.text("next").to_owned(),
            errors: Errors::one("key", message),
            version: assets::version(),
        })
    };
    let Some(key) = form.given("key") else {
        return wrong("Enter the key.");
    };
    let found = sessions::sign_in(&portal.ports, &portal.admin_key_hash, key).await?;
    let Some((_, token)) = found else {
        portal.sign_ins.failed(address, now);
        return wrong("No such key opens anything here. Copy it whole; it may have been deleted.");
    };
    close_old(&parts, &portal).await?;
    Ok(with_cookie(to(after(&form)), &token, &portal))
}

#[derive(Template)]
#[template(path = "pages/link.html")]
struct LinkPage {
    version: &'static str,
}

/// A link's page. It asks for a press of a button: what looks at links by itself must not use one up.
pub(crate) async fn show_link() -> Reply {
    page(&LinkPage {
        version: assets::version(),
    })
}

/// Uses a link up and begins its session.
pub(crate) async fn follow_link(
    portal: Portal,
    Path(secret): Path<String>,
    request: Request,
) -> Reply {
    let (parts, _) = own_form(request, &portal).await?;
    let (address, now) = (address(&parts), portal.ports.now());
    if !portal.sign_ins.allows(address, now) {
        return Err(Failure::TooManyTries);
    }
    let found = sessions::follow_link(&portal.ports, &portal.admin_key_hash, &secret).await?;
    let Some(token) = found else {
        portal.sign_ins.failed(address, now);
        return refused(&SignInPage {
            next: String::new(),
            errors: Errors::one(
                "",
                "This link was used already, or its time is over. Ask for a new one, or sign in with a key.",
            ),
            version: assets::version(),
        });
    };
    close_old(&parts, &portal).await?;
    Ok(with_cookie(to("/portal/"), &token, &portal))
}

/// Ends the session.
pub(crate) async fn sign_out(portal: Portal, request: Request) -> Reply {
    let (parts, form) = own_form(request, &portal).await?;
    if let Some(token) = cookie::token(&parts.headers, portal.secure) {
        has_token(&form, &token)?;
        sessions::sign_out(&portal.ports, &portal.admin_key_hash, &token).await?;
    }
    let mut response = to("/portal/sign-in");
    if let Some(cookie) = cookie::clear(portal.secure) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn own_form(request: Request, portal: &Arc<PortalState>) -> Result<(Parts, Form), Failure> {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts.clone(), body);
    let OwnForm(form) = OwnForm::from_request(request, portal).await?;
    Ok((parts, form))
}

async fn close_old(parts: &Parts, portal: &Portal) -> Result<(), Failure> {
    if let Some(old) = cookie::token(&parts.headers, portal.secure) {
        sessions::sign_out(&portal.ports, &portal.admin_key_hash, &old).await?;
    }
    Ok(())
}

fn with_cookie(mut response: Response, token: &Token, portal: &Portal) -> Response {
    if let Some(cookie) = cookie::set(token, portal.secure) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

fn address(parts: &Parts) -> Option<IpAddr> {
    let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    info.map(|ConnectInfo(address)| address.ip())
}
