"""The day sheet as a report: what its summary and its rows say on paper."""

from __future__ import annotations

from collections.abc import Iterable

from app.clinic import Clinic
from app.day_sheet import ADJUSTMENT_WORDS, TENDER_WORDS, in_order
from app.day_sums import ELSEWHERE, DaySums, TenderSum
from app.day_views import DateType, DayLine, DaySheetView, Tab
from app.heads import clock_text, day_text, full_day
from receipts.compose import clinic_block
from receipts.report import ReportDocument, ReportSection

BY_WORDS = {
    DateType.POSTED: "by the day they were posted", DateType.PAYMENT: "by the day the money came in",
    DateType.SERVICE: "by the day of the visit",
}  # fmt: skip
TAB_WORDS = {
    Tab.SUMMARY: "All transactions", Tab.DEBITS: "Debits", Tab.CREDITS: "Credits", Tab.ADJUSTMENTS: "Adjustments",
    Tab.PAYMENTS: "Patient payments", Tab.ALL: "All transactions",
}  # fmt: skip
SUM_COLUMNS = ("", "Count", "Taken", "Voids", "Refunds", "Net")


def sheet_document(clinic: Clinic, view: DaySheetView, lines: tuple[DayLine, ...]) -> ReportDocument:
    """The sheet on paper: summary first, then the rows of its tab."""
    now = clinic.now()
    names = dict(view.tenders)
    ask = view.ask
    span = full_day(ask.first) if ask.first == ask.last else f"{full_day(ask.first)} to {full_day(ask.last)}"
    return ReportDocument(
        clinic=clinic_block(clinic.practice), kind="Day sheet", number="",
        facts=(("Days", span), ("Chosen", BY_WORDS[ask.by]), ("Printed", f"{full_day(now.date())} {clock_text(now)}"),
               ("Desk", clinic.identity.desk_name)),
        sections=(
            tender_section("By way to pay", view.sums.tenders, in_order(view.sums.tenders), names),
            tender_section("By person", view.sums.people, sorted(view.sums.people), dict(view.people)),
            _beside(view), *_adjusted(view.sums), _rows(view, lines),
        ),
    )  # fmt: skip


def tender_section(
    title: str, sums: dict[str, TenderSum], keys: Iterable[str], names: dict[str, str]
) -> ReportSection:  # fmt: skip
    """Sums per way to pay or per person, with their total."""
    found = [sums[key] for key in keys]
    total = TenderSum("")
    for each in found:
        total.count += each.count
        total.gross_cents += each.gross_cents
        total.voids_cents += each.voids_cents
        total.refunds_cents += each.refunds_cents
    rows = tuple((names.get(each.key) or TENDER_WORDS.get(each.key, each.key), *_sums(each)) for each in found)
    return ReportSection(title=title, columns=SUM_COLUMNS, rows=rows, total=("Collected", *_sums(total)))


def _sums(each: TenderSum) -> tuple[str | int, ...]:
    return (str(each.count), each.gross_cents, each.voids_cents, each.refunds_cents, each.net_cents)


def _beside(view: DaySheetView) -> ReportSection:
    sums = view.sums
    rows: list[tuple[str | int, ...]] = [
        ("Charges and fees", sums.charged_cents + sums.fees_cents),
        ("Taken in these days, now on charges or gone out", sums.allocated_cents),
        ("Taken in these days, still on account", sums.on_account_cents),
        ("Copays expected", view.expected_copay_cents), ("Copays collected", view.collected_copay_cents),
    ]  # fmt: skip
    if sums.elsewhere.count or sums.elsewhere.net_cents:
        rows.append((f"{TENDER_WORDS[ELSEWHERE]}, not in the total", sums.elsewhere.net_cents))
    if view.ask.moved:
        rows.append(("Moved cash, came and went", sums.moved_cents))
    if sums.disputed_cents:
        rows.append(("Chargebacks, not in the total", -sums.disputed_cents))
    if view.late:
        rows.append((f"Written down after the close: {view.late}", view.late_cents))
    if view.open_attempts:
        rows.append(("Card payments nobody knows the end of", str(view.open_attempts)))
    return ReportSection(title="Beside it", columns=("", "Amount"), rows=tuple(rows))


def _adjusted(sums: DaySums) -> Iterable[ReportSection]:
    if sums.adjustments:
        rows = tuple((ADJUSTMENT_WORDS.get(kind, kind), cents) for kind, cents in sorted(sums.adjustments.items()))
        yield ReportSection(title="Adjustments", columns=("", "Let off"), rows=rows,
                            total=("Adjustments", sums.adjusted_cents))  # fmt: skip


def _rows(view: DaySheetView, lines: tuple[DayLine, ...]) -> ReportSection:
    def cells(line: DayLine) -> tuple[str | int, ...]:
        who = f"{line.patient.name} · {line.patient.mrn}" if line.patient else ""
        return (day_text(line.day, view.today), line.words, who, line.way or line.provider, line.number, line.staff,
                line.amount_cents)  # fmt: skip

    return ReportSection(
        title=TAB_WORDS[view.ask.tab], rows=tuple(cells(line) for line in lines),
        columns=("Date", "Transaction", "Patient", "How", "Number", "Staff", "Amount"),
    )  # fmt: skip
