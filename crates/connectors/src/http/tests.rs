use claimwire_model::verdict::Ending;
use claimwire_wire::driver::End;
use claimwire_wire::send::Request;
use serde_json::{Map, Value, json};

use crate::testing::{Came, Run, answer, changed, json as body, lost, now, sample, shop, target};
use crate::vendor::Vendor;

fn vendor() -> &'static dyn Vendor {
    crate::vendor("http").unwrap()
}

fn settings(more: Value) -> Value {
    let mut settings = json!({"url": "https://tool.example/in"});
    settings
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    settings
}

fn run(more: Value, credentials: Value) -> Run<'static> {
    let target = target("http", &settings(more), &credentials);
    Run::new(vendor(), target, sample("claims/created"))
}

fn check(more: Value, credentials: Value) -> Vec<(String, String)> {
    let object = |value: Value| match value {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    vendor().check(&object(settings(more)), &object(credentials))
}

fn oauth2() -> Value {
    json!({"oauth2": {"token_url": "https://id.example/token", "client_id": "a b", "client_secret": "s:1",
        "scope": "write all"}})
}

#[test]
fn without_a_template_the_whole_event_is_told() {
    let mut run = run(json!({"headers": {"X-Key": "k"}}), json!({"token": "t0k"}));
    assert_eq!(run.deliver(|_| answer(200, "ok")), End::DELIVERED);
    let (_, request) = &run.calls[0];
    let told = body(request);
    assert_eq!(told["event"]["ref"], "claims/created");
    assert_eq!(told["data"]["reason"], "partial_damage");
    assert_eq!(told["context"]["order"]["order_number"], "10077");
    assert_eq!(told["title"], "Claim created: partial_damage – order 10077");
    let header = |name: &str| request.headers.get(name).map(str::to_owned);
    assert_eq!(header("Authorization").as_deref(), Some("Bearer t0k"));
    assert_eq!(header("X-Key").as_deref(), Some("k"));
    assert_eq!(header("Content-Type").as_deref(), Some("application/json"));
    assert_eq!(header("Claimwire-Event-Id"), Some(run.event.id()));
    for name in ["Authorization", "x-key"] {
        assert!(vendor().hides(&run.target, name), "{name}");
    }
    assert!(!vendor().hides(&run.target, "Content-Type"));
}

#[test]
fn each_preset_makes_what_its_tool_takes_of_any_text() {
    let nasty = "<!channel> @everyone \"\\ {{ 7 }} <b>ü\u{202e}\n😀 [x](https://evil.example)";
    for (preset, text) in [
        ("slack", "/blocks/0/text/text"),
        ("teams", "/attachments/0/content/body/0/inlines/0/text"),
        ("discord", "/embeds/0/title"),
    ] {
        for r#ref in [
            "claims/created",
            "claims/updated",
            "messages/received",
            "shipments/delivered/SUCCESSFULLY_DELIVERED",
        ] {
            let mut run = run(json!({"preset": preset}), json!({}));
            run.event = changed(r#ref, |data, _| {
                data["reason"] = json!(nasty);
                data["description"] = json!(nasty.repeat(200));
            });
            assert_eq!(run.deliver(|_| answer(204, "")), End::DELIVERED, "{preset}");
            let told = body(&run.calls[0].1);
            let shown = told.pointer(text).unwrap().as_str().unwrap();
            assert!(
                !shown.is_empty() && shown.chars().count() <= 300,
                "{preset}: {shown}"
            );
            assert!(run.calls[0].1.body.len() < 30_000, "{preset}");
        }
    }
    let mut slack = run(json!({"preset": "slack"}), json!({}));
    slack.event = changed("claims/created", |data, _| data["reason"] = json!(nasty));
    slack.deliver(|_| answer(200, "ok"));
    let told = body(&slack.calls[0].1);
    assert!(
        !told["text"].as_str().unwrap().contains('<'),
        "nobody is called"
    );
    assert_eq!(told["blocks"][1]["text"]["type"], "plain_text");
    let mut discord = run(json!({"preset": "discord"}), json!({}));
    discord.deliver(|_| answer(204, ""));
    assert_eq!(
        body(&discord.calls[0].1)["allowed_mentions"],
        json!({"parse": []})
    );
}

#[test]
fn an_own_template_takes_the_presets_place_and_is_escaped_by_the_content_type() {
    let sent = |more: Value| {
        let mut run = run(more, json!({}));
        run.event = changed("claims/created", |data, _| {
            data["description"] = json!("a \"b\" <c> &")
        });
        assert_eq!(run.deliver(|_| answer(200, "")), End::DELIVERED);
        String::from_utf8(run.calls[0].1.body.to_vec()).unwrap()
    };
    let own = json!({"preset": "slack", "body_template": "{\"d\": {{ claim.description }}}"});
    let told: Value = serde_json::from_str(&sent(own)).unwrap();
    assert_eq!(told, json!({"d": "a \"b\" <c> &"}));
    let plain = json!({"headers": {"content-type": "text/plain"}, "body_template": "{{ claim.description }}"});
    assert_eq!(sent(plain), "a \"b\" <c> &");
    let html = json!({"headers": {"Content-Type": "text/html"}, "body_template": "{{ claim.description }}"});
    assert_eq!(sent(html), "a &quot;b&quot; &lt;c&gt; &amp;");
    let form = json!({"headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "body_template": "d={{ claim.description|urlencode }}"});
    assert_eq!(sent(form), "d=a%20%22b%22%20%3Cc%3E%20%26");
}

#[test]
fn what_cannot_work_is_refused_when_it_is_set() {
    assert_eq!(check(json!({}), json!({})), []);
    assert_eq!(check(json!({"preset": "teams"}), oauth2()), []);
    for (more, credentials, path, what) in [
        (
            json!({"body_template": "{\n{{ a"}),
            json!({}),
            "settings.body_template",
            "line 2",
        ),
        (
            json!({"body_template": "{\"a\": \"{{ title }}\"}"}),
            json!({}),
            "settings.body_template",
            "no JSON",
        ),
        (
            json!({"body_template": "{{ title|times(2) }}"}),
            json!({}),
            "settings.body_template",
            "line 1",
        ),
        (
            json!({"headers": {"Host": "x"}}),
            json!({}),
            "settings.headers",
            "`Host` cannot be set",
        ),
        (
            json!({"headers": {"a b": "x"}}),
            json!({}),
            "settings.headers",
            "no header's name",
        ),
        (
            json!({"headers": {"X": "a\r\nY: b"}}),
            json!({}),
            "settings.headers",
            "control characters",
        ),
        (
            json!({}),
            json!({"oauth2": {"token_url": "ftp://x"}}),
            "credentials.oauth2",
            "`token_url`",
        ),
        (
            json!({}),
            json!({"oauth2": {"token_url": "https://x"}}),
            "credentials.oauth2",
            "`client_id`",
        ),
    ] {
        let wrong = check(more, credentials);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].0 == path && wrong[0].1.contains(what), "{wrong:?}");
    }
    let mut both = oauth2();
    both["token"] = json!("t");
    assert_eq!(check(json!({}), both)[0].0, "credentials.oauth2");
}

#[test]
fn a_template_that_fails_on_an_event_ends_that_delivery_alone() {
    let template = "{% if claim.number == 5 %}{{ title|times(2) }}{% endif %}1";
    let mut run = run(json!({"body_template": template}), json!({}));
    run.event = changed("claims/created", |data, _| data["number"] = json!(5));
    let end = run.deliver(|_| answer(200, ""));
    assert_eq!(end.ending, Ending::Refused { disable: None });
    let failure = end.failure.unwrap();
    assert_eq!(failure.error, "template");
    assert!(failure.detail.contains("line 1"), "{}", failure.detail);
    assert!(run.calls.is_empty());
}

/// Gives tokens out, and takes the last one.
#[derive(Default)]
struct Secured {
    given: u32,
    /// The first token is not valid any more when it comes.
    revoked: bool,
}

impl Secured {
    fn came(&mut self, request: &Request) -> Came {
        let authorization = request.headers.get("Authorization").unwrap();
        if request.url == "https://id.example/token" {
            assert_eq!(authorization, "Basic YSUyMGI6cyUzQTE=", "a%20b:s%3A1");
            assert_eq!(
                request.body,
                "grant_type=client_credentials&scope=write%20all"
            );
            self.given += 1;
            let token = json!({"access_token": format!("t{}", self.given), "expires_in": 60});
            return answer(200, token.to_string());
        }
        let valid = if self.revoked { 2 } else { self.given };
        match *authorization == format!("Bearer t{valid}") {
            true => answer(200, "ok"),
            false => answer(401, "no"),
        }
    }
}

#[test]
fn a_token_is_fetched_used_and_kept_nowhere() {
    let mut secured = Secured::default();
    let mut run = run(json!({}), oauth2());
    assert_eq!(run.deliver(|request| secured.came(request)), End::DELIVERED);
    assert_eq!(run.names(), ["token", "request"]);
    assert!(run.state.is_none());
    assert!(vendor().hides_answer("token") && vendor().hides_answer("token_again"));
    assert!(!vendor().hides_answer("request"));
}

#[test]
fn a_token_that_is_refused_is_fetched_anew_once() {
    let mut secured = Secured {
        revoked: true,
        ..Secured::default()
    };
    let mut run = run(json!({}), oauth2());
    assert_eq!(run.deliver(|request| secured.came(request)), End::DELIVERED);
    assert_eq!(
        run.names(),
        ["token", "request", "token_again", "request_again"]
    );

    let mut refused = self::run(json!({}), oauth2());
    let end = refused.deliver(|request| match request.url.contains("token") {
        true => answer(200, "{\"access_token\": \"t\"}"),
        false => answer(401, ""),
    });
    assert_eq!(refused.calls.len(), 4);
    assert!(matches!(end.ending, Ending::Refused { disable: Some(_) }));
}

#[test]
fn without_a_token_the_reason_is_told() {
    for (came, disables, what) in [
        (
            answer(401, "{\"error\": \"invalid_client\"}"),
            true,
            "invalid_client",
        ),
        (answer(500, ""), false, "500"),
        (answer(200, "{}"), false, "access_token"),
        (
            answer(200, "{\"access_token\": \"a\\r\\nb\"}"),
            false,
            "access_token",
        ),
    ] {
        let mut run = run(json!({}), oauth2());
        let end = run.deliver(|_| came.clone());
        let disabled = matches!(end.ending, Ending::Refused { disable: Some(_) });
        assert_eq!(disabled, disables, "{what}");
        let failure = end.failure.unwrap();
        assert_eq!(failure.error, "no_token");
        assert!(failure.detail.contains(what), "{}", failure.detail);
    }
}

#[test]
fn a_clients_secret_that_is_repeated_is_not_told() {
    let mut credentials = oauth2();
    credentials["oauth2"]["client_secret"] = "s3cret-of-ours".into();
    let mut run = run(json!({}), credentials);
    let echo = "{\"error\": \"no client has s3cret-of-ours\"}";
    let detail = run.deliver(|_| answer(400, echo)).failure.unwrap().detail;
    assert!(detail.contains("no client has ***"), "{detail}");
    assert!(!detail.contains("s3cret"), "{detail}");
}

#[test]
fn answers_mean_what_they_say() {
    let ending = |came: Came| run(json!({}), json!({})).deliver(|_| came.clone()).ending;
    assert_eq!(ending(answer(500, "")), Ending::FAILED);
    assert_eq!(ending(answer(302, "")), Ending::FAILED);
    assert_eq!(ending(answer(404, "")), Ending::FAILED);
    assert_eq!(ending(answer(422, "")), Ending::Refused { disable: None });
    for status in [401, 403, 410] {
        assert!(matches!(
            ending(answer(status, "")),
            Ending::Refused { disable: Some(_) }
        ));
    }
    let mut busy = answer(429, "").unwrap();
    busy.headers.push("Retry-After", "9");
    let until = now().plus(std::time::Duration::from_secs(9));
    assert_eq!(
        ending(Ok(busy)),
        Ending::Failed {
            throttled_until: Some(until)
        }
    );
    assert_eq!(ending(Err(lost())), Ending::FAILED);
}

#[test]
fn a_test_changes_nothing_and_tells_whether_we_are_let_in() {
    for (status, fine) in [
        (200, true),
        (405, true),
        (400, true),
        (401, false),
        (404, false),
        (502, false),
    ] {
        let mut run = run(json!({}), json!({}));
        let end = run.test(|_| answer(status, ""));
        assert_eq!(end == End::DELIVERED, fine, "{status}");
        assert_eq!(run.calls[0].1.method.as_str(), "GET");
    }
    let mut secured = Secured::default();
    let mut run = run(json!({}), oauth2());
    assert_eq!(run.test(|request| secured.came(request)), End::DELIVERED);
    assert_eq!(run.names(), ["token", "test"]);
}

#[test]
fn a_preview_is_what_would_be_sent() {
    let event = sample("claims/created");
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let claim = read(event.fact.event_data.get());
    let context = read(event.fact.context.as_ref().unwrap().get());
    let target = target(
        "http",
        &settings(json!({"preset": "slack"})),
        &json!({"token": "secret"}),
    );
    let preview = vendor()
        .preview(&shop(), &target, &claim, &context)
        .unwrap();
    let mut run = run(json!({"preset": "slack"}), json!({}));
    run.deliver(|_| answer(200, ""));
    assert_eq!(preview.body.as_bytes(), &run.calls[0].1.body[..]);
    assert!(
        preview
            .request
            .starts_with("POST https://tool.example/in\n\n")
    );
    assert!(!preview.request.contains("secret"));
    assert_eq!(preview.requester.as_deref(), Some("mia.berg@example.com"));
}
