//! What a server's answer means, and what to do when it is no success.

use std::fmt;

use serde_json::Value;

use crate::failure::{Class, Failure};

/// What was asked, of whom.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The server.
    pub base: &'a str,
    /// GET, POST, …
    pub method: &'a str,
    /// With its query.
    pub path: &'a str,
}

impl fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.method, self.base, self.path)
    }
}

impl Asked<'_> {
    /// The JSON of a success.
    pub fn value(&self, status: u16, text: &str) -> Result<Value, Failure> {
        match text {
            "" => Ok(Value::Null),
            text => serde_json::from_str(text).map_err(|_| self.not_ours(status)),
        }
    }

    /// That there was no answer.
    pub fn failed(&self, error: &ureq::Error) -> Failure {
        Failure::new(
            Class::Unreachable,
            format!("cannot reach the server with {self}: {error}"),
            "start it with `claimwire serve`, or say where it is with --server HOST:PORT",
        )
    }

    /// That the answer was no success.
    pub fn refused(&self, status: u16, text: &str, retry_after: Option<&str>) -> Failure {
        let Some(problem) = serde_json::from_str::<Value>(text)
            .ok()
            .filter(Value::is_object)
        else {
            return self.not_ours(status);
        };
        let key = problem
            .get("key")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let (class, hint) = self.judged(status, key, retry_after);
        Failure {
            class,
            what: format!("{self} was answered {status}: {}", reason(&problem)),
            hint,
            problem: Some(Box::new(problem)),
        }
    }

    fn not_ours(&self, status: u16) -> Failure {
        Failure::new(
            if status >= 500 {
                Class::Unreachable
            } else {
                Class::Other
            },
            format!("{self} was answered {status}, and not with JSON"),
            format!(
                "see whether {} is a Claimwire server, and not a proxy before one",
                self.base
            ),
        )
    }

    fn judged(&self, status: u16, key: &str, retry_after: Option<&str>) -> (Class, String) {
        let again = || match retry_after {
            Some(seconds) => format!("try again in {seconds} s"),
            None => "try again later".to_owned(),
        };
        match (status, key) {
            (401, _) => (
                Class::Auth,
                "the server is there but does not know the key: give the right one as --key, in CLAIMWIRE_KEY or with \
                 `claimwire login`"
                    .to_owned(),
            ),
            (403, _) => (
                Class::Auth,
                "use a key with a higher role; who has an admin's makes one with `claimwire keys create NAME --role ROLE`"
                    .to_owned(),
            ),
            (404, "shop_not_found") => (
                Class::NotFound,
                "`claimwire shops list` shows the shops there are; to another shop's key a shop is not there".to_owned(),
            ),
            (404, "route_not_found") => (
                Class::NotFound,
                "the server may be older than this program: compare `claimwire --version` with GET /healthz".to_owned(),
            ),
            (404, _) => (Class::NotFound, self.where_to_look()),
            (409, "limit_reached") => (
                Class::Refused,
                "delete what is no longer needed, or have the operator raise the limit (`claimwire serve --limits`)"
                    .to_owned(),
            ),
            (429, _) => (Class::Refused, again()),
            (503, _) => (Class::Unreachable, again()),
            (500.., _) => (Class::Other, "the server's log says why".to_owned()),
            _ => (
                Class::Refused,
                "mend what is named above and try again".to_owned(),
            ),
        }
    }

    /// The command that lists what the path names.
    fn where_to_look(&self) -> String {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        let mut parts = path.trim_start_matches("/v1/shops/").split('/').skip(1);
        let noun = match parts.next() {
            Some("api-keys") => "keys",
            Some(
                noun @ ("webhooks" | "connectors" | "claims" | "orders" | "shipments" | "contacts"
                | "events" | "deliveries"),
            ) => noun,
            _ => {
                return "see whether it is written right; what was deleted is not there either"
                    .to_owned();
            }
        };
        format!("`claimwire {noun} list` shows those there are")
    }
}

/// The problem in words, on one line: its detail, its key, and each field's message.
fn reason(problem: &Value) -> String {
    let text = |name: &str| problem.get(name).and_then(Value::as_str);
    let mut words = text("detail")
        .or_else(|| text("title"))
        .map_or_else(|| problem.to_string(), str::to_owned);
    if let Some(key) = text("key") {
        words.push_str(&format!(" [{key}]"));
    }
    // A single field's message is the detail, mostly.
    let said = words.clone();
    let errors = problem.get("errors").and_then(Value::as_array);
    let mut sign = ':';
    for error in errors.into_iter().flatten() {
        let part = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        let (field, message) = (part("field"), part("message"));
        if !(said.contains(field) && said.contains(message)) {
            words.push_str(&format!("{sign} {field} {message}"));
            sign = ';';
        }
    }
    words.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ASKED: Asked<'static> = Asked {
        base: "http://127.0.0.1:8480",
        method: "PATCH",
        path: "/v1/shops/acme/webhooks/1?x=y",
    };

    fn refused(status: u16, key: &str) -> Failure {
        ASKED.refused(status, &json!({"key": key}).to_string(), Some("7"))
    }

    #[test]
    fn a_problem_reads_as_one_line() {
        let problem = json!({"detail": "No.", "key": "validation_failed", "errors": [
            {"field": "/url", "message": "is missing"}, {"field": "/x", "message": "is not\nknown"},
        ]});
        assert_eq!(
            reason(&problem),
            "No. [validation_failed]: /url is missing; /x is not known"
        );
        let said_already = json!({"detail": "/url: is missing", "key": "url_invalid", "errors": [
            {"field": "/url", "message": "is missing"},
        ]});
        assert_eq!(reason(&said_already), "/url: is missing [url_invalid]");
    }

    #[test]
    fn each_status_has_its_class_and_says_what_to_do() {
        for (status, key, class, hint) in [
            (401, "unauthorized", Class::Auth, "does not know the key"),
            (403, "role_too_low", Class::Auth, "higher role"),
            (404, "shop_not_found", Class::NotFound, "shops list"),
            (404, "webhook_not_found", Class::NotFound, "webhooks list"),
            (409, "limit_reached", Class::Refused, "limit"),
            (409, "slug_taken", Class::Refused, "mend"),
            (422, "validation_failed", Class::Refused, "mend"),
            (429, "rate_limited", Class::Refused, "in 7 s"),
            (500, "internal", Class::Other, "log"),
            (503, "store_unavailable", Class::Unreachable, "in 7 s"),
        ] {
            let failure = refused(status, key);
            assert_eq!(failure.class, class, "{status} {key}");
            assert!(failure.hint.contains(hint), "{status}: {}", failure.hint);
            assert!(!failure.what.contains('\n') && failure.what.contains("127.0.0.1:8480"));
        }
    }

    #[test]
    fn what_is_no_answer_of_ours_is_said_to_be_none() {
        let page = "<html>Bad gateway</html>";
        let failure = ASKED.refused(502, page, None);
        assert_eq!(failure.class, Class::Unreachable);
        assert!(failure.hint.contains("proxy"), "{}", failure.hint);
        assert!(ASKED.value(200, page).is_err());
        assert_eq!(ASKED.value(204, "").unwrap(), Value::Null);
    }
}
