"""Random days at a clinic: acts as plain data, the operations they make, and the cash the engine cannot see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from models.ledger.accounts import LOT_CODES, Account, Code, Guard
from models.ledger.draft import Draft
from models.ledger.figures import figures_from_balances, figures_from_history
from models.ledger.states import PAYS, UNPAYS, Entry, Transfer, Verdict, ends
from models.operations import bodies, records
from models.operations.operation import GENESIS, Operation, make_operation

DAY = "2026-03-16"
TIME = "2026-03-16T15:00:00.000Z"
DRAWER = "drawer-1"
PATIENTS = ("ann", "ben")
CHARGES = {
    "c1": ("ann", "v1"), "c2": ("ann", "v1"), "c3": ("ann", "v2"), "c4": ("ann", ""), "c5": ("ben", "v3"),
}  # fmt: skip
"""Charge: whose, and of which visit."""
VISITS = {"v1": "ann", "v2": "ann", "v3": "ben"}
PAYMENTS = tuple(f"p{n}" for n in range(1, 7))


def charge(charge_id: str, cents: int) -> records.Charge:
    """A charge of CHARGES that now is worth `cents`."""
    patient_id, appointment_id = CHARGES[charge_id]
    return records.Charge(id=charge_id, patient_id=patient_id, appointment_id=appointment_id, service_date=DAY,
                          description="Visit", responsibility_cents=cents)  # fmt: skip


def collect(
    payment_id: str, patient_id: str, cents: int, *, visit: str = "", tender: str = "cash", change: int = 0,
    receipt_no: str = "",
) -> bodies.Collect:  # fmt: skip
    """Money of a patient, for a visit or on account."""
    return bodies.Collect(
        payment_id=payment_id, patient_id=patient_id, tender=tender, amount_cents=cents, number=payment_id,
        receipt_no=receipt_no or f"R-{payment_id}", appointment_id=visit, change_cents=change,
        tendered_cents=cents + change, drawer=DRAWER if tender == "cash" else "",
        card=bodies.CardFacts(merchant="main", brand="VISA") if tender == "card" else None,
    )  # fmt: skip


def allocate(
    payment_id: str, patient_id: str, *lines: tuple[str, int], if_short: str = "take_available"
) -> bodies.Allocate:
    """Spend a payment on charges; a line that names a visit sets money aside for it."""
    return bodies.Allocate(
        allocation_id=f"a-{payment_id}", lot_payment_id=payment_id, patient_id=patient_id, if_short=if_short,
        lines=tuple(bodies.AllocationLine(charge_id="" if name in VISITS else name, amount_cents=cents,
                                          appointment_id=name if name in VISITS else "") for name, cents in lines),
    )  # fmt: skip


def reverse(payment_id: str, patient_id: str = "ann", *, went: int = 0, act: str = "void") -> bodies.Reverse:
    """Take a payment back: `went` cents of it, as many as it was worth for an older version (0)."""
    return bodies.Reverse(payment_id=payment_id, patient_id=patient_id, reason="keyed_wrong", act=act, drawer=DRAWER,
                          reversal_id=f"r-{payment_id}", receipt_no=f"R-r-{payment_id}",
                          given_back_cents=went)  # fmt: skip


@dataclass
class OpMaker:
    """Wraps bodies into operations of one device's stream."""

    device: str = "device-1"
    tenant: str = "clinic"
    epoch: int = 1
    dseq: int = 0
    prev: str = GENESIS

    def make(self, body: object, *, group: str = "", linked: bool = False, op_id: str = "") -> Operation:
        """The next operation."""
        self.dseq += 1
        op = make_operation(
            body, op_id=op_id or f"{self.device}-{self.dseq:04d}", tenant=self.tenant, device=self.device,
            epoch=self.epoch, dseq=self.dseq, prev=self.prev, actor="staff-1", business_date=DAY, device_time=TIME,
            group=group, linked=linked,
        )  # fmt: skip
        self.prev = op.hash
        return op

    def run(self, acts: Iterable[object]) -> list[Operation]:
        """Operations of a day's acts."""
        return [self.make(act) for act in acts]


# Random days ------------------------------------------------------------------------------------------------------

_OWNERS = {name: patient for name, (patient, _) in CHARGES.items()} | VISITS


@dataclass
class _Day:
    """What the people at the desk know while a random day goes on: mostly they do what makes sense, not always."""

    draw: st.DrawFn
    payments: dict[str, str] = field(default_factory=dict)
    charges: set[str] = field(default_factory=set)

    def sensible(self) -> bool:
        return self.draw(st.integers(0, 9)) < 8

    def charge(self) -> records.Charge:
        made = charge(self.draw(st.sampled_from(sorted(CHARGES))), self.draw(st.integers(0, 150)))
        self.charges.add(made.id)
        return made

    def collect(self) -> bodies.Collect:
        fresh = [name for name in PAYMENTS if name not in self.payments]
        payment_id = self.draw(st.sampled_from(fresh if fresh and self.sensible() else PAYMENTS))
        visit = self.draw(st.sampled_from(["", *VISITS]))
        patient = VISITS.get(visit) or self.draw(st.sampled_from(PATIENTS))
        tender = self.draw(st.sampled_from(bodies.TENDERS))
        made = collect(
            payment_id, patient, self.draw(st.integers(1, 120)), visit=visit, tender=tender,
            change=self.draw(st.integers(0, 30)) if tender == "cash" else 0,
        )  # fmt: skip
        self.payments.setdefault(payment_id, patient)
        return made if self.sensible() else replace(made, receipt_no="R-same")

    def allocate(self) -> bodies.Allocate:
        known = self.payments if self.payments and self.sensible() else dict.fromkeys(PAYMENTS, "ann")
        payment_id = self.draw(st.sampled_from(sorted(known)))
        patient = known[payment_id] if self.sensible() else self.draw(st.sampled_from(PATIENTS))
        choice = [*sorted(self.charges), *VISITS]
        choice = [name for name in choice if _OWNERS[name] == patient] if self.sensible() else sorted(_OWNERS)
        names = self.draw(st.lists(st.sampled_from(choice or sorted(_OWNERS)), min_size=1, max_size=3))
        lines = [(name, self.draw(st.integers(1, 200))) for name in names]
        return allocate(payment_id, patient, *lines, if_short="take_available" if self.sensible() else "reject")

    def reverse(self) -> bodies.Reverse:
        known = sorted(self.payments) if self.payments and self.sensible() else PAYMENTS
        return reverse(self.draw(st.sampled_from(known)), self.draw(st.sampled_from(PATIENTS)))


_ACTS = ("charge",) * 3 + ("collect",) * 3 + ("allocate",) * 4 + ("reverse",)


@st.composite
def _random_day(draw: st.DrawFn) -> list[object]:
    day = _Day(draw)
    return [getattr(day, name)() for name in draw(st.lists(st.sampled_from(_ACTS), min_size=1, max_size=25))]


days = _random_day()
"""Lists of bodies in the order they happen: charges going up and down, all tenders, honest and greedy allocations,
wrong patients, payment ids and receipt numbers used twice, reversals of what is there and what is not."""


# What must hold ---------------------------------------------------------------------------------------------------


@dataclass
class World:
    """Money as it lies in drawers and at the processor, known only from what people did."""

    moved: Counter[str] = field(default_factory=Counter)
    _known: dict[str, bodies.Collect] = field(default_factory=dict)
    _early: Counter[str] = field(default_factory=Counter)

    def act(self, body: object) -> None:
        """A person did this. What was taken back before it was known counts once it is."""
        if isinstance(body, bodies.Collect):
            known = self._known.setdefault(body.payment_id, body)
            if body is known or not known_from_a_file(body, known):
                self.moved[body.tender] += body.amount_cents
            self.moved[known.tender] -= known.amount_cents * self._early.pop(body.payment_id, 0)
        elif isinstance(body, bodies.Reverse):
            taken = self._known.get(body.payment_id)
            if taken is None:
                self._early[body.payment_id] += 1
            else:
                self.moved[taken.tender] -= taken.amount_cents


def known_from_a_file(body: bodies.Collect, known: bodies.Collect) -> bool:
    """Is this what another desk brought in from the same file?"""
    return (body.tender, body.patient_id, body.amount_cents) == ("external", known.patient_id, known.amount_cents) and (
        known.tender == "external"
    )


_TENDER_CODES = {"cash": Code.CASH, "check": Code.CHECK, "card": Code.CARD, "external": Code.EXTERNAL}


def check_ledger(draft: Draft, world: World | None = None) -> None:
    """I1–I4, I9–I11, I13, I14, I27 and, with a world, I25 of a draft over nothing."""
    _balances(draft)
    _owners(draft)
    _payments(draft)
    _figures(draft)
    _reversals(draft)
    for entry in draft.entries:
        assert not (entry.op.op_class == "fact" and entry.verdict is Verdict.REJECTED)  # I9
        if entry.op.kind in {"payment.collect", "payment.reverse"} and entry.verdict is not Verdict.QUARANTINED:
            if f"not_known:{entry.op.op_id}:" in draft.tasks:  # waited for its payment
                continue
            payment = draft.payments[entry.op.body["payment_id"]]
            assert entry.transfers or payment.corrected_cents >= payment.amount_cents
    if world is not None:
        for tender, code in _TENDER_CODES.items():
            lies = sum(d.debits - d.credits for d in draft.deltas.values() if d.account.code is code)
            assert lies == world.moved[tender]  # I25


def _balances(draft: Draft) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    for transfer in _transfers(draft):
        assert transfer.amount_cents > 0
        assert transfer.debit.id != transfer.credit.id
        sums["debit", transfer.debit.id] += transfer.amount_cents
        sums["credit", transfer.credit.id] += transfer.amount_cents
    deltas = draft.deltas.values()
    assert sum(d.debits for d in deltas) == sum(d.credits for d in deltas)  # I1
    for delta in deltas:
        assert (delta.debits, delta.credits) == (
            sums["debit", delta.account.id],
            sums["credit", delta.account.id],
        )  # I2
        if delta.account.guard is Guard.LOT:
            assert delta.debits <= delta.credits  # I3
        if delta.account.guard is Guard.RECEIVABLE:
            assert delta.credits <= delta.debits  # I4


def _payments(draft: Draft) -> None:
    paid: Counter[str] = Counter()
    on_charge: Counter[tuple[str, str]] = Counter()
    for transfer in _transfers(draft):
        if transfer.code in PAYS | UNPAYS:
            receivable, lot = ends(transfer)
            cents = transfer.amount_cents * (1 if transfer.code in PAYS else -1)
            paid[lot.payment_id] += cents
            on_charge[receivable.id, lot.id] += cents
    assert all(cents >= 0 for cents in on_charge.values())  # nothing gives back what it did not pay
    for payment in draft.payments.values():
        own = {d.account.id: d for d in draft.deltas.values() if d.account.payment_id == payment.payment_id}
        lies = sum(d.credits - d.debits for d in own.values() if d.account.code in LOT_CODES)
        out = _gone_out(draft, payment.payment_id)
        assert payment.amount_cents == lies + paid[payment.payment_id] + out  # I10
        assert out <= payment.amount_cents  # I13: the rest is over-refunded, and somebody looks


def _gone_out(draft: Draft, payment_id: str) -> int:
    """Cents that left the lots of a payment for good: refunds, corrections, reversals, disputes, netted refunds."""
    gone = 0
    for transfer in _transfers(draft):
        if transfer.code in PAYS | UNPAYS | {"collect", "change"}:
            continue
        for account, sign in ((transfer.debit, 1), (transfer.credit, -1)):
            if account.payment_id == payment_id and account.code in LOT_CODES:
                gone += sign * transfer.amount_cents
    return gone


def _owners(draft: Draft) -> None:
    """An account's id says what it is: whose it is never changes."""
    seen: dict[str, Account] = {}
    for transfer in _transfers(draft):
        for account in (transfer.debit, transfer.credit):
            assert seen.setdefault(account.id, account) == account


LET_OFF = {Code.DISCOUNTS, Code.WRITE_OFFS}


def _figures(draft: Draft) -> None:
    patients = {d.account.patient_id for d in draft.deltas.values()} - {""}
    for patient in sorted(patients):
        rows = [(d.account.code, draft.balance(d.account.id)) for d in draft.deltas.values()
                if d.account.patient_id == patient]  # fmt: skip
        figures = figures_from_balances(rows)
        assert figures == figures_from_history(_transfers(draft), patient)  # I11
        assert figures.total_paid_cents == figures.allocated_cents + figures.unallocated_cents
        assert figures.statement_balance_cents == figures.responsibility_cents - figures.allocated_cents
        assert figures.total_balance_cents == figures.responsibility_cents - figures.total_paid_cents
        mirrored = sum(c.responsibility_cents for c in draft.charges.values() if c.patient_id == patient)
        off = sum(balance.debits - balance.credits for code, balance in rows if code in LET_OFF)
        assert off >= 0
        assert figures.responsibility_cents == mirrored - off  # I27
        assert figures.allocated_cents >= 0


def _reversals(draft: Draft) -> None:
    posted = {(entry.op.op_id, n): t for entry in draft.entries for n, t in enumerate(entry.transfers)}
    seen: set[tuple[str, int]] = set()
    for transfer in _transfers(draft):
        if transfer.reverses is None:
            continue
        target = posted[transfer.reverses]
        assert (target.debit, target.credit, target.amount_cents) == (
            transfer.credit, transfer.debit, transfer.amount_cents,
        )  # fmt: skip
        assert transfer.reverses not in seen  # I14
        seen.add(transfer.reverses)


def _transfers(draft: Draft) -> list[Transfer]:
    return [transfer for entry in draft.entries for transfer in entry.transfers]


def shown(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """Entries in a form two engines can be compared by."""
    return [(e.op.kind, e.verdict, e.reason, e.granted_cents, *map(_plain, e.transfers)) for e in entries]


def _plain(transfer: Transfer) -> tuple[str, str, int, str]:
    return transfer.debit.id, transfer.credit.id, transfer.amount_cents, transfer.code
