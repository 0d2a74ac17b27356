from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from exchange.drafts import ChargeDraft, CoverageDraft, Key
from tests.support.imports import adjudication, explanation
from tests.support.shared_data import shared
from tests.unit.exchange.test_fhir_resources import charges_of, read, reason

BLUE_BUTTON = "https://bluebutton.cms.gov/resources/variables/"


def test_the_share_is_the_sum_of_its_parts_rounded_once_a_line() -> None:
    first, second = charges_of(explanation(lines=[
        {f"{BLUE_BUTTON}line_coinsrnc_amt": 28.104000000000003, f"{BLUE_BUTTON}line_bene_ptb_ddctbl_amt": 0,
         f"{BLUE_BUTTON}line_alowd_chrg_amt": 140.52, f"{BLUE_BUTTON}line_prvdr_pmt_amt": 112.41600000000001,
         f"{BLUE_BUTTON}line_sbmtd_chrg_amt": 150.0},
        {"copay": 10.004, "coinsurance": 10.004, "deductible": 10.004},
    ]))  # fmt: skip
    assert (first.responsibility_cents, first.coinsurance_cents, first.kind) == (2810, 2810, "coinsurance")
    assert (first.billed_cents, first.allowed_cents, first.insurance_paid_cents) == (15_000, 14_052, 11_242)
    assert second.responsibility_cents == 3001  # 30.012, not three times 10.00
    assert (second.copay_cents, second.coinsurance_cents, second.deductible_cents) == (1001, 1000, 1000)


def test_halves_are_rounded_away_from_zero() -> None:
    assert charges_of(explanation(lines=[{"coinsurance": 0.125}]))[0].responsibility_cents == 13
    assert charges_of(explanation(lines=[{"coinsurance": 0.124}]))[0].responsibility_cents == 12


def test_lines_without_a_word_of_the_payer_owe_nothing() -> None:
    first, second = charges_of(explanation(lines=[{}, {"eligible": 120, "benefit": 96}]))
    assert (first.responsibility_cents, first.kind) == (0, "balance")
    assert (second.responsibility_cents, second.allowed_cents, second.insurance_paid_cents) == (0, 12_000, 9600)


def test_the_whole_liability_is_the_share_where_it_is_named() -> None:
    (charge,) = charges_of(explanation(lines=[{"memberliability": 80, "copay": 30, "coinsurance": 20}]))
    assert (charge.responsibility_cents, charge.copay_cents, charge.kind) == (8000, 3000, "copay")


@pytest.mark.parametrize(
    ("totals", "cents"),
    [
        ({"memberliability": 145.5, "copay": 30}, 14_550),
        ({"copay": 30, "deductible": 12.34}, 4234),
        ({"submitted": 2650, "paidbypatient": 0}, 0),
    ],
)
def test_without_lines_the_totals_count(totals: dict[str, Any], cents: int) -> None:
    (charge,) = charges_of(explanation(item=None, total=adjudication(**totals)))
    assert charge.responsibility_cents == cents


@pytest.mark.parametrize(("line", "shares"), [({"submitted": 100}, [0, 3000]), ({"copay": 30}, [3000])])
def test_totals_count_beside_lines_only_where_no_line_says_anything(line: dict[str, Any], shares: list[int]) -> None:
    charges = charges_of(explanation(lines=[line], total=adjudication(copay=30)))
    assert [charge.responsibility_cents for charge in charges] == shares


@pytest.mark.parametrize(
    ("more", "cents", "pending"),
    [
        ({"status": "cancelled"}, 0, False),
        ({"status": "entered-in-error"}, 0, False),
        ({"outcome": "queued"}, 0, True),
        ({"outcome": "error"}, 0, True),
        ({"outcome": "partial"}, 1250, False),
    ],
)
def test_withdrawn_and_undecided_claims_owe_nothing(more: dict[str, Any], cents: int, pending: bool) -> None:
    (charge,) = charges_of(explanation(**more))
    assert (charge.responsibility_cents, charge.insurance_pending) == (cents, pending)


def test_a_line_is_known_by_its_number_or_its_place() -> None:
    drafts = [draft for draft in read(explanation(lines=[{}, {}])).drafts if isinstance(draft, ChargeDraft)]
    assert [draft.key for draft in drafts] == [Key("ExplanationOfBenefit", "x1/1"), Key("ExplanationOfBenefit", "x1/2")]
    doubled = explanation(lines=[{}, {}])
    doubled["item"][1]["sequence"] = 1
    drafts = [draft for draft in read(doubled).drafts if isinstance(draft, ChargeDraft)]
    assert [draft.key.id for draft in drafts] == ["x1/#0", "x1/#1"]


def test_days_of_service() -> None:
    item = {"sequence": 1, "servicedPeriod": {"start": "2013-10-20T22:16:09-04:00"}}
    assert charges_of(explanation(item=[item]))[0].service_date == "2013-10-20"
    assert charges_of(explanation(item=[{"sequence": 1, "servicedDate": "2014-08-16"}]))[0].service_date == "2014-08-16"
    assert charges_of(explanation(billablePeriod={"start": "2019-01-01"}))[0].service_date == "2019-01-01"
    assert charges_of(explanation())[0].service_date == "2026-05-02"
    assert reason(explanation(created=None))[0] == "import.no_start"


def test_the_visit_named_by_one_line_is_the_visit_of_all() -> None:
    claim = explanation(lines=[{"copay": 1}, {"copay": 2}])
    claim["item"][0]["encounter"] = [{"reference": "Encounter/e1"}]
    visits = [draft.visit.key for draft in read(claim).drafts if isinstance(draft, ChargeDraft) and draft.visit]
    assert visits == [Key("Encounter", "e1")] * 2


def test_who_saw_the_patient() -> None:
    claim = explanation(
        careTeam=[{"sequence": 2, "provider": {"reference": "Practitioner/d2"}}],
        provider={"reference": "Practitioner/d1"},
    )
    first = read(claim).drafts[0]
    assert isinstance(first, ChargeDraft)
    assert first.practitioner is not None
    assert first.practitioner.key == Key("Practitioner", "d2")
    organisation = read(explanation(provider={"reference": "Organization/o1"})).drafts[0]
    assert isinstance(organisation, ChargeDraft)
    assert organisation.practitioner is None


def test_the_coverage_inside_a_claim() -> None:
    inner = {"resourceType": "Coverage", "id": "coverage", "status": "active", "type": {"text": "private"},
             "payor": [{"display": "private"}]}  # fmt: skip
    content = read(explanation(contained=[inner], insurance=[{"coverage": {"reference": "#coverage"}}]))
    (draft,) = [draft for draft in content.drafts if isinstance(draft, CoverageDraft)]
    assert (draft.record.payer, draft.contained, draft.self_pay) == ("private", True, False)


@pytest.mark.parametrize(
    ("more", "key", "path"),
    [
        ({"patient": None}, "import.no_patient", "patient"),
        ({"status": "unknown"}, "import.status_unknown", "status"),
        ({"lines": [{"coinsurance": -1}]}, "import.amount_negative", "item[0]"),
        ({"lines": [{}, {"memberliability": -80}]}, "import.amount_negative", "item[1]"),
        ({"lines": [{"copay": "12.5.0"}]}, "import.wrong_type", "item[0].adjudication[0].amount.value"),
        ({"lines": [{"copay": True}]}, "import.wrong_type", "item[0].adjudication[0].amount.value"),
        ({"lines": [{"copay": 1e12}]}, "import.amount_too_large", "item[0].adjudication[0].amount"),
        ({"item": {"sequence": 1}}, "import.wrong_type", "item"),
        ({"item": [[]]}, "import.wrong_type", "item[0]"),
    ],
)
def test_claims_that_are_refused_whole(more: dict[str, Any], key: str, path: str) -> None:
    assert reason(explanation(**more)) == (key, path)


def test_huge_and_tiny_exponents_are_refused_not_computed() -> None:
    for value in ("1E+999999999", "1E-999999999"):
        claim = json.dumps(explanation(lines=[{"copay": 77}])).replace("77", value)
        content = read(json.loads(claim, parse_float=lambda text: text))  # keeps it as text, as some programs write
        assert len(content.refusals) == 1


def test_every_carin_example_gives_the_patients_share() -> None:
    shares = {}
    for name in ("EOBInpatient1", "EOBOutpatient1", "EOBPharmacy", "EOBProfessional1"):
        value = json.loads(shared(f"carin-bb-eob/{name}.json").read_text("utf-8-sig"), parse_float=Decimal)
        value["patient"] = {"reference": "Patient/1"}
        shares[name] = [
            charge.responsibility_cents for charge in charges_of(json.loads(json.dumps(value, default=str)))
        ]
    assert shares == {"EOBInpatient1": [0], "EOBOutpatient1": [0], "EOBPharmacy": [8000], "EOBProfessional1": [0]}
