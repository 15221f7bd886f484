"""Is a request genuine? Over its raw bytes, in any of the five dialects."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from typing import Callable, Mapping, Optional, Sequence, Union

from . import ed25519

TOLERANCE_SECONDS = 300
STAMPED = {"karla": "Karla-Signature", "claimable": "Claimwire-Signature"}
DIGITS_AT_MOST = 15


class Refused(Exception):
    """Not genuine. `reason` is a stable name: missing_header, malformed_header, malformed_secret, timestamp_too_old,
    timestamp_too_new or no_match."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class _Request:
    def __init__(self, headers: Mapping[str, str], body: bytes, tolerance: float, now: float) -> None:
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body
        self.tolerance = tolerance
        self.now = int(now)

    def header(self, name: str) -> str:
        try:
            return self.headers[name.lower()]
        except KeyError:
            raise Refused("missing_header", f"the header {name} is missing") from None

    def check_time(self, name: str, text: str) -> None:
        if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_AT_MOST):
            raise Refused("malformed_header", f"the time in {name} is no number of seconds")
        age = self.now - int(text)
        if age > self.tolerance:
            raise Refused("timestamp_too_old", f"it was signed {age} s ago")
        if -age > self.tolerance:
            raise Refused("timestamp_too_new", f"it was signed {-age} s in the future")


def verify(
    dialect: str,
    secret: Union[str, Sequence[str]],
    headers: Mapping[str, str],
    body: bytes,
    tolerance: float = TOLERANCE_SECONDS,
    now: Optional[float] = None,
) -> None:
    """Raises Refused unless one of the secrets signed exactly this body. Header names may be in any case."""
    try:
        check = _CHECKS[dialect]
    except KeyError:
        raise ValueError(f"no dialect is called {dialect}; there are {', '.join(_CHECKS)}") from None
    request = _Request(headers, body, tolerance, time.time() if now is None else now)
    secrets = [secret] if isinstance(secret, str) else list(secret)
    if not secrets:
        raise ValueError("no secret was given")
    for index, one in enumerate(secrets):
        try:
            return check(one, request)
        except Refused:
            if index + 1 == len(secrets):
                raise


def _tag(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _equal(expected: bytes, text: str, decode: Callable[[str], bytes]) -> bool:
    try:
        return hmac.compare_digest(expected, decode(text))
    except (binascii.Error, ValueError):
        return False


def _hex(text: str) -> bytes:
    return binascii.unhexlify(text)


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _no_match(name: str) -> Refused:
    return Refused("no_match", f"no signature in {name} is of this secret and these bytes")


def _stamped(name: str) -> Callable[[str, _Request], None]:
    def check(secret: str, request: _Request) -> None:
        pairs = [entry.split("=", 1) for entry in request.header(name).split(",") if "=" in entry]
        times = [value.strip() for key, value in pairs if key.strip() == "t"]
        given = [value.strip() for key, value in pairs if key.strip() == "v1"]
        if not times or not given:
            raise Refused("malformed_header", f"{name} needs t=… and v1=…")
        request.check_time(name, times[0])
        expected = _tag(secret.encode(), times[0].encode() + b"." + request.body)
        if not any(_equal(expected, text, _hex) for text in given):
            raise _no_match(name)

    return check


def _claimport(secret: str, request: _Request) -> None:
    name, begin = "X-ClaimPort-Signature", "sha256="
    first = request.header(name)
    if not first.startswith(begin):
        raise Refused("malformed_header", f"{name} needs sha256=…")
    given = [first, request.headers.get("x-claimport-signature-next", "")]
    expected = _tag(secret.encode(), request.body)
    if not any(value.startswith(begin) and _equal(expected, value[len(begin) :], _hex) for value in given):
        raise _no_match(name)


def _standard(secret: str, request: _Request) -> None:
    ident, at, signatures = (request.header(f"webhook-{part}") for part in ("id", "timestamp", "signature"))
    request.check_time("webhook-timestamp", at)
    public = secret.startswith("whpk_")
    text = secret[5:] if public else secret[6:] if secret.startswith("whsec_") else secret
    try:
        key = _base64(text)
    except (binascii.Error, ValueError):
        key = None
    if key is None or (public and len(key) != ed25519.KEY_BYTES):
        raise Refused("malformed_secret", "the secret is not whsec_ or whpk_ with base64 behind it")
    scheme = "v1a," if public else "v1,"
    given = [entry[len(scheme) :] for entry in signatures.split(" ") if entry.startswith(scheme)]
    if not given:
        raise Refused("malformed_header", f"webhook-signature has no {scheme}…")
    content = f"{ident}.{at}.".encode() + request.body
    if public:
        good = any(_signed(key, content, text) for text in given)
    else:
        expected = _tag(key, content)
        good = any(_equal(expected, text, _base64) for text in given)
    if not good:
        raise _no_match("webhook-signature")


def _signed(key: bytes, content: bytes, text: str) -> bool:
    try:
        return ed25519.verify(key, content, _base64(text))
    except (binascii.Error, ValueError):
        return False


_CHECKS: dict[str, Callable[[str, _Request], None]] = {
    "karla": _stamped(STAMPED["karla"]),
    "claimable": _stamped(STAMPED["claimable"]),
    "claimport": _claimport,
    "standard": _standard,
    "cloudevents": _standard,
}
