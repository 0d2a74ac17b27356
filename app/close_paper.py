"""The papers of a close: the report of the day so far (X), of the closed day (Z), and the deposit slip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import orjson

from app.clinic import Clinic
from app.close_views import CloseReview
from app.day_sheet import tender_words
from app.heads import clock_text, full_day
from models.basics.money import show_cents
from models.operations import bodies
from models.operations.codec import from_json
from receipts.compose import clinic_block
from receipts.layouts.escpos import Profile, encode
from receipts.layouts.report_roll import report_blocks
from receipts.report import ReportDocument, ReportSection


def tenders_of(seen: CloseReview) -> tuple[bodies.TenderCount, ...]:
    """The ways to pay of a review as they are written down."""
    return tuple(
        bodies.TenderCount(tender=line.tender, sales=line.sales, taken_cents=line.taken_cents,
                           refunded_cents=line.refunded_cents, counted_cents=line.counted_cents)
        for line in seen.lines
    )  # fmt: skip


def x_document(
    clinic: Clinic, day: date, seen: CloseReview, by: str, names: Mapping[str, str]
) -> ReportDocument:  # fmt: skip
    """The day so far: what was taken by each way to pay. It changes nothing and says nothing of a count."""
    return ReportDocument(
        clinic=clinic_block(clinic.practice), kind="X report", number="", facts=_facts(clinic, day, by),
        sections=(_taken(tenders_of(seen), names),), closing="The day is still open.",
    )  # fmt: skip


def z_document(
    clinic: Clinic, day: date, body: bodies.DrawerClosed, by: str, names: Mapping[str, str], late: tuple[int, int]
) -> ReportDocument:  # fmt: skip
    """The closed day, the same whenever it is printed but for `late`: (how many, cents) written down since."""
    off = body.counted_cents - body.expected_cents
    word = "Over" if off > 0 else "Short" if off < 0 else "Difference"
    drawer = (("Float", body.float_cents), ("Taken, put in, given out", body.expected_cents - body.float_cents),
              ("Expected", body.expected_cents), ("Counted", body.counted_cents), ("Kept as float", body.kept_cents),
              ("To the safe", body.counted_cents - body.kept_cents))  # fmt: skip
    facts = [*_facts(clinic, day, by)]
    facts += [("Counted again", f"{body.recounts} times")] if body.recounts else []
    facts += [("Reason", body.reason)] if body.reason else []
    facts += [("Late records", f"{late[0]}, {show_cents(late[1])}")] if late[0] else []
    return ReportDocument(
        clinic=clinic_block(clinic.practice), kind="Z report", number=body.number, facts=tuple(facts),
        sections=(
            _taken(body.tenders, names),
            ReportSection(title="Drawer", columns=("", "Amount"), rows=drawer, total=(word, off)),
            _coins(body), _compared(body.tenders, names),
        ),
        closing="The day is locked. Corrections belong to the next day.", sign=("Counted by", "Checked by"),
    )  # fmt: skip


def slip_document(
    clinic: Clinic, day: date, number: str, cash_cents: int, coin_cents: int, checks: Sequence[bodies.CheckSeen]
) -> ReportDocument:  # fmt: skip
    """What goes to the bank: bills, coins, and each check by its number."""
    check_cents = sum(check.amount_cents for check in checks)
    noun = "check" if len(checks) == 1 else "checks"
    cash = (("Bills", cash_cents - coin_cents), ("Coins", coin_cents), (f"{len(checks)} {noun}", check_cents))
    sections = [ReportSection(title="To the bank", columns=("", "Amount"), rows=cash,
                              total=("Total", cash_cents + check_cents))]  # fmt: skip
    if checks:
        rows = tuple((f"Check {check.check_no}".rstrip(), check.amount_cents) for check in checks)
        sections.append(ReportSection(title="Checks", columns=("", "Amount"), rows=rows))
    return ReportDocument(
        clinic=clinic_block(clinic.practice), kind="Deposit slip", number=number, sections=tuple(sections),
        facts=(("Day", full_day(day)), ("Desk", clinic.identity.desk_name), ("Batch", number)),
        sign=("Prepared by", "Received by"),
    )  # fmt: skip


def _facts(clinic: Clinic, day: date, by: str) -> tuple[tuple[str, str], ...]:
    now = clinic.now()
    return (("Day", full_day(day)), ("Desk", clinic.identity.desk_name), ("By", by),
            ("Printed", f"{full_day(now.date())} {clock_text(now)}"))  # fmt: skip


def _taken(lines: Sequence[bodies.TenderCount], names: Mapping[str, str]) -> ReportSection:
    rows = tuple(
        (tender_words(line.tender, dict(names)), str(line.sales), line.taken_cents, -line.refunded_cents,
         line.taken_cents - line.refunded_cents)
        for line in lines
    )  # fmt: skip
    taken, back = sum(line.taken_cents for line in lines), sum(line.refunded_cents for line in lines)
    return ReportSection(
        title="Taken", columns=("", "Sales", "Taken", "Given back", "Net"), rows=rows,
        total=("Total", str(sum(line.sales for line in lines)), taken, -back, taken - back),
    )  # fmt: skip


def _compared(lines: Sequence[bodies.TenderCount], names: Mapping[str, str]) -> ReportSection:
    rows = tuple(
        (tender_words(line.tender, dict(names)), line.counted_cents,
         line.counted_cents - line.taken_cents + line.refunded_cents)
        for line in lines
    )  # fmt: skip
    return ReportSection(title="Compared", columns=("", "In hand", "Difference"), rows=rows)


def _coins(body: bodies.DrawerClosed) -> ReportSection:
    rows = tuple(("Rolls" if coin.rolled else f"{coin.count} × {show_cents(coin.value_cents)}",
                  coin.count * coin.value_cents) for coin in body.coins)  # fmt: skip
    return ReportSection(title="Counted", columns=("", "Amount"), rows=rows, total=("Counted", body.counted_cents))


def report_bytes(document: str, profile: Profile) -> bytes:
    """A spooled report (JSON) as the receipt printer takes it."""
    report = from_json(ReportDocument, orjson.loads(document))
    return encode(report_blocks(report, profile.columns, profile.code_page), profile)
