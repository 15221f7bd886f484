//! Members: people who sign in at the portal with a password. A shop's are managed by its admins, the server's
//! operators by one another.
//!
//! What a member opens stands on the member as what a key opens stands on the key: it ends when the member is removed
//! or gets another role.

mod invitation;

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::member::Member;
use claimwire_model::session::{Holder, Session};
use claimwire_model::{Role, Shop, ShopNo, Timestamp};
use claimwire_store::members::{Joined, MemberChange};
use claimwire_store::{Page, PageRequest, StoreError};
use uuid::Uuid;

use self::invitation::{Inviter, invitation};
use crate::access::{Admin, As};
use crate::checks::Checks;
use crate::limits::Limit;
use crate::password::{self, Hashed};
use crate::ports::Ports;
use crate::read::missing;
use crate::refusal::Refusal;
use crate::sessions::{Token, member_link_id};
use crate::shops::{check_name, is_email};

/// How long an invitation is good.
const INVITED_FOR: Duration = Duration::from_secs(7 * 86_400);

/// Between two links that are mailed to one member.
const BETWEEN_MAILS: Duration = Duration::from_secs(60);

/// A member, without the password.
#[derive(Debug)]
pub struct MemberView {
    /// The member's id.
    pub id: Uuid,
    /// Where to write to, and what to sign in with.
    pub email: String,
    /// For people; empty before they joined.
    pub name: String,
    /// What the member may do.
    pub role: Role,
    /// Whether the invitation was used.
    pub joined: bool,
    /// Until when a link can be used; none: there is none.
    pub invited_until: Option<Timestamp>,
    /// When the member was invited.
    pub created_at: Timestamp,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            id: member.id,
            email: member.email,
            name: member.name,
            role: member.role,
            joined: member.password.is_some(),
            invited_until: member.invited_until,
            created_at: member.created_at,
        }
    }
}

/// A member, and the link by which they join. Whoever has the link can join in their place.
#[derive(Debug)]
pub struct Invited {
    /// The member.
    pub member: MemberView,
    /// Where to open it, once.
    pub url: String,
    /// It opens nothing from then on.
    pub expires_at: Timestamp,
    /// It is mailed to them.
    pub mailed: bool,
}

/// A page of the shop's members, newest first.
///
/// # Errors
/// Only the store's.
pub async fn list(admin: &As<'_, Admin>, page: PageRequest) -> Result<Page<MemberView>, Refusal> {
    let call = admin.call();
    let found = call.store.members(Some(call.shop.no), page).await?;
    Ok(Page {
        items: found.items.into_iter().map(MemberView::from).collect(),
        next: found.next,
    })
}

/// One member.
///
/// # Errors
/// When the member is not the shop's.
pub async fn get(admin: &As<'_, Admin>, id: Uuid) -> Result<MemberView, Refusal> {
    let call = admin.call();
    let found = call.store.member(Some(call.shop.no), id).await;
    Ok(found.map_err(not_found(id))?.into())
}

/// Invites someone. With `mails` the link is mailed to them: kept with the member, in one commit.
///
/// # Errors
/// An address that is none or a member's already, or a store that cannot commit.
pub async fn invite(
    admin: &As<'_, Admin>,
    email: &str,
    role: Role,
    mails: bool,
) -> Result<Invited, Refusal> {
    let call = admin.call();
    let email = address(email)?;
    call.room(Limit::Members, 1).await?;
    call.note("member.invited", &*email).await?;
    let member = Member {
        id: Uuid::new_v4(),
        shop: Some(call.shop.no),
        email,
        name: String::new(),
        role,
        password: None,
        invited_until: None,
        created_at: call.now,
    };
    let inviter = mails.then(|| Inviter::of(admin));
    add(call.ports, member, call.now, inviter.as_ref()).await
}

/// Invites the first of the server's operators, who says who they are; none: there is one. Asked again before anyone
/// joined, it makes a new link in the place of the one before, which nobody may have seen.
///
/// # Errors
/// When the store cannot commit.
pub async fn invite_first_operator(ports: &Ports) -> Result<Option<Invited>, Refusal> {
    let known = ports.store.members(None, PageRequest::first(1)).await?;
    let now = ports.now();
    if let Some(known) = known.items.into_iter().next() {
        if known.password.is_some() {
            return Ok(None);
        }
        return renewed(ports, None, known, now, None).await.map(Some);
    }
    let member = Member {
        id: Uuid::new_v4(),
        shop: None,
        email: String::new(),
        name: String::new(),
        role: Role::Admin,
        password: None,
        invited_until: None,
        created_at: now,
    };
    add(ports, member, now, None).await.map(Some)
}

async fn add(
    ports: &Ports,
    member: Member,
    now: Timestamp,
    inviter: Option<&Inviter<'_>>,
) -> Result<Invited, Refusal> {
    let (secret, expires_at) = (ports.random_name()?, now.plus(INVITED_FOR));
    let member = Member {
        invited_until: Some(expires_at),
        ..member
    };
    let url = url(ports, &secret);
    let letter = inviter.and_then(|by| invitation(ports, &member, by, &url, now));
    let mailed = letter.is_some();
    let added = ports
        .store
        .add_member(member.clone(), member_link_id(&secret), letter);
    added.await.map_err(|error| match error {
        StoreError::Exists => taken(),
        other => other.into(),
    })?;
    Ok(Invited {
        member: member.into(),
        url,
        expires_at,
        mailed,
    })
}

/// A new link for a member: to join, or for a new password. The one before is good for nothing any more. With `mails`
/// it is mailed to them.
///
/// # Errors
/// When the member is not the shop's, or the store cannot commit.
pub async fn invite_again(
    admin: &As<'_, Admin>,
    id: Uuid,
    mails: bool,
) -> Result<Invited, Refusal> {
    let call = admin.call();
    let found = call.store.member(Some(call.shop.no), id).await;
    let member = found.map_err(not_found(id))?;
    if mails {
        not_just_mailed(&member, call.now)?;
    }
    call.note("member.link_made", &*member.email).await?;
    let inviter = mails.then(|| Inviter::of(admin));
    renewed(
        call.ports,
        Some(call.shop.no),
        member,
        call.now,
        inviter.as_ref(),
    )
    .await
}

/// So that nobody's mailbox is filled by links made one after another.
fn not_just_mailed(member: &Member, now: Timestamp) -> Result<(), Refusal> {
    let made = member.invited_until.map(|until| until.minus(INVITED_FOR));
    if made.is_none_or(|made| now >= made.plus(BETWEEN_MAILS)) {
        return Ok(());
    }
    Err(Refusal::Conflict {
        key: "member_just_mailed",
        detail: "A link was mailed to them less than a minute ago: wait for it, or ask again in a minute."
            .to_owned(),
    })
}

async fn renewed(
    ports: &Ports,
    shop: Option<ShopNo>,
    member: Member,
    now: Timestamp,
    inviter: Option<&Inviter<'_>>,
) -> Result<Invited, Refusal> {
    let (secret, expires_at) = (ports.random_name()?, now.plus(INVITED_FOR));
    let member = Member {
        invited_until: Some(expires_at),
        ..member
    };
    let (id, url) = (member.id, url(ports, &secret));
    let letter = inviter.and_then(|by| invitation(ports, &member, by, &url, now));
    let mailed = letter.is_some();
    let change = MemberChange::Link(member_link_id(&secret), expires_at, letter);
    let changed = ports.store.change_member(shop, id, change).await;
    Ok(Invited {
        member: changed.map_err(not_found(id))?.into(),
        url,
        expires_at,
        mailed,
    })
}

/// Gives a member another role, which ends their sessions.
///
/// # Errors
/// When the member is not the shop's or is who asks, or the store cannot commit.
pub async fn set_role(admin: &As<'_, Admin>, id: Uuid, role: Role) -> Result<MemberView, Refusal> {
    let call = admin.call();
    let member = get(admin, id).await?;
    not_oneself(admin, id)?;
    if member.role == role {
        return Ok(member);
    }
    let on = format!(
        "{}: {} to {}",
        member.email,
        member.role.as_str(),
        role.as_str()
    );
    call.note("member.role_changed", on).await?;
    let change = MemberChange::Role(role);
    let changed = call.store.change_member(Some(call.shop.no), id, change);
    Ok(changed.await.map_err(not_found(id))?.into())
}

/// Removes a member and ends their sessions.
///
/// # Errors
/// When the member is not the shop's or is who asks, or the store cannot commit.
pub async fn remove(admin: &As<'_, Admin>, id: Uuid) -> Result<(), Refusal> {
    let call = admin.call();
    let member = get(admin, id).await?;
    not_oneself(admin, id)?;
    call.note("member.removed", member.email).await?;
    let removed = call.store.remove_member(Some(call.shop.no), id).await;
    removed.map_err(not_found(id))
}

/// So that a shop is not left without anyone who manages it by a slip.
fn not_oneself(admin: &As<'_, Admin>, id: Uuid) -> Result<(), Refusal> {
    if admin.call().caller.principal() != Some(id) {
        return Ok(());
    }
    Err(Refusal::Conflict {
        key: "member_is_oneself",
        detail: "Nobody changes their own role or removes themselves: ask another admin."
            .to_owned(),
    })
}

/// Whose invitation this is, and to which shop; none: it is over, or was used.
///
/// # Errors
/// Only the store's.
pub async fn invited(
    ports: &Ports,
    secret: &str,
) -> Result<Option<(MemberView, Option<Arc<Shop>>)>, Refusal> {
    let link = member_link_id(secret);
    match ports.store.invited(&link, ports.now()).await {
        Ok((member, shop)) => Ok(Some((member.into(), shop))),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Uses an invitation up and begins the member's session; none: it is over, or was used. Who was invited by address
/// keeps it; who was not says it with `email`.
///
/// # Errors
/// A name or address that cannot be, or a store that cannot commit.
pub async fn join(
    ports: &Ports,
    admin_key_hash: &[u8; 32],
    secret: &str,
    (email, name): (&str, &str),
    password: Hashed,
) -> Result<Option<Token>, Refusal> {
    let Some((member, _)) = invited(ports, secret).await? else {
        return Ok(None);
    };
    check_joining(&member, email, name)?;
    let email = match member.email.is_empty() {
        true => address(email)?,
        false => member.email,
    };
    let joined = Joined {
        email,
        name: name.trim().to_owned(),
        password: password.into_text(),
    };
    let link = member_link_id(secret);
    match ports.store.join(&link, joined, ports.now()).await {
        Ok(member) => begin(ports, admin_key_hash, member).await.map(Some),
        Err(StoreError::NotFound) => Ok(None),
        Err(StoreError::Exists) => Err(taken()),
        Err(error) => Err(error.into()),
    }
}

/// Whether someone may join as they say, before their password is hashed.
///
/// # Errors
/// A name or address that cannot be.
pub fn check_joining(member: &MemberView, email: &str, name: &str) -> Result<(), Refusal> {
    let mut checks = Checks::default();
    check_name(&mut checks, name.trim());
    checks.done()?;
    if member.email.is_empty() {
        address(email)?;
    }
    Ok(())
}

/// Someone who says that they are a member; perhaps nobody is.
pub struct Claimed(Option<Member>);

/// Looks for the member of this address, in a shop or (where `slug` is empty) among the server's operators. What comes
/// back tells nothing of whether there is one.
///
/// # Errors
/// Only the store's.
pub async fn claimed(ports: &Ports, slug: &str, email: &str) -> Result<Claimed, Refusal> {
    let none = |error| match error {
        StoreError::NotFound => Ok(Claimed(None)),
        error => Err(Refusal::from(error)),
    };
    let shop = match slug {
        "" => None,
        slug => match ports.store.shop(slug).await {
            Ok(shop) => Some(shop.no),
            Err(error) => return none(error),
        },
    };
    let email = email.trim().to_lowercase();
    match ports.store.member_of(shop, &email).await {
        Ok(member) => Ok(Claimed(Some(member))),
        Err(error) => none(error),
    }
}

impl Claimed {
    /// The member, if this is the password. Slow by design, whether there is a member or not.
    #[must_use]
    pub fn proven(self, password: &str) -> Option<Proven> {
        let kept = self
            .0
            .as_ref()
            .and_then(|member| member.password.as_deref());
        let proven = password::is(password, kept);
        self.0.filter(|_| proven).map(Proven)
    }
}

/// A member who showed that they are.
pub struct Proven(Member);

/// Begins the session of a member.
///
/// # Errors
/// When the store cannot commit.
pub async fn sign_in(
    ports: &Ports,
    admin_key_hash: &[u8; 32],
    Proven(member): Proven,
) -> Result<Token, Refusal> {
    begin(ports, admin_key_hash, member).await
}

async fn begin(ports: &Ports, admin_key_hash: &[u8; 32], member: Member) -> Result<Token, Refusal> {
    let holder = Holder {
        shop: member.shop,
        role: member.role,
        name: member.name,
        principal: Some(member.id),
    };
    let now = ports.now();
    Token::open(ports, admin_key_hash, Session::opened(holder, now), now).await
}

fn address(email: &str) -> Result<String, Refusal> {
    let email = email.trim().to_lowercase();
    if is_email(&email) {
        return Ok(email);
    }
    Err(Refusal::field("/email", "is not an e-mail address"))
}

fn taken() -> Refusal {
    Refusal::field("/email", "is a member's already")
}

fn url(ports: &Ports, secret: &str) -> String {
    format!("{}/portal/join/{secret}", ports.public_url)
}

fn not_found(id: Uuid) -> impl Fn(StoreError) -> Refusal {
    missing("member_not_found", move || format!("member {id}"))
}
