"""A webhook's fields, their defaults and what they may be (contract section 3)."""

from harness.world import has, utc, uuid

FIELDS = ("uuid shop_slug created_at updated_at url enabled_events dialect secret description status source_filter headers signing "
          "timeout_seconds retry rate_limit max_in_flight ordering ack verify flatten egress health").split()
HEALTH = "consecutive_failures last_success_at last_failure_at disabled_at disabled_reason pending".split()

# Dialect: timeout, delays, disable_after, disable_after_hours, verify.
DEFAULTS = {
    "karla": (15, [60, 300, 1800, 7200, 28800, 86400], None, 120, False),
    "claimport": (30, [300, 1800, 7200, 86400], 5, None, True),
    "claimable": (15, [60, 300, 1800, 7200, 28800, 86400], None, 120, False),
    "standard": (None, [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400], ..., ..., False),
    "cloudevents": (None, [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400], ..., ..., False),
}


def test_defaults_of_each_dialect(world):
    shop = world.shop()
    for dialect, (timeout, delays, after, hours, verify) in DEFAULTS.items():
        made = has(shop.webhook(world.endpoint(), dialect=dialect), *FIELDS)
        has(made["health"], *HEALTH)
        has(made["retry"], "delays", "disable_after", "disable_after_hours")
        assert uuid(made["uuid"]) and utc(made["created_at"]) and utc(made["updated_at"]) and made["shop_slug"] == shop.slug
        assert made["retry"]["delays"] == delays and made["verify"] == verify, made
        assert timeout is None or made["timeout_seconds"] == timeout
        assert after is ... or (made["retry"]["disable_after"], made["retry"]["disable_after_hours"]) == (after, hours), made
        assert made["status"] == ("unverified" if verify else "active")
        assert (made["enabled_events"], made["source_filter"], made["headers"], made["signing"]) == (["*"], "all", {}, "hmac")
        assert (made["rate_limit"], made["max_in_flight"], made["ordering"], made["ack"]) == (None, 32, "none", "2xx")
        assert (made["description"], made["egress"]) == (None, None)
        secret = made["secret"]
        assert secret.startswith("whsec_") if dialect in ("standard", "cloudevents") else 16 <= len(secret) <= 64
    assert shop.api.post("/webhooks", {"url": world.endpoint().url}).is_(201)["dialect"] == "karla"


def test_secrets_are_masked_after_the_create_answer(world):
    shop = world.shop()
    made = shop.webhook(world.endpoint(), secret="sixteen-characters-and-more")
    assert made["secret"] == "sixteen-characters-and-more"
    path = f"/webhooks/{made['uuid']}"
    for answer in (shop.api.get(path), shop.api.get("/webhooks"), shop.api.patch(path, {"description": "x"})):
        assert "sixteen-characters" not in answer.is_(200).text and '"secret":"' in answer.text
    assert shop.api.get(path + "/secret").is_(200).json == {"secret": "sixteen-characters-and-more"}
    # What was got can be put back without a change of the secret.
    shop.api.patch(path, shop.api.get(path).json).is_(200)
    assert shop.api.get(path + "/secret")["secret"] == "sixteen-characters-and-more"


def test_every_setting_survives(world):
    shop = world.shop()
    settings = {
        "enabled_events": ["claims", "shipments/delivered"], "dialect": "standard", "description": "desk", "status": "inactive",
        "source_filter": "ui_only", "headers": {"X-Desk": "7"}, "signing": "both", "timeout_seconds": 3,
        "retry": {"delays": [0.5, 2], "disable_after": 7, "disable_after_hours": 1.5}, "rate_limit": {"per_second": 5},
        "max_in_flight": 2, "ordering": "subject", "ack": "200", "verify": False,
    }
    made = shop.webhook(world.endpoint(), **settings)
    assert {name: made[name] for name in settings} == settings
    path = f"/webhooks/{made['uuid']}"
    got = shop.api.get(path).is_(200).json
    assert {name: got[name] for name in settings} == settings
    # A patch changes what it names and nothing else.
    after = shop.api.patch(path, {"rate_limit": None, "retry": {"disable_after": None}, "headers": {"X-Desk": None, "X-New": "1"}}).is_(200).json
    assert after["rate_limit"] is None and after["headers"] == {"X-New": "1"}
    assert after["retry"] == {"delays": [0.5, 2], "disable_after": None, "disable_after_hours": 1.5}
    assert {n: after[n] for n in settings.keys() - {"rate_limit", "retry", "headers"}} == \
        {n: settings[n] for n in settings.keys() - {"rate_limit", "retry", "headers"}}
    shop.api.delete(path).is_(204)
    shop.api.get(path).problem(404, "webhook_not_found")
    shop.api.delete(path).problem(404, "webhook_not_found")


def test_what_a_webhook_must_be(world):
    shop = world.shop()
    url = world.endpoint().url
    for change, field in (
        ({"url": None}, "/url"), ({"url": "not a url"}, "/url"), ({"url": "ftp://example.net/"}, "/url"),
        ({"url": "http://127.0.0.1/" + "x" * 2048}, "/url"), ({"url": "http://u:p@127.0.0.1/"}, "/url"),
        ({"enabled_events": []}, "/enabled_events"), ({"enabled_events": "claims"}, "/enabled_events"),
        ({"dialect": "morse"}, "/dialect"), ({"secret": "too-short"}, "/secret"), ({"secret": "x" * 65}, "/secret"),
        ({"secret": "not printable \n because of that"}, "/secret"), ({"dialect": "standard", "secret": "sixteen-characters-and-more"}, "/secret"),
        ({"status": "disabled"}, "/status"), ({"status": "unverified"}, "/status"), ({"status": "on"}, "/status"),
        ({"source_filter": "api_only"}, "/source_filter"), ({"signing": "rsa"}, "/signing"), ({"signing": "ed25519"}, "/signing"),
        ({"timeout_seconds": 0}, "/timeout_seconds"), ({"timeout_seconds": 31}, "/timeout_seconds"),
        ({"max_in_flight": 0}, "/max_in_flight"), ({"ordering": "random"}, "/ordering"), ({"ack": "204"}, "/ack"),
        ({"rate_limit": {"per_second": 0}}, "/rate_limit/per_second"), ({"retry": {"delays": [-1]}}, "/retry/delays/0"),
        ({"retry": {"disable_after": 0}}, "/retry/disable_after"),
        ({"headers": {f"X-{n}": "1" for n in range(21)}}, "/headers"), ({"uuid_": 1}, "/uuid_"),
    ):
        body = {name: value for name, value in ({"url": url} | change).items() if value is not None}
        shop.api.post("/webhooks", body).problem(422, None, field)
    for header in ("Host", "Content-Type", "Content-Length", "Connection", "Transfer-Encoding", "Karla-Signature", "User-Agent",
                   "Claimwire-Event-Id", "webhook-id", "bad name"):
        answer = shop.api.post("/webhooks", {"url": url, "headers": {header: "x"}}).problem(422)
        assert answer["errors"][0]["field"].startswith("/headers"), answer.text
    shop.api.post("/webhooks", {"url": url, "headers": {"X-A": "line\nbreak"}}).problem(422)
    assert shop.api.all("/webhooks") == []
    made = shop.webhook(world.endpoint())
    shop.api.patch(f"/webhooks/{made['uuid']}", {"timeout_seconds": 99}).problem(422, None, "/timeout_seconds")
    shop.api.patch(f"/webhooks/{made['uuid']}", {"url": None}).problem(422, None, "/url")
    shop.api.patch(f"/webhooks/{made['uuid']}", {"nothing": 1}).problem(422, None, "/nothing")


def test_addresses_that_are_not_public(world):
    shop = world.shop()
    for host in ("10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[fe80::1]", "[::ffff:10.0.0.1]", "0.0.0.0", "[64:ff9b::10.0.0.1]",
                 "[2002:0a00:0001::]", "100.64.0.1", "224.0.0.1", "255.255.255.255", "0x0a000001", "167772161"):
        shop.api.post("/webhooks", {"url": f"https://{host}/hook"}).problem(422, "url_not_public", "/url")


def test_static_headers_are_sent_and_not_shown(world):
    shop = world.shop()
    endpoint = world.endpoint()
    webhook = shop.webhook(endpoint, headers={"X-Desk-Token": "very-secret-token"})
    event = shop.event()
    assert endpoint.one().headers["X-Desk-Token"] == "very-secret-token"
    delivery = shop.ended(webhook=webhook["uuid"], event=event)[0]["id"]
    shown = shop.api.get(f"/deliveries/{delivery}").is_(200)
    assert "very-secret-token" not in shown.text and webhook["secret"] not in shown.text
