//! What becomes of a delivery that failed last, by where it stands.

use claimwire_model::delivery::DeliveryStatus;

/// In a sentence; empty: nothing is to be told. `scheduled`: a time of a next attempt is set.
pub(crate) fn next(status: DeliveryStatus, scheduled: bool) -> &'static str {
    match status {
        DeliveryStatus::Pending if scheduled => "It is tried again by itself.",
        DeliveryStatus::Pending => {
            "One more attempt was asked for, and is made as soon as it is its turn."
        }
        DeliveryStatus::Delivering => "An attempt is on its way.",
        DeliveryStatus::Delivered => "The event was delivered all the same.",
        DeliveryStatus::Failed => {
            "It was given up: no attempt follows by itself. Send it once more when that is mended."
        }
        DeliveryStatus::Held => "It waits until its webhook or connector is active again.",
        DeliveryStatus::Cancelled => {
            "Its webhook or connector was deleted, so nothing more is sent."
        }
        DeliveryStatus::Expired => {
            "It waited for longer than is kept, so nothing more is sent by itself."
        }
    }
}

#[cfg(test)]
mod tests {
    use claimwire_model::target::Kind;
    use claimwire_wire::send::SendErrorKind;

    use super::*;
    use crate::pages::deliveries::advice::advice;

    /// Of connectors, and of runs.
    const OTHERS: [&str; 15] = [
        "credentials_refused",
        "forbidden",
        "settings",
        "template",
        "no_requester",
        "no_claim",
        "unwelcome",
        "answer_unreadable",
        "own_change",
        "no_driver",
        "state",
        "steps",
        "smtp_550",
        "status_0",
        "some_other",
    ];

    fn errors() -> Vec<String> {
        let kinds = SendErrorKind::ALL
            .iter()
            .map(|kind| kind.as_str().to_owned());
        let statuses = (100..600).map(|status| format!("status_{status}"));
        let others = OTHERS.iter().map(|name| (*name).to_owned());
        kinds.chain(statuses).chain(others).collect()
    }

    #[test]
    fn what_is_told_of_an_error_promises_nothing_of_what_follows() {
        let of_both = [Kind::Webhook, Kind::Connector].map(|kind| (kind, errors()));
        let all = of_both
            .iter()
            .flat_map(|(kind, errors)| errors.iter().map(|error| (*kind, error)));
        for (kind, error) in all {
            let told = advice(error, kind).to_lowercase();
            assert!(
                kind == Kind::Webhook || !told.contains("dialect is"),
                "{error}: {told}"
            );
            assert!(!told.is_empty(), "{error}");
            for promise in [
                "again later",
                "tried again",
                "is retried",
                "next attempt",
                "no attempt",
                "given up",
                "waits",
            ] {
                assert!(!told.contains(promise), "{error}: {told}");
            }
        }
    }

    #[test]
    fn each_error_of_a_request_has_its_own_advice() {
        let fallback = advice("some_other", Kind::Webhook);
        for kind in SendErrorKind::ALL {
            assert_ne!(advice(kind.as_str(), Kind::Webhook), fallback, "{kind}");
        }
        for name in &OTHERS[..13] {
            assert_ne!(advice(name, Kind::Connector), fallback, "{name}");
        }
        assert!(fallback.contains("latest"));
    }

    #[test]
    fn what_follows_is_true_of_the_state_whatever_the_error() {
        for status in DeliveryStatus::ALL {
            for scheduled in [true, false] {
                let told = next(status, scheduled);
                let is_tried_again = told.contains("tried again by itself");
                assert_eq!(
                    is_tried_again,
                    status == DeliveryStatus::Pending && scheduled,
                    "{status:?}"
                );
                let over = matches!(
                    status,
                    DeliveryStatus::Failed | DeliveryStatus::Cancelled | DeliveryStatus::Expired
                );
                let says_so = told.contains("no attempt") || told.contains("nothing more");
                assert_eq!(says_so, over, "{status:?}");
                assert_eq!(told.contains("given up"), status == DeliveryStatus::Failed);
                assert_eq!(
                    told.contains("active again"),
                    status == DeliveryStatus::Held
                );
            }
        }
    }
}
