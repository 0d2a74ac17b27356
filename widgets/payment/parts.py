"""Parts of the page of one payment: a card of facts, and who it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.views import PatientHead
from widgets import theme
from widgets.common import Avatar, Card, Choice, Divider, KeycapButton, Role, Text
from widgets.payment.state import Fact
from widgets.theme import S4, S8, S12

_LABEL = 124


class FactCard(Card):
    """A heading and rows of label and value. `own` rows hold a widget (a link, the dropdown) instead of words."""

    def __init__(self, title: str, rows: Sequence[tuple[str, str]], own: Mapping[str, QWidget] | None = None) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.title = Text(title, "heading_s")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(S12)
        self._grid.setVerticalSpacing(S8)
        self._grid.setColumnStretch(1, 1)
        self._labels: dict[str, Text] = {}
        self._values: dict[str, _Value] = {}
        self._own = dict(own or {})
        top = Qt.AlignmentFlag.AlignTop
        for at, (name, words) in enumerate(rows):
            label = self._labels[name] = Text(words, "table", "muted")
            self._grid.addWidget(label, at, 0, top if name not in self._own else Qt.AlignmentFlag.AlignVCenter)
            if name in self._own:
                self._grid.addWidget(self._own[name], at, 1, Qt.AlignmentFlag.AlignLeft)
            else:
                value = self._values[name] = _Value()
                self._grid.addWidget(value, at, 1, top)
        self.body.setSpacing(S8)
        self.body.addWidget(self.title)
        self.body.addWidget(Divider("hairline"))
        self.body.addLayout(self._grid)
        self.restyle()

    def show_facts(self, facts: Mapping[str, Fact]) -> None:
        """Show these values; a row without one goes, rows with a widget of their own stay."""
        for name, value in self._values.items():
            fact = facts.get(name)
            self._labels[name].setVisible(fact is not None)
            value.setVisible(fact is not None)
            if fact is not None:
                value.draw(fact, self._labels[name].text())

    def words(self) -> dict[str, tuple[str, str]]:
        """What it says, by row: the value and the line under it."""
        return {name: (value.main.text(), value.under.text()) for name, value in self._values.items()
                if not value.isHidden()}  # fmt: skip

    def restyle(self) -> None:
        super().restyle()
        for label in vars(self).get("_labels", {}).values():
            label.setMinimumWidth(theme.current().px(_LABEL))


class Link(KeycapButton):
    """A link whose words, not its button, stand at the edge of the column."""

    def __init__(self) -> None:
        super().__init__(role=Role.LINK, size="control_tiny")

    def _pad(self) -> int:
        return 2


class _Value(QWidget):
    """A value, and a line under it."""

    def __init__(self) -> None:
        super().__init__()
        self.main = Text("", "body_medium", wrap=True)
        self.under = Text("", "caption", "muted", wrap=True)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(1)
        body.addWidget(self.main)
        body.addWidget(self.under)

    def draw(self, fact: Fact, label: str) -> None:
        self.main.setText(fact.words)
        self.main.set_look(ink=fact.ink)
        self.main.setAccessibleName(f"{label}: {fact.words}")
        self.under.setText(fact.under)
        self.under.set_look(ink=fact.ink if fact.ink == "bad_text" else "muted")
        self.under.setVisible(bool(fact.under))


class StatusChoice(Choice):
    """The dropdown of a status: a choice is an act, so nothing is chosen before the list is open."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_F4):
            self.showPopup()
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel moves the page, not the payment."""
        event.ignore()

    def show_choices(self, items: tuple[tuple[str, str], ...]) -> None:
        """Offer these, the first being what stands; an open list with the same stays open."""
        shown = tuple((str(self.itemData(at)), self.itemText(at)) for at in range(self.count()))
        if shown != items:
            self.hidePopup()
            self.set_items(items)
        self.setCurrentIndex(0)


class PatientCard(Card):
    """Who it is of: two identifiers, and how to reach them (S2-13)."""

    def __init__(self, link: QWidget) -> None:
        super().__init__()
        self.setAccessibleName("Patient")
        self.avatar = Avatar(size="avatar")
        self.name = Text("", "heading_s", elide=True)
        self.identity = Text("", "table", "muted", wrap=True)
        self.phone, self.email = Text("", "body_medium"), Text("", "body_medium", elide=True)
        who = QVBoxLayout()
        who.setSpacing(1)
        who.addWidget(self.name)
        who.addWidget(self.identity)
        head = QHBoxLayout()
        head.setSpacing(S12)
        head.addWidget(self.avatar)
        head.addLayout(who, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        grid.setColumnStretch(1, 1)
        for at, (words, value) in enumerate((("Phone", self.phone), ("E-mail", self.email))):
            label = Text(words, "table", "muted")
            label.setMinimumWidth(theme.current().px(58))
            grid.addWidget(label, at, 0)
            grid.addWidget(value, at, 1)
        self.body.setSpacing(S8 + S4)
        self.body.addLayout(head)
        self.body.addWidget(Divider("hairline"))
        self.body.addLayout(grid)
        self.body.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)

    def show_patient(self, patient: PatientHead, identity: str, phone: str, email: str) -> None:
        """Say who it is."""
        self.avatar.set(patient.initials)
        self.name.setText(patient.name)
        self.identity.setText(identity)
        self.phone.setText(phone)
        self.email.setText(email)
        self.setAccessibleDescription(f"{patient.name}, {identity}, phone {phone}, e-mail {email}")
