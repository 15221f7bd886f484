"""Idempotency-Key on every POST (contract section 2)."""

import concurrent.futures

from harness.world import png


def key(text):
    return {"Idempotency-Key": text}


def test_the_first_answer_again_and_nothing_twice(world):
    shop = world.shop()
    endpoint = world.endpoint()
    webhook = shop.webhook(endpoint)["uuid"]
    claim = shop.claim()["id"]
    shop.api.put("/shipments/s-1", {}).is_(201)
    delivery = shop.ended()[0]["id"]
    event, handed = {"ref": "claims/updated", "event_data": {}}, {"event_time": "2026-01-01T00:00:00Z", "external_id": "1"}
    since = {"since": "2026-01-01T00:00:00Z"}
    posts = [
        ("/claims", {"title": "a"}, {"title": "b"}),
        ("/contacts", {"first_name": "a"}, {"first_name": "b"}),
        ("/events", event, [event]),
        ("/events", [event, event], [event]),
        ("/webhooks", {"url": world.endpoint().url}, {"url": endpoint.url}),
        ("/api-keys", {"name": "a", "role": "viewer"}, {"name": "b", "role": "viewer"}),
        (f"/claims/{claim}/messages", {"direction": "inbound", "body": "a"}, {"direction": "inbound", "body": "b"}),
        ("/shipments/s-1/events", handed | {"event_name": "OUT_FOR_DELIVERY"}, handed | {"event_name": "DELIVERY_ATTEMPTED"}),
        (f"/webhooks/{webhook}/secret/rotate", {}, {"overlap_seconds": 5}),
        (f"/webhooks/{webhook}/test", {}, {"event": "claims/created"}),
        (f"/webhooks/{webhook}/replay", since | {"status": "failed"}, since | {"status": "all"}),
        (f"/deliveries/{delivery}/retry", None, {}),
    ]
    for number, (path, body, other) in enumerate(posts):
        first = shop.api.post(path, body, headers=key(f"k{number}"))
        assert first.status in (200, 201, 202), (path, first.status, first.body)
        counts = [len(shop.api.all(list_)) for list_ in ("/claims", "/contacts", "/events", "/webhooks", "/api-keys")]
        again = shop.api.post(path, body, headers=key(f"k{number}"))
        assert (again.status, again.body) == (first.status, first.body), path
        assert counts == [len(shop.api.all(list_)) for list_ in ("/claims", "/contacts", "/events", "/webhooks", "/api-keys")], path
        shop.api.post(path, other, headers=key(f"k{number}")).problem(409, "idempotency_conflict")
    image = dict(raw=png(), headers=key("photo") | {"Content-Type": "image/png"})
    first = shop.api.post("/images", **image).is_(201)
    assert shop.api.post("/images", **image).is_(201).body == first.body
    shop.api.post("/images", raw=png(5), headers=image["headers"]).problem(409, "idempotency_conflict")
    first = world.admin.post("/v1/shops", {"slug": "once-1", "name": "o"}, headers=key("shop")).is_(201)
    assert world.admin.post("/v1/shops", {"slug": "once-1", "name": "o"}, headers=key("shop")).is_(201).body == first.body
    world.admin.post("/v1/shops", {"slug": "once-2", "name": "o"}, headers=key("shop")).problem(409, "idempotency_conflict")
    # A manual retry asked for once under one key is one attempt.
    assert shop.ended(event=shop.api.get(f"/deliveries/{delivery}")["event_id"])[0]["attempt_count"] <= 2


def test_a_key_belongs_to_one_shop(world):
    one, two = world.shop(), world.shop()
    first = one.api.post("/claims", {"title": "x"}, headers=key("same")).is_(201)
    second = two.api.post("/claims", {"title": "y"}, headers=key("same")).is_(201)
    assert first["id"] != second["id"]


def test_at_the_same_moment(world):
    shop = world.shop()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: shop.api.post("/claims", {"title": "x"}, headers=key("race")), range(16)))
    assert {answer.status for answer in answers} == {201}, [answer.body for answer in answers if answer.status != 201]
    assert len({answer.body for answer in answers}) == 1
    assert len(shop.api.all("/claims")) == 1 and shop.refs() == ["claims/created"]


def test_a_refusal_uses_no_key_up(world):
    shop = world.shop()
    shop.api.post("/claims", {"titel": "x"}, headers=key("typo")).problem(422)
    shop.api.post("/claims", {"title": "x"}, headers=key("typo")).is_(201)


def test_keys_that_cannot_be(world):
    shop = world.shop()
    for text in ("", "x" * 256):
        shop.api.post("/claims", {}, headers=key(text)).problem(400)
    shop.api.post("/claims", {}, headers=key("x" * 255)).is_(201)
