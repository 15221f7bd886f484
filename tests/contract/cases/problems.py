"""Errors, limits of bodies, and requests that are broken (contract section 2)."""

import json
import socket

from harness.client import WAIT_SECONDS, until


def test_bodies_that_are_no_json(world):
    shop = world.shop()
    for raw in (b"", b"  ", b"{", b"nope", b"{} {}", b"\xff{}", b'{"title": "\xff"}'):
        for method, path in (("POST", "/claims"), ("PUT", "/orders/1"), ("POST", "/events"), ("POST", "/webhooks"),
                             ("PUT", "/claims/0b6f8f5e-5a4b-4c3d-9a52-0c1b6f5f8a11"), ("PUT", "/shipments/1")):
            shop.api.call(method, path, raw=raw).problem(400)
    assert shop.refs() == []


def test_json_of_another_shape(world):
    shop = world.shop()
    for body in ([], "x", 1, None, True):
        shop.api.post("/claims", raw=json.dumps(body).encode()).problem(422)
        shop.api.post("/webhooks", raw=json.dumps(body).encode()).problem(422)
    shop.api.post("/claims", raw=b'{"title": "\\ud800"}').problem(422, None, "/title")
    deep = b'{"custom":' * 400 + b"1" + b"}" * 400
    assert shop.api.post("/claims", raw=b'{"custom":' + deep + b"}").status in (400, 422)


def test_media_types(world):
    shop = world.shop()
    shop.api.post("/claims", raw=b"title=x", headers={"Content-Type": "text/plain"}).problem(415)
    shop.api.post("/claims", raw=b"title=x", headers={"Content-Type": "application/x-www-form-urlencoded"}).problem(415)
    shop.api.post("/claims", raw=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}).problem(415)
    shop.api.post("/claims", raw=b"{}", headers={"Content-Type": "application/json; charset=utf-8"}).is_(201)
    shop.api.patch("/claims/" + shop.claim()["id"], raw=b'{"title":"x"}',
                   headers={"Content-Type": "application/merge-patch+json"}).is_(200)


def test_unknown_fields_are_named(world):
    shop = world.shop()
    shop.api.post("/claims", {"titel": "x"}).problem(422, None, "/titel")
    shop.api.post("/claims", {"customer": {"mail": "x"}}).problem(422, None, "/customer/mail")
    shop.api.post("/claims", {"selected_items": [{"sku": "a", "quantity": 1}, {"size": 2}]}).problem(422, None, "/selected_items/1/size")
    shop.api.put("/orders/1", {"products": [{"a/b~c": 1}]}).problem(422, None, "/products/0/a~1b~0c")
    shop.api.post("/webhooks", {"url": world.endpoint().url, "retry": {"delay": []}}).problem(422, None, "/retry/delay")
    shop.api.post("/claims", {"custom": {"anything": {"goes": [1]}}}).is_(201)
    shop.api.put("/orders/1", {"address": {"anything": "goes"}, "custom": {"x": 1}}).is_(201)


def test_nothing_there(world):
    shop = world.shop()
    nobody = "0b6f8f5e-5a4b-4c3d-9a52-0c1b6f5f8a11"
    for path, key in {
        f"/claims/{nobody}": "claim_not_found", "/claims/not-a-uuid": "claim_not_found", "/orders/1": "order_not_found",
        "/shipments/1": "shipment_not_found", f"/contacts/{nobody}": "contact_not_found", f"/webhooks/{nobody}": "webhook_not_found",
        f"/webhooks/{nobody}/secret": "webhook_not_found", f"/webhooks/{nobody}/stats": "webhook_not_found",
        "/webhooks/x": "webhook_not_found", "/events/evt_none": "event_not_found", "/deliveries/none": "delivery_not_found",
        f"/replays/{nobody}": "replay_not_found", f"/claims/{nobody}/messages": "claim_not_found",
    }.items():
        shop.api.get(path).problem(404, key)
    shop.api.post("/deliveries/none/retry").problem(404, "delivery_not_found")
    shop.api.post("/shipments/none/events", {"event_name": "OUT_FOR_DELIVERY", "event_time": "2026-01-01T00:00:00Z", "external_id": "1"}).problem(404)
    shop.api.post(f"/claims/{nobody}/messages", {"direction": "inbound", "body": "x"}).problem(404, "claim_not_found")
    shop.api.post(f"/webhooks/{nobody}/test").problem(404, "webhook_not_found")
    shop.api.get("/nothing").problem(404)
    world.admin.get("/v1").problem(404)
    shop.api.call("PATCH", "/events", {}).problem(405)


def test_a_mebibyte_is_the_most_of_a_body(world):
    shop = world.shop()
    most = 1 << 20
    shop.api.post("/claims", raw=b"{" + b" " * (most - 1) + b"}").problem(413)
    fits = json.dumps({"custom": {"x": "y" * 1000}}).encode()
    shop.api.post("/claims", raw=fits + b" " * (most - len(fits))).is_(201)
    shop.api.post("/claims", raw=fits + b" " * (most - len(fits) + 1)).problem(413)
    shop.api.put("/orders/1", {"custom": {"x": "y" * most}}).problem(413)


def test_an_array_of_events_may_be_eight(world):
    shop = world.shop()
    event = lambda size: {"ref": "claims/updated", "event_data": {"claim_id": "c", "filler": "y" * size}}
    answer = shop.api.post("/events", [event(1_000_000)] * 8).is_(202)
    assert len(answer["data"]) == 8
    shop.api.post("/events", [event(1_000_000)] * 9).problem(413)
    shop.api.post("/events", [event(10), event(1 << 20)]).problem(413)
    shop.api.post("/events", event(1 << 20)).problem(413)
    assert len(shop.refs()) == 8


def test_broken_requests_do_not_break_the_server(world):
    address = tuple(world.base.removeprefix("http://").split(":"))
    address = (address[0], int(address[1]))
    for sent in (
        b"garbage\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"GET / HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 2_000_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n",
        b"POST /v1/shops HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello",
        b"POST /v1/shops HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/shops HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnope",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGARBAGE AND MORE\r\n\r\n" * 20,
        b"GET /v1/shops/%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /healthz",
    ):
        with socket.create_connection(address, WAIT_SECONDS) as connection:
            try:
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
                answered = b""
                while part := connection.recv(65536):
                    answered += part
                assert b"HTTP/1.1 5" not in answered, (sent[:40], answered[:200])
            except OSError:
                pass  # It may hang up at any point.
        world.admin.get("/healthz").is_(200)
    # A body that stops half way is no request.
    shop = world.shop()
    with socket.create_connection(address, WAIT_SECONDS) as connection:
        connection.sendall(f"POST /v1/shops/{shop.slug}/claims HTTP/1.1\r\nHost: x\r\nX-API-Key: {world.admin.key}\r\n"
                           "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"title\":".encode())
    until(lambda: world.admin.get("/healthz").status == 200)
    assert shop.refs() == []
