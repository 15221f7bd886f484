"""A claim becomes a ticket at your helpdesk: receive, extract, create, attach. The helpdesk here takes
POST /tickets {"subject", "body", "external_id"} -> {"id"} and POST /tickets/ID/attachments with the photo's bytes.

    CLAIMWIRE_SECRET=… HELPDESK=http://127.0.0.1:9000 PORT=8801 python3 ticket.py
"""

import http.server
import json
import os
import pathlib
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

from claimwire_receive import Receiver, Seen, once  # noqa: E402
from claimwire_receive.answer import status_of  # noqa: E402

HELPDESK = os.environ["HELPDESK"]
PHOTO_BYTES = 10 * 1024 * 1024
BODY_BYTES = 8 * 1024 * 1024


def extract(event):
    """What the ticket says, and the photos."""
    claim, order = event["event_data"], (event["context"] or {}).get("order") or {}
    items = ", ".join(f"{item['quantity']} x {item['title']}" for item in claim["selected_items"])
    return {
        "subject": f"{claim['reason']} - order {order.get('order_number', 'unknown')}",
        "body": f"{claim['description']}\n\nItems: {items}\nWanted: {claim['resolution_preference']}",
        # A helpdesk that refuses a second ticket of the same id makes a crash between two steps harmless.
        "external_id": claim["claim_id"],
    }, claim["image_urls"]


def post(path, body, content_type="application/json"):
    request = urllib.request.Request(HELPDESK + path, data=body, headers={"Content-Type": content_type})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def attach(ticket, url):
    if not url.startswith(("https://", "http://127.0.0.1")):
        return
    with urllib.request.urlopen(url, timeout=20) as photo:
        post(f"/tickets/{ticket}/attachments", photo.read(PHOTO_BYTES), photo.headers.get_content_type())


def work(received):
    if received.event["ref"] != "claims/created":
        return
    ticket, photos = extract(received.event)
    made = post("/tickets", json.dumps(ticket).encode())
    for url in photos:
        attach(made["id"], url)


RECEIVER = Receiver("karla", os.environ["CLAIMWIRE_SECRET"])
WORK = once(Seen(), work)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        status = 413 if length > BODY_BYTES else status_of(RECEIVER, WORK, dict(self.headers), self.rfile.read(length))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
    print(f"listens on {server.server_address[1]}", flush=True)
    server.serve_forever()
