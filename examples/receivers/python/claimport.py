"""A receiver of ClaimPort's webhooks, with nothing but the standard library.

    PORT=8802 SECRET=… python3 claimport.py

ClaimPort signs the body with HMAC-SHA256 and sends `X-ClaimPort-Signature: sha256=HEX`. No time is
signed, so the event's `id` is what protects against replays as well as against retries. An endpoint
is confirmed by answering 200 to `webhook.test`, which has no id.
"""

import hashlib
import hmac
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ["SECRET"].encode()
PORT = int(os.environ["PORT"])
BODY_BYTES_MAX = 4 << 20

lock = threading.Lock()
seen = set()  # yours belongs into a database, with what the event leads to in the same transaction


def genuine(header, body):
    expected = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), header.strip().encode())


def accept(event):
    with lock:
        if event["id"] not in seen:
            seen.add(event["id"])
            print(event["type"], event["id"], flush=True)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(length)
        if not genuine(self.headers.get("X-ClaimPort-Signature", ""), body):
            return self.answer(401)
        try:
            event = json.loads(body)
        except ValueError:
            return self.answer(400)
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            return self.answer(400)
        if event["type"] == "webhook.test":
            print("webhook.test", flush=True)
        elif isinstance(event.get("id"), str):
            accept(event)
        else:
            return self.answer(400)
        self.answer(200)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
