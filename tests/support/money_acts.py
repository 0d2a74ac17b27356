"""Random days with every kind of money act: moves, refunds, corrections, adjustments, disputes, rules, families.

A day is a list of bodies, as in `tests.support.acts`. An Undo names the acts it takes back by their place in the day
(`#3`); `resolved` puts the ids of operations there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from models.ledger.accounts import LOT_CODES, Code
from models.ledger.draft import Draft
from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.ledger.states import Entry, Verdict
from models.operations import bodies, records
from models.operations.holds import HoldReturned
from models.operations.operation import Operation
from models.operations.tasks import TaskResolved
from tests.support.acts import DAY, DRAWER, OpMaker, collect, known_from_a_file, reverse

LATER = "2026-03-30"
EARLIER = "2026-02-02"
ANN, AMY, BEN = "ann", "amy", "ben"
"""A mother, her daughter on the same bill, and somebody else."""
VISITS = {"v1": (ANN, DAY), "v2": (ANN, EARLIER), "v3": (BEN, DAY), "v4": (AMY, DAY), "v5": (ANN, LATER)}
CHARGES = {"c1": "v1", "c2": "v1", "c3": "v2", "c4": "", "c5": "v3", "c6": "v4", "c7": "v5"}
PAYMENTS = tuple(f"p{n}" for n in range(1, 6))
PATIENTS = (ANN, AMY, BEN)


def line_item(charge_id: str, cents: int) -> records.Charge:
    """A charge of CHARGES that now is worth `cents`."""
    visit = CHARGES[charge_id]
    patient, day = VISITS.get(visit, (ANN, EARLIER))
    return records.Charge(id=charge_id, patient_id=patient, appointment_id=visit, service_date=day,
                          description="Visit", responsibility_cents=cents)  # fmt: skip


def visit(appointment_id: str, status: str = "scheduled", practitioner_id: str = "willing") -> records.Appointment:
    """A visit of VISITS."""
    patient, day = VISITS[appointment_id]
    return records.Appointment(id=appointment_id, patient_id=patient, starts_at=f"{day}T15:00:00.000Z",
                               service_date=day, status=status, practitioner_id=practitioner_id)  # fmt: skip


def people() -> list[object]:
    """Who is known from the start: the family, the other one, a provider who lets credit come by rule and one who does
    not, and the visits."""
    return [
        *(records.Patient(id=who, family="Quillfeather", guarantor_id=ANN if who == AMY else "") for who in PATIENTS),
        records.Practitioner(id="willing", name="Dr. Ames", auto_allocate=True),
        records.Practitioner(id="unwilling", name="Dr. Bell"),
        *(visit(name, practitioner_id="unwilling" if name == "v2" else "willing") for name in VISITS),
    ]


def move(patient_id: str, *lines: bodies.MoveLine, if_short: str = "reject", move_id: str = "m") -> bodies.Move:
    """Move money."""
    return bodies.Move(move_id=move_id, patient_id=patient_id, lines=lines, if_short=if_short)


def line(payment_id: str, cents: int, origin: str = "", target: str = "") -> bodies.MoveLine:
    """From and to are names of charges (`c…`, `f…`), of visits (`v…`), or empty: free credit."""

    def end(name: str, prefix: str) -> str:
        return name if (name[:1] == "v") == (prefix == "v") else ""

    return bodies.MoveLine(
        lot_payment_id=payment_id, amount_cents=cents, from_charge_id=end(origin, "c"),
        from_appointment_id=end(origin, "v"), to_charge_id=end(target, "c"), to_appointment_id=end(target, "v"),
    )  # fmt: skip


def undo(patient_id: str, *acts: str) -> bodies.Undo:
    """Take acts back, named `#n` by their place in the day."""
    return bodies.Undo(undo_id="u", patient_id=patient_id, op_ids=acts)


def request(
    refund_id: str, payment_id: str, cents: int, *lines: tuple[str, int], patient_id: str = ANN, tender: str = "cash"
) -> bodies.RefundRequest:  # fmt: skip
    """Ask for a refund."""
    return bodies.RefundRequest(
        refund_id=refund_id, payment_id=payment_id, patient_id=patient_id, amount_cents=cents, tender=tender,
        reason="patient_request", number=refund_id,
        lines=tuple(bodies.RefundLine(charge_id=name, amount_cents=part) for name, part in lines),
    )  # fmt: skip


def paid(
    refund_id: str, payment_id: str, cents: int, *, patient_id: str = ANN, tender: str = "cash"
) -> bodies.RefundPaid:  # fmt: skip
    """A refund left the house."""
    return bodies.RefundPaid(refund_id=refund_id, payment_id=payment_id, patient_id=patient_id, amount_cents=cents,
                             tender=tender, receipt_no=f"R-{refund_id}", drawer=DRAWER)  # fmt: skip


def failed(refund_id: str, patient_id: str = ANN) -> bodies.RefundFailed:
    """A refund did not happen."""
    return bodies.RefundFailed(refund_id=refund_id, patient_id=patient_id, reason="declined")


def undone(refund_id: str, patient_id: str = ANN) -> bodies.RefundUndone:
    """A refund was handed back."""
    return bodies.RefundUndone(refund_id=refund_id, patient_id=patient_id, reason="slip",
                               receipt_no=f"R-u-{refund_id}", drawer=DRAWER)  # fmt: skip


def elsewhere(refund_id: str, cents: int, patient_id: str = ANN) -> bodies.RefundElsewhere:
    """Another program gave money back."""
    return bodies.RefundElsewhere(refund_id=refund_id, patient_id=patient_id, amount_cents=cents, tender="external")


def place(refund_id: str, *, visit: str = "", payment: str = "", patient_id: str = ANN) -> bodies.RefundPlace:
    """Put a refund made elsewhere where its payment lies."""
    return bodies.RefundPlace(place_id=f"pl-{refund_id}", refund_id=refund_id, patient_id=patient_id,
                              appointment_id=visit, lot_payment_id=payment)  # fmt: skip


def correct(payment_id: str, cents: int, patient_id: str = ANN, name: str = "k") -> bodies.Correct:
    """A payment was entered too high."""
    return bodies.Correct(
        correction_id=f"{name}-{payment_id}", payment_id=payment_id, patient_id=patient_id, amount_cents=cents,
        reason="keyed_wrong", number="", receipt_no=f"R-k-{payment_id}",
    )  # fmt: skip


_REASONS = {"discount": "SELFPAY", "courtesy": "PROF", "write_off": "SMALL", "recovery": "RECOVERED"}


def adjust(charge_id: str, cents: int, kind: str = "discount", patient_id: str = "") -> bodies.Adjust:
    """A charge is owed less, or (recovery) again."""
    whose = VISITS.get(CHARGES.get(charge_id, ""), (ANN, ""))[0]
    return bodies.Adjust(adjustment_id=f"j-{charge_id}", charge_id=charge_id, patient_id=patient_id or whose,
                         kind=kind, group="PR", reason_code=_REASONS[kind], amount_cents=cents)  # fmt: skip


def fee(charge_id: str, cents: int, visit: str = "v1") -> bodies.Fee:
    """The practice's own fee."""
    return bodies.Fee(charge_id=charge_id, patient_id=VISITS[visit][0], code="NOSHOW", description="Missed visit",
                      amount_cents=cents, service_date=DAY, appointment_id=visit)  # fmt: skip


def opened(dispute_id: str, payment_id: str, cents: int, fee_cents: int = 0) -> bodies.DisputeOpened:
    """A bank takes card money back."""
    return bodies.DisputeOpened(dispute_id=dispute_id, payment_id=payment_id, patient_id=ANN, amount_cents=cents,
                                fee_cents=fee_cents)  # fmt: skip


def closed(dispute_id: str, outcome: str) -> bodies.DisputeClosed:
    """A dispute ends."""
    return bodies.DisputeClosed(dispute_id=dispute_id, patient_id=ANN, outcome=outcome)


def status(appointment_id: str, word: str) -> bodies.VisitStatus:
    """A visit moves on."""
    return bodies.VisitStatus(appointment_id=appointment_id, patient_id=VISITS[appointment_id][0], status=word)


def resolved(body: object, op_ids: Sequence[str]) -> Any:
    """The body with places in the day (`#3`) replaced by ids of operations; a place not reached yet stays as it is."""

    def named(text: str) -> str:
        return re.sub(r"#(\d+)", lambda at: op_ids[int(at[1])] if int(at[1]) < len(op_ids) else at[0], text)

    if isinstance(body, bodies.Undo):
        return replace(body, op_ids=tuple(map(named, body.op_ids)))
    if isinstance(body, HoldReturned):
        return replace(body, hold_ids=tuple(map(named, body.hold_ids)))
    return replace(body, task_id=named(body.task_id)) if isinstance(body, TaskResolved) else body


class Played:
    """A ledger in memory, act by act."""

    def __init__(self, acts: Sequence[object] = ()) -> None:
        self.draft = memory_book()
        self.ops: list[Operation] = []
        self.entries: list[tuple[Entry, ...]] = []
        self._maker = OpMaker()
        for act in acts:
            self.do(act)

    def do(self, act: object) -> Entry:
        """Somebody does this; the entry of the act itself."""
        op = self._maker.make(resolved(act, [each.op_id for each in self.ops]))
        self.ops.append(op)
        self.entries.append(settle(op, self.draft))
        return next(entry for entry in self.entries[-1] if entry.op is op)


# Random days ------------------------------------------------------------------------------------------------------


@dataclass
class _Day:
    """People who see the ledger while they act: mostly they ask for what is there, not always."""

    draw: st.DrawFn
    acts: list[object] = field(default_factory=list)
    draft: Draft = field(default_factory=memory_book)
    maker: OpMaker = field(default_factory=OpMaker)
    ids: list[str] = field(default_factory=list)
    undoable: list[str] = field(default_factory=list)

    def do(self, body: Any) -> None:
        op = self.maker.make(resolved(body, self.ids))
        entries = settle(op, self.draft)
        own = next(entry for entry in entries if entry.op is op)
        if own.verdict in (Verdict.ACCEPTED, Verdict.REDUCED) and op.kind in {
            "payment.move", "payment.allocate", "charge.adjust", "refund.place", "act.undo",
        }:  # fmt: skip
            self.undoable.append(f"#{len(self.ids)}")
        self.ids.append(op.op_id)
        self.acts.append(body)

    def sensible(self, of_ten: int = 8) -> bool:
        return self.draw(st.integers(0, 9)) < of_ten

    def one(self, choice: Sequence[Any], otherwise: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(sorted(choice) if choice and self.sensible(9) else list(otherwise)))

    def cents(self, there: int = 0) -> int:
        if there > 0 and self.sensible():
            return self.draw(st.sampled_from([there, max(there // 2, 1), 1]))
        return self.draw(st.integers(0, 150))

    def balance(self, account_id: str) -> int:
        found = self.draft.balance(account_id)
        return found.credits - found.debits

    def payment(self) -> str:
        return str(self.one(list(self.draft.payments), PAYMENTS))

    def owner(self, payment_id: str) -> str:
        known = self.draft.payment(payment_id)
        return known.patient_id if known and self.sensible(9) else self.draw(st.sampled_from(PATIENTS))

    def furnish(self) -> None:
        """A clinic that knows who comes, what is owed, and has taken money before."""
        for body in [*people(), self.rules()]:
            self.do(body)
        for name in ("c1", "c3", "c5", "c6"):
            self.do(line_item(name, self.draw(st.integers(20, 100))))
        for name in PAYMENTS[:3]:
            where = self.draw(st.sampled_from(["", "v1", "v2"]))
            tender = "card" if name == "p3" else "cash"
            self.do(collect(name, ANN, self.draw(st.integers(20, 120)), visit=where, tender=tender))

    # One method an act ----------------------------------------------------------------------------------------------

    def charge(self) -> object:
        return line_item(self.draw(st.sampled_from(sorted(CHARGES))), self.draw(st.integers(0, 150)))

    def collect(self) -> object:
        fresh = [name for name in PAYMENTS if name not in self.draft.payments]
        name = self.one(fresh, PAYMENTS)
        where = self.draw(st.sampled_from(["", "", *VISITS]))
        patient = VISITS[where][0] if where and self.sensible() else self.draw(st.sampled_from(PATIENTS))
        tender = self.draw(st.sampled_from(bodies.TENDERS))
        change = self.draw(st.integers(0, 20)) if tender == "cash" else 0
        return collect(name, patient, self.draw(st.integers(1, 120)), visit=where, tender=tender, change=change)

    def allocate(self) -> object:
        payment = self.payment()
        names = self.draw(st.lists(st.sampled_from([*CHARGES, *VISITS]), min_size=1, max_size=2))
        left = self._left(payment)
        lines = tuple(
            bodies.AllocationLine(charge_id="" if name in VISITS else name, amount_cents=self.cents(left),
                                  appointment_id=name if name in VISITS else "") for name in names
        )  # fmt: skip
        short = "take_available" if self.sensible() else "reject"
        return bodies.Allocate(allocation_id="a", lot_payment_id=payment, patient_id=self.owner(payment), lines=lines,
                               if_short=short)  # fmt: skip

    def move(self) -> object:
        payment = self.payment()
        lines = tuple(self._move_line(payment) for _ in range(self.draw(st.integers(1, 2))))
        return move(self.owner(payment), *lines, if_short="reject" if self.sensible(7) else "take_available")

    def _move_line(self, payment: str) -> bodies.MoveLine:
        places = {ar.charge_id: cents for ar, _, cents in self.draft.paid_by_payment(payment)}
        for lot in self.draft.lots_of_payment(payment):
            if self.balance(lot.id) > 0:
                places[lot.appointment_id] = self.balance(lot.id)
        origin = self.one(list(places), ["", *CHARGES, *VISITS])
        target = self.draw(st.sampled_from(["", *CHARGES, *VISITS]))
        return line(payment, self.cents(places.get(origin, 0)), origin, target)

    def undo(self) -> object:
        names = self.one(self.undoable[-3:], [f"#{n}" for n in range(max(len(self.acts), 1))])
        return undo(self.draw(st.sampled_from([ANN, ANN, BEN])), names)

    def reverse(self) -> object:
        payment = self.payment()
        known = self.draft.payment(payment)
        went = self.draw(st.sampled_from([0, self._holds(payment), known.amount_cents if known else 50, 7]))
        act = self.draw(st.sampled_from(bodies.REVERSE_ACTS))
        return reverse(payment, self.owner(payment), went=went, act=act)

    def correct(self) -> object:
        payment = self.payment()
        name = self.draw(st.sampled_from(["k", "l"]))
        return correct(payment, self.cents(self._left(payment)), self.owner(payment), name)

    def request(self) -> object:
        payment = self.payment()
        paid_to = [(ar.charge_id, cents) for ar, _, cents in self.draft.paid_by_payment(payment)]
        lines = [(name, self.cents(cents)) for name, cents in paid_to[:1]] if self.sensible(5) else []
        name = self.draw(st.sampled_from(REFUNDS))
        return request(name, payment, self.cents(self._holds(payment)), *lines, patient_id=self.owner(payment),
                       tender=self.draw(st.sampled_from(["cash", "check", "card"])))  # fmt: skip

    def paid(self) -> object:
        name = self.one([n for n, r in self.draft.refunds.items() if r.step == "requested"], REFUNDS)
        known = self.draft.refund(name)
        payment = known.payment_id if known and known.payment_id else self.payment()
        tender = known.tender if known else "cash"
        return paid(name, payment, self.cents(known.amount_cents if known else 0), patient_id=self.owner(payment),
                    tender=tender)  # fmt: skip

    def failed(self) -> object:
        return failed(self.one([n for n, r in self.draft.refunds.items() if r.step == "requested"], REFUNDS))

    def undone(self) -> object:
        return undone(self.one([n for n, r in self.draft.refunds.items() if r.step == "paid"], REFUNDS))

    def elsewhere(self) -> object:
        name = self.draw(st.sampled_from(["x1", "x2"]))
        return elsewhere(name, self.draw(st.integers(0, 100)), self.draw(st.sampled_from([ANN, ANN, AMY, BEN])))

    def place(self) -> object:
        where = self.draw(st.sampled_from(["", *VISITS]))
        payment = self.payment() if self.sensible(4) else ""
        name = self.one([name for name, refund in self.draft.refunds.items() if not refund.payment_id], ["x1", "x2"])
        return place(name, visit=where, payment=payment)

    def adjust(self) -> object:
        name = self.draw(st.sampled_from(sorted(self.draft.charges) or sorted(CHARGES)))
        kind = self.draw(st.sampled_from(bodies.ADJUSTMENT_KINDS))
        off = sum(cents for _, cents in self.draft.adjustments_of(name))
        charge = self.draft.charge(name)
        return adjust(name, self.cents(off if kind == "recovery" else -self.balance(f"AR:{name}")), kind,
                      patient_id=charge.patient_id if charge and self.sensible(9) else ANN)  # fmt: skip

    def fee(self) -> object:
        return fee(self.draw(st.sampled_from(["f1", "f2"])), self.draw(st.integers(0, 60)),
                   self.draw(st.sampled_from(["v1", "v2", "v3"])))  # fmt: skip

    def opened(self) -> object:
        cards = [name for name, payment in self.draft.payments.items() if payment.tender == "card"]
        payment = self.one(cards, PAYMENTS)
        return opened(self.draw(st.sampled_from(["d1", "d2"])), payment, self.cents(self._holds(payment)),
                      self.draw(st.integers(0, 3)))  # fmt: skip

    def closed(self) -> object:
        return closed(self.one(list(self.draft.disputes), ["d1", "d2"]),
                      self.draw(st.sampled_from(bodies.DISPUTE_OUTCOMES)))  # fmt: skip

    def status(self) -> object:
        words = ["arrived", "cancelled", "no_show", "scheduled", "done", "custom:Fasting"]
        return status(self.draw(st.sampled_from(sorted(VISITS))), self.draw(st.sampled_from(words)))

    def visit(self) -> object:
        return visit(self.draw(st.sampled_from(sorted(VISITS))), self.draw(st.sampled_from(["scheduled", "cancelled"])))

    def rules(self) -> object:
        yes = st.booleans()
        return records.Rules(auto_allocate=self.draw(yes), auto_unallocate=self.draw(yes),
                             use_other_visits=self.draw(yes))  # fmt: skip

    def _left(self, payment: str) -> int:
        return sum(self.balance(lot.id) for lot in self.draft.lots_of_payment(payment))

    def _holds(self, payment: str) -> int:
        return self._left(payment) + sum(cents for _, _, cents in self.draft.paid_by_payment(payment))


REFUNDS = ("r1", "r2", "r3")
_OFTEN = {
    "charge": 4, "collect": 4, "allocate": 4, "move": 4, "undo": 3, "request": 3, "paid": 3, "adjust": 3, "status": 2,
    "reverse": 1, "correct": 1, "failed": 1, "undone": 1, "elsewhere": 1, "place": 1, "fee": 1, "opened": 1,
    "closed": 1, "visit": 1, "rules": 1,
}  # fmt: skip
_ACTS = tuple(name for name, often in _OFTEN.items() for _ in range(often))


@st.composite
def _random_day(draw: st.DrawFn) -> list[object]:
    day = _Day(draw)
    if draw(st.integers(0, 9)):
        day.furnish()
    for name in draw(st.lists(st.sampled_from(_ACTS), min_size=3, max_size=25)):
        day.do(getattr(day, name)())
    return day.acts


@st.composite
def _acts_on_a_day(draw: st.DrawFn) -> tuple[list[object], list[object]]:
    day = _Day(draw)
    day.furnish()
    for name in draw(st.lists(st.sampled_from(_ACTS), max_size=8)):
        day.do(getattr(day, name)())
    before = len(day.acts)
    for name in draw(
        st.lists(st.sampled_from(("move", "move", "allocate", "adjust", "place")), min_size=2, max_size=8)
    ):
        day.do(getattr(day, name)())
    return day.acts[:before], day.acts[before:]


acts_on_a_day = _acts_on_a_day()
"""A day, and what can be undone that people do then."""
money_days = _random_day()
"""Lists of bodies in the order they happen: every kind of money act, of families and strangers, mostly what makes
sense. See `resolved` for the Undos among them."""


# What the engine cannot see ---------------------------------------------------------------------------------------


@dataclass
class MoneyWorld:
    """Money as it lies in drawers, at the processor and the bank, known only from what people did."""

    moved: Counter[Code] = field(default_factory=Counter)
    _taken: dict[str, bodies.Collect] = field(default_factory=dict)
    _corrected: Counter[str] = field(default_factory=Counter)
    _corrections: set[str] = field(default_factory=set)
    _refunds: dict[str, bodies.RefundPaid] = field(default_factory=dict)
    _undone: set[str] = field(default_factory=set)
    _disputes: dict[str, bodies.DisputeOpened] = field(default_factory=dict)
    _closed: set[str] = field(default_factory=set)
    _elsewhere: set[str] = field(default_factory=set)
    _early: dict[str, list[Any]] = field(default_factory=dict)
    """What was done about payments nobody knew yet."""

    def act(self, body: object) -> None:
        """A person did this."""
        handler = getattr(self, f"_{type(body).__name__.lower()}", None)
        if handler is not None:
            handler(body)

    def _collect(self, body: bodies.Collect) -> None:
        known = self._taken.setdefault(body.payment_id, body)
        if body is known or not known_from_a_file(body, known):
            self.moved[_CODES[body.tender]] += body.amount_cents
        for early in self._early.pop(body.payment_id, ()):
            if isinstance(early, bodies.RefundPaid):
                self._refunds[early.refund_id] = early
                self._undone.discard(early.refund_id)
            elif isinstance(early, bodies.DisputeOpened):
                self._disputes.setdefault(early.dispute_id, early)
            else:
                self.act(early)

    def _waits(self, body: Any) -> None:
        self._early.setdefault(body.payment_id, []).append(body)

    def _reverse(self, body: bodies.Reverse) -> None:
        taken = self._taken.get(body.payment_id)
        if taken is not None:
            there = max(taken.amount_cents - self._corrected[body.payment_id], 0)
            self.moved[_CODES[taken.tender]] -= body.given_back_cents or there
        else:
            self._waits(body)

    def _correct(self, body: bodies.Correct) -> None:
        taken = self._taken.get(body.payment_id)
        if taken is None and body.amount_cents > 0:
            self._waits(body)
        if taken is not None and body.amount_cents > 0 and body.correction_id not in self._corrections:
            self._corrections.add(body.correction_id)
            self.moved[_CODES[taken.tender]] -= body.amount_cents
            self._corrected[body.payment_id] += body.amount_cents

    def _refundpaid(self, body: bodies.RefundPaid) -> None:
        known = self._refunds.get(body.refund_id)
        if known is not None and body.tender == "external" and body.refund_id not in self._undone:
            return
        if body.amount_cents > 0:
            self.moved[_CODES[body.tender]] -= body.amount_cents
            if body.payment_id in self._taken:
                self._refunds[body.refund_id] = body
                self._undone.discard(body.refund_id)
            else:
                self._waits(body)

    def _refundundone(self, body: bodies.RefundUndone) -> None:
        refund = self._refunds.get(body.refund_id)
        if refund is not None and body.refund_id not in self._undone:
            self._undone.add(body.refund_id)
            self.moved[_CODES[refund.tender]] += refund.amount_cents

    def _refundelsewhere(self, body: bodies.RefundElsewhere) -> None:
        if body.amount_cents > 0 and body.refund_id not in self._elsewhere:
            self._elsewhere.add(body.refund_id)
            self.moved[_CODES[body.tender]] -= body.amount_cents

    def _disputeopened(self, body: bodies.DisputeOpened) -> None:
        if body.amount_cents > 0 and body.dispute_id not in self._disputes:
            self.moved[Code.CARD] -= body.amount_cents + body.fee_cents
            if body.payment_id in self._taken:
                self._disputes[body.dispute_id] = body
            else:
                self._waits(body)

    def _disputeclosed(self, body: bodies.DisputeClosed) -> None:
        dispute = self._disputes.get(body.dispute_id)
        if dispute is not None and body.dispute_id not in self._closed:
            self._closed.add(body.dispute_id)
            self.moved[Code.CARD] += dispute.amount_cents if body.outcome == "won" else 0


_CODES = {"cash": Code.CASH, "check": Code.CHECK, "card": Code.CARD, "external": Code.EXTERNAL, "other": Code.OTHER}


def lies_where_people_put_it(draft: Draft, world: MoneyWorld) -> None:
    """I25: what the books say lies in drawers and at processors is what people put there and took away."""
    for code in _CODES.values():
        lies = sum(d.debits - d.credits for d in draft.deltas.values() if d.account.code is code)
        assert lies == world.moved[code], code


def unallocated(draft: Draft) -> int:
    """Everything that lies in lots."""
    return sum(d.credits - d.debits for d in draft.deltas.values() if d.account.code in LOT_CODES)
