"""Keys and roles (contract section 2, Authentication)."""

import base64


def basic(name, key):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode()}


def test_the_three_ways_to_give_a_key(world):
    shop = world.shop()
    key, nobody = shop.key("viewer", "reading desk"), shop.api.as_(None)
    assert key.startswith("cw_live_")
    for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}, basic("reading desk", key)):
        nobody.call("GET", "", headers=headers).is_(200)
    nobody.call("GET", "", headers=basic("another name", key)).problem(401)
    nobody.call("GET", "", headers=basic("reading desk", key + "x")).problem(401)
    nobody.call("GET", "", headers={"Authorization": "Basic ???"}).problem(401)
    nobody.call("GET", "", headers={"Authorization": "Digest x"}).problem(401)
    for headers in ({}, {"X-API-Key": ""}, {"Authorization": "Bearer cw_live_wrong"}, {"X-API-Key": "wrong"}):
        assert nobody.call("GET", "", headers=headers).problem(401).headers["WWW-Authenticate"]


def test_a_key_in_the_query_is_refused_and_said_so(world):
    shop = world.shop()
    key = shop.key("viewer")
    for name in ("key", "api_key", "access_token"):
        answer = shop.api.as_(None).get("", **{name: key}).problem(401, "key_in_query")
        assert "URL" in answer["detail"] or "query" in answer["detail"]
        shop.api.as_(key).get("", **{name: key}).problem(401, "key_in_query")


def test_roles(world):
    shop = world.shop()
    other = world.shop()
    viewer, editor, admin = (shop.api.as_(shop.key(role)) for role in ("viewer", "editor", "admin"))
    webhook = shop.webhook(world.endpoint())["uuid"]
    event = shop.event()
    delivery = shop.ended(event=event)[0]["id"]
    reads = ["", "/webhooks", f"/webhooks/{webhook}", f"/webhooks/{webhook}/stats", "/claims", "/orders", "/shipments",
             "/contacts", "/events", f"/events/{event}", "/deliveries", f"/deliveries/{delivery}"]
    for path in reads:
        for who in (viewer, editor, admin):
            who.get(path).is_(200)
    image = dict(raw=b"\xff\xd8\xff\xe0", headers={"Content-Type": "image/jpeg"})
    writes = [
        ("POST", "/webhooks", {"url": world.endpoint().url}), ("PATCH", f"/webhooks/{webhook}", {"description": "x"}),
        ("POST", f"/webhooks/{webhook}/test", {}), ("GET", f"/webhooks/{webhook}/secret", None),
        ("POST", f"/webhooks/{webhook}/secret/rotate", {}),
        ("POST", f"/webhooks/{webhook}/replay", {"since": "2026-01-01T00:00:00Z", "status": "failed"}),
        ("POST", "/claims", {}), ("PUT", "/orders/1", {}), ("PUT", "/shipments/1", {}), ("POST", "/contacts", {}),
        ("POST", "/events", {"ref": "claims/updated", "event_data": {}}), ("POST", f"/deliveries/{delivery}/retry", None),
    ]
    for method, path, body in writes:
        viewer.call(method, path, body).problem(403, "role_insufficient")
        assert editor.call(method, path, body).status in (200, 201, 202), path
    viewer.call("POST", "/images", **image).problem(403)
    viewer.delete(f"/webhooks/{webhook}").problem(403)
    manages = [("POST", "/api-keys", {"name": "n", "role": "viewer"}), ("GET", "/api-keys", None), ("PATCH", "", {"name": "n"})]
    for method, path, body in manages:
        for who in (viewer, editor):
            who.call(method, path, body).problem(403)
        assert admin.call(method, path, body).status in (200, 201), path
    # Anything of another shop is not there, whatever the key's role.
    elsewhere = other.webhook(world.endpoint())["uuid"]
    for who in (viewer, editor, admin):
        assert who.get(f"/webhooks/{elsewhere}").problem(404).json["key"] == "webhook_not_found"
        outside = world.admin.as_(who.key)
        there = outside.get(f"/v1/shops/{other.slug}/claims").problem(404)
        nowhere = outside.get("/v1/shops/no-such-shop/claims").problem(404)
        assert there.json["key"] == nowhere.json["key"] == "shop_not_found"
        outside.post("/v1/shops", {"slug": "mine", "name": "Mine"}).problem(403)


def test_a_key_ends_when_it_is_deleted(world):
    shop = world.shop()
    made = shop.api.post("/api-keys", {"name": "till", "role": "viewer"}).is_(201).json
    client = shop.api.as_(made["key"])
    client.get("").is_(200)
    shop.api.delete(f"/api-keys/{made['id']}").is_(204)
    client.get("").problem(401)
