"""What the desk says of one-time links: how each stands, what a new one would ask, rows of a list. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.link_views import PAGE, LinkAddress, LinkLine, LinkOffer, LinksAsk, LinksPage
from app.message_lines import MessageLine
from app.messages import Way
from app.request_views import PaymentDetail
from models.basics.clock import parse_utc
from models.basics.money import show_cents
from models.rules.links import Key, LinkState, LinkWhich
from models.rules.payment_status import Status
from widgets.common.cells import MoneyCell, PillCell, TableRow, WordsCell
from widgets.common.patient import short_identity_text
from widgets.common.pill import Look
from widgets.common.speech import Notice, Speech
from widgets.common.table import Column
from widgets.common.when import count_text, day_text, time_text

LOOKS: Final[dict[LinkState, Look]] = {
    LinkState.OPEN: ("Open", "info", "link"),
    LinkState.CHANGED: ("Amount changed", "warn", "triangle-alert"),
    LinkState.PAID: ("Paid", "ok", "check"),
    LinkState.PROCESSING: ("Bank asked", "info", "loader"),
    LinkState.SETTLED: ("Nothing owed", "neutral", "check"),
    LinkState.REVOKED: ("Taken back", "neutral", "undo-2"),
    LinkState.EXPIRED: ("Expired", "neutral", "clock"),
}
"""How each link stands, as a pill."""
SUBJECTS: Final = {"request": "Payment", "balance": "Balance", "visit": "Visit", "plan": "Payment plan"}
"""What a link is for."""
COLUMNS: Final = (
    Column("Made", 88), Column("Account", 150, 3), Column("For", 118, 1), Column("Asked", 96, right=True),
    Column("Status", 164, 1),
)  # fmt: skip
WHICH_WORDS: Final = {
    LinkWhich.ALL: "All links", LinkWhich.OPEN: "Can be paid", LinkWhich.PROCESSING: "Bank asked",
    LinkWhich.PAID: "Paid", LinkWhich.EXPIRED: "Expired", LinkWhich.REVOKED: "Taken back",
    LinkWhich.SETTLED: "Nothing owed",
}  # fmt: skip
"""Which links are shown, by how they stand."""
WAITS: Final = "waits for the line"
AWAY: Final = "The hub cannot be reached. The link is kept, and goes out by itself when the line is back."
_CHANNELS: Final = {"text": "Texted to", "email": "E-mailed to"}
_MESSAGES: Final = {"waiting": "on its way", "failed": "not sent"}


@dataclass(frozen=True, slots=True)
class LinkForm:
    """What stands in the form: `ways` as ticked, (channel, address as typed) each; `amount` as typed."""

    ways: tuple[tuple[str, str], ...] = ()
    amount: str = ""
    expires: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What the panel is about: one link (`link_id`), or the payment that was asked as `request_id` or came as
    `payment_id`. `can_make`: a new one can be sent; `unused` says why there needs none."""

    patient_id: str
    link_id: str = ""
    request_id: str = ""
    payment_id: str = ""
    can_make: bool = False
    unused: str = ""


def about(detail: PaymentDetail) -> About:
    """What the panel says of a payment."""
    came = detail.request_id and detail.payment_id
    return About(detail.patient.patient_id, request_id=detail.request_id, payment_id=detail.payment_id,
                 can_make=bool(detail.request_id) and detail.collectable and detail.status is not Status.DRAFT,
                 unused="Not used: paid another way" if came else "")  # fmt: skip


@dataclass(frozen=True, slots=True)
class PanelState:
    """A link as the panel shows it. `line` None: there is none (yet); `unused` then says why there needs none. `where`
    is its address, None while the hub is asked; `why_no_address` says why there is none now."""

    line: LinkLine | None = None
    where: LinkAddress | None = None
    why_no_address: str = ""
    unused: str = ""
    can_make: bool = False
    notice: Notice | None = None
    said: str = ""

    @property
    def address_words(self) -> str:
        """What stands where the address belongs."""
        if self.line is None:
            return self.unused or "No link was made yet"
        if not self.line.usable:
            return _over(self.line)
        return self.where.address if self.where else self.why_no_address or "Asking the hub…"


def _over(line: LinkLine) -> str:
    return {
        LinkState.PAID: f"Used: paid {show_cents(line.paid_cents)} with it",
        LinkState.PROCESSING: "The patient's bank was asked: it takes up to four business days",
        LinkState.SETTLED: "Not needed any more: nothing is owed here",
        LinkState.REVOKED: f"Taken back by {line.ended_by}" if line.ended_by else "Taken back",
        LinkState.EXPIRED: "Its time is over; a new one can be sent",
    }[line.state]


def panel_facts(line: LinkLine, today: date) -> dict[str, tuple[str, str]]:
    """Rows of the panel by name: (words, a line under them)."""
    changed = f"Made for {show_cents(line.amount_cents)}" if line.due_cents not in (0, line.amount_cents) else ""
    facts = {"asks": (show_cents(line.due_cents if line.usable else line.amount_cents), changed)}
    made = " · ".join(part for part in (f"made {day_text(line.issued_at.date(), today)}", line.issued_by) if part)
    facts["expires"] = (day_text(line.expires_on, today), made)
    facts["sent"] = sent_words(line)
    if line.ended_at is not None and line.state in (LinkState.PAID, LinkState.REVOKED):
        name = "Paid" if line.state is LinkState.PAID else "Taken back"
        when = f"{day_text(line.ended_at.date(), today)}, {time_text(line.ended_at)}"
        facts["ended"] = (f"{name} {when}", "" if line.posted or line.state is LinkState.REVOKED else "Not posted yet")
    if line.note:
        facts["note"] = (line.note, "")
    return facts


def sent_words(line: LinkLine) -> tuple[str, str]:
    """Where it went last, and how often; what became of it where it is not gone."""
    if not line.sent:
        return "Not sent: copied or shown as a code", WAITS if line.pending else ""
    first = line.sent[0]
    told = [_message(first), *([f"{count_text(len(line.sent), 'message', 'messages')} in all"]
                              if len(line.sent) > 1 else [])]  # fmt: skip
    return f"{_CHANNELS[first.channel]} {first.address}", " · ".join(part for part in told if part)


def _message(message: MessageLine) -> str:
    return WAITS if message.pending else _MESSAGES.get(message.state, "")


# The list ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LinksState:
    """Everything the list shows. `whose` names the patient it is narrowed to, `narrowed` says whether text or state
    leave links out; `before` and `after`: there is a page in that direction."""

    lines: tuple[LinkLine, ...] = ()
    rows: tuple[TableRow, ...] = ()
    whose: str = ""
    text: str = ""
    which: LinkWhich = LinkWhich.ALL
    foot: str = ""
    empty: tuple[str, str] | None = None
    notice: Notice | None = None
    skeleton: bool = False
    narrowed: bool = False
    before: bool = False
    after: bool = False

    def line(self, key: str) -> LinkLine | None:
        """The link a row is about."""
        return next((line for line in self.lines if line.link_id == key), None)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the list is narrowed to, and where its pages begin: the last of `starts` is the one that is shown."""

    patient_id: str = ""
    text: str = ""
    which: LinkWhich = LinkWhich.ALL
    starts: tuple[Key | None, ...] = (None,)

    @property
    def narrowed(self) -> bool:
        """Are links left out that would be shown without text and state?"""
        return bool(self.text.strip()) or self.which is not LinkWhich.ALL

    def ask(self, after: Key | None, found: int = 0) -> LinksAsk:
        """What is missing of a page of which `found` links are there: from `after` on."""
        return LinksAsk(self.text, self.which, self.patient_id, after, PAGE - found)


def links_state(page: LinksPage, shown: Shown, today: date, notice: Notice | None = None) -> LinksState:
    """The list for what was read; `page` is not `full` while more is looked for."""
    rows = tuple(_row(line, today) for line in page.lines)
    return LinksState(
        page.lines, rows, page.whose, shown.text, shown.which, _foot(page, shown), _empty(page, shown), notice,
        narrowed=shown.narrowed, before=len(shown.starts) > 1, after=page.after is not None and page.full,
    )  # fmt: skip


def _foot(page: LinksPage, shown: Shown) -> str:
    """`51 to 100 of 23,410 links`; while it is looked for, how far back that has come."""
    if not page.full and page.after is not None:
        found = f"{count_text(len(page.lines), 'link', 'links')} so far. " if page.lines else ""
        return f"{found}Looking further back than {parse_utc(page.after[0]):%B %Y}…"
    if not page.lines:
        return ""
    first = (len(shown.starts) - 1) * PAGE + 1
    last = first + len(page.lines) - 1
    if page.total is not None:
        return f"{first:,} to {last:,} of {count_text(page.total, 'link', 'links')}"
    return f"{first:,} to {last:,}" if page.after is not None else f"{first:,} to {last:,}, no more"


def _empty(page: LinksPage, shown: Shown) -> tuple[str, str] | None:
    if page.lines or not page.full:
        return None
    if shown.narrowed or len(shown.starts) > 1:
        return ("No link matches", "Clear the filters (Esc).")
    return ("No payment links", "Collect sends one with F9, a ledger with Alt+J, a payment from its page.")


def _row(line: LinkLine, today: date) -> TableRow:
    ink = "text" if line.usable else "text2"
    sums = MoneyCell(line.due_cents or line.amount_cents, "table_strong" if line.usable else "table", ink)
    cells = (
        WordsCell(day_text(line.issued_at.date(), today), time_text(line.issued_at), "table", ink),
        WordsCell(line.patient.name, short_identity_text(line.patient), "body_medium"),
        WordsCell(SUBJECTS.get(line.subject, line.subject), f"until {day_text(line.expires_on, today)}", "table", ink),
        sums,
        PillCell(LOOKS[line.state]),
    )
    return TableRow(line.link_id, cells)


# Making one -------------------------------------------------------------------------------------------------------


def first_ways(offer: LinkOffer) -> tuple[str, ...]:
    """The channels that are ticked first: the patient's own, else the first that has an address."""
    return first_channels(offer.text, offer.email, offer.preferred)


def first_channels(text: Way, email: Way, preferred: str) -> tuple[str, ...]:
    """As `first_ways`, for two ways."""
    usable = [way.channel for way in (text, email) if way.address and not way.why_not]
    return (preferred,) if preferred in usable else tuple(usable[:1])


def offer_words(offer: LinkOffer) -> str:
    """What is asked for, in a sentence."""
    owed = show_cents(offer.owed_cents)
    return {
        "plan": f"The patient reads the agreement on {owed}, accepts it and pays; of a plan in force, what is due.",
        "request": f"{owed} was asked for. The link takes all of it.",
    }.get(offer.subject, f"{owed} is owed. What is paid by the link goes there.")


def known_words(offer: LinkOffer, today: date) -> Notice | None:
    """That a link about the same can still be used."""
    if not offer.known:
        return None
    line = offer.known[0]
    return Notice(f"A link for {show_cents(line.due_cents)} is open until {day_text(line.expires_on, today)}",
                  "It stays open. Take it back if this one shall replace it.")  # fmt: skip


def verb(form: LinkForm, cents: int) -> str:
    """What Enter does."""
    return f"{'Send' if form.ways else 'Make'} link, {show_cents(cents)}" if cents else "Send link"


def made_words(line: LinkLine) -> str:
    """What is said once a link is made."""
    amount, name = show_cents(line.amount_cents), line.patient.name
    if not line.sent:
        return f"Link for {amount} made for {name}. Nothing is paid yet."
    where = " and ".join(dict.fromkeys(each.address for each in line.sent))
    return f"{amount} asked of {name} by link to {where}. Nothing is paid yet."


def why_no_address(error: Exception, speech: Speech) -> str:
    """Why the address cannot be shown now."""
    notice = speech.error(error)
    return f"{notice.title}. {notice.body}".strip()


def slip_words(state: str, reason: str, speech: Speech) -> str:
    """What became of a slip, in a line."""
    if state == "queued" and reason:
        return f"Slip waits: {speech.key(reason).title}"
    if state in ("not_printed", "unknown") and reason:
        return speech.key(reason).title
    return "Slip printed" if state == "printed" else "Printing the slip…"
