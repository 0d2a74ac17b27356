"""Keeps `account.held` in step with what is left of the holds on it: before and after the net of a run is written.

A lot never carries more than it bears on the way: first it is let go what is no longer held, then money moves, then
what is newly held is set aside."""

from __future__ import annotations

from collections.abc import Collection

from models.store.session import Session
from models.store.sheet import Sheet

_LEFT = (
    "(SELECT coalesce(sum(h.granted_cents - h.used_cents - h.returned_cents), 0) FROM hold h "
    "WHERE h.tenant = account.tenant AND h.account_id = account.id "
    "AND h.used_cents + h.returned_cents < h.granted_cents)"
)
_LET_GO = f"UPDATE account SET held = {_LEFT} WHERE tenant = :tenant AND id IN (:ids) AND held > {_LEFT}"
_SET_ASIDE = f"UPDATE account SET held = {_LEFT} WHERE tenant = :tenant AND id IN (:ids)"
PENDING = "SELECT account_id FROM hold WHERE tenant = :tenant AND seq = 0"
"""The lots whose holds a desk's pending operations changed."""


def changed(sheet: Sheet) -> set[str]:
    """The lots whose holds a run changed."""
    return {str(row["account_id"]) for row in sheet.changed_rows("hold")}


def let_go(session: Session, tenant: str, lots: Collection[str]) -> None:
    """Free what is no longer held; the rows of the holds are written already."""
    if lots:
        session.run(_LET_GO, tenant=tenant, ids=lots)


def set_aside(session: Session, tenant: str, lots: Collection[str]) -> None:
    """Hold what the rows say."""
    if lots:
        session.run(_SET_ASIDE, tenant=tenant, ids=lots)
