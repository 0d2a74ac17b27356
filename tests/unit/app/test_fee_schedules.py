"""What payers allow: tables read in as people have them, once for each payer, and counted in an estimate (S2-16)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.eligibility import Eligibility, EstimateOrder
from app.importing import Importing, ImportReport
from app.words import WORDS, sentence
from models.operations import records
from models.operations.eligibility import EligibilityCheck, payer_key
from models.operations.records import Coverage, FeeLine, FeeSchedule
from models.rules import benefits as plan
from models.rules.benefits import Benefit
from models.rules.estimate import HIGH, MEDIUM, TREATMENT
from models.store.queries import fees, recorded
from tests.support.clinic import DAY, TestClinic

TABLE = "Payer,CPT Code,Description,Allowed Amount\nAetna,99213,Office visit,$112.00\nAetna,80050,Panel,40\n"


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """Rosa's plan with Aetna takes 20 % after 100.00 of deductible; her visit has a service nobody priced."""
    made = TestClinic(tmp_path)
    made.patient()
    made.put(Coverage(id="k", patient_id="rosa", payer="Aetna"))
    made.visit()
    service(made)
    said: dict[str, Any] = {"service_types": (plan.PLAN,), "network": plan.IN, "period": plan.REMAINING}
    made.put(EligibilityCheck(
        check_id="c", patient_id="rosa", source="271", checked_at="2026-05-14T10:00:00.000Z", state=plan.ELIGIBLE,
        payer="AETNA", coverage_id="k", benefits=(
            Benefit(kind=plan.DEDUCTIBLE, code="C", amount_cents=10_000, **said),
            Benefit(kind=plan.COINSURANCE, code="A", percent_bp=2_000, **said),
        ),
    ))  # fmt: skip
    yield made
    made.close()


def service(clinic: TestClinic, allowed_cents: int = 0) -> None:
    clinic.charge(0, visit="today", charge_id="c1", code="99213", description="Office visit", units=2,
                  allowed_cents=allowed_cents, insurance_pending=True)  # fmt: skip


def take(clinic: TestClinic, text: str, **more: Any) -> ImportReport:
    file = clinic.folder / "fees.csv"
    file.write_text(text)
    return Importing(clinic.store, clinic.clock).run([file], **more)


def known(clinic: TestClinic) -> list[FeeSchedule]:
    with clinic.store.reader() as reader:
        return recorded.everything(reader, clinic.store.tenant, records.FeeSchedule, "noted_at, id")


def prices(clinic: TestClinic, payer: str = "Aetna", day: str = DAY) -> dict[str, int]:
    with clinic.store.reader() as reader:
        return fees.prices(reader, clinic.store.tenant, payer_key(clinic.store.tenant, payer), day)


def estimate(clinic: TestClinic) -> Any:
    order = EstimateOrder(patient_id="rosa", purpose=TREATMENT, appointment_id="today")
    return Eligibility(clinic.clinic).estimate(order)


def test_s2_16_a_schedule_is_read_once_and_follows_its_table(clinic: TestClinic) -> None:
    report = take(clinic, TABLE, dry_run=True)
    assert (report.created, known(clinic)) == (1, [])
    report = take(clinic, TABLE)
    assert (report.kinds["fee_schedule"].created, report.refused) == (1, ())
    [first] = known(clinic)
    assert (first.payer, first.payer_key) == ("Aetna", payer_key(clinic.store.tenant, " AETNA "))
    assert (first.starts_on, first.reason, first.lines) == (
        DAY, "", (FeeLine("80050", 4_000), FeeLine("99213", 11_200)))  # fmt: skip
    assert take(clinic, TABLE).kinds["fee_schedule"].unchanged == 1
    report = take(clinic, "insurance;code;rate\n aetna ;99213;115\nCigna;99213;90.50\n")
    assert (report.kinds["fee_schedule"].updated, report.kinds["fee_schedule"].created) == (1, 1)
    assert (prices(clinic), prices(clinic, "CIGNA")) == ({"80050": 4_000, "99213": 11_500}, {"99213": 9_050})
    assert known(clinic)[0] == first, "history only grows"
    assert known(clinic)[1].lines == (FeeLine("99213", 11_500),), "only the news"


def test_s2_16_a_table_says_from_when_its_prices_hold(clinic: TestClinic) -> None:
    take(clinic, "Payer,Code,Allowed,Effective Date\nAetna,99213,112,01/01/2026\nAetna,99213,118,06/01/2026\n")
    assert [prices(clinic, day=day).get("99213") for day in ("2025-12-31", "2026-01-01", "2026-05-31", "2026-06-01")] \
        == [None, 11_200, 11_200, 11_800]  # fmt: skip
    report = take(clinic, "Payer,Code,Allowed,Effective Date\nAetna,99213,120,someday\n")
    assert [(each.path, each.reason) for each in report.refused] == [("line 2, starts_on", "import.not_a_date")]


def test_s2_16_rows_that_make_no_price_are_told_and_stop_nothing(clinic: TestClinic) -> None:
    report = take(clinic, "payer,code,allowed\nAetna,,5\nAetna,1,nothing\nAetna,2,0\n,3,5\nAetna,4,7\n")
    assert [(each.path, each.reason) for each in report.refused] == [
        ("line 2", "import.no_payer_or_code"), ("line 3, allowed", "import.not_an_amount"),
        ("line 4, allowed", "import.not_an_amount"), ("line 5", "import.no_payer_or_code"),
    ]  # fmt: skip
    assert all(each.reason in WORDS for each in report.refused)
    assert prices(clinic) == {"4": 700}


def test_s2_16_more_codes_than_any_payer_has_are_left_out(clinic: TestClinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.fee_schedules.MOST_FEES", 1)
    assert [each.reason for each in take(clinic, TABLE).refused] == ["import.fees_too_many"]
    assert known(clinic) == []
    assert "import.fees_too_many" in WORDS


def test_s2_16_the_estimate_counts_it_and_says_so(clinic: TestClinic) -> None:
    """Two units at 112.00 are 224.00: 100.00 of deductible and 20 % of 124.00 make 124.80. The answer is of today and
    the price the payer's: of high confidence. What the payer allowed for the very charge counts before."""
    before = estimate(clinic)
    assert (before.estimate.outcome, before.estimate.amount_cents) == ("components", None)
    take(clinic, TABLE)
    view = estimate(clinic)
    assert (view.estimate.amount_cents, view.estimate.confidence) == (12_480, HIGH)
    assert (view.caveat, view.caveat in WORDS) == ("estimate.caveat_fees", True)
    said = [str(sentence(each.key, each.facts)) for each in view.estimate.why]
    assert "By the payer\u2019s fee schedule 99213 is $224.00." in said
    service(clinic, allowed_cents=20_000)
    own = estimate(clinic)
    assert (own.estimate.amount_cents, own.caveat) == (12_000, "estimate.caveat")
    clinic.clock.advance(3 * 24 * 3600)
    assert estimate(clinic).estimate.confidence == MEDIUM
