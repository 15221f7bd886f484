"""`…/events` and the catalogue (contract sections 2 and 4)."""

from harness.world import UTC, has, utc

FIELDS = "id ref event_group triggered_at subject event_data context changes source performed_by".split()


def test_the_shape_of_an_event(world):
    shop = world.shop()
    claim = shop.claim(title="x", labels=["a"])["id"]
    shop.api.patch(f"/claims/{claim}", {"status": "closed"}).is_(200)
    events = shop.api.all("/events")
    assert [e["ref"] for e in events] == ["claims/closed", "claims/status_changed", "claims/updated", "claims/created"]
    for event in events:
        has(event, *FIELDS)
        assert event["subject"] == {"type": "claim", "id": claim} and utc(event["triggered_at"])
        assert shop.api.get(f"/events/{event['id']}").is_(200).json == event
    assert events[0]["changes"]["status"] == {"before": "pending", "after": "closed"}
    assert events[-1]["event_group"] == "claim_created" and events[-1]["event_data"]["id"] == claim
    assert events[0]["context"]["claims"] is not None


def test_posted_events(world):
    shop = world.shop()
    body = {"ref": "claims/approved", "event_group": "mine", "triggered_at": "2026-01-29T14:48:47Z", "event_data": {"any": {"thing": 1}},
            "context": {"x": [1]}}
    made = has(shop.api.post("/events", body).is_(202).json, "id", "ref", "triggered_at")
    assert made["ref"] == "claims/approved" and made["triggered_at"].startswith("2026-01-29T14:48:47")
    got = shop.api.get(f"/events/{made['id']}").is_(200).json
    assert got["event_data"] == {"any": {"thing": 1}} and got["context"] == {"x": [1]} and got["event_group"] == "mine", got
    answer = shop.api.post("/events", [body, body | {"ref": "claims/denied"}]).is_(202).json
    has(answer, "data")
    assert [has(e, "id", "ref", "triggered_at")["ref"] for e in answer["data"]] == ["claims/approved", "claims/denied"]
    assert shop.refs() == ["claims/approved", "claims/approved", "claims/denied"]
    assert UTC.fullmatch(shop.api.post("/events", {"ref": "claims/updated", "event_data": {}}).is_(202)["triggered_at"])


def test_the_same_id_again(world):
    shop = world.shop()
    body = {"id": "order-7-approved", "ref": "claims/approved", "event_data": {"n": 1}}
    first = shop.api.post("/events", body).is_(202)
    assert first["id"] == "order-7-approved"
    assert shop.api.post("/events", body).is_(202).json == first.json
    assert shop.refs() == ["claims/approved"]
    shop.api.post("/events", body | {"event_data": {"n": 2}}).problem(409)
    assert shop.refs() == ["claims/approved"]
    other = world.shop()
    other.api.post("/events", body).is_(202)
    mixed = shop.api.post("/events", [body, {"ref": "claims/denied", "event_data": {}}]).is_(202)
    assert mixed["data"][0]["id"] == "order-7-approved" and shop.refs() == ["claims/approved", "claims/denied"]


def test_an_array_is_all_or_nothing(world):
    shop = world.shop()
    good = {"ref": "claims/updated", "event_data": {}}
    shop.api.post("/events", [good, good | {"ref": "claims/unknown"}]).problem(422, "event_unknown", "/1/ref")
    shop.api.post("/events", [good, {"ref": "claims/updated"}]).problem(422, None, "/1/event_data")
    shop.api.post("/events", [good | {"id": "a"}, good | {"id": "a", "event_data": {"n": 1}}]).is_(409)
    shop.api.post("/events", [good] * 1001).problem(422)
    shop.api.post("/events", []).problem(422)
    assert shop.refs() == []
    assert len(shop.api.post("/events", [good] * 1000).is_(202)["data"]) == 1000


def test_what_an_event_must_be(world):
    shop = world.shop()
    good = {"ref": "claims/updated", "event_data": {}}
    for change, key, field in (
        ({"ref": "claims"}, "event_unknown", "/ref"), ({"ref": "claims/approvd"}, "event_unknown", "/ref"), ({"ref": "*"}, "event_unknown", "/ref"),
        ({"ref": None}, None, "/ref"), ({"event_data": []}, None, "/event_data"), ({"event_data": None}, None, "/event_data"),
        ({"context": 1}, None, "/context"), ({"triggered_at": "today"}, None, "/triggered_at"), ({"id": ""}, None, "/id"),
        ({"id": "x" * 300}, None, "/id"), ({"more": 1}, None, "/more"),
    ):
        shop.api.post("/events", good | change).problem(422, key, field)
    shop.api.post("/events", good | {"ref": "shipments/in_transit/EATEN_BY_GOAT"}).is_(202)


def test_a_posted_event_goes_out_in_every_dialect_that_names_it(world):
    shop = world.shop()
    expected = {"karla": None, "claimport": "claim.approved", "claimable": None, "standard": "claim.approved", "cloudevents": "io.claimwire.claim.approved"}
    endpoints = {dialect: world.endpoint() for dialect in expected}
    for dialect, endpoint in endpoints.items():
        shop.webhook(endpoint, dialect=dialect, verify=False)
    event = shop.api.post("/events", raw=b'{"ref": "claims/approved", "event_data": {"any": {"thing": 1.50}}}').is_(202)["id"]
    shop.ended(event=event, count=3)
    assert len(shop.deliveries(event=event)) == 3
    for dialect, name in expected.items():
        if name:
            got = endpoints[dialect].one()
            assert got.json["type"] == name and b'{"any":{"thing":1.50}}' in got.body.replace(b" ", b""), got.body
            assert shop.api.get(f"/events/{event}", dialect=dialect).is_(200).body == got.body
        else:
            assert endpoints[dialect].got == []
            assert shop.api.get(f"/events/{event}", dialect=dialect).status in (404, 422)
    shop.api.get(f"/events/{event}", dialect="morse").problem(422, None, "/dialect")


def test_the_catalogue(world):
    shop = world.shop()
    types = shop.world.admin.get("/v1/event-types").is_(200)["data"]
    refs = [kind["ref"] for kind in types]
    assert len(set(refs)) == len(refs)
    claims = """created updated details_changed status_changed approved denied closed reopened assigned unassigned label_added
        label_removed switched_type damage_created damage_deleted deleted""".split()
    assert [r for r in refs if r.startswith("claims/")] == [f"claims/{name}" for name in claims]
    assert {"contacts/created", "messages/received", "messages/sent", "orders/synced", "webhooks/warned", "webhooks/disabled"} <= set(refs)
    assert {"shipments/in_delivery/OUT_FOR_DELIVERY", "shipments/delivered/SUCCESSFULLY_DELIVERED", "shipments/in_transit/DELAY_EXPECTED",
            "shipments/in_transit/SHIPMENT_DAMAGED"} <= set(refs)
    for kind in types:
        assert {"ref", "description", "event_group", "names", "schema", "example"} <= set(kind), kind.keys()
        assert set(kind["names"]) == {"karla", "claimport", "claimable", "standard", "cloudevents"}
        assert kind["description"] and kind["schema"] and kind["example"]["ref"] == kind["ref"]
        if not kind["ref"].startswith("webhooks/"):
            shop.api.post("/events", {"ref": kind["ref"], "event_data": kind["example"]["event_data"]}).is_(202)
    by_ref = {kind["ref"]: kind for kind in types}
    assert by_ref["claims/label_added"]["names"] == {"karla": None, "claimport": None, "claimable": "claim.label_added",
                                                     "standard": "claim.label_added", "cloudevents": "io.claimwire.claim.label_added"}
