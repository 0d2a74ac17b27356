"""How a desk becomes one of the clinic's: a one-time code, its public key, and from then on its signature."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from models.basics.errors import RuleBroken
from models.operations.joining import plain_code
from models.operations.signing import HEADER_NONCE, HEADER_SIGNATURE, HEADER_TIME
from models.store.joining import Former
from server.auth import Asked, public_key_usable
from server.deps import Hub, asked, hub_of
from server.questions import MOST_BYTES, Line, Short, understood
from server.refusals import Refused, json_response

router = APIRouter()


class FormerDesk(BaseModel):
    """Who a desk was that joins again."""

    model_config = ConfigDict(extra="ignore", strict=True)
    tenant: Short
    device_id: Short
    device_no: Annotated[int, Field(ge=1, le=99_999)]
    epoch: Annotated[int, Field(ge=0, le=1_000_000)]


class JoinRequest(BaseModel):
    """A desk introduces itself. The request is signed with the key it brings: it holds the private half."""

    model_config = ConfigDict(extra="ignore", strict=True)
    code: Annotated[str, Field(min_length=4, max_length=80)]
    public_key: Annotated[str, Field(min_length=40, max_length=60)]
    desk_name: Short
    version: Short
    system: Line = ""
    former: FormerDesk | None = None


@router.post("/v1/enrol")
async def enrol(request: Request) -> Response:
    """Exchange a one-time code for an identity. The same code with the same key answers the same again: a lost reply
    costs nothing."""
    hub = hub_of(request)
    question = await asked(request, MOST_BYTES)
    address = request.client.host if request.client else ""
    return json_response(await hub.run(_enrol, hub, question, address))


def _enrol(hub: Hub, question: Asked, address: str) -> dict[str, object]:
    hub.guard.check(address)
    told = understood(JoinRequest, question.body)
    if not public_key_usable(told.public_key):
        raise Refused(400, "sync.not_understood", field="public_key")
    signed = [question.headers.get(name, "") for name in (HEADER_TIME, HEADER_NONCE, HEADER_SIGNATURE)]
    hub.auth.check_signature(question, told.public_key, *signed)
    info: dict[str, object] = {"version": told.version, "system": told.system, "desk_name": told.desk_name}
    former = Former(**told.former.model_dump()) if told.former is not None else None
    try:
        joined = hub.store.redeem(plain_code(told.code), told.public_key, info, former)
    except RuleBroken as error:
        if error.message_key == "enrol.code_wrong":
            hub.guard.failed(address)
        raise Refused(403, error.message_key) from error
    hub.guard.succeeded(address)
    hub.auth.forget(joined.device_id)
    return {
        "tenant": joined.tenant, "device_id": joined.device_id, "device_no": joined.device_no, "epoch": joined.epoch,
        "desk_name": joined.name, "server_epoch": hub.store.head(joined.tenant).server_epoch,
    }  # fmt: skip
