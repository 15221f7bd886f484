//! What a vendor is: what it needs to be told, what it would send, how it is called.

use claimwire_model::delivery::SavedState;
use claimwire_model::target::Ordering;
use claimwire_model::{Shop, Target};
use claimwire_wire::driver::{Driver, Input, Step};
use serde_json::{Map, Value};

/// A vendor whose API takes our events. Its [`Driver`] makes the calls of a delivery.
pub trait Vendor: Driver {
    /// What it is and what it needs.
    fn about(&self) -> &'static About;

    /// What is wrong with these settings and credentials beyond what [`About`] says of each field: the
    /// field's path (`settings.endpoint`) and a sentence. Called before they are kept; templates are compiled here.
    fn check(
        &self,
        settings: &Map<String, Value>,
        credentials: &Map<String, Value>,
    ) -> Vec<(String, String)> {
        let _ = (settings, credentials);
        Vec::new()
    }

    /// The next step of a test: a call that changes nothing at the vendor and shows whether it lets us in,
    /// then the end with what to do about it. Asked like a run, with the sample event.
    fn test(&self, input: &Input<'_>) -> Step;

    /// What a claim would become, without anything being sent. `context` is the event's, as JSON:
    /// `{order, customer, shipments, claims}`; `claim` is the claim's snapshot.
    ///
    /// # Errors
    /// A template fails on this claim: the sentence says where and why.
    fn preview(
        &self,
        shop: &Shop,
        target: &Target,
        claim: &Value,
        context: &Value,
    ) -> Result<Preview, String>;

    /// What people at the vendor know a claim's ticket by, from what a run kept of the claim; none: the vendor keeps
    /// no ticket.
    fn ticket(&self, kept: &SavedState) -> Option<String> {
        let _ = kept;
        None
    }
}

/// What a vendor is, for forms, help and checks.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// `zendesk`: the name in the API.
    pub kind: &'static str,
    /// `Zendesk`: for people.
    pub name: &'static str,
    /// One sentence: what becomes of an event.
    pub does: &'static str,
    /// What its owner sets.
    pub settings: &'static [Field],
    /// What lets us in. Write-only.
    pub credentials: &'static [Field],
    /// What it hears of unless told otherwise.
    pub default_events: &'static [&'static str],
    /// What is delivered one after another: of helpdesks all that concerns one claim.
    pub ordering: Ordering,
    /// Whether a ticket's status may come back from there and set its claim's.
    pub hears_back: bool,
    /// Requests a second that the vendor takes from an account of its smallest plan, rounded down; at least 1.
    pub per_second: Option<u32>,
    /// Deadline of one of its calls in seconds, 1 to 30.
    pub timeout_seconds: u8,
}

/// Which status of a ticket sets which status of its claim.
const STATUS_MAP: Field = Field {
    name: "status_map",
    help: "Which status of a ticket sets which status of its claim (pending, accepted, rejected, closed), for the \
           requests that the helpdesk makes to `hook_url`. Where absent: solved, resolved and closed set `closed`.",
    kind: FieldKind::Texts,
    required: false,
    default: "",
};

/// What the helpdesk signs its requests with.
const WEBHOOK_SECRET: Field = Field {
    name: "webhook_secret",
    help: "The signing secret that Zendesk shows beside its webhook; with it only signed requests to `hook_url` count.",
    kind: FieldKind::Text,
    required: false,
    default: "",
};

impl About {
    /// All that its owner may set: what the kind takes, and what all take that hear back.
    pub fn all_settings(&self) -> impl Iterator<Item = &'static Field> {
        let shared = self.hears_back.then_some(&STATUS_MAP);
        self.settings.iter().chain(shared)
    }

    /// The same of credentials.
    pub fn all_credentials(&self) -> impl Iterator<Item = &'static Field> {
        let shared = self.hears_back.then_some(&WEBHOOK_SECRET);
        self.credentials.iter().chain(shared)
    }
}

/// One thing to be told.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its key in `settings` or `credentials`.
    pub name: &'static str,
    /// What it is and where to find it, in one sentence.
    pub help: &'static str,
    /// Which values it takes.
    pub kind: FieldKind,
    /// Without it the connector cannot work.
    pub required: bool,
    /// What holds where it is absent; empty: nothing.
    pub default: &'static str,
}

/// Which values a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text up to 2,000 characters.
    Text,
    /// An `http` or `https` URL, checked as a webhook's is.
    Url,
    /// An e-mail address.
    Email,
    /// A whole number, 0 or more, also as text.
    Number,
    /// One of these.
    Choice(&'static [&'static str]),
    /// An object of texts.
    Texts,
    /// A template, up to 20,000 characters; compiled by [`Vendor::check`].
    Template,
}

/// What a claim would become.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// The ticket's or mail's subject, or the event's name.
    pub subject: String,
    /// The text as it would be shown there: plain, or HTML where the vendor takes that.
    pub body: String,
    /// Whether `body` is HTML.
    pub html: bool,
    /// As whom it would be filed: the customer's e-mail address.
    pub requester: Option<String>,
    /// The tags that it would bear.
    pub tags: Vec<String>,
    /// The URLs of the photos that would be attached.
    pub attachments: Vec<String>,
    /// The first request that makes it, as JSON or text, without credentials.
    pub request: String,
}

/// What helpdesks hear of unless told otherwise.
pub const TICKET_EVENTS: &[&str] = &["claims/created", "claims/updated"];

/// The owner's own subject.
pub const SUBJECT_TEMPLATE: Field = Field {
    name: "subject_template",
    help: "Template of the subject; without it `{reason} – order {order_number}`.",
    kind: FieldKind::Template,
    required: false,
    default: "",
};

/// The owner's own text.
pub const BODY_TEMPLATE: Field = Field {
    name: "body_template",
    help: "Template of the text; without it everything that is known of the claim.",
    kind: FieldKind::Template,
    required: false,
    default: "",
};

/// Who files what has no customer, where no other setting names a user.
pub const FALLBACK_EMAIL: Field = Field {
    name: "fallback_email",
    help: "E-mail address that tickets are filed under whose claim names no customer's.",
    kind: FieldKind::Email,
    required: false,
    default: "",
};

#[cfg(test)]
mod tests {
    use claimwire_model::Headers;
    use serde_json::{Map, Value, json};

    use super::FieldKind;
    use crate::VENDORS;
    use crate::testing::target;

    #[test]
    fn nothing_stands_behind_the_address_that_paths_are_put_behind() {
        let mut checked = 0;
        for vendor in VENDORS {
            let about = vendor.about();
            let mut fields = about.settings.iter().map(|field| field.name);
            let Some(name) = fields.find(|name| ["endpoint", "base_url"].contains(name)) else {
                continue;
            };
            for (url, is_good) in [
                ("https://desk.example/base", true),
                ("https://desk.example/?x=1", false),
                ("https://desk.example/#x", false),
            ] {
                let settings = Map::from_iter([(name.to_owned(), json!(url))]);
                let wrong = vendor.check(&settings, &Map::new());
                let found = wrong
                    .iter()
                    .any(|(at, _)| *at == format!("settings.{name}"));
                assert_eq!(found, !is_good, "{}: {url}", about.kind);
            }
            checked += 1;
        }
        assert_eq!(checked, 8);
    }

    #[test]
    fn what_lets_us_in_is_masked_wherever_an_answer_repeats_it() {
        for vendor in VENDORS {
            let about = vendor.about();
            let secret = |name: &str| format!("{name}-0123456789");
            let set = about.all_credentials().map(|field| {
                let value = match field.kind {
                    FieldKind::Texts => {
                        json!({"client_id": "us", "client_secret": secret(field.name)})
                    }
                    _ => json!(secret(field.name)),
                };
                (field.name.to_owned(), value)
            });
            let credentials = Value::Object(set.collect::<Map<_, _>>());
            let settings = json!({"headers": {"X-Key": secret("header"), "X-Debug": "true"}});
            let target = target(about.kind, &settings, &credentials);
            let headers = Headers::from([("Authorization", "Basic dXM6c2VjcmV0")]);
            let secrets = vendor.secrets(&target, &headers);
            let mut all: Vec<_> = about
                .all_credentials()
                .map(|field| secret(field.name))
                .collect();
            all.extend(["dXM6c2VjcmV0".to_owned(), secret("header")]);
            for one in all {
                let told = secrets.masked(&one);
                assert_eq!(told, "***", "{}: {one}", about.kind);
            }
            assert_eq!(secrets.masked("us: true"), "us: true", "{}", about.kind);
        }
    }

    #[test]
    fn who_tells_nothing_back_is_not_asked_what_that_would_mean() {
        for vendor in VENDORS {
            let about = vendor.about();
            let helpdesk = [
                "zendesk",
                "gorgias",
                "freshdesk",
                "intercom",
                "dixa",
                "http",
            ];
            let tells = helpdesk.contains(&about.kind);
            let has = |name| about.all_settings().any(|field| field.name == name);
            assert_eq!(has("status_map"), tells, "{}", about.kind);
            let has = |name| about.all_credentials().any(|field| field.name == name);
            assert_eq!(has("webhook_secret"), tells, "{}", about.kind);
        }
    }
}
