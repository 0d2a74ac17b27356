"""Push and pull: the hot path. Plain handlers around the store, no models in between; JSON by orjson."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.operations.protocol import MAX_BYTES, MAX_OPS, WIRE_VERSION, Cursor, PushConflict
from models.operations.signing import HEADER_WIRE
from models.operations.wire import WireInvalid, answer_to_bytes, batch_from_bytes
from models.store.rows import DeviceRow
from server.auth import Asked
from server.deps import Hub, asked, hub_of
from server.refusals import Refused, bytes_response, json_response

LONGEST_WAIT_S = 25.0
MOST_ENTRIES = 1_000
MOST_BODY_BYTES = 2 * MAX_BYTES
"""A push may carry 1 MiB of operations; with its envelope it stays under this."""

MOST_OPS = 5 * MAX_OPS
"""Desks send at most MAX_OPS, but a linked group is never torn: a larger one comes whole."""

TELLS_OF = {"message.send", "rules.put", "statement.issued", "ask.start", "ask.cancel"}
FOR_PROCESSOR = {"refund.request", "link.revoke"}
"""What the hub does more with than judge it: after the first, there may be something to send or to tell, after the
others something to ask of the processor."""

ADVICE = {"max_ops": MAX_OPS, "max_bytes": MAX_BYTES, "min_interval_ms": 0}


async def push(request: Request) -> Response:
    """`POST /v1/sync/push`: a verdict for each operation, or 409 when the batch does not follow the desk's stream."""
    hub = hub_of(request)
    question = await asked(request, MOST_BODY_BYTES)
    row, head, body = await hub.write(_push, hub, question)
    if hub.heads.moved(row.tenant, head, row.device_id):
        await asyncio.sleep(0)  # their answers leave first: somebody may be looking there, here it is done
    return bytes_response(body)


def _push(hub: Hub, question: Asked) -> tuple[DeviceRow, int, bytes]:
    row = hub.auth.device(question)  # a revoked desk's facts are taken too: the store quarantines them
    try:
        batch = batch_from_bytes(question.body, row.tenant)
    except WireInvalid as error:
        raise Refused(400, "sync.not_understood", field=error.path) from error
    if batch.device != row.device_id or any(op.tenant != row.tenant for op in batch.ops):
        raise Refused(403, "auth.not_yours")
    if len(batch.ops) > MOST_OPS:
        raise Refused(413, "sync.too_large", limit_ops=MOST_OPS)
    try:
        answer, grown = hub.store.push_and_show(row.tenant, batch)
        if any(op.kind in TELLS_OF for op in batch.ops):
            hub.messages.wake(row.tenant)
        if any(op.kind in FOR_PROCESSOR for op in batch.ops):
            hub.online_worker.wake(row.tenant)
    except PushConflict as conflict:
        raise Refused(409, f"sync.{conflict.code}", expected_dseq=conflict.expected_dseq,
                      last_hash=conflict.last_hash) from conflict  # fmt: skip
    if grown is not None:
        hub.serve_ahead(row.tenant, grown)
    return row, answer.head, answer_to_bytes(answer, ADVICE)


async def pull(request: Request) -> Response:
    """`GET /v1/sync/pull?epoch&after&hash&limit&wait`: the log after a cursor; with `wait` (seconds, at most 25) an
    empty page is held back until there is something to tell."""
    hub = hub_of(request)
    _check_version(request)
    cursor = Cursor(request.query_params.get("epoch", ""), _number(request, "after", 0, 1 << 62),
                    request.query_params.get("hash", ""))  # fmt: skip
    limit = _number(request, "limit", MOST_ENTRIES, MOST_ENTRIES) or 1
    wait_s = min(float(_number(request, "wait", 0, 60)), LONGEST_WAIT_S)
    row, head, body = await hub.run(_first_page, hub, await asked(request), cursor, limit)
    if head <= cursor.seq and wait_s:
        if await hub.heads.wait(row.tenant, cursor.seq, wait_s, row.device_id, (cursor, limit)) <= cursor.seq:
            return bytes_response(body)
        made = hub.latest.page(row.tenant, (cursor, limit))
        if made is not None and hub.auth.at_hand(row.device_id) is not None:
            return bytes_response(made)
        body = await hub.go_on(_next_page, hub, row.device_id, cursor, limit)
    return bytes_response(body)


def _first_page(hub: Hub, question: Asked, cursor: Cursor, limit: int) -> tuple[DeviceRow, int, bytes]:
    row = hub.auth.welcome(hub.auth.device(question))
    hub.presence.note(row, question.headers)
    head, body = _page(hub, row.tenant, cursor, limit)
    return row, head, body


def _next_page(hub: Hub, device_id: str, cursor: Cursor, limit: int) -> bytes:
    tenant = hub.auth.again(device_id).tenant
    return hub.latest.page(tenant, (cursor, limit)) or _page(hub, tenant, cursor, limit)[1]


def _page(hub: Hub, tenant: str, cursor: Cursor, limit: int) -> tuple[int, bytes]:
    return hub.store.pull_bytes(tenant, cursor, limit)  # SyncRefused: the cursor does not stand in this log


async def wait(request: Request) -> Response:
    """`GET /v1/sync/wait?after`: `{"head": n}` as soon as the log is longer than `after`, or after 25 seconds."""
    hub = hub_of(request)
    _check_version(request)
    after = _number(request, "after", 0, 1 << 62)
    row, head = await hub.run(_head, hub, await asked(request))
    if head <= after:
        head = await hub.heads.wait(row.tenant, after, LONGEST_WAIT_S)
    return json_response({"head": head})


def _head(hub: Hub, question: Asked) -> tuple[DeviceRow, int]:
    row = hub.auth.welcome(hub.auth.device(question))
    return row, hub.store.head(row.tenant).seq


async def manifest(request: Request) -> Response:
    """`GET /v1/sync/snapshot`: what a new desk loads before it pulls."""
    hub = hub_of(request)
    _check_version(request)
    question = await asked(request)
    return bytes_response(await hub.run(lambda: hub.snapshots.manifest(_reader(hub, question))))


async def chunk(request: Request) -> Response:
    """`GET /v1/sync/snapshot/{chunk}?seq`: one chunk of the snapshot whose manifest said `seq`."""
    hub = hub_of(request)
    _check_version(request)
    question = await asked(request)
    seq, chunk_id = _number(request, "seq", 0, 1 << 62), request.path_params["chunk"]
    content = await hub.run(lambda: hub.snapshots.chunk(_reader(hub, question), seq, chunk_id))
    return Response(content, media_type="application/gzip", headers={"Cache-Control": "no-store"})


def _reader(hub: Hub, question: Asked) -> str:
    return hub.auth.welcome(hub.auth.device(question)).tenant


def _check_version(request: Request) -> None:
    """A desk that is too old to read is told so; what it has to send is always taken."""
    told = request.headers.get(HEADER_WIRE, "")
    if not told.isdigit() or int(told) < WIRE_VERSION:
        raise Refused(426, "sync.update_needed", version=WIRE_VERSION)


def _number(request: Request, name: str, default: int, most: int) -> int:
    told = request.query_params.get(name, "")
    if not told:
        return default
    if not (told.isascii() and told.isdigit()) or len(told) > 20 or int(told) > most:
        raise Refused(400, "sync.not_understood", field=name)
    return int(told)


ROUTES = [
    Route("/v1/sync/push", push, methods=["POST"]),
    Route("/v1/sync/pull", pull, methods=["GET"]),
    Route("/v1/sync/wait", wait, methods=["GET"]),
    Route("/v1/sync/snapshot", manifest, methods=["GET"]),
    Route("/v1/sync/snapshot/{chunk}", chunk, methods=["GET"]),
]
