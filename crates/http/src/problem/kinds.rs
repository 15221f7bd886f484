//! Every problem that the API can answer with. The list is closed: a key is here or it is not sent.
//! Keys never change their meaning; adding one is a line.

/// One kind of problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Stable snake_case name.
    pub key: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The same sentence each time.
    pub title: &'static str,
}

macro_rules! kinds {
    ($($name:ident $key:literal $status:literal $title:literal;)*) => {
        $(#[doc = $title] pub static $name: Kind = Kind { key: $key, status: $status, title: $title };)*
        /// All of them.
        pub static ALL: &[&Kind] = &[$(&$name),*];
    };
}

kinds! {
    REQUEST_AMBIGUOUS "request_ambiguous" 400 "The request could be read in two ways";
    BODY_EMPTY "body_empty" 400 "A JSON body is needed and there is none";
    BODY_NOT_JSON "body_not_json" 400 "The body is not JSON";
    BODY_UNREADABLE "body_unreadable" 400 "The body could not be read to its end";
    IDEMPOTENCY_KEY_INVALID "idempotency_key_invalid" 400 "The Idempotency-Key header cannot be used";

    KEY_MISSING "key_missing" 401 "An API key is needed";
    KEY_UNKNOWN "key_unknown" 401 "The API key is not known";
    KEY_IN_QUERY "key_in_query" 401 "An API key must not be in the URL";

    ROLE_INSUFFICIENT "role_insufficient" 403 "The key's role does not allow this";
    ADMIN_KEY_NEEDED "admin_key_needed" 403 "Only the server's admin key may do this";

    SIGNATURE_INVALID "signature_invalid" 403 "The request is not signed as it must be";

    ROUTE_NOT_FOUND "route_not_found" 404 "There is no such route";
    SHOP_NOT_FOUND "shop_not_found" 404 "There is no such shop";
    API_KEY_NOT_FOUND "api_key_not_found" 404 "There is no such API key";
    MEMBER_NOT_FOUND "member_not_found" 404 "There is no such member";
    WEBHOOK_NOT_FOUND "webhook_not_found" 404 "There is no such webhook";
    CONNECTOR_NOT_FOUND "connector_not_found" 404 "There is no such connector";
    HOOK_NOT_FOUND "hook_not_found" 404 "There is no such hook";
    CLAIM_NOT_FOUND "claim_not_found" 404 "There is no such claim";
    ORDER_NOT_FOUND "order_not_found" 404 "There is no such order";
    SHIPMENT_NOT_FOUND "shipment_not_found" 404 "There is no such shipment";
    CONTACT_NOT_FOUND "contact_not_found" 404 "There is no such contact";
    MESSAGE_NOT_FOUND "message_not_found" 404 "There is no such message";
    EVENT_NOT_FOUND "event_not_found" 404 "There is no such event";
    DELIVERY_NOT_FOUND "delivery_not_found" 404 "There is no such delivery";
    REPLAY_NOT_FOUND "replay_not_found" 404 "There is no such replay";
    IMAGE_NOT_FOUND "image_not_found" 404 "There is no such image";
    FILE_NOT_FOUND "file_not_found" 404 "The page has no such file";

    METHOD_NOT_ALLOWED "method_not_allowed" 405 "The route does not have this method";

    BODY_TOO_SLOW "body_too_slow" 408 "The body came too slowly";

    IDEMPOTENCY_CONFLICT "idempotency_conflict" 409 "The same key was used with another request";
    EVENT_CONFLICT "event_conflict" 409 "The same event id was used with another content";
    SHIPMENT_FULL "shipment_full" 409 "The shipment holds as many events as it can";
    SHOP_EXISTS "shop_exists" 409 "A shop of this slug exists";
    REPLAY_RUNNING "replay_running" 409 "Another replay of the webhook runs, and enough wait behind it";
    MEMBER_IS_ONESELF "member_is_oneself" 409 "Nobody changes their own role or removes themselves";
    MEMBER_JUST_MAILED "member_just_mailed" 409 "A link was mailed to the member a moment ago";
    LIMIT_REACHED "limit_reached" 409 "The shop has as much as it may";
    CHANGED_MEANWHILE "changed_meanwhile" 409 "Someone else changed it at the same moment";

    BODY_TOO_LARGE "body_too_large" 413 "The body is larger than this route takes";
    CONTENT_TYPE_UNSUPPORTED "content_type_unsupported" 415 "The body is of a type that this route does not take";
    IMAGE_UNSUPPORTED "image_unsupported" 415 "The bytes are not a JPEG, PNG or WebP image";

    VALIDATION_FAILED "validation_failed" 422 "Some fields cannot be as they are";
    IMAGE_INVALID "image_invalid" 422 "The bytes are not a whole image that can be kept";
    QUERY_INVALID "query_invalid" 422 "Some query parameters cannot be as they are";
    EVENT_UNKNOWN "event_unknown" 422 "An event is not in the catalogue";
    URL_INVALID "url_invalid" 422 "The URL cannot be sent to";
    URL_NOT_PUBLIC "url_not_public" 422 "The URL's address is not public";
    EGRESS_UNKNOWN "egress_unknown" 422 "There is no egress profile of this name";

    RATE_LIMITED "rate_limited" 429 "The key asks more often than it may";

    INTERNAL "internal" 500 "The server failed";
    NOT_SERVED_HERE "not_served_here" 503 "This node does not serve the API";
    STORE_UNAVAILABLE "store_unavailable" 503 "The store cannot commit now";
    ANSWERS_UNREAD "answers_unread" 503 "Too many answers to the shop's reads wait to be read";
    STREAMS_OPEN "streams_open" 503 "As many streams of events are open as there may be";
    OUTCOME_UNKNOWN "outcome_unknown" 503 "It is not known whether the store committed";
}

/// The kind of this key.
#[must_use]
pub fn of_key(key: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.key == key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn keys_are_unique_snake_case() {
        let keys: BTreeSet<_> = ALL.iter().map(|kind| kind.key).collect();
        assert_eq!(keys.len(), ALL.len());
        for key in keys {
            assert!(
                key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{key}"
            );
        }
    }

    #[test]
    fn a_kind_is_found_by_its_key() {
        assert_eq!(of_key("webhook_not_found"), Some(&WEBHOOK_NOT_FOUND));
        assert_eq!(of_key("nothing"), None);
    }
}
