//! What a claim would become at the vendor, without anything being sent.

use claimwire_connectors::{Preview, Vendor};
use claimwire_model::SubjectKind;
use claimwire_model::Target;
use claimwire_model::change::Change;
use claimwire_model::claim::Claim;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::create::blank;
use super::fields::ConnectorFields;
use super::view::{find, vendor};
use super::{build, checks};
use crate::access::{As, Editor};
use crate::call::Call;
use crate::merge::Patch;
use crate::read::not_found;
use crate::refusal::Refusal;

/// Of which claim.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The claim's id.
    pub claim_id: Uuid,
}

/// What a claim would become.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectorPreview)]
pub struct PreviewView {
    /// The ticket's or mail's subject, or the event's name.
    pub subject: String,
    /// The text as it would be shown there.
    pub body: String,
    /// Whether `body` is HTML.
    pub html: bool,
    /// As whom it would be filed: the customer's e-mail address.
    pub requester: Option<String>,
    /// The tags that it would bear.
    pub tags: Vec<String>,
    /// The URLs of the photos that would be attached.
    pub attachments: Vec<String>,
    /// The body of the first request that makes it, without credentials.
    pub request: String,
}

impl From<Preview> for PreviewView {
    fn from(preview: Preview) -> Self {
        Self {
            subject: preview.subject,
            body: preview.body,
            html: preview.html,
            requester: preview.requester,
            tags: preview.tags,
            attachments: preview.attachments,
            request: preview.request,
        }
    }
}

/// Shows what the connector would make of a claim as it is now.
///
/// # Errors
/// When connector or claim is not there, or a template fails on this claim.
pub async fn preview(
    editor: &As<'_, Editor>,
    id: Uuid,
    request: PreviewRequest,
) -> Result<PreviewView, Refusal> {
    let call = editor.call();
    let (target, connector) = find(call, id).await?;
    let vendor = vendor(call, &connector)?;
    of_claim(call, vendor, &target, request).await
}

/// Shows what a connector would make of it whose settings are not kept yet: a new one's, or what would become of one
/// that there is.
///
/// # Errors
/// As [`preview`], and when the settings cannot be.
pub async fn draft(
    editor: &As<'_, Editor>,
    id: Option<Uuid>,
    patch: &Patch<ConnectorFields>,
    request: PreviewRequest,
) -> Result<PreviewView, Refusal> {
    let call = editor.call();
    let (vendor, before, fields) = match id {
        None => {
            let vendor = build::named(call.ports, patch)?;
            let fields = ConnectorFields::default();
            (vendor, blank(call, vendor.about().kind)?, fields)
        }
        Some(id) => {
            let (target, connector) = find(call, id).await?;
            let fields = ConnectorFields::of(&target, &connector);
            let vendor = vendor(call, &connector)?;
            (vendor, ((*target).clone(), connector), fields)
        }
    };
    let fields = patch.applied(&fields, ConnectorFields::ALSO)?;
    checks::check(&fields, Some(before.0.status))?;
    let (target, _) = build::apply(before.0, before.1, vendor, &fields, call)?;
    of_claim(call, vendor, &target, request).await
}

async fn of_claim(
    call: &Call<'_>,
    vendor: &'static dyn Vendor,
    target: &Target,
    request: PreviewRequest,
) -> Result<PreviewView, Refusal> {
    let claim_id = request.claim_id.to_string();
    let found = call.find::<Claim>(SubjectKind::Claim, &claim_id).await?;
    let claim = found
        .ok_or_else(|| not_found(SubjectKind::Claim, &claim_id))?
        .value;
    let context = call.around_claim(&claim).await?;
    let change = Change::Claim {
        before: None,
        after: Some(&claim),
    };
    let facts = call.facts(&change, &context, &call.performed_by(None))?;
    let (mut data, mut context) = (Value::Null, Value::Null);
    if let Some(fact) = facts.first() {
        data = json(fact.event_data.get());
        context = fact.context.as_ref().map_or(Value::Null, |c| json(c.get()));
    }
    let preview = vendor.preview(call.shop, target, &data, &context);
    preview
        .map(PreviewView::from)
        .map_err(|sentence| Refusal::field("/claim_id", sentence))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
