"""The posting table and the worked numbers, one row of data each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.ledger.accounts import Code
from models.ledger.draft import Draft
from models.ledger.figures import Figures, figures_from_balances
from models.ledger.memory import memory_book
from models.ledger.posting import settle, settle_run
from models.ledger.states import Entry, Verdict
from models.operations import bodies, records
from tests.support.acts import DRAWER, OpMaker, allocate, charge, check_ledger, collect, reverse


def played(*acts: object) -> tuple[Draft, list[tuple[Entry, ...]]]:
    """The ledger after some acts, and the entries of each."""
    draft = memory_book()
    return draft, [settle(op, draft) for op in OpMaker().run(acts)]


def figures(draft: Draft, patient: str = "ann") -> Figures:
    rows = [
        (d.account.code, draft.balance(d.account.id)) for d in draft.deltas.values() if d.account.patient_id == patient
    ]
    return figures_from_balances(rows)


def moves(entries: tuple[Entry, ...]) -> list[str]:
    """Each transfer of the entries as `debit < credit cents code`."""
    return [f"{t.debit.id} < {t.credit.id} {t.amount_cents} {t.code}" for e in entries for t in e.transfers]


C1_80 = charge("c1", 80)
AUTO_UNALLOCATE = records.Rules(auto_unallocate=True)
TABLE = {
    "responsibility becomes 80": ([C1_80], ["AR:c1 < RESP:ann 80 charge"]),
    "responsibility rises to 100": ([C1_80, charge("c1", 100)], ["AR:c1 < RESP:ann 20 responsibility"]),
    "insurer adjusts 80 to 60, nothing paid": ([C1_80, charge("c1", 60)], ["RESP:ann < AR:c1 20 responsibility"]),
    "the same word again": ([C1_80, C1_80], []),
    "insurer adjusts 80 to 60, paid in full": (
        [C1_80, collect("p1", "ann", 80), allocate("p1", "ann", ("c1", 80)), charge("c1", 60)],
        ["AR:c1 < CR:p1 20 release", "CR:p1 < CRE:p1:v1 20 earmark", "RESP:ann < AR:c1 20 responsibility"],
    ),
    "insurer adjusts 80 to 60, paid from an earmark": (
        [C1_80, collect("p1", "ann", 80, visit="v1"), allocate("p1", "ann", ("c1", 80)), charge("c1", 60)],
        ["AR:c1 < CRE:p1:v1 20 release", "RESP:ann < AR:c1 20 responsibility"],
    ),
    "insurer adjusts 80 to 60, paid, Auto un-allocate on": (
        [AUTO_UNALLOCATE, C1_80, collect("p1", "ann", 80), allocate("p1", "ann", ("c1", 80)), charge("c1", 60)],
        ["AR:c1 < CR:p1 20 release", "RESP:ann < AR:c1 20 responsibility"],
    ),
    "insurer adjusts 80 to 60, paid from an earmark, Auto un-allocate on": (
        [AUTO_UNALLOCATE, C1_80, collect("p1", "ann", 80, visit="v1"), allocate("p1", "ann", ("c1", 80)),
         charge("c1", 60)],
        ["AR:c1 < CRE:p1:v1 20 release", "CRE:p1:v1 < CR:p1 20 unearmark", "RESP:ann < AR:c1 20 responsibility"],
    ),
    "insurer adjusts 80 to 20, paid by two: the newest is released first": (
        [C1_80, collect("p1", "ann", 50), collect("p2", "ann", 30), allocate("p2", "ann", ("c1", 30)),
         allocate("p1", "ann", ("c1", 50)), charge("c1", 20)],
        ["AR:c1 < CR:p1 50 release", "CR:p1 < CRE:p1:v1 50 earmark", "AR:c1 < CR:p2 10 release",
         "CR:p2 < CRE:p2:v1 10 earmark", "RESP:ann < AR:c1 60 responsibility"],
    ),
    "copay before any charge, visit known": (
        [collect("p1", "ann", 25, visit="v1")], ["CASH:drawer-1 < CRE:p1:v1 25 collect"],
    ),
    "prepayment, no visit": ([collect("p1", "ann", 25)], ["CASH:drawer-1 < CR:p1 25 collect"]),
    "tender 100 for 75": (
        [collect("p1", "ann", 75, change=25)],
        ["CASH:drawer-1 < CR:p1 100 collect", "CR:p1 < CASH:drawer-1 25 change"],
    ),
    "card": ([collect("p1", "ann", 25, tender="card")], ["CARD:main < CR:p1 25 collect"]),
    "check": ([collect("p1", "ann", 25, tender="check")], ["CHK < CR:p1 25 collect"]),
    "paid elsewhere": ([collect("p1", "ann", 25, tender="external")], ["EXT < CR:p1 25 collect"]),
    "allocate free credit": (
        [C1_80, collect("p1", "ann", 50), allocate("p1", "ann", ("c1", 30))], ["CR:p1 < AR:c1 30 allocate"],
    ),
    "allocate an earmark to its visit": (
        [C1_80, collect("p1", "ann", 50, visit="v1"), allocate("p1", "ann", ("c1", 30))],
        ["CRE:p1:v1 < AR:c1 30 allocate"],
    ),
    "charge appears on the visit": (
        [collect("p1", "ann", 25, visit="v1"), charge("c1", 80)],
        ["AR:c1 < RESP:ann 80 charge", "CRE:p1:v1 < AR:c1 25 auto_allocate"],
    ),
    "two earmarks, oldest first": (
        [collect("p2", "ann", 25, visit="v1"), collect("p1", "ann", 25, visit="v1"), charge("c1", 30)],
        ["AR:c1 < RESP:ann 30 charge", "CRE:p2:v1 < AR:c1 25 auto_allocate", "CRE:p1:v1 < AR:c1 5 auto_allocate"],
    ),
    "void of an allocated payment": (
        [C1_80, collect("p1", "ann", 50), allocate("p1", "ann", ("c1", 30)), reverse("p1")],
        ["AR:c1 < CR:p1 30 release", "CR:p1 < CASH:drawer-1 50 reverse"],
    ),
    "void of cash with change": (
        [collect("p1", "ann", 75, change=25), reverse("p1")],
        ["CR:p1 < CASH:drawer-1 100 reverse", "CASH:drawer-1 < CR:p1 25 reverse"],
    ),
    "void twice": (
        [collect("p1", "ann", 50), reverse("p1"), reverse("p1")], ["OVR:p1 < CASH:drawer-1 50 reverse"],
    ),
    "payment id used again": (
        [collect("p1", "ann", 50), collect("p1", "ann", 20)], ["CASH:drawer-1 < SUSP 20 collect"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_posting_table(name: str) -> None:
    acts, expected = TABLE[name]
    draft, entries = played(*acts)
    assert moves(entries[-1]) == expected
    check_ledger(draft)


NUMBERS = {
    # PR, A, U, of it tied to a visit
    "N1": ([charge("c1", 100), collect("p1", "ann", 100), allocate("p1", "ann", ("c1", 100))], (100, 100, 0, 0)),
    "N2": ([charge("c1", 100), collect("p1", "ann", 40), allocate("p1", "ann", ("c1", 40))], (100, 40, 0, 0)),
    "N3": ([collect("p1", "ann", 200)], (0, 0, 200, 0)),
    "N4": ([collect("p1", "ann", 200), charge("c1", 100)], (100, 0, 200, 0)),
    "N5": ([collect("p1", "ann", 200), charge("c1", 100), allocate("p1", "ann", ("c1", 100))], (100, 100, 100, 0)),
    "N6": ([collect("p1", "ann", 20, visit="v1")], (0, 0, 20, 20)),
    "N7": ([collect("p1", "ann", 20, visit="v1"), charge("c1", 50)], (50, 20, 0, 0)),
    "N8": ([collect("p1", "ann", 20, visit="v1"), charge("c1", 15)], (15, 15, 5, 5)),
    "N12": ([charge("c1", 100), collect("p1", "ann", 25), allocate("p1", "ann", ("c1", 10))], (100, 10, 15, 0)),
    "N15": (
        [charge("c1", 60), collect("p1", "ann", 60), allocate("p1", "ann", ("c1", 60)), charge("c1", 35)],
        (35, 35, 25, 25),
    ),
    "N15, Auto un-allocate on": (
        [AUTO_UNALLOCATE, charge("c1", 60), collect("p1", "ann", 60), allocate("p1", "ann", ("c1", 60)),
         charge("c1", 35)],
        (35, 35, 25, 0),
    ),
    "N42": ([charge("c1", 36), collect("p1", "ann", 36, change=4), allocate("p1", "ann", ("c1", 36))], (36, 36, 0, 0)),
    "N45": ([charge("c1", 100), collect("p1", "ann", 10), allocate("p1", "ann", ("c1", 5))], (100, 5, 5, 0)),
    "figures check of the specification": (
        [collect("p1", "ann", 25, visit="v1"), collect("p2", "ann", 100), charge("c1", 80),
         allocate("p2", "ann", ("c1", 55))],
        (80, 80, 45, 0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_worked_numbers(number: str) -> None:
    acts, (responsibility, allocated, unallocated, tied) = NUMBERS[number]
    draft, _ = played(*acts)
    assert figures(draft) == Figures(responsibility, allocated, unallocated, tied)
    check_ledger(draft)


def test_cash_with_change_leaves_what_stays_in_the_drawer() -> None:
    draft, _ = played(collect("p1", "ann", 3600, change=400))
    balance = draft.balance(f"CASH:{DRAWER}")
    assert balance.debits - balance.credits == 3600  # N42: drawer +36.00


VERDICTS = {
    "all of it": ([C1_80, collect("p1", "ann", 80), allocate("p1", "ann", ("c1", 80))], Verdict.ACCEPTED, "", 80),
    "less is there": ([C1_80, collect("p1", "ann", 50), allocate("p1", "ann", ("c1", 80))], Verdict.REDUCED, "", 50),
    "less is owed": ([C1_80, collect("p1", "ann", 100), allocate("p1", "ann", ("c1", 90))], Verdict.REDUCED, "", 80),
    "all or nothing": (
        [C1_80, collect("p1", "ann", 50), allocate("p1", "ann", ("c1", 80), if_short="reject")],
        Verdict.REJECTED, "not_that_much", None,
    ),
    "spent before": (
        [C1_80, charge("c3", 80), collect("p1", "ann", 50), allocate("p1", "ann", ("c1", 50)),
         allocate("p1", "ann", ("c3", 50))],
        Verdict.REJECTED, "credit_used", None,
    ),
    "earmarked to another visit": (
        [charge("c3", 80), collect("p1", "ann", 50, visit="v1"), allocate("p1", "ann", ("c3", 50))],
        Verdict.REJECTED, "not_that_much", None,
    ),
    "nobody's payment": ([C1_80, allocate("p1", "ann", ("c1", 50))], Verdict.REJECTED, "missing_dependency", None),
    "nobody's charge": (
        [collect("p1", "ann", 50), allocate("p1", "ann", ("c1", 50))], Verdict.REJECTED, "missing_dependency", None,
    ),
    "another patient's payment": (
        [C1_80, collect("p1", "ben", 50), allocate("p1", "ann", ("c1", 50))], Verdict.REJECTED, "wrong_patient", None,
    ),
    "another patient's charge": (
        [charge("c5", 80), collect("p1", "ann", 50), allocate("p1", "ann", ("c5", 50))],
        Verdict.REJECTED, "wrong_patient", None,
    ),
    "taken back before": (
        [C1_80, collect("p1", "ann", 50), reverse("p1"), allocate("p1", "ann", ("c1", 50))],
        Verdict.REJECTED, "payment_reversed", None,
    ),
    "nothing asked": (
        [C1_80, collect("p1", "ann", 50), allocate("p1", "ann", ("c1", 0))],
        Verdict.REJECTED, "amount_not_positive", None,
    ),
    "no lines": ([collect("p1", "ann", 50), allocate("p1", "ann")], Verdict.REJECTED, "amount_not_positive", None),
    "payment of zero": ([collect("p1", "ann", 0)], Verdict.QUARANTINED, "amount_not_positive", None),
    "payment of zero with a used id": (
        [collect("p1", "ann", 5), collect("p1", "ann", 0)], Verdict.QUARANTINED, "amount_not_positive", None,
    ),
    "unknown tender": ([collect("p1", "ann", 5, tender="shells")], Verdict.QUARANTINED, "tender_unknown", None),
    "beyond any sum": ([collect("p1", "ann", 10**12 + 1)], Verdict.QUARANTINED, "BodyInvalid", None),
    "payment id used": ([collect("p1", "ann", 5), collect("p1", "ann", 6)], Verdict.EXCEPTED, "payment_id_used", None),
    "receipt number used": (
        [collect("p1", "ann", 5), collect("p2", "ann", 6, receipt_no="R-p1")],
        Verdict.EXCEPTED, "receipt_no_used", None,
    ),
    "taken back twice": (
        [collect("p1", "ann", 5), reverse("p1"), reverse("p1")], Verdict.EXCEPTED, "already_reversed", None,
    ),
    "nothing to take back": ([reverse("p1")], Verdict.EXCEPTED, "missing_dependency", None),
    "charge changes hands": (
        [C1_80, replace(C1_80, patient_id="ben")], Verdict.QUARANTINED, "charge_of_another_patient", None,
    ),
    "negative charge": ([charge("c1", -1)], Verdict.QUARANTINED, "negative_responsibility", None),
    "unknown status": (
        [bodies.VisitStatus(appointment_id="v1", patient_id="ann", status="teleported")],
        Verdict.QUARANTINED, "status_unknown", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_verdicts(name: str) -> None:
    acts, verdict, reason, granted = VERDICTS[name]
    draft, entries = played(*acts)
    last = next(e for e in entries[-1] if e.op.device != "hub")
    assert (last.verdict, last.reason, last.granted_cents) == (verdict, reason, granted)
    check_ledger(draft)


def test_operations_of_a_newer_program_are_kept_aside() -> None:
    draft = memory_book()
    op = OpMaker().make(collect("p1", "ann", 5))
    for strange in (replace(op, kind="payment.teleport"), replace(op, v=9)):
        (entry,) = settle(strange, draft)
        assert (entry.verdict, entry.reason) == (Verdict.QUARANTINED, "NotUnderstood")
    assert not draft.deltas


def test_linked_decisions_fall_together_and_facts_among_them_stand() -> None:
    maker, draft = OpMaker(), memory_book()
    for act in (C1_80, charge("c3", 50)):
        settle(maker.make(act), draft)
    ops = [
        maker.make(collect("p1", "ann", 60), group="g", linked=True),
        maker.make(allocate("p1", "ann", ("c1", 40)), group="g", linked=True),
        maker.make(allocate("p1", "ann", ("c3", 30), if_short="reject"), group="g", linked=True),
    ]
    own = [entries[0] for entries in settle_run(ops, draft)]
    assert [(e.verdict, e.reason) for e in own] == [
        (Verdict.ACCEPTED, ""), (Verdict.REJECTED, "linked_rejected"), (Verdict.REJECTED, "not_that_much"),
    ]  # fmt: skip
    assert figures(draft).credit_cents == 60


def test_earmarks_of_another_patient_are_left_alone() -> None:
    """A visit's id may be wrong in an import; the money stays with whom it belongs to."""
    draft, _ = played(replace(collect("p1", "ben", 20), appointment_id="v1"), charge("c1", 50))
    assert figures(draft, "ann").allocated_cents == 0
    assert figures(draft, "ben").unallocated_cents == 20
    assert Code.SUSPENSE not in {d.account.code for d in draft.deltas.values()}
