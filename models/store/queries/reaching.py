"""How somebody is reached: the language they are written to in, and numbers that want no texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models.store.queries.rows import marks

_LANGUAGE = (
    "SELECT CASE p.language WHEN '' THEN coalesce(g.language, '') ELSE p.language END FROM patient p "
    "LEFT JOIN patient g ON g.tenant = p.tenant AND g.id = p.guarantor_id AND p.guarantor_id <> '' "
    "WHERE p.tenant = ? AND p.id = ?"
)
_STOPPED = "FROM consent WHERE tenant = ? AND channel = 'text' AND agreed = 0"


def language(connection: Any, tenant: str, patient_id: str) -> str:
    """What a patient would rather read, as their record says, else that of who pays for them; empty: nobody said."""
    row = connection.execute(_LANGUAGE, (tenant, patient_id)).fetchone()
    return str(row[0]) if row else ""


def no_texts(connection: Any, tenant: str, number: str) -> bool:
    """Does a number (E.164) want no texts? Whoever's it is: it is one telephone."""
    found = connection.execute(f"SELECT 1 {_STOPPED} AND address = ? LIMIT 1", (tenant, number)).fetchone()
    return found is not None


def stopped_at(connection: Any, tenant: str, number: str) -> str:
    """When a number ended texts (UTC text); empty where it takes them."""
    found = connection.execute(f"SELECT max(said_at) {_STOPPED} AND address = ?", (tenant, number)).fetchone()
    return str(found[0] or "")


def stopped(connection: Any, tenant: str, numbers: Iterable[str]) -> frozenset[str]:
    """Those of these numbers that want no texts."""
    asked = tuple(dict.fromkeys(numbers))
    if not asked:
        return frozenset()
    query = f"SELECT address {_STOPPED} AND address IN ({marks(len(asked))})"
    return frozenset(str(row[0]) for row in connection.execute(query, (tenant, *asked)))
