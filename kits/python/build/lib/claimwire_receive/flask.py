"""For Flask: `app.post("/claims")(view(receiver, work))`."""

from __future__ import annotations

from typing import Any, Callable

from .answer import Work, status_of
from .receiver import Receiver


def view(receiver: Receiver, work: Work, done: int = 204) -> Callable[[], Any]:
    """A view function."""
    from flask import request

    def claimwire() -> Any:
        return "", status_of(receiver, work, dict(request.headers), request.get_data(), done)

    return claimwire
