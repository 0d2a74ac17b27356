"""What the processor tells: `POST /stripe/webhooks/{practice}`, signed with that practice's own secret."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.operations.joining import is_loopback
from server.deps import Hub, body_of, hub_of
from server.online.line import verified
from server.refusals import Refused, json_response

MOST_BYTES = 1 << 18
"""Events are a few thousand bytes."""


async def take_event(request: Request) -> Response:
    """Answers 200 once the event is kept, whether or not it was told before: only then may the processor forget it.
    400 for what is not signed with the practice's secret, or too long ago; 404 where no events are expected."""
    hub = hub_of(request)
    asker = request.client.host if request.client else ""
    if not (hub.settings.encrypted or is_loopback(asker)):
        raise Refused(403, "http.403")
    body = await body_of(request, MOST_BYTES)
    status = await hub.write(_take, hub, request.path_params["tenant"], body,
                             request.headers.get("stripe-signature", ""))  # fmt: skip
    return json_response({"received": status == 200}, status)


def _take(hub: Hub, tenant: str, body: bytes, signature: str) -> int:
    secret = hub.online.webhook_secret(tenant)
    if not secret:
        return 404
    told = verified(body, signature, secret)
    if told is None:
        return 400
    if hub.online_worker.hear(tenant, told):
        hub.online_worker.wake(tenant)
    return 200


ROUTES = [Route("/stripe/webhooks/{tenant}", take_event, methods=["POST"])]
