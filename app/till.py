"""The till: what every tender works with, and money that is taken at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.clinic import Clinic
from app.collected import Telling
from app.plan import Check, Details, Plan, draw_up
from app.plan_standings import still_asked
from app.posting import Posted, Posting, payment_id_of
from app.settings import Settings
from app.views import Collected, CollectRequest, CollectSheet, Person, TenderKind
from models.basics.errors import RuleBroken
from models.operations.bodies import ONLINE, CardFacts
from models.store.queries import collect, receipts

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

_NOBODY = Person("", "", "", "", manager=False)


@dataclass(frozen=True, slots=True)
class Till:
    """What tenders work with. `paper` is called after the commit, when something may wait to be printed, `paper_soon`
    when something is about to be written down that will be; `paper_begins` waits a moment until it begins."""

    clinic: Clinic
    settings: Settings
    posting: Posting
    telling: Telling
    paper: Callable[[], None]
    paper_soon: Callable[[], None] = lambda: None
    paper_begins: Callable[[], None] = lambda: None

    def take_at_once(self, request: CollectRequest, check: Check) -> Collected:
        """Money that is there already: check, post, number and spool in one transaction, with one sync of the disk.

        The same sheet a second time takes nothing and tells the same. Raises RuleBroken or StorageError: nothing was
        written then.
        """
        with self.clinic.store.write() as tx:
            known = self.taken_before(tx.reader, request.sheet, credit=request.use_credit)
            if known is not None:
                return known
            plan = self.draw_up(tx.reader, request, check)
            told = self.post(tx, plan, plan.due_cents)
        self.paper()
        return told

    def rehearse(self, sheet: CollectSheet) -> None:
        """Ask ahead what taking all that a fresh sheet lists will ask. Writes nothing, raises nothing."""
        amounts = {line.key: line.owes_cents for line in sheet.lines if line.owes_cents > 0}
        request = CollectRequest(sheet=sheet, amounts=amounts, use_credit=False, tender=TenderKind.CASH, person=_NOBODY)

        def take(tx: Tx) -> None:
            if self.taken_before(tx.reader, sheet, credit=False) is None:
                plan = self.draw_up(tx.reader, request, lambda _reader, _request, _due_cents: Details())
                self.post(tx, plan, plan.due_cents)

        if amounts:
            self.clinic.store.rehearse(take)

    def draw_up(self, reader: Any, request: CollectRequest, check: Check) -> Plan:
        """The plan for a request, as `app.plan.draw_up`; and what had been asked may be paid. Raises RuleBroken."""
        if request.request_id:
            still_asked(self.clinic, reader, request.request_id)
        return draw_up(self.clinic, self.settings, reader, request, check)

    def post(self, tx: Tx, plan: Plan, amount_cents: int, card: CardFacts | None = None) -> Collected:
        """Write a payment down inside the caller's transaction, and say what will stand once it is committed."""
        posted = self.posting.post(tx, plan, amount_cents, card)
        return self.telling.posted(tx.reader, posted, can_undo=self.may_undo_posted(posted))

    def taken_before(self, reader: Any, sheet: CollectSheet, *, credit: bool) -> Collected | None:
        """What this very sheet has paid already, or None. Raises RuleBroken `collect.sheet_used` when that was taken
        back meanwhile."""
        tenant = self.clinic.tenant
        payment = receipts.payment(reader, tenant, payment_id_of(tenant, sheet.attempt_id))
        if payment is not None:
            if payment.reversed_at:
                raise RuleBroken("collect.sheet_used")
            return self.telling.from_books(reader, payment, can_undo=self.may_undo(payment))
        if credit:
            cents = collect.spent_under(reader, tenant, sheet.attempt_id)
            if cents:
                return self.telling.credit_from_books(reader, sheet, cents)
        return None

    def may_undo_posted(self, posted: Posted) -> bool:
        """The same for a payment written down this moment."""
        if not posted.payment_id:
            return bool(posted.plan.spends)
        return posted.card is None or bool(posted.card.terminal_txn_no)

    def may_undo(self, payment: receipts.PaidRow) -> bool:
        """May this payment be taken back here and now? Only today's, and only whole; credit that was spent with it is
        given back too."""
        if payment.reversed_at or payment.business_date != self.clinic.today().isoformat():
            return False
        if self.clinic.is_closed(payment.device, payment.business_date):
            return False
        if payment.tender == "card" and not payment.terminal_txn_no:
            return False
        return payment.tender not in ("external", ONLINE)
