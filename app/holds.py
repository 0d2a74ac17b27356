"""Credit set aside for this desk, so that it may be spent firmly when the line breaks; and what of a patient's credit
may be spent how while it is down.

Asking is done behind the screen and nobody waits for it: without an answer spending is provisional, that is all. A hold
is firm until this desk's own deadline, measured here and never compared with another clock; the hub frees it later.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.lanes import Lane
from models.basics.errors import PosError, RuleBroken
from models.basics.facts import facts
from models.basics.ids import new_id
from models.operations.holds import HoldAsk, HoldBroken, HoldReturned
from models.rules.collecting import Lot
from models.store.queries import collect, holding, recorded
from models.store.rows import Change

if TYPE_CHECKING:
    from app.clinic import Clinic
    from app.hub_line import HubLine

log = logging.getLogger(__name__)

FIRM_FOR = timedelta(hours=2) - timedelta(minutes=10)
"""So long after it asked a desk spends its hold firmly: its lease less a margin. The hub lets go half an hour later."""
AGAIN_AFTER_S = 20.0
"""So often the same patient is asked about when the answer was no."""
CLOSE_S = 0.5
"""So long the program waits at its end, at most, until the hub knows that nothing is held here any more."""
MOST_LISTED = 12
"""Of the day's list at most so many patients are asked about at once: those who come next."""


@dataclass(frozen=True, slots=True)
class InUse:
    """Credit of a patient that another desk holds."""

    device: str
    cents: int


@dataclass(frozen=True, slots=True)
class _Asked:
    patient_id: str
    monotonic: float
    wall: datetime


class Holds:
    """One per desk. Without a line it never asks, and everything is firm: this desk's judgement is the last word."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._line: HubLine | None = None
        self._lane: Lane | None = None
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}
        self._open: set[str] = set()
        self._listed: frozenset[str] = frozenset()
        self._seen_seq = -1

    def connect(self, line: HubLine, lane: Lane) -> None:
        """From now on credit is asked for over `line`, on `lane`."""
        self._line, self._lane = line, lane
        self._clinic.store.subscribe(self._changed)

    @property
    def online(self) -> bool:
        """Does the hub answer, or is there none?"""
        return self._line is None or self._line.state().online

    # Asking -------------------------------------------------------------------------------------------------------

    def opened(self, patient_id: str) -> None:
        """Somebody deals with this patient from now on, and with nobody else: ask for their credit. What is held of
        others stays until another desk wants it. Returns at once; any thread."""
        with self._lock:
            self._open = {patient_id}
        self._submit(lambda _job: self._ask([patient_id]))

    def listed(self, patient_ids: Collection[str]) -> None:
        """These come next today: ask for their credit once. Returns at once."""
        wanted = frozenset(list(patient_ids)[:MOST_LISTED])
        with self._lock:
            fresh, self._listed = wanted - self._listed, wanted | self._listed
        if fresh:
            self._submit(lambda _job: self._ask(sorted(fresh)))

    def give_back(self) -> None:
        """Somebody signed off, the screen was locked, the day ended: every hold goes back. Returns at once."""
        with self._lock:
            self._open.clear()
            self._listed = frozenset()
        self._submit(lambda _job: self._return())

    def end(self) -> None:
        """The program ends: every hold goes back, and the hub is given a moment to hear of it, CLOSE_S at most. Without
        a line nothing is written: the hub lets go by itself."""
        lane, store = self._lane, self._clinic.store
        if lane is None or not self.online:
            return
        until, came, gave = time.monotonic() + CLOSE_S, threading.Event(), list[bool]()
        unsubscribe = store.subscribe(lambda _change: came.set())
        try:
            job = lane.submit(lambda _job: self._return(), done=gave.append, failed=_failed)
            job.finished.wait(CLOSE_S)
            while any(gave) and (left_s := until - time.monotonic()) > 0:
                came.clear()
                if not store.pending_count():
                    return
                came.wait(left_s)
        except PosError as error:
            _failed(error)
        finally:
            unsubscribe()

    def break_(self, hold_id: str, reason: str, person_id: str, supervisor: str = "") -> None:
        """A supervisor frees what a desk holds that cannot be reached. Lane `store`."""
        clinic = self._clinic
        with clinic.store.write() as tx:
            found = {row.hold_id: row for row in holding.holds(tx.reader, clinic.tenant)}
            if hold_id in found:
                body = HoldBroken(hold_id=hold_id, patient_id=found[hold_id].patient_id, reason=reason.strip()[:200])
                tx.record(body, person_id=person_id, business_date=clinic.today().isoformat(), supervisor=supervisor)

    def _submit(self, work: Any) -> None:
        if self._lane is None or not self.online:
            return
        try:
            self._lane.submit(work, failed=_failed)
        except PosError as error:  # busy or closing: nobody waits for a hold
            _failed(error)

    def _ask(self, patient_ids: Collection[str]) -> None:
        clinic, device = self._clinic, self._clinic.identity.device_id
        with clinic.store.reader() as reader:
            wanted = {patient_id: cents for patient_id in patient_ids
                      if (cents := self._worth_asking(reader, patient_id, device))}  # fmt: skip
        if not wanted or not self.online:
            return
        now, wall = clinic.clock.monotonic(), clinic.clock.now()  # before the hub can grant it: our deadline is earlier
        with clinic.store.write() as tx:
            for patient_id, cents in wanted.items():
                ask_id = new_id()
                with self._lock:
                    self._asked[ask_id] = _Asked(patient_id, now, wall)
                tx.record(HoldAsk(ask_id=ask_id, patient_id=patient_id, amount_cents=cents), person_id="",
                          business_date=clinic.today().isoformat())  # fmt: skip

    def _worth_asking(self, reader: Any, patient_id: str, device: str) -> int:
        """Cents to ask for: all free credit, where something is free that is not firmly ours. 0: leave it."""
        rows = holding.credit(reader, self._clinic.tenant, patient_id, device)
        lies = sum(row.cents for row in rows)
        firm = sum(row.cents for row in holding.holds(reader, self._clinic.tenant, patient_id, device)
                   if self._is_firm(row.ask_id))  # fmt: skip
        if lies <= firm or self._asked_just_now(patient_id):
            return 0
        return lies

    def _asked_just_now(self, patient_id: str) -> bool:
        since = self._clinic.clock.monotonic() - AGAIN_AFTER_S
        with self._lock:
            return any(each.patient_id == patient_id and each.monotonic > since for each in self._asked.values())

    def _is_firm(self, ask_id: str) -> bool:
        """Is the desk's own deadline still to come? Both its clocks must say so: one stands still while a laptop
        sleeps, the other may be set. What was asked before the program started is not firm."""
        with self._lock:
            asked = self._asked.get(ask_id)
        if asked is None:
            return False
        clock = self._clinic.clock
        passed = clock.now() - asked.wall
        return clock.monotonic() - asked.monotonic < FIRM_FOR.total_seconds() and timedelta() <= passed < FIRM_FOR

    def _return(self, patient_ids: Collection[str] | None = None) -> bool:
        """Give back what is held, of all patients or of these. Was there anything?"""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            mine = holding.holds(reader, clinic.tenant, device=clinic.identity.device_id)
        ids = tuple(row.hold_id for row in mine if patient_ids is None or row.patient_id in patient_ids)
        if not ids:
            return False
        with self._lock:
            for row in mine:
                if row.hold_id in ids:
                    self._asked.pop(row.ask_id, None)  # from this moment it is not spent firmly
        with clinic.store.write() as tx:
            tx.record(HoldReturned(hold_ids=ids), person_id="", business_date=clinic.today().isoformat())
        return True

    def _changed(self, change: Change) -> None:
        """Another desk wants what lies idle here, or what somebody here waits for is free again."""
        if change.everything or "hold" in change.topics or "log" in change.topics:
            self._submit(lambda _job: self._look())

    def _look(self) -> None:
        clinic = self._clinic
        with clinic.store.reader() as reader:
            if self._seen_seq < 0:
                self._seen_seq = collect.head_seq(reader, clinic.tenant)
                return
            wanted = holding.refused_asks(reader, clinic.tenant, self._seen_seq, clinic.identity.device_id)
        if not wanted:
            return
        self._seen_seq = max(seq for seq, _ in wanted)
        with self._lock:
            idle = {patient_id for _, patient_id in wanted} - self._open
        if idle:
            self._return(idle)

    # Spending -----------------------------------------------------------------------------------------------------

    def lots(self, reader: Any, patient_id: str, lots: Collection[Lot]) -> tuple[Lot, ...]:
        """What of `lots` (what other desks hold left out) may be spent here now. Online all of it; offline firmly what
        was taken here and never sent, or is held here, and of the rest as much as the practice lets be spent
        provisionally."""
        return tuple(lots) if self.online else self._offline(reader, patient_id, lots)

    def _offline(self, reader: Any, patient_id: str, lots: Collection[Lot]) -> tuple[Lot, ...]:
        clinic = self._clinic
        unsent = holding.unsent_payments(reader, clinic.tenant, patient_id)
        held: dict[str, int] = {}
        for row in holding.holds(reader, clinic.tenant, patient_id, clinic.identity.device_id):
            if self._is_firm(row.ask_id):
                held[row.payment_id] = held.get(row.payment_id, 0) + row.cents
        limit = recorded.rules(reader, clinic.tenant).provisional_credit_cents
        left = max(limit - holding.provisional(reader, clinic.tenant, patient_id), 0)
        found = []
        for lot in lots:
            firm = lot.cents if lot.payment_id in unsent else 0 if lot.appointment_id else held.get(lot.payment_id, 0)
            firm = min(firm, lot.cents)
            more = min(lot.cents - firm, left)
            left -= more
            if firm + more:
                found.append(Lot(lot.payment_id, lot.appointment_id, firm + more, more))
        return tuple(found)

    def provisional_part(self, reader: Any, patient_id: str, wanted: Collection[Lot]) -> int:
        """How much of `wanted`, cents about to be spent of lots, the hub must still confirm. Money that already pays a
        charge is a lot that names it in place of a visit: no hold covers that.

        Raises RuleBroken `credit.beyond_limit`, `credit.needs_hub` where more is wanted than may go without the hub.
        """
        if self.online:
            return 0
        spent: dict[tuple[str, str], int] = {}
        for lot in wanted:
            key = (lot.payment_id, lot.appointment_id)
            spent[key] = spent.get(key, 0) + lot.cents
        may_go = self._offline(reader, patient_id, [Lot(*key, cents) for key, cents in spent.items()])
        possible_cents = sum(lot.cents for lot in may_go)
        if possible_cents < sum(spent.values()):
            if not possible_cents:
                raise RuleBroken("credit.needs_hub")
            raise RuleBroken("credit.beyond_limit", possible_cents=possible_cents)
        return sum(lot.provisional_cents for lot in may_go)

    def in_use(self, reader: Any, patient_id: str) -> tuple[InUse, ...]:
        """What of a patient's credit other desks hold."""
        if self._line is None:
            return ()
        clinic = self._clinic
        found: dict[str, int] = {}
        for row in holding.holds(reader, clinic.tenant, patient_id):
            if row.device != clinic.identity.device_id:
                found[row.device] = found.get(row.device, 0) + row.cents
        return tuple(InUse(device, cents) for device, cents in found.items())


def _failed(error: Exception) -> None:
    key = error.message_key if isinstance(error, PosError) else type(error).__name__
    log.warning("credit not asked for", extra=facts(key=key))
