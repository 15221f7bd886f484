"""The Python kit over the test vectors, and what it answers: python3 kits/check.py"""

import base64
import json
import pathlib
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent / "vectors"
DIALECTS = ["karla", "claimport", "claimable", "standard", "cloudevents"]
sys.path.insert(0, str(HERE / "python"))

from claimwire_receive import Receiver, Refused, Seen, once, verify  # noqa: E402
from claimwire_receive.answer import status_of  # noqa: E402


def body_of(holder):
    return holder["text"].encode() if "text" in holder else base64.b64decode(holder["base64"])


def reason(vector, secret, headers, body):
    try:
        verify(vector["dialect"], secret, headers, body, vector.get("tolerance_seconds", 0), vector["now"])
    except Refused as refused:
        return refused.reason
    return None


def vectors():
    files = sorted(file for dialect in DIALECTS for file in (VECTORS / dialect).glob("*.json"))
    assert len(files) > 100, "the vectors are not there"
    for file in files:
        vector = json.loads(file.read_text(encoding="utf-8"))
        if vector["kind"] == "verify":
            found = reason(vector, vector["secret"], vector["headers"], body_of(vector["body"]))
            expected = None if vector["expect"]["valid"] else vector["expect"]["reason"]
            assert found == expected, f"{file.name}: expected {expected}, found {found}"
        else:
            made = vector["expect"]
            body = body_of(made["body"])
            for secret in (vector["secret"], vector["previous_secret"], ["x" * 16, vector["secret"]]):
                if vector["dialect"] in ("standard", "cloudevents") and isinstance(secret, list):
                    continue
                assert reason(vector, secret, made["headers"], body) is None, file.name
    return len(files)


def a_request(secret="a secret of sixteen"):
    import hashlib
    import hmac

    body = b'{"id": "evt_1", "type": "claim.created"}'
    headers = {
        "X-ClaimPort-Signature": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
        "Claimwire-Event-Id": "evt_1",
        "Claimwire-Attempt": "2",
    }
    return Receiver("claimport", secret), headers, body


def answers():
    receiver, headers, body = a_request()
    received = receiver.receive(headers, body)
    assert (received.event_id, received.attempt, received.event["type"]) == ("evt_1", 2, "claim.created")
    done = []
    assert status_of(receiver, done.append, headers, body) == 204
    assert status_of(receiver, done.append, headers, body + b" ") == 401
    assert len(done) == 1

    def fails(_):
        raise RuntimeError("the helpdesk is away")

    assert status_of(receiver, fails, headers, body) == 500


def work_is_done_once():
    receiver, headers, body = a_request()
    received = receiver.receive(headers, body)
    counts = {"calls": 0}

    def work(_):
        counts["calls"] += 1
        if counts["calls"] == 1:
            raise RuntimeError("not yet")

    do = once(Seen(), work)
    try:
        do(received)
        raise AssertionError("the failure was lost")
    except RuntimeError:
        pass
    threads = [threading.Thread(target=do, args=(received,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    do(received)
    assert counts["calls"] == 2, counts
    seen = Seen(limit=2)
    for event_id in ("a", "b", "c"):
        seen.add(event_id)
    assert [seen.has(i) for i in "abc"] == [False, True, True]


if __name__ == "__main__":
    import logging

    logging.disable(logging.CRITICAL)
    count = vectors()
    answers()
    work_is_done_once()
    print(f"Python kit: {count} vectors, answers, once")
