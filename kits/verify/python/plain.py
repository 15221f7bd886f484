import hashlib, hmac

def genuine(secret, headers, body):
    """headers: names in lower case. body: the bytes as received."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    names = ["x-claimport-signature", "x-claimport-signature-next"]
    given = [headers.get(name, "") for name in names]
    return any(hmac.compare_digest(value.encode(), expected.encode()) for value in given)
