"""What a request is answered with, in every framework."""

from __future__ import annotations

import logging
from typing import Callable, Mapping

from .receiver import Received, Receiver
from .verify import Refused

log = logging.getLogger("claimwire_receive")

Work = Callable[[Received], object]


def status_of(receiver: Receiver, work: Work, headers: Mapping[str, str], body: bytes, done: int = 204) -> int:
    """401: not genuine. 400: genuine and no JSON. 500: the work failed, and Claimwire sends it again. Else `done`; a
    webhook with `ack: "200"` needs 200."""
    try:
        received = receiver.receive(headers, body)
    except Refused as refused:
        log.warning("a request was refused: %s: %s", refused.reason, refused)
        return 401
    except ValueError:
        return 400
    try:
        work(received)
    except Exception:
        log.exception("the work for event %s failed", received.event_id)
        return 500
    return done
