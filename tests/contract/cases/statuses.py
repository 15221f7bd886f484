"""Statuses: what is held, and how it goes out (contract section 3)."""

from harness.client import until


def test_inactive_holds_and_active_sends_in_order(world):
    shop, endpoint = world.shop(), world.endpoint()
    path = f"/webhooks/{shop.webhook(endpoint, status='inactive', dialect='standard', max_in_flight=1)['uuid']}"
    events = [shop.event() for _ in range(12)]
    assert {d["status"] for d in shop.deliveries()} == {"held"} and len(shop.deliveries(status="held")) == 12
    assert shop.api.get(path)["health"]["pending"] == 12
    assert shop.deliveries()[0]["next_attempt_at"] is None
    shop.api.patch(path, {"status": "active"}).is_(200)
    assert [got.headers["Claimwire-Event-Id"] for got in endpoint.wait(12)] == events
    shop.ended(count=12)
    assert shop.api.get(path)["health"]["pending"] == 0
    shop.api.patch(path, {"status": "inactive"}).is_(200)
    shop.event()
    assert [d["status"] for d in shop.deliveries()][0] == "held" and len(endpoint.got) == 12


def test_pending_ones_wait_too_when_it_is_switched_off(world):
    shop, endpoint = world.shop(), world.endpoint(500, 200)
    path = f"/webhooks/{shop.webhook(endpoint, retry={'delays': [3600]})['uuid']}"
    shop.event()
    shop.ended("pending", webhook=path.rsplit("/", 1)[1])
    until(lambda: shop.deliveries()[0]["attempt_count"] == 1, "the first attempt is on record")
    shop.api.patch(path, {"status": "inactive"}).is_(200)
    assert shop.deliveries()[0]["status"] in ("held", "pending")
    shop.event()
    shop.api.patch(path, {"status": "active"}).is_(200)
    assert endpoint.wait(2)


def test_410_disables_at_once(world):
    shop = world.shop()
    endpoint, watcher = world.endpoint(410), world.endpoint()
    made = shop.webhook(endpoint, ordering="webhook", retry={"delays": [0.05] * 5})
    path = f"/webhooks/{made['uuid']}"
    shop.webhook(watcher, dialect="standard", enabled_events=["webhooks/disabled"])
    first = shop.event()
    until(lambda: shop.api.get(path)["status"] == "disabled", "it is disabled")
    health = shop.api.get(path)["health"]
    assert health["disabled_at"] and "410" in health["disabled_reason"], health
    delivery = shop.deliveries(event=first, webhook=made["uuid"])[0]
    assert (delivery["status"], delivery["attempt_count"], delivery["last_status_code"]) == ("failed", 1, 410), delivery
    told = watcher.one().json
    assert told["type"] == "webhook.disabled" and made["uuid"] in watcher.one().body.decode(), told
    second = shop.event()
    assert shop.deliveries(event=second)[0]["status"] == "held" and len(endpoint.got) == 1
    endpoint.answer_with(200)
    again = shop.api.patch(path, {"status": "active"}).is_(200).json
    assert again["status"] == "active" and again["health"]["disabled_at"] is None
    assert endpoint.wait(2)[1].headers["Claimwire-Event-Id"] == second


def test_the_fifth_failure_of_a_delivery_disables_claimport(world):
    shop = world.shop()
    endpoint, watcher = world.endpoint(500), world.endpoint()
    made = shop.webhook(endpoint, dialect="claimport", verify=False, retry={"delays": [0.02] * 4})
    assert made["retry"]["disable_after"] == 5
    shop.webhook(watcher, dialect="standard", enabled_events=["webhooks"], ordering="webhook")
    shop.claim()
    until(lambda: shop.api.get(f"/webhooks/{made['uuid']}")["status"] == "disabled", "it is disabled")
    assert len(endpoint.wait(5)) == 5
    assert [got.json["type"] for got in watcher.wait(2)] == ["webhook.warned", "webhook.disabled"], "a warning at half the limit"
    assert shop.deliveries(webhook=made["uuid"])[0]["attempt_count"] == 5


def test_deleting_a_webhook_cancels_what_waits(world):
    shop = world.shop()
    made = shop.webhook(world.endpoint(), status="inactive")
    event = shop.event()
    shop.api.delete(f"/webhooks/{made['uuid']}").is_(204)
    until(lambda: shop.deliveries(event=event)[0]["status"] == "cancelled", "the delivery is cancelled")
