//! Marketing tools: whatever breaks off an event is told, once where the vendor has an id for it, as it is.

use claimwire_connectors::vendor;
use claimwire_model::verdict::Ending;
use claimwire_testkit::Reply;
use claimwire_testkit::marketing::{Asked, Brevo, HubSpot, Klaviyo, Vendor as Fake};
use claimwire_wire::driver::End;
use serde_json::{Value, json};

use crate::marketing::{Tool, sample};

pub const TOOLS: [&str; 3] = ["klaviyo", "brevo", "hubspot"];

/// A vendor's account.
pub enum Account {
    Klaviyo(Klaviyo),
    Brevo(Brevo),
    HubSpot(HubSpot),
}

impl Account {
    /// With a connector to it.
    pub fn of(kind: &'static str) -> (Self, Tool) {
        let (account, settings, credentials) = match kind {
            "klaviyo" => {
                let fake = Klaviyo::default();
                let credentials = json!({"api_key": fake.key});
                (Self::Klaviyo(fake), json!({}), credentials)
            }
            "brevo" => {
                let fake = Brevo::default();
                let credentials = json!({"api_key": fake.key});
                (Self::Brevo(fake), json!({}), credentials)
            }
            _ => {
                let fake = HubSpot::default();
                let settings = json!({"portal_id": fake.portal.to_string()});
                let credentials = json!({"access_token": fake.token});
                (Self::HubSpot(fake), settings, credentials)
            }
        };
        let tool = Tool::new(vendor(kind).unwrap(), &settings, &credentials);
        (account, tool)
    }

    pub fn answer(&mut self, asked: Asked<'_>) -> Reply {
        match self {
            Self::Klaviyo(fake) => fake.answer(asked),
            Self::Brevo(fake) => fake.answer(asked),
            Self::HubSpot(fake) => fake.answer(asked),
        }
    }

    fn events(&self) -> &[Value] {
        match self {
            Self::Klaviyo(fake) => &fake.events,
            Self::Brevo(fake) => &fake.events,
            Self::HubSpot(fake) => &fake.events,
        }
    }
}

/// One run whose call of this number comes to something else; `done`: after the vendor did it.
fn run_with(
    (account, tool): &mut (Account, Tool),
    (at, reply, done): (usize, &Reply, bool),
) -> End {
    let mut calls = 0;
    tool.deliver(&sample("claims/created"), |asked| {
        calls += 1;
        if calls - 1 != at {
            return account.answer(asked);
        }
        if done {
            account.answer(asked);
        }
        reply.clone()
    })
}

fn deliver((account, tool): &mut (Account, Tool)) {
    for _ in 0..5 {
        if tool.deliver(&sample("claims/created"), |asked| account.answer(asked)) == End::DELIVERED
        {
            return;
        }
    }
    panic!("not delivered");
}

/// How many calls an event takes.
fn calls(kind: &'static str) -> usize {
    let mut all = Account::of(kind);
    deliver(&mut all);
    all.1.sent.len()
}

#[test]
fn any_call_may_fail_or_be_lost_and_the_event_is_told_once() {
    for kind in TOOLS {
        for at in 0..calls(kind) {
            let last = at + 1 == calls(kind);
            for reply in [500, 502, 503, 429, 408]
                .map(Reply::status)
                .into_iter()
                .chain([Reply::Close])
            {
                for done in [false, true] {
                    let mut all = Account::of(kind);
                    let end = run_with(&mut all, (at, &reply, done));
                    assert_eq!(end.ending, Ending::FAILED, "{kind}, {at}, {reply:?}");
                    deliver(&mut all);
                    // Brevo has no id to know an event by.
                    let told = if kind == "brevo" && done && last {
                        2
                    } else {
                        1
                    };
                    assert_eq!(
                        all.0.events().len(),
                        told,
                        "{kind}, {at}, {reply:?}, {done}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_key_that_is_revoked_midway_disables_and_loses_nothing() {
    for kind in TOOLS {
        for at in 0..calls(kind) {
            for status in [401, 403] {
                let mut all = Account::of(kind);
                let end = run_with(&mut all, (at, &Reply::status(status), false));
                let disabled = matches!(end.ending, Ending::Refused { disable: Some(_) });
                assert!(disabled, "{kind}, {at}: {end:?}");
                deliver(&mut all);
                assert_eq!(all.0.events().len(), 1, "{kind}, {at}");
            }
        }
    }
}

#[test]
fn the_same_event_again_is_the_same_event_there() {
    for kind in ["klaviyo", "hubspot"] {
        let mut all = Account::of(kind);
        deliver(&mut all);
        all.1.forget();
        deliver(&mut all);
        assert_eq!(all.0.events().len(), 1, "{kind}");
    }
}

#[test]
fn texts_of_all_scripts_and_markup_arrive_as_they_are() {
    for kind in TOOLS {
        for text in [
            "Łukasz 山田 太郎",
            "محمد عبد الله",
            "שרה 👩\u{200d}👧 🎉",
            "<script>alert(1)</script> {{ person.email }} \"&\"",
        ] {
            let (mut account, mut tool) = Account::of(kind);
            let mut event = sample("claims/created");
            let mut data: Value = serde_json::from_str(event.fact.event_data.get()).unwrap();
            data["description"] = json!(text);
            data["reason"] = json!(text);
            event.fact.event_data = serde_json::value::to_raw_value(&data).unwrap().into();
            let end = tool.deliver(&event, |asked| account.answer(asked));
            assert_eq!(end, End::DELIVERED, "{kind}, {text}");
            let told = account.events()[0].to_string();
            let quoted = json!(text).to_string();
            let inner = &quoted[1..quoted.len() - 1];
            assert!(told.contains(inner), "{kind}, {text}: {told}");
        }
    }
}
