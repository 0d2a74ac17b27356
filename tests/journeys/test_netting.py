"""Refunds of other programs that do not name their payment: they count at once, and settle by hand (S3-06, S3-07)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.netting import Netting
from models.basics.errors import RuleBroken
from models.ledger.figures import Figures
from models.operations.bodies import RefundElsewhere
from models.store.queries import collect
from tests.support.clinic import MARIA, TestClinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    made.visit("may", minutes=60 * 24 * 10, service_date="2026-05-24", status="scheduled")
    yield made
    assert made.store.verify() == []
    made.close()


def elsewhere(clinic: TestClinic, cents: int, refund_id: str = "their-refund") -> str:
    clinic.put(RefundElsewhere(refund_id=refund_id, patient_id="rosa", amount_cents=cents, tender="external",
                               number="R-9", received_date="2026-04-20"))  # fmt: skip
    return refund_id


def figures(clinic: TestClinic) -> Figures:
    with clinic.store.reader() as reader:
        return collect.figures(reader, "alder", "rosa")


def why(error: pytest.ExceptionInfo[RuleBroken]) -> str:
    return error.value.message_key


def test_s3_06_n9_a_refund_without_a_payment_counts_at_once(clinic: TestClinic) -> None:
    clinic.paid(20000)
    elsewhere(clinic, 20000)
    assert (figures(clinic).unallocated_cents, figures(clinic).total_paid_cents) == (0, 0)


def test_s3_07_it_settles_with_the_payment_it_belongs_to(clinic: TestClinic) -> None:
    clinic.paid(20000)
    refund_id = elsewhere(clinic, 12000)
    story = Netting(clinic.clinic)
    sheet = story.open(refund_id)
    assert (sheet.amount_cents, sheet.waiting_cents) == (12000, 12000)
    [place] = sheet.places
    assert (place.payment_id, place.cents) == ("early", 20000)
    seen, before = story.preview(sheet, place), figures(clinic)
    assert (seen.netted_cents, seen.waiting_cents, seen.before, seen.after) == (12000, 0, before, before)
    assert story.place(sheet, place, MARIA) == 12000
    assert figures(clinic) == before, "settling moves nothing the patient sees"
    with clinic.store.reader() as reader:
        assert [lot.cents for lot in collect.lots(reader, "alder", "rosa")] == [8000]
    for act in (lambda: story.open(refund_id), lambda: story.place(sheet, place, MARIA)):
        with pytest.raises(RuleBroken) as error:
            act()
        assert why(error) in ("refund.net_gone", "account.done_before")


def test_s3_07_n10_it_settles_on_the_visit_both_lie_at(clinic: TestClinic) -> None:
    clinic.paid(9000, visit="may")
    refund_id = elsewhere(clinic, 9000)
    story = Netting(clinic.clinic)
    sheet = story.open(refund_id)
    [place] = sheet.places
    assert (place.appointment_id, place.cents) == ("may", 9000)
    assert story.place(sheet, place, MARIA) == 9000
    now = figures(clinic)
    assert (now.unallocated_cents, now.prepaid_cents) == (0, 0)
    assert clinic.rows("SELECT count(*) FROM account WHERE code IN ('RFU', 'CRE') AND debits + pending_debits <> "
                       "credits + pending_credits") == [(0,)]  # fmt: skip


def test_with_nothing_to_settle_with_it_says_so(clinic: TestClinic) -> None:
    refund_id = elsewhere(clinic, 500)
    with pytest.raises(RuleBroken) as error:
        Netting(clinic.clinic).open(refund_id)
    assert why(error) == "refund.net_nowhere"
    with pytest.raises(RuleBroken) as error:
        Netting(clinic.clinic).open("nothing")
    assert why(error) == "refund.net_gone"


def test_the_account_changed_meanwhile(clinic: TestClinic) -> None:
    clinic.paid(20000)
    story = Netting(clinic.clinic)
    sheet = story.open(elsewhere(clinic, 12000))
    clinic.paid(100, payment_id="later")
    with pytest.raises(RuleBroken) as error:
        story.place(sheet, sheet.places[0], MARIA)
    assert why(error) == "account.changed"
    assert clinic.rows("SELECT count(*) FROM outbox WHERE json_extract(op, '$.kind') = 'refund.place'") == [(0,)]
