"""For FastAPI and Starlette: `app.add_route("/claims", endpoint(receiver, work), methods=["POST"])`."""

from __future__ import annotations

from typing import Any, Callable

from .answer import Work, status_of
from .receiver import Receiver


def endpoint(receiver: Receiver, work: Work, done: int = 204) -> Callable[[Any], Any]:
    """An endpoint; the work runs in a thread, so that it may wait."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import Response

    async def claimwire(request: Any) -> Any:
        body = await request.body()
        headers = dict(request.headers)
        return Response(status_code=await run_in_threadpool(status_of, receiver, work, headers, body, done))

    return claimwire
