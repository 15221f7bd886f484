"""Lists: `limit`, `cursor`, newest first (contract section 2)."""

from harness.world import has


def pages(api, path, limit, **query):
    cursor, seen = None, []
    while True:
        page = has(api.get(path, limit=limit, cursor=cursor, **query).is_(200).json, "data", "next_cursor")
        assert len(page["data"]) <= limit
        seen.append(page["data"])
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


def test_pages_hold_everything_once(world):
    shop = world.shop()
    endpoint = world.endpoint()
    for _ in range(7):
        shop.webhook(endpoint, status="inactive")
        shop.key("viewer")
        shop.api.post("/contacts", {}).is_(201)
    for number in range(7):
        claim = shop.claim(title=str(number))
        shop.api.put(f"/orders/{number}", {}).is_(201)
        shop.api.put(f"/shipments/{number}", {}).is_(201)
        shop.api.post(f"/claims/{claim['id']}/messages", {"direction": "inbound", "body": "x"}).is_(201)
    for number in range(7):
        shop.api.post(f"/claims/{claim['id']}/messages", {"direction": "outbound", "body": str(number)}).is_(201)
    ids = {"/webhooks": "uuid", "/orders": "order_number"}
    for path in ("/webhooks", "/api-keys", "/contacts", "/claims", "/orders", "/shipments", "/events", "/deliveries",
                 f"/claims/{claim['id']}/messages"):
        name = ids.get(path, "id")
        whole = [item[name] for item in shop.api.get(path, limit=100).is_(200)["data"]]
        for limit in (1, 3, 100):
            parts = pages(shop.api, path, limit)
            assert [item[name] for part in parts for item in part] == whole[:], path
        assert len(set(whole)) == len(whole) >= 7, path
        items = shop.api.get(path, limit=100)["data"]
        made = [item.get("created_at") or item.get("triggered_at") for item in items]
        assert made == sorted(made, reverse=True), path


def test_a_page_that_grows_meanwhile_repeats_nothing(world):
    shop = world.shop()
    first = [shop.claim()["id"] for _ in range(4)]
    page = shop.api.get("/claims", limit=2).json
    shop.claim()
    rest = shop.api.get("/claims", limit=100, cursor=page["next_cursor"]).json
    assert [claim["id"] for claim in page["data"] + rest["data"]] == first[::-1]


def test_default_and_limits(world):
    shop = world.shop()
    shop.api.post("/events", [{"ref": "claims/updated", "event_data": {}}] * 31).is_(202)
    assert len(shop.api.get("/events")["data"]) == 30
    for wrong in ("0", "101", "-1", "x", "", "1.5"):
        shop.api.get("/events", limit=wrong).problem(422, None, "/limit")
    for wrong in ("x", "", "AAAA"):
        shop.api.get("/events", cursor=wrong).problem(422, None, "/cursor")
    shop.api.get("/events", unknown="1").problem(422, None, "/unknown")
