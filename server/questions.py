"""Bodies of questions that are no operations: read strictly, refused by the name of the field."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, ValidationError

from server.refusals import Refused

MOST_BYTES = 8_192
Asks = TypeVar("Asks", bound=BaseModel)
Short = Annotated[str, Field(min_length=1, max_length=80)]


def understood(kind: type[Asks], body: bytes) -> Asks:
    """The body of a question. Raises Refused (400) naming the field that is missing or wrong."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "body"
        raise Refused(400, "sync.not_understood", field=field) from None
