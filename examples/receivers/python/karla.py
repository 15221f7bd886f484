"""A receiver of Karla's webhooks, with nothing but the standard library.

    PORT=8801 SECRET=… python3 karla.py

Karla signs `{t}.{body}` with HMAC-SHA256 and sends `Karla-Signature: t=UNIX,v1=HEX`; there may be more
than one v1. It has no delivery id, but a retry has the same body, so that is what we know it by.
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
BODY_BYTES_MAX = 4 << 20

lock = threading.Lock()
seen = set()  # yours belongs into a database, with what the event leads to in the same transaction


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


def accept(event, body):
    key = hashlib.sha256(body).digest()
    with lock:
        if key not in seen:
            seen.add(key)
            print(event["ref"], event["event_group"], flush=True)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_BYTES_MAX:
            return self.answer(413, "Too large")
        body = self.rfile.read(length)
        if not genuine(self.headers.get("Karla-Signature", ""), body):
            return self.answer(401, "Invalid signature")
        try:
            event = json.loads(body)
        except ValueError:
            return self.answer(400, "Invalid payload")
        if not isinstance(event, dict) or not event.get("event_group") or not event.get("ref"):
            return self.answer(400, "event_group is required")
        accept(event, body)
        self.answer(200)

    def answer(self, status, problem=None):
        result = {"status": "error", "message": problem} if problem else {"status": "success"}
        text = json.dumps(result).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
