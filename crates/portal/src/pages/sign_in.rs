//! Signing in with a password, a key or by a link, and out.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use askama::Template;
use axum::extract::{ConnectInfo, FromRequest, Path, Request};
use axum::response::Response;
use claimwire_actions::members;
use claimwire_actions::sessions::{self, Token};
use http::header::SET_COOKIE;
use http::request::Parts;

use crate::access::{OwnForm, SignedIn, has_token};
use crate::assets;
use crate::cookie::{self, Reach};
use crate::failure::{Failure, Reply, page, refused, to};
use crate::form::{Errors, Form};
use crate::state::{Portal, PortalState};

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct SignInPage {
    next: String,
    form: Form,
    errors: Errors,
    version: &'static str,
}

/// The forms for a member and for a key.
pub(crate) async fn show(portal: Portal, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes());
    if SignedIn::of(&parts, &portal).await?.is_some() {
        return Ok(to(after(&query)));
    }
    page(&SignInPage {
        next: query.text("next").to_owned(),
        form: with_shop(query),
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
    if !portal.sign_ins.allows_sign_in(address, now) {
        return Err(Failure::TooManyTries);
    }
    let by_key = form.ticked("key");
    let found = match by_key {
        true => with_key(&portal, &form).await?,
        false => with_password(&portal, &form).await?,
    };
    let token = match found {
        Ok(token) => token,
        Err(errors) => {
            if errors.at(if by_key { "key" } else { "password" }) == Some(wrong(by_key)) {
                portal.sign_ins.sign_in_failed(address, now);
            }
            return refused(&SignInPage {
                next: form.text("next").to_owned(),
                form,
                errors,
                version: assets::version(),
            });
        }
    };
    close_old(&parts, &portal).await?;
    Ok(with_cookie(to(after(&form)), &token, &portal))
}

/// What is said of a key or password that opens nothing, whatever the reason.
fn wrong(by_key: bool) -> &'static str {
    match by_key {
        true => "No such key opens anything here. Copy it whole; it may have been deleted.",
        false => {
            "Shop, e-mail address and password do not belong together. Who forgot the password asks an admin of the shop for a link."
        }
    }
}

/// The shop's name filled in, where what is to be shown is a shop's.
fn with_shop(mut query: Form) -> Form {
    if query.given("shop").is_none() {
        let next = query.text("next").strip_prefix("/portal/shops/");
        let slug = next.and_then(|next| next.split(['/', '?']).next());
        let slug = slug.unwrap_or_default().to_owned();
        query.set("shop", slug);
    }
    query
}

async fn with_key(portal: &Portal, form: &Form) -> Result<Result<Token, Errors>, Failure> {
    let Some(key) = form.given("key") else {
        return Ok(Err(Errors::one("key", "Enter the key.")));
    };
    let found = sessions::sign_in(&portal.ports, &portal.admin_key_hash, key).await?;
    Ok(match found {
        Some((_, token)) => Ok(token),
        None => Err(Errors::one("key", wrong(true))),
    })
}

async fn with_password(portal: &Portal, form: &Form) -> Result<Result<Token, Errors>, Failure> {
    let mut errors = Errors::default();
    if form.given("email").is_none() {
        errors.add("email", "Enter your e-mail address.");
    }
    if form.text("password").is_empty() {
        errors.add("password", "Enter your password.");
    }
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let (shop, email) = (form.text("shop").trim(), form.text("email"));
    let claimed = members::claimed(&portal.ports, shop, email).await?;
    let typed = form.text("password").to_owned();
    let proven = portal.passwords.run(move || claimed.proven(&typed)).await?;
    let Some(proven) = proven else {
        return Ok(Err(Errors::one("password", wrong(false))));
    };
    let hash = &portal.admin_key_hash;
    Ok(Ok(members::sign_in(&portal.ports, hash, proven).await?))
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
    if !portal.sign_ins.allows_sign_in(address, now) {
        return Err(Failure::TooManyTries);
    }
    let found = sessions::follow_link(&portal.ports, &portal.admin_key_hash, &secret).await?;
    let Some(token) = found else {
        portal.sign_ins.sign_in_failed(address, now);
        return refused(&SignInPage {
            next: String::new(),
            form: Form::default(),
            errors: Errors::one(
                "",
                "This link was used already, or its time is over. Ask for a new one, or sign in with a key.",
            ),
            version: assets::version(),
        });
    };
    close_old(&parts, &portal).await?;
    let reach = match portal.is_framed() {
        true => Reach::Framed,
        false => Reach::of(portal.secure),
    };
    let mut response = to("/portal/");
    if let Some(cookie) = cookie::set(&token, reach) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Ends the session.
pub(crate) async fn sign_out(portal: Portal, request: Request) -> Reply {
    let (parts, form) = own_form(request, &portal).await?;
    if let Some(token) = cookie::token(&parts.headers, portal.secure) {
        has_token(&form, &token)?;
        sessions::sign_out(&portal.ports, &portal.admin_key_hash, &token).await?;
    }
    let mut response = to("/portal/sign-in");
    let framed = portal.is_framed().then_some(Reach::Framed);
    for reach in [Some(Reach::of(portal.secure)), framed]
        .into_iter()
        .flatten()
    {
        if let Some(cookie) = cookie::clear(reach) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

pub(super) async fn own_form(
    request: Request,
    portal: &Arc<PortalState>,
) -> Result<(Parts, Form), Failure> {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts.clone(), body);
    let OwnForm(form) = OwnForm::from_request(request, portal).await?;
    Ok((parts, form))
}

pub(super) async fn close_old(parts: &Parts, portal: &Portal) -> Result<(), Failure> {
    if let Some(old) = cookie::token(&parts.headers, portal.secure) {
        sessions::sign_out(&portal.ports, &portal.admin_key_hash, &old).await?;
    }
    Ok(())
}

pub(super) fn with_cookie(mut response: Response, token: &Token, portal: &Portal) -> Response {
    if let Some(cookie) = cookie::set(token, Reach::of(portal.secure)) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

pub(super) fn address(parts: &Parts) -> Option<IpAddr> {
    let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    info.map(|ConnectInfo(address)| address.ip())
}
