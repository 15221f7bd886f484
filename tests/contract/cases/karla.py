"""Programs written for Karla's REST API (contract section 8): the request bodies of its shop plugin and of its generated client, as
those send them, and what they read of the answers."""

import base64

from harness.world import has, uuid

ASKS = {"Accept": "application/vnd.karla+json"}

# The generated client writes every field of its classes, null where nothing is set.
CLAIM = {
    "reason": "damage", "resolution_preference": "refund", "status": None, "description": "Corner crushed", "shipment_id": None,
    "tracking_number": "00340434161094022115", "customer_signature_image_url": None, "image_urls": None, "dropoff_permission": True,
    "damaged_product_items": [{"sku": "MUG-2", "title": "Mug", "quantity": 2, "net_price": 11.5, "image_urls": None}],
    "selected_items": None,
}

# The plugin's order: what it knows of the shop's, many fields of which are Karla's alone.
ORDER = {
    "external_id": "5544", "external_customer_id": "c-77", "order_number": "10077", "order_name": "#10077",
    "order_placed_at": "2026-02-10T08:00:00+00:00", "total_order_price": 28.00, "shipping_price": 5.00, "sub_total_price": 23.00,
    "discount_price": 0, "currency": "EUR", "email_id": "mia@example.net",
    "address": {"name": "Mia Berg", "street": "Hauptstr. 1", "zip_code": "10115", "city": "Berlin", "country_code": "DE"},
    "products": [{"product_id": "900", "variant_id": None, "sku": "MUG-2", "title": "Mug", "quantity": 2, "price": 11.50, "weight": 410,
                  "images": [{"src": "https://cdn.example.net/mug.jpg", "alt": None}], "type": "product"}],
    "discounts": [], "segments": ["vip"], "weight": 820,
}
TRACKING = {"tracking_number": "00340434161094022115", "carrier_reference": "dhl", "tracking_url": "https://track.example.net/1",
            "products": [{"sku": "MUG-2", "quantity": 2}]}


def karla_shop(world):
    shop = world.shop()
    assert shop.api.get("")["api_dialect"] == "claimwire"
    assert shop.api.patch("", {"api_dialect": "karla"}).is_(200)["api_dialect"] == "karla"
    return shop


def refs(shop):
    """Refs of the shop's events, in our own shape."""
    events = shop.api.call("GET", "/events", headers={"Accept": "application/vnd.claimwire+json"}).is_(200)
    return [event["ref"] for event in events["data"]]


def test_the_plugin_sets_up_its_webhook(world):
    shop = karla_shop(world)
    basic = base64.b64encode(f"{shop.slug}:{shop.key('editor', name=shop.slug)}".encode()).decode()
    basic = {"Authorization": f"Basic {basic}"}
    body = {"url": world.endpoint().url, "enabled_events": ["shipments/delivered", "claims/created"]}
    first = shop.api.post("/webhooks", body, headers=basic).is_(201).json
    assert uuid(first["uuid"]) and len(first["secret"]) >= 16, first
    assert (first["shop_slug"], first["merchant_slug"], first["status"]) == (shop.slug, shop.slug, "active")
    # Created if it does not exist: the same answer, which has what the plugin reads.
    again = shop.api.post("/webhooks", body | {"url": body["url"].replace("http:", "HTTP:")}, headers=basic).is_(200).json
    assert (again["uuid"], again["secret"]) == (first["uuid"], first["secret"])
    listed = shop.api.get("/webhooks", page=1, per_page=30, url=body["url"]).is_(200).json
    assert [one["uuid"] for one in listed] == [first["uuid"]] and first["secret"] not in str(listed)
    changed = {"url": body["url"], "enabled_events": ["*"]}
    path = f"/webhooks/{first['uuid']}"
    assert shop.api.patch(path, changed, headers=basic).is_(200)["enabled_events"] == ["*"]
    shop.api.patch(path, shop.api.get(path).json).is_(200)
    other = shop.api.post("/webhooks", {"url": world.endpoint().url}, headers=basic).is_(201).json
    assert other["uuid"] != first["uuid"]
    shop.api.delete(path, headers=basic).is_(204)
    assert shop.api.post("/webhooks", body, headers=basic).is_(201)["uuid"] != first["uuid"]


def test_elsewhere_two_webhooks_may_have_one_url(world):
    shop, body = world.shop(), {"url": world.endpoint().url}
    first, second = (shop.api.post("/webhooks", body).is_(201)["uuid"] for _ in range(2))
    assert first != second
    assert shop.api.post("/webhooks", body, headers=ASKS).is_(200)["uuid"] in (first, second)


def test_the_client_reports_and_settles_a_claim(world):
    shop = karla_shop(world)
    made = shop.api.post("/claims", CLAIM).is_(201).json
    assert (made["uuid"], made["shop_slug"], made["status"]) == (made["id"], shop.slug, "pending")
    assert [item["sku"] for item in made["selected_items"]] == ["MUG-2"] and made["image_urls"] == []
    assert made["shipment_id"] == CLAIM["tracking_number"] and made["custom"] == {"dropoff_permission": True}
    settled = shop.api.put(f"/claims/{made['uuid']}", {"status": "accepted"}).is_(200).json
    assert settled["status"] == "accepted" and settled["description"] == "Corner crushed" and settled["selected_items"]
    shop.api.put(f"/claims/{made['uuid']}", settled).is_(200)
    listed = shop.api.get("/claims", page=1, per_page=30).is_(200).json
    assert isinstance(listed, list) and [one["uuid"] for one in listed] == [made["uuid"]]
    assert shop.api.get("/claims", page=2, per_page=30).is_(200).json == []
    shop.api.delete(f"/claims/{made['uuid']}").is_(204)
    assert shop.api.get("/claims").json == []


def test_the_plugin_writes_orders(world):
    for shop in (world.shop(), karla_shop(world)):
        upsert = {"id": "10077", "id_type": "order_number", "order": ORDER, "trackings": [TRACKING]}
        made = shop.api.put("/orders", upsert).is_(201).json
        assert made["order_number"] == "10077" and made["customer"]["external_id"] == "c-77"
        assert made["customer"]["email"] == "mia@example.net" and made["products"][0]["sku"] == "MUG-2"
        # What ours has no field for is not lost.
        assert made["custom"]["weight"] == 820 and made["custom"]["products"][0]["weight"] == 410
        shipment = shop.api.get("/shipments/00340434161094022115").is_(200).json
        assert (shipment["order_number"], shipment["carrier_reference"]) == ("10077", "dhl")
        assert shipment["custom"]["products"] == TRACKING["products"]
        assert refs(shop) == ["orders/synced"]
        # The same again changes nothing; a part changes what it names.
        assert shop.api.put("/orders", upsert).is_(200).json == made
        named = {"id": "5544", "id_type": "external_id", "order": {"order_number": "10077", "order_name": "#X", "currency": None}}
        after = shop.api.put("/orders", named).is_(200).json
        assert (after["order_name"], after["currency"], after["custom"]) == ("#X", "EUR", made["custom"])
        assert refs(shop) == ["orders/synced"] * 2


def test_many_orders_are_written_or_none(world):
    shop = karla_shop(world)
    orders = [{"id": str(n), "order": {"email_id": f"c{n}@example.net"}, "trackings": None} for n in range(3)]
    bad = [*orders, {"id": "9", "order": {"currency": "euro"}}]
    refused = shop.api.put("/orders/bulk", bad).is_(422).json
    assert refused["errors"][0]["loc"] == ["body", 3, "order", "currency"], refused
    assert shop.api.get("/orders").json == []
    made = shop.api.put("/orders/bulk", orders).is_(200).json
    assert [one["order_number"] for one in made] == ["0", "1", "2"]
    assert len(shop.api.get("/orders").json) == 3
    plain = world.shop().api.put("/orders/bulk", orders).is_(200).json
    assert [one["customer"]["email"] for one in plain["data"]] == ["c0@example.net", "c1@example.net", "c2@example.net"]
    for body, field in ([], ""), ([{"order": {}}], "0.id"), ({"id": "1"}, ""):
        assert shop.api.put("/orders/bulk", body).is_(422)["errors"][0]["field"] == field
    uuid_alone = {"id": "8f2f1f0a-52a2-4d0e-8a70-97f0f2a8f9d1", "id_type": "uuid", "order": {}}
    assert shop.api.put("/orders", uuid_alone).is_(422)["errors"][0]["field"] == "order.order_number"
    nameless = {"id": "1", "trackings": [{"carrier_reference": "dhl"}]}
    assert shop.api.put("/orders", nameless).is_(422)["errors"][0]["field"] == "trackings.0.tracking_number"


def test_errors_in_karlas_shape(world):
    shop = karla_shop(world)
    refused = shop.api.post("/webhooks", {"url": world.endpoint().url, "enabled_events": ["clams"]}).is_(422)
    assert refused.headers["Content-Type"] == "application/json"
    body = has(refused.json, "errors", "key", "message", "type")
    assert (body["key"], body["type"]) == ("event_unknown", "invalid_request_error")
    assert has(body["errors"][0], "loc", "msg", "field", "type")["loc"] == ["body", "enabled_events", 0]
    missing = shop.api.get("/webhooks/8f2f1f0a-52a2-4d0e-8a70-97f0f2a8f9d1").is_(404)
    assert (missing["key"], missing["errors"]) == ("webhook_not_found", [])
    assert shop.api.get("/claims", per_page=101).is_(422)["errors"][0]["loc"] == ["query", "per_page"]
    # Ours on demand, and karla's elsewhere on demand.
    ours = {"Accept": "application/vnd.claimwire+json"}
    assert set(shop.api.call("GET", "/claims", headers=ours).is_(200).json) == {"data", "next_cursor"}
    assert world.shop().api.call("GET", "/claims", headers=ASKS).is_(200).json == []
    # The setting tells strangers nothing: a wrong key is answered as everywhere.
    shop.api.as_("cw_live_nobody").get("/claims").problem(401, "key_unknown")


def test_the_terminal_reads_a_karla_shop(world):
    shop = karla_shop(world)
    made = shop.webhook(world.endpoint())
    code, said, errors = world.cli("webhooks", "list", "--json", shop=shop)
    assert code == 0 and made["uuid"] in said, errors
