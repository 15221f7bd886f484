//! Who is signed in and what they may do, as arguments of a page.
//!
//! A page that shows takes [`Seen`], one that writes [`Posted`]: the one is to be had of a GET alone, the other only
//! with the form that the session's own page sent. So no page can write without its token.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use claimwire_actions::sessions::{self, Token};
use claimwire_actions::{As, Asking, Caller, InShop, Needs};
use claimwire_model::Shop;
use http::Method;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use uuid::Uuid;

use crate::cookie;
use crate::failure::Failure;
use crate::form::{FORM_BYTES, Form};
use crate::frame::{Frame, Section};
use crate::origin;
use crate::state::{Portal, PortalState};

/// The field of a form that holds the session's token.
pub(crate) const TOKEN_FIELD: &str = "form_token";

/// Someone who is signed in.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub caller: Caller,
    pub token: Token,
}

impl SignedIn {
    /// Who sent this; none: nobody is signed in.
    pub async fn of(parts: &Parts, portal: &PortalState) -> Result<Option<Self>, Failure> {
        let Some(token) = cookie::token(&parts.headers, portal.secure) else {
            return Ok(None);
        };
        let caller = sessions::signed_in(&portal.ports, &portal.admin_key_hash, &token).await?;
        if let (Some(asking), Some(caller)) = (asking(parts), &caller) {
            asking.by(caller);
        }
        Ok(caller.map(|caller| Self { caller, token }))
    }

    async fn needed(parts: &Parts, portal: &PortalState) -> Result<Self, Failure> {
        let signed_in = Self::of(parts, portal).await?;
        signed_in.ok_or_else(|| Failure::NotSignedIn(next(parts)))
    }
}

/// What the request shows to the log and to traces; none: nothing stands around the pages that would tell them.
pub(crate) fn asking(parts: &Parts) -> Option<&Asking> {
    parts
        .extensions
        .get::<Arc<Asking>>()
        .map(|asking| &**asking)
}

/// Where to go after signing in: back to what was to be shown.
fn next(parts: &Parts) -> Option<String> {
    let path = parts.uri.path_and_query()?.as_str();
    (parts.method == Method::GET).then(|| path.to_owned())
}

impl FromRequestParts<Arc<PortalState>> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        portal: &Arc<PortalState>,
    ) -> Result<Self, Failure> {
        only_shows(parts)?;
        Self::needed(parts, portal).await
    }
}

fn only_shows(parts: &Parts) -> Result<(), Failure> {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    Err(Failure::ForeignForm)
}

/// Someone in the shop that the path's `{shop}` names, with at least the role `R`.
pub(crate) struct Scope<R> {
    shop: InShop<R>,
    token: Token,
}

impl<R: Needs> Scope<R> {
    async fn of(parts: &mut Parts, portal: &Arc<PortalState>) -> Result<Self, Failure> {
        let SignedIn { caller, token } = SignedIn::needed(parts, portal).await?;
        let params = RawPathParams::from_request_parts(parts, portal)
            .await
            .map_err(|_| Failure::NoSuchPage)?;
        let slug = params
            .iter()
            .find_map(|(name, value)| (name == "shop").then_some(value))
            .unwrap_or_default();
        let shop = caller.enter(&*portal.ports.store, slug).await?;
        let asking = asking(parts);
        if let Some(asking) = asking {
            asking.inside(shop.shop());
        }
        let trace = asking.and_then(Asking::trace).cloned();
        Ok(Self {
            shop: shop.in_person().traced(trace),
            token,
        })
    }

    /// For the actions.
    pub fn on<'a>(&'a self, portal: &'a Portal) -> As<'a, R> {
        self.shop.on(&portal.ports)
    }

    /// What stands around the page.
    pub fn frame(&self, portal: &Portal, section: Section) -> Frame {
        Frame::of(
            self.shop.shop(),
            self.shop.caller(),
            &self.token,
            section,
            &portal.ports,
        )
    }

    /// The key that the session stands on; none: the admin key.
    pub fn principal(&self) -> Option<Uuid> {
        self.shop.caller().principal()
    }

    /// The name that changes are put down to.
    pub fn name(&self) -> &str {
        self.shop.caller().name()
    }

    /// The shop.
    pub fn shop(&self) -> Arc<Shop> {
        Arc::clone(self.shop.shop())
    }

    /// The path of a page of the shop.
    pub fn path(&self, rest: &str) -> String {
        format!("/portal/shops/{}{rest}", self.shop.shop().slug)
    }
}

/// A page that shows.
pub(crate) struct Seen<R>(pub Scope<R>);

impl<R: Needs> FromRequestParts<Arc<PortalState>> for Seen<R> {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        portal: &Arc<PortalState>,
    ) -> Result<Self, Failure> {
        only_shows(parts)?;
        Scope::of(parts, portal).await.map(Self)
    }
}

/// A form of the session's own, and the role that it needs.
pub(crate) struct Posted<R> {
    pub scope: Scope<R>,
    pub form: Form,
}

impl<R: Needs> FromRequest<Arc<PortalState>> for Posted<R> {
    type Rejection = Failure;

    async fn from_request(request: Request, portal: &Arc<PortalState>) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let scope = Scope::of(&mut parts, portal).await?;
        let OwnForm(form) = OwnForm::from_request(Request::from_parts(parts, body), portal).await?;
        has_token(&form, &scope.token)?;
        Ok(Self { scope, form })
    }
}

/// That the form is one that we showed in this session.
pub(crate) fn has_token(form: &Form, token: &Token) -> Result<(), Failure> {
    let own = token.form_token();
    let given = form.text(TOKEN_FIELD);
    let differs = own
        .bytes()
        .zip(given.bytes())
        .fold(0, |differs, (a, b)| differs | (a ^ b));
    let same = given.len() == own.len() && std::hint::black_box(differs) == 0;
    same.then_some(()).ok_or(Failure::ForeignForm)
}

/// A form that a page of ours sent, whether someone is signed in or not.
pub(crate) struct OwnForm(pub Form);

impl FromRequest<Arc<PortalState>> for OwnForm {
    type Rejection = Failure;

    async fn from_request(request: Request, portal: &Arc<PortalState>) -> Result<Self, Failure> {
        if !origin::is_ours(request.headers(), &portal.ports.public_url) {
            return Err(Failure::ForeignForm);
        }
        let content_type = request.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let form = "application/x-www-form-urlencoded";
        if content_type.is_none_or(|given| !given.starts_with(form)) {
            return Err(Failure::NoForm);
        }
        let body = to_bytes(request.into_body(), FORM_BYTES).await;
        let body = body.map_err(|_| Failure::FormTooLarge)?;
        Ok(Self(Form::parse(&body)))
    }
}
