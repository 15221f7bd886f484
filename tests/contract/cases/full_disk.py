"""A disk that fills up or may not be written while serving: writes are refused, reads go on, nothing is half written, and the
server recovers by itself (contract section 2, Errors: 503).

Three ways: the data directory is a small file system in memory, in a mount namespace of the server's own
(ENOSPC); the server may suddenly write no file any further, its log neither (EFBIG); and its files and folder
may suddenly not be written (EPERM).
"""

import concurrent.futures
import os
import resource
import shutil
import subprocess
import sys
import tempfile

from harness.client import WAIT_SECONDS, until
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


class BoundWorld:
    """A server that may write files of no size; `free` lifts the bound."""

    # Python ignores SIGXFSZ, and what it becomes goes on ignoring it: the write fails instead.
    BECOME = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"

    def __init__(self, binary):
        self.folder = tempfile.TemporaryDirectory()
        self.server = Server(binary, self.folder.name, before=[sys.executable, "-c", self.BECOME])
        self.admin = self.server.admin

    def _bound(self, size):
        pid = self.server.process.pid
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))

    def fill(self):
        self._bound(0)

    def free(self):
        self._bound(None)

    def stop(self):
        try:
            self.free()
            code = self.server.stop()
            assert code == 0, (code, self.server.said())
            assert "panicked" not in self.server.said(), self.server.said()
        finally:
            self.folder.cleanup()


class LockedWorld:
    """A server whose files may suddenly not be written any more, not even by root: `chattr +i`."""

    def __init__(self, binary):
        self.folder = tempfile.TemporaryDirectory()
        probe = os.path.join(self.folder.name, "probe")
        with open(probe, "wb", buffering=0) as file:
            try:
                self._chattr("+i", [probe])
                file.write(b"x")
                raise Skip("the file system here writes to immutable files")
            except (subprocess.CalledProcessError, FileNotFoundError):
                raise Skip("needs `chattr +i`: root, and a file system that knows it")
            except PermissionError:
                pass
            finally:
                subprocess.run(["chattr", "-i", probe], capture_output=True)
        os.remove(probe)
        self.server = Server(binary, self.folder.name)
        self.admin = self.server.admin

    def _chattr(self, change, names):
        subprocess.run(["chattr", change, *names], check=True, capture_output=True)

    def fill(self):
        folder = self.folder.name
        names = [os.path.join(folder, name) for name in os.listdir(folder) if not name.endswith("-shm")]
        self._chattr("+i", [*names, folder])

    def free(self):
        subprocess.run(["chattr", "-R", "-i", self.folder.name], capture_output=True)

    def stop(self):
        try:
            self.free()
            code = self.server.stop()
            assert code == 0, (code, self.server.said())
            assert "panicked" not in self.server.said(), self.server.said()
        finally:
            self.folder.cleanup()


def test_files_that_may_not_be_written(world):
    refused_and_back(world, LockedWorld(world.binary))


def test_a_folder_that_may_not_be_written_is_named_at_the_start(world):
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "data")
        own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
        mount = f"mkdir -p {data} && mount -t tmpfs -o ro tmpfs {data}"
        if not shutil.which("unshare") or subprocess.run([*own, "sh", "-c", mount], capture_output=True).returncode:
            raise Skip("a read-only file system cannot be mounted here")
        serve = [world.binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", data]
        done = subprocess.run([*own, "sh", "-c", f"{mount} && exec \"$0\" \"$@\"", *serve], capture_output=True, text=True, timeout=WAIT_SECONDS)
        assert done.returncode == 1 and data in done.stderr and "panicked" not in done.stderr, done


def test_a_full_disk(world):
    refused_and_back(world, SmallWorld(world.binary))


def test_files_that_may_not_grow(world):
    refused_and_back(world, BoundWorld(world.binary))


def refused_and_back(world, small):
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
        small.admin.get("/readyz").is_(503)
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
