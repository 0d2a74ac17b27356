"""Inbox, Transactions and Deposits: money that patients paid from home, and what becomes of it (S1-08 … S1-15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import orjson

from app.clinic import Clinic
from app.fields import NOTE_LIMIT, no_card_number
from app.heads import patient_head
from app.method import method_text
from app.online_views import (
    UNDER_WAY,
    AssociateSheet,
    Deposit,
    Goes,
    OnlineAsk,
    OnlineLine,
    OnlineView,
    Posted,
    PostSheet,
    SameMoney,
)  # fmt: skip
from app.refusals import insist, need
from app.views import Person
from models.basics.clock import utc_text
from models.basics.errors import RuleBroken
from models.ledger.judging import HUB
from models.operations.bodies import AllocationLine
from models.operations.online import BANK, OnlineArchive, OnlineAssociate, OnlinePost
from models.rules.online import Owed, spread
from models.rules.people import display_name
from models.rules.rights import Right
from models.store.queries import online, rows, staff
from models.store.queries.insured import Ask, asking
from models.store.queries.online import OnlineRow

PAGE = 100
"""So many rows are on a page of a list."""
INBOX_DAYS = 31
"""So long what is posted stays in the inbox unless somebody puts it away."""
SAME_DAYS = 62
"""So far back a payment entered by hand may be the same money."""
_POSTED = {Posted.ANY: None, Posted.WAITS: False, Posted.DONE: True}
POSTED_BY_RULE = "by rule"


class OnlineInbox:
    """Reads on the `lists` lane, acts on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    # Looking ----------------------------------------------------------------------------------------------------------

    def inbox(self, page: int = 0) -> OnlineView:
        """What nobody has put away, what is not posted first."""
        return self._view(lambda ask: online.inbox(ask, self._clinic.tenant, self._since(INBOX_DAYS), PAGE + 1,
                                                   skip=page * PAGE))  # fmt: skip

    def transactions(self, asked: OnlineAsk) -> OnlineView:
        """Payments and what went back, newest first; what is not posted whatever its age."""
        return self._view(lambda ask: online.transactions(
            ask, self._clinic.tenant, self._since(asked.days), PAGE + 1, posted=_POSTED[asked.posted],
            skip=asked.page * PAGE))  # fmt: skip

    def deposits(self, days: int, page: int = 0) -> OnlineView:
        """What the processor paid out, newest first."""
        tenant, since = self._clinic.tenant, (self._clinic.today() - timedelta(days=days)).isoformat()
        with self._clinic.store.reader() as reader:
            ask = asking(reader)
            found = online.payouts(ask, tenant, since, PAGE + 1, skip=page * PAGE)
            debits = online.debited(ask, tenant, [each for row in found for each in _paid_by(row)])
            waits = online.waiting(ask, tenant)
        deposits = tuple(_deposit(row, debits) for row in found[:PAGE])
        return OnlineView((), deposits, *waits, self._clinic.today(), more=len(found) > PAGE)

    def unposted(self) -> int:
        """How many wait to be posted, or were refused by a bank and are not put away: the count on the rail."""
        with self._clinic.store.reader() as reader:
            return online.unposted_count(asking(reader), self._clinic.tenant)

    def post_sheet(self, online_id: str, return_id: str = "") -> PostSheet:
        """What posting would do now. Raises RuleBroken: `online.gone`, `refused.posted_already`."""
        with self._clinic.store.reader() as reader:
            row = self._open(reader, online_id, return_id)
            line = self._line(reader, row)
            if return_id:
                return PostSheet(line, (), 0, chosen=False)
            owed, parts = self._parts(reader, row)
            goes = tuple(self._goes(reader, each, cents) for each, cents in parts)
        paid = sum(cents for _, cents in parts)
        return PostSheet(line, goes, row.left_cents - paid, chosen=bool(online.chosen(row.items)) and bool(owed))

    def associate_sheet(self, online_id: str, return_id: str = "") -> AssociateSheet:
        """Payments that may be the same money. Raises as `post_sheet`."""
        since = (self._clinic.today() - timedelta(days=SAME_DAYS)).isoformat()
        with self._clinic.store.reader() as reader:
            row = self._open(reader, online_id, return_id)
            line = self._line(reader, row)
            found = [] if return_id else online.by_hand(asking(reader), self._clinic.tenant, row.patient_id,
                                                        row.left_cents, since)  # fmt: skip
        return AssociateSheet(line, tuple(
            SameMoney(each.payment_id, f"{each.number} · {_how(each)} · {each.business_date}",
                      each.amount_cents == row.left_cents) for each in found
        ))  # fmt: skip

    # Acts -------------------------------------------------------------------------------------------------------------

    def post(self, online_id: str, person: Person, return_id: str = "") -> OnlineLine:
        """Write it into the account, as `post_sheet` showed it or as it stands now. Raises RuleBroken, nothing written:
        `staff.right_missing`, `online.gone`, `refused.…`."""
        need(Right.PAYMENTS, person)
        clinic = self._clinic
        with clinic.store.write() as tx:
            row = self._open(tx.reader, online_id, return_id)
            lines: tuple[AllocationLine, ...] = ()
            if not return_id:
                _, parts = self._parts(tx.reader, row)
                lines = tuple(AllocationLine(charge_id=each.charge_id, amount_cents=cents) for each, cents in parts)
            body = OnlinePost(online_id=online_id, return_id=return_id, patient_id=row.patient_id, lines=lines)
            insist(tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat()))
            if clinic.rules.online_auto_archive:
                self._put_away(tx, row, person, archived=True)
        return self._now(online_id, return_id)

    def associate(
        self, online_id: str, person: Person, *, return_id: str = "", payment_id: str = "", note: str = ""
    ) -> OnlineLine:  # fmt: skip
        """It is in the books by another way: by the payment named, or in another program (then `note` says where).
        Raises RuleBroken, nothing written: `staff.right_missing`, `online.gone`, `online.note_missing`, `refused.…`,
        `collect.card_number`."""
        need(Right.PAYMENTS, person)
        words = " ".join(note.split())[:NOTE_LIMIT]
        no_card_number(words, "note")
        if not payment_id and not words:
            raise RuleBroken("online.note_missing", field="note")
        clinic = self._clinic
        with clinic.store.write() as tx:
            row = self._open(tx.reader, online_id, return_id)
            body = OnlineAssociate(online_id=online_id, return_id=return_id, patient_id=row.patient_id,
                                   payment_id=payment_id, note=words)  # fmt: skip
            insist(tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat()))
        return self._now(online_id, return_id)

    def archive(self, online_id: str, person: Person, return_id: str = "", *, archived: bool = True) -> OnlineLine:
        """Put away from the inbox, or take out again. What is not posted stays: raises RuleBroken `online.waits`, and
        `online.under_way` while a bank was asked."""
        with self._clinic.store.write() as tx:
            row = self._row(tx.reader, online_id, return_id)
            if archived and row.state == "open":
                raise RuleBroken("online.waits")
            if archived and row.state == UNDER_WAY:
                raise RuleBroken("online.under_way")
            self._put_away(tx, row, person, archived=archived)
        return self._now(online_id, return_id)

    # Inside -----------------------------------------------------------------------------------------------------------

    def _put_away(self, tx: Any, row: OnlineRow, person: Person, *, archived: bool) -> None:
        body = OnlineArchive(online_id=row.online_id, return_id=row.return_id, patient_id=row.patient_id,
                             archived=archived)  # fmt: skip
        tx.record(body, person_id=person.staff_id, business_date=self._clinic.today().isoformat())

    def _since(self, days: int) -> str:
        return utc_text(self._clinic.clock.now() - timedelta(days=days))

    def _view(self, read: Callable[[Ask], list[OnlineRow]]) -> OnlineView:
        with self._clinic.store.reader() as reader:
            ask = asking(reader)
            found = read(ask)
            lines = tuple(self._line(reader, row) for row in found[:PAGE])
            waits = online.waiting(ask, self._clinic.tenant)
        return OnlineView(lines, (), *waits, self._clinic.today(), more=len(found) > PAGE)

    def _row(self, reader: Any, online_id: str, return_id: str) -> OnlineRow:
        row = online.transaction(asking(reader), self._clinic.tenant, online_id, return_id)
        if row is None:
            raise RuleBroken("online.gone")
        return row

    def _open(self, reader: Any, online_id: str, return_id: str) -> OnlineRow:
        row = self._row(reader, online_id, return_id)
        if row.state != "open":
            raise RuleBroken("refused.posted_already")
        return row

    def _now(self, online_id: str, return_id: str) -> OnlineLine:
        with self._clinic.store.reader() as reader:
            return self._line(reader, self._row(reader, online_id, return_id))

    def _parts(self, reader: Any, row: OnlineRow) -> tuple[list[Owed], list[tuple[Owed, int]]]:
        """What the family owes, and what of the payment goes where (N48)."""
        clinic, ask = self._clinic, asking(reader)
        payer = online.payer_of(ask, clinic.tenant, row.patient_id)
        owed = online.owed_by_family(ask, clinic.tenant, payer, clinic.today().isoformat())
        return owed, spread(row.left_cents, online.chosen(row.items), owed)

    def _goes(self, reader: Any, each: Owed, cents: int) -> Goes:
        found = reader.execute("SELECT description FROM charge WHERE tenant = ? AND id = ?",
                               (self._clinic.tenant, each.charge_id)).fetchone()  # fmt: skip
        person = rows.patient(reader, self._clinic.tenant, each.patient_id)
        name = display_name(family=person.family, given=person.given, suffix=person.suffix) if person else ""
        return Goes(each.charge_id, str(found[0]) if found else "", date.fromisoformat(each.service_date), name,
                    each.cents, cents)  # fmt: skip

    def _line(self, reader: Any, row: OnlineRow) -> OnlineLine:
        clinic = self._clinic
        person = rows.patient(reader, clinic.tenant, row.patient_id) or rows.PatientRow(row.patient_id, *[""] * 8)
        names = staff.staff_names(reader, clinic.tenant) if row.settled_at and row.settled_by != HUB else {}
        by = POSTED_BY_RULE if row.settled_by == HUB else names.get(row.settled_by, "")
        by_bank = row.way == BANK
        return OnlineLine(
            online_id=row.online_id, return_id=row.return_id, patient=patient_head(person, clinic.today()),
            at=clinic.local(row.at), kind=row.kind, channel=row.channel, number=row.number,
            card=method_text("card", brand="Bank account" if by_bank else row.brand, last4=row.last4),
            amount_cents=row.amount_cents, left_cents=row.left_cents, state=row.state,
            settled_at=clinic.local(row.settled_at) if row.settled_at else None, settled_by=by,
            archived=bool(row.archived), paid_out=bool(row.payout_id),
            by_bank=by_bank, bank=row.brand if by_bank else "", reason=row.reason,
        )  # fmt: skip


def _how(each: online.ByHandRow) -> str:
    return method_text(each.tender, brand=each.brand, last4=each.last4, check_no=each.check_no)


def _paid_by(row: online.PayoutRow) -> list[str]:
    """The payments from home in a payout."""
    lines = orjson.loads(row.lines or "[]")
    return [str(line["online_id"]) for line in lines if line.get("online_id") and line.get("kind") == "charge"]


def _deposit(row: online.PayoutRow, debits: frozenset[str]) -> Deposit:
    kinds = [str(line.get("kind")) for line in orjson.loads(row.lines or "[]") if line.get("online_id")]
    return Deposit(row.payout_id, date.fromisoformat(row.arrives_on), row.amount_cents, row.online_cents,
                   row.fee_cents, kinds.count("charge"), kinds.count("refund"), row.state == "failed",
                   sum(each in debits for each in _paid_by(row)))  # fmt: skip
