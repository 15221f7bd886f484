"""A receiver of Standard Webhooks (https://www.standardwebhooks.com), with the standard library only.

    PORT=8804 SECRET=whsec_… python3 standard.py

Signed is `{webhook-id}.{webhook-timestamp}.{body}` with HMAC-SHA256 under the bytes behind `whsec_`;
`webhook-signature` holds one or more `v1,BASE64`, apart by spaces. `webhook-id` is the same on every
attempt. (Python's library has no ed25519; node/standard.mjs checks `v1a` too.)
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


def accept(ident, event):
    with lock:
        if ident not in seen:
            seen.add(ident)
            print(event["type"], ident, flush=True)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(length)
        if not genuine(self.headers, body):
            return self.answer(401)
        try:
            event = json.loads(body)
        except ValueError:
            return self.answer(400)
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            return self.answer(400)
        accept(self.headers["webhook-id"], event)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
