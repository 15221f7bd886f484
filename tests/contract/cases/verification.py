"""`verify`: a webhook stays `unverified` until a test event got exactly 200 (contract sections 2, 3 and 5)."""

from harness.client import until
from harness.signatures import claimport
from harness.world import UTC, has


def test_claimport_is_verified_by_webhook_test(world):
    shop, endpoint = world.shop(), world.endpoint(204, 204, 200)
    made = shop.webhook(endpoint, dialect="claimport")
    path = f"/webhooks/{made['uuid']}"
    assert made["status"] == "unverified"
    got = endpoint.one()
    body = has(got.json, "type", "timestamp")
    assert body["type"] == "webhook.test" and UTC.fullmatch(body["timestamp"])
    assert claimport(got, made["secret"])
    claim = shop.claim()
    assert shop.api.post(path + "/test").is_(200)["status_code"] == 204
    assert shop.api.get(path)["status"] == "unverified", "204 is not exactly 200"
    assert [d["status"] for d in shop.deliveries()] == ["held"]
    tested = has(shop.api.post(path + "/test").is_(200).json, "ok", "status_code", "duration_ms", "error", "response_body")
    assert (tested["ok"], tested["status_code"], tested["error"]) == (True, 200, None)
    assert [got.json["type"] for got in endpoint.wait(3)] == ["webhook.test"] * 3
    assert shop.api.get(path)["status"] == "active"
    assert endpoint.wait(4)[3].json["data"]["claim"]["claim_id"] == claim["id"], "what was held goes out"


def test_a_good_answer_verifies_at_once(world):
    shop, endpoint = world.shop(), world.endpoint(200)
    path = f"/webhooks/{shop.webhook(endpoint, dialect='claimport')['uuid']}"
    until(lambda: shop.api.get(path)["status"] == "active", "it is verified")
    # Another URL must show itself too; another description need not.
    assert shop.api.patch(path, {"description": "x"}).is_(200)["status"] == "active"
    other = world.endpoint(500)
    assert shop.api.patch(path, {"url": other.url}).is_(200)["status"] == "unverified"
    assert other.one().json["type"] == "webhook.test"
    shop.claim()
    assert [d["status"] for d in shop.deliveries()] == ["held"]
    shop.api.patch(path, {"verify": False}).is_(200)
    assert other.wait(2)[1].json["type"] == "claim.created"


def test_any_dialect_can_be_verified(world):
    shop = world.shop()
    for dialect in ("karla", "claimable", "standard", "cloudevents"):
        endpoint = world.endpoint(200)
        path = f"/webhooks/{shop.webhook(endpoint, dialect=dialect, verify=True)['uuid']}"
        assert endpoint.one()
        until(lambda: shop.api.get(path)["status"] == "active", f"{dialect} is verified")
    endpoint = world.endpoint()
    assert shop.webhook(endpoint, dialect="claimport", verify=False)["status"] == "active"
    assert endpoint.got == []


def test_tests_by_hand(world):
    shop = world.shop()
    endpoint = world.endpoint((418, {"Content-Type": "text/plain"}, b"short and stout"), 200)
    path = f"/webhooks/{shop.webhook(endpoint)['uuid']}/test"
    first = shop.api.post(path, {"event": "claims/created"}).is_(200).json
    assert (first["ok"], first["status_code"], first["response_body"]) == (False, 418, "short and stout"), first
    assert first["duration_ms"] >= 0 and first["error"]
    assert endpoint.one().json["ref"] == "claims/created"
    shop.api.post(path, {"event": "shipments/in_delivery/OUT_FOR_DELIVERY"}).is_(200)
    assert endpoint.wait(2)[1].json["ref"] == "shipments/in_delivery/OUT_FOR_DELIVERY"
    shop.api.post(path).is_(200)
    shop.api.post(path, {"event": "claims/nothing"}).problem(422, "event_unknown", "/event")
    shop.api.post(path, {"event": "claims/approved"}).problem(422, "event_unknown", "/event")
    nobody = shop.webhook(world.endpoint(), url="http://127.0.0.1:9/")["uuid"]
    refused = shop.api.post(f"/webhooks/{nobody}/test").is_(200).json
    assert (refused["ok"], refused["status_code"]) == (False, None) and refused["error"], refused
    assert shop.refs() == [], "a test is no event of the shop"
