"""What the portal's pages know of a practice, looked up again every few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.basics.clock import Clock, business_date
from models.operations.records import Practice, Practitioner, Rules
from models.store.hub import HubStore
from models.store.hub_reading import HubReader
from models.store.queries import messages, recorded

KEPT_S = 2.0
LONGEST_TENANT = 64


@dataclass(frozen=True, slots=True)
class ClinicFacts:
    """A practice as patients see it. `tenant` is empty for one that is not there."""

    tenant: str
    practice: Practice
    rules: Rules
    email: bool
    text: bool
    providers: frozenset[str]
    """Who lets patients pay for their visits from home."""

    @classmethod
    def unknown(cls) -> ClinicFacts:
        """None of ours."""
        return cls("", Practice(id="", name="", timezone="UTC"), Rules(), email=False, text=False,
                   providers=frozenset())  # fmt: skip

    @property
    def open(self) -> bool:
        """Has the practice a portal?"""
        return bool(self.tenant) and self.rules.portal

    @property
    def zone(self) -> ZoneInfo:
        """Where its clocks are."""
        try:
            return ZoneInfo(self.practice.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def today(self, now: datetime) -> date:
        """The practice's day."""
        return business_date(now, self.zone, self.practice.closing_hour)


class Clinics:
    """Finds practices; blocks. A change at a desk is seen within two seconds. Thread-safe."""

    def __init__(self, store: HubStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._kept: dict[str, tuple[float, ClinicFacts]] = {}

    def find(self, tenant: str, *, fresh: bool = False) -> ClinicFacts:
        """The practice of a path, or `ClinicFacts.unknown()`; `fresh`: as it is this moment."""
        if not 0 < len(tenant) <= LONGEST_TENANT or not tenant.replace("-", "").isalnum() or not tenant.isascii():
            return ClinicFacts.unknown()
        now = self._clock.monotonic()
        kept = self._kept.get(tenant)
        if kept is not None and now - kept[0] < KEPT_S and not fresh:
            return kept[1]
        found = self._store.portal.read(tenant, lambda reader: _facts(reader, tenant))
        if found.tenant:
            self._kept[tenant] = (now, found)
        return found


def _facts(reader: HubReader, tenant: str) -> ClinicFacts:
    practice = recorded.one(reader, tenant, Practice, tenant)
    if practice is None:
        return ClinicFacts.unknown()
    channels = messages.channels(reader, tenant)
    people = recorded.where(reader, Practitioner, "tenant = ? AND online = 1 AND deleted_at = ''", tenant)
    return ClinicFacts(tenant, practice, recorded.rules(reader, tenant), channels.email, channels.text,
                       frozenset(each.id for each in people))  # fmt: skip
