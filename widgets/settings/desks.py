"""Settings > Other desks: a line with which one more desk joins the clinic."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.lanes import Lane
from app.views import Person
from app.words import sentence_for
from widgets.bridge import Bridge
from widgets.common import Banner, Card, Field, FormRow, KeycapButton, Role, Text
from widgets.theme import S8, S12, S20


class DesksView(QWidget):
    """Name the new desk, get its line, copy it. `line_asked(desk name)`."""

    line_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Other desks")
        self.name = FormRow("Name of the new desk", Field("Name of the new desk"))
        self.make = KeycapButton("Make a join line", role=Role.PRIMARY)
        self.line = Text("", "mono_strong", wrap=True)
        self.copy = KeycapButton("Copy")
        self.banner = Banner("info")
        self.banner.hide()
        self._lay_out()
        self.make.clicked.connect(self._make)
        self.copy.clicked.connect(lambda _checked=False: QGuiApplication.clipboard().setText(self.line.text()))

    def _lay_out(self) -> None:
        card = Card(inset=S20)
        card.body.setSpacing(S8)
        card.body.addWidget(Text("Other desks", "heading"))
        words = (
            "A new desk starts Copaydesk, chooses Join a practice and types the line that is made here. "
            "The line works once, for ten minutes."
        )
        card.body.addWidget(Text(words, "body", "muted", wrap=True))
        card.body.addWidget(self.name)
        row = QHBoxLayout()
        row.setSpacing(S8)
        row.addWidget(self.make)
        row.addStretch(1)
        card.body.addLayout(row)
        self._made = QWidget()
        made = QHBoxLayout(self._made)
        made.setContentsMargins(0, S12, 0, 0)
        made.setSpacing(S12)
        made.addWidget(self.line, 1)
        made.addWidget(self.copy)
        self._made.hide()
        card.body.addWidget(self._made)
        card.body.addWidget(self.banner)
        card.body.addStretch(1)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(card)

    def allow(self, *, hosts: bool, manager: bool) -> None:
        """Only the desk that hosts the hub makes lines, and only for a manager."""
        why = "The desk that hosts the clinic's hub makes join lines" if not hosts else "Only a manager may do this"
        self.make.set_available(hosts and manager, why)
        if not hosts:
            self.show_told("info", "The hub runs at another desk", "Make the join line there.")

    def show_line(self, line: str) -> None:
        """The line, to be read aloud or copied."""
        self.banner.hide()
        self.line.setText(line)
        self._made.show()

    def show_told(self, meaning: str, title: str, text: str) -> None:
        """What went wrong, or who else must do it."""
        self._made.hide()
        self.banner.set(title, text, meaning=meaning)
        self.banner.show()

    def _make(self) -> None:
        field = self.name.field
        name = field.text().strip() if isinstance(field, Field) else ""
        self.name.set_error("" if name else "Give the new desk a name.")
        if name:
            self.line_asked.emit(name)


class DesksPresenter(QObject):
    """Asks the hub for a line. `make_line(desk name)` blocks and raises PosError; `hosts` whether the hub runs here."""

    def __init__(
        self, view: DesksView, *, bridge: Bridge, lane: Lane, make_line: Callable[[str], str],
        hosts: Callable[[], bool], person: Callable[[], Person | None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or view)
        self._view, self._bridge, self._lane, self._make_line = view, bridge, lane, make_line
        self._hosts, self._person = hosts, person
        view.line_asked.connect(self._ask)

    def show(self) -> None:
        """Allow what this person may do here."""
        person = self._person()
        self._view.allow(hosts=self._hosts(), manager=person is not None and person.manager)

    @Slot(str)
    def _ask(self, name: str) -> None:
        self._view.make.set_busy("Asking the hub…")
        self._bridge.start(
            self._lane, lambda _job: self._make_line(name), owner=self._view, done=self._made, failed=self._failed
        )  # fmt: skip

    def _made(self, line: str) -> None:
        self._view.make.set_idle()
        self._view.show_line(line)

    def _failed(self, error: Exception) -> None:
        self._view.make.set_idle()
        words = sentence_for(error)
        self._view.show_told("warn", words.title, " ".join(part for part in (words.body, words.action) if part))
