"""What a payer answered about one person, as the record that is kept: benefits normalised, days ISO, money in cents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from exchange.x12 import codes
from exchange.x12.eligibility import Group, Party, Subject
from exchange.x12.segments import Segment
from models.basics.clock import utc_text
from models.basics.errors import ImportRefused
from models.operations.eligibility import MOST_BENEFITS, MOST_RAW, PAYER, EligibilityCheck
from models.rules import benefits as plan
from models.rules.benefits import Benefit, plan_state

LARGEST_CENTS = 1_000_000_000
"""$10,000,000.00: no benefit of a plan is beyond it."""
LONGEST_NAME, LONGEST_WORDS, MOST_WORDS, MOST_SERVICES = 80, 300, 40, 200

_DECIMAL = re.compile(r"-?(?:\d{1,12}(?:\.\d{0,8})?|\.\d{1,8})", re.ASCII)
_DAY = re.compile(r"\d{8}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d)", re.ASCII)
_NOTED = frozenset({"HSD", "REF", "III"})


def check_of(subject: Subject, zone: ZoneInfo, now: datetime) -> EligibilityCheck:
    """The record of an answer, without whose it is (`check_id`, `patient_id` and `coverage_id` empty). The payer's
    moment is read on the clinic's clock, and never later than `now`.

    Raises ImportRefused with the segment: `x12.not_an_amount`, `x12.not_a_share`, `x12.too_many_benefits`,
    `x12.answer_too_long`, `x12.says_nothing`.
    """
    if not subject.groups and not subject.rejections:
        raise ImportRefused("x12.says_nothing", segment=subject.number)
    if len(subject.groups) > MOST_BENEFITS:
        raise ImportRefused("x12.too_many_benefits", segment=subject.number, most=MOST_BENEFITS)
    if len(subject.raw) > MOST_RAW:
        raise ImportRefused("x12.answer_too_long", segment=subject.number, most=MOST_RAW)
    said = tuple(_benefit(group) for group in subject.groups)
    in_force = (each.plan for each in said if each.kind == plan.ACTIVE and each.plan)
    return EligibilityCheck(
        check_id="", patient_id="", source=PAYER, checked_at=_moment(subject, zone, now),
        state=plan_state(said, bool(subject.rejections)), payer=_named(subject.source),
        payer_id=subject.source.id[:LONGEST_NAME],
        member_id=(subject.person.id or subject.subscriber.id)[:LONGEST_NAME],
        plan=next(in_force, ""), trace=subject.trace[:LONGEST_NAME],
        rejections=tuple(dict.fromkeys(each.code[:2] for each in subject.rejections if each.code)),
        benefits=said, raw=subject.raw,
    )  # fmt: skip


def _benefit(group: Group) -> Benefit:
    """One EB with what stands behind it. A copay the payer codes as a percentage is a coinsurance: EB08 must not be
    used with code B."""
    head = group.head
    amount, share = _cents(head), _share(head)
    kind = codes.KINDS.get(head.at(1), plan.OTHER)
    if kind == plan.COPAY and amount is None and share is not None:
        kind = plan.COINSURANCE
    procedure = head.components(13)
    begins, ends = _days(group.rest)
    return Benefit(
        kind=kind, code=head.at(1)[:2], service_types=tuple(each[:3] for each in head.repeats(3)[:MOST_SERVICES]),
        network=codes.NETWORKS.get(head.at(12), plan.UNSAID), level=codes.LEVELS.get(head.at(2), ""),
        period=codes.PERIODS.get(head.at(6), ""), amount_cents=amount, percent_bp=share,
        quantity=f"{head.at(9)} {head.at(10)}".strip()[:LONGEST_NAME],
        authorization=codes.AUTHORIZATION.get(head.at(11), ""), insurance_type=head.at(4)[:3],
        plan=head.at(5)[:LONGEST_NAME], procedure=(procedure[1] if len(procedure) > 1 else procedure[0])[:LONGEST_NAME],
        begins=begins, ends=ends, messages=_words(each.at(1) for each in group.rest if each.id == "MSG"),
        notes=_words(" ".join((each.id, *each.elements)) for each in group.rest if each.id in _NOTED),
    )  # fmt: skip


def _cents(head: Segment) -> int | None:
    text = head.at(7)
    if not text:
        return None
    if not _DECIMAL.fullmatch(text) or text.startswith("-"):
        raise ImportRefused("x12.not_an_amount", segment=head.number)
    cents = int((Decimal(text) * 100).to_integral_value(ROUND_HALF_UP))
    if cents > LARGEST_CENTS:
        raise ImportRefused("x12.not_an_amount", segment=head.number)
    return cents


def _share(head: Segment) -> int | None:
    """EB08 in hundredths of a per cent: a part of one as the guide has it, or a number up to 100 as some payers do."""
    text = head.at(8)
    if not text:
        return None
    share = Decimal(text) if _DECIMAL.fullmatch(text) else Decimal(-1)
    share *= plan.WHOLE_BP if share <= 1 else 100
    if not 0 <= share <= plan.WHOLE_BP:
        raise ImportRefused("x12.not_a_share", segment=head.number)
    return int(share.to_integral_value(ROUND_HALF_UP))


def _words(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text[:LONGEST_WORDS] for text in texts if text)[:MOST_WORDS]


def _days(rest: Iterable[Segment]) -> tuple[str, str]:
    """The first and the last day of a benefit, where the payer names them; a range is both."""
    begins = ends = ""
    for segment in rest:
        if segment.id != "DTP":
            continue
        first, _, last = segment.at(3).partition("-")
        if segment.at(1) in codes.BEGINS:
            begins = begins or iso_day(first)
            ends = ends or iso_day(last)
        elif segment.at(1) in codes.ENDS:
            ends = ends or iso_day(first)
    return begins, ends


def iso_day(text: str) -> str:
    """`20130101` as `2013-01-01`; empty where it is no day."""
    day = _day(text)
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _moment(subject: Subject, zone: ZoneInfo, now: datetime) -> str:
    day, at = _day(subject.asked_on), _TIME.match(subject.asked_at)
    if day is None or day.year < 1990:
        return utc_text(now)
    moment = datetime.combine(day, time(int(at[1]), int(at[2])) if at else time(), zone)
    return utc_text(min(moment.astimezone(UTC), now))


def _named(party: Party) -> str:
    return " ".join(part for part in (party.given, party.family) if part)[:LONGEST_NAME]
