"""Requests that two readers could see differently, or that are too much: refused, the connection closed,
and nothing behind them taken for another request. Behind a proxy that reads them the other way, one caller's
bytes would else pass for another's request (RFC 9112, section 11.2).
"""

import re
import socket
import time

from harness.client import WAIT_SECONDS
from harness.world import png

# What stands behind each hostile request: it must never be answered.
NEXT = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = b'{"title": "smuggled"}'
HEX = b"%x" % len(BODY)
CHUNK = HEX + b"\r\n" + BODY + b"\r\n0\r\n\r\n"


def speak(world, sent, then=b"", end=False):
    """Sends bytes as they are, and `then` when an answer to them begins; `end`: says that no more will
    come. All that came back until the server closed the connection."""
    host, port = world.base.removeprefix("http://").split(":")
    answered = b""
    with socket.create_connection((host, int(port)), WAIT_SECONDS) as connection:
        try:
            connection.sendall(sent)
            if end:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answered += part
                connection.sendall(then)
                then = b""
        except TimeoutError:
            raise
        except OSError:
            pass  # It need not read to the end what it refuses.
    return answered


def statuses(answered):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d\d\d) ", answered)]


def head(shop, *lines, path="/claims", host=b"Host: x\r\n"):
    """A POST with these header lines, as they are."""
    return (f"POST /v1/shops/{shop.slug}{path} HTTP/1.1\r\nX-API-Key: {shop.world.admin.key}\r\nContent-Type: application/json\r\n".encode()
            + host + b"".join(lines) + b"\r\n")


LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def refused(shop):
    """Name, what is sent, the statuses that it may get."""
    yield "chunks in another coding", head(shop, b"Transfer-Encoding: gzip, chunked\r\n") + CHUNK, {400}
    yield "chunks twice", head(shop, b"Transfer-Encoding: chunked, chunked\r\n") + CHUNK, {400}
    yield "chunks on two lines", head(shop, CHUNKED, CHUNKED) + CHUNK, {400}
    yield "a coding that is not chunks", head(shop, b"Transfer-Encoding: identity\r\n") + BODY, {400}
    yield "a coding with a space before its colon", head(shop, b"Transfer-Encoding : chunked\r\n") + CHUNK, {400}
    yield "a coding behind a tab", head(shop, b"Transfer-Encoding: \x0bchunked\r\n") + CHUNK, {400}
    yield "two lengths", head(shop, LENGTH, b"Content-Length: 5\r\n") + BODY, {400}
    yield "two lengths on a line", head(shop, b"Content-Length: %d, 5\r\n" % len(BODY)) + BODY, {400}
    yield "a length with a sign", head(shop, b"Content-Length: +%d\r\n" % len(BODY)) + BODY, {400}
    yield "a length below nothing", head(shop, b"Content-Length: -1\r\n") + BODY, {400}
    yield "a length in hex", head(shop, b"Content-Length: 0x15\r\n") + BODY, {400}
    yield "a length beyond counting", head(shop, b"Content-Length: 99999999999999999999999\r\n") + BODY, {400, 413}
    yield "a header line that goes on", head(shop, b"X-A: b\r\n " + LENGTH) + BODY, {400}
    yield "a carriage return within a header", head(shop, b"X-A: b\rX-B: c\r\n", LENGTH) + BODY, {400}
    yield "a zero byte within a header", head(shop, b"X-A: b\0c\r\n", LENGTH) + BODY, {400}
    yield "a header without a colon", head(shop, b"Nothing\r\n", LENGTH) + BODY, {400}
    yield "a space before the first header", head(shop, LENGTH, host=b" Host: x\r\n") + BODY, {400}
    yield "no host", head(shop, LENGTH, host=b"") + BODY, {400}
    yield "two hosts", head(shop, LENGTH, host=b"Host: x\r\nHost: y\r\n") + BODY, {400}
    yield "chunks in HTTP/1.0", head(shop, CHUNKED).replace(b"HTTP/1.1", b"HTTP/1.0") + CHUNK, {400}
    yield "HTTP/2 without asking", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}
    yield "one header too large", head(shop, b"X-A: " + b"y" * 200_000 + b"\r\n", LENGTH) + BODY, {400, 431}
    yield "headers too large together", head(shop, *(b"X-%d: " % n + b"y" * 4000 + b"\r\n" for n in range(60)), LENGTH) + BODY, {400, 431}
    yield "too many headers", head(shop, *(b"X-%d: y\r\n" % n for n in range(200)), LENGTH) + BODY, {400, 431}
    yield "a path too long", b"GET /" + b"y" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {400, 414, 431}


def test_what_could_be_read_in_two_ways_is_refused(world):
    shop = world.shop()
    for name, sent, allowed in refused(shop):
        answered = speak(world, sent, NEXT)
        got = statuses(answered)
        assert len(got) <= 1 and set(got) <= allowed, (name, answered[:400])
        world.admin.get("/healthz").is_(200)
    assert shop.refs() == [], "something of it was taken for a write"


def test_chunks_that_cannot_be(world):
    shop = world.shop()
    for name, body in (
        ("a size beyond counting", b"ffffffffffffffffff\r\n" + BODY), ("a huge size", b"7fffffffffffffff\r\n" + BODY),
        ("no size", b"\r\n" + CHUNK), ("a size with a sign", b"+" + CHUNK), ("a size in words", b"0x" + CHUNK),
        ("more than the size", b"5\r\n" + BODY + b"\r\n0\r\n\r\n"), ("an extension without end", HEX + b";" + b"x" * 70_000),
        ("a line feed within an extension", HEX + b";a\nb\r\n" + BODY + b"\r\n0\r\n\r\n"),
        ("a line feed alone", HEX + b"\n" + BODY + b"\n0\n\n"),
    ):
        answered = speak(world, head(shop, CHUNKED) + body + NEXT, end=True)
        got = statuses(answered)
        assert len(got) <= 1 and set(got) <= {400, 413}, (name, answered[:400])
        world.admin.get("/healthz").is_(200)
    assert shop.refs() == []


def test_nothing_is_read_behind_chunks(world):
    # With a length beside them the chunks count, and then the connection ends (RFC 9112, section 6.1).
    shop = world.shop()
    for lines in ((CHUNKED,), (CHUNKED, b"Content-Length: 5\r\n"), (b"Content-Length: 5\r\n", CHUNKED), (b"Transfer-Encoding: CHUNKED\r\n",)):
        answered = speak(world, head(shop, *lines) + CHUNK, NEXT)
        assert statuses(answered) == [201] and b"connection: close" in answered.lower(), answered
    trailers = CHUNK[:-2] + b"X-API-Key: other\r\n\r\n"
    assert statuses(speak(world, head(shop, CHUNKED) + trailers, NEXT)) == [201]
    extended = HEX + b";name=value\r\n" + BODY + b"\r\n0;last\r\n\r\n"
    assert statuses(speak(world, head(shop, CHUNKED) + extended, NEXT)) == [201]
    assert shop.refs() == ["claims/created"] * 6


def test_requests_in_a_row_are_answered_in_their_order(world):
    shop = world.shop()
    one = head(shop, LENGTH) + BODY
    two = f"GET /v1/shops/{shop.slug}/orders/none HTTP/1.1\r\nHost: x\r\nX-API-Key: {world.admin.key}\r\n\r\n".encode()
    last = NEXT.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert statuses(speak(world, (one + two) * 20 + last)) == [201, 404] * 20 + [200]
    # The key of one is not the next one's.
    unkeyed = two.replace(f"X-API-Key: {world.admin.key}\r\n".encode(), b"")
    assert statuses(speak(world, two + unkeyed + last)) == [404, 401, 200]
    # A body that is cut off is no request.
    assert statuses(speak(world, one[:-3], end=True)) in ([], [400])
    assert len(shop.refs()) == 20


def test_a_head_that_never_ends_is_given_up(world):
    host, port = world.base.removeprefix("http://").split(":")
    began = time.monotonic()
    with socket.create_connection((host, int(port)), 1) as connection:
        try:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            while True:
                try:
                    answered = connection.recv(65536)
                    break
                except TimeoutError:
                    assert time.monotonic() - began < WAIT_SECONDS, "it may go on for ever"
                    connection.sendall(b"y")
        except OSError:
            answered = b""
    assert set(statuses(answered)) <= {408}, answered
    world.admin.get("/healthz").is_(200)


def test_the_host_decides_nothing(world):
    shop = world.shop()
    key = f"X-API-Key: {world.admin.key}\r\nConnection: close\r\n\r\n".encode()
    for target, host in ((f"http://evil.example/v1/shops/{shop.slug}", "x"), (f"/v1/shops/{shop.slug}", "evil.example"),
                         (f"/v1/shops/{shop.slug}", "127.0.0.1:1@evil")):
        answered = speak(world, f"GET {target} HTTP/1.1\r\nHost: {host}\r\n".encode() + key)
        assert statuses(answered) == [200] and b"evil" not in answered, answered
    for target in ("*", "evil.example:443", "http://", "//evil.example/healthz", "/../../etc/passwd", "/%2e%2e/healthz"):
        for method in ("GET", "OPTIONS", "CONNECT", "TRACE"):
            answered = speak(world, f"{method} {target} HTTP/1.1\r\nHost: x\r\n".encode() + key)
            assert set(statuses(answered)) <= {400, 404, 405}, (method, target, answered)
            assert world.admin.key.encode() not in answered, "a TRACE would show it"
    image = shop.api.post("/images", raw=png(), headers={"Content-Type": "image/png", "Host": "evil.example"})
    assert image.is_(201)["url"].startswith(world.base + "/")
