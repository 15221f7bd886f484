//! Dialects that files describe, beside the built-in ones: the example files, set as a server sets them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use claimwire_model::catalogue::{self, name_in};
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::webhook::{Ack, PreviousSecret, Secrets, Signing};
use claimwire_model::{ApiDialect, Dialect, Event, EventNo, Shop, ShopNo, Timestamp};
use claimwire_wire::{Bodies, Unencodable, encode, own, sign, test_event, try_encode, verify};
use serde_json::Value;
use uuid::Uuid;

/// Fails on claims without a description.
const DELICATE: &str = r#"
name = "delicate"
[events]
"claims/created" = "created"
[body]
template = '{"text": {% if event.id == "evt_bad" %}{% for a in "12345678" %}{% for b in data | items %}{% for c in data | items %}{% for d in data | items %}{{ d }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endif %}1}'
[signature]
algorithm = "none"
"#;

/// The examples and one more, set once for all tests.
fn dialect(name: &str) -> Dialect {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/dialects");
        let mut files: Vec<_> = std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "toml"))
            .collect();
        files.sort();
        assert!(files.len() >= 2);
        let mut all = Vec::new();
        for file in files {
            match own::read(&std::fs::read_to_string(&file).unwrap()) {
                Ok(own) => all.push(own),
                Err(wrong) => {
                    let told = wrong
                        .iter()
                        .map(|it| format!("{}:{}: {}", file.display(), it.line, it.message));
                    panic!("{}", told.collect::<Vec<_>>().join("\n"));
                }
            }
        }
        let Ok(delicate) = own::read(DELICATE) else {
            panic!("it is good")
        };
        all.push(delicate);
        own::set(all).unwrap();
        assert!(own::set(Vec::new()).is_err(), "once");
    });
    name.parse().unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_secs(1_769_698_127)
}

fn shop() -> Shop {
    Shop {
        no: ShopNo(1),
        id: Uuid::nil(),
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        egress: None,
        notification_emails: Vec::new(),
        api_dialect: ApiDialect::default(),
        claim_page: None,
        created_at: now(),
        updated_at: now(),
    }
}

fn event(r#ref: &str, id: &str) -> Event {
    let mut fact = catalogue::sample(r#ref, now()).unwrap();
    fact.given_id = Some(id.to_owned());
    Event {
        no: EventNo(1),
        fact,
    }
}

fn body(dialect: Dialect, r#ref: &str) -> Value {
    let encoded = encode(dialect, &event(r#ref, "evt_1"), &shop()).unwrap();
    serde_json::from_slice(&encoded.body).unwrap()
}

#[test]
fn an_example_writes_what_its_platform_documents() {
    let warranty = dialect("aftership-warranty");
    let sent = body(warranty, "claims/approved");
    assert_eq!(sent["event"], "warranty.approved");
    assert_eq!(sent["data"]["warranty"]["status"], "approved");
    assert!(
        sent["data"]["warranty"]["items"]
            .as_array()
            .is_some_and(|items| !items.is_empty())
    );
    let protection = dialect("order-protection");
    assert_eq!(
        body(protection, "claims/denied")["body"]["resolutions"][0]["type"],
        "NOT_COVERED"
    );
    let message = body(protection, "messages/received");
    assert_eq!(message["topic"], "message.created");
    assert!(
        message["body"]["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
    assert_eq!(
        encode(protection, &event("orders/synced", "evt_1"), &shop()),
        None
    );
    let first = test_event(protection, None, &shop(), now()).unwrap();
    assert!(first.event_id.starts_with("evt_test_"));
}

#[test]
fn it_is_signed_and_verified_as_a_built_in_one() {
    let (old, new) = ("the-secret-of-before", "the-secret-from-now-on");
    let secrets = Secrets {
        current: new.to_owned(),
        previous: Some(PreviousSecret {
            secret: old.to_owned(),
            ed25519_seed: None,
            expires_at: now().plus(Duration::from_secs(60)),
        }),
        ed25519_seed: None,
    };
    for (name, header) in [
        ("aftership-warranty", "as-signature-hmac-sha256"),
        ("order-protection", "x-webhook-secret"),
    ] {
        let dialect = dialect(name);
        let signed = sign(dialect, &secrets, Signing::Hmac, "evt_1", b"{}", now());
        let headers: Vec<_> = signed
            .iter()
            .map(|(n, v)| ((*n).to_owned(), v.clone()))
            .collect();
        assert_eq!(headers[0].0, header);
        let check = |secret: &str, body: &[u8]| {
            verify(
                dialect,
                secret,
                &headers,
                body,
                Duration::from_secs(300),
                now(),
            )
        };
        assert_eq!(check(old, b"{}"), Ok(()), "{name}");
        assert!(check("another-secret-of-it", b"{}").is_err(), "{name}");
        assert_eq!(headers[1].0, format!("{header}-Next"));
    }
}

#[test]
fn filters_take_its_names_and_settings_its_defaults() {
    let protection = dialect("order-protection");
    let subscribed = |entries: &[&str]| {
        let entries = entries.iter().map(|entry| (*entry).to_owned()).collect();
        Subscription::new(protection, SourceFilter::All, entries)
    };
    let hears = |entry: &str| -> Vec<&'static str> {
        let subscription = subscribed(&[entry]).unwrap();
        let rows = catalogue::all().map(|row| row.r#ref);
        rows.filter(|r#ref| subscription.matches(&catalogue::sample(r#ref, now()).unwrap()))
            .collect()
    };
    let messages = ["messages/received", "messages/sent"];
    assert_eq!(hears("message.created"), messages);
    assert_eq!(hears("claim.denied"), ["claims/denied"]);
    assert_eq!(hears("messages"), messages);
    let all = hears("*");
    assert_eq!(all.len(), 5, "{all:?}");
    let refused = subscribed(&["claim.reopened"]).unwrap_err();
    assert!(
        refused[0].message.contains("order-protection"),
        "{}",
        refused[0].message
    );
    assert!(subscribed(&["shipments"]).is_err());
    assert_eq!(
        name_in(protection, "messages/sent").as_deref(),
        Some("message.created")
    );
    assert_eq!(protection.default_timeout_seconds(), 5);
    assert_eq!(protection.default_ack(), Ack::Exactly200);
    assert_eq!(protection.retry_policy().delays.len(), 6);
    let row = catalogue::find("claims/denied")
        .unwrap()
        .describe()
        .unwrap();
    let names = serde_json::to_value(&row.names).unwrap();
    assert_eq!(names["order-protection"], "claim.denied");
    assert_eq!(names["karla"], Value::Null);
}

#[test]
fn it_is_kept_by_its_name_even_where_its_file_is_gone() {
    let protection = dialect("order-protection");
    let text = serde_json::to_string(&protection).unwrap();
    assert_eq!(text, "\"order-protection\"");
    assert_eq!(serde_json::from_str::<Dialect>(&text).unwrap(), protection);
    assert_eq!(Dialect::kept("order-protection"), protection);
    let unknown = serde_json::from_str::<Dialect>("\"of-a-lost-file\"").unwrap_err();
    assert!(
        unknown.to_string().contains("`order-protection`"),
        "{unknown}"
    );

    let gone = Dialect::kept("of-a-lost-file");
    assert_eq!(gone.gone(), Some("of-a-lost-file"));
    assert_eq!(gone, Dialect::kept("of-a-lost-file"));
    assert_eq!(serde_json::to_string(&gone).unwrap(), "\"of-a-lost-file\"");
    let entries = vec!["case.opened".to_owned()];
    let subscription = Subscription::kept(gone, SourceFilter::All, entries).unwrap();
    let fact = |r#ref: &str| catalogue::sample(r#ref, now()).unwrap();
    assert!(
        subscription.matches(&fact("claims/created")),
        "what it stood for is not known"
    );
    let entries = vec!["claims".to_owned()];
    let subscription = Subscription::kept(gone, SourceFilter::All, entries).unwrap();
    assert!(subscription.matches(&fact("claims/created")));
    assert!(!subscription.matches(&fact("orders/synced")));
    let entries = vec!["no.longer.named".to_owned(), "claim.denied".to_owned()];
    let subscription = Subscription::kept(protection, SourceFilter::All, entries).unwrap();
    assert!(!subscription.matches(&fact("claims/created")));
    assert!(subscription.matches(&fact("claims/denied")));
}

#[test]
fn a_template_that_fails_ends_its_own_event_alone() {
    let delicate = dialect("delicate");
    assert!(try_encode(delicate, &event("claims/created", "evt_1"), &shop()).is_ok());
    let bodies = Bodies::default();
    let bad = event("claims/created", "evt_bad");
    let failed = bodies.of(delicate, false, &bad, &shop()).unwrap_err();
    let Unencodable::Fails(why) = failed else {
        panic!("{failed}")
    };
    assert!(why.contains("`body.template`"), "{why}");
    assert!(bodies.of(Dialect::Karla, false, &bad, &shop()).is_ok());
}
