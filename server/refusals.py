"""How the hub says no: a status, a message key, and facts (numbers and ids) as JSON."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from models.basics.errors import Fact


class Refused(Exception):
    """A request that is not answered. `status` is HTTP's; `retry_after_s` asks the desk to wait."""

    def __init__(self, status: int, message_key: str, *, retry_after_s: int = 0, **facts: Fact) -> None:
        super().__init__(message_key)
        self.status, self.message_key, self.retry_after_s, self.facts = status, message_key, retry_after_s, facts


async def answer_refused(_request: Request, error: Exception) -> Response:
    """The answer to a Refused."""
    assert isinstance(error, Refused)
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else {}
    return json_response({"error": error.message_key, "facts": error.facts}, error.status, headers)


def json_response(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`content` as JSON, kept by nobody on the way."""
    return bytes_response(orjson.dumps(content), status, headers)


def bytes_response(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON that is already bytes."""
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, "application/json")
