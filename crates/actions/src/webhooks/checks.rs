//! What a webhook's settings may hold.

use claimwire_model::Dialect;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::target::TargetStatus;
use claimwire_model::webhook::Signing;
use claimwire_wire::send::{SendErrorKind, Sender};
use data_encoding::BASE64;

use super::headers;
use super::settings::WebhookFields;
use crate::checks::{Checks, SHORT_TEXT, URL};
use crate::refusal::{FieldError, Refusal};
use crate::target_checks::{Sending, check_events};

/// What a `whsec_…` holds, in bytes (Standard Webhooks 1.0.0).
const WHSEC_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// What is the same for every webhook. `was`: the status before, for an update.
pub(super) fn check(fields: &WebhookFields, was: Option<TargetStatus>) -> Result<(), Refusal> {
    let mut checks = Checks::default();
    checks.that(
        !fields.url.is_empty(),
        "/url",
        "is needed: where the requests go",
    );
    checks.text("/url", &fields.url, URL);
    check_events(&mut checks, &fields.enabled_events);
    checks.optional("/description", fields.description.as_deref(), SHORT_TEXT);
    let settable = matches!(
        fields.status,
        None | Some(TargetStatus::Active | TargetStatus::Inactive)
    );
    checks.that(
        settable || fields.status == was,
        "/status",
        "can be set to `active` or `inactive` only",
    );
    headers::check(&mut checks, fields.dialect, &fields.headers);
    let signs_by_key = matches!(fields.dialect, Dialect::Standard | Dialect::Cloudevents);
    checks.that(
        fields.signing == Signing::Hmac || signs_by_key,
        "/signing",
        "is for the dialects `standard` and `cloudevents`; the others sign with `hmac`",
    );
    checks.that(
        !(fields.flatten && matches!(fields.dialect, Dialect::Own(_))),
        "/flatten",
        "is for built-in dialects; one of a file has its form from its template",
    );
    Sending {
        timeout_seconds: fields.timeout_seconds,
        retry: fields.retry.as_ref(),
        rate_limit: fields.rate_limit,
        without_rate: "no limit",
        max_in_flight: fields.max_in_flight,
        egress: fields.egress.as_deref(),
    }
    .check(&mut checks);
    checks.done()
}

/// Whether a webhook may take this dialect: one that no file describes is only kept where it is.
pub(super) fn check_dialect(dialect: Dialect, was: Dialect) -> Result<(), Refusal> {
    match dialect.gone() {
        Some(name) if dialect != was => Err(Refusal::field(
            "/dialect",
            format!("`{name}` is described by no file on this server (`--dialects`)"),
        )),
        _ => Ok(()),
    }
}

/// Whether a receiver of this dialect can hold the secret.
pub(super) fn check_secret(dialect: Dialect, secret: &str) -> Result<(), Refusal> {
    let (good, message) = match dialect {
        Dialect::Standard | Dialect::Cloudevents => (
            is_whsec(secret),
            "is not `whsec_` and base64 of 24 to 64 bytes, as the dialects `standard` and `cloudevents` have it",
        ),
        _ => (
            (16..=64).contains(&secret.len()) && secret.bytes().all(|b| (b' '..=b'~').contains(&b)),
            "is not 16 to 64 printable ASCII characters",
        ),
    };
    if good {
        Ok(())
    } else {
        Err(Refusal::field("/secret", message))
    }
}

fn is_whsec(secret: &str) -> bool {
    let bytes = secret
        .strip_prefix("whsec_")
        .map(|text| BASE64.decode(text.as_bytes()));
    matches!(bytes, Some(Ok(bytes)) if WHSEC_BYTES.contains(&bytes.len()))
}

/// The URL to keep, if the sender would send there.
pub(super) fn check_url(sender: &dyn Sender, url: &str) -> Result<String, Refusal> {
    sender.check_url(url).map_err(|error| Refusal::Invalid {
        key: url_refused(error.kind),
        errors: vec![FieldError {
            field: "/url".to_owned(),
            message: error.detail,
        }],
    })
}

/// The key of the problem of a URL that the sender refuses for this.
pub(crate) fn url_refused(kind: SendErrorKind) -> &'static str {
    match kind {
        SendErrorKind::AddressRefused => "url_not_public",
        _ => "url_invalid",
    }
}

/// Whether there is an egress profile of this name. Says which there are, never where they lead.
pub(crate) fn check_egress(sender: &dyn Sender, name: &str) -> Result<(), Refusal> {
    let profiles = sender.egress_profiles();
    if profiles.contains(&name) {
        return Ok(());
    }
    let there_are = if profiles.is_empty() {
        "this server has none".to_owned()
    } else {
        format!("there are: {}", profiles.join(", "))
    };
    Err(Refusal::Invalid {
        key: "egress_unknown",
        errors: vec![FieldError {
            field: "/egress".to_owned(),
            message: format!("is not the name of an egress profile; {there_are}"),
        }],
    })
}

/// What the entries of `enabled_events` select.
pub(super) fn subscription(fields: &WebhookFields) -> Result<Subscription, Refusal> {
    compile(
        fields.dialect,
        fields.source_filter,
        fields.enabled_events.clone(),
    )
}

/// A filter of these entries: at least one, and all known (`event_unknown`).
pub(crate) fn compile(
    dialect: Dialect,
    source_filter: SourceFilter,
    entries: Vec<String>,
) -> Result<Subscription, Refusal> {
    if entries.is_empty() {
        return Err(Refusal::field(
            "/enabled_events",
            "has no entry; `*` stands for every event",
        ));
    }
    Subscription::new(dialect, source_filter, entries).map_err(|unknown| {
        let errors = unknown
            .into_iter()
            .map(|entry| FieldError {
                field: format!("/enabled_events/{}", entry.index),
                message: entry.message,
            })
            .collect();
        Refusal::Invalid {
            key: "event_unknown",
            errors,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_fit_their_dialect() {
        let whsec = format!("whsec_{}", BASE64.encode(&[7; 32]));
        for (dialect, secret, good) in [
            (Dialect::Karla, "0123456789abcdef", true),
            (Dialect::Karla, "0123456789abcde", false),
            (Dialect::Claimport, &"x".repeat(64), true),
            (Dialect::Claimport, &"x".repeat(65), false),
            (Dialect::Claimable, "0123456789abcdef\n", false),
            (Dialect::Claimable, "0123456789abcdeé", false),
            (Dialect::Karla, &whsec, true),
            (Dialect::Standard, &whsec, true),
            (Dialect::Cloudevents, "whsec_c2hvcnQ=", false),
            (Dialect::Standard, "0123456789abcdef", false),
            (
                Dialect::Standard,
                "whsec_not base64 not base64 not base64",
                false,
            ),
        ] {
            assert_eq!(
                check_secret(dialect, secret).is_ok(),
                good,
                "{dialect} {secret}"
            );
        }
    }
}
