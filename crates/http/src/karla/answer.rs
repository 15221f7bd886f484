//! Successes in Karla's form: lists as bare arrays, claims and webhooks with the names that Karla has for their id and shop. The
//! items' own text goes through as it is.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A list as we answer it, and nothing else that we answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListText<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(borrow, rename = "next_cursor")]
    _next_cursor: &'a RawValue,
}

/// What an item of a route gets beside its own members.
#[derive(Clone, Copy)]
enum Item {
    Claim,
    Webhook,
    Other,
}

impl Item {
    fn of(route: &str) -> Self {
        match route.strip_prefix("/v1/shops/{slug}/") {
            Some("claims" | "claims/{id}") => Self::Claim,
            Some("webhooks" | "webhooks/{uuid}") => Self::Webhook,
            _ => Self::Other,
        }
    }
}

/// The answer of a route in the shop `slug`.
pub(super) fn karla(route: &str, slug: &str, json: &[u8]) -> Result<String, serde_json::Error> {
    let item = Item::of(route);
    if let Ok(list) = serde_json::from_slice::<ListText<'_>>(json) {
        let items = list.data.into_iter();
        let items = items.map(|one| written(item, slug, one.get()));
        let items: Vec<String> = items.collect::<Result<_, _>>()?;
        return Ok(format!("[{}]", items.join(",")));
    }
    let one: &RawValue = serde_json::from_slice(json)?;
    written(item, slug, one.get())
}

/// One item with its further members, behind its own.
fn written(item: Item, slug: &str, json: &str) -> Result<String, serde_json::Error> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        id: &'a RawValue,
    }
    let slug = serde_json::to_string(slug)?;
    let further = match item {
        Item::Claim => {
            let Named { id } = serde_json::from_str(json)?;
            format!(r#""uuid":{id},"shop_slug":{slug}"#)
        }
        Item::Webhook => format!(r#""merchant_slug":{slug}"#),
        Item::Other => return Ok(json.to_owned()),
    };
    let open = json.trim_end().strip_suffix('}').unwrap_or(json);
    Ok(format!("{open},{further}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_bare_and_texts_stay() {
        let list = br#"{"data":[{"id":"a","custom":{"n":1.10}}],"next_cursor":null}"#;
        let claims = karla("/v1/shops/{slug}/claims", "acme", list).unwrap();
        assert_eq!(
            claims,
            r#"[{"id":"a","custom":{"n":1.10},"uuid":"a","shop_slug":"acme"}]"#
        );
        let orders = karla("/v1/shops/{slug}/orders", "acme", list).unwrap();
        assert_eq!(orders, r#"[{"id":"a","custom":{"n":1.10}}]"#);
        let empty = br#"{"data":[],"next_cursor":null}"#;
        assert_eq!(karla("/v1/shops", "", empty).unwrap(), "[]");
    }

    #[test]
    fn what_is_no_list_stays() {
        let events = br#"{"data":[{"id":"evt_1"}]}"#;
        let path = "/v1/shops/{slug}/events";
        assert_eq!(karla(path, "acme", events).unwrap().as_bytes(), events);
    }

    #[test]
    fn one_claim_and_one_webhook_have_their_names() {
        let claim = karla("/v1/shops/{slug}/claims/{id}", "acme", br#"{"id":"a"}"#);
        assert_eq!(
            claim.unwrap(),
            r#"{"id":"a","uuid":"a","shop_slug":"acme"}"#
        );
        let hook = karla(
            "/v1/shops/{slug}/webhooks/{uuid}",
            "acme",
            br#"{"uuid":"w"}"#,
        );
        assert_eq!(hook.unwrap(), r#"{"uuid":"w","merchant_slug":"acme"}"#);
    }
}
