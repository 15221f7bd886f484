import hashlib, hmac, time

def genuine(secret, headers, body):
    """headers: names in lower case. body: the bytes as received."""
    parts = [part.strip().partition("=") for part in headers.get("HEADER", "").split(",")]
    stamp = next((value for name, _, value in parts if name == "t"), "")
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > 300:
        return False
    expected = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    given = [value for name, _, value in parts if name == "v1"]
    return any(hmac.compare_digest(value.encode(), expected.encode()) for value in given)
