"""Estimates against numbers computed by hand (N38, N39 and from the answers of other programs), and their laws."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.words import WORDS
from exchange.x12.checks import check_of
from exchange.x12.eligibility import Subject, read
from models.rules import benefits as plan
from models.rules.benefits import Benefit, Choice, fitting, left_of
from models.rules.estimate import (
    ASK_AGAIN,
    DOUBTS,
    OFFICE_VISIT,
    SERVICES,
    TREATMENT,
    Estimate,
    Procedure,
    Question,
    age_level,
    estimate,
    office_copay,
)
from tests.support.shared_data import shared

CASES: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "estimates.toml").read_text("utf-8"))
KIND = {"copay": plan.COPAY, "coinsurance": plan.COINSURANCE, "deductible": plan.DEDUCTIBLE,
        "out_of_pocket": plan.OUT_OF_POCKET}  # fmt: skip


def terms(said: Mapping[str, int], network: str = plan.IN) -> tuple[Benefit, ...]:
    """Benefits of the plan as a whole; amounts are what remains."""
    return tuple(
        Benefit(kind=KIND[name], code="", service_types=(plan.PLAN,), network=network,
                period=plan.VISIT if name == "copay" else plan.REMAINING,
                **({"percent_bp": value} if name == "coinsurance" else {"amount_cents": value}))  # type: ignore[arg-type]
        for name, value in said.items()
    )  # fmt: skip


def asked(case: Mapping[str, Any]) -> Question:
    benefits, state = terms(case.get("terms", {})), plan.ELIGIBLE
    if "file" in case:
        data = shared(case["file"]).read_bytes()
        subject = next(each for each in read([data]) if isinstance(each, Subject))
        check = check_of(subject, ZoneInfo("UTC"), datetime(2026, 10, 3, 12, tzinfo=UTC))
        benefits, state = check.benefits, check.state
    procedures = tuple(Procedure(code=f"P{n}", allowed_cents=cents, from_payer=True)
                       for n, cents in enumerate(case.get("allowed", []))) or (Procedure(code="P0"),)  # fmt: skip
    return Question(
        purpose=case["purpose"], procedures=procedures, benefits=benefits, state=state,
        age_s=case.get("age_s", 3600), network=case.get("network", plan.IN),
        service_type=case.get("service_type", ""), copay_and_deductible=case.get("both", False),
    )  # fmt: skip


def reasons(made: Estimate) -> set[str]:
    return {each.key.removeprefix("estimate.why.") for each in made.why}


@pytest.mark.parametrize("name", CASES)
def test_the_number_computed_by_hand(name: str) -> None:
    case = CASES[name]
    made = estimate(asked(case))
    assert (made.outcome, made.amount_cents) == (case["outcome"], case.get("amount")), case["reasoning"]
    assert made.confidence == case["confidence"]
    assert set(case["why"]) <= reasons(made)
    if "lines" in case:
        shown = [[line.copay_cents, line.deductible_cents, line.coinsurance_cents] for line in made.lines]
        assert shown == case["lines"]
    assert all(each.key in WORDS for each in made.why)


def test_at_least_twenty_of_them_come_from_other_programs() -> None:
    assert sum("file" in case for case in CASES.values()) >= 20


def test_components_are_told_as_the_payer_said_them() -> None:
    made = estimate(asked(CASES["gold_treatment_beyond_the_deductible"]))
    assert (made.copay_cents, made.coinsurance_bp, made.deductible_left_cents, made.out_of_pocket_left_cents) == (
        2500, 2000, 80_000, 1_200_000)  # fmt: skip


def question(benefits: tuple[Benefit, ...], purpose: str = TREATMENT, *, allowed: int = 10_000, code: str = "",
             **more: Any) -> Question:  # fmt: skip
    values: dict[str, Any] = {"state": plan.ELIGIBLE, "age_s": 0, **more}
    return Question(purpose=purpose, procedures=(Procedure(code=code, allowed_cents=allowed, from_payer=True),),
                    benefits=benefits, **values)  # fmt: skip


def benefit(kind: str, **more: Any) -> Benefit:
    return Benefit(kind=kind, code="", **{"network": plan.IN, "service_types": (plan.PLAN,), **more})


def test_the_lower_of_what_is_left_for_individual_and_family_counts() -> None:
    family = benefit(plan.DEDUCTIBLE, level=plan.FAMILY, period=plan.REMAINING, amount_cents=3_000)
    single = benefit(plan.DEDUCTIBLE, level=plan.INDIVIDUAL, period=plan.REMAINING, amount_cents=5_000)
    made = estimate(question((family, single)))
    assert (made.amount_cents, made.deductible_left_cents) == (3_000, 3_000)
    assert "deductible_of_family" in reasons(made)


def test_what_remains_counts_before_the_total_and_a_total_is_told() -> None:
    total = benefit(plan.DEDUCTIBLE, period="calendar_year", amount_cents=9_000)
    left = benefit(plan.DEDUCTIBLE, period=plan.REMAINING, amount_cents=1_000)
    assert estimate(question((total, left))).amount_cents == 1_000
    alone = estimate(question((total,)))
    assert alone.amount_cents == 9_000
    assert "deductible_total_only" in reasons(alone)
    assert alone.confidence == "medium"


@pytest.mark.parametrize("period", ["year_to_date", "lifetime", "lifetime_remaining"])
def test_spent_and_lifetime_amounts_are_no_deductible_of_this_year(period: str) -> None:
    assert left_of([benefit(plan.DEDUCTIBLE, period=period, amount_cents=1)], plan.DEDUCTIBLE, Choice()) is None


def test_terms_of_a_procedure_come_before_those_of_the_plan() -> None:
    general = terms({"coinsurance": 2000, "deductible": 0})
    own = benefit(plan.COINSURANCE, procedure="99213", service_types=(), percent_bp=5000)
    made = estimate(question((*general, own), code="99213"))
    assert made.amount_cents == 5_000
    assert "of_procedure" in reasons(made)
    assert estimate(question((*general, own), code="11111")).amount_cents == 2_000


def test_what_is_not_covered_is_paid_whole() -> None:
    none = benefit(plan.NOT_COVERED, procedure="D9910", service_types=())
    made = estimate(question((*terms({"coinsurance": 2000}), none), code="D9910"))
    assert made.amount_cents == 10_000
    assert "not_covered" in reasons(made)


def test_a_copay_of_zero_beside_a_coinsurance_is_none() -> None:
    made = estimate(question(terms({"copay": 0, "coinsurance": 2000, "deductible": 0}), OFFICE_VISIT))
    assert made.amount_cents == 2_000


def test_the_network_that_was_chosen_then_both_then_unsaid() -> None:
    all_three = [benefit(plan.COPAY, network=network, amount_cents=cents)
                 for network, cents in ((plan.OUT, 1), (plan.BOTH, 2), (plan.UNSAID, 3))]  # fmt: skip
    assert [each.amount_cents for each in fitting(all_three, plan.COPAY, Choice(network=plan.OUT))] == [1]
    assert [each.amount_cents for each in fitting(all_three, plan.COPAY, Choice(network=plan.IN))] == [2]
    assert [each.amount_cents for each in fitting(all_three[2:], plan.COPAY, Choice(network=plan.IN))] == [3]


def test_typed_benefits_and_typed_prices_are_never_of_high_confidence() -> None:
    said = terms({"copay": 3000})
    assert estimate(question(said, OFFICE_VISIT)).confidence == "high"
    assert estimate(question(said, OFFICE_VISIT, by_hand=True)).confidence == "medium"
    typed = Question(purpose=OFFICE_VISIT, procedures=(Procedure(allowed_cents=10_000),), benefits=said,
                     state=plan.ELIGIBLE, age_s=0)  # fmt: skip
    assert estimate(typed).confidence == "medium"


@pytest.mark.parametrize("state", ["inactive", "unclear", "rejected", "never"])
def test_a_plan_that_is_not_surely_in_force_has_no_estimate(state: str) -> None:
    made = estimate(question(terms({"copay": 3000}), OFFICE_VISIT, state=state))
    assert (made.outcome, made.amount_cents, reasons(made)) == ("none", None, {state})


HOUR, DAY = 3_600, 24 * 3_600


@pytest.mark.parametrize(("age_s", "answered_on", "service_day", "level"), [
    (None, "", "", "never"), (HOUR, "", "", "fresh"), (2 * DAY, "", "", "usable"), (31 * DAY, "", "", "old"),
    (HOUR, "2026-05-14", "2026-05-31", "fresh"), (2 * DAY, "2026-05-29", "2026-05-31", "usable"),
    (HOUR, "2026-05-31", "2026-06-01", "earlier"), (2 * DAY, "2025-12-31", "2026-01-02", "earlier"),
    (31 * DAY, "2026-05-01", "2026-06-01", "old"), (HOUR, "2026-05-14", "2026-04-30", "fresh"),
])  # fmt: skip
def test_s2_16_the_payer_is_asked_again_in_each_month_of_service(
    age_s: int | None, answered_on: str, service_day: str, level: str
) -> None:
    assert age_level(age_s, answered_on, service_day) == level
    assert (level in ASK_AGAIN) is (level in ("never", "old", "earlier"))


def test_s2_16_an_estimate_says_that_the_answer_is_of_an_earlier_month() -> None:
    made = estimate(Question(purpose=OFFICE_VISIT, procedures=(), benefits=terms({"copay": 2_500}), state=plan.ELIGIBLE,
                             age_s=HOUR, earlier_month=True))  # fmt: skip
    assert "earlier_month" in reasons(made)
    assert "estimate.why.earlier_month" in WORDS


def test_s2_07_the_service_whose_terms_count_may_be_chosen() -> None:
    said = (*terms({"copay": 2_500}), Benefit(kind=plan.COPAY, code="B", service_types=("UC",), network=plan.IN,
                                              period=plan.VISIT, amount_cents=7_500))  # fmt: skip
    asked = Question(purpose=OFFICE_VISIT, procedures=(Procedure(allowed_cents=20_000),), benefits=said,
                     state=plan.ELIGIBLE, age_s=HOUR)  # fmt: skip
    assert estimate(asked).amount_cents == 2_500
    assert estimate(replace(asked, service_type="UC")).amount_cents == 7_500
    assert {"UC", "98", "PT", "MH"} <= set(SERVICES)


def test_every_doubt_has_words() -> None:
    assert all(f"estimate.why.{name}" in WORDS for name in DOUBTS)


def test_the_copay_of_an_office_visit() -> None:
    assert office_copay(terms({"copay": 3000})) == 3000
    assert office_copay(()) is None


CENTS = st.one_of(st.none(), st.integers(0, 500_000))


@given(st.lists(st.integers(0, 300_000), min_size=1, max_size=4), CENTS, st.one_of(st.none(), st.integers(0, 10_000)),
       CENTS, CENTS, st.sampled_from([OFFICE_VISIT, TREATMENT]), st.booleans())  # fmt: skip
def test_never_below_nothing_beyond_the_service_or_the_maximum(
    allowed: list[int], copay: int | None, share: int | None, deductible: int | None, maximum: int | None, purpose: str,
    both: bool,
) -> None:  # fmt: skip
    said = {"copay": copay, "coinsurance": share, "deductible": deductible, "out_of_pocket": maximum}
    made = estimate(Question(
        purpose=purpose, procedures=tuple(Procedure(allowed_cents=cents) for cents in allowed),
        benefits=terms({name: value for name, value in said.items() if value is not None}), state=plan.ELIGIBLE,
        age_s=0, copay_and_deductible=both,
    ))  # fmt: skip
    if made.amount_cents is None:
        assert (copay, share, deductible) == (None, None, None)
        return
    assert 0 <= made.amount_cents <= min(sum(allowed), sum(allowed) if maximum is None else maximum)
    assert made.amount_cents == sum(line.total_cents for line in made.lines)
    assert sum(line.deductible_cents for line in made.lines) <= (deductible or 0)
    assert sum(line.copay_cents for line in made.lines) <= (copay or 0)
