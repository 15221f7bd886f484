//! Problems in Karla's form: `{errors: [{loc, msg, field, type}], key, message, type}`.

use serde::{Deserialize, Serialize};

use crate::problem::kinds;

/// A problem as we answer it.
#[derive(Deserialize)]
struct Ours {
    status: u16,
    detail: String,
    key: String,
    #[serde(default)]
    errors: Vec<OurField>,
}

#[derive(Deserialize)]
struct OurField {
    field: String,
    message: String,
}

#[derive(Serialize)]
struct Theirs<'a> {
    errors: Vec<TheirField<'a>>,
    key: &'a str,
    message: &'a str,
    r#type: &'static str,
}

#[derive(Serialize)]
struct TheirField<'a> {
    /// Where it is: `["body", "enabled_events", 0]`.
    loc: Vec<Place<'a>>,
    msg: &'a str,
    /// The same as one name: `enabled_events.0`.
    field: String,
    r#type: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Place<'a> {
    Entry(usize),
    Name(&'a str),
}

/// The problem in Karla's form.
pub(super) fn karla(json: &[u8]) -> Result<String, serde_json::Error> {
    let problem: Ours = serde_json::from_slice(json)?;
    let root = if problem.key == kinds::QUERY_INVALID.key {
        "query"
    } else {
        "body"
    };
    let errors = problem.errors.iter();
    serde_json::to_string(&Theirs {
        errors: errors.map(|error| field(root, error)).collect(),
        key: &problem.key,
        message: &problem.detail,
        r#type: if problem.status < 500 {
            "invalid_request_error"
        } else {
            "api_error"
        },
    })
}

fn field<'a>(root: &'static str, error: &'a OurField) -> TheirField<'a> {
    let path = error.field.strip_prefix('/').unwrap_or(&error.field);
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let places = segments.clone().map(|segment| match segment.parse() {
        Ok(entry) => Place::Entry(entry),
        Err(_) => Place::Name(segment),
    });
    TheirField {
        loc: std::iter::once(Place::Name(root)).chain(places).collect(),
        msg: &error.message,
        field: segments.collect::<Vec<_>>().join("."),
        r#type: "value_error",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn in_karlas_form(problem: &Value) -> Value {
        serde_json::from_str(&karla(problem.to_string().as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn fields_are_told_by_place() {
        let problem = json!({"type": "/docs#problem-event_unknown", "title": "t", "status": 422, "detail": "d", "key": "event_unknown",
            "errors": [{"field": "/enabled_events/0", "message": "is not known"}, {"field": "", "message": "no"}]});
        assert_eq!(
            in_karlas_form(&problem),
            json!({"key": "event_unknown", "message": "d", "type": "invalid_request_error", "errors": [
                {"loc": ["body", "enabled_events", 0], "msg": "is not known", "field": "enabled_events.0", "type": "value_error"},
                {"loc": ["body"], "msg": "no", "field": "", "type": "value_error"}]})
        );
    }

    #[test]
    fn a_parameter_is_in_the_query_and_our_failure_is_an_api_error() {
        let query = json!({"status": 422, "detail": "d", "key": "query_invalid", "errors": [{"field": "/limit", "message": "m"}]});
        assert_eq!(
            in_karlas_form(&query)["errors"][0]["loc"],
            json!(["query", "limit"])
        );
        let down =
            in_karlas_form(&json!({"status": 503, "detail": "d", "key": "store_unavailable"}));
        assert_eq!(
            (&down["type"], &down["errors"]),
            (&json!("api_error"), &json!([]))
        );
    }
}
