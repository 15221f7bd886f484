"""Signatures checked by code that shares nothing with the program's own (contract section 5).

Each function returns which of the given secrets signed, in the order of the signatures, so that a
rotation can be told from one secret.
"""

import base64
import hashlib
import hmac

FRESH_SECONDS = 60


def mac(key, content):
    return hmac.new(key, content, hashlib.sha256).digest()


def _who(tags, secrets, tag_of):
    found = []
    for tag in tags:
        signed = [secret for secret in secrets if hmac.compare_digest(tag, tag_of(secret))]
        assert signed, "a signature is of none of the secrets"
        found.append(signed[0])
    assert found, "there is no signature"
    return found


def _fresh(stamp, got):
    assert stamp.isdecimal() and abs(got.unix - int(stamp)) < FRESH_SECONDS, f"timestamp {stamp}"


def stamped(got, *secrets, header="Karla-Signature"):
    """`t=UNIX,v1=HEX,…` over `t.body`: karla and claimable."""
    entries = [entry.split("=", 1) for entry in got.headers[header].split(",")]
    assert entries[0][0] == "t" and all(name == "v1" for name, _ in entries[1:]), entries
    stamp = entries[0][1]
    _fresh(stamp, got)
    tags = [value.encode() for _, value in entries[1:]]
    return _who(tags, secrets, lambda s: mac(s.encode(), stamp.encode() + b"." + got.body).hex().encode())


def claimport(got, *secrets):
    """`sha256=HEX` over the body; during a rotation the old secret, and the new in `…-Next`."""
    values = [got.headers["X-ClaimPort-Signature"]]
    if got.headers["X-ClaimPort-Signature-Next"]:
        values.append(got.headers["X-ClaimPort-Signature-Next"])
    assert all(value.startswith("sha256=") for value in values), values
    tags = [value.removeprefix("sha256=").encode() for value in values]
    return _who(tags, secrets, lambda s: mac(s.encode(), got.body).hex().encode())


def standard(got, *secrets, public_key=None, old_public_key=None):
    """Standard Webhooks 1.0.0: `v1,BASE64 v1a,BASE64`. With a public key, its `v1a` must be there, and
    during a rotation that of the old one after it."""
    stamp, ident = got.headers["webhook-timestamp"], got.headers["webhook-id"]
    _fresh(stamp, got)
    content = f"{ident}.{stamp}.".encode() + got.body
    entries = [entry.split(",", 1) for entry in got.headers["webhook-signature"].split(" ")]
    assert all(scheme in ("v1", "v1a") for scheme, _ in entries), entries
    asymmetric = [base64.b64decode(value, validate=True) for scheme, value in entries if scheme == "v1a"]
    public_keys = [key for key in (public_key, old_public_key) if key]
    assert len(asymmetric) == len(public_keys), entries
    for tag, public in zip(asymmetric, public_keys):
        key = base64.b64decode(public.removeprefix("whpk_"), validate=True)
        assert ed25519(key, tag, content), "a v1a signature is not the key's"
    tags = [base64.b64decode(value, validate=True) for scheme, value in entries if scheme == "v1"]
    if not secrets:
        assert not tags, entries
        return []
    raw = lambda s: base64.b64decode(s.removeprefix("whsec_"), validate=True)
    return _who(tags, secrets, lambda s: mac(raw(s), content))


OF = {
    "karla": stamped,
    "claimport": claimport,
    "claimable": lambda got, *secrets: stamped(got, *secrets, header="Claimwire-Signature"),
    "standard": standard,
    "cloudevents": standard,
}

# Ed25519 as in RFC 8032, section 6: verification alone.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _point(text):
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    assert (x * x - square) % P == 0, "not a point of the curve"
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(n, p):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = _add(result, p)
        p, n = _add(p, p), n >> 1
    return result


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519(key, signature, content):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(r + key + content).digest(), "little") % L
    left, right = _times(s, BASE), _add(_point(r), _times(h, _point(key)))
    return s < L and (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0
