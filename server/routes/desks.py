"""What a manager sees and does with the clinic's desks: who is there, codes for new ones, names, revoking, readmitting.

Every question is signed by an enrolled desk and names the manager who asks; the hub looks that up in its own books.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from models.basics.clock import parse_utc, utc_text
from models.basics.errors import RuleBroken
from models.store.hub import OPERATOR
from models.store.hub_desks import Seen
from models.store.joining import CODE_MINUTES
from models.store.rows import DeviceRow
from server.deps import Hub, asked, hub_of
from server.presence import THERE_S
from server.questions import MOST_BYTES, Asks, Line, Short, understood
from server.refusals import json_response

router = APIRouter()


class ManagerAsks(BaseModel):
    """A manager looks at the desks."""

    model_config = ConfigDict(extra="ignore", strict=True)
    staff_id: Short


class CodeAsked(ManagerAsks):
    """A manager wants a code for a further desk, or for a known one (`again_for`) that is to join once more."""

    desk_name: Short
    again_for: Line = ""


class CodeStateAsked(ManagerAsks):
    """A manager waits for a desk to join with a code."""

    code: Short


class DeskAsked(ManagerAsks):
    """A manager does something to one desk."""

    device_id: Short


class NameAsked(DeskAsked):
    """A manager calls a desk otherwise."""

    name: Short


class OwnName(BaseModel):
    """A desk asks how it is called; a `name` is what it wants to be called from now on."""

    model_config = ConfigDict(extra="ignore", strict=True)
    name: Line = ""


async def _answer(request: Request, kind: type[Asks], work: Callable[[Hub, DeviceRow, Asks], object]) -> Response:
    """Let an enrolled desk that may read ask `work`."""
    hub = hub_of(request)
    question = await asked(request, MOST_BYTES)

    def answer() -> object:
        row = hub.auth.welcome(hub.auth.device(question))
        return work(hub, row, understood(kind, question.body))

    return json_response(await hub.run(answer))


@router.post("/v1/desks/codes")
async def new_code(request: Request) -> Response:
    """A join line for a further desk, good for ten minutes."""
    return await _answer(request, CodeAsked, _new_code)


def _new_code(hub: Hub, row: DeviceRow, told: CodeAsked) -> object:
    if told.staff_id == OPERATOR:  # the person at the hub itself, never one at a desk
        raise RuleBroken("enrol.not_a_manager")
    code = hub.store.new_code(row.tenant, told.desk_name, told.staff_id, again_for=told.again_for)
    line = hub.address.join_line(code)
    return {"host": line.host, "port": line.port, "code": line.code, "fingerprint_group": line.fingerprint_group,
            "seconds": CODE_MINUTES * 60}  # fmt: skip


@router.post("/v1/desks/codes/state")
async def code_state(request: Request) -> Response:
    """How long a code is still good, and which desk joined with it."""
    return await _answer(request, CodeStateAsked, _code_state)


def _code_state(hub: Hub, row: DeviceRow, told: CodeStateAsked) -> object:
    state = hub.store.desks.code_state(row.tenant, told.code, told.staff_id)
    return {"used": bool(state.used_at), "desk_no": state.device_no, "desk_name": state.desk_name,
            "seconds": hub.store.desks.seconds_left(state)}  # fmt: skip


@router.post("/v1/desks/list")
async def desk_list(request: Request) -> Response:
    """Every desk of the practice with what the hub knows of it. No patient, no amount."""
    return await _answer(request, ManagerAsks, _desks)


def _desks(hub: Hub, row: DeviceRow, told: ManagerAsks) -> object:
    hub.store.desks.check_manager(row.tenant, told.staff_id)
    news, aside = hub.presence.seen(row.tenant), hub.store.desks.quarantined(row.tenant)
    desks = [_desk(hub, known, news.get(known.device_id), aside.get(known.device_id, 0))
             for known in hub.store.devices(row.tenant)]  # fmt: skip
    return {"desks": desks, "server_time": utc_text(hub.clock.now())}


def _desk(hub: Hub, row: DeviceRow, news: Seen | None, quarantined: int) -> dict[str, object]:
    told = {**row.info, **(news.told if news else {})}
    seen_at = max(row.last_seen_at, news.at if news else "")
    away_s = (hub.clock.now() - parse_utc(seen_at)).total_seconds() if seen_at else None
    return {
        "device_id": row.device_id, "device_no": row.device_no, "name": row.name, "joined_at": row.created_at,
        "seen_at": seen_at, "there": away_s is not None and away_s < THERE_S, "revoked_at": row.revoked_at,
        "apart_at": row.apart_at, "version": told.get("version", ""), "system": told.get("system", ""),
        "pending": told.get("pending", 0), "oldest_at": told.get("oldest_at", ""), "quarantined": quarantined,
    }  # fmt: skip


@router.post("/v1/desks/rename")
async def rename(request: Request) -> Response:
    """Call a desk otherwise."""
    return await _answer(request, NameAsked, _rename)


def _rename(hub: Hub, row: DeviceRow, told: NameAsked) -> object:
    hub.store.desks.rename(row.tenant, told.device_id, told.name, told.staff_id)
    hub.auth.forget(told.device_id)
    return {}


@router.post("/v1/desks/revoke")
async def revoke(request: Request) -> Response:
    """Take a desk out of the clinic: what it sends from now on is kept apart, and it reads no more. A desk does not
    revoke itself: then nobody might be left to readmit it."""
    return await _answer(request, DeskAsked, _revoke)


def _revoke(hub: Hub, row: DeviceRow, told: DeskAsked) -> object:
    if told.device_id == row.device_id:
        raise RuleBroken("desks.own")
    hub.store.desks.revoke(row.tenant, told.device_id, told.staff_id)
    hub.auth.forget(told.device_id)
    return {}


@router.post("/v1/desks/readmit")
async def readmit(request: Request) -> Response:
    """Let a revoked desk work again."""
    return await _answer(request, DeskAsked, _readmit)


def _readmit(hub: Hub, row: DeviceRow, told: DeskAsked) -> object:
    hub.store.desks.readmit(row.tenant, told.device_id, told.staff_id)
    hub.auth.forget(told.device_id)
    return {}


@router.post("/v1/desks/self")
async def own_name(request: Request) -> Response:
    """How the desk that asks is called."""
    return await _answer(request, OwnName, _own_name)


def _own_name(hub: Hub, row: DeviceRow, told: OwnName) -> object:
    return {"name": hub.store.desks.call_itself(row.tenant, row.device_id, told.name)}
