"""What Needs attention shows, worked out without a window: items in order, one in detail, and what may be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.tasks import WITH_REASON
from app.views import AttentionItem, Side
from app.words import Words
from models.basics.errors import Fact
from models.basics.money import show_cents
from widgets.attention.checking import Checked
from widgets.common.patient import identity_text
from widgets.common.pill import Look
from widgets.common.speech import Notice
from widgets.common.when import day_text, second_text, time_text

Say = Callable[[str, dict[str, Fact]], Words]
"""Makes the words of an item from its message key and facts."""


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that may be done, with its outcome in words. `act` is what the presenter does."""

    act: str
    title: str
    outcome: str
    recommended: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """How items of a kind look: icon, meaning, pill, whether money is in question."""

    icon: str
    meaning: str
    pill: Look
    money: bool = True


WAIT = Way("wait", "Wait, and let the patient go in", "It is asked again by itself. Check-in is not held up.",
           recommended=True)  # fmt: skip
OTHER_WAY = Way("collect", "Take it another way now",
                "Cash or check. If the card did go through too, its money stays on account as credit.")  # fmt: skip
KNOWN = Way("known", "I can see what happened",
            "From the reader’s own list or its slip. Your name and reason are kept.")  # fmt: skip
NOT_KNOWN_YET = "Only after the reader was asked twice without an answer."

_ELSEWHERE: tuple[Way, ...] = (
    Way("wait", "Wait until that desk knows", "It goes from here by itself as soon as its reader answered.",
        recommended=True),
    Way("ledger", "Look at the account", "If the money moved, it is there as soon as that desk knows."),
    Way("resolve:seen", "That desk cannot tell any more",
        "Broken or lost, and you saw how it ended. Your name and reason are kept; cards may be taken again."),
)  # fmt: skip

_RETURNED: tuple[Way, ...] = (
    Way("give_back", "Give it back another way",
        "Opens the refund: cash or a check. Nothing goes back before you confirm.", recommended=True),
    Way("resolve:kept", "Keep it as credit", "The patient was told. No money moves; your name is kept with that."),
    Way("resolve:refunded", "It has gone back another way", "The patient has it now; your name is kept with that."),
)  # fmt: skip

WAYS: dict[str, tuple[Way, ...]] = {
    **dict.fromkeys(("doubted_payment", "doubted_void", "doubted_refund"), _ELSEWHERE),
    "unknown_payment": (WAIT, OTHER_WAY, KNOWN),
    "unknown_void": (
        Way("wait", "Wait", "It is asked again by itself. Do not give money back another way yet.", recommended=True),
        KNOWN,
    ),
    "visit_fallen": (
        Way("move", "Move it to another visit", "Opens the account with this money chosen.", recommended=True),
        Way("give_back", "Refund it", "Opens the refund. Nothing goes back before you confirm."),
        Way("keep", "Keep it as credit", "It is free for any visit at once, not only a day from now."),
    ),
    "plan_late": (
        Way("plan", "Open the plan", "Take the payment there, skip it, or choose another card.", recommended=True),
        Way("ledger", "Look at the account", "Opens the ledger of this patient."),
    ),
    "unknown_refund": (
        Way(
            "wait", "Wait", "It is asked again by itself. Do not give the money back another way yet.", recommended=True
        ),
        KNOWN,
    ),
    "refund_waiting": (
        Way(
            "hand_out",
            "Hand it out now",
            "The drawer opens, or the reader is asked. The receipt prints.",
            recommended=True,
        ),
        Way("give_up", "Give it up", "Nothing goes back: the money lies on the account again."),
        Way("ledger", "Look at the account", "Opens the ledger of this patient."),
    ),
    "unsigned": (
        Way(
            "ledger",
            "Print the clinic’s copy to sign",
            "Opens the account: the payment’s actions have it.",
            recommended=True,
        ),
        Way("close", "Nothing is left to do", "It was signed by hand, or the practice goes without."),
    ),
    "print_unknown": (
        Way("close", "It is on the paper", "Nothing more happens.", recommended=True),
        Way("reprint", "Print it again", "The second one says COPY."),
    ),
    "message_failed": (
        Way(
            "send",
            "Send it again or elsewhere",
            "Opens the paper of this patient with the address to change.",
            recommended=True,
        ),
        Way("ledger", "Look at the account", "Print it there, or see what was sent."),
        Way("close", "Nobody needs it", "The message stays in the log as not sent. This item is closed."),
    ),
    "refused": (
        Way("collect", "Collect it now", "Opens Collect for this patient.", recommended=True),
        Way("close", "Leave it as a balance", "The visit keeps owing it. This item is closed."),
    ),
    "reduced": (
        Way("collect", "Collect the rest now", "Opens Collect for this patient.", recommended=True),
        Way("close", "Leave it as a balance", "The visit keeps owing it. This item is closed."),
    ),
    "paid_twice": (
        Way(
            "resolve:kept",
            "Keep the second as credit",
            "It waits on the account for the next visit. No money moves.",
            recommended=True,
        ),
        Way("give_back", "Refund the second", "Opens its refund. Nothing goes back before you confirm."),
        Way("ledger", "Look at the account", "Both payments are there, with who took them."),
    ),
    "credit_used": (
        Way(
            "collect",
            "Collect it now",
            "Opens Collect; other credit on the account is offered there.",
            recommended=True,
        ),
        Way("write_off", "Write it off", "Opens the write-off of this charge. Nothing changes before you confirm."),
        Way("resolve:left_owed", "Leave it as a balance", "The visit keeps owing it. Your name is kept with that."),
    ),
    "paid_over": (
        Way(
            "resolve:kept",
            "Keep both",
            "The payment stays as it is; what is too much is credit. No money moves.",
            recommended=True,
        ),
        Way("give_back", "Refund what is too much", "Opens the refund. Nothing goes back before you confirm."),
        Way("move", "Move it to another visit", "Opens the account with this money chosen."),
    ),
    "reopened": (
        Way("collect", "Collect it now", "Opens Collect for this patient.", recommended=True),
        Way("write_off", "Write it off", "Opens the write-off of this charge. Nothing changes before you confirm."),
        Way("resolve:left_owed", "Leave it as a balance", "The visit keeps owing it. Your name is kept with that."),
    ),
    "taken_back": (
        Way("collect", "Collect it again", "Opens Collect for this patient.", recommended=True),
        Way("write_off", "Write it off", "Opens the write-off of this charge. Nothing changes before you confirm."),
        Way("resolve:left_owed", "Leave it as a balance", "The visit keeps owing it. Your name is kept with that."),
    ),
    "dispute_lost": (
        Way(
            "dispute",
            "Say what becomes of it",
            "The patient owes it again, or the practice bears it. Nothing changes before you confirm.",
            recommended=True,
        ),
        Way("ledger", "Look at the account", "Opens the ledger of this patient."),
    ),
    "dispute_unposted": (
        Way("collect", "Collect it another way", "Opens Collect for this patient.", recommended=True),
        Way("resolve:left_owed", "Leave it as a balance", "The visits keep owing it. Your name is kept with that."),
        Way("ledger", "Look at the account", "Opens the ledger of this patient."),
    ),
    "insurer_paid": (
        Way(
            "resolve:kept",
            "Keep it as credit",
            "It lies on the account for the next visit. No money moves.",
            recommended=True,
        ),
        Way("give_back", "Refund it", "Opens the refund. Nothing goes back before you confirm."),
        Way("move", "Move it to another visit", "Opens the account with this money chosen."),
    ),
    **dict.fromkeys(("refund_returned", "void_returned"), _RETURNED),
    "over_refunded": (
        Way(
            "resolve:recovered",
            "It came back, in cash",
            "Counts in this drawer now. Say who brought it.",
            recommended=True,
        ),
        Way("resolve:set_against", "Take it from other credit", "Uses free credit of this patient. A manager decides."),
        Way("resolve:borne", "The practice bears it", "Booked as a loss, with your reason. A manager decides."),
    ),
    "money_out": (
        Way("wait", "Wait for its payment", "It counts by itself once that payment arrives.", recommended=True),
        Way("resolve:recovered", "It came back, in cash", "Counts in this drawer now. Say who brought it."),
        Way("resolve:borne", "The practice bears it", "Booked as a loss, with your reason. A manager decides."),
    ),
    "money_in": (
        Way("resolve:given_back", "Hand it back, in cash", "Leaves this drawer now. Say to whom.", recommended=True),
        Way("resolve:borne", "The practice keeps it", "Booked apart, with your reason. A manager decides."),
        Way("wait", "Decide later", "It stays here, and in the books."),
    ),
    "in_use": (
        Way(
            "wait",
            "Wait, or take another way to pay",
            "It is free here as soon as the other desk is done.",
            recommended=True,
        ),
        Way("resolve:free", "Free it now", "What that desk spends of it later is judged anew. A manager decides."),
    ),
    "not_known": (
        Way("wait", "Wait for its payment", "It counts by itself once that payment arrives.", recommended=True),
        Way("resolve:seen", "It needs nothing more", "Your name and reason are kept; the log keeps the change."),
    ),
    "not_merged": (
        Way(
            "ledger",
            "Look at the account",
            "It names the record it goes by; merge or take apart there.",
            recommended=True,
        ),
        Way("resolve:seen", "It is right as it is", "Your name and reason are kept; nothing changes."),
        Way("wait", "Decide later", "It stays here."),
    ),
    "backup_old": (
        Way("backups", "Open Settings, Backup", "Back up now, or see why it did not work.", recommended=True),
        Way("wait", "Later today", "It stays here until there is a newer backup."),
    ),
    "answers_refused": (
        Way(
            "import",
            "Open Settings, Import",
            "Read a file of \u201crefused\u201d there to see why it was not taken.",
            recommended=True,
        ),
        Way("wait", "Later today", "It stays here until no file is left; moved back they are read again."),
    ),
    "disk_full": (
        Way(
            "wait",
            "Free some space on this disk",
            "This item is gone when Copaydesk starts again with room enough.",
            recommended=True,
        ),
        Way("backups", "Back up first", "To a folder on another disk, under Settings, Backup."),
    ),
    "books_wrong": (
        Way(
            "wait",
            "Stop taking payments here and call support",
            "Other desks go on. What this desk took is kept.",
            recommended=True,
        ),
        Way("backups", "Back up first", "What is there is copied and kept as suspect, for your support to look at."),
    ),
}
"""What may be done, by kind. Everything else is looked at in the ledger and closed by a person."""

OTHERWISE: tuple[Way, ...] = (
    Way("ledger", "Look at the account", "Opens the ledger of this patient.", recommended=True),
    Way("close", "Close this", "A manager knows of it. Its history stays in the log."),
)

KINDS: dict[str, Kind] = {
    "unknown_payment": Kind("hourglass", "bad", ("Do not charge again yet", "bad", "hourglass")),
    "unknown_void": Kind("hourglass", "bad", ("Not known yet", "bad", "hourglass")),
    "unknown_refund": Kind("hourglass", "bad", ("Not known yet", "bad", "hourglass")),
    "doubted_payment": Kind("hourglass", "warn", ("Do not charge again yet", "warn", "hourglass")),
    "doubted_void": Kind("hourglass", "warn", ("Not known yet", "warn", "hourglass")),
    "doubted_refund": Kind("hourglass", "warn", ("Not known yet", "warn", "hourglass")),
    "refund_waiting": Kind("undo-2", "warn", ("Choose one", "warn", "undo-2")),
    "refused": Kind("arrow-left-right", "warn", ("Choose one", "warn", "arrow-left-right")),
    "not_done": Kind("arrow-left-right", "warn", ("Look at it", "warn", "arrow-left-right")),
    "reduced": Kind("arrow-left-right", "warn", ("Choose one", "warn", "arrow-left-right")),
    "over_refunded": Kind("triangle-alert", "bad", ("Needs a manager", "bad", "triangle-alert")),
    "money_in": Kind("triangle-alert", "warn", ("Choose one", "warn", "triangle-alert")),
    "money_out": Kind("triangle-alert", "warn", ("Choose one", "warn", "triangle-alert")),
    "credit_used": Kind("arrow-left-right", "warn", ("Choose one", "warn", "arrow-left-right")),
    "paid_over": Kind("arrow-left-right", "warn", ("Choose one", "warn", "arrow-left-right")),
    "paid_twice": Kind("users", "warn", ("Choose one", "warn", "arrow-left-right")),
    "taken_back": Kind("undo-2", "warn", ("Choose one", "warn", "arrow-left-right")),
    "dispute_lost": Kind("undo-2", "warn", ("Choose one", "warn", "arrow-left-right")),
    "dispute_unposted": Kind("undo-2", "warn", ("Choose one", "warn", "arrow-left-right")),
    "refund_returned": Kind("undo-2", "bad", ("The patient has not got it", "bad", "undo-2")),
    "void_returned": Kind("undo-2", "bad", ("The patient has not got it", "bad", "undo-2")),
    "reopened": Kind("undo-2", "warn", ("Choose one", "warn", "arrow-left-right")),
    "insurer_paid": Kind("arrow-left-right", "warn", ("Choose one", "warn", "arrow-left-right")),
    "in_use": Kind("lock", "neutral", ("Choose one", "neutral", "lock")),
    "not_known": Kind("circle-question-mark", "warn", ("Choose one", "warn", "circle-question-mark")),
    "not_merged": Kind("users", "warn", ("Choose one", "warn", "users"), money=False),
    "plan_late": Kind("calendar-clock", "warn", ("Late", "warn", "calendar-clock")),
    "visit_fallen": Kind("calendar-clock", "warn", ("Choose one", "warn", "arrow-left-right")),
    "excepted": Kind("triangle-alert", "warn", ("Needs a manager", "warn", "triangle-alert")),
    "quarantined": Kind("triangle-alert", "warn", ("Needs a manager", "warn", "triangle-alert")),
    "books_wrong": Kind("shield-alert", "bad", ("Stop and call support", "bad", "shield-alert")),
    "disk_full": Kind("triangle-alert", "bad", ("Free space today", "bad", "triangle-alert"), money=False),
    "backup_old": Kind("shield-alert", "warn", ("Back up now", "warn", "download"), money=False),
    "answers_refused": Kind("shield-alert", "neutral", ("Look at it", "neutral", "shield-alert"), money=False),
    "message_failed": Kind("mail", "neutral", ("Choose one", "neutral", "mail"), money=False),
    "unsigned": Kind("pen-line", "neutral", ("Choose one", "neutral", "pen-line"), money=False),
    "print_unknown": Kind("printer", "neutral", ("Choose one", "neutral", "printer"), money=False),
    "elsewhere": Kind("monitor", "neutral", ("Look at it", "neutral", "monitor"), money=False),
}


OWES = frozenset({"credit_used", "reopened", "taken_back", "refused", "reduced"})
"""Kinds after which a visit owes again."""
SEEN: dict[str, tuple[str, str]] = {
    "unknown_void": ("The payment was voided", "The payment stands"),
    "unknown_refund": ("The money went back", "Nothing went back"),
}
"""What a person may have seen, where it is not about a charge: that it happened, and that it did not."""
DONE = {"unknown_void": "voided", "unknown_refund": "given back"}

ASK_FIRST = 2
"""So often the reader is asked before a person may decide."""


def sort_of(item: AttentionItem) -> str:
    """Its kind, a void in doubt apart from a payment in doubt."""
    return "unknown_void" if item.kind == "unknown_payment" and item.facts.get("void") else item.kind


def kind_of(item: AttentionItem) -> Kind:
    """How this item looks."""
    return KINDS.get(sort_of(item), KINDS["excepted"])


def ordered(items: tuple[AttentionItem, ...]) -> tuple[AttentionItem, ...]:
    """Money first, what is not known before everything else; within that the oldest first."""
    kinds = list(KINDS)
    return tuple(sorted(items, key=lambda item: (
        not kind_of(item).money, kinds.index(sort_of(item)) if sort_of(item) in kinds else len(kinds), item.at,
    )))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What a person says they saw: charged or not (None: not said yet), and where. `words` name the two."""

    charged: bool | None = None
    reason: str = ""
    error: str = ""
    words: tuple[str, str] = ("The card was charged", "Nothing was charged")


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the list; `section` is the heading it stands under."""

    item_id: str
    icon: str
    meaning: str
    title: str
    subtitle: str
    amount: str
    time: str
    section: str


@dataclass(frozen=True, slots=True)
class Fate:
    """One line of what happened: icon, its colour, words, when; `strong` for what matters."""

    icon: str
    ink: str
    words: str
    when: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """The selected item in full. `message` is what the patient may be told of it (`balance:` and the charge)."""

    item: AttentionItem
    title: str
    who: str
    pill: Look
    amount: str
    text: str
    history: tuple[Fate, ...]
    ways: tuple[Way, ...]
    chosen: int
    apply_text: str
    known: Known | None
    can_check: bool
    checking: bool
    sides: tuple[Side, ...] = ()
    why: Known | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class RecordDetail:
    """One record of Waiting or Solved in full; `facts` are its lines (label, value)."""

    title: str
    who: str
    pill: Look
    amount: str
    text: str
    facts: tuple[tuple[str, str], ...]
    patient_id: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """Which lines of a long list are shown, and whether there are some before and after."""

    words: str
    has_before: bool
    has_after: bool


OPEN, WAITING, SOLVED = "open", "waiting", "solved"
TABS = ((OPEN, "Open"), (WAITING, "Waiting"), (SOLVED, "Solved"))
"""The three lists."""
SECTIONS = {True: "Money first", False: "Then these"}
"""The headings of what is open, by whether money is in question."""


@dataclass(frozen=True, slots=True)
class AttentionState:
    """All of Needs attention: the list `tab` with its rows, and `detail` (of what is open) or `record` (of the other
    two). `counts` are those of the tabs; `empty` are the words where nothing is listed; `pages` tells where not
    everything is. `loaded` is False before the first answer."""

    tab: str = OPEN
    counts: dict[str, int] = field(default_factory=dict)
    record: RecordDetail | None = None
    pages: Pages | None = None
    empty: tuple[str, str] = ("", "")
    rows: tuple[Row, ...] = ()
    head: str = ""
    selected: str = ""
    detail: Detail | None = None
    loaded: bool = False
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Looking:
    """What the clerk is doing: which item, which way (from 0), and what they say they saw."""

    item_id: str = ""
    chosen: int = 0
    known: Known | None = None


def attention_state(
    items: tuple[AttentionItem, ...],
    looking: Looking,
    *,
    say: Say,
    now: datetime,
    checked: Callable[[str], Checked | None],
    notice: Notice | None = None,
    counts: dict[str, int] | None = None,
) -> AttentionState:
    """All of the page while what is open is shown. `counts` are those of the other lists."""
    found = ordered(items)
    chosen = next((item for item in found if item.item_id == looking.item_id), found[0] if found else None)
    return AttentionState(
        counts={**(counts or {}), OPEN: len(found)},
        empty=("All clear. Nothing needs you.", "New items appear here by themselves."),
        rows=tuple(_row(item, say, now) for item in found),
        head=_head(found, now),
        selected=chosen.item_id if chosen else "",
        detail=_detail(chosen, looking, say, now, checked(chosen.item_id)) if chosen else None,
        loaded=True,
        notice=notice,
    )


def _head(items: tuple[AttentionItem, ...], now: datetime) -> str:
    if not items:
        return ""
    oldest = min(item.at for item in items)
    return f"{len(items)} open, oldest from {when_text(oldest, now)}"


def when_text(moment: datetime, now: datetime) -> str:
    """The time of a moment of today, with the day of another one."""
    at = time_text(moment)
    return at if moment.date() == now.date() else f"{day_text(moment.date(), now.date())}, {at}"


def _row(item: AttentionItem, say: Say, now: datetime) -> Row:
    kind = kind_of(item)
    words = say(item.words, item.facts)
    who = item.patient.name if item.patient else ""
    return Row(item.item_id, kind.icon, kind.meaning, words.title, who or words.body,
               show_cents(item.amount_cents) if item.amount_cents else "", when_text(item.at, now),
               SECTIONS[kind.money])  # fmt: skip


def ways_of(item: AttentionItem, checked: Checked | None) -> tuple[Way, ...]:
    """What may be done with this item now. A person may say what happened only after two questions without answer."""
    asked = max(checked.failed if checked else 0, _asked_before(item))
    ways = WAYS.get(sort_of(item), OTHERWISE)
    if item.patient is None:
        ways = tuple(way for way in ways if way.act not in {"collect", "ledger"})
    return tuple(
        Way(way.act, way.title, NOT_KNOWN_YET, enabled=False) if way.act == "known" and asked < ASK_FIRST else way
        for way in ways
    )


def _asked_before(item: AttentionItem) -> int:
    asked = item.facts.get("asked", 0)
    return asked if isinstance(asked, int) else 0


def _detail(
    item: AttentionItem, looking: Looking, say: Say, now: datetime, checked: Checked | None
) -> Detail:  # fmt: skip
    kind, words = kind_of(item), say(item.words, item.facts)
    ways = ways_of(item, checked)
    chosen = looking.chosen if looking.item_id == item.item_id and looking.chosen < len(ways) else 0
    mine = looking.known if looking.item_id == item.item_id and ways[chosen].act == "known" else None
    asked = replace(mine or Known(), words=SEEN.get(sort_of(item), Known().words))
    number = str(item.facts.get("number") or "")
    who = [item.patient.name, identity_text(item.patient)] if item.patient else []
    unknown = item.kind.startswith("unknown")
    return Detail(
        item=item,
        title=words.title,
        who=" · ".join(part for part in (*who, number) if part),
        pill=kind.pill,
        amount=show_cents(item.amount_cents) if item.amount_cents else "",
        text=" ".join(part for part in (words.body, words.action) if part),
        history=_history(item, checked, now) if unknown else (),
        ways=ways,
        chosen=chosen,
        apply_text=_apply_text(ways[chosen], chosen, mine, item),
        known=asked if ways[chosen].act == "known" else None,
        can_check=unknown,
        checking=unknown and checked is not None and checked.next_in_s is None,
        sides=item.sides,
        why=_why(ways[chosen], looking, item),
        message=_message(item),
    )


def _message(item: AttentionItem) -> str:
    """A visit owes again what the patient believes is paid: they may be told."""
    charge_id = item.facts.get("charge_id") or ""
    return f"balance:{charge_id}" if item.kind in OWES and item.patient is not None and charge_id else ""


def _why(way: Way, looking: Looking, item: AttentionItem) -> Known | None:
    """What was typed as the reason, where the chosen way asks for one."""
    if way.act.removeprefix("resolve:") not in WITH_REASON:
        return None
    return (looking.known if looking.item_id == item.item_id else None) or Known()


def _apply_text(way: Way, chosen: int, known: Known | None, item: AttentionItem) -> str:
    if way.act == "known":
        amount = show_cents(item.amount_cents)
        if known is not None and known.charged is not None:
            done = DONE.get(sort_of(item), "charged")
            return f"Record {amount} as {done}" if known.charged else f"Record {amount} as not {done}"
        return "Record what happened"
    return f"Apply choice {chosen + 1}"


def _history(item: AttentionItem, checked: Checked | None, now: datetime) -> tuple[Fate, ...]:
    sent = Fate("circle-check", "ok_text", "Sent to the reader", _second(item.at, now))
    lost = Fate("circle-question-mark", "warn_text", "No answer reached this desk", "", strong=True)
    if checked is None:
        return sent, lost
    asked = []
    failed = max(checked.failed, _asked_before(item))
    if failed:
        times = "once" if failed == 1 else f"{failed} times"
        last = _second(checked.last_at, now) if checked.last_at else ""
        asked = [Fate("circle-x", "bad_text", f"Asked {times}, no answer", last)]
    soon = "asking now" if checked.next_in_s is None else f"next try in {checked.next_in_s} s"
    return sent, lost, *asked, Fate("refresh-cw", "info_text", "Asking the reader by itself", soon, strong=True)


def _second(moment: datetime, now: datetime) -> str:
    at = second_text(moment)
    return at if moment.date() == now.date() else f"{day_text(moment.date(), now.date())}, {at}"
