"""The design system's living documentation: every part and state, drawn from the real widgets.

`python -m widgets.gallery --out DIR` writes `components.png` and `components-dark.png`, and the same at 150 % text and
in high contrast.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import (
    AmountField,
    Badge,
    Banner,
    Card,
    CellTable,
    CheckBox,
    Choice,
    Column,
    EmptyState,
    ErrorText,
    Field,
    IconButton,
    Keycap,
    KeycapButton,
    MoneyCell,
    Pill,
    PillCell,
    Radio,
    Ring,
    Role,
    Segments,
    Skeleton,
    Steps,
    Switch,
    TableRow,
    Text,
    WordsCell,
    page_action,
)  # fmt: skip
from widgets.common.brand import Logo
from widgets.common.focus_ring import FocusRing
from widgets.common.lending import LendStrip
from widgets.common.pill import PAYMENT_LOOKS, VISIT_LOOKS
from widgets.common.progress import DONE, NOW, TODO
from widgets.common.summary import SumLine, Summary
from widgets.theme import S4, S8, S10, S12, S16, S20, Themed

_SWATCHES: Final = (
    "canvas", "surface", "sunken", "selected", "accent", "focus",
    "rail", "ok_solid", "warn_solid", "bad_solid", "moved_solid", "control",
)  # fmt: skip


class Gallery(Themed, QWidget):
    """One page with everything on it."""

    def __init__(self) -> None:
        super().__init__()
        body = QVBoxLayout(self)
        body.setContentsMargins(S20, S16, S20, S20)
        body.setSpacing(S12)
        body.addLayout(self._head())
        columns = QHBoxLayout()
        columns.setSpacing(14)
        for makers in _COLUMNS:
            column = QVBoxLayout()
            column.setSpacing(14)
            for maker in makers:
                column.addWidget(maker(self))
            column.addStretch(1)
            columns.addLayout(column, 1)
        body.addLayout(columns)
        body.addStretch(1)
        self.follow_theme()

    def _head(self) -> QHBoxLayout:
        look = theme.current()
        row = QHBoxLayout()
        row.setSpacing(S12)
        row.addWidget(Logo(30))
        row.addWidget(Text("Components and states", "title"))
        row.addStretch(1)
        words = f"Copaydesk · IBM Plex Sans · {'dark' if look.dark else 'light'}, {look.scale} %"
        row.addWidget(Text(words, "table", "muted"))
        return row

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().colour("canvas"))


def _card(title: str, *rows: QWidget | QLayout) -> Card:
    card = Card()
    card.body.addWidget(Text(title, "caption_strong", "muted"))
    for row in rows:
        card.body.addSpacing(S8)
        if isinstance(row, QLayout):
            card.body.addLayout(row)
        else:
            card.body.addWidget(row)
    return card


def _row(*parts: QWidget, gap: int = S8) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(gap)
    for part in parts:
        row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
    row.addStretch(1)
    return row


def _buttons(page: QWidget) -> Card:
    def action(text: str, key: str) -> KeycapButton:
        return KeycapButton(action=page_action(page, text, key))

    collect = KeycapButton(role=Role.PRIMARY, action=page_action(page, "Collect $75.00", "Return"))
    link = KeycapButton(role=Role.LINK, action=page_action(page, "Ledger", "Ctrl+L"))
    refund = KeycapButton(role=Role.DANGER, action=page_action(page, "Confirm refund, $120.00", "Ctrl+Return"))
    off = KeycapButton("Unlock")
    off.set_available(False, "Type a PIN first")
    busy = KeycapButton("Collect $75.00", role=Role.PRIMARY)
    busy.set_busy("Asking the bank…")
    focus = action("Check in", "F4")
    focus.setObjectName("focus")
    tile = KeycapButton(action=page_action(page, "Card", "F5"), icon="credit-card", size="tile")
    tile.setCheckable(True)
    tile.setChecked(True)
    other = KeycapButton(action=page_action(page, "Cash", "F6"), icon="banknote", size="tile")
    wide = KeycapButton(
        role=Role.PRIMARY, action=page_action(page, "Charge $75.00 to card", "Return"), icon="credit-card",
        size="primary_l",
    )  # fmt: skip
    return _card(
        "Buttons",
        _row(collect, action("Check in", "F4"), link, gap=S10),
        _row(refund, off, gap=S10),
        _row(busy, Text("busy keeps its width", "caption", "muted"), gap=S10),
        _row(focus, IconButton("chevron-left", "Earlier"), Text("focus, icon", "caption", "muted"), gap=S16),
        _row(tile, other),
        wide,
    )


def _fields(page: QWidget) -> Card:
    find = Field("Find a patient", "Find a patient", icon="search", action=page_action(page, "Find", "F2"))
    find.setFixedWidth(theme.current().px(186))
    amount = AmountField("Amount", 12000)
    amount.setFixedWidth(theme.current().px(104))
    wrong = AmountField("Amount", 35000)
    wrong.setFixedWidth(theme.current().px(104))
    wrong.set_wrong(True)
    error = ErrorText()
    error.set("At most $320.00 can be refunded.")
    choices = _row(CheckBox("Print", True), CheckBox("Save"), Radio("Full", True), Radio("Part"), gap=S12)
    return _card(
        "Fields",
        _row(find, amount, Choice("Reason", [("", "Reason")])),
        _row(wrong),
        error,
        choices,
        _row(Switch("On", True), Switch("Off"), gap=S8),
    )


def _keycaps(_page: QWidget) -> Card:
    segments = Segments("View", [("all", "All"), ("collect", "To collect")])
    segments.set_counts({"all": 22, "collect": 6})
    caps = [Keycap(key) for key in ("Return", "Esc", "F2", "Ctrl+K")]
    return _card("Keycaps and segments", _row(*caps, segments))


class _Swatch(Themed, QWidget):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setFixedHeight(26)
        self.follow_theme()

    def paintEvent(self, _event: QPaintEvent) -> None:
        from PySide6.QtCore import QRectF

        from widgets.common import paint

        look = theme.current()
        with paint.smooth(QPainter(self)) as painter:
            paint.rounded(painter, QRectF(self.rect()), 5, look.colour(self._name), look.colour("border"))


def _colours(_page: QWidget) -> Card:
    grid = QGridLayout()
    grid.setSpacing(S8)
    for number, name in enumerate(_SWATCHES):
        cell = QVBoxLayout()
        cell.setSpacing(S4)
        cell.addWidget(_Swatch(name))
        cell.addWidget(Text(name.removesuffix("_solid"), "keycap", "muted"))
        grid.addLayout(cell, number // 6, number % 6)
    return _card("Colour", grid)


def _pills(title: str, looks: Sequence[tuple[str, str, str]], per_row: int) -> Card:
    pills = [Pill(*look) for look in looks]
    rows = [_row(*pills[at : at + per_row]) for at in range(0, len(pills), per_row)]
    return _card(title, *rows)


def _payment_status(_page: QWidget) -> Card:
    return _pills("Payment status", list(PAYMENT_LOOKS.values()), 4)


def _visit_status(_page: QWidget) -> Card:
    return _pills("Visit status", list(VISIT_LOOKS.values()), 4)


def _money(_page: QWidget) -> Card:
    return _card(
        "Money on account",
        _row(Badge("credit", 20000), Badge("prepaid", 2000), Text("square: money", "caption", "muted")),
    )


def _devices(_page: QWidget) -> Card:
    looks = (("Ready", "ok"), ("Paper low", "warn"), ("Not connected", "bad"), ("Off", "neutral"))
    return _card("Device and line", _row(*(Pill(words, meaning, dot=True) for words, meaning in looks)))


def _progress(_page: QWidget) -> Card:
    long, short = Ring(), Ring()
    long.set(102, 120)
    short.set(21, 120)
    words = QVBoxLayout()
    words.setSpacing(S4)
    words.addWidget(Text("Waiting for card", "body_strong"))
    words.addWidget(Text("Last 30 s turn red and are spoken", "caption", "muted"))
    rings = _row(long, short, gap=S12)
    rings.insertLayout(2, words)
    steps = Steps([("Sent", DONE), ("Card", DONE), ("Bank", NOW), ("Recorded", TODO)])
    return _card("Progress", steps, rings)


def _empty(_page: QWidget) -> Card:
    state = EmptyState(
        "circle-check", "All clear. Nothing needs you.", "New items appear here by themselves.", ink="ok_text"
    )
    return _card("Empty", state)


def _banners(_page: QWidget) -> Card:
    return _card(
        "Banners",
        Banner(
            "warn",
            "Offline since 9:22 AM",
            "Cash and checks work. 4 changes waiting.",
            icon="cloud-off",
            button="Try now",
        ),
        Banner("bad", "Receipt not printed: paper out", "The payment is safe.", icon="printer", button="Reprint"),
        Banner("ok", "Back online", "4 changes sent.", icon="wifi"),
    )


def _summary(_page: QWidget) -> Card:
    summary = Summary("What goes back")
    summary.show_lines((
        SumLine("Paid May 6", "$320.00"),
        SumLine("Goes back to Mastercard \u2022\u2022\u2022\u2022 5454", "\u2212$120.00", strong=True, ink="bad_text"),
        SumLine("Kept by the clinic", "$200.00", line_before=True),
    ))  # fmt: skip
    lend = LendStrip()
    lend.ask("Refunds over $50.00 need a manager")
    return _card("Summary and a right that is lent", summary, lend)


def _loading(_page: QWidget) -> Card:
    return _card("Loading (only when nothing is known yet)", Skeleton(3))


def _error(page: QWidget) -> Card:
    from widgets.common.card import IconLabel

    again = KeycapButton(action=page_action(page, "Try again", "Ctrl+R"))
    return _card(
        "Error in place",
        _row(IconLabel("circle-alert", "bad_text", 18), Text("Balances could not be refreshed.", "body_strong")),
        Text("You see what was known at 9:12 AM. Payments still work.", "body", "text2", wrap=True),
        _row(again, Text("EHR-504", "mono_caption", "muted")),
    )


def _rows(_page: QWidget) -> Card:
    table = CellTable(
        "Rows", [Column("Patient", 130, 1), Column("Status", 130), Column("Due", 90, right=True)], head=False
    )
    table.set_rows([
        TableRow("a", (WordsCell("Rosa Alvarez", "selected row", "body_medium"),
                       PillCell(("Arrived", "info", "log-in")), MoneyCell(7500))),
        TableRow("b", (WordsCell("Henry Osei", "rest", "body_medium"),
                       PillCell(("Scheduled", "neutral", "calendar-days")), MoneyCell(4000))),
    ])  # fmt: skip
    table.set_key("a")
    table.setFixedHeight(table.content_height())
    return _card("Rows", table)


_COLUMNS: Final[tuple[tuple[Callable[[QWidget], Card], ...], ...]] = (
    (_buttons, _fields, _keycaps, _colours),
    (_payment_status, _visit_status, _money, _devices, _progress, _empty),
    (_banners, _summary, _loading, _error, _rows),
)

VARIANTS: Final[dict[str, dict[str, object]]] = {
    "components": {"scheme": "light"},
    "components-dark": {"scheme": "dark"},
    "components-150": {"scheme": "light", "scale": 150},
    "components-contrast": {"scheme": "light", "high_contrast": True},
}


def draw(folder: Path) -> list[Path]:
    """Draw every variant into `folder` and return the files."""
    look, written = theme.current(), []
    for name, variant in VARIANTS.items():
        look.set(**{"scale": 100, "high_contrast": False, **variant})  # type: ignore[arg-type]
        page = Gallery()
        page.setMinimumWidth(round(1440 * look.scale / 100))
        page.adjustSize()
        page.show()
        QApplication.processEvents()
        focus = page.findChild(KeycapButton, "focus")
        if focus is not None:
            FocusRing.of(page).surround(focus)
        written.append(folder / f"{name}.png")
        page.grab().save(str(written[-1]))
        page.close()
        page.deleteLater()
    look.set(scheme="light", scale=100, high_contrast=False)
    return written


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the gallery; returns the exit status."""
    parser = argparse.ArgumentParser(prog="widgets.gallery", description="Draw every part of the design into pictures.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    theme.apply(app)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for path in draw(chosen.out):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
