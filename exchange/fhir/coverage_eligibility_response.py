"""CoverageEligibilityResponse: when a payer was asked, whether the plan is in force, and the copay it named."""

from __future__ import annotations

from decimal import Decimal

from exchange.drafts import AnswerDraft, AnyDraft
from exchange.fhir.element import Element
from exchange.fhir.resource import Resource
from exchange.values import moment_text


def read(resource: Resource) -> list[AnyDraft]:
    """One answer per insurance named, of complete and active answers only."""
    body = resource.body
    created = body.moment("created", resource.zone)
    if (
        created is None
        or body.text("status", 64) != "active"
        or body.text("outcome", 64) not in {"complete", "partial"}
    ):
        return []
    answers: list[AnyDraft] = []
    for insurance in body.children("insurance"):
        coverage = resource.ref(insurance.child("coverage"), "Coverage")
        if coverage is not None:
            answers.append(AnswerDraft(
                key=resource.key, path=resource.path, updated=resource.updated, coverage=coverage,
                checked_at=moment_text(created, body.at("created")), in_force=insurance.flag("inforce"),
                copay=_copay(insurance),
            ))  # fmt: skip
    return answers


def _copay(insurance: Element) -> Decimal | None:
    for item in insurance.children("item"):
        if item.flag("excluded"):
            continue
        for benefit in item.children("benefit"):
            kind = benefit.child("type")
            if kind and any(code == "copay" for _, code, _ in kind.codings()):
                return benefit.money("allowedMoney")
    return None
