"""What Collect proposes when it is opened for a payment that was asked for: exactly that, and nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.checkout import Checkout
from app.payment_requests import PaymentRequests
from app.views import CollectSheet
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance, tillless_checkout
from widgets.collect.draft import Draft, carry_over, decide, first_draft


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """Rosa's copay of 30 is due for today and 45 since March; 20 lie on account; two charges on a crown next week."""
    made = TestClinic(tmp_path)
    rosa_with_copay_and_balance(made)
    made.paid(2000)
    made.visit("crown", minutes=60 * 24 * 6, service_date="2026-05-20", title="Crown", status="scheduled")
    made.charge(30000, day="2026-05-20", charge_id="crown-1", visit="crown", description="Crown")
    made.charge(4000, day="2026-05-20", charge_id="crown-2", visit="crown", description="X-ray")
    yield made
    made.close()


def opened(clinic: TestClinic, amount: str, visit: str = "") -> tuple[Checkout, CollectSheet, Draft]:
    story, checkout = PaymentRequests(clinic.clinic), tillless_checkout(clinic)
    form = replace(story.begin(MARIA, "rosa").form, amount=amount, appointment_id=visit)
    request_id = story.save(form, MARIA, submit=True).request_id
    sheet = checkout.open("rosa", visit, request_id)
    return checkout, sheet, first_draft(sheet)


def proposed(checkout: Checkout, sheet: CollectSheet, draft: Draft) -> tuple[dict[str, int], int, int, str | None]:
    """(by charge, beyond, to collect, for which visit beyond)."""
    made = decide(sheet, draft, lambda key, _facts: key)
    assert made.errors == {}
    goes = checkout.distribute(sheet, made.amounts, draft.use_credit, made.extra_cents, draft.extra_for)
    charges = {line.charge_id: made.amounts[line.key] for line in sheet.lines if line.key in made.amounts}
    return charges, made.extra_cents, goes.to_collect_cents, draft.extra_for


@pytest.mark.parametrize(
    ("amount", "visit", "wanted"),
    [
        ("340", "crown", ({"crown-1": 30000, "crown-2": 4000}, 0, 34000, None)),
        ("310", "crown", ({"crown-1": 30000, "crown-2": 1000}, 0, 31000, None)),
        ("400", "crown", ({"crown-1": 30000, "crown-2": 4000}, 6000, 40000, None)),
        ("60", "", ({}, 6000, 6000, "")),
        ("30", "today", ({"": 3000}, 0, 3000, None)),
    ],
    ids=["its visit", "less than its visit owes", "more than its visit owes", "no visit", "the copay of today"],
)
def test_s2_10_exactly_what_was_asked_is_proposed(
    clinic: TestClinic, amount: str, visit: str, wanted: tuple[dict[str, int], int, int, str | None]
) -> None:
    """The balance since March is not touched, and credit on account stays where it lies."""
    checkout, sheet, draft = opened(clinic, amount, visit)
    assert proposed(checkout, sheet, draft) == wanted
    again = checkout.open("rosa", visit, sheet.asked.request_id if sheet.asked else "")
    assert proposed(checkout, again, carry_over(draft, again)) == wanted  # after a try that took nothing
