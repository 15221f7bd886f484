"""Secrets, rotation and signatures in each dialect (contract sections 2, 3 and 5)."""

from harness.client import until
from harness.signatures import OF, standard
from harness.world import utc

EVENTS = {"claimport": "claims/approved", "claimable": "claims/closed"}


def test_a_rotation_signs_with_both(world):
    shop = world.shop()
    for dialect, signed_by in OF.items():
        endpoint = world.endpoint()
        webhook = shop.webhook(endpoint, dialect=dialect, verify=False, ordering="webhook")
        path, old = f"/webhooks/{webhook['uuid']}", webhook["secret"]
        ref = EVENTS.get(dialect, "claims/updated")
        shop.event(ref)
        assert signed_by(endpoint.one(), old) == [old], dialect
        rotated = shop.api.post(path + "/secret/rotate").is_(200).json
        new = rotated["secret"]
        assert new != old and utc(rotated["previous_expires_at"]), rotated
        assert shop.api.get(path + "/secret").is_(200).json == rotated
        shop.event(ref)
        both = signed_by(endpoint.wait(2)[1], old, new)
        # ClaimPort's own header keeps the old secret for receivers that know no other.
        assert both == ([old, new] if dialect == "claimport" else [new, old]), (dialect, both)
        third = "whsec_" + "A" * 40 if dialect in ("standard", "cloudevents") else "my-own-secret-of-length"
        given = shop.api.post(path + "/secret/rotate", {"secret": third, "overlap_seconds": 0}).is_(200).json
        assert given["secret"] == third
        shop.event(ref)
        assert signed_by(endpoint.wait(3)[2], third, new, old) == [third], dialect


def test_a_rotation_within_an_overlap_ends_it(world):
    shop = world.shop()
    for dialect, signed_by in OF.items():
        endpoint = world.endpoint()
        webhook = shop.webhook(endpoint, dialect=dialect, verify=False)
        path, first = f"/webhooks/{webhook['uuid']}/secret/rotate", webhook["secret"]
        second = shop.api.post(path).is_(200).json["secret"]
        third = shop.api.post(path).is_(200).json["secret"]
        shop.event(EVENTS.get(dialect, "claims/updated"))
        assert sorted(signed_by(endpoint.one(), first, second, third)) == sorted([second, third]), dialect


def test_a_key_pair_rotates_too(world):
    shop = world.shop()
    endpoint = world.endpoint()
    webhook = shop.webhook(endpoint, dialect="standard", signing="ed25519")
    path = f"/webhooks/{webhook['uuid']}/secret"
    old = shop.api.get(path).is_(200).json["public_key"]
    new = shop.api.post(path + "/rotate").is_(200).json["public_key"]
    assert new.startswith("whpk_") and new != old
    shop.event()
    assert standard(endpoint.one(), public_key=new, old_public_key=old) == []


def test_an_overlap_ends(world):
    shop = world.shop()
    endpoint = world.endpoint()
    webhook = shop.webhook(endpoint)
    path = f"/webhooks/{webhook['uuid']}/secret"
    shop.api.post(path + "/rotate", {"overlap_seconds": 1}).is_(200)
    until(lambda: "previous_expires_at" not in shop.api.get(path).json, "the overlap is over")
    shop.event()
    assert OF["karla"](endpoint.one(), shop.api.get(path)["secret"])


def test_what_a_rotation_takes(world):
    shop = world.shop()
    path = f"/webhooks/{shop.webhook(world.endpoint())['uuid']}/secret/rotate"
    shop.api.post(path, {"secret": "short"}).problem(422, None, "/secret")
    shop.api.post(path, {"overlap_seconds": -1}).problem(422, None, "/overlap_seconds")
    shop.api.post(path, {"overlap": 1}).problem(422, None, "/overlap")


def test_asymmetric_signatures(world):
    shop = world.shop()
    for dialect in ("standard", "cloudevents"):
        for signing in ("ed25519", "both"):
            endpoint = world.endpoint()
            webhook = shop.webhook(endpoint, dialect=dialect, signing=signing)
            shown = shop.api.get(f"/webhooks/{webhook['uuid']}/secret").is_(200).json
            assert shown["public_key"].startswith("whpk_"), shown
            shop.event()
            secrets = [webhook["secret"]] if signing == "both" else []
            assert standard(endpoint.one(), *secrets, public_key=shown["public_key"]) == secrets
