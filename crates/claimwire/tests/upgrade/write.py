#!/usr/bin/env python3
"""Writes the data directory of a release, so that every later program can be tested on it.

    write.py BINARY DIRECTORY

Runs BINARY (`claimwire`), fills a data directory through its API alone, and leaves in DIRECTORY:

    stopped.tar.gz    the data directory after SIGTERM
    killed.tar.gz     the same directory, used once more and killed while deliveries were under way
    names.json        the keys, and what the test must call by name
    answers.jsonl.gz  a line for each request that must be answered as before: its path and the answer

Every request to a receiver goes through the egress profile `fixture`, a proxy that the test replaces by its
own; nothing connects to the receivers' address, which is one for documentation. The keys in here open
nothing else. Needs Python 3.11 and nothing else.
"""

import base64
import gzip
import http.server
import json
import pathlib
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "tests/contract"))

from harness.client import WAIT_SECONDS, Client, until  # noqa: E402
from harness.world import png  # noqa: E402

# Where all receivers live: never connected to (RFC 5737).
RECEIVERS = "http://198.51.100.7"
PUBLIC_URL = "https://claims.example.net"
# After this the delivery that waits for its retry is due: the directory is written before, the test runs after.
RETRY_SECONDS = 60
MONTH_SECONDS = 30 * 86_400
EVENTS_AT_THE_KILL = 20

# Thirty digits, a kept zero and an exponent: open objects come out as they went in.
CUSTOM = '{"weight": 123456789012345678901234567890.1230, "rate": 1.10, "limit": 1e3, "note": "Größe „XL“ \\u2028 ✓"}'


class Receivers:
    """A proxy that is every receiver at once: what is asked of path `/NAME` is answered as `answers[NAME]` says."""

    def __init__(self):
        self.answers, self.came = {}, threading.Condition()
        self.paths, self.hanging = [], threading.Event()
        receivers = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_CONNECT(self):
                self.send_response_only(200)
                self.end_headers()

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with receivers.came:
                    receivers.paths.append(self.path)
                    receivers.came.notify_all()
                answer = receivers.answers.get(self.path.strip("/"), (200, b"received"))
                if answer is None:
                    receivers.hanging.wait()
                    return
                status, body = answer
                self.send_response(status)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.proxy = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait(self, path, count):
        with self.came:
            assert self.came.wait_for(lambda: self.paths.count(path) >= count, WAIT_SECONDS), f"no request for {path}"


class Server:
    """One `claimwire serve` on the data directory; `fresh_key`: the admin key, if this start made one."""

    def __init__(self, binary, data, proxy):
        config = data.parent / "claimwire.toml"
        config.write_text(f'[egress.fixture]\nproxy = "{proxy}"\n')
        self.process = subprocess.Popen(
            [binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", data, "--config", config, "--public-url", PUBLIC_URL,
             "--endpoint-allow-http", "--endpoint-allow-networks", f"{RECEIVERS.rpartition('/')[2]}/32"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env={})
        self.fresh_key = None
        for line in self.process.stdout:
            if key := re.search(r"cw_admin_\S+", line):
                self.fresh_key = key[0]
            if listens := re.search(r"listens on (\S+)", line):
                self.base = listens[1]
                return
        raise AssertionError("the server ended before it listened")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def stop(self, how):
        self.process.send_signal(how)
        code = self.process.wait(WAIT_SECONDS)
        assert code == (0 if how == signal.SIGTERM else -how), code


def webhook(shop, name, dialect="karla", **fields):
    """A webhook whose receiver is `/NAME`."""
    return shop.post("/webhooks", {"url": f"{RECEIVERS}/{name}", "dialect": dialect, "description": name, **fields}).is_(201).json


def fill(admin, receivers):
    """All that a data directory can hold. Answers what the test must know by name."""
    admin.post("/v1/shops", {"slug": "acme", "name": "Acme GmbH"}).is_(201)
    emails = {"egress": "fixture", "notification_emails": ["ops@acme.example", "care@acme.example"]}
    admin.patch("/v1/shops/acme", emails).is_(200)
    for slug in ("other", "gone"):
        admin.post("/v1/shops", {"slug": slug, "name": slug.title()}).is_(201)
    shop, other = admin.under("/v1/shops/acme"), admin.under("/v1/shops/other")

    keys = {}
    for place, prefix in ((shop, ""), (other, "other_")):
        for role in ("viewer", "editor", "admin"):
            keys[prefix + role] = place.post("/api-keys", {"name": f"{role}'s key", "role": role}).is_(201)["key"]
    revoked = shop.post("/api-keys", {"name": "revoked", "role": "admin"}).is_(201).json
    shop.delete(f"/api-keys/{revoked['id']}").is_(204)
    gone = admin.post("/v1/shops/gone/api-keys", {"name": "gone", "role": "admin"}).is_(201)["key"]
    webhook(admin.under("/v1/shops/gone"), "gone", status="inactive")
    admin.delete("/v1/shops/gone").is_(204)
    keys |= {"revoked": revoked["key"], "gone": gone}

    receivers.answers |= {
        "failing": (500, b"out of order"), "pending": (503, b"not now"), "disabled": (410, b"gone for good"),
        "unverified": (500, b"no"),
    }
    never_again = {"delays": [], "disable_after": None, "disable_after_hours": None}
    later = {"delays": [RETRY_SECONDS] * 10, "disable_after": None, "disable_after_hours": None}
    webhooks = {made["description"]: made["uuid"] for made in (
        webhook(shop, "karla", headers={"X-Door": "open sesame"}, max_in_flight=4),
        webhook(shop, "claimport", "claimport", egress="fixture"),
        webhook(shop, "claimable", "claimable", source_filter="ui_only", secret="claimable secret 0123456789"),
        webhook(shop, "standard", "standard", signing="both", ordering="subject", rate_limit={"per_second": 50}),
        webhook(shop, "cloudevents", "cloudevents", signing="ed25519", ordering="webhook"),
        webhook(shop, "inactive", status="inactive", enabled_events=["claims"]),
        webhook(shop, "inactive-standard", "standard", status="inactive", ack="200", enabled_events=["claims"]),
        webhook(shop, "unverified", "claimport", egress="fixture"),
        webhook(shop, "disabled", enabled_events=["claims"]),
        webhook(shop, "failing", retry=never_again, timeout_seconds=7, enabled_events=["claims/created"]),
        webhook(shop, "pending", retry=later, enabled_events=["claims/updated"]),
        webhook(shop, "removed", status="inactive", enabled_events=["claims"]),
        webhook(other, "hanging", egress="fixture", enabled_events=["claims"]),
    )}
    for name in ("karla", "standard"):
        shop.post(f"/webhooks/{webhooks[name]}/secret/rotate", {"overlap_seconds": MONTH_SECONDS}).is_(200)

    photos = [shop.post("/images", raw=png(filler), headers={"Content-Type": "image/png"}).is_(201)["url"] for filler in (0, 9)]
    order = {"customer": {"external_id": "c-7", "email": "mia@example.net", "first_name": "Mia", "last_name": "Berg"},
             "address": {"city": "Berlin", "lines": ["Lindenstraße 4"]}, "currency": "EUR", "total_order_price": 43.9,
             "products": [{"product_id": "900", "sku": "MUG-2", "title": "Mug", "quantity": 2, "price": 11.5}]}
    shop.put("/orders/A-1", order).is_(201)
    shop.put("/orders/A-2", {"currency": "CHF", "discounts": [{"code": "X"}], "segments": ["vip"]}).is_(201)
    shop.put("/shipments/s-1", {"order_number": "A-1", "carrier_reference": "dhl", "tracking_number": "0034"}).is_(201)
    parcel = {"event_name": "OUT_FOR_DELIVERY", "event_time": "2026-01-29T14:48:47Z", "external_id": "e-1"}
    shop.post("/shipments/s-1/events", parcel).is_(201)
    shop.post("/shipments/s-1/events", {**parcel, "event_name": "SUCCESSFULLY_DELIVERED", "external_id": "e-2",
                                        "location": "Berlin"}).is_(201)
    contact = shop.post("/contacts", {"first_name": "Mia", "email": "mia@example.net", "is_business": False}).is_(201)["id"]

    claim = f"""{{"title": "Broken mug", "type": "damage", "reason": "partial_damage", "order_number": "A-1", "shipment_id": "s-1",
        "image_urls": {json.dumps(photos)}, "labels": ["fragile"], "custom": {CUSTOM},
        "damages": [{{"damage_type": "crack", "description": "at the rim"}}],
        "performed_by": {{"source": "ui", "user_id": 2642, "name": "Ann"}}}}"""
    claim = shop.post("/claims", raw=claim.encode(), headers={"Idempotency-Key": "first"}).is_(201)["id"]
    other_claim = shop.as_(keys["editor"]).post("/claims", {"title": "Late", "customer": {"email": "bo@example.net"}}).is_(201)["id"]
    lost = shop.post("/claims", {"title": "A mistake"}).is_(201)["id"]
    shop.delete(f"/claims/{lost}").is_(204)
    ann = {"performed_by": {"source": "ui", "user_id": 2642, "name": "Ann"}}
    shop.patch(f"/claims/{claim}", {"status": "accepted", "labels": ["paid"], "assignee": {"user_id": 7, "name": "Bo",
                                    "email": "bo@acme.example"}, **ann}).is_(200)
    shop.patch(f"/claims/{claim}", {"assignee": None, "status": "closed", **ann}).is_(200)
    for direction in ("inbound", "outbound"):
        shop.post(f"/claims/{claim}/messages", {"direction": direction, "body": "Hello ✓", "author": {"name": "Mia"}}).is_(201)
    posted = {"id": "elsewhere-1", "ref": "claims/updated", "event_data": {"claim_id": "c-1"}, "context": {"order": {"n": 1}}}
    shop.post("/events", posted).is_(202)
    other.post("/claims", {"title": "Another shop's"}).is_(201)
    shop.delete(f"/webhooks/{webhooks.pop('removed')}").is_(204)

    settled(shop, other, webhooks)
    replay = shop.post(f"/webhooks/{webhooks['standard']}/replay", {"since": "2026-01-01T00:00:00Z", "status": "all"}).is_(202)["id"]
    done = until(lambda: (r := shop.get(f"/replays/{replay}").json) and r["state"] not in ("running", "waiting", "queued", "pending")
                 and r, "the replay is done")
    assert done["state"] == "done" and done["done"] > 0, done
    settled(shop, other, webhooks)
    return {"keys": keys, "webhooks": webhooks, "posted": json.dumps(posted), "shipment_event": parcel, "replay": replay,
            "claims": [claim, other_claim], "contact": contact, "photos": photos}


def settled(shop, other, webhooks):
    """Waits until nothing is under way and nothing is due but what waits for its retry."""
    def still():
        waiting = [d for place in (shop, other) for status in ("pending", "delivering")
                   for d in place.all("/deliveries", status=status)]
        return all(d["webhook_uuid"] == webhooks["pending"] and d["attempt_count"] for d in waiting)
    until(still, "all is delivered that can be")


def paths(admin, names):
    """What is asked now, and again of every later program."""
    yield "/v1/shops?limit=100"
    for slug in ("acme", "other"):
        shop, base = admin.under(f"/v1/shops/{slug}"), f"/v1/shops/{slug}"
        yield base
        yield f"{base}/api-keys?limit=100"
        for kind, key in (("webhooks", "uuid"), ("claims", "id"), ("orders", "order_number"), ("shipments", "id"), ("contacts", "id")):
            yield f"{base}/{kind}?limit=100"
            for item in shop.all(f"/{kind}"):
                yield f"{base}/{kind}/{item[key]}"
                if kind == "webhooks":
                    yield f"{base}/webhooks/{item['uuid']}/secret"
                if kind == "claims":
                    yield f"{base}/claims/{item['id']}/messages?limit=100"
        yield f"{base}/events?limit=100"
        for event in shop.all("/events"):
            yield f"{base}/events/{event['id']}"
            for dialect in ("karla", "claimport", "claimable", "standard", "cloudevents"):
                yield f"{base}/events/{event['id']}?dialect={dialect}"
        for status in ("failed", "held", "cancelled"):
            yield f"{base}/deliveries?limit=100&status={status}"
        for delivery in shop.all("/deliveries"):
            yield f"{base}/deliveries/{delivery['id']}"
    yield f"/v1/shops/acme/replays/{names['replay']}"
    yield "/v1/shops/gone"


def answers(admin, names):
    """The answers, a line each, with every number as it was written."""
    for path in paths(admin, names):
        answer = admin.get(path)
        body = answer.text.replace("\n", "") or "null"
        json.loads(body)
        yield f'{{"path": {json.dumps(path)}, "status": {answer.status}, "answer": {body}}}\n'
    for photo in names["photos"]:
        path = photo.removeprefix(PUBLIC_URL)
        image = base64.b64encode(Client(admin.base).get(path).is_(200).body).decode()
        yield json.dumps({"path": path, "status": 200, "base64": image}) + "\n"


def pack(data, target):
    """The data directory as an archive that depends on its content alone."""
    def plain(entry):
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry
    with tarfile.open(target, "w:gz", compresslevel=9) as archive:
        for file in sorted(data.rglob("*")):
            if file.is_file() and file.suffix not in (".lock", ".db-shm"):
                archive.add(file, file.relative_to(data), filter=plain)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    binary, out = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True)
    receivers = Receivers()
    with tempfile.TemporaryDirectory() as scratch:
        data = pathlib.Path(scratch) / "data"
        began = time.monotonic()
        with Server(binary, data, receivers.proxy) as server:
            admin = Client(server.base, server.fresh_key)
            names = fill(admin, receivers)
            names["keys"]["operator"] = server.fresh_key
            (out / "answers.jsonl.gz").write_bytes(gzip.compress("".join(answers(admin, names)).encode(), mtime=0))
            server.stop(signal.SIGTERM)
        assert time.monotonic() - began < RETRY_SECONDS, "too slow: the retry was due before the end"
        pack(data, out / "stopped.tar.gz")

        receivers.answers["hanging"] = None
        with Server(binary, data, receivers.proxy) as server:
            events = Client(server.base, names["keys"]["other_editor"], "/v1/shops/other/events")
            names["at_the_kill"] = [
                events.post("", {"ref": "claims/updated", "event_data": {"claim_id": f"k-{n}"}}).is_(202)["id"]
                for n in range(EVENTS_AT_THE_KILL)]
            receivers.wait("/hanging", 1 + EVENTS_AT_THE_KILL)
            server.stop(signal.SIGKILL)
        pack(data, out / "killed.tar.gz")
        (out / "names.json").write_text(json.dumps(names, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
