"""`…/api-keys` (contract section 2)."""

from harness.world import has, utc


def test_a_key_is_shown_once(world):
    shop = world.shop()
    made = has(shop.api.post("/api-keys", {"name": "desk", "role": "editor"}).is_(201).json,
               "id", "name", "role", "key", "created_at")
    assert (made["name"], made["role"]) == ("desk", "editor") and utc(made["created_at"])
    listed = shop.api.get("/api-keys").is_(200)
    assert made["key"] not in listed.text
    has(listed["data"][0], "id", "name", "role", "created_at")
    shop.api.delete(f"/api-keys/{made['id']}").is_(204)
    shop.api.delete(f"/api-keys/{made['id']}").problem(404, "api_key_not_found")


def test_what_a_key_must_be(world):
    shop = world.shop()
    shop.api.post("/api-keys", {"name": "x", "role": "owner"}).problem(422, None, "/role")
    shop.api.post("/api-keys", {"role": "viewer"}).problem(422, None, "/name")
    shop.api.post("/api-keys", {"name": "x", "role": "viewer", "more": 1}).problem(422, None, "/more")
