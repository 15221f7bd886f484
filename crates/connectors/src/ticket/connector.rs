//! A helpdesk as a vendor.

use claimwire_model::delivery::SavedState;
use claimwire_model::{Headers, Shop, Target};
use claimwire_wire::driver::{Driver, Input, Step};
use claimwire_wire::secrets::Secrets;
use claimwire_wire::send::Method;
use serde_json::{Map, Value, json};

use super::call;
use super::compose::{Shape, compose};
use super::desk::{Ask, Filed, Helpdesk, Known, Photos};
use super::flow;
use super::state::{Made, read};
use super::templates;
use super::text::Form;
use crate::account::{check_base, secrets_of};
use crate::vendor::{About, Preview, Vendor};

/// A vendor whose tickets claims become.
pub struct Connector<H>(pub(crate) H);

impl<H: Helpdesk> Driver for Connector<H> {
    fn step(&self, input: &Input<'_>) -> Step {
        flow::step(&self.0, input)
    }

    fn hides(&self, _: &Target, header: &str) -> bool {
        header.eq_ignore_ascii_case("authorization")
    }

    fn secrets(&self, target: &Target, headers: &Headers) -> Secrets {
        secrets_of(target, headers)
    }
}

impl<H: Helpdesk> Vendor for Connector<H> {
    fn about(&self) -> &'static About {
        self.0.about()
    }

    fn check(
        &self,
        settings: &Map<String, Value>,
        _: &Map<String, Value>,
    ) -> Vec<(String, String)> {
        let mut wrong = templates::check(settings);
        wrong.extend(check_base(settings));
        wrong
    }

    fn test(&self, input: &Input<'_>) -> Step {
        flow::test(&self.0, input)
    }

    fn preview(
        &self,
        shop: &Shop,
        target: &Target,
        claim: &Value,
        context: &Value,
    ) -> Result<Preview, String> {
        let desk = call::desk(target).unwrap_or_default();
        let takes = self.0.takes();
        let shape = Shape {
            settings: &desk.settings,
            subject: takes.subject,
            tag: takes.tag,
        };
        let id = claim.get("id").and_then(Value::as_str).unwrap_or_default();
        let mut ticket = compose(shop, id, claim, context, shape)?;
        ticket.requester = ticket.requester.or_else(|| flow::fallback(&desk));
        let body = ticket.text.render(takes.form, takes.text);
        let photos: Vec<Value> = match takes.photos {
            Photos::Upload(_) => (1..=ticket.photos.len())
                .filter_map(|n| self.0.uploaded(&self.0.sample_upload(n)))
                .collect(),
            Photos::Urls | Photos::UrlsLater(_) => {
                ticket.photos.iter().map(|url| json!(url)).collect()
            }
            Photos::File => Vec::new(),
        };
        let filed = Filed {
            ticket: &ticket,
            text: &body,
            photos: &photos,
            known: &Known::new(),
        };
        let request = shown(&self.0.base(&desk), &self.0.create(&desk, &filed));
        Ok(Preview {
            html: takes.form == Form::Html,
            requester: ticket.requester.map(|requester| requester.email),
            subject: ticket.subject,
            body,
            tags: ticket.tags,
            attachments: ticket.photos,
            request,
        })
    }

    fn ticket(&self, kept: &SavedState) -> Option<String> {
        read(Some(kept)).map(|made: Made| made.id)
    }
}

/// `POST https://…` and the body in lines, without credentials.
fn shown(base: &str, ask: &Ask) -> String {
    let method = Method::as_str(ask.method);
    let body: Value = serde_json::from_slice(&ask.body).unwrap_or(Value::Null);
    let body = serde_json::to_string_pretty(&body).unwrap_or_default();
    format!("{method} {base}{}\n\n{body}", ask.path)
}
