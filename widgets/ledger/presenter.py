"""Decides what the Ledger shows: keeps one account fresh, leads to every act on it, and shows and prints its papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer, Slot

from app.account_views import LedgerView
from app.accounts import LOG_LINES
from app.lanes import Lane
from widgets.bridge import Bridge
from widgets.common.slow import AFTER_MS
from widgets.common.speech import Notice, Speech
from widgets.ledger.acts import LedgerActs, Opener, Target
from widgets.ledger.filters import Filter
from widgets.ledger.offer import OWN_ACTS, Offer
from widgets.ledger.offers import offers_for
from widgets.ledger.state import LedgerState, Tab, Wanted, ledger_state
from widgets.ledger.view import WHOLE_FAMILY, LedgerPage
from widgets.session import Session

if TYPE_CHECKING:
    from app.accounts import Accounts
    from app.printing import Printing


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the Ledger leads: Collect for the patient (and a visit), another patient's ledger, the papers of an account
    (`<kind>:<id>`, to be printed at once or looked at), a new statement, and back."""

    collect: Callable[[str, str], None]
    back: Callable[[], None]
    paper: Callable[[str, bool, Callable[[str], None]], None]
    statement: Callable[[str, bool, Callable[[str], None]], None]


class LedgerPresenter(QObject):
    """One Ledger page, bound to one patient when it opens."""

    def __init__(
        self,
        view: LedgerPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        accounts: Accounts,
        printing: Printing,
        session: Session,
        speech: Speech,
        today: Callable[[], date],
        doors: Doors,
        acts: LedgerActs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes = view, bridge, lanes
        self._accounts, self._printing, self._session = accounts, printing, session
        self._speech, self._today, self._doors, self._acts = speech, today, doors, acts
        self._patient_id = ""
        self._whole_family = False
        self._log_length = LOG_LINES
        self._known: LedgerView | None = None
        self._wanted = Wanted()
        self._notice: Notice | None = None
        self._said = ""
        self._then: Offer | None = None
        self._round = 0
        self._state = LedgerState()
        self._slow = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._slow.timeout.connect(self._draw)
        for act, action in view.page_actions.items():
            action.setVisible(self._opener(act) is not None)
        self._connect()

    def _connect(self) -> None:
        view = self._view
        view.tab_chosen.connect(lambda tab: self._want(tab=Tab(tab)))
        view.row_chosen.connect(self._follow_row)
        view.fold_wanted.connect(self._fold)
        view.tick_wanted.connect(self._tick)
        view.filter_chosen.connect(lambda chosen: self._want(shown=chosen))
        view.filter_toggled.connect(self._toggle_filter)
        view.lot_picked.connect(lambda key: self._want(lot=key))
        view.offer_chosen.connect(self.take)
        view.key_pressed.connect(self._key)
        view.page_act.connect(self._page_act)
        view.menu_wanted.connect(self._menu)
        view.family_chosen.connect(self._choose_family)
        view.statement_pressed.connect(self._statement)
        view.collect_pressed.connect(self._collect)
        view.older_pressed.connect(self._older)
        view.back_pressed.connect(self._back)
        view.retry_pressed.connect(self.refresh)

    @property
    def state(self) -> LedgerState:
        """What the page shows now."""
        return self._state

    @property
    def patient_id(self) -> str:
        """Whose account it is; empty before the first."""
        return self._patient_id

    @property
    def patients(self) -> frozenset[str]:
        """Whose money is in view."""
        known = self._known
        family, records = (known.family, known.records) if known else ((), ())
        return frozenset({self._patient_id, *(each.patient.patient_id for each in family), *records})

    # Reading ------------------------------------------------------------------------------------------------------

    def open(self, patient_id: str) -> None:
        """Show the account of `patient_id`."""
        if patient_id != self._patient_id:
            self._known = None
        shown = self._wanted.shown
        self._patient_id, self._notice, self._said, self._then = patient_id, None, "", None
        self._whole_family, self._log_length = False, LOG_LINES
        self._wanted = Wanted(shown=Filter(simple=shown.simple, condensed=shown.condensed))
        self._view.hide_panel()
        self._draw()
        self._slow.start()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the account again; what is shown stays until then."""
        if not self._patient_id:
            return
        self._round += 1
        asked, patient_id, together, length = self._round, self._patient_id, self._whole_family, self._log_length
        self._bridge.start(
            self._lanes["reads"],
            lambda _job: self._accounts.ledger(patient_id, whole_family=together, log_length=length),
            owner=self,
            done=lambda view: self._arrived(asked, view),
            failed=lambda error: self._failed(asked, error),
        )

    def _arrived(self, asked: int, view: LedgerView) -> None:
        if asked == self._round:
            self._slow.stop()
            self._known, self._notice = view, None
            self._patient_id = view.patient.patient_id  # a record that was merged shows the account it goes by
            self._draw()
            wanted, self._then = self._then, None
            if wanted is not None:
                self.take(wanted)

    def _failed(self, asked: int, error: Exception) -> None:
        if asked == self._round:
            self._slow.stop()
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._known is None:
            slow = bool(self._patient_id) and not self._slow.isActive() and self._notice is None and self._round > 0
            self._state = LedgerState(skeleton=slow, tab=self._wanted.tab, notice=self._notice)
        else:
            self._state = ledger_state(
                self._known, self._today(), self._wanted, notice=self._notice, said=self._said, offered=self._offered
            )
        self._view.page_actions["part"].setVisible(self._state.merged is not None and self._offered("part"))
        self._view.draw(self._state)
        self._follow_row()

    # What is shown ------------------------------------------------------------------------------------------------

    def _want(self, **changes: object) -> None:
        self._wanted = replace(self._wanted, **changes)  # type: ignore[arg-type]
        self._said = ""
        self._draw()

    def _toggle_filter(self) -> None:
        """Open the bar of filters, or close it; closing keeps what is chosen."""
        self._want(filtering=not self._wanted.filtering)
        if self._wanted.filtering:
            self._view.filters.take_focus()
        else:
            self._view.take_focus()

    def _fold(self, key: str, unfold: bool | None) -> None:
        """Unfold or fold a row; None is the other way. Folding a part folds what it belongs to."""
        key = self._whole_of(key)
        unfolded = self._wanted.unfolded
        there = key in unfolded
        if unfold is None:
            unfold = not there
        if unfold != there:
            self._want(unfolded=unfolded | {key} if unfold else unfolded - {key})

    def _whole_of(self, key: str) -> str:
        kind, _, rest = key.partition(":")
        return f"payment:{rest.rpartition(':')[0]}" if kind == "part" else key

    def _tick(self, key: str) -> None:
        """Tick a line item for Fill, or take the tick off; only what is owed can be ticked."""
        charge_id = key.removeprefix("item:")
        open_now = {line.charge_id for line in self._state.lines if line.balance_cents > 0 and not line.future} if (
            self._state.tab is Tab.LINES) else set()  # fmt: skip
        if self._acts.fill is not None and charge_id in open_now:
            self._want(ticked=self._state.ticked ^ {charge_id})

    def _choose_family(self, key: str) -> None:
        if key == WHOLE_FAMILY:
            self._whole_family = True
        elif key == self._patient_id:
            self._whole_family = False
        else:
            self.open(key)
            return
        self._wanted = replace(self._wanted, unfolded=frozenset(), ticked=frozenset(), lot="")
        self.refresh()

    def _older(self) -> None:
        """More of the log."""
        self._log_length *= 4
        self.refresh()

    # Acts ---------------------------------------------------------------------------------------------------------

    def begin(self, act: str, target: Target) -> None:
        """Open an act as soon as the account is read: for pages that lead here to get something done."""
        self._then = Offer(act, "", target)

    def _opener(self, act: str) -> Opener | None:
        found: Opener | None = getattr(self._acts, act, None)
        return found

    def _offered(self, act: str) -> bool:
        return act in OWN_ACTS or self._opener(act) is not None

    def offers(self, key: str) -> list[Offer]:
        """What the row `key` can take here: acts somebody offers, and the page's own."""
        return [each for each in offers_for(self._state, key) if self._offered(each.act)]

    @Slot(object)
    def take(self, offer: Offer) -> None:
        """Do what was chosen."""
        own = {"receipt": self._reprint, "show": self._show, "print": self._print, "collect": self._collect_for}
        if offer.act in own:
            own[offer.act](offer.target)
            return
        opener = self._opener(offer.act)
        if opener is not None:
            opener(offer.target, self._done)

    def _done(self, said: str) -> None:
        """An act is written: say so and read the account again."""
        self._wanted = replace(self._wanted, ticked=frozenset())
        self._say(said)
        self.refresh()

    def _say(self, said: str) -> None:
        self._said, self._notice = said, None
        self._draw()
        self._view.announce()

    def _menu(self, spot: QPoint) -> None:
        self._view.show_menu(self.offers(self._view.key), spot)

    def _page_act(self, act: str) -> None:
        opener = self._opener(act)
        if opener is not None and self._known is not None:
            opener(Target(self._patient_id), self._done)

    # Keys ---------------------------------------------------------------------------------------------------------

    def offer_of_key(self, act: str) -> Offer | None:
        """What the key of `act` would do now: to the ticks, the row that has the focus, or the money on account."""
        if act == "fill":
            return self._fill_offer()
        row = {each.act: each for each in reversed(self.offers(self._view.key))}
        chosen = self._state.chosen
        lot = {each.act: each for each in chosen.offers} if chosen else {}
        if act == "print":
            return row.get("receipt") or row.get("print")
        own_list = self._state.tab in (Tab.PAYMENTS, Tab.LINES) and not self._view.on_lots
        return (row.get(act) or lot.get(act)) if own_list else (lot.get(act) or row.get(act))

    def _fill_offer(self) -> Offer | None:
        ticked = self._state.ticked
        if not ticked or self._acts.fill is None or self._known is None:
            return None
        in_order = tuple(line.charge_id for line in self._known.charges if line.charge_id in ticked)
        return Offer("fill", "Fill", Target(self._patient_id, charge_ids=in_order))

    def _follow_row(self, _key: str = "") -> None:
        """Keys are on where they would do something."""
        for act, action in self._view.row_actions.items():
            action.setEnabled(self._known is not None and self.offer_of_key(act) is not None)

    def _key(self, act: str) -> None:
        offer = self.offer_of_key(act)
        if offer is not None:
            self.take(offer)

    # The page's own -----------------------------------------------------------------------------------------------

    @Slot()
    def _collect(self) -> None:
        if self._known is not None:
            self._doors.collect(self._known.patient.patient_id, self._known.appointment_id)

    def _collect_for(self, target: Target) -> None:
        self._doors.collect(target.patient_id, target.appointment_id)

    def _back(self) -> None:
        """Esc closes the filters first, then leads back."""
        if self._wanted.filtering:
            self._toggle_filter()
        else:
            self._doors.back()

    @Slot()
    def _statement(self) -> None:
        if self._known is not None:
            self._doors.statement(self._patient_id, self._whole_family, self._done)

    def _show(self, target: Target) -> None:
        self._doors.paper(target.paper, False, self._say)

    def _print(self, target: Target) -> None:
        self._doors.paper(target.paper, True, self._say)

    def _reprint(self, target: Target) -> None:
        person, payment_id = self._session.acting, target.payment_id
        self._bridge.start(
            self._lanes["store"],
            lambda _job: self._printing.reprint(payment_id, person),
            owner=self,
            done=lambda _job_id: self._say("The receipt is on its way to the printer, marked COPY."),
            failed=self._tell,
        )
