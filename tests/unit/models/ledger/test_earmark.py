"""Setting free credit aside for a visit that has no charge yet (domain rows N5 to N8)."""

from __future__ import annotations

from itertools import count

from models.ledger.draft import Draft
from models.ledger.figures import Figures, figures_from_balances, figures_from_history
from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.ledger.states import Entry, Verdict
from models.operations.bodies import Allocate, AllocationLine, Collect, Reverse
from models.operations.operation import GENESIS, make_operation
from models.operations.records import Charge

_NUMBERS = count(1)


def post(draft: Draft, body: object) -> Entry:
    op = make_operation(
        body, op_id=f"op-{next(_NUMBERS)}", tenant="t", device="d", epoch=1, dseq=1, prev=GENESIS, actor="maria",
        business_date="2026-05-14", device_time="2026-05-14T14:30:00.000Z",
    )  # fmt: skip
    return next(entry for entry in settle(op, draft) if entry.op.op_id == op.op_id)


def collect(amount: int, appointment_id: str = "") -> Collect:
    return Collect(payment_id="pay", patient_id="rosa", tender="cash", amount_cents=amount, number="", receipt_no="",
                   appointment_id=appointment_id)  # fmt: skip


def spend(*lines: AllocationLine) -> Allocate:
    return Allocate(allocation_id="a", lot_payment_id="pay", patient_id="rosa", lines=lines)


def charge(cents: int, appointment_id: str, charge_id: str = "c") -> Charge:
    return Charge(id=charge_id, patient_id="rosa", service_date="2026-05-14", description="x",
                  responsibility_cents=cents, appointment_id=appointment_id)  # fmt: skip


def figures(draft: Draft) -> Figures:
    now = figures_from_balances((d.account.code, draft.balance(d.account.id)) for d in draft.deltas.values())
    assert now == figures_from_history((t for entry in draft.entries for t in entry.transfers), "rosa")
    return now


def test_one_payment_for_an_old_balance_and_todays_expected_copay() -> None:
    draft = memory_book()
    post(draft, charge(4500, "march"))
    post(draft, collect(7500))
    entry = post(draft, spend(AllocationLine(charge_id="c", amount_cents=4500),
                              AllocationLine(charge_id="", amount_cents=3000, appointment_id="today")))  # fmt: skip
    assert (entry.verdict, entry.granted_cents) == (Verdict.ACCEPTED, 7500)
    assert figures(draft) == Figures(4500, 4500, 3000, 3000)


def test_what_was_set_aside_pays_the_charge_that_appears() -> None:
    draft = memory_book()
    post(draft, collect(2000))
    post(draft, spend(AllocationLine(charge_id="", amount_cents=2000, appointment_id="today")))
    post(draft, charge(1500, "today"))
    assert figures(draft) == Figures(1500, 1500, 500, 500)


def test_no_more_is_set_aside_than_is_free() -> None:
    draft = memory_book()
    post(draft, collect(2000))
    entry = post(draft, spend(AllocationLine(charge_id="", amount_cents=2500, appointment_id="today")))
    assert (entry.verdict, entry.granted_cents) == (Verdict.REDUCED, 2000)
    again = post(draft, spend(AllocationLine(charge_id="", amount_cents=1, appointment_id="other")))
    assert (again.verdict, again.reason) == (Verdict.REJECTED, "not_that_much")
    assert figures(draft) == Figures(0, 0, 2000, 2000)


def test_a_line_for_neither_charge_nor_visit_is_refused() -> None:
    draft = memory_book()
    post(draft, collect(2000))
    entry = post(draft, spend(AllocationLine(charge_id="", amount_cents=5)))
    assert (entry.verdict, entry.reason) == (Verdict.REJECTED, "missing_dependency")


def test_taking_the_payment_back_gathers_what_was_set_aside() -> None:
    draft = memory_book()
    post(draft, charge(4500, "march"))
    post(draft, collect(7500))
    post(draft, spend(AllocationLine(charge_id="c", amount_cents=4500),
                      AllocationLine(charge_id="", amount_cents=3000, appointment_id="today")))  # fmt: skip
    post(draft, Reverse(payment_id="pay", patient_id="rosa", reason="slip", reversal_id="r", receipt_no=""))
    assert figures(draft) == Figures(4500, 0, 0, 0)
    assert all(draft.balance(d.account.id).debits == draft.balance(d.account.id).credits
               for d in draft.deltas.values() if d.account.payment_id == "pay")  # fmt: skip
