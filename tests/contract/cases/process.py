"""The process: keys of the first start, SIGTERM, SIGKILL (contract sections 1 and 6, promise 1)."""

import base64
import os
import re
import signal
import stat
import subprocess
import tempfile
import threading
import time

from harness.client import WAIT_SECONDS, Client, until
from harness.server import Server
from harness.world import Shop


def test_what_was_acknowledged_survives_a_kill(world):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(world.binary, folder)
        endpoint = world.endpoint(503)
        shop = Shop(server, "killed")
        shop.webhook(endpoint, retry={"delays": [2] * 50})
        answers, stop = [], threading.Event()

        def write():
            while not stop.is_set():
                try:
                    answers.append(shop.api.post("/claims", {"title": "x"}).is_(201)["id"])
                except (OSError, AssertionError):
                    return

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        until(lambda: len(answers) >= 100, "a hundred claims are acknowledged")
        server.kill()
        for writer in writers:
            writer.join()
        stop.set()
        endpoint.answer_with(200)
        server = Server(world.binary, folder)
        shop.api = Client(server.base, server.admin.key, "/v1/shops/killed")
        there = {claim["id"] for claim in shop.api.all("/claims")}
        assert set(answers) <= there, f"{len(set(answers) - there)} acknowledged claims are lost"
        assert sorted(e["subject"]["id"] for e in shop.api.all("/events")) == sorted(there), "a claim without its event, or the other way"
        until(lambda: {d["status"] for d in shop.deliveries()} == {"delivered"}, "all are delivered")
        got = {got.headers["Claimwire-Event-Id"] for got in endpoint.got}
        assert {e["id"] for e in shop.api.all("/events")} <= got
        assert server.stop() == 0


def test_sigterm_ends_it_in_time_with_an_attempt_under_way(world):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(world.binary, folder)
        over = threading.Event()
        endpoint = world.endpoint(lambda _: over.wait(WAIT_SECONDS) and 200, 200)
        shop = Shop(server, "drained")
        shop.webhook(endpoint, timeout_seconds=30)
        event = shop.event()
        endpoint.one()
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(35) == 0 and time.monotonic() - began < 30
        over.set()
        server = Server(world.binary, folder)
        shop.api = Client(server.base, server.admin.key, "/v1/shops/drained")
        shop.ended(event=event)
        assert endpoint.got[-1].headers["Claimwire-Event-Id"] == event and len(endpoint.got) == 2
        assert server.stop() == 0


def start(world, folder):
    """A server without an admin key given: its process, and what it printed until it listens or gives up."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
    process = subprocess.Popen([world.binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", folder],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    said = []
    for line in process.stdout:
        said.append(line)
        if "listens on" in line or "error:" in line:
            break
    return process, said


def end(process, said, code=0):
    """Stops it, if it did not stop by itself; all that it printed."""
    process.send_signal(signal.SIGTERM)
    said.append(process.communicate(timeout=WAIT_SECONDS)[0])
    assert process.returncode == code, said
    return "".join(said)


def test_the_keys_of_the_first_start(world):
    with tempfile.TemporaryDirectory() as folder:
        first = end(*start(world, folder))
        key = re.search(r"cw_admin_[A-Za-z0-9_-]{43}", first)
        assert key, first
        kept = {name: open(os.path.join(folder, name), "rb").read() for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name))}
        assert not any(key[0].encode() in content for content in kept.values()), "only its hash is kept"
        file = os.path.join(folder, "encryption.key")
        assert stat.S_IMODE(os.stat(file).st_mode) == 0o600 and len(base64.b64decode(kept["encryption.key"])) == 32
        assert key[0] not in end(*start(world, folder)), "it is printed once"
        process, said = start(world, folder)
        base = re.search(r"http://\S+", said[-1])[0]
        Client(base, key[0]).get("/v1/shops").is_(200)
        assert "another claimwire process" in end(*start(world, folder), code=1)
        end(process, said)


def test_another_encryption_key_is_refused(world):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(world.binary, folder)
        Shop(server, "sealed").webhook(world.endpoint())
        assert server.stop() == 0
        os.rename(os.path.join(folder, "encryption.key"), os.path.join(folder, "kept"))
        assert "encryption key" in end(*start(world, folder), code=1)
