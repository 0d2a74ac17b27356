"""The cards over the list: Total collected with its months, Outstanding, and the breakdown by status."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from models.basics.money import show_cents
from widgets import theme
from widgets.common import Card, Skeleton, Text
from widgets.payments.charts import StatusChart, TrendChart
from widgets.payments.figures import Dashboard
from widgets.theme import S4, S8, S12, S16, Themed


class _Collected(Card):
    """The literal sum of what is paid, and what came net of refunds, each under its own name."""

    def __init__(self) -> None:
        super().__init__(inset=0)
        self._title = Text("Total collected", "caption_medium", "text2")
        self._figure = Text("", "amount_l")
        self._pace = Text("", "caption", "text2", elide=True)
        self._net = Text("", "caption_medium", "text2")
        self._year = Text("", "caption", "muted")
        self.chart = TrendChart()
        top, head = QHBoxLayout(), QHBoxLayout()
        top.setSpacing(S12)
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._net)
        top.addWidget(self._year)
        head.setSpacing(S12)
        head.addWidget(self._figure)
        head.addWidget(self._pace, 1)
        self._heads = QVBoxLayout()
        self._heads.setSpacing(0)
        self._heads.addLayout(top)
        self._heads.addLayout(head)
        self.body.addLayout(self._heads)
        self.body.addWidget(self.chart, 1)

    def draw(self, shown: Dashboard) -> None:
        self._title.setText(shown.collected_title)
        self._figure.setText(show_cents(shown.collected_cents))
        self._pace.setText(shown.pace)
        self._pace.set_look(ink=shown.pace_ink)
        self._net.setText(shown.net_words)
        self._year.setText(shown.year_words)
        self.setAccessibleName(shown.spoken_collected)
        self.chart.set(shown.bars, shown.spoken_trend)

    def restyle(self) -> None:
        super().restyle()
        self.body.setContentsMargins(S16, S12, S16, S8)
        self.body.setSpacing(S4 if theme.current().compact else S8)


class _Outstanding(Card):
    """Draft, pending and processing together, and what of it is overdue."""

    def __init__(self) -> None:
        super().__init__(inset=0)
        self._title = Text("Outstanding", "caption_medium", "text2", elide=True)
        self._figure = Text("", "amount_l")
        self._count = Text("", "table_strong", align=Qt.AlignmentFlag.AlignRight)
        self._late = Text("", "caption_medium", "muted", align=Qt.AlignmentFlag.AlignRight)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._title)
        left.addWidget(self._figure)
        right = QVBoxLayout()
        right.setSpacing(S4)
        right.addStretch(1)
        right.addWidget(self._count)
        right.addWidget(self._late)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(S8)
        row.addLayout(left, 1)
        row.addLayout(right)
        self.body.addLayout(row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def draw(self, shown: Dashboard) -> None:
        self._title.setText(shown.outstanding_title)
        self._figure.setText(show_cents(shown.outstanding_cents))
        self._count.setText(shown.waiting_words)
        self._late.setText(shown.overdue_words)
        self._late.set_look(ink="bad_text" if shown.overdue else "muted")
        self.setAccessibleName(shown.spoken_outstanding)

    def restyle(self) -> None:
        super().restyle()
        self.body.setContentsMargins(S16, S8, S16, S8)


class _Breakdown(Card):
    """How many payments stand where."""

    def __init__(self) -> None:
        super().__init__(inset=0)
        self._title = Text("Status breakdown", "caption_medium", "text2", elide=True)
        self._count = Text("", "caption", "muted", align=Qt.AlignmentFlag.AlignRight)
        self.chart = StatusChart()
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        self.body.addLayout(head)
        self.body.addWidget(self.chart, 1)

    def draw(self, shown: Dashboard) -> None:
        self._title.setText(shown.status_title)
        self._count.setText(shown.count_words)
        self.setAccessibleName(shown.spoken_status)
        self.chart.set(shown.slices, shown.spoken_status)

    def restyle(self) -> None:
        super().restyle()
        self.body.setContentsMargins(S16, S12, S16, S8)
        self.body.setSpacing(S8)


class Cards(Themed, QWidget):
    """The three cards side by side; bones until the figures are there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Figures")
        self._shown: Dashboard | None = None
        self.collected, self.outstanding, self.breakdown = _Collected(), _Outstanding(), _Breakdown()
        self._bones = Skeleton(4)
        self._right = QVBoxLayout()
        self._right.addWidget(self.outstanding)
        self._right.addWidget(self.breakdown, 1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.collected, 62)
        self._row.addLayout(self._right, 38)
        self._row.addWidget(self._bones, 100)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()
        self._show(known=False)

    def _show(self, *, known: bool) -> None:
        for card in (self.collected, self.outstanding, self.breakdown):
            card.setVisible(known)
        self._bones.setVisible(not known)

    def draw(self, shown: Dashboard | None) -> None:
        """Show the figures; those that are there already stay as they are painted."""
        if shown is self._shown:
            return
        self._shown = shown
        self._show(known=shown is not None)
        if shown is not None:
            for card in (self.collected, self.outstanding, self.breakdown):
                card.draw(shown)

    def restyle(self) -> None:
        look = theme.current()
        self._row.setSpacing(look.size("gap"))
        self._right.setSpacing(look.size("gap"))
        self.setFixedHeight(look.px(196 if look.compact else 214))
