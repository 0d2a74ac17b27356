"""Cash, from the sheet to the paper: one transaction, change, drawer, receipt."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.views import CollectEnd, TenderKind, VisitState
from models.basics.errors import RuleBroken
from tests.support.counter import counter, rosa_with_copay_and_balance
from tests.support.simulators import printer_running


def test_cash_with_change(tmp_path: Path) -> None:
    """Domain rows N40 to N42: 75 due, 100 handed over, 25 back; receipt on paper, drawer open, visit checked in."""
    with (
        printer_running() as printer,
        counter(tmp_path, rosa_with_copay_and_balance, printer=printer.url) as desk,
    ):
        sheet = desk.sheet()
        assert [(line.key, line.owes_cents, line.selected) for line in sheet.lines] == [
            ("copay:today", 3000, True), ("charge-2026-03-02", 4500, True),
        ]  # fmt: skip
        taken = desk.collect(desk.request(sheet, TenderKind.CASH, tendered_cents=10000))
        assert (taken.end, taken.amount_cents, taken.change_cents) == (CollectEnd.TAKEN, 7500, 2500)
        assert taken.number == "PAY-1-00001"
        assert taken.visit is not None
        assert taken.visit.state is VisitState.CHECKED_IN
        assert [(line.title, line.subtitle, line.cents) for line in taken.paid] == [
            ("Copay, office visit", "today", 3000), ("Lab panel", "Mar 2 · closed", 4500),
        ]  # fmt: skip
        assert taken.still_owed_cents == 0
        assert taken.can_undo
        desk.wait_job(taken.print_job_id)
        [paper] = printer.receipts()
        for word in ("01-1-A-0001", "PAY-1-00001", "Quillfeather", "Maria D., Desk 1", "$75.00", "$100.00",
                     "$25.00", "30.00", "45.00"):  # fmt: skip
            assert word in paper, word
        assert desk.jobs("drawer") == ["printed"]
        assert printer.state()["pulses"] == [2]
        account = desk.desk.accounts.ledger("rosa").figures
        assert (account.total_paid_cents, account.allocated_cents, account.prepaid_cents) == (7500, 4500, 3000)
        desk.holds()


def test_the_same_sheet_twice_pays_once(tmp_path: Path) -> None:
    """Domain row N51 for cash: two Enters, one payment, one receipt, the same answer."""
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        request = desk.request(desk.sheet(), TenderKind.CASH, tendered_cents=8000)
        first, second = desk.collect(request), desk.collect(request)
        assert first.payment_id == second.payment_id
        assert (second.end, second.amount_cents, second.change_cents) == (CollectEnd.TAKEN, 7500, 500)
        assert desk.payments() == [("cash", 7500, "")]
        desk.holds()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"amounts": {}}, "amount.zero"),
        ({"amounts": {"copay:today": -1}}, "amount.negative"),
        ({"amounts": {"copay:today": 3001}}, "collect.more_than_owed"),
        ({"extra_cents": 100_000_001}, "amount.too_large"),
        ({"tendered_cents": 7499}, "collect.cash_short"),
        ({"tendered_cents": 100_000_001}, "amount.too_large"),
        ({"amounts": {"somebody": 5}}, "collect.line_unknown"),
    ],
)
def test_refused_before_anything_is_written(tmp_path: Path, change: dict[str, object], key: str) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        with pytest.raises(RuleBroken) as refused:
            desk.collect(desk.request(desk.sheet(), TenderKind.CASH, **change))
        assert refused.value.message_key == key
        assert desk.payments() == []
        assert desk.rows("SELECT count(*) FROM print_job") == [(0,)]
