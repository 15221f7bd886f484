"""Claims, and the events that a change makes, row by row (contract section 4)."""

import json
import uuid as uuids

from harness.client import until
from harness.world import has, utc, uuid

FIELDS = ("id number title type reason resolution_preference status description selected_items image_urls optional_image_urls "
          "customer_signature_image_url labels assignee damages customer order_number shipment_id custom created_at updated_at "
          "closed_at").split()

FULL = {
    "title": "Broken vase", "type": "damage", "reason": "damage", "resolution_preference": "refund", "status": "pending",
    "description": "It came in pieces.", "image_urls": ["https://img.example.net/1.jpg"], "optional_image_urls": [],
    "selected_items": [{"sku": "V-1", "title": "Vase", "quantity": 1, "net_price": 24.90, "image_urls": []}],
    "customer_signature_image_url": "https://img.example.net/s.png", "labels": ["fragile"],
    "assignee": {"user_id": "u-1", "name": "Ada", "email": "ada@example.net"}, "damages": [{"id": "d-1", "damage_type": "broken", "description": "all of it"}],
    "customer": {"external_id": "c-1", "email": "mia@example.net", "first_name": "Mia", "last_name": "Berg"},
    "order_number": "1001", "shipment_id": "s-1", "custom": {"shelf": 4},
}


def changed(shop, claim, body, method="PATCH"):
    """Refs of the events of one change, in order."""
    seen = shop.seen()
    shop.api.call(method, f"/claims/{claim}", body).is_(200)
    return shop.refs(seen)


def test_the_shape_of_a_claim(world):
    shop = world.shop()
    made = shop.claim(**FULL)
    has(made, *FIELDS)
    assert {name: made[name] for name in FULL} == FULL
    assert uuid(made["id"]) and made["number"] == 1 and made["closed_at"] is None
    assert utc(made["created_at"]) and utc(made["updated_at"])
    assert shop.api.get(f"/claims/{made['id']}").is_(200).json == made
    assert shop.api.get("/claims").is_(200)["data"] == [made]
    bare = has(shop.claim(), *FIELDS)
    assert bare["status"] == "pending" and bare["number"] == 2 and bare["labels"] == [] and bare["assignee"] is None
    assert shop.refs() == ["claims/created", "claims/created"]


def test_put_changes_what_it_names(world):
    shop = world.shop()
    ident = str(uuids.uuid4())
    made = shop.api.put(f"/claims/{ident}", FULL).is_(201).json
    assert made["id"] == ident and shop.refs() == ["claims/created"]
    shop.api.put(f"/claims/{ident}", FULL).is_(200)
    assert shop.refs() == ["claims/created"], "the same again makes no event"
    # A platform's write-back names the status alone, and must lose nothing.
    after = shop.api.put(f"/claims/{ident}", {"status": "accepted"}).is_(200).json
    assert after == made | {"status": "accepted", "updated_at": after["updated_at"]}
    # Null clears, and a field that is named is replaced whole.
    after = shop.api.put(f"/claims/{ident}", {"description": None, "selected_items": None, "custom": {"a": 1}}).is_(200).json
    assert after["description"] is None and after["selected_items"] == [] and after["custom"] == {"a": 1}
    assert after["title"] == made["title"] and after["created_at"] == made["created_at"]
    # What was got can be put back.
    got = shop.api.get(f"/claims/{ident}").json
    seen = shop.seen()
    shop.api.put(f"/claims/{ident}", got).is_(200)
    assert shop.refs(seen) == []
    shop.api.put("/claims/not-a-uuid", {}).problem(404)


def test_patch_is_a_merge_patch(world):
    shop = world.shop()
    claim = shop.claim(**FULL)["id"]
    after = shop.api.patch(f"/claims/{claim}", {"custom": {"shelf": None, "row": {"a": 1}}, "customer": {"email": None},
                                                "description": None, "image_urls": []}).is_(200).json
    assert after["custom"] == {"row": {"a": 1}} and after["image_urls"] == [] and after["description"] is None
    assert after["customer"] == FULL["customer"] | {"email": None} and after["title"] == FULL["title"]
    assert changed(shop, claim, {}) == [] and changed(shop, claim, {"title": FULL["title"]}) == []


# What is written to a claim that was made from FULL, and the events of it, in the table's order.
ROWS = [
    ({"title": "Other"}, ["updated", "details_changed"]),
    ({"description": "Other"}, ["updated", "details_changed"]),
    ({"custom": {"shelf": 5}}, ["updated", "details_changed"]),
    ({"image_urls": ["https://img.example.net/2.jpg"]}, ["updated", "details_changed"]),
    ({"status": "accepted"}, ["updated", "status_changed", "approved"]),
    ({"status": "rejected"}, ["updated", "status_changed", "denied"]),
    ({"status": "closed"}, ["updated", "status_changed", "closed"]),
    ({"status": "pending"}, ["updated", "status_changed", "reopened"]),
    ({"status": "closed"}, ["updated", "status_changed", "closed"]),
    ({"status": "accepted"}, ["updated", "status_changed", "approved", "reopened"]),
    ({"status": "closed", "title": "Both"}, ["updated", "details_changed", "status_changed", "closed"]),
    ({"assignee": {"user_id": "u-2", "name": "Bo"}}, ["assigned"]),
    ({"assignee": None}, ["unassigned"]),
    ({"assignee": {"user_id": "u-3"}}, ["assigned"]),
    ({"labels": ["a", "b"]}, ["label_added", "label_added", "label_removed"]),
    ({"labels": []}, ["label_removed", "label_removed"]),
    ({"type": "loss"}, ["updated", "details_changed", "switched_type"]),
    ({"damages": [{"id": "d-1", "damage_type": "broken", "description": "all of it"}, {"damage_type": "wet"}, {"damage_type": "dirty"}]},
     ["updated", "details_changed", "damage_created", "damage_created"]),
    ({"damages": []}, ["updated", "details_changed", "damage_deleted", "damage_deleted", "damage_deleted"]),
]


def test_the_events_of_each_change(world):
    shop = world.shop()
    claim = shop.claim(**FULL)["id"]
    for body, expected in ROWS:
        assert changed(shop, claim, body) == [f"claims/{name}" for name in expected], body
    got = shop.api.get(f"/claims/{claim}").json
    assert got["closed_at"] and utc(got["closed_at"])
    seen = shop.seen()
    shop.api.delete(f"/claims/{claim}").is_(204)
    assert shop.refs(seen) == ["claims/deleted"]
    shop.api.get(f"/claims/{claim}").problem(404, "claim_not_found")
    shop.api.delete(f"/claims/{claim}").problem(404, "claim_not_found")


NAMES = {
    "claimport": {"created": "claim.created", "details_changed": "claim.updated", "status_changed": "claim.status_changed",
                  "approved": "claim.approved", "denied": "claim.denied", "closed": "claim.closed", "assigned": "claim.assigned"},
    "claimable": {"created": "claim.created", "closed": "claim.closed", "reopened": "claim.reopened", "assigned": "claim.assigned",
                  "unassigned": "claim.unassigned", "label_added": "claim.label_added", "label_removed": "claim.label_removed",
                  "switched_type": "claim.switched_type", "damage_created": "claim.damage.created",
                  "damage_deleted": "claim.damage.deleted", "deleted": "claim.deleted"},
    "karla": {"created": "claims/created", "updated": "claims/updated"},
}
NAME_OF = {
    "karla": lambda got: got.json["ref"],
    "claimport": lambda got: got.json["type"],
    "claimable": lambda got: got.json["event_name"],
    "standard": lambda got: got.json["type"],
    "cloudevents": lambda got: got.json["type"],
}


def test_each_dialect_hears_its_own_names(world):
    shop = world.shop()
    endpoints = {dialect: world.endpoint() for dialect in NAME_OF}
    for dialect, endpoint in endpoints.items():
        shop.webhook(endpoint, dialect=dialect, ordering="webhook", verify=False)
    claim = shop.claim(**FULL)["id"]
    refs = ["created"]
    for body, expected in ROWS:
        shop.api.patch(f"/claims/{claim}", body).is_(200)
        refs += expected
    shop.api.delete(f"/claims/{claim}").is_(204)
    refs.append("deleted")
    for dialect, endpoint in endpoints.items():
        if dialect in NAMES:
            expected = [NAMES[dialect][name] for name in refs if name in NAMES[dialect]]
        else:
            prefix = "io.claimwire." if dialect == "cloudevents" else ""
            expected = [f"{prefix}claim.{name}" for name in refs]
        got = [NAME_OF[dialect](got) for got in endpoint.wait(len(expected))]
        assert got == expected, (dialect, got, expected)
        if dialect == "claimable":
            assert [g.headers["Event-Name"] for g in endpoint.got] == expected
    quiet = lambda: not [d for d in shop.deliveries() if d["status"] != "delivered"]
    until(quiet, "everything is delivered")
    assert len(endpoints["karla"].got) == len([name for name in refs if name in NAMES["karla"]])


def test_who_did_it(world):
    shop = world.shop()
    every, only_ui = world.endpoint(), world.endpoint()
    shop.webhook(every, dialect="claimable", ordering="webhook")
    shop.webhook(only_ui, dialect="claimable", ordering="webhook", source_filter="ui_only")
    desk = shop.api.as_(shop.key("editor", "till"))
    claim = desk.post("/claims", {"title": "x"}).is_(201)["id"]
    by = {"source": "ui", "user_id": 2642, "name": "Ada"}
    desk.patch(f"/claims/{claim}", {"status": "closed", "performed_by": by}).is_(200)
    assert "performed_by" not in desk.get(f"/claims/{claim}").json
    first, second = (got.json for got in every.wait(2))
    assert (first["source"], first["performed_by"]) == ("api", {"name": "till"}), first
    assert (second["source"], second["performed_by"]) == ("ui", {"user_id": 2642, "name": "Ada"}), second
    assert only_ui.one().json["event_name"] == "claim.closed"
    event = next(e for e in shop.api.all("/events") if e["ref"] == "claims/closed")
    assert event["source"] == "ui" and event["performed_by"]["user_id"] == 2642
    assert [d["ref"] for d in shop.deliveries(webhook=shop.api.all("/webhooks")[0]["uuid"])] == ["claims/closed"]
    seen = shop.seen()
    shop.api.patch(f"/claims/{claim}", {"performed_by": by}).is_(200)
    assert shop.refs(seen) == []


def test_what_a_claim_must_be(world):
    shop = world.shop()
    for body, field in (
        ({"status": "open"}, "/status"), ({"reason": "x" * 65}, "/reason"), ({"title": 1}, "/title"),
        ({"resolution_preference": "x" * 65}, "/resolution_preference"), ({"labels": "a"}, "/labels"),
        ({"selected_items": [{"quantity": "two"}]}, "/selected_items/0/quantity"), ({"custom": []}, "/custom"),
        ({"damages": [{"id": 1}]}, "/damages/0/id"), ({"image_urls": [1]}, "/image_urls/0"),
        ({"performed_by": {"source": "robot"}}, "/performed_by/source"),
    ):
        shop.api.post("/claims", body).problem(422, None, field)
    shop.claim(reason="x" * 64, resolution_preference="anything goes")
    assert len(shop.refs()) == 1


def test_numbers_keep_their_text(world):
    shop = world.shop()
    raw = b'{"custom": {"a": 1.10, "b": 1e3, "c": 123456789012345678901234567890, "d": 0.1000, "e": -0, "f": 1E+2}}'
    made = shop.api.post("/claims", raw=raw).is_(201)
    squeezed = lambda answer: answer.body.replace(b" ", b"")
    texts = raw[len(b'{"custom": '):-1].replace(b" ", b"")
    assert texts in squeezed(made), made.text
    claim = made["id"]
    assert texts in squeezed(shop.api.get(f"/claims/{claim}"))
    shop.api.patch(f"/claims/{claim}", {"title": "x"}).is_(200)
    assert texts in squeezed(shop.api.get(f"/claims/{claim}"))
    patched = shop.api.patch(f"/claims/{claim}", raw=b'{"custom": {"z": 2.500}}').is_(200)
    assert texts[:-1] + b',"z":2.500}' in squeezed(patched)
    assert json.loads(patched.body)


def test_damages_without_an_id_get_one(world):
    shop = world.shop()
    made = shop.claim(damages=[{"damage_type": "wet"}, {"damage_type": "torn"}])
    ids = [damage["id"] for damage in made["damages"]]
    assert len(set(ids)) == 2 and all(isinstance(i, str) and i for i in ids)
    has(made["damages"][0], "id", "damage_type", "description")
