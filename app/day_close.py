"""The close of a desk's day (S0-41): a blind count, checks, card batch, review, deposit; then the day is locked."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from app.attention import Attention
from app.clinic import Clinic
from app.close_paper import slip_document, tenders_of, x_document, z_document
from app.close_views import (
    BILLS,
    COINS,
    BrandLine,
    CashCount,
    CheckLine,
    Closed,
    CloseReview,
    CloseView,
    Counted,
    FoundCheck,
    NamedClue,
    TenderLine,
)
from app.day_sheet import TENDER_WORDS
from app.day_sums import way_key
from app.method import method_names, method_text
from app.refusals import insist, need
from app.settings import PRINTER_URL, Settings
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.basics.ids import new_id
from models.basics.money import check_entry
from models.operations import bodies
from models.operations.codec import from_json, to_json
from models.rules.clues import Clue, ClueKind, Posted, explain, match_check, posted_twice
from models.rules.rights import Right
from models.store.queries import day, drawer, jobs, recorded, staff
from models.store.queries.drawer import BackRow, CloseRow, TakenRow
from models.store.rows import PrintJobRow
from receipts.report import ReportDocument

log = logging.getLogger(__name__)

KEPT = "counting"
"""Where a count that was begun is kept until it is finished."""
REASON_MOST = 300


@dataclass(frozen=True, slots=True)
class _Session:
    """What happened at this desk since its last close. `float_cents` None: nobody said what the drawer began with."""

    last: CloseRow | None
    day: date
    taken: list[TakenRow]
    back: list[BackRow]
    freed: list[TakenRow]
    float_cents: int | None
    opened_at: str
    moved: list[tuple[str, int, str, str]]
    in_drawer: int
    clock_day: str

    @property
    def closed(self) -> bool:
        """Has this very day been closed, so that the next is not begun by the clock yet?"""
        return self.last is not None and self.last.business_date >= self.clock_day

    @property
    def moved_cents(self) -> int:
        """Put in less taken out."""
        signs = {"paid_in": 1, "paid_out": -1, "no_sale": 0}
        return sum(signs[kind] * cents for kind, cents, _, _ in self.moved)

    @property
    def checks(self) -> list[TakenRow]:
        """Checks that should be in the envelope: `stands_cents` is written on them."""
        mine = [row for row in self.taken if row.tender == "check" and not row.back_act and not row.deposit_id]
        known = {row.payment_id for row in mine}
        return [row for row in self.freed if row.payment_id not in known] + mine


class DayClose:
    """The story. `view`, `review`, `x_report` on the `reads` lane; everything else on `store`."""

    def __init__(
        self, clinic: Clinic, settings: Settings, attention: Attention, paper: Callable[[], None]
    ) -> None:  # fmt: skip
        self._clinic, self._settings, self._attention, self._paper = clinic, settings, attention, paper

    # Looking ------------------------------------------------------------------------------------------------------

    def view(self) -> CloseView:
        """Where the close stands, without anything that gives the count away."""
        clinic, me = self._clinic, self._clinic.identity
        with clinic.store.reader() as reader:
            now = self._session(reader)
            kept = drawer.meta(reader, clinic.tenant, KEPT)
            opens = drawer.opened_times(reader, clinic.tenant, now.opened_at or now.day.isoformat())
            waiting = sum(job.kind != "drawer" for job in jobs.jobs_in(reader, clinic.tenant, "queued"))
            unsent = drawer.unsent(reader, clinic.tenant) if me.hub_url else 0
            rules = recorded.rules(reader, clinic.tenant)
            late = self._late(reader, now)
            closed = self._closed_now(reader, now.last) if now.last and now.closed else None
        return CloseView(
            day=now.day, desk=me.desk_name, drawer=f"drawer {me.device_no}",
            opened_at=clinic.local(now.opened_at) if now.opened_at else None,
            checks=tuple(CheckLine(row.payment_id, row.number, row.check_no, row.check_name, row.stands_cents)
                         for row in now.checks),
            brands=_brands(now), doubts=self._doubts(), receipts_waiting=waiting, unsent=unsent, drawer_opens=opens,
            no_sales=sum(kind == "no_sale" for kind, _, _, _ in now.moved), late=len(late), late_cents=sum(late),
            suggested_float_cents=now.last.kept_cents if now.last else rules.drawer_float_cents,
            kept=_kept(kept, now.day), closed=closed,
        )  # fmt: skip

    def review(self, counted: Counted) -> CloseReview:
        """What the books say beside what was counted; from here on the count is no longer blind. Raises RuleBroken
        `close.not_opened`."""
        with self._clinic.store.reader() as reader:
            return self._review(reader, self._session(reader), counted)

    def x_report(self, person: Person) -> ReportDocument:
        """The report of the day so far as a ReportDocument; changes nothing. Raises RuleBroken `close.not_opened`."""
        with self._clinic.store.reader() as reader:
            now = self._session(reader)
            blind = self._review(reader, now, Counted(), blind=True)
            names = method_names(reader, self._clinic.tenant)
        return x_document(self._clinic, now.day, blind, person.name, names)

    def papers(self, close_id: str) -> tuple[ReportDocument, ...]:
        """The report of a closed day, and its slip where there is one that stands. Raises RuleBroken
        `close.unknown`."""
        with self._clinic.store.reader() as reader:
            return self._papers(reader, close_id)

    def spool(self, papers: Iterable[ReportDocument]) -> bool:
        """Send papers to the receipt printer. False where this desk has none. Lane `store`."""
        if not self._settings.get(PRINTER_URL):
            return False
        with self._clinic.store.write() as tx:
            for paper in papers:
                tx.add_print_job(PrintJobRow(job_id=tx.new_id(), kind="receipt", document=to_json(paper)))
        self._paper()
        return True

    # The drawer ---------------------------------------------------------------------------------------------------

    def open_drawer(self, float_cents: int, person: Person) -> None:
        """Say what the drawer begins with. Raises RuleBroken, nothing written: `staff.right_missing`, `amount.…`."""
        need(Right.CLOSE, person)
        if float_cents:
            check_entry(float_cents)
        clinic = self._clinic
        with clinic.store.write() as tx:
            now = self._session(tx.reader)
            base = now.last.kept_cents if now.last else now.in_drawer - _net_cash(now) - now.moved_cents
            known = now.float_cents if now.float_cents is not None else base
            body = bodies.DrawerOpened(session_id=new_id(), drawer=clinic.identity.device_id, float_cents=float_cents,
                                       moved_cents=float_cents - known)  # fmt: skip
            tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat())

    def move(self, kind: str, cents: int, reason: str, person: Person) -> None:
        """Put money in or take it out without a patient. Raises RuleBroken, nothing written: `staff.right_missing`,
        `amount.…`, `drawer.reason_missing`, `drawer.not_that_much`."""
        need(Right.CLOSE, person)
        check_entry(cents)
        if not reason.strip():
            raise RuleBroken("drawer.reason_missing", field="reason")
        clinic = self._clinic
        with clinic.store.write() as tx:
            there = drawer.in_drawer(tx.reader, clinic.tenant, clinic.identity.device_id)
            if kind == "paid_out" and cents > there:
                raise RuleBroken("drawer.not_that_much")
            body = bodies.DrawerMoved(move_id=new_id(), drawer=clinic.identity.device_id, kind=kind,
                                      amount_cents=cents, reason=" ".join(reason.split())[:REASON_MOST])  # fmt: skip
            tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat())

    # Counting and closing -----------------------------------------------------------------------------------------

    def keep(self, counted: Counted) -> None:
        """Keep a count that is not finished."""
        clinic = self._clinic
        with clinic.store.write() as tx:
            tx.set_meta(KEPT, {"day": self._session(tx.reader).day.isoformat(), "counted": to_json(_Kept.of(counted))})

    def close(self, seen: CloseReview, reason: str, person: Person, supervisor: Person | None = None) -> Closed:
        """Write the count down, make the slip, lock the day, and spool both papers: one transaction.

        Raises RuleBroken, nothing written: `staff.right_missing`, `close.reason_missing`, `close.money_in_doubt`,
        `close.changed` (money moved since the review), `close.not_opened`.
        """
        need(Right.CLOSE, person)
        lent = need(Right.CLOSE_OVER, person, supervisor) if seen.needs_manager else ""
        words = " ".join(reason.split())[:REASON_MOST]
        if seen.differs and not words:
            raise RuleBroken("close.reason_missing", field="reason")
        doubts = self._doubts()
        if doubts:
            raise RuleBroken("close.money_in_doubt", count=len(doubts), cents=sum(cents for _, cents in doubts))
        clinic = self._clinic
        with clinic.store.write() as tx:
            now = self._session(tx.reader)
            self._insist_open(now)
            if self._review(tx.reader, now, seen.counted) != seen:
                raise RuleBroken("close.changed")
            number, close_id = tx.next_payment_number("Z"), new_id()
            body = self._body(now, seen, close_id, number, words)
            tx.record(body, person_id=person.staff_id, business_date=now.day.isoformat(), supervisor=lent,
                      group=close_id)  # fmt: skip
            made = self._deposit(tx, now, seen, close_id, person)
            tx.set_meta(KEPT, None)
        log.info("day closed", extra=facts(close=close_id, recounts=seen.counted.recounts, staff=person.staff_id,
                                           lender=lent or None))  # fmt: skip
        report, *slips = self.papers(close_id)
        printed = self.spool((report, report, *slips))
        return Closed(close_id, number, now.day, made.deposit_id if made else "", made.number if made else "", printed)

    def delete_deposit(self, deposit_id: str, reason: str, person: Person, supervisor: Person | None = None) -> None:
        """Take a slip back: its payments may go on another. Raises RuleBroken, nothing written:
        `staff.right_missing`, `deposit.unknown`, `refused.deposit_deleted`."""
        lent = need(Right.CLOSE_OVER, person, supervisor)
        clinic = self._clinic
        with clinic.store.write() as tx:
            if drawer.deposit(tx.reader, clinic.tenant, deposit_id) is None:
                raise RuleBroken("deposit.unknown")
            payments = drawer.payments_on(tx.reader, clinic.tenant, deposit_id)
            body = bodies.DepositDeleted(deposit_id=deposit_id, payment_ids=payments, reason=reason.strip())
            insist(tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat(),
                             supervisor=lent))  # fmt: skip

    # Inside -------------------------------------------------------------------------------------------------------

    def _session(self, reader: Any) -> _Session:
        clinic, me = self._clinic, self._clinic.identity.device_id
        last = drawer.last_close(reader, clinic.tenant, me)
        since_op, today = last.op_id if last else "", clinic.today().isoformat()
        found = drawer.opened(reader, clinic.tenant, me, since_op)
        since_day = last.business_date if last else found[2] if found else today
        taken = drawer.taken(reader, clinic.tenant, me, since_op, since_day)
        floats = found[0] if found else last.kept_cents if last else None
        days = [row.business_date for row in taken if last is None or row.business_date > last.business_date]
        return _Session(
            last=last, day=date.fromisoformat(max(days) if days and today not in days else today), taken=taken,
            back=drawer.given_back(reader, clinic.tenant, me, since_op, since_day),
            freed=drawer.freed_checks(reader, clinic.tenant, me), float_cents=floats,
            opened_at=found[1] if found else last.closed_at if last else "",
            moved=drawer.moved(reader, clinic.tenant, me, since_op),
            in_drawer=drawer.in_drawer(reader, clinic.tenant, me), clock_day=clinic.clock_day().isoformat(),
        )  # fmt: skip

    def _closed_now(self, reader: Any, row: CloseRow) -> Closed:
        slips = [each for each in drawer.deposits_of(reader, self._clinic.tenant, row.close_id) if not each.deleted_at]
        slip = slips[-1] if slips else None
        return Closed(
            row.close_id, row.number, date.fromisoformat(row.business_date), slip.deposit_id if slip else "",
            slip.number if slip else "", at=self._clinic.local(row.closed_at),
            difference_cents=row.counted_cents - row.expected_cents,
            to_bank_cents=slip.cash_cents + slip.check_cents if slip else 0,
        )  # fmt: skip

    def _insist_open(self, now: _Session) -> None:
        if now.closed:
            raise RuleBroken("close.closed_before", day=now.day.isoformat())

    def _papers(self, reader: Any, close_id: str) -> tuple[ReportDocument, ...]:
        clinic = self._clinic
        row = drawer.close(reader, clinic.tenant, close_id)
        if row is None:
            raise RuleBroken("close.unknown")
        closed = date.fromisoformat(row.business_date)
        late = [cents for _, cents in day.late(reader, clinic.tenant, row.business_date, row.business_date, row.device)]
        by = staff.staff_names(reader, clinic.tenant).get(row.actor, "")
        body = _body_of(row)
        report = z_document(clinic, closed, body, by, method_names(reader, clinic.tenant), (len(late), sum(late)))
        slips = [each for each in drawer.deposits_of(reader, clinic.tenant, close_id) if not each.deleted_at]
        checks = [check for check in body.checks if check.in_hand and check.payment_id]
        return (report, *(slip_document(clinic, closed, each.number, each.cash_cents, each.coin_cents, checks)
                          for each in slips))  # fmt: skip

    def _late(self, reader: Any, now: _Session) -> list[int]:
        """Cents of payments that were written down after the day they belong to was closed (H14)."""
        first = now.last.business_date if now.last else now.day.isoformat()
        return [cents for _, cents in day.late(reader, self._clinic.tenant, first, now.day.isoformat())]

    def _doubts(self) -> tuple[tuple[str, int], ...]:
        """Open items of money of this desk: card payments nobody knows the end of, refunds that wait."""
        return tuple((str(item.facts.get("number") or item.kind), item.amount_cents)
                     for item in self._attention.items() if item.kind.startswith("unknown_")
                     or item.kind == "refund_waiting")  # fmt: skip

    def _review(self, reader: Any, now: _Session, counted: Counted, *, blind: bool = False) -> CloseReview:
        if now.float_cents is None:
            raise RuleBroken("close.not_opened")
        clinic = self._clinic
        rules = recorded.rules(reader, clinic.tenant)
        names = method_names(reader, clinic.tenant)
        in_hand = [row for row in now.checks if row.payment_id in counted.in_hand]
        found_cents = sum(each.cents for each in counted.found)
        cash = counted.cash.cents if not blind else now.in_drawer
        checks_cents = sum(row.stands_cents for row in in_hand) + found_cents
        lines = tuple(_lines(now, counted, cash, checks_cents, names, blind=blind))
        difference = cash - now.in_drawer
        kept = min(now.float_cents, cash)
        beyond = bool(rules.drawer_allowance_cents) and abs(difference) > rules.drawer_allowance_cents
        return CloseReview(
            counted=counted, counted_cents=cash, expected_cents=now.in_drawer, float_cents=now.float_cents,
            moved_cents=now.moved_cents, lines=lines, clues=() if blind else _clues(now, counted, difference, lines),
            kept_cents=kept, bill_cents=max(cash - kept - _coins_to_bank(counted.cash, cash - kept), 0),
            coin_cents=_coins_to_bank(counted.cash, cash - kept), checks=len(in_hand),
            check_cents=sum(row.stands_cents for row in in_hand), allowance_cents=rules.drawer_allowance_cents,
            needs_manager=beyond or counted.recounts > 1,
        )  # fmt: skip

    def _body(
        self, now: _Session, seen: CloseReview, close_id: str, number: str, reason: str
    ) -> bodies.DrawerClosed:  # fmt: skip
        cash = seen.counted.cash
        counts = zip((*BILLS, *COINS), (*cash.bills, *cash.coins), strict=True)
        coins = [bodies.CoinCount(value_cents=value, count=count) for value, count in counts if count]
        if cash.rolls_cents:
            coins.append(bodies.CoinCount(value_cents=1, count=cash.rolls_cents, rolled=True))
        checks = [bodies.CheckSeen(payment_id=row.payment_id, check_no=row.check_no, amount_cents=row.stands_cents,
                                   in_hand=row.payment_id in seen.counted.in_hand) for row in now.checks]  # fmt: skip
        checks += [bodies.CheckSeen(check_no=each.check_no, amount_cents=each.cents) for each in seen.counted.found]
        return bodies.DrawerClosed(
            close_id=close_id, drawer=self._clinic.identity.device_id, number=number, float_cents=seen.float_cents,
            expected_cents=seen.expected_cents, counted_cents=seen.counted_cents, kept_cents=seen.kept_cents,
            coins=tuple(coins), checks=tuple(checks), recounts=seen.counted.recounts, reason=reason,
            tenders=tenders_of(seen),
        )  # fmt: skip

    def _deposit(
        self, tx: Any, now: _Session, seen: CloseReview, close_id: str, person: Person
    ) -> bodies.DepositMade | None:  # fmt: skip
        if not seen.cash_to_bank_cents and not seen.check_cents:
            return None
        cash = [row.payment_id for row in now.taken if row.tender == "cash" and not row.back_act]
        checks = [row.payment_id for row in now.checks if row.payment_id in seen.counted.in_hand]
        body = bodies.DepositMade(
            deposit_id=new_id(), number=tx.next_payment_number("DEP"), drawer=self._clinic.identity.device_id,
            close_id=close_id, cash_cents=seen.cash_to_bank_cents, coin_cents=seen.coin_cents,
            check_cents=seen.check_cents, payment_ids=(*cash, *checks),
        )  # fmt: skip
        insist(tx.record(body, person_id=person.staff_id, business_date=now.day.isoformat(), group=close_id))
        return body


def _body_of(row: CloseRow) -> bodies.DrawerClosed:
    """What was written down at a close."""
    lists = {name: orjson.loads(getattr(row, name) or "[]") for name in ("coins", "tenders", "checks")}
    plain = ("close_id", "drawer", "number", "float_cents", "expected_cents", "counted_cents", "kept_cents",
             "recounts", "reason")  # fmt: skip
    return from_json(bodies.DrawerClosed, lists | {name: getattr(row, name) for name in plain})


# Sums and clues ------------------------------------------------------------------------------------------------------


def _net_cash(now: _Session) -> int:
    taken = sum(row.cents for row in now.taken if row.tender == "cash")
    return taken - sum(row.cents for row in now.back if row.tender == "cash")


def _key(row: TakenRow | BackRow) -> str:
    return way_key(row.tender, row.method_id)


def _brands(now: _Session) -> tuple[BrandLine, ...]:
    """Card brands of the day, without amounts of cash."""
    sales: dict[str, list[int]] = defaultdict(list)
    back: dict[str, list[int]] = defaultdict(list)
    for row in now.taken:
        if row.tender == "card":
            sales[row.brand or "Card"].append(row.cents)
    for each in now.back:
        if each.tender == "card":
            back[each.brand or "Card"].append(each.cents)
    return tuple(BrandLine(brand, len(sales[brand]), len(back[brand]), sum(sales[brand]) - sum(back[brand]))
                 for brand in sorted({*sales, *back}))  # fmt: skip


def _lines(
    now: _Session, counted: Counted, cash_cents: int, check_cents: int, names: dict[str, str], *, blind: bool
) -> Iterable[TenderLine]:  # fmt: skip
    assert now.float_cents is not None, "a review of a drawer nobody opened"
    taken: dict[str, list[int]] = defaultdict(list)
    back: dict[str, int] = defaultdict(int)
    for row in now.taken:
        taken[_key(row)].append(row.cents)
    for each in now.back:
        back[_key(each)] += each.cents
    batch = sum(cents or 0 for cents in counted.batch.values())
    keyed = any(cents is not None for cents in counted.batch.values())
    owed = {name: sum(taken[name]) - back[name] for name in {*taken, *back, "cash", "check", "card"}}
    other_cash = now.in_drawer - now.float_cents - now.moved_cents - owed["cash"]
    other_checks = sum(row.stands_cents for row in now.checks) - owed["check"]  # of before, or not in the envelope
    in_hand = {"cash": cash_cents - now.float_cents - now.moved_cents - other_cash, "check": check_cents - other_checks,
               "card": batch if keyed else owed["card"]}  # fmt: skip
    notes = {"cash": f"Drawer {_drawer_words(now)}", "check": "In the envelope",
             "card": "Reader's batch" if keyed else "Not compared", "external": "Paid online or elsewhere"}  # fmt: skip
    for name in ("cash", "check", "card", *sorted(owed.keys() - {"cash", "check", "card"})):
        words = TENDER_WORDS.get(name) or names.get(name.partition(":")[2], "") or "Other"
        real = owed[name] if blind and name != "cash" else in_hand.get(name, owed[name])
        yield TenderLine(name, words, notes.get(name, "By hand"), len(taken[name]), sum(taken[name]), back[name], real)


def _drawer_words(now: _Session) -> str:
    return "with its float" if now.float_cents else "without a float"


def _coins_to_bank(cash: CashCount, cents: int) -> int:
    """The part of what goes to the bank that is in coins: the float is kept in notes as far as they go."""
    return min(cash.coin_cents % 100 if cents > cash.coin_cents else cash.coin_cents, max(cents, 0)) if cents else 0


def _posted(rows: Iterable[TakenRow]) -> list[Posted]:
    return [Posted(row.payment_id, row.stands_cents, row.check_no, row.patient_id, bool(row.back_act)) for row in rows]


def _clues(
    now: _Session, counted: Counted, difference_cents: int, lines: Iterable[TenderLine]
) -> tuple[NamedClue, ...]:  # fmt: skip
    """What may explain what is off: in the drawer, among the checks, on the cards (S0-41: unposted, double,
    mistyped)."""
    rows = {row.payment_id: row for row in (*now.taken, *now.freed)}
    checks = _posted(now.checks)
    found: list[Clue] = list(explain(difference_cents, _posted(row for row in now.taken if row.tender == "cash")))
    found += posted_twice(checks)
    found += [clue for each in counted.found if (clue := match_check(each.check_no, each.cents, checks))]
    named = {clue.payment_id for clue in found}
    found += [Clue(ClueKind.NOT_IN_HAND, row.payment_id, row.stands_cents) for row in now.checks
              if row.payment_id not in counted.in_hand and row.payment_id not in named]  # fmt: skip
    card = next((line.difference_cents for line in lines if line.tender == "card"), 0)
    if card:
        for line in _brands(now):
            keyed = counted.batch.get(line.brand)
            off = keyed - line.recorded_cents if keyed is not None else 0
            found += explain(off, _posted(row for row in now.taken
                                          if row.tender == "card" and (row.brand or "Card") == line.brand))  # fmt: skip
    return tuple(NamedClue(clue, _name(rows.get(clue.payment_id), counted, clue)) for clue in found)


def check_clues(view: CloseView, counted: Counted) -> tuple[NamedClue, ...]:
    """What is odd about the checks alone, while they are ticked."""
    checks = [Posted(line.payment_id, line.cents, line.check_no) for line in view.checks]
    names = {line.payment_id: f"{line.number} · Check {line.check_no}".rstrip() for line in view.checks}
    found = [*posted_twice(checks),
             *(clue for each in counted.found if (clue := match_check(each.check_no, each.cents, checks)))]  # fmt: skip
    return tuple(NamedClue(clue, names.get(clue.payment_id) or _found_name(counted, clue)) for clue in found)


def _name(row: TakenRow | None, counted: Counted, clue: Clue) -> str:
    if row is None:
        return _found_name(counted, clue)
    return f"{row.number} · {method_text(row.tender, brand=row.brand, check_no=row.check_no)}"


def _found_name(counted: Counted, clue: Clue) -> str:
    number = next((each.check_no for each in counted.found if each.cents == clue.cents), "")
    return f"Check {number}".rstrip()


# A count that is kept ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kept:
    """A count as JSON can carry it."""

    bills: tuple[int, ...]
    coins: tuple[int, ...]
    rolls_cents: int
    in_hand: tuple[str, ...] = ()
    found_no: tuple[str, ...] = ()
    found_cents: tuple[int, ...] = ()
    brands: tuple[str, ...] = ()
    batch_cents: tuple[int, ...] = ()
    recounts: int = 0

    @classmethod
    def of(cls, counted: Counted) -> _Kept:
        keyed = {brand: cents for brand, cents in counted.batch.items() if cents is not None}
        return cls(
            counted.cash.bills, counted.cash.coins, counted.cash.rolls_cents, tuple(sorted(counted.in_hand)),
            tuple(each.check_no for each in counted.found), tuple(each.cents for each in counted.found),
            tuple(keyed), tuple(keyed.values()), counted.recounts,
        )  # fmt: skip

    def counted(self) -> Counted:
        found = zip(self.found_no, self.found_cents, strict=True)
        return Counted(
            CashCount(self.bills, self.coins, self.rolls_cents), frozenset(self.in_hand),
            tuple(FoundCheck(number, cents) for number, cents in found),
            dict(zip(self.brands, self.batch_cents, strict=True)), self.recounts,
        )  # fmt: skip


def _kept(text: str, day_now: date) -> Counted | None:
    """A count that was begun for this very day, or None."""
    value = orjson.loads(text) if text else None
    if not value or value["day"] != day_now.isoformat():
        return None
    return from_json(_Kept, value["counted"]).counted()
