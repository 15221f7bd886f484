"""Evidence photos (contract section 2)."""

import urllib.parse

from harness.client import Client
from harness.world import has, png

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8L\x17\x00\x00\x00\x2f\x00\x00\x00\x00\x07\x10\xfd\x8f\xfe\x07\x22\xa2\xff\x01\x00" + b"\x00" * 8


def upload(shop, raw, kind="application/octet-stream"):
    return shop.api.post("/images", raw=raw, headers={"Content-Type": kind})


def test_the_three_kinds_are_served_as_they_came(world):
    shop = world.shop()
    for raw, kind in ((png(), "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")):
        made = has(upload(shop, raw, kind).is_(201).json, "id", "url", "content_type", "bytes")
        assert made["content_type"] == kind and made["bytes"] == len(raw)
        assert made["url"].startswith(world.base + "/"), "absolute, under --public-url"
        assert shop.slug not in made["url"] or len(urllib.parse.urlsplit(made["url"]).path) > 40
        path = made["url"].removeprefix(world.base)
        got = Client(world.base).get(path).is_(200)
        assert got.body == raw and got.headers["Content-Type"] == kind
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        Client(world.base).get(path[:-1] + ("a" if path[-1] != "a" else "b")).problem(404)
        shop.claim(image_urls=[made["url"]])


def test_the_content_is_sniffed(world):
    shop = world.shop()
    assert upload(shop, png(), "image/jpeg").is_(201)["content_type"] == "image/png"
    for raw in (b"GIF89a" + b"\x00" * 20, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%PDF-1.7"):
        upload(shop, raw, "image/png").problem(415)
    upload(shop, b"").problem(400)


def test_multipart(world):
    shop = world.shop()
    def form(field, raw):
        body = (b"--b\r\nContent-Disposition: form-data; name=\"" + field + b"\"; filename=\"x.png\"\r\n"
                b"Content-Type: image/png\r\n\r\n" + raw + b"\r\n--b--\r\n")
        return shop.api.post("/images", raw=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    made = form(b"file", png()).is_(201).json
    assert made["bytes"] == len(png()) and made["content_type"] == "image/png"
    assert form(b"other", png()).status in (400, 422)
    assert shop.api.post("/images", raw=b"--b\r\nbroken", headers={"Content-Type": "multipart/form-data; boundary=b"}).status == 400


def test_ten_mebibytes_are_the_most(world):
    shop = world.shop()
    most = 10 << 20
    exact = png(most - len(png(1)) + 1)
    assert len(exact) == most
    upload(shop, exact).is_(201)
    upload(shop, exact + b"\x00").problem(413)
