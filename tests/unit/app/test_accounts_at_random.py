"""Whatever happens to a family's money, what the lists of every account say adds up to its five figures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounts import Accounts
from models.operations import bodies
from tests.support.clinic import TestClinic
from tests.unit.app.test_accounts import sums_hold

PEOPLE = ("rosa", "ama")
VISITS = {"past": ("rosa", "2026-03-02"), "child": ("ama", "2026-05-13"), "next": ("ama", "2026-05-28")}
CHARGES = {"lab": ("rosa", "past"), "visit": ("rosa", "past"), "well": ("ama", "child"), "shot": ("ama", "next")}

Step = tuple[str, int, int, int]
"""(what, cents, and two numbers that choose whom and what it is about)"""


def _pick(names: Any, at: int) -> str:
    known = sorted(names)
    return str(known[at % len(known)])


def _charge(clinic: TestClinic, _n: int, cents: int, first: int, _second: int) -> None:
    name = _pick(CHARGES, first)
    who, visit = CHARGES[name]
    clinic.charge(cents, VISITS[visit][1], who, charge_id=name, visit=visit)


def _paid(clinic: TestClinic, n: int, cents: int, first: int, second: int) -> None:
    who = PEOPLE[first % 2]
    visit = _pick([name for name, (whose, _) in VISITS.items() if whose == who], second) if second % 3 == 0 else ""
    clinic.paid(cents or 1, f"p{n % 4}-{n}", who, visit=visit)


def _payments(clinic: TestClinic) -> list[str]:
    return [row[0] for row in clinic.rows("SELECT payment_id FROM payment ORDER BY payment_id")]


def _of_payment(make: Callable[[str, int, int, int], object]) -> Callable[..., None]:
    def act(clinic: TestClinic, n: int, cents: int, first: int, second: int) -> None:
        known = _payments(clinic)
        if known:
            clinic.put(make(known[first % len(known)], n, cents or 1, second))

    return act


def _move(payment_id: str, n: int, cents: int, second: int) -> object:
    places = [{"to_charge_id": name} for name in sorted(CHARGES)] + [{"to_appointment_id": "next"}, {}]
    sources = [{}, {"from_charge_id": _pick(CHARGES, second // 7)}, {"from_appointment_id": "next"}]
    line = {**sources[second % 3], **places[second % len(places)]}
    return bodies.Move(move_id=f"m{n}", patient_id="rosa", if_short="take_available",
                       lines=(bodies.MoveLine(lot_payment_id=payment_id, amount_cents=cents, **line),))  # fmt: skip


def _refund(payment_id: str, n: int, cents: int, _second: int) -> object:
    return bodies.RefundRequest(refund_id=f"r{n}", payment_id=payment_id, patient_id="rosa", amount_cents=cents,
                                tender="cash", reason="other", number=f"REF-{n}")  # fmt: skip


def _correct(payment_id: str, n: int, cents: int, _second: int) -> object:
    return bodies.Correct(correction_id=f"k{n}", payment_id=payment_id, patient_id="rosa", amount_cents=cents,
                          reason="typo", number=f"COR-{n}", receipt_no=f"R-{n}")  # fmt: skip


def _reverse(payment_id: str, n: int, _cents: int, _second: int) -> object:
    return bodies.Reverse(payment_id=payment_id, patient_id="rosa", reason="wrong", reversal_id=f"x{n}",
                          receipt_no=f"V-{n}")  # fmt: skip


def _adjust(clinic: TestClinic, n: int, cents: int, first: int, second: int) -> None:
    name = _pick(CHARGES, first)
    kind, code = (("discount", "44"), ("write_off", "SMALL"), ("recovery", "RECOVERED"))[second % 3]
    clinic.put(bodies.Adjust(adjustment_id=f"a{n}", charge_id=name, patient_id=CHARGES[name][0], kind=kind, group="PR",
                             reason_code=code, amount_cents=cents // 10 + 1))  # fmt: skip


def _elsewhere(clinic: TestClinic, n: int, cents: int, first: int, _second: int) -> None:
    clinic.put(bodies.RefundElsewhere(refund_id=f"e{n}", patient_id=PEOPLE[first % 2], amount_cents=cents or 1,
                                      tender="cash"))  # fmt: skip


ACTS: dict[str, Callable[..., None]] = {
    "charge": _charge, "paid": _paid, "move": _of_payment(_move), "refund": _of_payment(_refund),
    "correct": _of_payment(_correct), "reverse": _of_payment(_reverse), "adjust": _adjust, "elsewhere": _elsewhere,
}  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from([*ACTS, "charge", "paid", "paid", "move", "move"]), st.integers(0, 5_000),
              st.integers(0, 50), st.integers(0, 50)),
    min_size=3, max_size=14,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_what_the_lists_say_adds_up_whatever_happens(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clinic = TestClinic(Path(folder))
        clinic.patient()
        clinic.patient("ama", "Ama", birth_date="2015-02-01", mrn="0041878", guarantor_id="rosa")
        for name, (who, day) in VISITS.items():
            clinic.visit(name, who, service_date=day, status="done" if day < "2026-05-14" else "scheduled")
        for n, name in enumerate(CHARGES):
            _charge(clinic, 0, 3_000 + n, sorted(CHARGES).index(name), 0)
        for n, (what, cents, first, second) in enumerate(steps):
            ACTS[what](clinic, n, cents, first, second)
        accounts = Accounts(clinic.clinic, clinic.settings)
        for who in PEOPLE:
            sums_hold(accounts.ledger(who))
        sums_hold(accounts.ledger("ama", whole_family=True))
        clinic.close()
