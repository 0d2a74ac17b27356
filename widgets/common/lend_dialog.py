"""Asks for the PIN of somebody who lends a right for one act, where the act has no dialog of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from app.lanes import Lane
from app.signin import SignIn
from app.views import Person
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common.form_dialog import FormDialog
from widgets.common.lending import LendStrip
from widgets.common.speech import Speech
from widgets.common.text import Text


class LendDialog(FormDialog):
    """What is about to be done, and boxes for the PIN."""

    def __init__(self, host: QWidget, title: str, verb: str) -> None:
        super().__init__(host, title, verb, 560)
        self.what = Text("", "body", "text2", wrap=True)
        self.lend = LendStrip()
        self.content.addWidget(self.what)
        self.content.addWidget(self.lend)

    def ask(self, what: str, why: str) -> None:
        """Open with empty boxes."""
        self.what.setText(what)
        self.lend.forget()
        self.lend.ask(why)
        self.open_over()

    def take_focus(self) -> None:
        self.lend.pin.setFocus(Qt.FocusReason.OtherFocusReason)


class Lending(QObject):
    """Lends one right over the window of `page`. The dialog is made when it is first needed."""

    def __init__(
        self, page: QWidget, right: Right, title: str, verb: str, *, bridge: Bridge, lane: Lane, sign_in: SignIn,
        speech: Speech,
    ) -> None:  # fmt: skip
        super().__init__(page)
        self._page, self._right, self._title, self._verb = page, right, title, verb
        self._bridge, self._lane, self._sign_in, self._speech = bridge, lane, sign_in, speech
        self._made: LendDialog | None = None
        self._then: Callable[[Person], None] = lambda _lender: None
        self._busy = False

    @property
    def dialog(self) -> LendDialog:
        """The dialog over the page's window."""
        if self._made is None:
            self._made = LendDialog(self._page.window(), self._title, self._verb)
            self._made.submitted.connect(self._try)
        return self._made

    def ask(self, what: str, why: str, then: Callable[[Person], None]) -> None:
        """Ask for a PIN; `then` gets who lends the right. Nothing happens when the clerk gives up."""
        self._then, self._busy = then, False
        self.dialog.ask(what, why)

    @Slot()
    def _try(self) -> None:
        pin = self.dialog.lend.pin
        if self._busy or not pin.complete:
            pin.setFocus()
            return
        self._busy = True
        digits = pin.text()
        self._bridge.start(
            self._lane, lambda _job: self._sign_in.supervise(digits, self._right), owner=self, done=self._lent,
            failed=self._refused,
        )  # fmt: skip

    def _lent(self, lender: Person) -> None:
        self._busy = False
        if self.dialog.isVisible():
            self.dialog.close_over()
            self._then(lender)

    def _refused(self, error: Exception) -> None:
        self._busy = False
        notice = self._speech.error(error)
        self.dialog.lend.refuse(". ".join(part.rstrip(".") for part in (notice.title, notice.body) if part) + ".")
