"""A receiver of CloudEvents 1.0 in structured JSON, signed with Standard Webhooks' headers; with the
standard library only.

    PORT=8805 SECRET=whsec_… python3 cloudevents.py

An event is one of a kind by its `source` and `id` together. Signed is
`{webhook-id}.{webhook-timestamp}.{body}` with HMAC-SHA256 under the bytes behind `whsec_`;
`webhook-signature` holds one or more `v1,BASE64`, apart by spaces.
"""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["SECRET"].removeprefix("whsec_"))
PORT = int(os.environ["PORT"])
TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 4 << 20

lock = threading.Lock()
seen = set()  # yours belongs into a database, with what the event leads to in the same transaction


def genuine(headers, body):
    ident, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not ident or not at.isdecimal() or abs(time.time() - int(at)) > TOLERANCE_SECONDS:
        return False
    content = f"{ident}.{at}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest())
    signatures = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, s.encode()) for s in signatures)


def is_cloud_event(event):
    required = ("specversion", "id", "source", "type")
    strings = isinstance(event, dict) and all(isinstance(event.get(r), str) for r in required)
    return strings and event["specversion"] == "1.0" and all(event[r] for r in required)


def accept(event):
    key = (event["source"], event["id"])
    with lock:
        if key not in seen:
            seen.add(key)
            print(event["type"], *key, flush=True)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(length)
        if not genuine(self.headers, body):
            return self.answer(401)
        if self.headers.get_content_type() != "application/cloudevents+json":
            return self.answer(415)
        try:
            event = json.loads(body)
        except ValueError:
            return self.answer(400)
        if not is_cloud_event(event):
            return self.answer(400)
        accept(event)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
