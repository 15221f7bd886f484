"""A disk that fills up while serving: writes are refused, reads go on, nothing is half written, and the
server recovers by itself (contract section 2, Errors: 503).

The data directory is a small file system in memory, in a mount namespace of the server's own.
"""

import concurrent.futures
import os
import shutil
import subprocess
import tempfile

from harness.client import until
from harness.server import Server
from harness.world import Shop, Skip, png

SIZE = "24m"


class SmallWorld:
    """A server whose disk is small; `fill` leaves nothing of it, `free` gives it back."""

    def __init__(self, binary):
        if not shutil.which("unshare"):
            raise Skip("needs the command `unshare` (util-linux)")
        own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
        self.folder = tempfile.mkdtemp()
        mount = f"mount -t tmpfs -o size={SIZE} tmpfs {self.folder}"
        tried = subprocess.run([*own, "sh", "-c", mount], capture_output=True, text=True)
        if tried.returncode:
            os.rmdir(self.folder)
            raise Skip(f"a small file system cannot be mounted here: {tried.stderr.strip()}")
        self.server = Server(binary, self.folder, before=[*own, "sh", "-c", f"{mount} && exec \"$0\" \"$@\""])
        self.admin = self.server.admin
        self.filler = f"/proc/{self.server.process.pid}/root{self.folder}/filler"

    def fill(self):
        with open(self.filler, "ab", buffering=0) as file:
            for size in (1 << 16, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    pass

    def free(self):
        os.remove(self.filler)

    def stop(self):
        try:
            code = self.server.stop()
            assert code == 0, (code, self.server.said())
            assert "panicked" not in self.server.said(), self.server.said()
        finally:
            os.rmdir(self.folder)


def test_writes_are_refused_and_come_back(world):
    small = SmallWorld(world.binary)
    try:
        shop = Shop(small, "small")
        endpoint = world.endpoint()
        shop.webhook(endpoint)
        kept = shop.claim(title="before")["id"]
        shop.ended()
        small.fill()
        post = lambda n: shop.api.post("/claims", {"title": str(n), "custom": {"x": "y" * 50_000}}, headers={"Idempotency-Key": f"n{n}"})
        # What still fits may go through; each that does is there, each that does not is not.
        refused, made = None, [kept]
        for number in range(400):
            answer = post(number)
            if answer.status != 201:
                refused = number
                answer.problem(503, "store_unavailable")
                break
            made.append(answer["id"])
        assert refused is not None, "the disk never got full"
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for answer in pool.map(post, range(1000, 1020)):
                if answer.status == 201:
                    made.append(answer["id"])
                else:
                    answer.problem(503, "store_unavailable")
        upload = shop.api.post("/images", raw=png(1 << 20), headers={"Content-Type": "image/png"})
        upload.problem(503, "store_unavailable")
        # Reads go on.
        shop.api.get(f"/claims/{kept}").is_(200)
        assert sorted(claim["id"] for claim in shop.api.all("/claims")) == sorted(made)
        created = lambda: [e["subject"]["id"] for e in shop.api.all("/events") if e["ref"] == "claims/created"]
        assert sorted(created()) == sorted(made)
        small.admin.get("/healthz").is_(200)
        # Room again: the same requests go through, with nothing restarted and nothing twice.
        small.free()
        until(lambda: post(refused).status == 201, "writes come back")
        for number in range(1000, 1020):
            until(lambda: post(number).status == 201, "writes come back")
        titles = [claim["title"] for claim in shop.api.all("/claims")]
        assert len(set(titles)) == len(titles)
        assert sorted(created()) == sorted(claim["id"] for claim in shop.api.all("/claims"))
        assert sorted(d["event_id"] for d in shop.deliveries()) == sorted(e["id"] for e in shop.api.all("/events"))
        until(lambda: {d["status"] for d in shop.deliveries()} == {"delivered"}, "everything is delivered")
        shop.api.post("/images", raw=png(1 << 20), headers={"Content-Type": "image/png"}).is_(201)
    finally:
        small.stop()
