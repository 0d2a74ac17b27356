"""A desk without window, reader or printer: the stories of the program over a store. Cases are played on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from app.adjustments import Adjustments
from app.attempts import Attempts
from app.card_reader import CardReader
from app.checkout import Checkout, Parts
from app.clinic import Clinic
from app.collected import Telling
from app.day_close import DayClose
from app.fees import Fees
from app.fills import Fills
from app.merging import Merging
from app.moves import Moves
from app.netting import Netting
from app.plans import Plans
from app.posting import Posting
from app.recovery import Recovery
from app.refunds import Refunds
from app.rules import MoneyRules
from app.settings import Settings
from app.taking_back import TakingBack
from app.tenders import tenders
from app.till import Till
from app.undo import Undoing
from app.verdicts import Verdicts
from app.views import Person
from app.visits import Visits
from models.basics.clock import FixedClock
from models.rules.rights import rights_of
from models.store.desk import DeskStore

MANAGER = Person("priya", "Priya Nair", "Manager", "PN", manager=True, rights=rights_of("manager"))
"""Everything in a case is done by somebody who may do everything: cases are about money."""


@dataclass
class Names:
    """What a case calls things, and the ids the program gave them."""

    payments: dict[str, str] = field(default_factory=dict)
    charges: dict[str, str] = field(default_factory=dict)
    refunds: dict[str, str] = field(default_factory=dict)
    disputes: dict[str, tuple[str, str]] = field(default_factory=dict)
    acts: dict[str, str] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)

    def charge(self, name: str) -> str:
        """The id of a charge: its name, unless the program made it."""
        return self.charges.get(name, name)


def noon(day: str) -> datetime:
    """Noon of a day at the clinic, or an hour after."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC, hour=19)


class CaseDesk:
    """The stories, over one store."""

    def __init__(self, store: DeskStore, clock: FixedClock, names: Names) -> None:
        self.store, self.clock, self.names = store, clock, names
        self.clinic = Clinic(store, clock)
        settings = Settings(None)
        posting = Posting(self.clinic, settings)
        till = Till(self.clinic, settings, posting, Telling(self.clinic, settings, posting), lambda: None)
        attempts, reader = Attempts(till), CardReader(settings)
        recovery = Recovery(till, attempts, reader, lambda _step: None)
        ways = tenders(till, attempts, reader, recovery, lambda _step: None)
        self.checkout = Checkout(Parts(till, attempts, reader, ways))
        hub = Verdicts(self.clinic, None)
        self.refunds = Refunds(till, attempts, reader, recovery, hub, lambda _step: None)
        self.taking_back = TakingBack(till, self.checkout, attempts.giving)
        self.moves, self.fills, self.netting = Moves(self.clinic), Fills(self.clinic), Netting(self.clinic)
        self.adjustments, self.fees, self.undoing = Adjustments(self.clinic), Fees(self.clinic), Undoing(self.clinic)
        self.day_close = DayClose(self.clinic, settings, SimpleNamespace(items=tuple), lambda: None)  # type: ignore[arg-type]
        self.merging = Merging(self.clinic)
        self.plans = Plans(self.clinic, reader)
        self.rules, self.visits = MoneyRules(self.clinic), Visits(self.clinic)

    @property
    def today(self) -> str:
        """The business day."""
        return self.clinic.today().isoformat()

    def turn_to(self, day: str) -> None:
        """It is another day now, at noon of the clinic."""
        self.clock.set(noon(day))

    def record(self, *bodies: Any) -> list[Any]:
        """What arrives from elsewhere (charges, visits, refunds of other programs) or from a reader: as operations."""
        with self.store.write() as tx:
            return [tx.record(body, person_id=MANAGER.staff_id, business_date=self.today) for body in bodies]

    def count(self) -> int:
        """How many operations this desk has made."""
        return int(self.ask("SELECT count(*) FROM outbox")[0][0])

    def ask(self, sql: str, *values: Any) -> list[Any]:
        """Rows of a table."""
        with self.store.reader() as reader:
            return list(reader.execute(sql, values).fetchall())
