//! A customer's visit: the shop's page, their language, and how an answer is dressed.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use askama::Template;
use axum::extract::ConnectInfo;
use axum::response::{Html, IntoResponse};
use claimwire_actions::claim_page::{Around, ClaimDesk};
use claimwire_actions::{Asking, Refusal};
use claimwire_model::{ClaimPage, Timestamp};
use claimwire_store::StoreError;
use http::header::{CONTENT_SECURITY_POLICY, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::draft::{Draft, Place};
use super::look::{Look, policy};
use super::texts::Texts;
use crate::access::asking;
use crate::failure::{Failure, Reply, to};
use crate::form::Form;
use crate::origin;
use crate::state::PortalState;
use crate::throttle::{Counted, network};

/// A page that has nothing to ask.
#[derive(Template)]
#[template(path = "claim_page/notice.html")]
struct NoticePage {
    look: Look,
    title: String,
    text: String,
}

/// A visit.
pub(super) struct Visit<'a> {
    pub desk: ClaimDesk<'a>,
    pub portal: &'a Arc<PortalState>,
    pub texts: Texts,
    pub query: Form,
    pub now: Timestamp,
    /// Where the colour is, if not where customers find it.
    pub stylesheet: Option<String>,
    address: Option<IpAddr>,
    headers: HeaderMap,
}

/// A visit with a draft, and the order that it is about.
pub(super) struct Drafting<'a> {
    pub visit: Visit<'a>,
    pub draft: Draft,
    pub around: Around,
}

impl<'a> Visit<'a> {
    /// Of a request; a shop without a claim page that is on has no such page.
    pub async fn of(
        portal: &'a Arc<PortalState>,
        slug: &str,
        parts: &Parts,
    ) -> Result<Self, Failure> {
        let desk = ClaimDesk::open(&portal.ports, &portal.admin_key_hash, slug).await?;
        let asking = asking(parts);
        if let Some(asking) = asking {
            asking.inside(desk.shop());
        }
        let trace = asking.and_then(Asking::trace).cloned();
        Ok(Self::at(portal, desk.traced(trace), parts))
    }

    /// Of a request to the page of this desk.
    pub fn at(portal: &'a Arc<PortalState>, desk: ClaimDesk<'a>, parts: &Parts) -> Self {
        let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let texts = Texts::chosen(desk.page(), query.given("lang"), &parts.headers);
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Self {
            desk,
            portal,
            texts,
            query,
            now: portal.ports.now(),
            address: info.map(|ConnectInfo(address)| network(address.ip())),
            headers: parts.headers.clone(),
            stylesheet: None,
        }
    }

    /// How the shop's page is set up.
    pub fn page(&self) -> &ClaimPage {
        self.desk.page()
    }

    /// The language that the draft or the claim was written in, unless another is asked for.
    pub fn speak(&mut self, language: &str) {
        let asked = self.query.given("lang").unwrap_or(language).to_owned();
        self.texts = Texts::chosen(self.desk.page(), Some(&asked), &self.headers);
    }

    /// What stands around a page. `query` is what the links to other languages carry on.
    pub fn look(&self, path: &str, query: &[(&str, &str)]) -> Look {
        let mut look = Look::of(&self.desk, &self.texts, path, query);
        if let Some(stylesheet) = &self.stylesheet {
            look.stylesheet.clone_from(stylesheet);
        }
        look
    }

    /// A page of this template.
    pub fn show(&self, template: &impl Template) -> Reply {
        self.answer(StatusCode::OK, template)
    }

    /// A page whose form was refused.
    pub fn refuse(&self, template: &impl Template) -> Reply {
        self.answer(StatusCode::UNPROCESSABLE_ENTITY, template)
    }

    fn answer(&self, status: StatusCode, template: &impl Template) -> Reply {
        let mut response = (status, Html(template.render()?)).into_response();
        if let Ok(policy) = HeaderValue::from_str(&policy(self.page())) {
            let headers = response.headers_mut();
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        Ok(response)
    }

    /// A page that tells something, by the name of its texts.
    pub fn notice(&self, status: StatusCode, name: &str) -> Reply {
        let page = NoticePage {
            look: self.look("", &[]),
            title: self.texts.say(&format!("{name}_title")),
            text: self.texts.say(&format!("{name}_text")),
        };
        let mut response = self.answer(status, &page)?;
        if matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            let seconds = HeaderValue::from_static("60");
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        Ok(response)
    }

    /// An action's refusal that no field can be told of, as a page.
    pub fn failed(&self, refusal: Refusal) -> Reply {
        let status = match &refusal {
            Refusal::NotFound { .. } => return self.notice(StatusCode::NOT_FOUND, "nothing"),
            Refusal::Store(StoreError::Unavailable(_) | StoreError::Unknown(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Refusal::LimitReached { .. } => StatusCode::CONFLICT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let shop = &self.desk.shop().slug;
        tracing::warn!(shop, %refusal, "a claim page could not do what was asked");
        self.notice(status, "busy")
    }

    /// That a form comes from a page of ours.
    pub fn is_own_form(&self) -> bool {
        origin::is_ours(&self.headers, &self.portal.ports.public_url)
    }

    /// On to another page of the draft's.
    pub fn onward(&self, draft: &mut Draft, place: Place) -> Reply {
        let sealed = draft.sealed(&self.desk, self.now)?;
        let slug = &self.desk.shop().slug;
        Ok(to(&format!("/{slug}/claim/{}?s={sealed}", place.path())))
    }

    /// To the beginning, with what is to be said there.
    pub fn restart(&self, why: &str) -> Reply {
        let slug = &self.desk.shop().slug;
        let language = &self.texts.language;
        Ok(to(&format!("/{slug}/claim?notice={why}&lang={language}")))
    }

    /// Whether it may be done once more, by whoever it is counted of in this shop.
    pub fn may(&self, what: Counted, whose: &str) -> bool {
        let shop = self.desk.shop().no;
        self.portal.claims.allows(what, (shop, whose), self.now)
    }

    /// That it was done.
    pub fn did(&self, what: Counted, whose: &str) {
        let shop = self.desk.shop().no;
        self.portal.claims.count(what, (shop, whose), self.now);
    }

    /// Whether another order may be named.
    pub fn may_identify(&self, number: &str) -> bool {
        let throttle = &self.portal.claims;
        let known = |address| throttle.allows(Counted::Address, address, self.now);
        self.address.is_none_or(known)
            && self.may(Counted::Shop, "")
            && self.may(Counted::Order, number)
    }

    /// That a number or its proof was wrong.
    pub fn did_not_identify(&self, number: &str) {
        if let Some(address) = self.address {
            self.portal
                .claims
                .count(Counted::Address, address, self.now);
        }
        self.did(Counted::Shop, "");
        self.did(Counted::Order, number);
    }
}

impl<'a> Drafting<'a> {
    /// The draft that the query's `s` holds, and its order. Otherwise what is answered instead.
    pub async fn of(mut visit: Visit<'a>, place: Place) -> Result<Self, Reply> {
        let opened = Draft::opened(&visit.desk, visit.query.text("s"), visit.now);
        let Some(mut draft) = opened else {
            return Err(visit.restart("over"));
        };
        visit.speak(&draft.filing.language);
        draft.filing.language.clone_from(&visit.texts.language);
        let around = match visit.desk.around(&draft.filing.order_number).await {
            Ok(Some(around)) => around,
            Ok(None) => return Err(visit.restart("over")),
            Err(refusal) => return Err(visit.failed(refusal)),
        };
        match draft.reaches(visit.page(), &around, place, visit.now) {
            Ok(()) => Ok(Self {
                visit,
                draft,
                around,
            }),
            Err(missing) => Err(visit.onward(&mut draft, missing)),
        }
    }

    /// The draft for the page's links and form.
    pub fn sealed(&mut self) -> Result<String, Failure> {
        Ok(self.draft.sealed(&self.visit.desk, self.visit.now)?)
    }

    /// The way back.
    pub fn back(&self, place: Place, sealed: &str) -> String {
        let slug = &self.visit.desk.shop().slug;
        match self.draft.back(self.visit.page(), &self.around, place) {
            Some(before) => format!("/{slug}/claim/{}?s={sealed}", before.path()),
            None => format!("/{slug}/claim?lang={}", self.visit.texts.language),
        }
    }

    /// The order as people know it.
    pub fn order_name(&self) -> String {
        let order = &self.around.order;
        let name = order.order_name.as_deref().filter(|name| !name.is_empty());
        name.unwrap_or(&order.order_number).to_owned()
    }
}

/// The form in a request's body; none: it is no form, or too large.
pub(super) async fn form(request: axum::extract::Request) -> Option<Form> {
    let body = axum::body::to_bytes(request.into_body(), crate::form::FORM_BYTES).await;
    body.ok().map(|body| Form::parse(&body))
}
