//! Joining by an invitation: a name and a password, and for the first of the operators an address.

use askama::Template;
use axum::extract::{Path, Request};
use claimwire_actions::members::{self, MemberView};
use claimwire_actions::password;

use super::sign_in::{address, close_old, own_form, with_cookie};
use crate::assets;
use crate::failure::{Failure, Reply, page, refused, to};
use crate::form::{Errors, Form};
use crate::state::Portal;

const FIELDS: [&str; 3] = ["email", "name", "password"];

#[derive(Template)]
#[template(path = "pages/join.html")]
struct JoinPage {
    /// None: the link is good for nothing any more.
    member: Option<MemberView>,
    /// None: all shops.
    shop: Option<String>,
    form: Form,
    errors: Errors,
    version: &'static str,
}

async fn join_page(
    portal: &Portal,
    secret: &str,
    form: Form,
    errors: Errors,
) -> Result<JoinPage, Failure> {
    let (member, shop) = match members::invited(&portal.ports, secret).await? {
        Some((member, shop)) => (Some(member), shop.map(|shop| shop.name.clone())),
        None => (None, None),
    };
    Ok(JoinPage {
        member,
        shop,
        form,
        errors,
        version: assets::version(),
    })
}

/// The form.
pub(crate) async fn show(portal: Portal, Path(secret): Path<String>) -> Reply {
    let shown = join_page(&portal, &secret, Form::default(), Errors::default()).await?;
    match &shown.member {
        Some(member) => {
            let mut form = Form::default();
            form.put("name", member.name.clone());
            page(&JoinPage { form, ..shown })
        }
        None => refused(&shown),
    }
}

/// Joins, and begins a session.
pub(crate) async fn join(portal: Portal, Path(secret): Path<String>, request: Request) -> Reply {
    let (parts, form) = own_form(request, &portal).await?;
    let (address, now) = (address(&parts), portal.ports.now());
    if !portal.sign_ins.allows_sign_in(address, now) {
        return Err(Failure::TooManyTries);
    }
    let Some((member, _)) = members::invited(&portal.ports, &secret).await? else {
        portal.sign_ins.sign_in_failed(address, now);
        return refused(&join_page(&portal, &secret, form, Errors::default()).await?);
    };
    let (email, name) = (form.text("email"), form.text("name"));
    let checked = members::check_joining(&member, email, name);
    let hashed = match checked {
        Ok(()) => {
            let (ports, typed) = (portal.ports.clone(), form.text("password").to_owned());
            let hash = move || password::hash(&ports, &typed);
            portal.passwords.run(hash).await?
        }
        Err(refusal) => Err(refusal),
    };
    let joined = match hashed {
        Ok(hashed) => {
            let who = (email, name);
            let hash = &portal.admin_key_hash;
            members::join(&portal.ports, hash, &secret, who, hashed).await
        }
        Err(refusal) => Err(refusal),
    };
    match joined {
        Ok(Some(token)) => {
            close_old(&parts, &portal).await?;
            Ok(with_cookie(to("/portal/"), &token, &portal))
        }
        Ok(None) => refused(&join_page(&portal, &secret, form, Errors::default()).await?),
        Err(refusal) => {
            let errors = Errors::of(refusal, &FIELDS, |_| None)?;
            refused(&join_page(&portal, &secret, form, errors).await?)
        }
    }
}
