"""`/healthz`, `/readyz`, `/metrics`, `/openapi.json`, `/docs` (contract section 1)."""

import re

from harness.client import Client

ROUTES = """
GET /healthz
GET /readyz
GET /metrics
GET /openapi.json
GET /docs
POST GET /v1/shops
GET PATCH DELETE /v1/shops/{}
POST GET /v1/shops/{}/api-keys
DELETE /v1/shops/{}/api-keys/{}
POST GET /v1/shops/{}/webhooks
GET PATCH DELETE /v1/shops/{}/webhooks/{}
POST /v1/shops/{}/webhooks/{}/test
GET /v1/shops/{}/webhooks/{}/secret
POST /v1/shops/{}/webhooks/{}/secret/rotate
POST /v1/shops/{}/webhooks/{}/replay
GET /v1/shops/{}/replays/{}
GET /v1/shops/{}/webhooks/{}/stats
POST GET /v1/shops/{}/claims
GET PUT PATCH DELETE /v1/shops/{}/claims/{}
POST GET /v1/shops/{}/claims/{}/messages
PUT GET /v1/shops/{}/orders/{}
GET /v1/shops/{}/orders
PUT GET /v1/shops/{}/shipments/{}
GET /v1/shops/{}/shipments
POST /v1/shops/{}/shipments/{}/events
POST GET /v1/shops/{}/contacts
GET PUT PATCH DELETE /v1/shops/{}/contacts/{}
POST /v1/shops/{}/images
POST GET /v1/shops/{}/events
GET /v1/shops/{}/events/{}
GET /v1/shops/{}/deliveries
GET /v1/shops/{}/deliveries/{}
POST /v1/shops/{}/deliveries/{}/retry
GET /v1/event-types
"""


def test_health_needs_no_key(world):
    for path, kind in (("/healthz", ""), ("/readyz", ""), ("/metrics", "text/plain"), ("/openapi.json", "application/json"), ("/docs", "text/html")):
        answer = Client(world.base).get(path).is_(200)
        assert answer.headers["Content-Type"].startswith(kind), path


def test_metrics_are_prometheus_text(world):
    world.shop().event()
    text = Client(world.base).get("/metrics").text
    line = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^}]*(\{[^}]*\}[^}]*)*\})? [-+0-9.eEInfNa]+")
    for text_line in text.splitlines():
        assert not text_line or text_line.startswith("#") or line.fullmatch(text_line), text_line
    assert "claimwire_" in text and "shop-" not in text


def test_every_route_is_in_the_document(world):
    document = Client(world.base).get("/openapi.json").json
    assert document["openapi"].startswith("3.1")
    shape = lambda path: re.sub(r"\{[^}]*\}", "{}", path)
    there = {(method.upper(), shape(path)): operation for path, item in document["paths"].items()
             for method, operation in item.items() if method in ("get", "put", "post", "patch", "delete")}
    for line in ROUTES.strip().splitlines():
        *methods, path = line.split()
        for method in methods:
            assert (method, path) in there, f"{method} {path} is not in the document"
    for (method, path), operation in there.items():
        assert any(status.startswith("2") for status in operation["responses"]), (method, path)
        if path.startswith("/v1/"):
            assert {"401", "403"} <= set(operation["responses"]), (method, path)
            if method == "POST":
                assert "Idempotency-Key" in [p.get("name") for p in operation["parameters"]], path
    # And what is in the document is there: without a key none of it is "no such route".
    for method, path in there:
        # A vendor's call back shows itself by the token in its path.
        if path.startswith("/v1/") and "images" not in path and not path.startswith("/v1/hooks/"):
            answer = Client(world.base).call(method, path.replace("{}", "x"))
            assert answer.status == 401, (method, path, answer.status)
