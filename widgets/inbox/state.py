"""What the inbox shows: rows of cells, the words around them, and what can be done with each. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.ask_views import Which
from app.online_views import (
    REFUSED,
    UNDER_WAY,
    Deposit,
    Goes,
    OnlineAsk,
    OnlineLine,
    OnlineTab,
    OnlineView,
    Posted,
    PostSheet,
)  # fmt: skip
from models.basics.money import show_cents
from widgets.common.cells import Cell, MoneyCell, PillCell, TableRow, WordsCell
from widgets.common.patient import short_identity_text
from widgets.common.pill import Look
from widgets.common.speech import Notice
from widgets.common.table import Column
from widgets.common.when import count_text, day_text, full_day_text, time_text

COLUMNS: Final = (
    Column("When", 104), Column("Account", 168, 3), Column("What", 130, 2), Column("Card or bank", 172, 1),
    Column("Number", 116), Column("Amount", 104, right=True), Column("Status", 178, 1),
)  # fmt: skip
DEPOSIT_COLUMNS: Final = (
    Column("At the bank", 118), Column("Made of", 200, 3), Column("From home", 112, right=True),
    Column("Processor keeps", 124, right=True), Column("Deposit", 112, right=True), Column("Status", 140, 1),
)  # fmt: skip
TABS: Final = {
    OnlineTab.INBOX: "Inbox",
    OnlineTab.TRANSACTIONS: "Transactions",
    OnlineTab.DEPOSITS: "Deposits",
    OnlineTab.REQUESTS: "Payment requests",
}
POSTED_WORDS: Final = {Posted.ANY: "Posted or not", Posted.WAITS: "Not posted", Posted.DONE: "Posted"}
DAYS_WORDS: Final = {"31": "Last month", "7": "Last 7 days", "92": "Last 3 months", "366": "Last 12 months"}
_CHANNELS: Final = {"portal": "Patient portal", "link": "Payment link", "plan": "Payment plan"}
_KINDS: Final = {"payment": "Payment", "refund": "Refund", "void": "Void"}
_LOOKS: Final[dict[str, Look]] = {
    "open": ("Not posted", "warn", "clock"),
    "posted": ("Posted", "ok", "check"),
    "elsewhere": ("Associated", "ok", "link"),
    "off": ("Went back", "neutral", "undo-2"),
    "failed": ("Came back", "bad", "circle-x"),
    UNDER_WAY: ("Bank asked", "info", "loader"),
    REFUSED: ("Not paid by bank", "bad", "circle-x"),
}
_REASONS: Final = {
    "insufficient_funds": "Not enough money", "account_closed": "Account closed", "no_account": "No such account",
    "debit_not_authorized": "Patient did not allow it", "payments_blocked": "Blocked by the bank",
}  # fmt: skip
"""Why a bank did not pay; any other word of it is told as it is."""
_WHAT_NOW: Final = "A bank did not pay: the patient was told. Take it another way, or put it away."
_NO_DEPOSITS: Final = (
    "No deposits", "What the card processor pays out to the bank shows here, once each business day.",
)  # fmt: skip
ACTS: Final = ("post", "associate", "refund", "archive", "ledger")
"""What may be done with a row."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which tab and filters are set."""

    tab: OnlineTab = OnlineTab.INBOX
    days: int = 31
    posted: Posted = Posted.ANY
    which: Which = Which.ALL
    page: int = 0

    def ask(self) -> OnlineAsk:
        """As the story is asked."""
        return OnlineAsk(self.days, self.posted, self.page)


@dataclass(frozen=True, slots=True)
class InboxState:
    """Everything the page shows."""

    chosen: Chosen = Chosen()
    lines: tuple[OnlineLine, ...] = ()
    rows: tuple[TableRow, ...] = ()
    waits: str = ""
    waiting: int = 0
    foot: str = ""
    said: str = ""
    empty: tuple[str, str] | None = None
    notice: Notice | None = None
    skeleton: bool = False
    more: bool = False

    def line(self, key: str) -> OnlineLine | None:
        """The transaction a row is about."""
        return next((line for line in self.lines if line.key == key), None)


def inbox_state(view: OnlineView, chosen: Chosen, *, said: str = "", notice: Notice | None = None) -> InboxState:
    """The page for what was read."""
    waits = (
        f"{count_text(view.waits, 'transaction', 'transactions')} not posted · {show_cents(view.waits_cents)}"
        if view.waits
        else ""
    )
    state = InboxState(chosen, view.lines, waits=waits, waiting=view.waits, said=said, notice=notice, more=view.more)
    paged = page_words(chosen.page, view.more)
    if chosen.tab is OnlineTab.DEPOSITS:
        rows = tuple(_deposit_row(each, view.today) for each in view.deposits)
        foot = _deposit_foot(view.deposits)
        return replace(state, rows=rows, foot=paged + foot if rows else "", empty=None if rows else _NO_DEPOSITS)
    rows = tuple(_row(line, view.today) for line in view.lines)
    return replace(state, rows=rows, foot=paged + _foot(view.lines) if rows else "",
                   empty=None if rows else _empty(chosen))  # fmt: skip


def page_words(page: int, more: bool) -> str:
    """What a list's foot begins with; nothing where one page is all."""
    return f"Page {page + 1} · " if page or more else ""


def _empty(chosen: Chosen) -> tuple[str, str]:
    if chosen.tab is OnlineTab.INBOX:
        return ("Nothing new", "Payments from home appear here within seconds. Older ones are under Transactions.")
    if chosen.posted is not Posted.ANY or chosen.page:
        return ("Nothing like this", "No transaction of these days fits. Choose other days, or posted or not.")
    return ("No transactions", "What patients pay from home shows here, posted or not.")


def _foot(lines: tuple[OnlineLine, ...]) -> str:
    came = sum(line.amount_cents for line in lines if line.kind == "payment" and line.came)
    asked = sum(line.amount_cents for line in lines if line.state == UNDER_WAY)
    went = sum(line.amount_cents for line in lines if line.kind != "payment" and line.state != "failed")
    parts = [count_text(len(lines), "transaction", "transactions"), f"{show_cents(came)} paid"] if lines else []
    parts += [f"{show_cents(went)} went back"] if went else []
    parts += [f"{show_cents(asked)} asked of banks"] if asked else []
    return " · ".join([*parts, *([_WHAT_NOW] if any(line.state == REFUSED for line in lines) else [])])


def _deposit_foot(deposits: tuple[Deposit, ...]) -> str:
    sent = sum(each.online_cents for each in deposits if not each.failed)
    return f"{count_text(len(deposits), 'deposit', 'deposits')} · {show_cents(sent)} from home" if deposits else ""


def _row(line: OnlineLine, today: date) -> TableRow:
    back = line.kind != "payment"
    sign = -1 if back else 1
    ink = "text" if line.waits else "text2"
    cells: tuple[Cell, ...] = (
        WordsCell(day_text(line.at.date(), today), time_text(line.at), "table", ink),
        WordsCell(line.patient.name, short_identity_text(line.patient), "body_medium"),
        WordsCell(_KINDS.get(line.kind, line.kind), _CHANNELS.get(line.channel, ""), "table", ink),
        WordsCell(line.card, _under_card(line), "table", ink),
        WordsCell(line.number, "", "table", "text2"),
        MoneyCell(sign * line.amount_cents, "table_strong" if line.waits else "table", ink),
        PillCell(_look(line, today)),
    )  # fmt: skip
    return TableRow(line.key, cells)


def _under_card(line: OnlineLine) -> str:
    if line.state == UNDER_WAY:
        return "Up to four business days"
    if line.state == REFUSED:
        return _REASONS.get(line.reason, line.reason.replace("_", " ").capitalize())
    part = line.waits and line.left_cents != line.amount_cents
    return f"{show_cents(line.left_cents)} to post" if part else line.bank


def _look(line: OnlineLine, today: date) -> Look:
    words, meaning, icon = _LOOKS.get(line.state, (line.state, "neutral", ""))
    if line.settled_at is not None and line.state == "posted":
        words = f"{words} {day_text(line.settled_at.date(), today)}"
    return words, meaning, icon


def _deposit_row(each: Deposit, today: date) -> TableRow:
    made = count_text(each.payments, "payment", "payments")
    if each.debits:
        made = f"{made} ({each.debits} by bank debit)"
    if each.refunds:
        made = f"{made}, {count_text(each.refunds, 'refund', 'refunds')}"
    others = each.amount_cents - each.online_cents
    where: Look = ("On its way", "info", "clock") if each.arrives_on > today else ("At the bank", "ok", "check")
    look: Look = ("Came back", "bad", "circle-x") if each.failed else where
    cells: tuple[Cell, ...] = (
        WordsCell(day_text(each.arrives_on, today)),
        WordsCell(made, f"{show_cents(others)} from readers and others" if others else ""),
        MoneyCell(each.online_cents),
        MoneyCell(each.fee_cents, "table", "text2"),
        MoneyCell(each.amount_cents, "table"),
        PillCell(look),
    )
    return TableRow(each.payout_id, cells)


def offers_for(line: OnlineLine | None) -> frozenset[str]:
    """What a row can take: `post` and `associate` what waits, `refund` what is posted, `archive` what does not wait;
    nothing what a bank was only asked for."""
    if line is None:
        return frozenset()
    own = {"post", "associate"} if line.waits else set() if line.state == UNDER_WAY else {"archive"}
    return frozenset(own | {"ledger"} | ({"refund"} if line.refundable else set()))


# Posting ----------------------------------------------------------------------------------------------------------


def post_words(sheet: PostSheet) -> tuple[str, str, tuple[tuple[str, str, str], ...]]:
    """(title, what will happen, lines of (what, under it, amount)) of a sheet."""
    line = sheet.line
    if line.kind != "payment":
        return (f"Post {_KINDS[line.kind].lower()} of {show_cents(line.left_cents)}",
                "The account shows that it went back.", ())  # fmt: skip
    rows = [(each.words, _where(each), show_cents(each.cents)) for each in sheet.goes]
    if sheet.credit_cents:
        rows.append(("Credit on account", "For any visit of the family", show_cents(sheet.credit_cents)))
    how = "As the patient chose." if sheet.chosen else "The oldest charges of the family first."
    return f"Post {show_cents(line.left_cents)} from {line.patient.name}", how, tuple(rows)


def _where(each: Goes) -> str:
    parts = [each.patient, full_day_text(each.day) if each.day else ""]
    if each.cents < each.owed_cents:
        parts.append(f"{show_cents(each.owed_cents - each.cents)} stays owed")
    return " · ".join(part for part in parts if part)


def said_posted(line: OnlineLine) -> str:
    """What is said once it is written."""
    return f"Posted {show_cents(line.amount_cents)} of {line.patient.name}. {line.number}"
