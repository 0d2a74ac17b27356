"""Documents' bytes beside the log, piece by piece: sent by the desk they were added at, fetched by the others.

A document is named by its id alone: no name of a file, no patient, no hash stands in an address.
"""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.auth import Asked
from server.deps import Hub, asked, hub_of
from server.documents import PIECE_BYTES
from server.refusals import Refused, json_response

MOST_IDS = 500
_LONGEST_ID = 64


async def state(request: Request) -> Response:
    """`GET /v1/documents/{id}`: how many of a document's bytes are here, and what the hub has said of it."""
    hub, question = hub_of(request), await asked(request)
    return json_response(await hub.run(lambda: hub.documents.state(_tenant(hub, question), _id(request))))


async def put(request: Request) -> Response:
    """`PUT /v1/documents/{id}?from=n`: the next piece, at most 1 MiB; whole records of 256 KiB but for the end."""
    hub, start = hub_of(request), _start(request)
    question = await asked(request, PIECE_BYTES)
    told = await hub.run(lambda: hub.documents.put(_tenant(hub, question), _id(request), start, question.body))
    return json_response(told)


async def read(request: Request) -> Response:
    """`GET /v1/documents/{id}/bytes?from=n`: the next piece, at most 1 MiB."""
    hub, start = hub_of(request), _start(request)
    question = await asked(request)
    content = await hub.run(lambda: hub.documents.read(_tenant(hub, question), _id(request), start))
    return Response(content, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


async def missing(request: Request) -> Response:
    """`POST /v1/documents/missing` with a list of ids: those whose bytes are not here although the log names them."""
    hub = hub_of(request)
    question = await asked(request, MOST_IDS * (_LONGEST_ID + 4))
    try:
        ids = orjson.loads(question.body)
    except orjson.JSONDecodeError as error:
        raise Refused(400, "sync.not_understood", field="ids") from error
    if not isinstance(ids, list) or len(ids) > MOST_IDS or not all(isinstance(each, str) for each in ids):
        raise Refused(400, "sync.not_understood", field="ids")
    return json_response({"missing": await hub.run(lambda: hub.documents.missing(_tenant(hub, question), ids))})


def _tenant(hub: Hub, question: Asked) -> str:
    return hub.auth.welcome(hub.auth.device(question)).tenant


def _id(request: Request) -> str:
    told = str(request.path_params["id"])
    if len(told) > _LONGEST_ID:
        raise Refused(404, "documents.not_named")
    return told


def _start(request: Request) -> int:
    told = request.query_params.get("from", "0")
    if not (told.isascii() and told.isdigit()) or len(told) > 12:
        raise Refused(400, "sync.not_understood", field="from")
    return int(told)


ROUTES = [
    Route("/v1/documents/missing", missing, methods=["POST"]),
    Route("/v1/documents/{id}", state, methods=["GET"]),
    Route("/v1/documents/{id}", put, methods=["PUT"]),
    Route("/v1/documents/{id}/bytes", read, methods=["GET"]),
]
