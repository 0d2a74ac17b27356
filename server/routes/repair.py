"""What mends: a new epoch for a desk, what a restored hub is told, what a manager makes of what was kept apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.basics.errors import SyncRefused
from models.operations.protocol import EpochAsk
from models.operations.wire import WireInvalid, plain_from_bytes, plain_to_bytes, points_from_bytes, witness_from_bytes
from models.store.rows import DeviceRow
from server.auth import Asked
from server.deps import Hub, asked, hub_of
from server.questions import MOST_BYTES, Asks, Id, Short, understood
from server.refusals import Refused, bytes_response, json_response

router = APIRouter()
T = TypeVar("T")
MOST_POINTS_BYTES = 1 << 16
MOST_WITNESS_BYTES = 32 << 20
"""A stretch is at most a thousand entries, a few KiB each."""


async def epoch(request: Request) -> Response:
    """`POST /v1/sync/epoch`: a new epoch for a desk whose stream is not the one known here; 409 `sync.cloned`
    when another copy of it is alive."""
    hub = hub_of(request)
    question = await asked(request, MOST_BYTES)
    return bytes_response(await hub.write(_epoch, hub, question))


def _epoch(hub: Hub, question: Asked) -> bytes:
    row = hub.auth.device(question)
    ask = _read(lambda: plain_from_bytes(EpochAsk, question.body))
    try:
        return plain_to_bytes(hub.store.repairs.new_epoch(row.tenant, row.device_id, ask))
    except SyncRefused:
        hub.auth.forget(row.device_id)
        raise


async def ancestor(request: Request) -> Response:
    """`POST /v1/sync/ancestor`: the newest of the places a desk names that the log has too."""
    hub = hub_of(request)
    question = await asked(request, MOST_POINTS_BYTES)
    return bytes_response(await hub.run(_ancestor, hub, question))


def _ancestor(hub: Hub, question: Asked) -> bytes:
    row = hub.auth.welcome(hub.auth.device(question))
    points = _read(lambda: points_from_bytes(question.body))
    return plain_to_bytes(hub.store.repairs.ancestor(row.tenant, points))


async def witness(request: Request) -> Response:
    """`POST /v1/sync/witness`: a stretch of the log as it was served; the hub takes what it has forgotten."""
    hub = hub_of(request)
    question = await asked(request, MOST_WITNESS_BYTES)
    row, head, body = await hub.write(_witness, hub, question)
    hub.heads.moved(row.tenant, head, row.device_id)
    return bytes_response(body)


def _witness(hub: Hub, question: Asked) -> tuple[DeviceRow, int, bytes]:
    row = hub.auth.welcome(hub.auth.device(question))
    shown = _read(lambda: witness_from_bytes(question.body))
    took = hub.store.repairs.witness(row.tenant, shown)
    return row, took.head, plain_to_bytes(took)


def _read(read: Callable[[], T]) -> T:
    try:
        return read()
    except WireInvalid as error:
        raise Refused(400, "sync.not_understood", field=error.path) from error


# What was kept apart ----------------------------------------------------------------------------------------------


class ApartAsked(BaseModel):
    """A manager looks at what is kept apart; with `settled` also at what was decided before."""

    model_config = ConfigDict(extra="ignore", strict=True)
    staff_id: Short
    settled: bool = False


class ApartDecided(BaseModel):
    """A manager decides over operations that are kept apart."""

    model_config = ConfigDict(extra="ignore", strict=True)
    staff_id: Short
    op_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]
    note: Annotated[str, Field(max_length=400, pattern=r"^[^\x00]*$")] = ""


@router.post("/v1/quarantine/list")
async def apart(request: Request) -> Response:
    """What is kept apart, oldest first."""
    _hub, _row, answer = await _manager(request, ApartAsked, _apart)
    return json_response(answer)


def _apart(hub: Hub, row: DeviceRow, told: ApartAsked) -> object:
    hub.store.desks.check_manager(row.tenant, told.staff_id)
    return {"apart": [asdict(one) for one in hub.store.repairs.apart(row.tenant, settled=told.settled)]}


@router.post("/v1/quarantine/accept")
async def accept(request: Request) -> Response:
    """Let operations in: they count from now on."""
    return await _decided(request, lambda hub, row, told: {
        "accepted": hub.store.repairs.accept(row.tenant, told.op_ids, told.staff_id, told.note)})  # fmt: skip


@router.post("/v1/quarantine/discard")
async def discard(request: Request) -> Response:
    """Leave operations out for good; the note says why."""
    return await _decided(request, lambda hub, row, told: {
        "discarded": hub.store.repairs.discard(row.tenant, told.op_ids, told.staff_id, told.note)})  # fmt: skip


async def _decided(request: Request, work: Callable[[Hub, DeviceRow, ApartDecided], object]) -> Response:
    hub, row, answer = await _manager(request, ApartDecided, work)
    hub.heads.moved(row.tenant, (await hub.run(hub.store.head, row.tenant)).seq)
    return json_response(answer)


async def _manager(
    request: Request, kind: type[Asks], work: Callable[[Hub, DeviceRow, Asks], object]
) -> tuple[Hub, DeviceRow, object]:  # fmt: skip
    """Let an enrolled desk that may read ask `work`."""
    hub = hub_of(request)
    question = await asked(request, MOST_POINTS_BYTES)

    def answer() -> tuple[DeviceRow, object]:
        row = hub.auth.welcome(hub.auth.device(question))
        return row, work(hub, row, understood(kind, question.body))

    return hub, *await hub.write(answer)


ROUTES = [
    Route("/v1/sync/epoch", epoch, methods=["POST"]),
    Route("/v1/sync/ancestor", ancestor, methods=["POST"]),
    Route("/v1/sync/witness", witness, methods=["POST"]),
]
