"""What payers allow for services: prices of a day, and all that was ever noted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from models.rules.fees import FeeStep


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One schedule without its prices. `starts_on` is an ISO day, `noted_at` UTC text; `reason` is empty for a table
    that was read in."""

    id: str
    payer: str
    payer_key: str
    starts_on: str
    noted_at: str
    noted_by: str
    reason: str


_COLUMNS = "id, payer, payer_key, starts_on, noted_at, noted_by, reason"
_MINE = "FROM fee_schedule WHERE tenant = ? AND payer_key = ? AND deleted_at = ''"
_ORDER = "ORDER BY starts_on, noted_at, id"


def prices(connection: Any, tenant: str, payer_key: str, day: str) -> dict[str, int]:
    """What a payer allows on a day (`YYYY-MM-DD`), in cents by code; empty where nothing of theirs is known."""
    found = connection.execute(f"SELECT lines {_MINE} AND starts_on <= ? {_ORDER}", (tenant, payer_key, day))
    told: dict[str, int] = {}
    for (lines,) in found:
        told.update((line["code"], int(line["allowed_cents"])) for line in orjson.loads(lines or "[]"))
    return {code: cents for code, cents in told.items() if cents}


def everything(connection: Any, tenant: str) -> list[ScheduleRow]:
    """Every schedule there is, the first that was noted first."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM fee_schedule WHERE tenant = ? AND deleted_at = '' ORDER BY noted_at, id", (tenant,)
    )
    return [ScheduleRow(*row) for row in found]


def of_payer(connection: Any, tenant: str, payer_key: str) -> list[tuple[ScheduleRow, list[FeeStep]]]:
    """Every schedule of a payer with its prices."""
    found = connection.execute(f"SELECT {_COLUMNS}, lines {_MINE} {_ORDER}", (tenant, payer_key))
    return [(ScheduleRow(*row[:-1]), _steps(row)) for row in found]


def written_as(connection: Any, tenant: str, payer_key: str) -> str:
    """How the payer's name was written first; empty where nothing of theirs is known."""
    row = connection.execute(f"SELECT payer {_MINE} ORDER BY noted_at, id LIMIT 1", (tenant, payer_key)).fetchone()
    return str(row[0]) if row else ""


def _steps(row: Any) -> list[FeeStep]:
    head = ScheduleRow(*row[:-1])
    return [FeeStep(line["code"], int(line["allowed_cents"]), head.starts_on, head.noted_at, head.id)
            for line in orjson.loads(row[-1] or "[]")]  # fmt: skip
