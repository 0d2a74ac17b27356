"""Decides what Needs attention shows, and does what the clerk chose: nothing is solved by closing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from app.attention_lists import PAGE, RecordPage
from app.lanes import Job, Lane
from app.refund_views import Refunded, RefundEnd
from app.tasks import NEEDS, WITH_REASON
from app.views import AttentionItem, Collected, CollectEnd, Person
from models.basics.money import show_cents
from models.rules.rights import Right
from widgets.attention.checking import Checker
from widgets.attention.records import records_state
from widgets.attention.state import (
    OPEN,
    SOLVED,
    TABS,
    WAITING,
    AttentionState,
    Known,
    Looking,
    attention_state,
)
from widgets.attention.view import AttentionPage
from widgets.bridge import Bridge
from widgets.common.banner import Notices
from widgets.common.speech import Notice, Speech
from widgets.refund.ended import ended_words
from widgets.session import Session

if TYPE_CHECKING:
    from app.attention import Attention
    from app.attention_lists import AttentionLists
    from app.printing import Printing
    from app.recovery import Recovery
    from app.refunds import Refunds
    from app.visits import Visits


@dataclass(frozen=True, slots=True)
class Doors:
    """Where Needs attention leads: Collect for a patient (and visit), a ledger, money of a visit in the ledger with an
    act begun (`move:` or `refund:` and the payment), back to where it was opened, a page of Settings; `lend` asks for
    the PIN of somebody who lends a right for what is about to be done, `message` how something shall go to a patient
    (patient, paper, what to call with words), `sync`: the hub is asked now (None at a desk without one)."""

    collect: Callable[[str, str], None]
    ledger: Callable[[str], None]
    money: Callable[[str, str, str], None]
    back: Callable[[], None]
    settings: Callable[[str], None]
    lend: Callable[[Right, str, Callable[[Person], None]], None]
    message: Callable[[str, str, Callable[[str], None]], None]
    sync: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Stories:
    """What may be done with an item."""

    attention: Attention
    lists: AttentionLists
    recovery: Recovery
    printing: Printing
    visits: Visits
    refunds: Callable[[], Refunds]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read at once: what is open, how many wait and were solved, and a page of the list `tab`."""

    tab: str
    items: tuple[AttentionItem, ...]
    counts: tuple[int, int]
    page: RecordPage


SETTLED_WORDS: dict[CollectEnd, str] = {
    CollectEnd.TAKEN: "It went through. The payment is recorded.",
    CollectEnd.PARTLY: "Part of it went through. That part is recorded.",
}
NOT_CHARGED = "Nothing was charged. The payment may be taken now."
REFUND_WENT, REFUND_FELL = "It went back. The refund is recorded.", "Nothing went back. The money lies where it lay."


class AttentionPresenter(QObject):
    """One Needs attention page."""

    def __init__(
        self,
        view: AttentionPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        stories: Stories,
        checker: Checker,
        session: Session,
        notices: Notices,
        speech: Speech,
        now: Callable[[], datetime],
        doors: Doors,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes = view, bridge, lanes
        self._stories, self._checker, self._session = stories, checker, session
        self._notices, self._speech, self._now, self._doors = notices, speech, now, doors
        self._items: tuple[AttentionItem, ...] | None = None
        self._tab, self._page, self._record_id = OPEN, RecordPage(), ""
        self._counts: dict[str, int] = {}
        self._looking = Looking()
        self._notice: Notice | None = None
        self._round = 0
        self._state = AttentionState()
        view.tabs.offer([key for key, _words in TABS if key != WAITING or doors.sync is not None])
        view.tab_chosen.connect(self._choose_tab)
        view.page_moved.connect(self._move_page)
        view.row_chosen.connect(self._choose_row)
        view.way_chosen.connect(self._choose_way)
        view.applied.connect(self._apply)
        view.check_pressed.connect(self._check)
        view.known_told.connect(self._tell_known)
        view.known_reasoned.connect(self._reason)
        view.ledger_pressed.connect(self._ledger)
        view.message_pressed.connect(self._message)
        view.back_pressed.connect(doors.back)
        view.retry_pressed.connect(self.refresh)
        checker.changed.connect(self._checking_changed)
        checker.settled.connect(self._settled)

    @property
    def state(self) -> AttentionState:
        """What the page shows now."""
        return self._state

    def open(self, item_id: str = "") -> None:
        """Show what is open, `item_id` in detail if it is among it."""
        if item_id:
            self._looking = Looking(item_id)
            self._tab = OPEN
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read again what is listed; what was chosen stays chosen."""
        self._ask(self._tab, self._page.first)

    def _ask(self, tab: str, first: int) -> None:
        self._round += 1
        asked, stories = self._round, self._stories

        def read(_job: Job[Read]) -> Read:
            page = {WAITING: stories.lists.waiting, SOLVED: stories.lists.solved}.get(tab)
            return Read(tab, stories.attention.items(), stories.lists.counts(), page(first) if page else RecordPage())

        self._bridge.start(
            self._lanes["reads"], read, owner=self, done=lambda found: self._arrived(asked, found), failed=self._failed
        )  # fmt: skip

    def _arrived(self, asked: int, found: Read) -> None:
        if asked != self._round:
            return
        self._items, self._notice, items = found.items, None, found.items
        self._tab, self._page = found.tab, found.page
        self._counts = dict(zip((WAITING, SOLVED), found.counts, strict=True))
        self._checker.follow_only({item.item_id for item in items if item.kind.startswith("unknown_")})
        self._draw()

    def _failed(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()

    def _draw(self) -> None:
        if self._items is None:
            self._state = AttentionState(notice=self._notice)
        elif self._tab != OPEN:
            self._state = records_state(
                self._tab, self._page, self._record_id, {**self._counts, OPEN: len(self._items)},
                say=self._speech.key, now=self._now(), notice=self._notice,
            )  # fmt: skip
            self._record_id = self._state.selected
        else:
            self._state = attention_state(
                self._items, self._looking, say=self._speech.key, now=self._now(), checked=self._checker.checked,
                notice=self._notice, counts=self._counts,
            )  # fmt: skip
            if self._state.selected != self._looking.item_id:  # what was chosen and said was about another one
                self._looking = Looking(self._state.selected)
        self._view.draw(self._state)

    # What the clerk did -----------------------------------------------------------------------------------------

    @Slot(str)
    def _choose_tab(self, tab: str) -> None:
        if tab != WAITING or self._doors.sync is not None:
            self._record_id = ""
            self._ask(tab, 0)

    @Slot(int)
    def _move_page(self, step: int) -> None:
        self._record_id = ""
        self._ask(self._tab, max(0, self._page.first + step * PAGE))

    @Slot(str)
    def _choose_row(self, item_id: str) -> None:
        if self._tab != OPEN:
            self._record_id = item_id
            self._draw()
        elif item_id != self._looking.item_id:
            self._looking = Looking(item_id)
            self._draw()

    @Slot(int)
    def _choose_way(self, number: int) -> None:
        detail = self._state.detail
        if detail is not None and number < len(detail.ways) and detail.ways[number].enabled:
            known = Known() if detail.ways[number].act == "known" else None
            self._looking = replace(self._looking, chosen=number, known=self._looking.known or known)
            self._draw()

    @Slot(bool)
    def _tell_known(self, charged: bool) -> None:
        self._looking = replace(self._looking, known=replace(self._looking.known or Known(), charged=charged, error=""))
        self._draw()

    @Slot(str)
    def _reason(self, text: str) -> None:
        self._looking = replace(self._looking, known=replace(self._looking.known or Known(), reason=text, error=""))
        self._draw()

    @Slot()
    def _ledger(self) -> None:
        record, item = self._state.record, self._item()
        if record is not None and record.patient_id:
            self._doors.ledger(record.patient_id)
        elif item is not None and item.patient is not None:
            self._doors.ledger(item.patient.patient_id)

    @Slot()
    def _check(self) -> None:
        item = self._item()
        if item is not None and self._state.detail is not None and self._state.detail.can_check:
            self._checker.check_now(item.item_id)

    @Slot()
    def _apply(self) -> None:
        if self._tab == WAITING and self._doors.sync is not None:
            self._doors.sync()
            return
        if self._tab == SOLVED:
            self._ledger()
            return
        detail = self._state.detail
        if detail is None or not detail.ways[detail.chosen].enabled:
            return
        acts: dict[str, Callable[[AttentionItem], None]] = {
            "wait": lambda _item: self._doors.back(),
            "collect": self._collect,
            "ledger": lambda _item: self._ledger(),
            "known": self._resolve,
            "close": self._close,
            "reprint": self._reprint,
            "hand_out": self._hand_out,
            "give_up": self._give_up,
            "move": lambda item: self._about_money(item, "move"),
            "give_back": lambda item: self._about_money(item, "refund"),
            "plan": self._open_plan,
            "write_off": self._write_off,
            "dispute": self._end_dispute,
            "keep": self._keep,
            "send": self._send,
            "backups": lambda _item: self._doors.settings("backup"),
            "import": lambda _item: self._doors.settings("import"),
        }
        act, _, how = detail.ways[detail.chosen].act.partition(":")
        if how:
            self._resolve_task(detail.item, how)
        else:
            acts[act](detail.item)

    def _collect(self, item: AttentionItem) -> None:
        if item.patient is not None:
            self._doors.collect(item.patient.patient_id, str(item.facts.get("appointment_id") or ""))

    def _open_plan(self, item: AttentionItem) -> None:
        if item.patient is not None:
            self._doors.money(item.patient.patient_id, "", f"plan:{item.facts['plan_id']}")

    def _about_money(self, item: AttentionItem, act: str) -> None:
        """What waits for a visit that fell out: go on in the ledger, with the act begun."""
        if item.patient is not None:
            visit_id, payment_id = str(item.facts.get("appointment_id") or ""), str(item.facts.get("payment_id") or "")
            self._doors.money(item.patient.patient_id, visit_id, f"{act}:{payment_id}")

    def _send(self, item: AttentionItem) -> None:
        """A message that failed: go on in the ledger, with the dialog open."""
        if item.patient is not None:
            self._doors.money(item.patient.patient_id, "", f"send:{item.item_id}")

    def _write_off(self, item: AttentionItem) -> None:
        if item.patient is not None:
            visit_id, charge_id = str(item.facts.get("appointment_id") or ""), str(item.facts.get("charge_id") or "")
            self._doors.money(item.patient.patient_id, visit_id, f"adjust:{charge_id}")

    def _end_dispute(self, item: AttentionItem) -> None:
        """A dispute that was lost: go on in the ledger, with its end begun."""
        if item.patient is not None:
            about = f"{item.facts['payment_id']} {item.facts['dispute_id']}"
            self._doors.money(item.patient.patient_id, "", f"dispute:{about}")

    def _resolve_task(self, item: AttentionItem, how: str) -> None:
        """A person's word on a task, with the reason where it asks for one."""
        known = self._looking.known or Known()
        if how in WITH_REASON and not known.reason.strip():
            self._looking = replace(self._looking, known=replace(known, error="Say why, in a few words."))
            self._draw()
            return
        person, reason = self._session.acting, known.reason.strip() if how in WITH_REASON else ""
        resolve = self._stories.attention.resolve
        self._with_right(NEEDS.get(how), item, lambda lender: self._act(
            "store", lambda _job: resolve(item.item_id, how, reason, person, lender)
        ))  # fmt: skip

    def _with_right(self, right: Right | None, item: AttentionItem, then: Callable[[Person | None], None]) -> None:
        """Go on at once, or with the PIN of somebody who lends the right."""
        detail = self._state.detail
        if right is None or right in self._session.acting.rights or detail is None:
            then(None)
            return
        amount = show_cents(item.amount_cents) if item.amount_cents else ""
        whose = item.patient.name if item.patient else ""
        about = ", ".join(part for part in (amount, whose) if part)
        title = detail.ways[detail.chosen].title
        self._doors.lend(right, f"{title}: {about}." if about else f"{title}.", then)

    @Slot()
    def _message(self) -> None:
        detail = self._state.detail
        if detail is not None and detail.message and detail.item.patient is not None:
            self._doors.message(detail.item.patient.patient_id, detail.message, self._said)

    def _said(self, words: str) -> None:
        self._notices.show(words, "info")
        self._view.announce(words)

    def _keep(self, item: AttentionItem) -> None:
        visit_id, seen, person = str(item.facts.get("appointment_id") or ""), item.amount_cents, self._session.acting
        keep = self._stories.visits.keep_as_credit
        self._with_right(Right.PAYMENTS, item, lambda lender: self._act(
            "store", lambda _job: keep(visit_id, seen, person, lender)
        ))  # fmt: skip

    def _close(self, item: AttentionItem) -> None:
        person = self._session.acting
        self._act("store", lambda _job: self._stories.attention.close(item.item_id, person))

    def _reprint(self, item: AttentionItem) -> None:
        person, payment_id = self._session.acting, str(item.facts.get("payment_id") or "")

        def again(_job: Job[Any]) -> None:
            self._stories.printing.reprint(payment_id, person)
            self._stories.attention.close(item.item_id, person)

        self._act("store", again)

    def _hand_out(self, item: AttentionItem) -> None:
        """A refund that was begun: the money leaves now."""
        person, story = self._session.acting, self._stories.refunds()
        lane = story.lane_for(str(item.facts.get("tender") or ""))

        def told(ended: Refunded) -> None:
            self._notices.show(ended_words(ended), "ok" if ended.end is RefundEnd.PAID else "warn")
            self.refresh()

        self._bridge.start(
            self._lanes[lane], lambda job: story.finish(item.item_id, person, job), owner=self, done=told,
            failed=self._failed,
        )  # fmt: skip

    def _give_up(self, item: AttentionItem) -> None:
        person, story = self._session.acting, self._stories.refunds()
        self._act("store", lambda _job: story.give_up(item.item_id, person))

    def _resolve(self, item: AttentionItem) -> None:
        known = self._looking.known or Known()
        missing = "Say whether the card was charged." if known.charged is None else ""
        if not missing and not known.reason.strip():
            missing = "Say where you saw it."
        if missing:
            self._looking = replace(self._looking, known=replace(known, error=missing))
            self._draw()
            return
        person, charged = self._session.acting, bool(known.charged)
        self._bridge.start(
            self._lanes["store"],
            lambda _job: self._stories.recovery.resolve_by_person(
                item.item_id, person, charged, known.reason.strip()
            ),
            owner=self,
            done=lambda found: self._settled(item.item_id, found),
            failed=self._failed,
        )  # fmt: skip

    def _act(self, lane: str, work: Callable[[Job[Any]], object]) -> None:
        self._bridge.start(
            self._lanes[lane], work, owner=self, done=lambda _nothing: self.refresh(), failed=self._failed
        )  # fmt: skip

    def _item(self) -> AttentionItem | None:
        return self._state.detail.item if self._state.detail else None

    # Asking by itself -------------------------------------------------------------------------------------------

    @Slot(str)
    def _checking_changed(self, attempt_id: str) -> None:
        if self._items is not None and attempt_id == self._looking.item_id and self._view.isVisible():
            self._draw()

    @Slot(str, object)
    def _settled(self, attempt_id: str, found: Collected) -> None:
        self._checker.forget(attempt_id)
        words = SETTLED_WORDS.get(found.end, NOT_CHARGED)
        if found.facts.get("refund_id"):
            words = REFUND_WENT if found.end is CollectEnd.TAKEN else REFUND_FELL
        if self._view.isVisible():
            self._notices.show(words, "ok" if found.end in SETTLED_WORDS else "info")
            self._view.announce(words)
        if self._items is not None:
            self.refresh()
