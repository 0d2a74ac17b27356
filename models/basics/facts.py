"""What may go into the technical log: numbers, truth values, enums and ids. Never a sentence, never a person."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

_SAFE_TEXT = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")


def facts(**named: int | float | bool | Enum | str | None) -> dict[str, Any]:
    """`extra=` for a log call. Strings must look like ids or keys (no spaces, at most 64 signs), else TypeError."""
    safe: dict[str, Any] = {}
    for name, value in named.items():
        plain = value.name if isinstance(value, Enum) else value
        if isinstance(plain, str) and not _SAFE_TEXT.fullmatch(plain):
            raise TypeError(f"{name} is text, not an id or a key")
        safe[name] = plain
    return {"facts": safe}
