"""The day sheet: financial transactions of up to 31 days, by sides, with sums per way to pay and per person (S0-41)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from app.clinic import Clinic
from app.day_sums import (
    ADJUSTMENTS,
    BY_BANK,
    CREDITS,
    DEBITS,
    ELSEWHERE,
    GROUPS,
    IN_QUESTION,
    QUESTION,
    add_up,
    copays,
    tender_key,
)
from app.day_views import LONGEST_DAYS, DateType, DayLine, DaySheetAsk, DaySheetView, Tab
from app.heads import patient_head
from app.list_views import Exported
from app.method import method_names, method_text
from app.posting import desk_of
from app.refusals import need
from app.saving import save_private
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.operations.bodies import ONLINE
from models.operations.records import Location
from models.rules.rights import Right
from models.store.queries import day, jobs, methods, recorded, rows, staff
from models.store.queries.day import MONEY, DayAct

log = logging.getLogger(__name__)

PAGE = 100
"""Rows of one page."""

KIND_WORDS = {
    "payment": "Payment", "void": "Void", "delete": "Payment deleted", "bounced": "Check returned",
    "refund": "Refund", "refund_undone": "Refund handed back", "recovered": "Over-refund recovered",
    "money_in": "Money in for nothing we know", "money_out": "Money out for a payment that is not here",
    "correction": "Correction", "elsewhere": "Refund in another program", "dispute": "Chargeback", "charge": "Charge",
    "fee": "Fee", "adjustment": "Adjustment", "moved": "Moved cash",
}  # fmt: skip
ADJUSTMENT_WORDS = {
    "discount": "Discount", "courtesy": "Courtesy", "write_off": "Write-off", "recovery": "Recovery",
    "lapse": "No longer fits its charge", "taken_back": "Adjustment taken back", "let_off": "Let off",
}  # fmt: skip
_TYPE_WORDS = {"copay": "Copay", "coinsurance": "Coinsurance", "other": "Other payment"}
TENDER_WORDS = {"cash": "Cash", "check": "Check", "card": "Card", ONLINE: "Card, from home",
                BY_BANK: "Bank debit (ACH), from home",
                ELSEWHERE: "Paid elsewhere"}  # fmt: skip
_TENDER_ORDER = ("cash", "check", "card", ONLINE, BY_BANK)
_SIDES = {Tab.DEBITS: DEBITS, Tab.CREDITS: CREDITS, Tab.ADJUSTMENTS: ADJUSTMENTS}
COLUMNS: tuple[tuple[str, bool], ...] = (
    ("Date", False), ("Time", False), ("Transaction", False), ("Patient", False), ("MRN", False), ("Provider", False),
    ("How", False), ("Number", False), ("Staff", False), ("Desk", False), ("Debit", True), ("Credit", True),
    ("Adjustment", True), ("Moved", True),
)  # fmt: skip
"""What an exported sheet has, in order, and whether it is money; dates as ISO text."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Words for the ids in rows."""

    practitioners: dict[str, str]
    staff: dict[str, str]
    methods: dict[str, str]
    desks: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was asked for: the rows that fit, and everything to choose from."""

    acts: list[DayAct]
    names: _Names
    people: tuple[tuple[str, str], ...]
    tenders: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    late: frozenset[str]
    late_cents: int


class DaySheet:
    """Reads the sheet. Call it on the `lists` lane: 31 days of a busy clinic take a moment."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def page(self, ask: DaySheetAsk) -> DaySheetView:
        """One page of a tab and the sums. Raises RuleBroken `report.too_long` for more than 31 days,
        `report.wrong_way_round`."""
        check_days(ask)
        clinic, today = self._clinic, self._clinic.today()
        with clinic.store.reader() as reader:
            read = self._read(reader, ask, sort=ask.tab is not Tab.SUMMARY)
            shown = _of_tab(read.acts, ask.tab)
            first = min(max(ask.page, 0) * PAGE, max(len(shown) - 1, 0) // PAGE * PAGE)
            lines = self._lines(reader, shown[first : first + PAGE], read) if ask.tab is not Tab.SUMMARY else ()
            expected, collected = copays(self._visits(reader, ask))
            doubt = jobs.in_doubt(reader, clinic.tenant)
        return DaySheetView(
            ask=ask, today=today, lines=tuple(lines), sums=add_up(read.acts), first=first, rows=len(shown),
            tab_cents=sum(signed(act) for act in shown) if ask.tab is not Tab.SUMMARY else 0,
            practitioners=tuple(read.names.practitioners.items()),
            locations=read.places, desks=tuple(read.names.desks.items()), people=read.people, tenders=read.tenders,
            expected_copay_cents=expected, collected_copay_cents=collected, late=len(read.late),
            late_cents=read.late_cents, open_attempts=doubt,
        )  # fmt: skip

    def everything(self, ask: DaySheetAsk) -> tuple[DaySheetView, tuple[DayLine, ...]]:
        """The view and every line of its tab, of All for the summary: for files and paper."""
        view = self.page(ask)
        tab = Tab.ALL if ask.tab is Tab.SUMMARY else ask.tab
        with self._clinic.store.reader() as reader:
            read = self._read(reader, ask)
            return view, tuple(self._lines(reader, _of_tab(read.acts, tab), read))

    def file_name(self, ask: DaySheetAsk, suffix: str) -> str:
        """What a saved sheet is called unless somebody says otherwise: `day-sheet-2026-05-14.csv`."""
        span = ask.first.isoformat() + (f"-to-{ask.last.isoformat()}" if ask.last != ask.first else "")
        return f"day-sheet-{span}.{suffix}"

    def export(self, ask: DaySheetAsk, path: Path, person: Person, supervisor: Person | None = None) -> Exported:
        """Save the rows of a tab (of All for the summary) as CSV, XLSX or PDF by the suffix; only this user may read
        the file. `supervisor` lends the right to it.

        Raises RuleBroken `staff.right_missing`, `export.kind_unknown`, `report.too_long`; StorageError
        `export.not_written`. Nothing was saved then, and a file that was there is as it was.
        """
        lender = need(Right.EXPORT, person, supervisor)
        kind = path.suffix.lower().removeprefix(".")
        view, lines = self.everything(ask)
        save_private(path, self._content(kind, view, lines))
        log.info("exported", extra=facts(list="day-sheet", rows=len(lines), kind=kind, staff=person.staff_id,
                                         lender=lender or None))  # fmt: skip
        return Exported(len(lines), path.name)

    def pdf(self, ask: DaySheetAsk) -> bytes:
        """The sheet on letter paper: its summary, and the rows of the tab."""
        from app.day_paper import sheet_document
        from receipts.layouts.report_letter import report_pdf

        return report_pdf(sheet_document(self._clinic, *self.everything(ask)))

    def _content(self, kind: str, view: DaySheetView, lines: Sequence[DayLine]) -> bytes:
        from exchange.sheets import WRITERS, Column, Sheet

        if kind == "pdf":
            from app.day_paper import sheet_document
            from receipts.layouts.report_letter import report_pdf

            return report_pdf(sheet_document(self._clinic, view, tuple(lines)))
        write = WRITERS.get(kind)
        if write is None:
            raise RuleBroken("export.kind_unknown")
        columns = tuple(Column(name, money=money) for name, money in COLUMNS)
        out = BytesIO()
        write(Sheet("Day sheet", columns, map(_cells, lines)), out)
        return out.getvalue()

    # Reading ------------------------------------------------------------------------------------------------------

    def _read(self, reader: Any, ask: DaySheetAsk, *, sort: bool = True) -> _Read:
        clinic = self._clinic
        tenant, span = clinic.tenant, (ask.first.isoformat(), ask.last.isoformat())
        found = day.acts(
            reader, tenant, *span, by=ask.by, moved=ask.moved, device=clinic.identity.device_id, in_order=sort
        )
        named = staff.staff_names(reader, tenant)
        words = method_names(reader, tenant)
        names = _Names(dict(methods.practitioners(reader, tenant)), named, words, self._desks(found))
        people = {actor: named.get(actor, actor) for actor in {act.actor for act in found} - {""}}
        ways = {(act.tender, act.method_id, act.kind in IN_QUESTION): act for act in found if act.kind in MONEY}
        tenders = {tender_key(act) for act in ways.values()}
        locations = recorded.everything(reader, tenant, Location)
        late = day.late(reader, tenant, *span) if ask.by is not DateType.SERVICE else []
        narrowed = ask.device or ask.staff_id or ask.tender
        acts = [act for act in found if _fits(act, ask)] if narrowed else found
        if ask.practitioner_id or ask.location_id:
            acts = _at_place(reader, tenant, acts, ask)
        kept = {act.source_id for act in acts} if late else set()
        return _Read(
            acts, names, tuple(sorted(people.items(), key=lambda each: each[1])),
            tuple((key, tender_words(key, words)) for key in in_order(tenders)),
            tuple((each.id, each.name) for each in locations),
            frozenset(payment_id for payment_id, _ in late if payment_id in kept),
            sum(cents for payment_id, cents in late if payment_id in kept),
        )  # fmt: skip

    def _desks(self, acts: Iterable[DayAct]) -> dict[str, str]:
        """Desks by id, named as their numbers name them; this one by its own name."""
        me = self._clinic.identity
        found = dict[str, str]()
        for act in acts:
            if act.device not in found and act.device and act.kind == "payment":
                found[act.device] = desk_of(act.number) or act.device
        found.update({me.device_id: me.desk_name} if me.device_id in found else {})
        return dict(sorted(found.items(), key=lambda each: each[1]))

    def _visits(self, reader: Any, ask: DaySheetAsk) -> list[day.CopayRow]:
        found = day.copays(reader, self._clinic.tenant, ask.first.isoformat(), ask.last.isoformat())
        return [
            row
            for row in found
            if ask.practitioner_id in ("", row.practitioner_id) and ask.location_id in ("", row.location_id)
        ]

    def _lines(self, reader: Any, acts: Iterable[DayAct], read: _Read) -> list[DayLine]:
        clinic, today, known = self._clinic, self._clinic.today(), dict[str, Any]()
        made = []
        for number, act in enumerate(acts):
            if act.patient_id and act.patient_id not in known:
                row = rows.patient(reader, clinic.tenant, act.patient_id)
                known[act.patient_id] = patient_head(row, today) if row else None
            made.append(DayLine(
                key=f"{act.kind}:{act.source_id}:{act.op_id}:{act.appointment_id}:{number}", kind=act.kind,
                side=GROUPS[act.kind], day=date.fromisoformat(act.day), at=clinic.local(act.at) if act.at else None,
                words=_words(act), way=_way(act, read.names.methods), number=act.number,
                patient=known.get(act.patient_id), provider=read.names.practitioners.get(act.practitioner_id, ""),
                staff=read.names.staff.get(act.actor, act.actor), desk=read.names.desks.get(act.device, ""),
                amount_cents=signed(act), late=act.kind == "payment" and act.source_id in read.late,
            ))  # fmt: skip
        return made


def check_days(ask: DaySheetAsk) -> None:
    """Raises RuleBroken `report.too_long` for more than 31 days, `report.wrong_way_round` for none."""
    days = (ask.last - ask.first).days + 1
    if days < 1:
        raise RuleBroken("report.wrong_way_round")
    if days > LONGEST_DAYS:
        raise RuleBroken("report.too_long", days=days, limit=LONGEST_DAYS)


def month_of(today: date) -> tuple[date, date]:
    """The first day of this month and today: at most 31 days."""
    return today.replace(day=1), today


def week_of(today: date) -> tuple[date, date]:
    """The last seven days."""
    return today - timedelta(days=6), today


def signed(act: DayAct) -> int:
    """A row's amount as its tab shows it: a debit is positive where it makes more owed."""
    return -act.amount_cents if GROUPS[act.kind] == DEBITS and act.kind not in ("charge", "fee") else act.amount_cents


def in_order(tenders: Iterable[str]) -> list[str]:
    """Ways to pay as they are listed: cash, check, card, the practice's own, what was paid elsewhere."""
    known = set(tenders)
    own = sorted(known - {*_TENDER_ORDER, ELSEWHERE})
    return [key for key in (*_TENDER_ORDER, *own, ELSEWHERE) if key in known]


def tender_words(key: str, names: dict[str, str]) -> str:
    """`Cash`, `Flex spending card`."""
    if key.startswith(QUESTION):
        return f"{TENDER_WORDS.get(key.partition(':')[2], 'Other')}, payment not known"
    return TENDER_WORDS.get(key) or names.get(key.partition(":")[2], "") or "Other"


def _of_tab(acts: list[DayAct], tab: Tab) -> list[DayAct]:
    if tab is Tab.PAYMENTS:
        return [act for act in acts if act.kind in MONEY]
    side = _SIDES.get(tab)
    return acts if side is None else [act for act in acts if GROUPS[act.kind] == side]


def _fits(act: DayAct, ask: DaySheetAsk) -> bool:
    return (
        ask.device in ("", act.device)
        and ask.staff_id in ("", act.actor)
        and (not ask.tender or (act.kind in MONEY and ask.tender == tender_key(act)))
    )


def _at_place(reader: Any, tenant: str, acts: list[DayAct], ask: DaySheetAsk) -> list[DayAct]:
    """The rows of one practitioner or place: their own, else those of the visit the money went to first."""
    lost = {act.payment_id for act in acts if act.payment_id and not act.appointment_id}
    paid = day.visits_paid(reader, tenant, lost) if lost else {}
    visit = {act: act.appointment_id or paid.get(act.payment_id, "") for act in acts}
    where = day.places(reader, tenant, set(visit.values()) - {""})
    kept = []
    for act in acts:
        location_id, practitioner_id = where.get(visit[act], ("", ""))
        who = act.practitioner_id or practitioner_id
        if ask.location_id in ("", location_id) and ask.practitioner_id in ("", who):
            kept.append(act)
    return kept


def _words(act: DayAct) -> str:
    """What a row is: `Copay`, `Write-off`, `Charge 99213 Office visit`."""
    if act.kind == "adjustment":
        return f"{ADJUSTMENT_WORDS.get(act.code, 'Adjustment')} {act.description}".strip()
    if act.kind in ("charge", "fee"):
        return " ".join(part for part in (KIND_WORDS[act.kind], act.code, act.description) if part)
    if act.kind == "payment":
        return _TYPE_WORDS.get(act.payment_type, KIND_WORDS["payment"])
    if act.kind == "moved":
        return "Moved here" if act.amount_cents > 0 else "Moved from here"
    return KIND_WORDS[act.kind]


def _way(act: DayAct, names: dict[str, str]) -> str:
    if act.kind not in MONEY:
        return ""
    return method_text(act.tender, brand=act.brand, check_no=act.code if act.tender == "check" else "",
                       method=names.get(act.method_id, ""))  # fmt: skip


def _cells(line: DayLine) -> tuple[str | int, ...]:
    sides = tuple(line.amount_cents if line.side == side else "" for side in (DEBITS, CREDITS, ADJUSTMENTS, "moved"))
    who = line.patient
    return (
        line.day.isoformat(), f"{line.at:%H:%M}" if line.at else "", line.words, who.name if who else "",
        who.mrn if who else "", line.provider, line.way, line.number, line.staff, line.desk, *sides,
    )  # fmt: skip
