"""Checks every vector with an implementation that shares nothing with Claimwire's own.

    python3 check.py [--official]

Signatures: Python's hmac, and the openssl command for ed25519. Bodies: each event is encoded again
from the description of the dialects and compared, member by member in order, numbers by their text.
Where the library `standardwebhooks` is installed it judges the HMAC vectors of the standard family
too; with --official it is an error when it is not. Exit code 1 when anything differs.
"""

import base64
import binascii
import hashlib
import hmac
import json
import pathlib
import subprocess
import sys
import tempfile

import bodies

HERE = pathlib.Path(__file__).resolve().parent
DIALECTS = ["karla", "claimport", "claimable", "standard", "cloudevents"]
ED25519_PREFIX = bytes.fromhex("302a300506032b6570032100")


class Refused(Exception):
    """Not genuine; the argument is the reason's key."""


def header(headers, name):
    for key, value in headers.items():
        if key.lower() == name.lower():
            return value
    raise Refused("missing_header")


def mac(key, content):
    return hmac.new(key, content, hashlib.sha256).digest()


def same(tag, text, decode):
    try:
        return hmac.compare_digest(tag, decode(text))
    except (binascii.Error, ValueError):
        return False


def in_time(text, vector):
    if not text.isdecimal():
        raise Refused("malformed_header")
    age = vector["now"] - int(text)
    if age > vector["tolerance_seconds"]:
        raise Refused("timestamp_too_old")
    if -age > vector["tolerance_seconds"]:
        raise Refused("timestamp_too_new")


def check_stamped(name, vector, headers, body):
    entries = [entry.split("=", 1) for entry in header(headers, name).split(",") if "=" in entry]
    times = [value for key, value in entries if key == "t"]
    tags = [value for key, value in entries if key == "v1"]
    if not times or not tags:
        raise Refused("malformed_header")
    in_time(times[0], vector)
    tag = mac(vector["secret"].encode(), times[0].encode() + b"." + body)
    if not any(same(tag, text, bytes.fromhex) for text in tags):
        raise Refused("no_match")


def check_claimport(vector, headers, body):
    first = header(headers, "X-ClaimPort-Signature")
    if not first.startswith("sha256="):
        raise Refused("malformed_header")
    try:
        values = [first, header(headers, "X-ClaimPort-Signature-Next")]
    except Refused:
        values = [first]
    tag = mac(vector["secret"].encode(), body)
    if not any(v.startswith("sha256=") and same(tag, v[7:], bytes.fromhex) for v in values):
        raise Refused("no_match")


def check_standard(vector, headers, body):
    ident, at, value = (header(headers, "webhook-" + n) for n in ("id", "timestamp", "signature"))
    in_time(at, vector)
    content = f"{ident}.{at}.".encode() + body
    secret = vector["secret"]
    scheme = "v1a" if secret.startswith("whpk_") else "v1"
    try:
        key = base64.b64decode(secret[5:] if scheme == "v1a" else secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise Refused("malformed_secret") from None
    if scheme == "v1a":
        if len(key) != 32:
            raise Refused("malformed_secret")
        good = lambda text: ed25519_signed(key, content, text)
    else:
        tag = mac(key, content)
        good = lambda text: same(tag, text, lambda t: base64.b64decode(t, validate=True))
    texts = [entry.split(",", 1)[1] for entry in value.split(" ") if entry.startswith(scheme + ",")]
    if not texts:
        raise Refused("malformed_header")
    if not any(good(text) for text in texts):
        raise Refused("no_match")


def ed25519_signed(key, content, text):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "key").write_bytes(ED25519_PREFIX + key)
        (folder / "content").write_bytes(content)
        (folder / "signature").write_bytes(base64.b64decode(text))
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        command += ["-inkey", "key", "-in", "content", "-sigfile", "signature"]
        return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def judge(vector, headers, body):
    """The reason's key, or None when the request is genuine."""
    try:
        match vector["dialect"]:
            case "karla":
                check_stamped("Karla-Signature", vector, headers, body)
            case "claimable":
                check_stamped("Claimwire-Signature", vector, headers, body)
            case "claimport":
                check_claimport(vector, headers, body)
            case _:
                check_standard(vector, headers, body)
    except Refused as refused:
        return refused.args[0]
    return None


def body_of(holder):
    return holder["text"].encode() if "text" in holder else base64.b64decode(holder["base64"])


def check(vector):
    """What is wrong with our judgement or theirs; None when both agree."""
    if vector["kind"] == "verify":
        expected = None if vector["expect"]["valid"] else vector["expect"]["reason"]
        found = judge(vector, vector["headers"], body_of(vector["body"]))
        return None if found == expected else f"expected {expected}, found {found}"
    made = vector["expect"]
    for secret in (vector["secret"], vector["previous_secret"]):
        receiver = vector | {"tolerance_seconds": 0, "secret": secret}
        if reason := judge(receiver, made["headers"], body_of(made["body"])):
            return f"its signature: {reason}"
    return bodies.difference(vector)


def official(vector):
    """The same question to the published library; None when it agrees or has no say."""
    import datetime

    from standardwebhooks import webhooks

    family = vector["dialect"] in ("standard", "cloudevents")
    if not family or vector["kind"] != "verify" or vector["secret"].startswith("whpk_"):
        return None
    if "text" not in vector["body"]:
        return None  # it takes text only

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(vector["now"], tz)

    webhooks.datetime = Clock
    try:
        library = webhooks.Webhook(vector["secret"])
        library.verify(vector["body"]["text"], vector["headers"], json_parse=False)
        valid = True
    except (webhooks.WebhookVerificationError, ValueError):
        valid = False
    wanted = vector["expect"]["valid"]
    return None if valid == wanted else f"standardwebhooks says {valid}, not {wanted}"


def main():
    checks = [check]
    try:
        import standardwebhooks  # noqa: F401

        checks.append(official)
    except ImportError:
        if "--official" in sys.argv:
            sys.exit("standardwebhooks is not installed: pip install -r requirements.txt")
        print("standardwebhooks is not installed: our own check only")
    files = [file for dialect in DIALECTS for file in sorted((HERE / dialect).glob("*.json"))]
    wrong = 0
    for file in files:
        vector = json.loads(file.read_text(encoding="utf-8"))
        for problem in filter(None, (one(vector) for one in checks)):
            wrong += 1
            print(f"{file.relative_to(HERE)}: {problem}")
    print(f"{len(files)} vectors, {wrong} wrong")
    sys.exit(1 if wrong or not files else 0)


if __name__ == "__main__":
    main()
