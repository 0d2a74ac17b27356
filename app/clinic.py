"""The clinic as this desk knows it: its name and zone, the business day, and who this desk is."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.views import DeskFacts
from models.basics.clock import Clock, business_date, parse_utc
from models.basics.errors import StorageError
from models.operations.records import Practice, Rules
from models.store.desk import DeskStore
from models.store.queries import recorded, staff
from models.store.rows import Change, DeskIdentity

NOT_YET = Practice(id="", name="", timezone="UTC")
"""Before the practice's own record has arrived: a desk that just joined."""


class Clinic:
    """Facts that every story needs, read once and again when they change. Any thread."""

    def __init__(self, store: DeskStore, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._practice: Practice | None = None
        self._day: tuple[int, Practice, date] | None = None
        store.subscribe(self._changed)

    @property
    def tenant(self) -> str:
        """The practice's id. Raises StorageError `store.not_enrolled` before set-up."""
        return self.store.tenant

    @property
    def identity(self) -> DeskIdentity:
        """Who this desk is. Raises StorageError `store.not_enrolled` before set-up."""
        identity = self.store.identity
        if identity is None:
            raise StorageError("store.not_enrolled")
        return identity

    @property
    def practice(self) -> Practice:
        """The clinic's own record."""
        if self._practice is None:
            with self.store.reader() as reader:
                self._practice = staff.practice(reader, self.tenant) or NOT_YET
        return self._practice

    @property
    def rules(self) -> Rules:
        """The practice's rules about money, read afresh: they are one row."""
        with self.store.reader() as reader:
            return recorded.rules(reader, self.tenant)

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        try:
            return ZoneInfo(self.practice.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def now(self) -> datetime:
        """This moment on the clinic's clock."""
        return self.clock.now().astimezone(self.zone)

    def local(self, utc: str) -> datetime:
        """A stored moment (UTC text) on the clinic's clock."""
        return parse_utc(utc).astimezone(self.zone)

    def today(self) -> date:
        """The business day that is now; it changes on a full minute only, and is worked out once in each."""
        now = self.clock.now()
        minute, practice, known = int(now.timestamp()) // 60, self.practice, self._day
        if known is None or known[0] != minute or known[1] is not practice:
            known = self._day = minute, practice, business_date(now, self.zone, practice.closing_hour)
        return known[2]

    def facts(self) -> DeskFacts:
        """What the shell names."""
        identity = self.identity
        return DeskFacts(self.practice.name, identity.desk_name, identity.device_no, str(self.zone), self.today())

    def _changed(self, change: Change) -> None:
        if change.everything or "practice" in change.topics:
            self._practice = None
