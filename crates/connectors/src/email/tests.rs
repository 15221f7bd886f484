use claimwire_model::verdict::Ending;
use claimwire_wire::driver::End;
use claimwire_wire::letter::Letter;
use claimwire_wire::send::{Request, SendError, SendErrorKind};
use serde_json::{Map, Value, json};

use crate::testing::{Came, Run, answer, changed, lost, sample, shop, target};
use crate::vendor::Vendor;

fn vendor() -> &'static dyn Vendor {
    crate::vendor("email").unwrap()
}

fn run(event: claimwire_model::Event) -> Run<'static> {
    let target = target("email", &json!({"to": "help@shop.example"}), &json!({}));
    Run::new(vendor(), target, event)
}

fn letter(request: &Request) -> Letter {
    serde_json::from_slice(&request.body).unwrap()
}

fn took(_: &Request) -> Came {
    answer(250, "2.0.0 Ok")
}

/// Another event of the same claim.
fn later(run: &Run<'_>, n: i64, event: claimwire_model::Event) -> Run<'static> {
    let mut next = self::run(event);
    next.event.no.0 += n;
    next.ticket.clone_from(&run.ticket);
    next
}

#[test]
fn a_claim_is_one_thread() {
    let mut first = run(sample("claims/created"));
    assert_eq!(first.deliver(took), End::DELIVERED);
    assert_eq!(first.names(), ["send_mail"]);
    let opened = letter(&first.calls[0].1);
    assert_eq!(first.calls[0].1.url, "smtp:");
    assert_eq!(opened.to, "help@shop.example");
    assert_eq!(opened.subject, "partial_damage – order 10077");
    let customer = opened.reply_to.clone().unwrap();
    assert_eq!(
        (&*customer.name, &*customer.email),
        ("Mia Berg", "mia.berg@example.com")
    );
    assert_eq!(opened.photos.len(), 4, "three photos and the signature");
    assert!(opened.thread.is_empty());
    let root = "claim.0f0a6a3e-77b8-4f1b-8c5d-5d9d8f0f2a10.00000000000000000000000000000008@claimwire.invalid";
    assert_eq!(opened.message_id, root);
    assert!(opened.text.contains("handle broken off") && opened.html.contains("handle broken off"));

    let mut second = later(&first, 1, sample("claims/updated"));
    assert_eq!(second.deliver(took), End::DELIVERED);
    let answered = letter(&second.calls[0].1);
    assert_eq!(answered.subject, "Re: partial_damage – order 10077");
    assert_eq!(answered.thread, [root]);
    assert_ne!(answered.message_id, opened.message_id);
    assert!(answered.photos.is_empty());

    let mut third = later(&first, 2, sample("messages/received"));
    assert_eq!(third.deliver(took), End::DELIVERED);
    assert_eq!(letter(&third.calls[0].1).thread, [root]);
}

#[test]
fn a_mail_that_is_sent_again_is_the_same_mail() {
    let mut run = run(sample("claims/created"));
    assert_eq!(run.deliver(|_| Err(lost())).ending, Ending::FAILED);
    assert_eq!(run.deliver(took), End::DELIVERED);
    let [first, second] = [0, 1].map(|n| letter(&run.calls[n].1));
    assert_eq!(first, second);
    assert_eq!(run.deliver(took), End::DELIVERED);
    assert_eq!(run.calls.len(), 2, "the thread's first mail is on record");
}

#[test]
fn a_change_that_comes_first_opens_the_thread() {
    let mut updated = run(sample("claims/updated"));
    assert_eq!(updated.deliver(took), End::DELIVERED);
    let opened = letter(&updated.calls[0].1);
    let root = opened.thread[0].clone();
    assert_ne!(opened.message_id, root, "the claim's first mail is another");
    assert!(opened.text.contains("handle broken off") && opened.text.contains("changed"));
    let mut created = later(&updated, 1, sample("claims/created"));
    assert_eq!(created.deliver(took), End::DELIVERED);
    assert!(created.calls.is_empty(), "the claim was shown");
    let mut again = later(&updated, 2, sample("claims/updated"));
    assert_eq!(again.deliver(took), End::DELIVERED);
    let answered = letter(&again.calls[0].1);
    assert_eq!(answered.thread, [root, opened.message_id]);
    let mut deleted = run(sample("claims/deleted"));
    assert_eq!(deleted.deliver(took), End::DELIVERED);
    assert!(deleted.calls.is_empty(), "nobody was told of the claim");
    let mut parcel = run(sample("shipments/delivered/SUCCESSFULLY_DELIVERED"));
    let end = parcel.deliver(took);
    assert_eq!(end.failure.unwrap().error, "no_claim");
}

#[test]
fn a_customers_words_are_text() {
    let mut run = run(changed("claims/created", |data, _| {
        data["description"] = json!("<script>alert(1)</script>\r\n.\r\nשלום 😀");
        data["reason"] = json!("x\r\nBcc: evil@example.com");
    }));
    assert_eq!(run.deliver(took), End::DELIVERED);
    let letter = letter(&run.calls[0].1);
    assert!(!letter.html.contains("<script>") && letter.html.contains("&lt;script&gt;"));
    assert!(!letter.subject.contains(['\r', '\n']));
    assert!(letter.text.contains("שלום 😀"));
}

#[test]
fn a_mail_servers_code_says_what_follows() {
    let end = |came: Came| run(sample("claims/created")).deliver(|_| came.clone());
    assert_eq!(end(answer(451, "try later")).ending, Ending::FAILED);
    assert_eq!(end(answer(421, "")).ending, Ending::FAILED);
    let refused = end(answer(550, "5.1.1\nno such user"));
    assert_eq!(refused.ending, Ending::Refused { disable: None });
    assert!(
        refused
            .failure
            .unwrap()
            .detail
            .contains("550: 5.1.1 no such user")
    );
    let login = end(answer(535, "not you")).ending;
    assert!(matches!(login, Ending::Refused { disable: Some(_) }));
    let unset = SendError {
        kind: SendErrorKind::Url,
        detail: "this server has no mail server of its own".to_owned(),
    };
    assert!(matches!(
        end(Err(unset)).ending,
        Ending::Refused { disable: Some(_) }
    ));
    assert_eq!(end(Err(lost())).ending, Ending::FAILED);
}

#[test]
fn an_own_server_is_asked_with_its_password_which_no_record_has() {
    let settings = json!({"to": "help@shop.example", "from": "claims@shop.example",
        "smtp_url": "smtps://shop%40x@mail.shop.example"});
    let target = target("email", &settings, &json!({"smtp_password": "s:cr/t@"}));
    let mut run = Run::new(vendor(), target, sample("claims/created"));
    assert_eq!(run.deliver(took), End::DELIVERED);
    let (_, request) = &run.calls[0];
    assert_eq!(
        request.url,
        "smtps://shop%40x:s%3Acr%2Ft%40@mail.shop.example"
    );
    assert!(
        !request
            .headers
            .iter()
            .any(|(_, value)| value.contains("s:cr"))
    );
    assert!(!String::from_utf8_lossy(&request.body).contains("cr/t"));
    let letter = letter(request);
    assert!(letter.message_id.ends_with("@shop.example"));
    assert_eq!(letter.from.as_deref(), Some("claims@shop.example"));
}

#[test]
fn what_cannot_work_is_refused_when_it_is_set() {
    let check = |more: Value, password: &str| {
        let mut settings = Map::new();
        settings.insert("to".to_owned(), json!("help@shop.example"));
        settings.extend(more.as_object().unwrap().clone());
        let mut credentials = Map::new();
        if !password.is_empty() {
            credentials.insert("smtp_password".to_owned(), json!(password));
        }
        let wrong = vendor().check(&settings, &credentials);
        wrong.first().map(|(path, _)| path.clone())
    };
    let own = |url: &str| json!({"smtp_url": url, "from": "a@b.example"});
    assert_eq!(check(json!({}), ""), None);
    assert_eq!(check(own("smtps://u@mail.example"), "p"), None);
    assert_eq!(check(own("smtp://mail.example:2525"), ""), None);
    for (more, password, path) in [
        (own("https://mail.example"), "", "settings.smtp_url"),
        (own("smtps://u:p@mail.example"), "", "settings.smtp_url"),
        (own("smtp://mail.example?tls=none"), "", "settings.smtp_url"),
        (own("smtps://mail.example"), "p", "settings.smtp_url"),
        (
            own("smtps://u@mail.example"),
            "",
            "credentials.smtp_password",
        ),
        (json!({}), "p", "credentials.smtp_password"),
        (
            json!({"smtp_url": "smtps://u@mail.example"}),
            "p",
            "settings.from",
        ),
        (
            json!({"subject_template": "{{ a"}),
            "",
            "settings.subject_template",
        ),
    ] {
        assert_eq!(
            check(more.clone(), password).as_deref(),
            Some(path),
            "{more}"
        );
    }
}

#[test]
fn a_test_sends_no_mail() {
    let mut run = run(sample("claims/created"));
    assert_eq!(run.test(took), End::DELIVERED);
    assert_eq!(run.calls[0].1.method.as_str(), "GET");
}

#[test]
fn a_preview_shows_the_first_mail() {
    let event = sample("claims/created");
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let claim = read(event.fact.event_data.get());
    let context = read(event.fact.context.as_ref().unwrap().get());
    let run = run(sample("claims/created"));
    let preview = vendor()
        .preview(&shop(), &run.target, &claim, &context)
        .unwrap();
    assert_eq!(preview.subject, "partial_damage – order 10077");
    assert_eq!(preview.requester.as_deref(), Some("mia.berg@example.com"));
    assert_eq!(preview.attachments.len(), 4);
    assert!(
        preview
            .request
            .starts_with("To: help@shop.example\nReply-To: mia.berg@example.com\n")
    );
}
