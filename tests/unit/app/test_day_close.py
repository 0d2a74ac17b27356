"""The close of a desk's day: blind, reviewed, deposited, locked; what comes late, and what is off by name (S0-41)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.close_paper import report_bytes
from app.close_views import CashCount, CloseReview, CloseView, Counted, FoundCheck
from app.day_close import DayClose, check_clues
from app.day_sheet import DaySheet
from app.day_views import DaySheetAsk
from app.settings import PRINTER_URL
from models.basics.errors import RuleBroken
from models.operations import bodies
from models.operations.records import Rules
from models.rules.clues import ClueKind
from models.rules.rights import Right
from receipts.layouts.escpos import PLAIN_80MM
from tests.support.clinic import DAY, MARIA, PRIYA, TestClinic

ME = "desk-1"


class Close:
    """The story over a small clinic."""

    def __init__(self, clinic: TestClinic) -> None:
        self.clinic = clinic
        self.items: list[Any] = []
        self.nudged = 0
        self.story = DayClose(clinic.clinic, clinic.settings, SimpleNamespace(items=lambda: tuple(self.items)),  # type: ignore[arg-type]
                              self._nudge)  # fmt: skip

    def _nudge(self) -> None:
        self.nudged += 1

    def review(self, cents: int, **counted: Any) -> CloseReview:
        known = {"in_hand": frozenset(line.payment_id for line in self.story.view().checks), **counted}
        return self.story.review(Counted(CashCount(rolls_cents=cents), **known))

    def balance(self, account: str) -> int:
        rows = self.clinic.rows(
            "SELECT debits + pending_debits - credits - pending_credits FROM account WHERE id = ?", (account,)
        )
        return int(rows[0][0]) if rows else 0

    def pay(self, payment_id: str, cents: int, tender: str = "cash", **more: Any) -> None:
        known = {"number": f"PAY-1-{payment_id}", "receipt_no": f"R-{payment_id}", "patient_id": "rosa", **more}
        day = known.pop("day", DAY)
        self.clinic.put(bodies.Collect(payment_id=payment_id, tender=tender, amount_cents=cents, **known), day=day)

    def refund(self, payment_id: str, cents: int) -> None:
        self.clinic.put(
            bodies.RefundRequest(refund_id=f"r-{payment_id}", payment_id=payment_id, patient_id="rosa",
                                 amount_cents=cents, tender="cash", reason="patient_request", number="REF-1"),
            bodies.RefundPaid(refund_id=f"r-{payment_id}", payment_id=payment_id, patient_id="rosa",
                              amount_cents=cents, tender="cash", receipt_no=f"RR-{payment_id}", drawer=ME),
        )  # fmt: skip


@pytest.fixture
def close(tmp_path: Path) -> Iterator[Close]:
    """A drawer with a float of 150, 292 of cash, two checks, two cards."""
    clinic = TestClinic(tmp_path)
    clinic.patient()
    made = Close(clinic)
    made.story.open_drawer(15_000, MARIA)
    made.pay("c1", 20_000)
    made.pay("c2", 9_200)
    made.pay("k1", 4_500, "check", check_no="2281")
    made.pay("k2", 16_500, "check", check_no="118")
    made.pay("v1", 3_000, "card", card=bodies.CardFacts(brand="Visa", last4="4242"))
    made.pay("m1", 5_400, "card", card=bodies.CardFacts(brand="Mastercard", last4="1111"))
    yield made
    clinic.close()


def test_s0_41_the_count_is_blind(close: Close) -> None:
    view = close.story.view()
    money = {field.name: getattr(view, field.name) for field in fields(CloseView)}
    assert money.pop("suggested_float_cents") == 15_000, "only asked for where no float is known"
    said = repr(money)
    for secret in ("29200", "44200", "15000", "20000", "9200"):
        assert secret not in said
    assert (len(view.checks), view.check_cents) == (2, 21_000)
    assert [(line.brand, line.sales) for line in view.brands] == [("Mastercard", 1), ("Visa", 1)]


def test_s0_41_counted_beside_expected_by_way_to_pay(close: Close) -> None:
    close.refund("c2", 1_200)
    close.pay("portal", 38_800, "external")
    seen = close.review(43_500, batch={"Visa": 3_000, "Mastercard": 5_400})
    assert (seen.expected_cents, seen.counted_cents, seen.difference_cents) == (43_000, 43_500, 500)
    found = {line.tender: (line.sales, line.taken_cents, line.refunded_cents, line.counted_cents, line.difference_cents)
             for line in seen.lines}  # fmt: skip
    assert found == {
        "cash": (2, 29_200, 1_200, 28_500, 500), "check": (2, 21_000, 0, 21_000, 0), "card": (2, 8_400, 0, 8_400, 0),
        "external": (1, 38_800, 0, 38_800, 0),
    }  # fmt: skip
    assert not seen.needs_manager
    assert seen.differs


def test_s0_41_short_closes_with_a_reason_and_posts_it(close: Close) -> None:
    seen = close.review(43_700)
    with pytest.raises(RuleBroken, match="reason_missing"):
        close.story.close(seen, "  ", MARIA)
    closed = close.story.close(seen, "Gave $5 too much change", MARIA)
    assert closed.day.isoformat() == DAY
    assert (close.balance("OS"), close.balance(f"CASH:{ME}"), close.balance("SAFE")) == (500, 15_000, -15_000)
    assert (close.balance("TRANSIT"), close.balance("CHK")) == (28_700 + 21_000, 0)
    assert close.clinic.store.verify(deep=True) == []


def test_s0_41_over_is_posted_the_other_way(close: Close) -> None:
    close.story.close(close.review(44_300), "Somebody forgot change", MARIA)
    assert close.balance("OS") == -100


def test_s0_41_beyond_the_allowance_a_manager(close: Close) -> None:
    seen = close.review(44_200 - 1_001)
    assert seen.needs_manager
    with pytest.raises(RuleBroken, match="right_missing"):
        close.story.close(seen, "no idea", MARIA)
    close.story.close(seen, "no idea", MARIA, PRIYA)
    assert close.clinic.rows("SELECT supervisor FROM day_close") == [("priya",)]


def test_s0_41_no_allowance_lets_any_difference_through_with_a_reason(close: Close) -> None:
    close.clinic.put(Rules(drawer_allowance_cents=0))
    assert not close.review(0).needs_manager


def test_s0_41_one_recount_then_a_manager(close: Close) -> None:
    assert [close.review(44_200, recounts=n).needs_manager for n in (0, 1, 2)] == [False, False, True]


def test_s0_41_money_in_doubt_blocks_the_last_step_not_the_count(close: Close) -> None:
    close.items = [SimpleNamespace(kind="unknown_sale", amount_cents=3_000, facts={}),
                   SimpleNamespace(kind="print_unknown", amount_cents=0, facts={})]  # fmt: skip
    assert len(close.story.view().doubts) == 1
    seen = close.review(44_200)
    with pytest.raises(RuleBroken) as caught:
        close.story.close(seen, "", MARIA)
    assert (caught.value.message_key, caught.value.facts) == ("close.money_in_doubt", {"count": 1, "cents": 3_000})
    assert close.clinic.rows("SELECT 1 FROM day_close") == []


def test_s0_41_money_that_moved_since_the_review_is_looked_at_again(close: Close) -> None:
    seen = close.review(44_200)
    close.pay("c3", 100)
    with pytest.raises(RuleBroken, match=r"close\.changed"):
        close.story.close(seen, "", MARIA)


def test_s0_41_after_the_close_it_is_the_next_day(close: Close) -> None:
    clinic = close.clinic.clinic
    close.story.close(close.review(44_200), "", MARIA)
    assert clinic.today().isoformat() == "2026-05-15"
    assert close.story.view().closed is not None
    with pytest.raises(RuleBroken, match="closed_before"):
        close.story.close(close.review(15_000), "", MARIA)
    close.clinic.clock.advance(timedelta(days=1).total_seconds())
    assert clinic.today().isoformat() == "2026-05-15"
    assert close.story.view().closed is None


def test_s0_41_yesterday_that_nobody_closed_is_closed_first(close: Close) -> None:
    close.clinic.clock.advance(timedelta(hours=20).total_seconds())
    assert close.story.view().day.isoformat() == DAY
    close.story.close(close.review(44_200), "", MARIA)
    assert close.clinic.clinic.today().isoformat() == "2026-05-15"


def test_h14_a_late_fact_is_taken_and_listed(close: Close) -> None:
    closed = close.story.close(close.review(44_200), "", MARIA)
    close.pay("late", 2_000, "card", card=bodies.CardFacts(brand="Visa"))
    view = close.story.view()
    assert (view.late, view.late_cents) == (1, 2_000)
    day = closed.day
    sheet = DaySheet(close.clinic.clinic).page(DaySheetAsk(day, day))
    assert (sheet.late, sheet.late_cents) == (1, 2_000)
    report = close.story.papers(closed.close_id)[0]
    assert ("Late records", "1, $20.00") in report.facts
    assert close.clinic.store.verify(deep=True) == []


def test_s0_41_a_void_after_the_close_is_refused(close: Close) -> None:
    clinic = close.clinic.clinic
    assert not clinic.is_closed(ME, DAY)
    close.story.close(close.review(44_200), "", MARIA)
    assert clinic.is_closed(ME, DAY)
    assert not clinic.is_closed("desk-2", DAY), "every desk closes its own day"


def test_s0_41_the_next_session_begins_with_the_float(close: Close) -> None:
    close.story.close(close.review(44_200), "", MARIA)
    close.clinic.clock.advance(timedelta(days=1).total_seconds())
    close.pay("n1", 3_000, day="2026-05-15")
    seen = close.review(18_000)
    assert (seen.float_cents, seen.expected_cents, seen.difference_cents) == (15_000, 18_000, 0)
    assert [(line.tender, line.sales) for line in seen.lines] == [("cash", 1), ("check", 0), ("card", 0)]


def test_s0_41_another_float_in_the_morning(close: Close) -> None:
    close.story.close(close.review(44_200), "", MARIA)
    close.story.open_drawer(10_000, MARIA)
    assert close.review(10_000).difference_cents == 0
    assert close.balance("SAFE") == -10_000


def test_s0_41_a_drawer_nobody_opened_is_asked_for_first(tmp_path: Path) -> None:
    clinic = TestClinic(tmp_path)
    clinic.patient()
    made = Close(clinic)
    made.pay("c1", 3_000)
    assert made.story.view().opened_at is None
    with pytest.raises(RuleBroken, match=r"close\.not_opened"):
        made.review(3_000)
    made.story.open_drawer(5_000, MARIA)
    assert made.review(8_000).difference_cents == 0
    clinic.close()


def test_s0_41_paid_in_and_out_with_a_reason(close: Close) -> None:
    close.story.move("paid_out", 2_000, "Stamps", MARIA)
    close.story.move("paid_in", 500, "Change", MARIA)
    assert close.review(44_200 - 1_500).difference_cents == 0
    assert close.balance("EXP") == 1_500
    with pytest.raises(RuleBroken, match="reason_missing"):
        close.story.move("paid_out", 100, " ", MARIA)
    with pytest.raises(RuleBroken, match="not_that_much"):
        close.story.move("paid_out", 100_000, "Rent", MARIA)
    with pytest.raises(RuleBroken, match="right_missing"):
        close.story.move("paid_out", 100, "Stamps", replace(MARIA, rights=MARIA.rights - {Right.CLOSE}))


def test_s0_41_a_payment_is_on_one_slip_and_a_deleted_slip_frees_it(close: Close) -> None:
    closed = close.story.close(close.review(44_200, in_hand=frozenset({"k1"})), "One check is missing", MARIA)
    assert [line.payment_id for line in close.story.view().checks] == [], "the missing one is in the count's report"
    with pytest.raises(RuleBroken, match="right_missing"):
        close.story.delete_deposit(closed.deposit_id, "wrong bank", MARIA)
    close.story.delete_deposit(closed.deposit_id, "wrong bank", MARIA, PRIYA)
    assert close.balance("TRANSIT") == 0
    assert [line.payment_id for line in close.story.view().checks] == ["k1"]
    with pytest.raises(RuleBroken, match="deposit_deleted"):
        close.story.delete_deposit(closed.deposit_id, "again", PRIYA)
    with pytest.raises(RuleBroken, match=r"deposit\.unknown"):
        close.story.delete_deposit("nothing", "again", PRIYA)


# Unposted, double, mistyped ----------------------------------------------------------------------------------------


def clues(seen: CloseReview) -> list[tuple[ClueKind, str, int, int]]:
    return [(each.clue.kind, each.name, each.clue.cents, each.clue.should_cents) for each in seen.clues]


def test_s0_41_a_check_in_hand_that_was_never_posted(close: Close) -> None:
    seen = close.review(44_200, found=(FoundCheck("77", 3_300),))
    assert clues(seen) == [(ClueKind.NEVER_POSTED, "Check 77", 3_300, 0)]
    assert next(line for line in seen.lines if line.tender == "check").difference_cents == 3_300


def test_s0_41_a_check_whose_digits_changed_places(close: Close) -> None:
    seen = close.review(44_200, in_hand=frozenset({"k2"}), found=(FoundCheck("2281", 5_400),))
    assert clues(seen) == [(ClueKind.TRANSPOSED, "PAY-1-k1 · Check 2281", 4_500, 5_400)]


def test_s0_41_a_check_posted_twice(close: Close) -> None:
    close.pay("k3", 4_500, "check", check_no="2281")
    seen = close.review(44_200, in_hand=frozenset({"k1", "k2"}))
    assert clues(seen) == [(ClueKind.TWICE, "PAY-1-k3 · Check 2281", 4_500, 0)]
    found = check_clues(close.story.view(), Counted())
    assert [(each.clue.kind, each.name) for each in found] == [(ClueKind.TWICE, "PAY-1-k3 · Check 2281")]


def test_s0_41_cash_entered_with_a_zero_too_many(close: Close) -> None:
    seen = close.review(44_200 - 18_000)
    assert (ClueKind.ZERO, "PAY-1-c1 · Cash", 20_000, 2_000) in clues(seen)


def test_s0_41_the_card_batch_names_what_may_be_off(close: Close) -> None:
    seen = close.review(44_200, batch={"Visa": 3_000, "Mastercard": 4_500})
    assert next(line for line in seen.lines if line.tender == "card").difference_cents == -900
    assert clues(seen) == [(ClueKind.TRANSPOSED, "PAY-1-m1 · Mastercard", 5_400, 4_500)]


# Papers ------------------------------------------------------------------------------------------------------------


def test_s0_41_the_x_report_changes_nothing(close: Close) -> None:
    before = close.clinic.rows("SELECT count(*) FROM outbox")
    report = close.story.x_report(MARIA)
    assert report.kind == "X report"
    assert report.sections[0].total == ("Total", "6", 58_600, 0, 58_600)
    assert close.clinic.rows("SELECT count(*) FROM outbox") == before


def test_s0_41_two_reports_and_a_slip_are_spooled(close: Close) -> None:
    close.clinic.settings.for_now({PRINTER_URL: "tcp://printer"})
    closed = close.story.close(close.review(44_200), "", MARIA)
    assert closed.printed
    assert close.nudged == 1
    jobs = close.clinic.rows("SELECT document FROM print_job ORDER BY rowid")
    assert [("Z report" in row[0], "Deposit slip" in row[0]) for row in jobs] == [
        (True, False), (True, False), (False, True),
    ]  # fmt: skip
    papers = [report_bytes(row[0], PLAIN_80MM) for row in jobs]  # as the printer gets them
    assert papers[0] == papers[1]
    assert b"Z REPORT" in papers[0]
    assert b"$292.00" in papers[0]
    assert b"DEPOSIT SLIP" in papers[2]


def test_s0_41_printed_again_the_report_says_the_same(close: Close) -> None:
    closed = close.story.close(close.review(43_700), "Change", MARIA)
    report, slip = close.story.papers(closed.close_id)
    assert (report.number, slip.number) == (closed.number, closed.deposit_number)
    assert report.sections[1].total == ("Short", -500)
    assert slip.sections[0].total == ("Total", 28_700 + 21_000)
    assert slip.sections[1].rows == (("Check 2281", 4_500), ("Check 118", 16_500))
    with pytest.raises(RuleBroken, match=r"close\.unknown"):
        close.story.papers("nothing")


def test_a_count_that_was_begun_is_kept_for_its_day(close: Close) -> None:
    counted = Counted(CashCount(bills=(1, 0, 9, 0, 0, 0, 0), rolls_cents=500), frozenset({"k1"}),
                      (FoundCheck("77", 100),), {"Visa": 3_000}, 1)  # fmt: skip
    close.story.keep(counted)
    assert close.story.view().kept == counted
    close.story.close(close.review(44_200), "", MARIA)
    assert close.story.view().kept is None
    assert close.clinic.store.meta("counting") is None


def test_a_count_of_yesterday_is_begun_anew(close: Close) -> None:
    close.story.keep(Counted(CashCount(rolls_cents=500)))
    close.clinic.clock.advance(86_400)
    close.pay("c3", 1_000, day="2026-05-15")
    assert close.story.view().kept is None


def _checks(close: Close) -> tuple[int, int]:
    """(difference of the line of checks, cents of checks on the slip) of a count that is right."""
    seen = close.review(close.balance(f"CASH:{ME}"))
    return next(line.difference_cents for line in seen.lines if line.tender == "check"), seen.check_cents


def test_s0_41_a_check_that_came_back_from_the_bank_is_not_missing_from_the_envelope(close: Close) -> None:
    close.story.close(close.review(44_200), "", MARIA)
    close.clinic.clock.advance(86_400)
    close.clinic.put(bodies.Reverse(payment_id="k1", patient_id="rosa", reason="NSF", reversal_id="b", receipt_no="R-b",
                                    act="bounced"), day="2026-05-15")  # fmt: skip
    close.pay("k3", 2_000, "check", check_no="5", day="2026-05-15")
    assert _checks(close) == (0, 2_000)


def test_s0_41_a_check_the_clinic_wrote_is_not_missing_from_the_envelope(close: Close) -> None:
    close.clinic.put(
        bodies.RefundRequest(refund_id="r", payment_id="c2", patient_id="rosa", amount_cents=900, tender="check",
                             reason="other", number="REF-1"),
        bodies.RefundPaid(refund_id="r", payment_id="c2", patient_id="rosa", amount_cents=900, tender="check",
                          receipt_no="RR", check_no="77"),
    )  # fmt: skip
    assert _checks(close) == (0, 21_000)


def test_s0_41_a_check_entered_too_high_goes_to_the_bank_as_it_is(close: Close) -> None:
    close.clinic.put(bodies.Correct(correction_id="k", payment_id="k2", patient_id="rosa", amount_cents=1_500,
                                    reason="keyed_wrong", number="COR-1", receipt_no="RC"))  # fmt: skip
    assert [line.cents for line in close.story.view().checks] == [4_500, 15_000]
    assert _checks(close) == (0, 19_500)
    close.story.close(close.review(44_200), "", MARIA)
    assert close.balance("CHK") == 0


def test_s0_41_less_than_the_float_is_kept_as_it_is(close: Close) -> None:
    close.story.close(close.review(10_000), "Robbed", MARIA, PRIYA)
    assert (close.balance(f"CASH:{ME}"), close.balance("SAFE")) == (10_000, -15_000)


def test_s0_41_what_was_taken_back_is_neither_in_the_envelope_nor_on_the_slip(close: Close) -> None:
    close.clinic.put(*(bodies.Reverse(payment_id=name, patient_id="rosa", reason="typo", reversal_id=f"x{name}",
                                      receipt_no=f"X{name}", drawer=ME) for name in ("c2", "k1")))  # fmt: skip
    assert [line.payment_id for line in close.story.view().checks] == ["k2"]
    close.story.close(close.review(35_000), "", MARIA)
    assert {row[0] for row in close.clinic.rows("SELECT payment_id FROM deposited")} == {"c1", "k2"}


def test_s0_41_a_float_put_right_moves_the_difference_alone(close: Close) -> None:
    close.story.close(close.review(44_200), "", MARIA)
    close.clinic.clock.advance(86_400)
    close.story.open_drawer(20_000, MARIA)
    close.story.open_drawer(18_000, MARIA)
    assert close.balance(f"CASH:{ME}") == 18_000
    assert close.review(18_000).difference_cents == 0


def test_s0_41_the_last_close_is_the_last_one_whatever_the_clock_said(close: Close) -> None:
    """Yesterday is closed late; then the clock is put right, an hour back, and today is closed."""
    close.clinic.clock.advance(86_400)
    close.story.close(close.review(44_200), "", MARIA)
    close.clinic.clock.advance(-3_600)
    close.pay("c3", 1_000, day="2026-05-15")
    second = close.story.close(close.review(16_000), "", MARIA)
    view = close.story.view()
    assert view.closed is not None
    assert view.closed.close_id == second.close_id
    close.clinic.clock.advance(86_400)
    assert close.review(15_000).difference_cents == 0
