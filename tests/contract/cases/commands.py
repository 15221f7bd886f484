"""The commands that talk to a server, and `verify` (contract section 1)."""

import json
import os
import tempfile

from harness.client import until

CLAIM_REFS = """created updated details_changed status_changed approved denied closed reopened assigned unassigned label_added
    label_removed switched_type damage_created damage_deleted deleted""".split()


def run(world, *arguments, shop=None, code=0, **more):
    """What the command printed as JSON."""
    got, out, err = world.cli(*arguments, "--json", shop=shop, **more)
    assert got == code, (arguments, got, out, err)
    return json.loads(out) if out.strip() else None


def rows(answer):
    return answer["data"] if isinstance(answer, dict) else answer


def test_shops_and_keys(world):
    assert run(world, "shops", "create", "cli-shop", "--name", "Terminal")["slug"] == "cli-shop"
    assert "cli-shop" in [shop["slug"] for shop in rows(run(world, "shops"))]
    assert run(world, "shops", "show", "cli-shop")["name"] == "Terminal"
    assert run(world, "shops", "rename", "cli-shop", "T2")["name"] == "T2"
    key = run(world, "keys", "create", "desk", "--role", "viewer", "--shop", "cli-shop")
    assert key["key"].startswith("cw_live_") and [k["id"] for k in rows(run(world, "keys", "--shop", "cli-shop"))] == [key["id"]]
    code, _, said = world.cli("webhooks", "create", "--url", "http://127.0.0.1:9/", "--shop", "cli-shop", key=key["key"])
    assert code != 0 and "role" in said, said
    run(world, "keys", "delete", key["id"], "--shop", "cli-shop")
    run(world, "shops", "delete", "cli-shop", "--yes")
    code, _, said = world.cli("shops", "show", "cli-shop")
    assert code != 0 and said


def test_webhooks_events_deliveries_and_replay(world):
    shop, endpoint = world.shop(), world.endpoint(500, 200)
    made = run(world, "webhooks", "create", "--url", endpoint.url, "--dialect", "standard", "--events", "claims/created,orders",
               "--set", '{"retry": {"delays": []}}', shop=shop)
    uuid = made["uuid"]
    assert made["enabled_events"] == ["claims/created", "orders"] and made["secret"].startswith("whsec_")
    assert run(world, "webhooks", "secret", uuid, shop=shop)["secret"] == made["secret"]
    assert run(world, "webhooks", "update", uuid, "--description", "d", shop=shop)["description"] == "d"
    assert [w["uuid"] for w in rows(run(world, "webhooks", shop=shop))] == [uuid]
    run(world, "trigger", "claims/created", shop=shop)
    failed = shop.ended("failed", webhook=uuid)
    listed = rows(run(world, "deliveries", "--status", "failed", shop=shop))
    assert {d["id"] for d in failed} <= {d["id"] for d in listed}
    assert run(world, "deliveries", "show", failed[0]["id"], shop=shop)["attempts"][0]["status_code"] == 500
    run(world, "deliveries", "retry", failed[0]["id"], shop=shop)
    assert endpoint.wait(2)
    replay = run(world, "replay", uuid, "--since", "2026-01-01T00:00:00Z", "--status", "all", shop=shop)
    assert replay["state"] == "done" and replay["done"] >= 1
    event = rows(run(world, "events", shop=shop))[0]
    assert run(world, "events", "show", event["id"], shop=shop)["ref"] == event["ref"]
    assert run(world, "webhooks", "test", uuid, shop=shop)["ok"]
    delivered = lambda: sum(span["delivered"] for span in run(world, "webhooks", "stats", uuid, shop=shop))
    until(lambda: delivered() >= 2, "both deliveries are counted")
    assert run(world, "webhooks", "rotate", uuid, shop=shop)["secret"] != made["secret"]
    run(world, "webhooks", "delete", uuid, shop=shop)
    assert rows(run(world, "webhooks", shop=shop)) == []
    for command in (["shops"], ["keys"], ["webhooks"], ["events"], ["deliveries"]):
        code, out, err = world.cli(*command, shop=shop)
        assert code == 0 and out and not out.lstrip().startswith(("{", "[")), (command, out, err)


def test_trigger_makes_each_event_happen(world):
    shop, endpoint = world.shop(), world.endpoint()
    shop.webhook(endpoint, dialect="standard")
    others = ["contacts/created", "messages/received", "messages/sent", "orders/synced", "shipments/in_delivery/OUT_FOR_DELIVERY",
              "shipments/delivered/SUCCESSFULLY_DELIVERED"]
    for ref in [f"claims/{name}" for name in CLAIM_REFS] + others:
        seen = shop.seen()
        run(world, "trigger", ref, shop=shop)
        assert ref in shop.refs(seen), ref
        endpoint.find(lambda got: got.json["type"] == ref.replace("claims", "claim").replace("orders", "order").replace("contacts", "contact")
                      .replace("messages", "message").replace("shipments", "shipment").replace("/", "."), f"is {ref}")
    code, _, said = world.cli("trigger", "claims/nothing", shop=shop)
    assert code != 0 and "claims/nothing" in said, said


def test_verify(world):
    shop = world.shop()
    for dialect in ("karla", "claimport", "claimable", "standard", "cloudevents"):
        endpoint = world.endpoint()
        secret = shop.webhook(endpoint, dialect=dialect, verify=False)["secret"]
        shop.event("claims/closed" if dialect.startswith("claim") else "claims/updated")
        got = endpoint.one()
        with tempfile.TemporaryDirectory() as folder:
            body, headers = os.path.join(folder, "body"), os.path.join(folder, "headers")
            with open(body, "wb") as file:
                file.write(got.body)
            with open(headers, "w") as file:
                file.writelines(f"{name}: {value}\n" for name, value in got.headers.items())
            base = ["verify", "--dialect", dialect, "--secret", secret]
            assert world.cli(*base, "--headers", headers, "--body", body)[0] == 0, dialect
            each = [part for name, value in got.headers.items() for part in ("--header", f"{name}: {value}")]
            assert world.cli(*base, *each, "--body", "-", stdin=got.body)[0] == 0, dialect
            code, out, err = world.cli(*base, "--headers", headers, "--body", "-", stdin=got.body + b" ")
            assert code == 1 and (out + err).strip(), dialect
            code, out, err = world.cli("verify", "--dialect", dialect, "--secret", secret[:-4] + "AAA=", "--headers", headers, "--body", body)
            assert code == 1 and (out + err).strip(), (dialect, code, out, err)
            assert world.cli(*base, "--body", body)[0] == 1, "no signature at all"
            if dialect != "claimport":
                late = str(int(got.unix) + 1000)
                assert world.cli(*base, "--headers", headers, "--body", body, "--now", late)[0] == 1
                assert world.cli(*base, "--headers", headers, "--body", body, "--now", late, "--tolerance", "2000")[0] == 0
            said = run(world, *base, "--headers", headers, "--body", body)
            assert isinstance(said, dict) and True in said.values(), said


def test_a_server_that_is_not_there(world):
    code, out, err = world.cli("shops", "--server", "http://127.0.0.1:9")
    assert code not in (0, 101) and "127.0.0.1:9" in err and "panicked" not in err, err
    code, _, err = world.cli("shops", key="wrong")
    assert code != 0 and "key" in err
