"""Receive what Claimwire sends: verify, parse, do the work once.

    from claimwire_receive import Receiver

    receiver = Receiver("karla", secret)
    received = receiver.receive(headers, body)   # raises Refused if it is not genuine
    print(received.event_id, received.event["ref"])

`claimwire_receive.flask`, `.fastapi` and `.django` make a view of a receiver and a function."""

from .receiver import Dialect, Received, Receiver
from .seen import Memory, Seen, once
from .verify import TOLERANCE_SECONDS, Refused, verify

__all__ = ["TOLERANCE_SECONDS", "Dialect", "Memory", "Received", "Receiver", "Refused", "Seen", "once", "verify"]
