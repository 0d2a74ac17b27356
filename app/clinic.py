"""The clinic as this desk knows it: its name and zone, the business day, and who this desk is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.holds import Holds
from app.views import DeskFacts
from models.basics.clock import Clock, business_date, parse_utc
from models.basics.errors import StorageError
from models.basics.ids import is_training
from models.operations.records import Practice, Rules
from models.store.desk import DeskStore
from models.store.queries import drawer, recorded, staff
from models.store.rows import Change, DeskIdentity

NOT_YET = Practice(id="", name="", timezone="UTC")
"""Before the practice's own record has arrived: a desk that just joined."""


class Clinic:
    """Facts that every story needs, read once and again when they change. Any thread."""

    def __init__(self, store: DeskStore, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.holds = Holds(self)
        """Credit set aside for this desk."""
        self._practice: Practice | None = None
        self._closed: dict[str, str] | None = None
        self._day: tuple[int, Practice, date] | None = None
        store.subscribe(self._changed)

    @property
    def tenant(self) -> str:
        """The practice's id. Raises StorageError `store.not_enrolled` before set-up."""
        return self.store.tenant

    @property
    def training(self) -> bool:
        """Does this practice exist for training alone? Every paper of it says so."""
        return is_training(self.store.tenant)

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
        """The business day that is now, the next one once this desk has closed its day: what is written down belongs to
        it. It changes on a full minute only, and is worked out once in each."""
        now = self.clock.now()
        minute, practice, known = int(now.timestamp()) // 60, self.practice, self._day
        if known is None or known[0] != minute or known[1] is not practice:
            known = self._day = minute, practice, self._not_closed(self.clock_day())
        return known[2]

    def clock_day(self) -> date:
        """The day the clock says, closed or not."""
        return business_date(self.clock.now(), self.zone, self.practice.closing_hour)

    def is_closed(self, device: str, business_date: str) -> bool:
        """Has this desk closed that day, so that nothing of it may be taken back any more?"""
        return business_date <= self._closed_days().get(device, "")

    def _not_closed(self, day: date) -> date:
        identity = self.store.identity
        closed = self._closed_days().get(identity.device_id, "") if identity else ""
        return max(day, date.fromisoformat(closed) + timedelta(days=1)) if closed else day

    def _closed_days(self) -> dict[str, str]:
        """By desk: the last day it closed."""
        if self._closed is None:
            with self.store.reader() as reader:
                self._closed = drawer.closed_through(reader, self.tenant)
        return self._closed

    def facts(self) -> DeskFacts:
        """What the shell names."""
        identity = self.identity
        return DeskFacts(self.practice.name, identity.desk_name, identity.device_no, str(self.zone), self.today(),
                         self.training)  # fmt: skip

    def _changed(self, change: Change) -> None:
        if change.everything or "day_close" in change.topics:
            self._closed = self._day = None
        if change.everything or "practice" in change.topics:
            self._practice = None
