"""The address of a one-time link, for a desk that copies it or shows it as a code. It is made anew each time and kept
nowhere."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.store.queries import links
from server.auth import Asked
from server.deps import Hub, asked, hub_of
from server.refusals import Refused, json_response

_LONGEST_ID = 64


async def address(request: Request) -> Response:
    """`GET /v1/links/{id}`: `{"address": url}`, signed by a desk of the practice whose link it is; 404 for one this hub
    has not heard of."""
    hub = hub_of(request)
    question = await asked(request)
    return json_response(await hub.run(_address, hub, question, str(request.path_params["id"])))


def _address(hub: Hub, question: Asked, link_id: str) -> dict[str, str]:
    tenant = hub.auth.welcome(hub.auth.device(question)).tenant
    known = len(link_id) <= _LONGEST_ID and hub.portal.rows.read(
        tenant, lambda reader: links.link(reader, tenant, link_id) is not None)  # fmt: skip
    try:
        made = hub.portal.pay_url(tenant, link_id) if known else ""
    except ValueError:  # an id no address can be made of
        made = ""
    if not made:
        raise Refused(404, "link.not_there_yet")
    return {"address": made}


ROUTES = [Route("/v1/links/{id}", address, methods=["GET"])]
