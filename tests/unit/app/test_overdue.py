"""What was asked for a visit and is past its due date is flagged on the visit: in the account and on Today (S2-15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.account_views import VisitLine
from app.accounts import Accounts
from app.payment_requests import PaymentRequests
from app.schedule import Schedule
from app.views import DueState, TodayRow
from models.rules.payment_status import Status
from tests.support.clinic import DAY, MARIA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance
from widgets.ledger.rows import visit_row
from widgets.today.rows import sentence, table_row
from widgets.today.state import Choice, today_state


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    rosa_with_copay_and_balance(made)
    made.visit("gone", minutes=-60 * 24 * 30, service_date="2026-04-14", status="done", title="Crown")
    yield made
    made.close()


def ask(clinic: TestClinic, visit: str, due: str, amount: str = "45") -> str:
    story = PaymentRequests(clinic.clinic)
    form = replace(story.begin(MARIA, "rosa", visit).form, amount=amount, due=due)
    return story.save(form, MARIA, submit=True).request_id


def on_today(clinic: TestClinic) -> TodayRow:
    return Schedule(clinic.clinic, clinic.settings).day().rows[0]


def in_account(clinic: TestClinic) -> dict[str, VisitLine]:
    view = Accounts(clinic.clinic, clinic.settings).ledger("rosa")
    return {line.appointment_id: line for line in view.visits}


def test_s2_15_today_flags_the_visit_and_says_so(clinic: TestClinic) -> None:
    ask(clinic, "today", DAY)
    assert on_today(clinic).overdue_cents == 0  # due today is not overdue
    ask(clinic, "today", "2026-05-13")
    ask(clinic, "today", "2026-05-01", "5")
    row = on_today(clinic)
    assert row.overdue_cents == 5000
    assert "payment of 50 dollars overdue" in sentence(row)
    assert table_row(row).cells[2].subtitle == "Overdue $50.00 · Dr. Okafor"  # type: ignore[union-attr]
    quiet = table_row(replace(row, due_state=DueState.NOTHING)).cells
    assert (quiet[2].subtitle, quiet[-1].cents, quiet[-1].words) == (  # type: ignore[union-attr]
        "Dr. Okafor",
        5000,
        "Overdue",
    )
    view = Schedule(clinic.clinic, clinic.settings).day()
    side = today_state(view, Choice(), None).side
    assert side is not None
    assert side.notes[0] == ("triangle-alert", "Payment overdue: $50.00 asked for this visit")


def test_s2_15_the_ledger_flags_a_visit_that_owes_nothing_else(clinic: TestClinic) -> None:
    assert "gone" not in in_account(clinic)
    request_id = ask(clinic, "gone", "2026-05-13")
    line = in_account(clinic)["gone"]
    assert line.overdue_cents == 4500
    row = visit_row(line, clinic.clinic.today())
    assert row.spoken.endswith("payment of 45 dollars overdue")
    assert row.cells[-1].look == ("Overdue", "bad", "triangle-alert")  # type: ignore[union-attr]
    PaymentRequests(clinic.clinic).move(request_id, Status.CANCELLED, MARIA)
    assert "gone" not in in_account(clinic)


def test_s2_15_the_flags_are_looked_up_by_their_index(clinic: TestClinic) -> None:
    """A day of a large practice asks for the requests of its visits alone."""
    from models.store.queries import requests

    asked: list[str] = []

    class Watched:
        def execute(self, sql: str, values: tuple[str, ...]) -> list[tuple[str, int]]:
            asked.append(sql)
            return []

    requests.overdue_at(Watched(), "alder", DAY, DAY)
    plan = clinic.rows(f"EXPLAIN QUERY PLAN {asked[0]}", (clinic.clinic.tenant, DAY, DAY))
    assert all("SEARCH" in str(step) or "TEMP B-TREE" in str(step) for step in plan), plan
    assert any("ix_payment_request_tenant_appointment_id" in str(step) for step in plan), plan
