"""A webhook's receiver: its dialect and secret, and what a request holds once it is verified."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, Mapping, Optional, Sequence, Union

from .verify import TOLERANCE_SECONDS, verify

Dialect = Literal["karla", "claimport", "claimable", "standard", "cloudevents"]


@dataclass(frozen=True)
class Received:
    """A genuine request."""

    #: The same on every attempt and in every replay.
    event_id: str
    delivery_id: str
    #: 1, 2, …
    attempt: int
    dialect: str
    #: The body; `claimwire_receive.events` has its types.
    event: Any


@dataclass(frozen=True)
class Receiver:
    """Verifies and parses what one webhook sends."""

    dialect: Dialect
    #: The webhook's secret, or the public key `whpk_…`; several while it is being changed.
    secret: Union[str, Sequence[str]]
    #: How far the signature's time may be from this machine's, in seconds.
    tolerance: float = TOLERANCE_SECONDS

    def receive(self, headers: Mapping[str, str], body: bytes, now: Optional[float] = None) -> Received:
        """Raises Refused if the request is not genuine, ValueError if a genuine body is not JSON."""
        verify(self.dialect, self.secret, headers, body, self.tolerance, now)
        names = {name.lower(): value for name, value in headers.items()}
        attempt = names.get("claimwire-attempt", "1")
        return Received(
            event_id=names.get("claimwire-event-id") or names.get("webhook-id") or "",
            delivery_id=names.get("claimwire-delivery-id", ""),
            attempt=int(attempt) if attempt.isdigit() else 1,
            dialect=self.dialect,
            event=json.loads(body),
        )
