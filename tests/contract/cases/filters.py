"""`enabled_events` (contract section 3, Filters)."""

SHIPMENT = {"event_time": "2026-02-11T07:11:58Z"}


def happen(shop):
    """One event of each of these refs."""
    claim = shop.claim()["id"]
    shop.api.patch(f"/claims/{claim}", {"status": "accepted"}).is_(200)
    shop.api.patch(f"/claims/{claim}", {"labels": ["a"]}).is_(200)
    shop.api.put("/orders/1", {}).is_(201)
    shop.api.put("/shipments/s", {}).is_(201)
    for number, (name, phase) in enumerate((("OUT_FOR_DELIVERY", None), ("SUCCESSFULLY_DELIVERED", None), ("HANDED_TO_CAT", "delivered"))):
        shop.api.post("/shipments/s/events", {"event_name": name, "external_id": str(number), **SHIPMENT, **({"phase": phase} if phase else {})}).is_(201)


OUT, DONE, CAT = "shipments/in_delivery/OUT_FOR_DELIVERY", "shipments/delivered/SUCCESSFULLY_DELIVERED", "shipments/delivered/HANDED_TO_CAT"
CLAIMS = ["claims/created", "claims/updated", "claims/status_changed", "claims/approved", "claims/label_added"]
MATCHES = [
    ("standard", ["*"], [*CLAIMS, "orders/synced", OUT, DONE, CAT]),
    ("standard", ["claims"], CLAIMS),
    ("standard", ["claims", "claims/created", "*"], [*CLAIMS, "orders/synced", OUT, DONE, CAT]),
    ("standard", ["shipments/delivered"], [DONE, CAT]),
    ("standard", ["shipments/delivered/SUCCESSFULLY_DELIVERED"], [DONE]),
    ("standard", [CAT], [CAT]),
    ("standard", ["group:shipment_delivered"], [DONE]),
    ("standard", ["claim.created", "shipment.in_delivery.OUT_FOR_DELIVERY"], ["claims/created", OUT]),
    ("cloudevents", ["io.claimwire.claim.approved"], ["claims/approved"]),
    ("karla", ["*"], ["claims/created", "claims/updated", OUT, DONE]),
    ("karla", ["claims"], ["claims/created", "claims/updated"]),
    ("karla", ["group:claim_updated", "group:shipment_out_for_delivery"], ["claims/updated", OUT]),
    ("karla", [CAT], []),
    ("claimport", ["*"], ["claims/created", "claims/status_changed", "claims/approved", "orders/synced"]),
    ("claimport", ["claim.created", "claims/approved"], ["claims/created", "claims/approved"]),
    ("claimable", ["*"], ["claims/created", "claims/label_added"]),
    ("claimable", ["claim.label.added"], ["claims/label_added"]),
    ("claimable", ["claim.label_added", "claim.label.added"], ["claims/label_added"]),
]


def test_what_matches(world):
    shop = world.shop()
    webhooks = [shop.webhook(world.endpoint(), dialect=dialect, enabled_events=entries, verify=False)["uuid"]
                for dialect, entries, _ in MATCHES]
    for webhook, (_, entries, _) in zip(webhooks, MATCHES):
        assert shop.api.get(f"/webhooks/{webhook}")["enabled_events"] == entries
    happen(shop)
    every = shop.deliveries()
    for webhook, (dialect, entries, expected) in zip(webhooks, MATCHES):
        got = [d["ref"] for d in reversed(every) if d["webhook_uuid"] == webhook]
        assert got == expected, (dialect, entries, got)


def test_what_is_not_known(world):
    shop = world.shop()
    for dialect, entry in (
        ("karla", "claim"), ("karla", "claims/creatd"), ("karla", "claims/created/x"), ("karla", "claim.created"), ("karla", ""),
        ("karla", "**"), ("karla", "group:nothing"), ("karla", "group:"), ("karla", "claims/approved"), ("karla", "claims/"), ("karla", "/claims"),
        ("karla", "orders"), ("claimport", "claims/updated"), ("claimport", "claim.created "), ("claimport", "Claim.created"),
        ("claimport", "shipments"), ("claimable", "claims/approved"), ("claimable", "messages/sent"), ("standard", "shipments/Delivered"),
        ("standard", "webhooks/unknown"), ("cloudevents", "io.claimwire.claim.unknown"),
    ):
        body = {"url": world.endpoint().url, "dialect": dialect, "enabled_events": ["*", entry]}
        shop.api.post("/webhooks", body).problem(422, "event_unknown", "/enabled_events/1")
    shop.webhook(world.endpoint(), enabled_events=["shipments/in_transit/EATEN_BY_GOAT"])
    made = shop.webhook(world.endpoint())
    shop.api.patch(f"/webhooks/{made['uuid']}", {"enabled_events": ["nope"]}).problem(422, "event_unknown", "/enabled_events/0")
    shop.api.patch(f"/webhooks/{made['uuid']}", {"enabled_events": []}).problem(422, None, "/enabled_events")


def test_operational_events_only_by_name(world):
    shop = world.shop()
    every, named = world.endpoint(), world.endpoint()
    one = shop.webhook(every, dialect="standard")["uuid"]
    two = shop.webhook(named, dialect="standard", enabled_events=["webhooks"])["uuid"]
    shop.webhook(world.endpoint(410), enabled_events=["claims/created"])
    shop.claim()
    assert named.one().json["type"] == "webhook.disabled"
    assert [d["ref"] for d in shop.deliveries(webhook=one)] == ["claims/created"]
    assert [d["ref"] for d in shop.deliveries(webhook=two)] == ["webhooks/disabled"]
