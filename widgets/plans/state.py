"""What the page of a payment plan shows: the agreement, its schedule, what can be done. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.plan_views import PlanForm, PlanHappened, PlanPage, Worked
from models.basics.money import show_cents
from models.rules.agreement_words import ordinal
from models.rules.plan_standing import PlanStatus, Standing, State
from models.rules.plans import PERIODS, Frequency, Instalment
from widgets.common.cells import Cell, MoneyCell, PillCell, TableRow, WordsCell
from widgets.common.pill import Look
from widgets.common.speech import Notice
from widgets.common.table import Column
from widgets.common.when import count_text, day_text, full_day_text

SCHEDULE_COLUMNS: Final = (
    Column("#", 44), Column("Date", 150, 2), Column("Payment", 104, right=True), Column("Remaining", 104, right=True),
    Column("", 132, 1, right=True),
)  # fmt: skip
OPTIONS: Final = ("1", "3", "6", "12")
"""Numbers of payments that are offered as tiles; everything else is under Other terms."""
OTHER: Final = "other"

STATUS_LOOKS: Final[dict[PlanStatus, Look]] = {
    PlanStatus.DORMANT: ("Plan draft", "neutral", "square-pen"),
    PlanStatus.ACTIVE: ("Active", "ok", "check"),
    PlanStatus.CLOSED: ("Closed", "neutral", "check"),
    PlanStatus.CANCELLED: ("Cancelled", "neutral", "x"),
}
LATE_LOOK: Final[Look] = ("Late", "bad", "triangle-alert")
PAYMENT_LOOKS: Final[dict[State, Look]] = {
    State.PAID: ("Paid", "ok", "check"),
    State.SKIPPED: ("Skipped", "neutral", "arrow-right"),
    State.CONFIRMING: ("Confirming", "warn", "hourglass"),
    State.PROCESSING: ("Bank asked", "info", "loader"),
    State.FAILED: ("Card declined", "bad", "circle-x"),
    State.LATE: ("Late", "bad", "triangle-alert"),
    State.DUE: ("Due", "info", "clock"),
    State.SCHEDULED: ("Scheduled", "neutral", ""),
    State.LET_OFF: ("Not owed any more", "neutral", "x"),
}
FREQUENCIES: Final = (("monthly", "Every month"), ("biweekly", "Every two weeks"), ("weekly", "Every week"))
_EACH: Final = {"monthly": "a month", "biweekly": "every two weeks", "weekly": "a week"}


@dataclass(frozen=True, slots=True)
class PlanState:
    """The page as it stands. `worked` is what the form comes to, `error` (field, words) what is wrong with it; `busy`
    names the button at work; `skeleton`: it is being read. `whole_account`: `history` is that of all of the account."""

    page: PlanPage | None = None
    form: PlanForm | None = None
    worked: Worked | None = None
    error: tuple[str, str] = ("", "")
    history: tuple[PlanHappened, ...] | None = None
    whole_account: bool = False
    notice: Notice | None = None
    said: str = ""
    busy: str = ""
    skeleton: bool = False

    @property
    def draft(self) -> bool:
        """May the terms still change?"""
        return self.page is not None and self.page.status is PlanStatus.DORMANT

    @property
    def changed(self) -> bool:
        """Does the form say something that is not saved, or come to something else than what is?"""
        page, worked = self.page, self.worked
        if page is None:
            return False
        other = worked is not None and page.worked is not None and worked.sha256 != page.worked.sha256
        return not (page.saved and self.form == page.form) or other

    @property
    def accepted(self) -> bool:
        """Did somebody accept exactly these terms?"""
        page, worked = self.page, self.worked
        if page is None or page.acceptance is None or page.worked is None or worked is None:
            return False
        return worked.sha256 == page.worked.sha256

    @property
    def active(self) -> bool:
        """Is it in force?"""
        return self.page is not None and self.page.status is PlanStatus.ACTIVE

    def why_not_save(self) -> str:
        """Why it cannot be saved; empty where it can."""
        if self.error[1]:
            return self.error[1]
        return "" if self.changed else "Everything is saved."

    def why_not_activate(self) -> str:
        """Why it cannot come into force; empty where it can."""
        if self.error[1]:
            return self.error[1]
        return "" if self.accepted else "The patient has to accept the agreement first."

    def why_not_send(self) -> str:
        """Why it cannot go to the patient by a link; empty where it can."""
        if self.error[1]:
            return self.error[1]
        saved = self.page is not None and self.page.saved and not self.changed
        return "" if saved or self.active else "Save the agreement first: the patient accepts it as it is saved."


def status_look(state: PlanState) -> Look | None:
    """The pill beside the name."""
    page = state.page
    if page is None:
        return None
    late = page.standing is not None and page.standing.late and page.status is PlanStatus.ACTIVE
    return LATE_LOOK if late else STATUS_LOOKS[page.status]


def about_plan(page: PlanPage) -> str:
    """What the head says of the plan itself."""
    new = page.replaces and page.status is PlanStatus.DORMANT
    return f"New terms for plan {page.replaces}" if new else f"Plan {page.number}"


def replaced_words(page: PlanPage) -> str:
    """What new terms take the place of; empty for a plan of its own."""
    if not page.replaces:
        return ""
    if page.status is PlanStatus.DORMANT:
        paid = f" {show_cents(page.before_cents)} were paid on it and stay paid." if page.before_cents else ""
        return f"Takes the place of plan {page.replaces} once it is active.{paid}"
    return f"Took the place of plan {page.replaces}."


def about_items(page: PlanPage, form: PlanForm) -> str:
    """What the plan is about: `Apr 8 visit, Dr. Reyes`, or how many charges."""
    chosen = [item for item in page.items if item.charge_id in form.charge_ids]
    if not chosen:
        return ""
    days = {item.service_date for item in chosen}
    if len(days) > 1:
        return count_text(len(chosen), "charge", "charges") + f", {count_text(len(days), 'day', 'days')}"
    who = f", {chosen[0].provider}" if chosen[0].provider else ""
    return f"{day_text(chosen[0].service_date, page.today)} visit{who}"


def option_words(key: str, worked: Worked | None) -> tuple[str, str]:
    """(title, amount) of a tile, by what the chosen terms come to."""
    if key == "1":
        return "Pay in full", f"{show_cents(worked.due_cents)} once" if worked else ""
    each = f"{show_cents(-(-worked.due_cents // int(key)))} {_EACH['monthly']}" if worked else ""
    return f"{key} months", each


def other_words(form: PlanForm) -> str:
    """Terms that no tile says."""
    parts = []
    if form.payment:
        parts.append(f"${form.payment} {_EACH[form.frequency]}")
    elif form.payments not in OPTIONS or form.frequency != "monthly":
        parts.append(f"{form.payments} payments {_EACH[form.frequency]}".replace("payments a ", "payments, one a "))
    if form.down:
        parts.append(f"${form.down} down")
    if form.apr:
        parts.append(f"{form.apr.removesuffix('.00')} % a year")
    return ", ".join(parts)


def option_of(form: PlanForm) -> str:
    """Which tile the form is."""
    plain = form.frequency == "monthly" and not form.payment and not form.down and not form.apr
    return form.payments if plain and form.payments in OPTIONS else OTHER


def offered(page: PlanPage) -> tuple[str, ...]:
    """The tiles the practice's limits leave; paying at once is always one."""
    limits = page.limits
    return tuple(key for key in OPTIONS if key == "1" or (
        limits.least_payments <= int(key) <= (limits.most_payments or int(key))))  # fmt: skip


def day_choices() -> list[tuple[str, str]]:
    """Days of the month; the last three fall on the last day of a shorter one."""
    return [("0", "Same day"), *((str(day), ordinal(day)) for day in range(1, 32))]


def schedule_caption(worked: Worked | None) -> str:
    """`6 payments, no interest, no fees`; says so where the last one is another amount."""
    if worked is None:
        return ""
    lines = [line for line in worked.lines if not line.skipped]
    parts = [count_text(len(lines), "payment", "payments")]
    interest = worked.interest_cents
    parts.append(f"{show_cents(interest)} interest" if interest else "no interest, no fees")
    if len(lines) > 2 and lines[-1].cents != lines[-2].cents:
        parts.append("the last takes the odd cents")
    return ", ".join(parts)


def schedule_rows(state: PlanState) -> list[TableRow]:
    """One row a payment. A skipped one stays in its place, quiet; what remains is after the payments before it."""
    page, worked = state.page, state.worked
    if page is None or worked is None:
        return []
    stood = {each.line.no: each for each in page.standing.lines} if page.standing and not state.draft else {}
    left = sum(line.cents for line in worked.lines if not line.skipped)
    rows = []
    for line in sorted(worked.lines, key=lambda each: (each.due, each.no)):
        left -= 0 if line.skipped else line.cents
        rows.append(_row(line, left, stood.get(line.no), page, state))
    return rows


def _row(line: Instalment, left: int, stood: Standing | None, page: PlanPage, state: PlanState) -> TableRow:
    quiet = line.skipped or (stood is not None and stood.state in (State.PAID, State.LET_OFF))
    today = line.due == page.today
    words = f"Today, {day_text(line.due, page.today)}" if today else full_day_text(line.due)
    ink = "muted" if quiet else "text"
    look = PAYMENT_LOOKS[stood.state] if stood is not None else _planned(line, page, state)
    part = stood is not None and 0 < stood.paid_cents < line.cents and stood.open_cents > 0
    under = f"{show_cents(stood.paid_cents)} came" if stood is not None and part else ""
    cells: tuple[Cell, ...] = (
        WordsCell(str(line.no), ink="muted"),
        WordsCell(words, under, "table_strong" if today else "table", ink),
        MoneyCell(line.cents, "table_strong", ink),
        MoneyCell(None if line.skipped else left, "table", "muted"),
        PillCell(look, right=True),
    )
    spoken = f"Payment {line.no}, {words}, {show_cents(line.cents)}, {look[0]}"
    return TableRow(str(line.no), cells, spoken=spoken)


def _planned(line: Instalment, page: PlanPage, state: PlanState) -> Look:
    """What will happen on the day, while nothing is in force."""
    if line.due <= page.today:
        return "Due at signing", "info", ""
    card = state.form is not None and state.form.kept_card_id
    return ("Auto-charge", "neutral", "") if card else ("To be paid", "neutral", "")


def remaining_line(state: PlanState) -> tuple[str, str]:
    """(words, amount) under the schedule."""
    page, worked = state.page, state.worked
    if page is None or worked is None:
        return "", ""
    if page.standing is not None and not state.draft:
        beyond = page.standing.beyond_cents
        more = f", {show_cents(beyond)} of it in no payment" if beyond else ""
        return f"Current balance{more}", show_cents(page.standing.owed_cents)
    total = sum(line.cents for line in worked.lines)
    return "Remaining after today", show_cents(total - sum(x.cents for x in worked.lines if x.due <= page.today))


def acceptance_words(state: PlanState) -> str:
    """Who accepted what stands there, or that nobody has."""
    page = state.page
    if page is None:
        return ""
    found = page.acceptance
    if found is not None and (state.accepted or not state.draft):
        how = {"signature": "Signed", "paper": "Signed on paper", "terms": "Accepted"}[found.how]
        where = "" if found.channel == "desk" else " from home"
        return f"{how} by {found.said_by}{where}, {day_text(found.at.date(), page.today)}"
    if found is not None:
        return "The terms changed, so what was accepted no longer counts."
    return "Not accepted yet"


def open_line(state: PlanState, key: str) -> Standing | None:
    """The payment of a row, where something of it is still open."""
    page = state.page
    if page is None or page.standing is None or not state.active:
        return None
    return next((each for each in page.standing.lines if str(each.line.no) == key and each.open_cents), None)


def monthly_cents(worked: Worked, frequency: Frequency) -> int:
    """What the terms come to a month."""
    lines = worked.lines
    return lines[min(1, len(lines) - 1)].cents * PERIODS[frequency] // 12
