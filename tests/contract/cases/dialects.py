"""Bodies and headers of each dialect (contract section 5)."""

import json

from harness.world import UTC, has

CLAIM = {
    "title": "Vase", "type": "damage", "reason": "damage", "resolution_preference": "refund", "description": "Broken.",
    "selected_items": [{"sku": "V-1", "title": "Vase", "quantity": 1, "net_price": 24.90, "image_urls": []}],
    "customer": {"external_id": "c-1", "email": "mia@example.net"}, "order_number": "1001", "shipment_id": "s-1", "damages": [{"id": "d-1", "damage_type": "broken"}],
}


def story(world, dialect, **settings):
    """An order, a shipment and a claim about both, that this dialect hears of: the shop and the receiver."""
    shop, endpoint = world.shop(), world.endpoint()
    shop.api.put("/orders/1001", {"total_order_price": 30.00, "currency": "EUR", "customer": CLAIM["customer"]}).is_(201)
    shop.api.put("/shipments/s-1", {"order_number": "1001", "carrier_reference": "dhl", "tracking_number": "0034"}).is_(201)
    shop.made = shop.webhook(endpoint, dialect=dialect, verify=False, ordering="webhook", **settings)
    shop.claim_id = shop.claim(**CLAIM)["id"]
    return shop, endpoint


def common(got, shop):
    """The headers that every request has; the event's id."""
    assert got.headers["User-Agent"].startswith("claimwire/") and got.headers["Claimwire-Attempt"] == "1"
    event = got.headers["Claimwire-Event-Id"]
    delivery = shop.api.get(f"/deliveries/{got.headers['Claimwire-Delivery-Id']}").is_(200)
    assert delivery["event_id"] == event
    return event


def test_karla(world):
    shop, endpoint = story(world, "karla")
    got = endpoint.one()
    common(got, shop)
    assert got.headers["Content-Type"] == "application/json"
    body = got.json
    assert list(body) == ["source", "ref", "version", "triggered_at", "event_group", "event_data", "context", "shop_slug", "shop_id"]
    assert (body["source"], body["ref"], body["version"], body["event_group"]) == ("claims", "claims/created", 1, "claim_created")
    assert body["triggered_at"][-6:] == "+00:00" and len(body["triggered_at"]) == 25, body["triggered_at"]
    assert (body["shop_slug"], body["shop_id"]) == (shop.slug, shop.id)
    data = has(body["event_data"], *"""claim_id event_name event_group created_at updated_at reason resolution_preference status
        description customer_signature_image_url selected_items image_urls optional_image_urls""".split())
    assert (data["claim_id"], data["event_name"], data["event_group"]) == (shop.claim_id, "created", "claim_created")
    assert b'"net_price":24.9' in got.body
    context = body["context"]
    assert list(context) == ["order", "customer", "shipments", "claims"]
    assert context["order"]["order_number"] == "1001" and context["customer"]["email"] == "mia@example.net"
    assert [s["id"] for s in context["shipments"]] == ["s-1"] and len(context["claims"]) == 1
    shop.api.patch(f"/claims/{shop.claim_id}", {"status": "accepted"}).is_(200)
    second = endpoint.wait(2)[1].json
    assert (second["ref"], second["event_data"]["event_name"], second["event_data"]["status"]) == ("claims/updated", "updated", "accepted")
    shop.api.post("/shipments/s-1/events", {"event_name": "OUT_FOR_DELIVERY", "event_time": "2026-02-11T07:11:58Z", "external_id": "1"}).is_(201)
    third = endpoint.wait(3)[2].json
    assert (third["source"], third["ref"], third["event_group"]) == ("shipments", "shipments/in_delivery/OUT_FOR_DELIVERY", "shipment_out_for_delivery")
    data = has(third["event_data"], *"""event_id shipment_id event_name event_group phase direction carrier_reference tracking_number
        tracking_url updated_at""".split())
    assert (data["shipment_id"], data["phase"], data["direction"], data["carrier_reference"]) == ("s-1", "in_delivery", "merchant_customer", "dhl")
    assert third["context"]["order"]["order_number"] == "1001" and [c["id"] if "id" in c else c["claim_id"] for c in third["context"]["claims"]]


def test_claimport(world):
    shop, endpoint = story(world, "claimport")
    got = endpoint.one()
    assert common(got, shop) == got.json["id"]
    body = got.json
    assert list(body) == ["id", "type", "timestamp", "data"] and body["id"].startswith("evt_") and body["type"] == "claim.created"
    assert UTC.fullmatch(body["timestamp"]) and body["timestamp"].endswith("Z") and len(body["timestamp"]) == 20, body["timestamp"]
    claim = body["data"]["claim"]
    assert (claim["id"], claim["claim_id"], claim["status"]) == ("CLM-000001", shop.claim_id, "pending")
    for status, theirs in (("accepted", "approved"), ("rejected", "denied"), ("closed", "closed")):
        shop.api.patch(f"/claims/{shop.claim_id}", {"status": status}).is_(200)
        last = endpoint.find(lambda got: got.json["type"] == f"claim.{theirs}", f"is claim.{theirs}")
        assert last.json["data"]["claim"]["status"] == theirs
    shop.api.put("/orders/77", {}).is_(201)
    order = endpoint.find(lambda got: got.json["type"] == "order.synced", "is order.synced").json
    assert order["data"]["order"]["order_number"] == "77" and "claim" not in order["data"]


def test_claimable(world):
    shop, endpoint = story(world, "claimable")
    got = endpoint.one()
    common(got, shop)
    body = has(got.json, "claim", "event_name", "source", "performed_by")
    assert got.headers["Event-Name"] == body["event_name"] == "claim.created" and body["source"] == "api"
    assert (body["claim"]["id"], body["claim"]["status"]) == (1, "open") and isinstance(body["claim"]["id"], int)
    assert b"2490" in got.body and b"24.9" not in got.body.replace(b"2490", b""), "money in integer cents"
    shop.api.patch(f"/claims/{shop.claim_id}", {"labels": ["vip"]}).is_(200)
    label = endpoint.wait(2)[1].json
    assert label["event_name"] == "claim.label_added" and "label" in label and "vip" in json.dumps(label["label"])
    shop.api.patch(f"/claims/{shop.claim_id}", {"damages": []}).is_(200)
    damage = endpoint.wait(3)[2].json
    assert damage["event_name"] == "claim.damage.deleted" and "damage" in damage
    shop.api.patch(f"/claims/{shop.claim_id}", {"status": "closed"}).is_(200)
    assert endpoint.wait(4)[3].json["claim"]["status"] == "closed"
    shop.api.post("/contacts", {"first_name": "Mia"}).is_(201)
    contact = has(endpoint.wait(5)[4].json, "contact", "event_name", "source", "performed_by")
    assert contact["event_name"] == "contact.created" and contact["contact"]["first_name"] == "Mia"


def test_standard(world):
    shop, endpoint = story(world, "standard")
    got = endpoint.one()
    assert common(got, shop) == got.headers["webhook-id"]
    body = has(got.json, "type", "timestamp", "data")
    assert body["type"] == "claim.created" and UTC.fullmatch(body["timestamp"])
    data = has(body["data"], "claim", "changes", "context", "performed_by")
    assert data["claim"]["id"] == shop.claim_id and data["performed_by"]["source"] == "api"
    assert data["context"]["order"]["order_number"] == "1001"
    shop.api.patch(f"/claims/{shop.claim_id}", {"title": "Bowl"}).is_(200)
    second = endpoint.wait(2)[1].json
    assert second["data"]["changes"]["title"] == {"before": "Vase", "after": "Bowl"}, second["data"]["changes"]
    shop.api.post("/shipments/s-1/events", {"event_name": "OUT_FOR_DELIVERY", "event_time": "2026-02-11T07:11:58Z", "external_id": "1"}).is_(201)
    assert endpoint.find(lambda got: got.json["type"] == "shipment.in_delivery.OUT_FOR_DELIVERY", "is the shipment's")


def test_cloudevents(world):
    shop, endpoint = story(world, "cloudevents")
    got = endpoint.one()
    assert got.headers["Content-Type"].startswith("application/cloudevents+json")
    body = got.json
    assert {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"} <= set(body), body.keys()
    assert (body["specversion"], body["id"], body["source"]) == ("1.0", common(got, shop), f"/shops/{shop.slug}")
    assert (body["type"], body["datacontenttype"]) == ("io.claimwire.claim.created", "application/json") and shop.claim_id in body["subject"]
    has(body["data"], "claim", "changes", "context", "performed_by")
    assert got.headers["webhook-id"] == body["id"]


def test_the_same_bytes_on_every_attempt(world):
    for dialect in ("karla", "claimport", "claimable", "standard", "cloudevents"):
        shop, endpoint = world.shop(), world.endpoint(500, 502, 200)
        shop.webhook(endpoint, dialect=dialect, verify=False, retry={"delays": [0.05, 0.05]})
        shop.claim(**CLAIM)
        first, second, third = endpoint.wait(3)
        assert first.body == second.body == third.body
        assert [got.headers["Claimwire-Attempt"] for got in endpoint.got] == ["1", "2", "3"]
        for name in ("Claimwire-Event-Id", "Claimwire-Delivery-Id"):
            assert len({got.headers[name] for got in endpoint.got}) == 1
        shown = shop.api.get(f"/events/{first.headers['Claimwire-Event-Id']}", dialect=dialect).is_(200)
        assert shown.body == first.body, (dialect, shown.body, first.body)


def test_numbers_keep_their_text_on_the_wire(world):
    shop, endpoint = world.shop(), world.endpoint()
    shop.webhook(endpoint, dialect="standard")
    shop.api.post("/claims", raw=b'{"custom": {"a": 1.10, "b": 1e3, "c": 123456789012345678901234567890}}').is_(201)
    assert b'"a":1.10,"b":1e3,"c":123456789012345678901234567890' in endpoint.one().body.replace(b" ", b"")
    shop.api.post("/events", raw=b'{"ref": "claims/updated", "event_data": {"a": 1.10, "b": 1e3, "c": 123456789012345678901234567890}, '
                                 b'"context": {"d": 2.50}}').is_(202)
    posted = endpoint.wait(2)[1].body.replace(b" ", b"")
    assert b'"a":1.10,"b":1e3,"c":123456789012345678901234567890' in posted and b'"d":2.50' in posted, posted
