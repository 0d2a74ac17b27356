"""What the coverage card shows: frozen, made of what is known of a plan. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from app.eligibility import CoverageCard, TakenFile
from models.basics.clock import parse_utc
from models.basics.money import show_cents
from models.operations.eligibility import TYPED
from models.rules import benefits as plan
from models.rules.benefits import Benefit, Choice, fitting, left_of
from models.rules.estimate import office_copay
from models.store.queries.eligibility import CheckRow
from widgets.common.pill import Look
from widgets.common.speech import Notice, Speech
from widgets.common.text import NOT_APPLICABLE
from widgets.common.when import count_text, day_text, time_text

LOOKS: dict[str, Look] = {
    plan.ELIGIBLE: ("In force", "ok", "shield-check"),
    plan.INELIGIBLE: ("Not in force", "bad", "shield-alert"),
    plan.UNCLEAR: ("Unclear", "warn", "shield-question-mark"),
    "never": ("Not checked", "neutral", "shield-question-mark"),
}
AGE_MEANINGS = {"fresh": "ok", "usable": "info", "old": "warn", "never": "warn"}
"""How the age of an answer is marked."""

MOST_MESSAGES = 12


@dataclass(frozen=True, slots=True)
class CoverageState:
    """The card. `facts` are label and value; `messages` the payer's own sentences; `raw` the message itself, once
    somebody asked for it; `check_id` names the answer it is about."""

    title: str
    look: Look
    age: str
    age_meaning: str
    facts: tuple[tuple[str, str], ...]
    messages: tuple[str, ...] = ()
    rejected: str = ""
    check_id: str = ""
    from_payer: bool = False
    raw: str = ""
    said: str = ""
    notice: Notice | None = None


def coverage_state(card: CoverageCard, speech: Speech, now: datetime) -> CoverageState:
    """The card of a patient; `now` is on the clinic's clock."""
    check, known = card.check, card.coverage
    age = speech.key(card.freshness.words, card.freshness.facts)
    payer = check.payer if check else known.payer if known else ""
    said = list(dict.fromkeys(message for each in (check.benefits if check else ()) for message in each.messages))
    zone = now.tzinfo
    assert zone is not None
    return CoverageState(
        title=payer or "No insurance on file", look=LOOKS[check.state if check else "never"],
        age=" ".join(part for part in (f"{age.title}.", age.body, age.action) if part),
        age_meaning=AGE_MEANINGS[card.freshness.level], facts=tuple(_facts(card, zone, now.date())),
        messages=tuple(said[:MOST_MESSAGES]), rejected=_rejected(card.rejected, zone, now.date()),
        check_id=check.check_id if check else "", from_payer=check is not None and check.source != TYPED,
    )  # fmt: skip


def _facts(card: CoverageCard, zone: tzinfo, today: date) -> Iterator[tuple[str, str]]:
    check, known = card.check, card.coverage
    lines = check.benefits if check else ()
    yield "Plan", (check.plan if check else "") or (known.plan if known else "") or NOT_APPLICABLE
    yield "Member number", (check.member_id if check else "") or (known.member_id if known else "") or NOT_APPLICABLE
    copay = office_copay(lines) if check else known.copay_cents if known else None
    yield "Copay, office visit", NOT_APPLICABLE if copay is None else show_cents(copay)
    yield "Coinsurance", _share(lines)
    yield "Deductible left", _left(lines, plan.DEDUCTIBLE)
    yield "Out-of-pocket left", _left(lines, plan.OUT_OF_POCKET)
    if check is not None:
        yield "Source", "Typed in at the desk" if check.source == TYPED else "Payer’s answer (271)"
        yield "As of", _moment(check, zone, today)


def _share(lines: tuple[Benefit, ...]) -> str:
    """The patient's share in the network, `20 %`."""
    found = [each.percent_bp for each in fitting(lines, plan.COINSURANCE, Choice()) if each.percent_bp is not None]
    return f"{min(found) / 100:g} %" if found else NOT_APPLICABLE


def _left(lines: tuple[Benefit, ...], kind: str) -> str:
    """What is left in the network; a total of which nobody knows what was met says so."""
    left = left_of(lines, kind, Choice())
    if left is None:
        return NOT_APPLICABLE
    whose = ", family" if left.level == plan.FAMILY else ""
    return f"{show_cents(left.cents)}{whose}" if left.remains else f"at most {show_cents(left.cents)}{whose}"


def _moment(check: CheckRow, zone: tzinfo, today: date) -> str:
    at = parse_utc(check.checked_at).astimezone(zone)
    return f"{day_text(at.date(), today)}, {time_text(at)}"


def _rejected(row: CheckRow | None, zone: tzinfo, today: date) -> str:
    """That the payer did not answer since, and its codes for why."""
    if row is None:
        return ""
    codes = f" (AAA {', '.join(row.rejections)})" if row.rejections else ""
    return f"{row.payer or 'The payer'} did not answer on {_moment(row, zone, today)}{codes}."


def taken_words(taken: TakenFile) -> str:
    """What a file brought."""
    parts = [count_text(taken.news, "answer taken in", "answers taken in")] if taken.news else []
    parts += [f"{taken.known} known before"] if taken.known else []
    parts += [f"{taken.refused} refused"] if taken.refused else []
    return ", ".join(parts) or "No answers in this file"
