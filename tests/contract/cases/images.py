"""Evidence photos (contract section 2)."""

import base64
import urllib.parse

from harness.client import Client
from harness.world import has, png

# One grey pixel each.
JPEG = (b"\xff\xd8\xff\xdb\x00\x43\x00" + b"\x01" * 64 + b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
        + b"\xff\xc4\x00\x14\x00\x01" + b"\x00" * 16 + b"\xff\xc4\x00\x14\x10\x01" + b"\x00" * 16
        + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x3f\xff\xd9")
WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")


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
    assert upload(shop, exact).is_(201)["bytes"] == len(png()), "padding is no part of the picture"
    upload(shop, exact + b"\x00").problem(413)


def test_what_is_no_whole_image_is_refused(world):
    shop = world.shop()
    for broken in (b"\xff\xd8\xff", JPEG[:-1], JPEG[:40], png()[:-1], WEBP[:20]):
        upload(shop, broken).problem(422, "image_invalid")
    for raw in (png(), JPEG, WEBP):
        assert upload(shop, raw + b"<script>alert(1)</script>").is_(201)["bytes"] == len(raw)


def test_where_a_photo_was_taken_is_not_kept(world):
    shop = world.shop()
    exif = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00GPSLatitude 48.137"
    taken = JPEG[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + JPEG[2:]
    made = upload(shop, taken).is_(201)
    assert made["bytes"] == len(JPEG)
    assert b"GPS" not in Client(world.base).get(made["url"].removeprefix(world.base)).is_(200).body


def test_a_photo_is_gone_with_its_last_claim(world):
    shop = world.shop()
    url = upload(shop, png()).is_(201)["url"]
    path = url.removeprefix(world.base)
    claims = [shop.claim(image_urls=[url]) for _ in range(2)]
    shop.api.delete(f"/claims/{claims[0]['id']}").is_(204)
    served = Client(world.base).get(path).is_(200)
    assert served.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert served.headers["Cache-Control"] == "public, max-age=86400"
    shop.api.delete(f"/claims/{claims[1]['id']}").is_(204)
    Client(world.base).get(path).problem(404, "image_not_found")


def test_a_photo_is_deleted_by_hand(world):
    shop = world.shop()
    made = upload(shop, png()).is_(201)
    world.shop().api.delete(f"/images/{made['id']}").problem(404, "image_not_found")
    shop.api.delete(f"/images/{made['id']}").is_(204)
    shop.api.delete(f"/images/{made['id']}").problem(404, "image_not_found")
    Client(world.base).get(made["url"].removeprefix(world.base)).problem(404, "image_not_found")
