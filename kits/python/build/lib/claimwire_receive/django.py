"""For Django: `path("claims", view(receiver, work))`."""

from __future__ import annotations

from typing import Any, Callable

from .answer import Work, status_of
from .receiver import Receiver


def view(receiver: Receiver, work: Work, done: int = 204) -> Callable[[Any], Any]:
    """A view: POST alone, without a CSRF token, which the signature stands in for."""
    from django.http import HttpResponse
    from django.views.decorators.csrf import csrf_exempt
    from django.views.decorators.http import require_POST

    def claimwire(request: Any) -> Any:
        return HttpResponse(status=status_of(receiver, work, dict(request.headers), request.body, done))

    return csrf_exempt(require_POST(claimwire))
