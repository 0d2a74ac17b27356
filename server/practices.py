"""What an operator, or the desk that owns an embedded hub, may do beside serving: add a practice, hand out a code."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.operations.records import Practice
from models.store.hub import OPERATOR, HubStore


def add(store: HubStore, name: str, timezone: str) -> str:
    """A new practice under `name`; its id. Raises RuleBroken when the time zone is not known."""
    practice = Practice(id=new_id(), name=name, timezone=timezone)
    add_record(store, practice)
    return practice.id


def add_record(store: HubStore, practice: Practice) -> None:
    """Open a log for the practice; its id is the tenant's. Adding the same again changes nothing."""
    try:
        ZoneInfo(practice.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RuleBroken("practice.timezone_unknown", field="timezone") from error
    if practice.id not in store.tenants():
        store.create_tenant(practice.id, practice)


def join_code(store: HubStore, tenant: str, desk_name: str) -> str:
    """A one-time code for a desk of the practice. Raises RuleBroken when there is no such practice."""
    if tenant not in store.tenants():
        raise RuleBroken("practice.unknown", field="practice")
    return store.new_code(tenant, desk_name, OPERATOR)
