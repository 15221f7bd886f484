"""A receiver of Claimable's webhooks, with nothing but the standard library.

    PORT=8803 SECRET=… python3 claimable.py

Claimable names the event twice, in the body and in the header `Event-Name` (with or without quotes),
and signs nothing. A sender that does sign puts `Claimwire-Signature: t=UNIX,v1=HEX` beside it:
HMAC-SHA256 over `{t}.{body}`. There is no delivery id; a retry has the same body, but so may a second
event of the same kind later on, so bodies are remembered for a while only.
"""

import hashlib
import hmac
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ["SECRET"].encode()
PORT = int(os.environ["PORT"])
TOLERANCE_SECONDS = 300
REMEMBERED_SECONDS = 3600
BODY_BYTES_MAX = 4 << 20

lock = threading.Lock()
seen = {}  # yours belongs into a database, with what the event leads to in the same transaction


def genuine(header, body):
    entries = [entry.strip().partition("=") for entry in header.split(",")]
    times = [value for key, _, value in entries if key == "t"]
    signatures = [value for key, _, value in entries if key == "v1"]
    if not times or not times[0].isdecimal():
        return False
    if abs(time.time() - int(times[0])) > TOLERANCE_SECONDS:
        return False
    expected = hmac.new(SECRET, times[0].encode() + b"." + body, hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(expected.encode(), s.encode()) for s in signatures)


def accept(name, subject, body):
    key, now = hashlib.sha256(body).digest(), time.time()
    with lock:
        for old in [k for k, at in seen.items() if now - at > REMEMBERED_SECONDS]:
            del seen[old]
        if key not in seen:
            seen[key] = now
            print(name, subject.get("id"), flush=True)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(length)
        if not genuine(self.headers.get("Claimwire-Signature", ""), body):
            return self.answer(401)
        try:
            event = json.loads(body)
        except ValueError:
            return self.answer(400)
        name = self.headers.get("Event-Name", "").strip('" ')
        if not isinstance(event, dict) or not name or event.get("event_name") != name:
            return self.answer(400)
        subject = event.get(name.partition(".")[0])  # `claim` or `contact`
        if not isinstance(subject, dict):
            return self.answer(400)
        accept(name, subject, body)
        self.answer(200)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
