"""The Python kit in the real Flask, FastAPI and Django: python3 kits/frameworks/check.py"""

import base64
import contextlib
import hashlib
import hmac
import io
import logging
import os
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

import claimwire_receive.django  # noqa: E402
import claimwire_receive.fastapi  # noqa: E402
import claimwire_receive.flask  # noqa: E402
from claimwire_receive import Receiver, Seen, once  # noqa: E402

SECRET = "a secret of sixteen"
# Bytes that JSON written anew would not have.
BODY = '{"id" :  "evt_1", "type": "claim.created", "note": "H\\u00e4\u00e4"}'.encode()


def headers(body, event="evt_1"):
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-ClaimPort-Signature": f"sha256={mac}", "Claimwire-Event-Id": event, "Content-Type": "application/json"}


def in_flask(work):
    from flask import Flask

    app = Flask("check")
    app.post("/claims")(claimwire_receive.flask.view(Receiver("claimport", SECRET), work))
    client = app.test_client()
    return lambda body, given: client.post("/claims", data=body, headers=given).status_code


def in_fastapi(work):
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    app = FastAPI()
    app.add_route("/claims", claimwire_receive.fastapi.endpoint(Receiver("claimport", SECRET), work), methods=["POST"])
    client = TestClient(app)
    return lambda body, given: client.post("/claims", content=body, headers=given).status_code


def in_django(work):
    import django
    from django.conf import settings
    from django.test import Client
    from django.urls import path

    urls = type("urls", (), {"urlpatterns": [path("claims", claimwire_receive.django.view(Receiver("claimport", SECRET), work))]})
    # Its check of forms is on, as in a new project.
    settings.configure(ROOT_URLCONF=urls, ALLOWED_HOSTS=["*"], SECRET_KEY="x", MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"])
    django.setup()
    client = Client(enforce_csrf_checks=True)
    return lambda body, given: client.post("/claims", body, content_type="application/json", headers=given).status_code


def check(name, framework):
    done = []

    def work(received):
        if received.event_id == "evt_fails":
            raise RuntimeError("the helpdesk is away")
        done.append(received.event["note"])

    post = framework(once(Seen(), work))
    assert post(BODY, headers(BODY)) == 204, name
    assert post(BODY, headers(BODY)) == 204, name
    assert done == ["Hää"], f"{name}: {done}"
    assert post(BODY + b" ", headers(BODY)) == 401, name
    assert post(BODY, {"Content-Type": "application/json"}) == 401, name
    assert post(b"no JSON", headers(b"no JSON", "evt_2")) == 400, name
    assert post(BODY, headers(BODY, "evt_fails")) == 500, name
    assert len(done) == 1, name


def shown(page):
    """The Python that a page shows."""
    text = (pathlib.Path(__file__).resolve().parents[2] / page).read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, flags=re.S | re.M)
    return code


def check_pages():
    """What kits/README.md and docs/guides/receive.md show does what it says."""
    key, body, now = b"a secret of twenty-four b", b'{"type": "claim.created", "data": {"claim": {"reason": "damage"}}}', str(int(time.time()))
    os.environ["CLAIMWIRE_SECRET"] = "whsec_" + base64.b64encode(key).decode()
    names = {"__name__": "page"}
    exec(shown("kits/README.md"), names)
    tag = base64.b64encode(hmac.new(key, f"evt_1.{now}.".encode() + body, hashlib.sha256).digest()).decode()
    given = {"webhook-id": "evt_1", "webhook-timestamp": now, "webhook-signature": f"v1,{tag}", "Claimwire-Event-Id": "evt_1"}
    client = names["app"].test_client()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert client.post("/claims", data=body, headers=given).status_code == 204
        assert client.post("/claims", data=body + b" ", headers=given).status_code == 401
    assert said.getvalue() == "evt_1 damage\n", said.getvalue()
    mac = hmac.new(SECRET.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    given = {"secret": SECRET, "headers": {"Karla-Signature": f"t={now},v1={mac}", "Claimwire-Event-Id": "evt_1"}}
    for sent, told in [(body, ""), (body + b" ", "401: no signature in Karla-Signature")]:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(shown("docs/guides/receive.md"), given | {"body": sent})
        assert said.getvalue().startswith(told) and bool(said.getvalue()) == bool(told), said.getvalue()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    frameworks = {"Flask": in_flask, "FastAPI": in_fastapi, "Django": in_django}
    for name, framework in frameworks.items():
        check(name, framework)
    check_pages()
    print(f"the Python kit in {', '.join(frameworks)}: genuine, again, forged, no JSON, a failure")
