//! The mail that brings a member their link. Whoever reads it can join in their place, so it is nowhere else.

use claimwire_model::member::Member;
use claimwire_model::{Shop, Timestamp};
use claimwire_store::outbox::NewLetter;
use uuid::Uuid;

use crate::access::{Admin, As};
use crate::mail::{self, MailText};
use crate::ports::Ports;

/// Who invites, and to which shop.
pub(super) struct Inviter<'a> {
    name: &'a str,
    shop: &'a Shop,
}

impl<'a> Inviter<'a> {
    pub(super) fn of(admin: &'a As<'_, Admin>) -> Self {
        let call = admin.call();
        Self {
            name: call.caller.name(),
            shop: call.shop,
        }
    }
}

/// None: the member has no address.
pub(super) fn invitation(
    ports: &Ports,
    member: &Member,
    by: &Inviter<'_>,
    url: &str,
    now: Timestamp,
) -> Option<NewLetter> {
    if member.email.is_empty() {
        return None;
    }
    let id = format!("invitation.{}", Uuid::new_v4());
    mail::letter(ports, &member.email, &id, words(member, by, url), now)
}

fn words(member: &Member, by: &Inviter<'_>, url: &str) -> MailText {
    let (shop, name, role) = (&by.shop.name, by.name, member.role.as_str());
    let until = member.invited_until.map(|at| at.to_string());
    let until = until
        .as_deref()
        .and_then(|at| at.get(..10))
        .unwrap_or("then");
    let (subject, what, next) = match member.password {
        None => (
            format!("Your invitation to {shop}"),
            format!("You are invited by {name} to work on the claims of {shop} ({role})."),
            "Open this link, which works once, and choose your name and a password:",
        ),
        Some(_) => (
            format!("A new password for {shop}"),
            format!("A new password for your access to {shop} was asked for by {name}."),
            "Open this link, which works once, and choose one. Until then the old one stays as it is:",
        ),
    };
    MailText {
        subject,
        paragraphs: vec![
            "Hello,".to_owned(),
            what,
            next.to_owned(),
            url.to_owned(),
            format!(
                "It is good until {until}. Do not pass this mail on: whoever has the link can use it. \
                 If you did not expect it, do nothing."
            ),
        ],
    }
}
