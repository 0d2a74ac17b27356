"""What the clerk chooses on a sheet before the payment starts: lines, amounts, credit, family, and the fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import QObject, Signal, Slot

from app.keeping_cards import checked_wish, new_consent
from app.link_at_collect import LinkOrder
from app.views import CollectSheet
from models.basics.errors import RuleBroken
from widgets.collect.details import DetailsDialog, meant
from widgets.collect.draft import Draft, Sentence, decide
from widgets.collect.state import CollectState
from widgets.collect.view import CollectPage
from widgets.kept_cards.consent import ConsentDialog

BY_LINK = "link"
"""Not a way of paying: what would be taken is asked for by link instead."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What choices are made on: the sheet (None: nothing may be chosen now), the choices so far, what is shown, and how
    new choices are taken."""

    sheet: Callable[[], CollectSheet | None]
    draft: Callable[[], Draft]
    state: Callable[[], CollectState]
    change: Callable[[Draft], None]
    today: Callable[[], date]
    sentence: Sentence


class Choosing(QObject):
    """Follows the page's fields; every choice becomes a new draft. `link_wanted(LinkOrder)`: what is chosen shall be
    asked for by link instead."""

    link_wanted = Signal(object)

    def __init__(self, view: CollectPage, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._desk = view, desk
        self.details: DetailsDialog | None = None
        self.consent: ConsentDialog | None = None
        view.ticked.connect(self._tick)
        view.amount_typed.connect(self._type_amount)
        view.credit_switched.connect(self._switch_credit)
        view.family_switched.connect(self._switch_family)
        view.received_typed.connect(self._type_received)
        view.quick_chosen.connect(self._choose_quick)
        view.check_typed.connect(self._type_check)
        view.way_chosen.connect(self._choose_way)
        view.number_typed.connect(self._type_number)
        view.details_asked.connect(self._open_details)
        view.kept_card_chosen.connect(lambda card: self._change(kept_card_id=card))
        view.keep_switched.connect(self._switch_keep)

    def _change(self, **changes: object) -> None:
        self._desk.change(replace(self._desk.draft(), **changes))  # type: ignore[arg-type]

    # The left column ----------------------------------------------------------------------------------------------

    @Slot(str, bool)
    def _tick(self, key: str, on: bool) -> None:
        self._desk.change(self._desk.draft().tick(key, on))

    @Slot(str, str)
    def _type_amount(self, key: str, text: str) -> None:
        self._desk.change(self._desk.draft().typed(key, text))

    @Slot(bool)
    def _switch_credit(self, on: bool) -> None:
        self._change(use_credit=on)

    @Slot(bool)
    def _switch_family(self, on: bool) -> None:
        sheet = self._desk.sheet()
        if sheet is not None:
            self._desk.change(self._desk.draft().with_family(sheet, on))

    # The ways to pay ------------------------------------------------------------------------------------------------

    @Slot(str)
    def _type_received(self, text: str) -> None:
        self._change(received=text)

    @Slot(int)
    def _choose_quick(self, index: int) -> None:
        cash = self._desk.state().cash
        if cash is not None and index < len(cash.quick):
            cents = cash.quick[index]
            self._change(received=f"{cents // 100}.{cents % 100:02d}")

    @Slot(str, str)
    def _type_check(self, number: str, name: str) -> None:
        self._change(check_no=number, check_name=name)

    @Slot(str)
    def _choose_way(self, method_id: str) -> None:
        self._change(method_id=method_id, number="")

    @Slot(str)
    def _type_number(self, number: str) -> None:
        self._change(number=number)

    def ask_by_link(self) -> None:
        """What is chosen now shall be asked for by link; nothing where it cannot be."""
        sheet, state = self._desk.sheet(), self._desk.state()
        if sheet is not None and not state.no_link:
            decided = decide(sheet, self._desk.draft(), self._desk.sentence)
            self.link_wanted.emit(LinkOrder(sheet, decided.amounts, decided.extra_cents, state.to_collect_cents))

    # Keeping the card -----------------------------------------------------------------------------------------------

    @Slot(bool)
    def _switch_keep(self, on: bool) -> None:
        """Permission first: the card is kept only once somebody agreed."""
        sheet, draft = self._desk.sheet(), self._desk.draft()
        if sheet is None or not on or not sheet.can_keep:
            self._desk.change(replace(draft, keep=None))
            return
        self._desk.change(draft)  # not ticked before it was agreed
        if self.consent is None:
            self.consent = ConsentDialog(self._view.window(), "They agree")
            self.consent.submitted.connect(self._take_consent)
        self.consent.ask(new_consent(sheet.payer, sheet.payer_language), sheet.patient.name)

    @Slot()
    def _take_consent(self) -> None:
        dialog = self.consent
        if dialog is None or self._desk.sheet() is None:
            return
        try:
            wish = checked_wish(dialog.agreed)
        except RuleBroken as error:
            dialog.show_errors({str(error.facts["field"]): self._desk.sentence(error.message_key, error.facts)})
            return
        dialog.close_over()
        self._change(keep=wish)

    # The fields -----------------------------------------------------------------------------------------------------

    @Slot()
    def _open_details(self) -> None:
        """The payment's fields over the window; what is typed there counts once it is accepted."""
        sheet = self._desk.sheet()
        if sheet is None:
            return
        if self.details is None:
            self.details = DetailsDialog(self._view.window())
            self.details.submitted.connect(self._take_details)
        self.details.show_typed(sheet, self._desk.draft(), self._desk.today(), self._desk.state().tender)
        self.details.open_over()

    @Slot()
    def _take_details(self) -> None:
        dialog = self.details
        if dialog is None or self._desk.sheet() is None:
            return
        draft, errors = meant(dialog.typed(), self._desk.draft(), self._desk.today(), self._desk.sentence)
        dialog.show_errors(errors)
        if not errors:
            dialog.close_over()
            self._desk.change(draft)
