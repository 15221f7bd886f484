//! What a helpdesk tells of its tickets: a ticket's status sets the status of the claim that it is of.
//!
//! Helpdesks tell of all their tickets and switch off a hook that fails. So what is none of ours, or says nothing
//! that sets a status, is answered with success and changes nothing.

use std::sync::Arc;

use claimwire_model::claim::{Claim, ClaimFields};
use claimwire_model::connector::{Connector, performer};
use claimwire_model::target::TargetKind;
use claimwire_model::{Shop, Source, SubjectKind, Target};
use claimwire_store::StoreError;
use data_encoding::BASE64;
use ring::hmac;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::call::Call;
use crate::caller::Caller;
use crate::checks::Checks;
use crate::connectors::members;
use crate::merge::Patch;
use crate::ports::Ports;
use crate::refusal::Refusal;
use crate::{input, write};

/// Stands before a claim's id in the external id of its ticket (contract section 7).
const EXTERNAL_ID: &str = "claimwire:";
/// What a ticket's status makes of its claim where the connector does not say.
const STATUSES: [(&str, &str); 3] = [
    ("solved", "closed"),
    ("resolved", "closed"),
    ("closed", "closed"),
];
/// A claim's statuses.
const CLAIM_STATUSES: [&str; 4] = ["pending", "accepted", "rejected", "closed"];

/// A request to a hook.
#[derive(Debug, Clone, Copy)]
pub struct HookRequest<'a> {
    /// The connector's id, as the path has it.
    pub connector: &'a str,
    /// The hook's token, as the path has it.
    pub token: &'a str,
    /// `X-Zendesk-Webhook-Signature`.
    pub signature: Option<&'a str>,
    /// `X-Zendesk-Webhook-Signature-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// As it was sent.
    pub body: &'a [u8],
}

/// What a hook's request came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct HookResult {
    /// Whether a claim has another status now.
    pub changed: bool,
    /// The claim that the ticket is of.
    pub claim_id: Option<Uuid>,
    /// What was done, or why nothing was.
    pub detail: String,
}

impl HookResult {
    fn nothing(claim_id: Option<Uuid>, detail: impl Into<String>) -> Self {
        Self {
            changed: false,
            claim_id,
            detail: detail.into(),
        }
    }
}

/// Takes what a helpdesk tells of a ticket.
///
/// # Errors
/// [`Refusal::NotFound`] alike when there is no such connector and when the token is another; [`Refusal::Forbidden`]
/// when the connector has a secret and the request is not signed with it.
pub async fn receive(ports: &Ports, request: HookRequest<'_>) -> Result<HookResult, Refusal> {
    let (shop, target, connector) = found(ports, request).await?;
    let credentials = members(connector.credentials.get());
    if let Some(secret) = credentials.get("webhook_secret").and_then(Value::as_str) {
        check_signature(secret, request)?;
    }
    let report: Value = input::parse(request.body)?;
    let report = Report::of(&report);
    let Some(claim) = report.claim else {
        return Ok(HookResult::nothing(None, "the ticket is of no claim"));
    };
    let settings = members(connector.settings.get());
    let Some(status) = report.status.and_then(|status| mapped(&settings, status)) else {
        let detail = "the ticket's status sets none of a claim";
        return Ok(HookResult::nothing(Some(claim), detail));
    };
    let name = ports.vendor(&connector.vendor).map(|vendor| vendor.about());
    let name = name.map_or(&*connector.vendor, |about| about.name);
    let call = Call {
        store: &*ports.store,
        ports,
        shop: &shop,
        caller: &Caller::Operator,
        source: Source::Api,
        trace: None,
        now: ports.now(),
    };
    set_status(&call, &target, name, claim, &status).await
}

async fn set_status(
    call: &Call<'_>,
    target: &Target,
    name: &str,
    claim: Uuid,
    status: &str,
) -> Result<HookResult, Refusal> {
    let id = claim.to_string();
    let Some(before) = call.find::<Claim>(SubjectKind::Claim, &id).await? else {
        return Ok(HookResult::nothing(Some(claim), "the claim is gone"));
    };
    if before.value.status.as_str() == status {
        let detail = format!("the claim is {status} already");
        return Ok(HookResult::nothing(Some(claim), detail));
    }
    let by = performer(target.uuid, name.to_owned());
    let patch = Patch::<ClaimFields>::of(&json!({"status": status, "performed_by": by}))?;
    match write::patch::<Claim>(call, &claim, &patch).await {
        Ok(_) => Ok(HookResult {
            changed: true,
            claim_id: Some(claim),
            detail: format!("the claim is {status} now"),
        }),
        Err(Refusal::NotFound { .. }) => Ok(HookResult::nothing(Some(claim), "the claim is gone")),
        Err(refusal) => Err(refusal),
    }
}

/// The connector of this path. Whoever guesses learns nothing of which part was wrong.
async fn found(
    ports: &Ports,
    request: HookRequest<'_>,
) -> Result<(Arc<Shop>, Arc<Target>, Connector), Refusal> {
    let no_such = || Refusal::NotFound {
        key: "hook_not_found",
        what: "hook of this path".to_owned(),
    };
    let id = Uuid::parse_str(request.connector).map_err(|_| no_such())?;
    let found = ports.store.target_anywhere(id).await;
    let (shop, target) = found.map_err(|error| match error {
        StoreError::NotFound => no_such(),
        error => error.into(),
    })?;
    let TargetKind::Connector(connector) = &target.kind else {
        return Err(no_such());
    };
    let about = ports.vendor(&connector.vendor).map(|vendor| vendor.about());
    let takes = about.is_some_and(|about| about.hears_back) && !connector.hook_token.is_empty();
    if !takes || !same(connector.hook_token.as_bytes(), request.token.as_bytes()) {
        return Err(no_such());
    }
    let connector = connector.clone();
    Ok((shop, target, connector))
}

/// Without a hint in its timing at which byte two texts differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    let differ = a.iter().zip(b).fold(0, |differ, (x, y)| differ | (x ^ y));
    a.len() == b.len() && std::hint::black_box(differ) == 0
}

/// Zendesk signs the timestamp with the body behind it, and writes the signature in base64.
fn check_signature(secret: &str, request: HookRequest<'_>) -> Result<(), Refusal> {
    let given = request
        .signature
        .map(|given| BASE64.decode(given.as_bytes()));
    let good = match (given, request.timestamp) {
        (Some(Ok(given)), Some(timestamp)) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            let signed = [timestamp.as_bytes(), request.body].concat();
            hmac::verify(&key, &signed, &given).is_ok()
        }
        _ => false,
    };
    if good {
        return Ok(());
    }
    Err(Refusal::Forbidden {
        key: "signature_invalid",
        detail: "the connector has a `webhook_secret`, and X-Zendesk-Webhook-Signature is not this body's with it; \
                 copy the signing secret of the helpdesk's webhook anew, or remove it from the credentials"
            .to_owned(),
    })
}

/// What a body tells of a ticket.
#[derive(Debug, PartialEq, Eq)]
struct Report<'a> {
    claim: Option<Uuid>,
    status: Option<&'a str>,
}

impl<'a> Report<'a> {
    /// In the generic form at the root; Zendesk's events have it in `detail`, Gorgias's in `ticket`.
    fn of(body: &'a Value) -> Self {
        let parts = || {
            [Some(body), body.get("ticket"), body.get("detail")]
                .into_iter()
                .flatten()
        };
        let text = |name: &str| parts().find_map(|part| part.get(name).and_then(Value::as_str));
        let external = text("external_id").and_then(|id| id.strip_prefix(EXTERNAL_ID));
        let claim = text("claim_id").or(external);
        Self {
            claim: claim.and_then(|id| Uuid::parse_str(id.trim()).ok()),
            status: text("status").map(str::trim),
        }
    }
}

/// The claim's status that a ticket's sets, in any case of letters.
fn mapped(settings: &Map<String, Value>, ticket: &str) -> Option<String> {
    let is_it = |name: &str| name.eq_ignore_ascii_case(ticket);
    match settings.get("status_map") {
        Some(Value::Object(map)) => {
            let found = map.iter().find(|(name, _)| is_it(name));
            found.and_then(|(_, status)| status.as_str().map(str::to_owned))
        }
        _ => {
            let found = STATUSES.iter().find(|(name, _)| is_it(name));
            found.map(|(_, status)| (*status).to_owned())
        }
    }
}

/// Whether a connector's map leads to statuses that a claim can have.
pub(crate) fn check_status_map(checks: &mut Checks, settings: &Map<String, Value>) {
    let Some(Value::Object(map)) = settings.get("status_map") else {
        return;
    };
    for (ticket, status) in map {
        let known = status
            .as_str()
            .is_some_and(|status| CLAIM_STATUSES.contains(&status));
        let place = format!("/settings/status_map/{}", input::escape(ticket));
        checks.that(
            known,
            place,
            "is none of: pending, accepted, rejected, closed",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIM: &str = "5f0c8e0a-6c1b-4f0e-9d3a-2b7c4d5e6f70";

    #[test]
    fn each_form_tells_of_claim_and_status() {
        let external = format!("claimwire:{CLAIM}");
        for body in [
            json!({"claim_id": CLAIM, "status": "solved"}),
            json!({"external_id": external, "status": "solved"}),
            json!({"ticket": {"id": 7, "external_id": external, "status": "solved"}}),
            json!({
                "type": "zen:event-type:ticket.status_changed",
                "detail": {"id": "7", "external_id": external, "status": "solved"},
                "event": {"current": "solved", "previous": "open"},
            }),
        ] {
            let report = Report::of(&body);
            assert_eq!(report.claim, Uuid::parse_str(CLAIM).ok(), "{body}");
            assert_eq!(report.status, Some("solved"), "{body}");
        }
        for other in [
            json!([]),
            json!({"external_id": CLAIM}),
            json!({"claim_id": 7}),
            json!("x"),
        ] {
            assert_eq!(
                Report::of(&other),
                Report {
                    claim: None,
                    status: None
                }
            );
        }
    }

    #[test]
    fn a_tickets_status_is_mapped_in_any_case() {
        let own = json!({"status_map": {"Done": "accepted"}});
        let own = own.as_object().cloned().unwrap();
        for (settings, ticket, claim) in [
            (&Map::new(), "SOLVED", Some("closed")),
            (&Map::new(), "closed", Some("closed")),
            (&Map::new(), "open", None),
            (&own, "DONE", Some("accepted")),
            (&own, "solved", None),
        ] {
            assert_eq!(mapped(settings, ticket).as_deref(), claim, "{ticket}");
        }
    }
}
