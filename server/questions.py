"""Bodies of questions that are no operations: read strictly, refused by the name of the field."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, ValidationError

from server.refusals import Refused

MOST_BYTES = 8_192
Asks = TypeVar("Asks", bound=BaseModel)
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
Short = Annotated[str, Field(min_length=1, max_length=80, pattern=_PLAIN)]
"""An id, a code, a name: one line, without signs that no database keeps and no screen shows."""

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=_PLAIN)]
"""An operation's id; those of operations kept under another's are longer."""

Line = Annotated[str, Field(max_length=80, pattern=_PLAIN)]
"""The same, or nothing."""


def understood(kind: type[Asks], body: bytes) -> Asks:
    """The body of a question. Raises Refused (400) naming the field that is missing or wrong."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "body"
        raise Refused(400, "sync.not_understood", field=field) from None
