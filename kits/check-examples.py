"""Each example of the four steps with a helpdesk of its own: python3 kits/check-examples.py

The event is the one on the karla dialect's page; it comes twice, and must make one ticket with all of its photos."""

import hashlib
import hmac
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SECRET = "a secret of sixteen"
PHOTO = b"\xff\xd8 a photo"


class Helpdesk(http.server.BaseHTTPRequestHandler):
    calls = []

    def answer(self, body, kind="application/json"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(PHOTO, "image/jpeg")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.calls.append((self.path, self.headers["Content-Type"], body))
        self.answer(b'{"id": 7}')

    def log_message(self, *_):
        pass


def example_event(base):
    document = json.loads((HERE.parent / "docs/reference/openapi.json").read_text(encoding="utf-8"))
    operation = document["webhooks"]["karla:claims/created"]["post"]
    event = operation["requestBody"]["content"]["application/json"]["example"]
    event["event_data"]["image_urls"] = [f"{base}/1.jpg", f"{base}/2.jpg", "ftp://elsewhere/3.jpg"]
    return json.dumps(event).encode()


def send(port, body):
    now = str(int(time.time()))
    tag = hmac.new(SECRET.encode(), now.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"Karla-Signature": f"t={now},v1={tag}", "Claimwire-Event-Id": "evt_1", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.status


def check(command):
    Helpdesk.calls = []
    helpdesk = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Helpdesk)
    threading.Thread(target=helpdesk.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{helpdesk.server_address[1]}"
    more = {"CLAIMWIRE_SECRET": SECRET, "HELPDESK": base, "PORT": "0"}
    example = subprocess.Popen(command, env=os.environ | more, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(example.stdout.readline().split()[-1])
        body = example_event(base)
        assert send(port, body) == 204
        assert send(port, body) == 204
    finally:
        example.kill()
        example.wait()
        helpdesk.shutdown()
    paths = [path for path, _, _ in Helpdesk.calls]
    assert paths == ["/tickets", "/tickets/7/attachments", "/tickets/7/attachments"], paths
    ticket = json.loads(Helpdesk.calls[0][2])
    assert ticket["subject"].startswith("partial_damage - order "), ticket
    assert all((kind, body) == ("image/jpeg", PHOTO) for _, kind, body in Helpdesk.calls[1:])
    print(f"{pathlib.Path(command[-1]).name}: one ticket with its photos")


if __name__ == "__main__":
    check([sys.executable, str(HERE / "examples/ticket.py")])
    check(["node", str(HERE / "examples/ticket.mjs")])
