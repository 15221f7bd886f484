//! A vendor for these tests: a helpdesk and a marketing tool that do as little as can be.

use claimwire_connectors::{About, Field, FieldKind, Preview, Vendor};
use claimwire_model::target::Ordering;
use claimwire_model::verdict::Ending;
use claimwire_model::{Shop, Target};
use claimwire_wire::driver::{Call, Driver, End, Input, Last, Step};
use claimwire_wire::send::{Method, RESPONSE_BODY_READ, Request};
use serde_json::{Map, Value};

/// The kinds `zendesk` and `tool`.
pub const VENDORS: &[&dyn Vendor] = &[&Fake(&DESK), &Fake(&TOOL)];

const fn field(name: &'static str, kind: FieldKind, required: bool) -> Field {
    Field {
        name,
        help: "Somewhere in the settings.",
        kind,
        required,
        default: "",
    }
}

static DESK: About = About {
    kind: "zendesk",
    name: "Desk",
    does: "A claim becomes a ticket.",
    settings: &[
        field("endpoint", FieldKind::Url, true),
        field("email", FieldKind::Email, false),
        field("group_id", FieldKind::Number, false),
        field("mood", FieldKind::Choice(&["calm", "stern"]), false),
        field("headers", FieldKind::Texts, false),
        field("subject_template", FieldKind::Template, false),
    ],
    credentials: &[
        field("api_token", FieldKind::Text, true),
        field("second", FieldKind::Text, false),
    ],
    default_events: &["claims/created", "claims/updated"],
    ordering: Ordering::Subject,
    hears_back: true,
    per_second: Some(5),
    timeout_seconds: 12,
};

static TOOL: About = About {
    kind: "tool",
    name: "Tool",
    does: "An event becomes an event.",
    settings: &[],
    credentials: &[],
    default_events: &["shipments", "claims"],
    ordering: Ordering::None,
    hears_back: false,
    per_second: None,
    timeout_seconds: 10,
};

struct Fake(&'static About);

impl Driver for Fake {
    fn step(&self, _: &Input<'_>) -> Step {
        Step::End(End::DELIVERED)
    }

    fn hides(&self, _: &Target, header: &str) -> bool {
        header == "Authorization"
    }
}

impl Vendor for Fake {
    fn about(&self) -> &'static About {
        self.0
    }

    fn check(
        &self,
        settings: &Map<String, Value>,
        _: &Map<String, Value>,
    ) -> Vec<(String, String)> {
        let template = settings.get("subject_template").and_then(Value::as_str);
        let unclosed = template.is_some_and(|text| text.contains("{{") && !text.contains("}}"));
        let wrong = (
            "settings.subject_template",
            "line 1, column 3: it is not closed",
        );
        let wrong = unclosed.then(|| (wrong.0.to_owned(), wrong.1.to_owned()));
        wrong.into_iter().collect()
    }

    /// Asks who it is, then which rights it has.
    fn test(&self, input: &Input<'_>) -> Step {
        let call = |name: &'static str| {
            Step::Send(Call {
                name: Some(name.into()),
                request: Request {
                    method: Method::Get,
                    url: format!("https://desk.test/{name}"),
                    headers: [
                        ("Authorization", "Bearer very secret"),
                        ("Accept", "application/json"),
                    ]
                    .into(),
                    body: Default::default(),
                    timeout: std::time::Duration::from_secs(10),
                    egress: None,
                    answer_limit: RESPONSE_BODY_READ,
                    answer_room: None,
                    shop: input.shop.no,
                },
            })
        };
        match (input.called, input.last) {
            (None, Last::Nothing) if input.begins => call("me"),
            (Some("me"), Last::Answer(answer)) if answer.body.starts_with(b"{") => call("rights"),
            (Some(_), Last::Answer(answer)) if answer.status == 200 => Step::End(End::DELIVERED),
            (Some(_), Last::Answer(answer)) if answer.status == 302 => call("me"),
            (_, Last::NoAnswer(error)) => Step::End(End::unanswered(error)),
            _ => Step::End(End::not(
                Ending::FAILED,
                "credentials",
                "the token is not valid: make another".to_owned(),
            )),
        }
    }

    fn preview(
        &self,
        shop: &Shop,
        target: &Target,
        claim: &Value,
        context: &Value,
    ) -> Result<Preview, String> {
        let title = claim["title"].as_str().unwrap_or_default();
        if title == "unspeakable" {
            return Err("the template fails on this claim, line 1".to_owned());
        }
        Ok(Preview {
            subject: format!("{title} of {} by {}", shop.slug, target.label()),
            body: context["order"]["order_number"].to_string(),
            ..Preview::default()
        })
    }
}
