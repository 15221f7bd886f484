"""Replays and statistics of a webhook (contract section 2)."""

from harness.client import until
from harness.world import has, utc

SINCE = "2026-01-01T00:00:00Z"


def done(shop, webhook, **order):
    made = shop.api.post(f"/webhooks/{webhook}/replay", {"since": SINCE, **order}).is_(202).json
    assert {"id", "total", "done", "state"} <= set(made), made
    look = lambda: (lambda replay: replay if replay["state"] == "done" else None)(shop.api.get(f"/replays/{made['id']}").is_(200).json)
    replay = until(look, "the replay is done")
    assert {"id", "total", "done", "state"} <= set(replay), replay
    return replay


def test_failed_missing_and_all(world):
    shop = world.shop()
    before = [shop.event() for _ in range(2)]
    endpoint = world.endpoint(500, 500, 200)
    webhook = shop.webhook(endpoint, retry={"delays": []}, ordering="webhook")["uuid"]
    failed = [shop.event() for _ in range(2)]
    delivered = [shop.event() for _ in range(2)]
    shop.ended("delivered", 2), shop.ended("failed", 2)
    ids = lambda since: [got.headers["Claimwire-Event-Id"] for got in endpoint.got[since:]]
    done(shop, webhook, status="failed")
    endpoint.wait(6)
    assert sorted(ids(4)) == sorted(failed)
    shop.ended("delivered", 4)
    done(shop, webhook, status="missing")
    endpoint.wait(8)
    assert sorted(ids(6)) == sorted(before)
    shop.ended("delivered", 6)
    replay = done(shop, webhook, status="all")
    endpoint.wait(14)
    assert sorted(ids(8)) == sorted(before + failed + delivered) and replay["done"] == 6, replay
    until(lambda: not shop.deliveries(status="pending") and not shop.deliveries(status="delivering"), "all is over")
    assert len(endpoint.got) == 14
    assert done(shop, webhook, status="failed")["done"] == 0 and done(shop, webhook, status="missing")["done"] == 0


def test_the_span_and_the_filter(world):
    shop, endpoint = world.shop(), world.endpoint()
    webhook = shop.webhook(endpoint, ordering="webhook")["uuid"]
    before, inside = shop.event(), shop.event_apart()
    other, after = shop.event(ref="claims/created"), shop.event_apart()
    every = shop.ended(count=len(shop.deliveries()))
    made = {d["event_id"]: d["created_at"] for d in every}
    since, end = made[inside], made[after]
    expected = [d["event_id"] for d in every if since <= d["created_at"] < end and d["ref"] == "claims/updated"]
    assert inside in expected and not {before, other, after} & set(expected)
    replay = done(shop, webhook, status="all", since=since, until=end, enabled_events=["claims/updated"])
    assert replay["done"] == len(expected), replay
    again = endpoint.wait(len(every) + len(expected))[len(every):]
    assert [got.headers["Claimwire-Event-Id"] for got in again] == expected
    until(lambda: {d["status"] for d in shop.deliveries()} == {"delivered"}, "all is over")
    assert len(endpoint.got) == len(every) + len(expected)


def test_what_a_replay_takes(world):
    shop = world.shop()
    path = f"/webhooks/{shop.webhook(world.endpoint())['uuid']}/replay"
    shop.api.post(path, {"status": "all"}).problem(422, None, "/since")
    shop.api.post(path, {"since": SINCE}).problem(422, None, "/status")
    shop.api.post(path, {"since": SINCE, "status": "lost"}).problem(422, None, "/status")
    shop.api.post(path, {"since": "soon", "status": "all"}).problem(422, None, "/since")
    shop.api.post(path, {"since": SINCE, "until": SINCE, "status": "all"}).problem(422)
    shop.api.post(path, {"since": SINCE, "status": "all", "enabled_events": ["nope"]}).problem(422, "event_unknown", "/enabled_events/0")
    shop.api.post(path, {"since": SINCE, "status": "all", "enabled_events": []}).problem(422, None, "/enabled_events")


def test_statistics(world):
    shop, endpoint = world.shop(), world.endpoint(500, 200)
    webhook = shop.webhook(endpoint, retry={"delays": [0.05]})["uuid"]
    shop.event()
    shop.ended()
    for window in (None, "30m", "24h", "7d"):
        stats = shop.api.get(f"/webhooks/{webhook}/stats", window=window).is_(200).json
        buckets = stats["buckets"]
        assert sum(b["delivered"] for b in buckets) == 1 and sum(b["failed"] for b in buckets) == 1, stats
        latency = next(b["latency_ms"] for b in buckets if b["delivered"])
        has(latency, "p50", "p95", "p99")
        assert 0 <= latency["p50"] <= latency["p95"] <= latency["p99"] and utc(buckets[0]["start"])
    for window in ("soon", "0h", "-1h", "", "1y"):
        shop.api.get(f"/webhooks/{webhook}/stats", window=window).problem(422, None, "/window")
