"""The head of a page about one patient: the way back, who it is, and what the page is about."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.views import PatientHead
from widgets import theme
from widgets.common.button import IconButton, Role
from widgets.common.card import Avatar
from widgets.common.keycap import Keycap
from widgets.common.patient import identity_text
from widgets.common.pill import Badge, Look, Pill
from widgets.common.text import Divider, Text
from widgets.theme import S8, S12, S14, Themed


class PatientBar(Themed, QWidget):
    """Back arrow with its key, initials, name with a pill or badge, two identifiers; at the right what it is about.

    Add buttons to `ways`; `back` is the action of the arrow.
    """

    def __init__(self, back: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._back = IconButton("arrow-left", "Back", role=Role.LINK, action=back, size="control_tiny")
        self._back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._avatar = Avatar(size="avatar")
        self.name = Text("", "heading", elide=True)
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.pill = Pill()
        self.badge = Badge("credit")
        self._identity = Text("", "table", "muted", elide=True)
        self._about = Text("", "body", "text2")
        self.about_pill = Pill()
        self.ways = QHBoxLayout()
        self.ways.setSpacing(S14)
        self._lay_out(back)
        self.pill.hide()
        self.badge.hide()
        self.about_pill.hide()
        self.follow_theme()

    def _lay_out(self, back: QAction) -> None:
        first = QHBoxLayout()
        first.setSpacing(S8)
        first.addWidget(self.name, 0)
        first.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignVCenter)
        first.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        first.addStretch(1)
        who = QVBoxLayout()
        who.setSpacing(1)
        who.addLayout(first)
        who.addWidget(self._identity)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._back)
        row.addSpacing(S8 - 2)
        row.addWidget(Keycap(back))
        row.addSpacing(S14)
        row.addWidget(Divider(vertical=True))
        row.addSpacing(S14)
        row.addWidget(self._avatar)
        row.addSpacing(S14)
        row.addLayout(who, 1)
        row.addSpacing(S12)
        right = QHBoxLayout()
        right.setSpacing(S14)  # what is hidden takes no room
        right.addWidget(self._about)
        right.addWidget(self.about_pill)
        right.addLayout(self.ways)
        row.addLayout(right)

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().px(44))
        self._back.setFixedWidth(theme.current().px(24))  # the arrow, not its button, stands at the edge
        self._avatar.setFixedSize(theme.current().px(38), theme.current().px(38))
        self.update()

    def show_patient(self, patient: PatientHead | None, *, phone: bool = False) -> None:
        """Say who it is; None while it is not known yet."""
        self.name.setText(patient.name if patient else "")
        self._identity.setText(identity_text(patient, phone=phone) if patient else "")
        self._avatar.set(patient.initials if patient else "")
        self._avatar.setVisible(patient is not None)

    def show_pill(self, look: Look | None) -> None:
        """The pill beside the name, or none."""
        self.pill.setVisible(look is not None)
        if look is not None:
            self.pill.set_look(look)

    def show_about(self, text: str, look: Look | None = None) -> None:
        """What the page is about, at the right, with its pill or none."""
        self._about.setText(text)
        self._about.setVisible(bool(text))
        self.about_pill.setVisible(look is not None)
        if look is not None:
            self.about_pill.set_look(look)
