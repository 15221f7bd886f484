"""Deliveries: the log, retries, what an answer means (contract sections 2 and 6)."""

import datetime
import email.utils
import time

from harness.client import until
from harness.world import has, utc

FIELDS = ("id event_id ref webhook_uuid status attempt_count created_at next_attempt_at delivered_at last_status_code last_error").split()
ATTEMPT = "number started_at duration_ms status_code error error_detail timing request_headers response_headers response_body".split()


def test_the_shape_of_a_delivery(world):
    shop = world.shop()
    endpoint = world.endpoint((500, {"X-Why": "tired"}, b"no " * 20_000), (201, {}, b"fine"))
    webhook = shop.webhook(endpoint, retry={"delays": [0.05]})
    event = shop.event()
    listed = has(shop.ended(event=event)[0], *FIELDS)
    one = has(shop.api.get(f"/deliveries/{listed['id']}").is_(200).json, *FIELDS, "attempts")
    assert {name: one[name] for name in FIELDS} == listed
    assert (one["event_id"], one["ref"], one["webhook_uuid"]) == (event, "claims/updated", webhook["uuid"])
    assert (one["status"], one["attempt_count"], one["next_attempt_at"], one["last_status_code"]) == ("delivered", 2, None, 201)
    assert utc(one["created_at"]) and utc(one["delivered_at"])
    first, second = (has(attempt, *ATTEMPT) for attempt in one["attempts"])
    assert (first["number"], first["status_code"], second["number"], second["status_code"]) == (1, 500, 2, 201)
    assert utc(first["started_at"]) and first["duration_ms"] >= 0 and first["error"] and second["error"] is None
    assert len(first["response_body"]) == 16 << 10 and second["response_body"] == "fine"
    sent = {name.lower(): value for name, value in first["request_headers"].items()}
    assert sent["claimwire-event-id"] == event and "content-type" in sent and "karla-signature" in sent
    answered = {name.lower(): value for name, value in first["response_headers"].items()}
    assert answered["x-why"] == "tired"
    assert webhook["secret"] not in shop.api.get(f"/deliveries/{listed['id']}").text


def test_filters_of_the_log(world):
    shop = world.shop()
    good, bad = shop.webhook(world.endpoint())["uuid"], shop.webhook(world.endpoint(500), retry={"delays": []})["uuid"]
    events = [shop.event() for _ in range(3)]
    shop.ended("delivered", 3), shop.ended("failed", 3)
    assert [d["event_id"] for d in shop.deliveries(webhook=good)] == events[::-1]
    assert {d["webhook_uuid"] for d in shop.deliveries(event=events[1])} == {good, bad}
    assert {d["webhook_uuid"] for d in shop.deliveries(status="failed")} == {bad}
    assert shop.deliveries(status="pending") == [] and shop.deliveries(event="evt_none") == []
    middle = shop.deliveries(event=shop.event_apart(), webhook=good)[0]["created_at"]
    every = shop.deliveries(webhook=good)
    older, newer = ([d["id"] for d in every if side(d["created_at"])] for side in (lambda at: at < middle, lambda at: at >= middle))
    assert len(older) >= 3 and newer
    assert [d["id"] for d in shop.deliveries(webhook=good, since=middle)] == newer
    assert [d["id"] for d in shop.deliveries(webhook=good, until=middle)] == older
    for name, value in (("status", "lost"), ("webhook", "x"), ("since", "yesterday"), ("until", "x"), ("nothing", "1")):
        shop.api.get("/deliveries", **{name: value}).problem(422, None, f"/{name}")


def test_which_answers_count(world):
    for ack, status, delivered in (("2xx", 200, True), ("2xx", 204, True), ("2xx", 299, True), ("2xx", 302, False), ("2xx", 404, False),
                                   ("200", 200, True), ("200", 201, False)):
        shop = world.shop()
        target = world.endpoint(200)
        endpoint = world.endpoint((status, {"Location": target.url} if status == 302 else {}, b""))
        shop.webhook(endpoint, ack=ack, retry={"delays": []})
        shop.event()
        delivery = shop.ended("delivered" if delivered else "failed")[0]
        assert delivery["last_status_code"] == status and delivery["attempt_count"] == 1
        assert target.got == [], "a redirect is never followed"


def test_errors_that_are_no_answer_have_names(world):
    shop = world.shop()
    slow = world.endpoint(lambda got: time.sleep(1.5) or 200)
    shop.webhook(slow, timeout_seconds=1, retry={"delays": []}, enabled_events=["claims/created"])
    shop.webhook(slow, url="http://127.0.0.1:9/", retry={"delays": []}, enabled_events=["claims/updated"])
    shop.event("claims/created"), shop.event("claims/updated")
    errors = {d["ref"]: d["last_error"] for d in shop.ended("failed", 2)}
    assert "timeout" in errors["claims/created"] and "connect" in errors["claims/updated"], errors


def test_the_table_of_delays_is_kept(world):
    shop = world.shop()
    endpoint = world.endpoint(500, 500, 500, 200)
    shop.webhook(endpoint, dialect="claimport", verify=False, retry={"delays": [0.2, 0.4, 0.1]})
    shop.claim()
    at = [got.at for got in endpoint.wait(4)]
    for gap, delay in zip((b - a for a, b in zip(at, at[1:])), (0.2, 0.4, 0.1)):
        assert gap >= delay * 0.98, (gap, delay)
    shop = world.shop()
    shop.webhook(world.endpoint(500))
    shop.event()
    delivery = until(lambda: next((d for d in shop.deliveries() if d["attempt_count"] == 1), None), "an attempt failed")
    assert delivery["status"] == "pending" and utc(delivery["next_attempt_at"])


def test_429_and_503_are_waited_for(world):
    in_two_seconds = lambda: email.utils.formatdate(time.time() + 2.5, usegmt=True)
    for status, after in ((429, lambda: "1"), (503, in_two_seconds)):
        shop, asked = world.shop(), []
        refuse = lambda _: asked.append(after()) or (status, {"Retry-After": asked[0]}, b"")
        endpoint = world.endpoint(refuse, 200)
        shop.webhook(endpoint, retry={"delays": [0.01]})
        shop.event()
        first = endpoint.one()
        until(lambda: shop.deliveries()[0]["attempt_count"] >= 1, "the answer is on record")
        shop.event()
        gap = 1 if status == 429 else email.utils.parsedate_to_datetime(asked[0]).timestamp() - first.unix
        for later in endpoint.wait(3)[1:]:
            assert later.at - first.at >= gap - 0.01, "sooner than it asked, others of the webhook too"


def test_a_retry_by_hand(world):
    shop = world.shop()
    endpoint = world.endpoint(500)
    shop.webhook(endpoint, retry={"delays": [3600, 3600]})
    event = shop.event()
    find = lambda: shop.deliveries(event=event)[0]
    before = until(lambda: find() if find()["attempt_count"] == 1 and find()["status"] == "pending" else None, "it failed once")
    for _ in range(2):
        shop.api.post(f"/deliveries/{before['id']}/retry").is_(202)
    assert len(endpoint.wait(3)) == 3
    after = until(lambda: find() if find()["attempt_count"] == 3 and find()["status"] == "pending" else None, "both are on record")
    assert after["next_attempt_at"] == before["next_attempt_at"], "the schedule is undisturbed"
    endpoint.answer_with(200)
    shop.api.post(f"/deliveries/{before['id']}/retry").is_(202)
    shop.ended(event=event)
    # What was delivered can be sent again too.
    shop.api.post(f"/deliveries/{before['id']}/retry").is_(202)
    assert len(endpoint.wait(5)) == 5
    numbers = until(lambda: (lambda a: a if len(a) == 5 else None)([x["number"] for x in shop.api.get(f"/deliveries/{before['id']}")["attempts"]]))
    assert numbers == [1, 2, 3, 4, 5]


def test_a_rate_limit_is_never_exceeded(world):
    shop, endpoint = world.shop(), world.endpoint()
    shop.webhook(endpoint, rate_limit={"per_second": 4})
    began = time.monotonic()
    for _ in range(10):
        shop.event()
    # When a request is seen depends on how busy this machine is; when it was sent is on record.
    assert endpoint.wait(10)[9].at - began > 2
    sent = lambda delivery: datetime.datetime.fromisoformat(shop.api.get(f"/deliveries/{delivery['id']}")["attempts"][0]["started_at"])
    at = sorted(sent(delivery).timestamp() for delivery in shop.ended(count=10))
    assert all(later - sooner >= 1 for sooner, later in zip(at, at[4:])), at


def test_ordering_webhook_blocks_behind_a_failure(world):
    shop = world.shop()
    endpoint = world.endpoint(500, 500, 200)
    shop.webhook(endpoint, ordering="webhook", retry={"delays": [0.1, 0.1]})
    events = [shop.event() for _ in range(4)]
    got = [got.headers["Claimwire-Event-Id"] for got in endpoint.wait(6)]
    assert got == [events[0]] * 3 + events[1:]


def test_ordering_subject_blocks_only_its_own(world):
    shop = world.shop()
    endpoint = world.endpoint(500, 200)
    shop.webhook(endpoint, ordering="subject", retry={"delays": [3600]})
    one = [shop.event(event_data={"claim_id": "one", "n": n}) for n in range(2)]
    endpoint.one()
    other = shop.event(event_data={"claim_id": "two"})
    shop.ended(event=other)
    shop.api.post(f"/deliveries/{shop.deliveries(event=one[0])[0]['id']}/retry").is_(202)
    assert [got.headers["Claimwire-Event-Id"] for got in endpoint.wait(4)] == [one[0], other, one[0], one[1]]
