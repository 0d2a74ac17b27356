"""What the dialogs of money acts share: a preview after every change, a right lent by PIN, and doing it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.lanes import Lane
from app.money_views import Acted
from app.views import Person
from models.basics.errors import PosError
from models.basics.money import show_cents
from models.ledger.figures import Figures
from models.rules.rights import RIGHT_WORDS, Right
from widgets.bridge import Bridge
from widgets.common.form_dialog import FormDialog
from widgets.common.lending import LendStrip
from widgets.common.speech import Speech
from widgets.common.summary import SumLine, Summary

if TYPE_CHECKING:
    from app.signin import SignIn


@dataclass(frozen=True, slots=True)
class Hands:
    """What a dialog of a money act needs of the desk and the window."""

    bridge: Bridge
    reads: Lane
    store: Lane
    person: Callable[[], Person]
    sign_in: SignIn
    speech: Speech
    today: Callable[[], date]


class ActDialog(FormDialog):
    """A form with what the act does at its end, and a strip for a manager's PIN where the person may not do it alone.

    Lay fields into `content` before calling `finish`.
    """

    def __init__(self, host: QWidget, title: str, verb: str, width: int = 620) -> None:
        super().__init__(host, title, verb, width=width)
        self.summary = Summary("What it does")
        self.lend = LendStrip()
        self.lend.ask("")

    def finish(self) -> None:
        """Lay what every act's dialog ends with."""
        self.content.addWidget(self.summary)
        self.content.addWidget(self.lend)

    def show_lines(self, lines: tuple[SumLine, ...]) -> None:
        """What the act does, before and after; nothing while that is not known."""
        self.summary.show_lines(lines)
        self.summary.setVisible(bool(lines))
        self.place_panel()

    def ask_pin(self, why: str) -> None:
        """Say why a manager's PIN is needed; empty: it is not."""
        if why != (self.lend.why.text() if self.lend.isVisibleTo(self) else ""):
            self.lend.ask(why)
            self.place_panel()


class ActPresenter(QObject):
    """One dialog. A subclass reads its sheet (`_sheet_of`), says what is decided (`_order`), and what it means."""

    def __init__(self, view: ActDialog, hands: Hands) -> None:
        super().__init__(view)
        self.view, self.hands = view, hands
        self._done: Callable[[str], None] = lambda _words: None
        self._sheet: Any = None
        self._preview: Any = None
        self._read: Callable[[], Any] | None = None
        self._kept = ""
        self._round = 0
        self._asking = self._wanted = self._busy = False
        view.submitted.connect(self._submit)
        view.closed.connect(self._forget)
        view.lend.typed.connect(self._draw)

    # What a subclass says ---------------------------------------------------------------------------------------------

    def _take_sheet(self) -> None:
        """The sheet arrived: fill the fields."""

    def _order(self) -> Any | None:
        """What is decided; None while something is missing."""
        raise NotImplementedError

    def _wrong(self) -> str:
        """What is wrong with the fields, where something is."""
        return ""

    def _look_at(self, order: Any) -> Any:
        """The preview; on the `reads` lane."""
        raise NotImplementedError

    def _act(self, preview: Any, person: Person, supervisor: Person | None) -> Acted:
        """Do it; on the `store` lane."""
        raise NotImplementedError

    def _right(self, order: Any) -> Right:
        """The right it takes."""
        raise NotImplementedError

    def _show(self, order: Any | None, preview: Any | None) -> None:
        """Draw what follows from the preview: words of the button, the lines of the summary."""

    # Opening ----------------------------------------------------------------------------------------------------------

    def begin(self, read: Callable[[], Any], done: Callable[[str], None]) -> None:
        """Cover the window at once, so that no key goes elsewhere, and read what the dialog is about."""
        self._read, self._done = read, done
        self._sheet = self._preview = None
        self._kept = ""
        self._wanted = self._busy = False
        self.view.lend.forget()
        self.view.error.set("")
        self._draw()
        self.view.open_over()
        self._again()

    def _again(self) -> None:
        read = self._read
        if read is None:
            return
        self._round += 1
        asked = self._round
        self.hands.bridge.start(
            self.hands.reads, lambda _job: read(), owner=self,
            done=lambda sheet: self._arrived(asked, sheet), failed=lambda error: self._failed(asked, error),
        )  # fmt: skip

    def _arrived(self, asked: int, sheet: Any) -> None:
        if asked == self._round:
            self._sheet = sheet
            self._take_sheet()
            self._look()
            self.view.place_panel()
            self.view.take_focus()

    # Looking ----------------------------------------------------------------------------------------------------------

    @Slot()
    def changed(self) -> None:
        """Something was chosen or typed."""
        if not self._busy and self._sheet is not None:
            self._kept = ""
            self._look()

    def _look(self) -> None:
        self._round += 1
        self._preview = None
        order, asked = self._order(), self._round
        self._asking = order is not None
        self._draw()
        if order is not None:
            self.hands.bridge.start(
                self.hands.reads, lambda _job: self._look_at(order), owner=self,
                done=lambda preview: self._looked(asked, preview), failed=lambda error: self._failed(asked, error),
            )  # fmt: skip

    def _looked(self, asked: int, preview: Any) -> None:
        if asked == self._round:
            self._asking, self._preview = False, preview
            self._draw()
            if self._wanted:
                self._wanted = False
                self._submit()

    def _failed(self, asked: int, error: Exception) -> None:
        if asked == self._round:
            self._asking = self._wanted = False
            self._draw()
            self.view.refuse(self._words(error))

    # Doing ------------------------------------------------------------------------------------------------------------

    @Slot()
    def _submit(self) -> None:
        if self._busy:
            return
        if self._asking:  # Enter came before the preview did
            self._wanted = True
            return
        preview, order = self._preview, self._order()
        if preview is None or order is None:
            return
        person, pin, right = self.hands.person(), self.view.lend.pin.text(), self._right(order)
        if right not in person.rights and not self.view.lend.pin.complete:
            self.view.lend.pin.setFocus()
            return
        self._busy = True
        self._draw()

        def act() -> Acted:
            supervisor = None if right in person.rights else self.hands.sign_in.supervise(pin, right)
            return self._act(preview, person, supervisor)

        self.hands.bridge.start(self.hands.store, lambda _job: act(), owner=self, done=self._acted,
                                failed=self._not_acted)  # fmt: skip

    def _acted(self, acted: Acted) -> None:
        self._busy = False
        words = self.hands.speech.key(acted.words, acted.facts).title
        self.view.close_over()
        self._done(words)

    def _not_acted(self, error: Exception) -> None:
        self._busy = False
        key = error.message_key if isinstance(error, PosError) else ""
        if key.startswith("pin."):
            self._draw()
            self.view.lend.refuse(self._words(error))
        elif key.startswith(("account.", "refused.")):
            self._kept = self._words(error)  # stands beside the new amounts until something is chosen or typed
            self._again()
        else:
            self._draw()
            self.view.refuse(self._words(error))

    def _words(self, error: Exception) -> str:
        notice = self.hands.speech.error(error)
        return " ".join(
            part if part.endswith((".", "?")) else f"{part}." for part in (notice.title, notice.body) if part
        )

    @Slot()
    def _forget(self) -> None:
        self._round += 1
        self._read = self._sheet = self._preview = None
        self.view.lend.forget()

    # Drawing ----------------------------------------------------------------------------------------------------------

    @Slot()
    def _draw(self) -> None:
        order = self._order() if self._sheet is not None else None
        self._show(order, self._preview)
        self.view.error.set(self._kept or (self._wrong() if self._sheet is not None else ""))
        missing = order is not None and self._right(order) not in self.hands.person().rights
        self.view.ask_pin(self._why(order) if missing else "")
        if self._busy:
            self.view.primary.set_busy("Writing it down\u2026")
            return
        self.view.primary.set_idle()
        ready = order is not None and (self._preview is not None or self._asking)
        pin = not missing or self.view.lend.pin.complete
        why = "Fill in what is missing" if not ready else "A manager types their PIN first"
        self.view.primary.set_available(ready and pin, why)

    def _why(self, order: Any) -> str:
        return f"This takes a right you do not have: {RIGHT_WORDS[self._right(order)].lower()}."


def before_after(before: Figures, after: Figures) -> tuple[SumLine, ...]:
    """The figures of the account that an act changes, before and after; at least the two balances."""
    rows = (
        ("Allocated (paid to visits)", before.allocated_cents, after.allocated_cents, False),
        ("Unallocated", before.unallocated_cents, after.unallocated_cents, False),
        ("Statement balance", before.statement_balance_cents, after.statement_balance_cents, True),
        ("Total balance", before.total_balance_cents, after.total_balance_cents, True),
    )
    return tuple(SumLine(label, from_to(old, new)) for label, old, new, always in rows if always or old != new)


def from_to(before: int, after: int) -> str:
    """`$100.00 → $75.00`; one amount where nothing changes."""
    return show_cents(after) if before == after else f"{show_cents(before)} \u2192 {show_cents(after)}"
