"""What patients answer to texts: `POST /texts/replies`, from the text provider of this hub."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.basics.facts import facts
from models.rules.text_replies import STOP, reply_of
from server.deps import Hub, body_of, hub_of
from server.portal.headers import address_of, may_serve
from server.refusals import Refused
from server.text_replies import HttpReplies, Reply

log = logging.getLogger(__name__)

PATH = "/texts/replies"
MOST_BYTES = 1 << 14
_ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
"""Nothing is answered: the provider says itself that texts have ended, and answers HELP."""


async def take_reply(request: Request) -> Response:
    """Answers 200 and nothing more to every text the provider signed, of known and unknown numbers, old and new: only
    then may it forget it. 403 for what it did not sign, 404 without a provider, 429 for too many."""
    hub = hub_of(request)
    if not may_serve(request):
        raise Refused(403, "http.403")
    body = await body_of(request, MOST_BYTES)
    status = await hub.write(_take, hub, body, request)
    return Response(_ANSWER if status == 200 else b"", status, media_type="application/xml")


def _take(hub: Hub, body: bytes, request: Request) -> int:
    settings = hub.settings.messages.text
    if settings is None:
        return 404
    if not hub.replies_from.let("", address_of(request)):
        return 429
    reply = HttpReplies(settings).read(_url(hub), request.headers, body)
    if reply is None:
        return 403
    if not hub.replies_of.let("", reply.number):
        return 429
    _hear(hub, reply)
    return 200


def _url(hub: Hub) -> str:
    """The address the provider was given: that of patients' pages, with this path."""
    return f"{hub.address.browser_url}{PATH}"


def _hear(hub: Hub, reply: Reply) -> None:
    """Write it down at every practice that reaches this number: they share what texts come from."""
    word = reply_of(reply.words)
    if not word:
        return
    for tenant in hub.store.tenants():
        made = hub.store.text_stops.said(tenant, reply.number, reply.reference, stop=word == STOP)
        if made:
            log.info("text answered", extra=facts(tenant=tenant, word=word, patients=made))
            hub.heads.moved(tenant, hub.store.head(tenant).seq)


ROUTES = [Route(PATH, take_reply, methods=["POST"])]
