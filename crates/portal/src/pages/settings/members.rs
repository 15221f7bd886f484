//! Members: invited, given another role, sent a new link, removed.

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::Admin;
use claimwire_actions::members::{self, Invited, MemberView};
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

#[derive(Template)]
#[template(path = "pages/settings/members.html")]
struct MembersPage {
    frame: Frame,
    members: Vec<MemberView>,
    /// Invitations are mailed.
    mails: bool,
    next: Option<String>,
    /// The member who looks; none: they came with a key.
    own: Option<Uuid>,
    form: Form,
    errors: Errors,
}

impl MembersPage {
    fn is_own(&self, member: &MemberView) -> bool {
        self.own == Some(member.id)
    }
}

async fn members_page(
    portal: &Portal,
    scope: &Scope<Admin>,
    form: Form,
    errors: Errors,
) -> Result<MembersPage, Failure> {
    let request = PageRequest::after(SHOWN, after(&form));
    let found = members::list(&scope.on(portal), request).await?;
    Ok(MembersPage {
        frame: scope
            .frame(portal, Section::Settings)
            .done(form.text("done")),
        members: found.items,
        mails: portal.mails,
        next: older(&Form::default(), found.next),
        own: scope.principal(),
        form,
        errors,
    })
}

/// The list, and the form to invite someone.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Admin>,
    RawQuery(query): RawQuery,
) -> Reply {
    let form = parsed(query);
    page(&members_page(&portal, &scope, form, Errors::default()).await?)
}

#[derive(Template)]
#[template(path = "pages/settings/invited.html")]
struct InvitedPage {
    frame: Frame,
    invited: Invited,
}

/// Invites someone. The page that answers shows the link, for this once, unless it is mailed.
pub(crate) async fn invite(portal: Portal, posted: Posted<Admin>) -> Reply {
    let Posted { scope, form } = posted;
    let mut errors = Errors::default();
    let Some(role) = Role::named(form.text("role")) else {
        errors.add("role", "Choose what they may do.");
        return refused(&members_page(&portal, &scope, form, errors).await?);
    };
    match members::invite(&scope.on(&portal), form.text("email"), role, portal.mails).await {
        Ok(invited) => page(&InvitedPage {
            frame: scope.frame(&portal, Section::Settings),
            invited,
        }),
        Err(refusal) => {
            let errors = Errors::of(refusal, &["email", "role"], |_| None)?;
            refused(&members_page(&portal, &scope, form, errors).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "pages/settings/member.html")]
struct MemberPage {
    frame: Frame,
    member: MemberView,
    own: bool,
    form: Form,
    errors: Errors,
}

async fn member_page(
    portal: &Portal,
    scope: &Scope<Admin>,
    id: Uuid,
    form: Form,
    errors: Errors,
) -> Result<MemberPage, Failure> {
    Ok(MemberPage {
        frame: scope
            .frame(portal, Section::Settings)
            .done(form.text("done")),
        member: members::get(&scope.on(portal), id).await?,
        own: scope.principal() == Some(id),
        form,
        errors,
    })
}

fn id(text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_| Failure::NoSuchPage)
}

/// One member.
pub(crate) async fn member(
    portal: Portal,
    Seen(scope): Seen<Admin>,
    Path((_, member)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Reply {
    let (id, mut form) = (id(&member)?, parsed(query));
    let member = members::get(&scope.on(&portal), id).await?;
    form.set("role", member.role.as_str());
    page(&member_page(&portal, &scope, id, form, Errors::default()).await?)
}

/// Gives them another role.
pub(crate) async fn set_role(
    portal: Portal,
    Path((_, member)): Path<(String, String)>,
    posted: Posted<Admin>,
) -> Reply {
    let Posted { scope, form } = posted;
    let id = id(&member)?;
    let Some(role) = Role::named(form.text("role")) else {
        let errors = Errors::one("role", "Choose what they may do.");
        return refused(&member_page(&portal, &scope, id, form, errors).await?);
    };
    match members::set_role(&scope.on(&portal), id, role).await {
        Ok(_) => Ok(to(&scope.path(&format!("/members/{id}?done=role-changed")))),
        Err(refusal) => {
            let errors = Errors::of(refusal, &["role"], |_| None)?;
            refused(&member_page(&portal, &scope, id, form, errors).await?)
        }
    }
}

/// Makes a new link for them.
pub(crate) async fn link(
    portal: Portal,
    Path((_, member)): Path<(String, String)>,
    posted: Posted<Admin>,
) -> Reply {
    let Posted { scope, form } = posted;
    let id = id(&member)?;
    match members::invite_again(&scope.on(&portal), id, portal.mails).await {
        Ok(invited) => page(&InvitedPage {
            frame: scope.frame(&portal, Section::Settings),
            invited,
        }),
        Err(refusal) => {
            let errors = Errors::of(refusal, &[], |_| None)?;
            refused(&member_page(&portal, &scope, id, form, errors).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "pages/settings/member_remove.html")]
struct RemovePage {
    frame: Frame,
    member: MemberView,
}

/// Asks before one is removed.
pub(crate) async fn ask(
    portal: Portal,
    Seen(scope): Seen<Admin>,
    Path((_, member)): Path<(String, String)>,
) -> Reply {
    page(&RemovePage {
        frame: scope.frame(&portal, Section::Settings),
        member: members::get(&scope.on(&portal), id(&member)?).await?,
    })
}

/// Removes them.
pub(crate) async fn remove(
    portal: Portal,
    Path((_, member)): Path<(String, String)>,
    posted: Posted<Admin>,
) -> Reply {
    let Posted { scope, form } = posted;
    let id = id(&member)?;
    match members::remove(&scope.on(&portal), id).await {
        Ok(()) => Ok(to(&scope.path("/members?done=member-removed"))),
        Err(refusal) => {
            let errors = Errors::of(refusal, &[], |_| None)?;
            refused(&member_page(&portal, &scope, id, form, errors).await?)
        }
    }
}
