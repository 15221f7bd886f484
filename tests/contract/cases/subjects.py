"""Orders, shipments, contacts and messages (contract sections 2 and 4)."""

import uuid as uuids

from harness.world import has, utc, uuid

ORDER = {
    "external_id": "o-1", "order_name": "#1001", "order_placed_at": "2026-01-15T10:30:00.000Z", "total_order_price": 30.00,
    "sub_total_price": 24.90, "shipping_price": 5.10, "discount_price": 0, "currency": "EUR",
    "customer": {"external_id": "c-1", "email": "mia@example.net", "first_name": "Mia", "last_name": "Berg"},
    "address": {"street": "Hafenweg 1", "any": {"thing": [1]}},
    "products": [{"product_id": "p", "variant_id": "v", "sku": "V-1", "title": "Vase", "quantity": 1, "price": 24.90,
                  "images": [{"src": "https://img.example.net/v.jpg", "alt": "a vase"}]}],
    "discounts": [], "segments": ["vip"], "custom": {"shelf": 4},
}


def test_orders(world):
    shop = world.shop()
    made = shop.api.put("/orders/1001", ORDER).is_(201).json
    assert set(made) - {"created_at", "updated_at"} == {"order_number", *ORDER}, made.keys()
    assert {name: made[name] for name in ORDER} == ORDER and made["order_number"] == "1001"
    assert shop.api.get("/orders/1001").is_(200).json == made and shop.api.get("/orders")["data"] == [made]
    shop.api.put("/orders/1001", ORDER).is_(200)
    assert shop.refs() == ["orders/synced"], "the same again makes no event"
    shop.api.put("/orders/1001", ORDER | {"order_name": "other"}).is_(200)
    assert shop.refs() == ["orders/synced"] * 2
    shop.api.put("/orders/2", {"currency": "Euro"}).problem(422, None, "/currency")
    shop.api.put("/orders/2", {"order_placed_at": "yesterday"}).problem(422, None, "/order_placed_at")
    shop.api.put("/orders/%231002%2F3", {}).is_(201)
    assert shop.api.get("/orders/%231002%2F3").is_(200)["order_number"] == "#1002/3"
    raw = b'{"total_order_price": 1.10, "custom": {"n": 1e3}}'
    assert b'"total_order_price":1.10,' in shop.api.put("/orders/4", raw=raw).is_(201).body.replace(b" ", b"")


def test_shipments_and_their_events(world):
    shop = world.shop()
    fields = {"order_number": "1001", "carrier_reference": "dhl", "tracking_number": "0034", "tracking_url": "https://t.example.net/1",
              "estimated_arrival": "2026-02-12T18:00:00.000Z", "custom": {"x": 1}}
    made = shop.api.put("/shipments/s-1", fields).is_(201).json
    assert set(made) - {"created_at", "updated_at"} == {"id", "direction", "phase", "state", "events", *fields}, made.keys()
    assert made["direction"] == "merchant_customer" and made["events"] == [] and made["id"] == "s-1"
    assert {name: made[name] for name in fields} == fields
    assert shop.refs() == [], "a shipment alone is no event"
    event = {"event_name": "OUT_FOR_DELIVERY", "event_time": "2026-02-11T07:11:58Z", "external_id": "x-1", "location": "Bonn"}
    shop.api.post("/shipments/s-1/events", event).is_(201)
    shop.api.post("/shipments/s-1/events", event).is_(200)
    assert shop.refs() == ["shipments/in_delivery/OUT_FOR_DELIVERY"]
    got = shop.api.get("/shipments/s-1").is_(200).json
    assert got["phase"] == "in_delivery" and len(got["events"]) == 1 and got["state"], got
    assert got["events"][0]["event_name"] == "OUT_FOR_DELIVERY" and got["events"][0]["location"] == "Bonn"
    custom = {"event_name": "HELD_BY_A_DRAGON", "event_time": "2026-02-11T08:00:00Z", "external_id": "x-2"}
    shop.api.post("/shipments/s-1/events", custom).problem(422, None, "/phase")
    shop.api.post("/shipments/s-1/events", custom | {"phase": "in_transit"}).is_(201)
    assert shop.refs()[-1] == "shipments/in_transit/HELD_BY_A_DRAGON"
    for wrong, field in (({"event_name": "x" * 65, "phase": "in_transit"}, "/event_name"), ({"phase": "On the moon"}, "/phase"),
                         ({"event_time": "soon"}, "/event_time")):
        shop.api.post("/shipments/s-1/events", custom | {"external_id": "x-3"} | wrong).problem(422, None, field)
    for missing in event.keys() - {"location"}:
        shop.api.post("/shipments/s-1/events", {k: v for k, v in event.items() if k != missing}).problem(422, None, f"/{missing}")
    shop.api.put("/shipments/s-2", {"direction": "sideways"}).problem(422, None, "/direction")
    assert shop.api.put("/shipments/s-2", {"direction": "customer_merchant"}).is_(201)["direction"] == "customer_merchant"
    shop.api.put("/shipments/" + "s" * 128, {}).is_(201)
    assert shop.api.put("/shipments/" + "s" * 129, {}).status in (404, 422)
    assert [s["id"] for s in shop.api.all("/shipments")] == ["s" * 128, "s-2", "s-1"]


CONTACT = {
    "is_business": True, "first_name": "Mia", "last_name": "Berg", "business_name": "Berg GmbH", "title": "Dr", "email": "m@example.net",
    "mobile_phone": "1", "home_phone": "2", "work_phone": "3", "preferred_contact_method": "email", "address": {"x": [1]}, "custom": {"y": 1},
}


def test_contacts(world):
    shop = world.shop()
    made = shop.api.post("/contacts", CONTACT).is_(201).json
    assert set(made) - {"created_at", "updated_at", "number"} == {"id", *CONTACT} and uuid(made["id"])
    assert {name: made[name] for name in CONTACT} == CONTACT
    path = f"/contacts/{made['id']}"
    assert shop.api.get(path).is_(200).json == made and shop.api.get("/contacts")["data"] == [made]
    assert shop.api.patch(path, {"title": None}).is_(200)["title"] is None
    assert shop.api.put(path, {"first_name": "M"}).is_(200)["last_name"] == CONTACT["last_name"]
    assert shop.api.put(path, {"last_name": None}).is_(200)["last_name"] is None
    ident = str(uuids.uuid4())
    assert shop.api.put(f"/contacts/{ident}", CONTACT).is_(201)["id"] == ident
    shop.api.delete(path).is_(204)
    shop.api.get(path).problem(404, "contact_not_found")
    assert shop.refs() == ["contacts/created"] * 2


def test_messages(world):
    shop = world.shop()
    claim = shop.claim()["id"]
    endpoint = world.endpoint()
    shop.webhook(endpoint, dialect="claimport", verify=False, ordering="webhook", enabled_events=["message.received", "message.sent"])
    body = {"direction": "inbound", "body": "Where is it?", "author": {"name": "Mia", "email": "m@example.net"}}
    made = has(shop.api.post(f"/claims/{claim}/messages", body).is_(201).json, "id", "direction", "body", "author", "created_at")
    assert {name: made[name] for name in body} == body and utc(made["created_at"])
    shop.api.post(f"/claims/{claim}/messages", {"direction": "outbound", "body": "On its way."}).is_(201)
    assert shop.refs() == ["claims/created", "messages/received", "messages/sent"]
    assert [m["direction"] for m in shop.api.all(f"/claims/{claim}/messages")] == ["outbound", "inbound"]
    received, sent = (got.json for got in endpoint.wait(2))
    assert (received["type"], sent["type"]) == ("message.received", "message.sent")
    assert received["data"]["message"]["body"] == "Where is it?" and received["data"]["claim"]["claim_id"] == claim
    shop.api.post(f"/claims/{claim}/messages", {"direction": "up", "body": "x"}).problem(422, None, "/direction")
    shop.api.post(f"/claims/{claim}/messages", {"direction": "inbound"}).problem(422, None, "/body")
