"""A form over the window: what it is about at the head, fields, and at the foot what will happen and the button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import paint
from widgets.common.actions import ENTER, page_action
from widgets.common.button import IconButton, KeycapButton, Role
from widgets.common.card import Card, IconLabel
from widgets.common.fields import ErrorText
from widgets.common.keycap import Keycap
from widgets.common.overlay import Overlay
from widgets.common.text import Divider, Text
from widgets.theme import S8, S10, S12, S16, S24, Themed


class FormDialog(Overlay):
    """A card with head, content and foot. Enter (or `keys`: Ctrl+Enter where money leaves, with the role DANGER) is
    `submitted`, Esc closes. Content that is too high scrolls; head and foot never leave.

    Lay fields into `content`; `say` tells what will happen, `refuse` why it did not.
    """

    submitted = Signal()
    closes_beside = False
    """What was typed would be lost."""

    def __init__(
        self, host: QWidget, title: str, verb: str, width: int = 620, *, keys: tuple[str, ...] = ENTER,
        role: Role = Role.PRIMARY,
    ) -> None:  # fmt: skip
        super().__init__(host)
        self._wanted_width = width
        self.card = Card(radius="dialog", line="control", inset=0, parent=self)
        self.card.setAccessibleName(title)
        self.panel = self.card
        self.title = Text(title, "heading")
        self.subtitle = Text("", "caption", "muted", elide=True)
        self.error = ErrorText()
        self.content = QVBoxLayout()
        self.content.setSpacing(S12)
        self.submit_action = page_action(self, verb, keys, self.submitted.emit)
        self.primary = KeycapButton(role=role, action=self.submit_action)
        self.cancel = KeycapButton("Cancel")
        self.cancel.clicked.connect(lambda _checked=False: self.escape())
        self._info = IconLabel("info", "muted", 14)
        self.note = Text("", "caption", "muted", wrap=True)
        self.foot = QHBoxLayout()
        self._inner = QWidget()
        self._scroll = _Scroll(self._inner)
        self._head = self._lay_head()
        self._foot = self._lay_foot()
        inner = QVBoxLayout(self._inner)
        inner.setContentsMargins(S24, S16, S24, S16)
        inner.setSpacing(S12)
        inner.addLayout(self.content, 1)
        inner.addWidget(self.error)
        body = self.card.body
        body.addWidget(self._head)
        body.addWidget(Divider("hairline"))
        body.addWidget(self._scroll, 1)
        body.addWidget(self._foot)
        self._inner.installEventFilter(self)
        self.say("")

    def _lay_head(self) -> QWidget:
        close = IconButton("x", "Close", role=Role.LINK)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Esc does it
        close.clicked.connect(lambda _checked=False: self.escape())
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(S24, S8, S12, S8)
        row.setSpacing(S10)
        row.addWidget(self.title)
        row.addWidget(self.subtitle, 1)
        row.addWidget(Keycap("Escape"))
        row.addWidget(close)
        return head

    def _lay_foot(self) -> QWidget:
        foot = _Foot()
        self.foot.setSpacing(S10)
        self.foot.addWidget(self._info, 0, Qt.AlignmentFlag.AlignVCenter)
        self.foot.addWidget(self.note, 1)
        self.foot.addWidget(self.cancel)
        self.foot.addWidget(self.primary)
        self.foot.setContentsMargins(S24, S10, S24, S12)
        foot.setLayout(self.foot)
        return foot

    def say(self, words: str) -> None:
        """What will happen, or is good to know, beside the buttons."""
        self.note.setText(words)
        self._info.setVisible(bool(words))

    def show_verb(self, verb: str, busy: str, why_not: str) -> None:
        """What the button says, or what it is `busy` with; `why_not` it cannot be pressed yet. The card then takes the
        room its parts need now."""
        self.primary.set_text(verb)
        if busy:
            self.primary.set_busy(busy)
        else:
            self.primary.set_idle()
            self.primary.set_available(not why_not, why_not)
        self.place_panel()
        QTimer.singleShot(0, self, self.place_panel)  # once more: what was hidden has its size then

    def refuse(self, words: str) -> None:
        """Why it was not done; nothing takes it back."""
        self.error.set(words)
        self.place_panel()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        inner: QWidget | None = vars(self).get("_inner")
        if inner is not None and watched is inner and event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self.place_panel()  # a part came or went
        return super().eventFilter(watched, event)

    def place_panel(self) -> None:
        wide = min(theme.current().px(self._wanted_width), self.width() - 2 * S16)
        for part in (self._head, self._foot):
            layout = part.layout()
            if layout is not None:
                layout.activate()
        high = self._head.sizeHint().height() + _height(self._foot, wide) + _height(self._inner, wide) + 4
        high = min(high, self.height() - 2 * S16)
        self.card.setGeometry(QRect((self.width() - wide) // 2, max(S16, (self.height() - high) // 3), wide, high))


def _height(part: QWidget, width: int) -> int:
    layout = part.layout()
    if layout is None:
        return part.sizeHint().height()
    layout.activate()
    if not layout.hasHeightForWidth():
        return layout.totalSizeHint().height()
    return max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())  # a scroll area asks for both


class _Scroll(QScrollArea):
    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._inner = inner
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        return self._inner.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 40)


class _Foot(Themed, QWidget):
    """The sunken ground under the buttons, rounded like the card it lies in."""

    def __init__(self) -> None:
        super().__init__()
        self.follow_theme()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        radius = look.radius("dialog") - 1
        path = QPainterPath()
        path.addRoundedRect(area.adjusted(0, -radius, 0, 0), radius, radius)
        with paint.smooth(QPainter(self)) as painter:
            painter.setClipRect(area)
            painter.fillPath(path, look.colour("sunken"))
            painter.fillRect(QRectF(0, 0, area.width(), 1), look.colour("hairline"))
