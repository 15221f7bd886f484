"""What a case gets: the server, a receiver, and shops of its own."""

import itertools
import os
import re
import struct
import subprocess
import zlib

from .client import WAIT_SECONDS, until
from .receiver import Receiver
from .server import ADMIN_KEY, Server

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


class Skip(Exception):
    """The case cannot run here; the argument says why."""


class Shop:
    """One shop, called with the admin key through `api`."""

    def __init__(self, world, slug):
        self.world, self.slug = world, slug
        self.id = world.admin.post("/v1/shops", {"slug": slug, "name": slug.title()}).is_(201)["id"]
        self.api = world.admin.under(f"/v1/shops/{slug}")

    def key(self, role, name=None):
        return self.api.post("/api-keys", {"name": name or role, "role": role}).is_(201)["key"]

    def webhook(self, endpoint, **settings):
        """A webhook to this endpoint; what the create answered."""
        return self.api.post("/webhooks", {"url": endpoint.url, **settings}).is_(201).json

    def event(self, ref="claims/updated", **more):
        return self.api.post("/events", {"ref": ref, "event_data": {"claim_id": "c-1"}, **more}).is_(202)["id"]

    def event_apart(self):
        """An event of a later millisecond than all that the log has so far. Those that were posted on the
        way there stay. Needs a webhook that they match."""
        before = max((d["created_at"] for d in self.deliveries()), default="")
        def later():
            ident = self.event()
            return ident if self.deliveries(event=ident)[0]["created_at"] > before else None
        return until(later, "the clock moves on")

    def refs(self, seen=()):
        """Refs of the shop's events, oldest first, those in `seen` left out."""
        return [event["ref"] for event in reversed(self.api.all("/events")) if event["id"] not in seen]

    def seen(self):
        return {event["id"] for event in self.api.all("/events")}

    def deliveries(self, **which):
        return self.api.all("/deliveries", **which)

    def ended(self, status="delivered", count=1, **which):
        """`count` deliveries of this status, oldest first, once there are as many."""
        find = lambda: [d for d in reversed(self.deliveries(**which)) if d["status"] == status]
        until(lambda: len(find()) >= count, f"{count} deliveries of {which} are {status}")
        return find()

    def claim(self, **fields):
        return self.api.post("/claims", fields).is_(201).json


class World:
    def __init__(self, binary, data_dir):
        self.binary = binary
        self.server = Server(binary, data_dir)
        self.admin, self.base = self.server.admin, self.server.base
        self.receiver = Receiver()
        self._numbers = itertools.count(1)

    def shop(self):
        return Shop(self, f"shop-{next(self._numbers)}")

    def endpoint(self, *answers):
        return self.receiver.endpoint(*answers)

    def commands(self, shop=None, key=ADMIN_KEY):
        """What commands take from the environment."""
        return {"CLAIMWIRE_SERVER": self.base, "CLAIMWIRE_KEY": key} | ({"CLAIMWIRE_SHOP": shop.slug} if shop else {})

    def cli(self, *arguments, shop=None, stdin=None, key=ADMIN_KEY):
        """Runs a command: exit code, standard output, standard error."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
        environment |= self.commands(shop, key)
        done = subprocess.run([self.binary, *arguments], input=stdin, capture_output=True, env=environment, timeout=WAIT_SECONDS)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def stop(self):
        self.receiver.stop()
        code = self.server.stop()
        assert code == 0, f"the server left with {code} after SIGTERM: {self.server.said()}"


def png(filler=0):
    """A PNG of one grey pixel, with this many bytes of padding."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    pad = chunk(b"teXt", b"x" * filler) if filler else b""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + pad
            + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b""))


def has(value, *names):
    """The object has exactly these fields."""
    assert set(value) == set(names), f"beyond the contract: {set(value) - set(names)}, missing: {set(names) - set(value)}"
    return value


def uuid(text):
    assert UUID.fullmatch(text), f"{text!r} is no uuid"
    return text


def utc(text):
    assert UTC.fullmatch(text), f"{text!r} is no time in UTC"
    return text
