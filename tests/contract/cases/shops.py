"""`/v1/shops` (contract section 2)."""

from harness.world import has, utc, uuid


def test_a_shop_from_beginning_to_end(world):
    made = world.admin.post("/v1/shops", {"slug": "life-1", "name": "Life"}).is_(201).json
    has(made, "id", "slug", "name", "notification_emails", "api_dialect", "egress", "created_at", "updated_at")
    assert uuid(made["id"]) and utc(made["created_at"]) and (made["slug"], made["name"]) == ("life-1", "Life")
    assert world.admin.get("/v1/shops/life-1").is_(200).json == made
    renamed = world.admin.patch("/v1/shops/life-1", {"name": "Lives"}).is_(200).json
    assert renamed["name"] == "Lives" and renamed["id"] == made["id"]
    assert "life-1" in [shop["slug"] for shop in world.admin.all("/v1/shops")]
    world.admin.post("/v1/shops", {"slug": "life-1", "name": "Again"}).problem(409, "shop_exists")
    world.admin.delete("/v1/shops/life-1").is_(204)
    world.admin.get("/v1/shops/life-1").problem(404, "shop_not_found")
    world.admin.get("/v1/shops/life-1/claims").problem(404, "shop_not_found")


def test_slugs(world):
    for slug in ("", "A", "a b", "a/b", "ä", "a_b", "a" * 65):
        world.admin.post("/v1/shops", {"slug": slug, "name": "x"}).problem(422, None, "/slug")
    world.admin.post("/v1/shops", {"slug": "a" * 64, "name": "x"}).is_(201)
    world.admin.post("/v1/shops", {"name": "x"}).problem(422, None, "/slug")
    world.admin.patch("/v1/shops/" + "a" * 64, {"slug": "b"}).problem(422, None, "/slug")
