"""The desk put together: nothing slow before the first screen; the previewed account is the account afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.lanes import Job
from app.views import CollectEnd, CollectRequest, TenderKind
from models.basics.errors import RuleBroken
from tests.support.clinic import DAY, MARIA, TestClinic
from tests.support.counter import ROOT_OF_TESTS, Counter, furnish, tillless_checkout

SLOW = ("sqlalchemy", "alembic", "argon2", "keyring", "PySide6", "reportlab", "exchange", "http.client", "cryptography",
        "escpos", "stripe", "fastapi")  # fmt: skip


def test_nothing_slow_is_imported_before_the_first_screen() -> None:
    program = "import sys, app.desk; print([name for name in sys.argv[1:] if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program, *SLOW], capture_output=True, text=True, check=True,
                          cwd=ROOT_OF_TESTS, timeout=60)  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_opening_for_reading_needs_no_writer(tmp_path: Path) -> None:
    """The day can be read before writing is prepared, and closing at once is fine."""
    folders = furnish(tmp_path, lambda clinic: (clinic.patient(), clinic.visit()))
    desk = Counter(folders)
    assert len(desk.desk.schedule.day().rows) == 1
    desk.close()


@st.composite
def decisions(draw: st.DrawFn) -> dict[str, object]:
    """What a receptionist may decide on one sheet."""
    return {
        "copay": draw(st.integers(0, 3000)), "march": draw(st.integers(0, 4500)), "april": draw(st.integers(0, 700)),
        "extra": draw(st.sampled_from([0, 0, 1, 2500])), "credit": draw(st.booleans()),
        "lots": draw(st.lists(st.tuples(st.sampled_from(["", "today", "march visit"]), st.integers(1, 4000)),
                              max_size=3)),
        "charged": draw(st.booleans()), "visit": draw(st.booleans()),
    }  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(decisions())
def test_the_preview_is_what_happens(decided: dict[str, object]) -> None:
    """Whatever is decided: the account after the payment is the one that was shown before, to the cent."""
    with TemporaryDirectory() as folder:
        clinic = TestClinic(Path(folder))
        clinic.patient()
        clinic.visit(copay_cents=None if decided["charged"] else 3000)
        clinic.visit("march visit", minutes=-90_000, service_date="2026-03-02", status="done")
        clinic.charge(4500, "2026-03-02", charge_id="march", visit="march visit")
        clinic.charge(700, "2026-04-30", charge_id="april")
        if decided["charged"]:
            clinic.charge(3000, DAY, charge_id="copay:today", visit="today", kind="copay")
        for number, (visit, cents) in enumerate(decided["lots"]):  # type: ignore[arg-type, var-annotated]
            clinic.paid(cents, f"lot {number}", visit=visit)
        checkout = tillless_checkout(clinic)
        sheet = checkout.open("rosa", "today" if decided["visit"] else "")
        wanted = {line.key: min(int(decided[line.key.partition(":")[0]]), line.owes_cents)  # type: ignore[call-overload]
                  for line in sheet.lines}  # fmt: skip
        use_credit, extra = bool(decided["credit"]), int(decided["extra"])  # type: ignore[call-overload]
        shown = checkout.distribute(sheet, wanted, use_credit, extra)
        request = CollectRequest(sheet=sheet, amounts=wanted, use_credit=use_credit, extra_cents=extra, person=MARIA,
                                 tender=TenderKind.CASH)  # fmt: skip
        if not sum(wanted.values()) + extra:
            with pytest.raises(RuleBroken):
                checkout.collect(request, Job())
        else:
            taken = checkout.collect(request, Job())
            assert taken.end is CollectEnd.TAKEN
            assert taken.amount_cents == sum(wanted.values()) + extra
            assert shown.to_collect_cents + shown.credit_used_cents == taken.amount_cents
            after = checkout.open("rosa", "today" if decided["visit"] else "")
            assert after.figures == shown.after
            assert after.owed_in_all_cents == shown.owed_after_cents
            assert taken.still_owed_cents == shown.after.statement_balance_cents
            assert taken.receipt is not None
            assert sum(line.amount_cents for line in taken.receipt.lines) == taken.receipt.total_cents
        assert clinic.store.verify() == []
        clinic.close()


@pytest.mark.parametrize("tender", list(TenderKind))
def test_every_tender_has_its_lane(tmp_path: Path, tender: TenderKind) -> None:
    clinic = TestClinic(tmp_path)
    checkout = tillless_checkout(clinic)
    by_reader = tender in {TenderKind.CARD, TenderKind.ON_FILE}
    assert checkout.lane_for(tender) == ("terminal" if by_reader else "store")
    assert checkout.quick_amounts(7500) == (7500, 8000, 10000)
    assert checkout.change_notes(2500) == ((1, 2000), (1, 500))
    clinic.close()
