"""Draws Approved and says what the clerk did; decides nothing."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.approved.paper import Paper
from widgets.approved.parts import FactTile, NextCard, Result, UndoPane
from widgets.approved.state import MOST_TILES, ApprovedState
from widgets.approved.ways import WAYS, WaysRow, WaysState
from widgets.common import ENTER, Banner, Card, IconLabel, KeycapButton, Pill, Role, Text, page_action, visit_look
from widgets.common.announce import announce
from widgets.common.patient import visit_text
from widgets.common.patient_bar import PatientBar
from widgets.common.showing import show_parts
from widgets.theme import S10, S12, S14, S16, S20, Themed

_PREVIEW = 366


class ApprovedPage(Themed, QWidget):
    """One Approved page. `undo_confirmed` after a reason was given and Ctrl+Enter pressed."""

    done_pressed = Signal()
    reprint_pressed = Signal()
    page_pressed = Signal()
    undo_pressed = Signal()
    undo_reason_chosen = Signal(str)
    undo_note_typed = Signal(str)
    undo_confirmed = Signal()
    back_pressed = Signal()
    way_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Approved")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.done_action = page_action(self, "Done", ENTER, self.done_pressed.emit)
        self.back = page_action(self, "Back", "Esc", self.back_pressed.emit)
        self.reprint_action = page_action(self, "Reprint", "Ctrl+P", self.reprint_pressed.emit)
        self.page_action = page_action(self, "Other printer…", "Alt+R", self.page_pressed.emit)
        self.undo_action = page_action(self, "Undo", "Ctrl+Z", self.undo_pressed.emit)
        self.confirm_action = page_action(self, "Confirm", ("Ctrl+Return", "Ctrl+Enter"), self.undo_confirmed.emit)
        way_actions = {name: page_action(self, words, key, partial(self.way_pressed.emit, name))
                       for name, words, _icon, key in WAYS}  # fmt: skip
        self.bar = PatientBar(self.back)
        self.result = Result()
        self.tiles = [FactTile() for _ in range(MOST_TILES)]
        self.receipt_title = Text("Receipt", "heading_s")
        self.receipt_pill = Pill()
        self._sent_words = Text("", "table", "muted", elide=True, align=Qt.AlignmentFlag.AlignRight)
        self._sent_icon = IconLabel("check", "ok_text", 16)
        self.ways = WaysRow(way_actions)
        self.trouble = Banner("bad", icon="printer", action=self.page_action)
        self.notice = Banner("warn")
        self.next_card = NextCard()
        self.undo_pane = UndoPane()
        self.done = KeycapButton(role=Role.PRIMARY, action=self.done_action, icon="check", size="primary_l")
        self.reprint = KeycapButton(action=self.reprint_action, icon="printer")
        self.undo = KeycapButton(action=self.undo_action, icon="undo-2")
        self.confirm = KeycapButton(role=Role.DANGER, action=self.confirm_action, size="primary_l")
        self.keep = KeycapButton("Keep the payment", action=self.back)
        for button in (self.done, self.reprint, self.undo, self.confirm, self.keep):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves Enter with the page
        self.paper = Paper()
        self._lay_out()
        self.undo_pane.chosen.connect(self.undo_reason_chosen)
        self.undo_pane.noted.connect(self.undo_note_typed)
        self.follow_theme()

    def _lay_out(self) -> None:
        self._facts = QWidget()
        tiles = QHBoxLayout(self._facts)
        tiles.setContentsMargins(0, 0, 0, 0)
        tiles.setSpacing(S12)
        for tile in self.tiles:
            tiles.addWidget(tile, 1)
        self._receipt_row = QWidget()
        receipt = QHBoxLayout(self._receipt_row)
        receipt.setContentsMargins(0, 0, 0, 0)
        receipt.setSpacing(S10)
        receipt.addWidget(self.receipt_title)
        receipt.addWidget(self.receipt_pill)
        receipt.addWidget(self._sent_words, 1)
        receipt.addWidget(self._sent_icon)
        buttons = QHBoxLayout()
        buttons.setSpacing(S10)
        for button in (self.done, self.confirm):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for button in (self.done, self.confirm, self.reprint, self.undo, self.keep):
            buttons.addWidget(button, 1 if button in {self.done, self.confirm} else 0)
        self.left = Card(inset=S20 + 2)
        for part in (self.result, self._facts, self._receipt_row, self.ways, self.trouble, self.undo_pane, self.notice):
            self.left.body.addWidget(part)
        self.left.body.addStretch(1)
        self.left.body.addWidget(self.next_card)
        self.left.body.addLayout(buttons)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(S16)
        self._columns.addWidget(self.left, 1)
        self._columns.addWidget(self._preview())
        self._body = QVBoxLayout(self)
        self._body.addWidget(self.bar)
        self._body.addLayout(self._columns, 1)

    def _preview(self) -> Card:
        head = QHBoxLayout()
        head.addWidget(Text("Receipt preview", "table_strong", "text2"))
        head.addStretch(1)
        self._paper_words = Text("", "caption", "muted")
        head.addWidget(self._paper_words)
        self.roll = QScrollArea()
        self.roll.setFrameShape(QFrame.Shape.NoFrame)
        self.roll.setWidgetResizable(True)
        self.roll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.roll.viewport().setAutoFillBackground(False)
        self.roll.setAccessibleName("Receipt preview")
        self.roll.setWidget(self.paper)
        self.paper.setAutoFillBackground(False)
        self.preview = Card(ground="hover", inset=S14)
        self.preview.body.setSpacing(S12)
        self.preview.body.addLayout(head)
        self.preview.body.addWidget(self.roll, 1)
        return self.preview

    def restyle(self) -> None:
        look = theme.current()
        inset, gap = look.size("page_inset_y"), look.size("gap")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(gap)
        room = S14 if look.compact else S20 + 2
        self.left.body.setContentsMargins(room, room, room, room)
        self.left.body.setSpacing(S10 if look.compact else S16)
        self.preview.setFixedWidth(look.px(_PREVIEW))
        for button in (self.reprint, self.undo, self.keep):
            button.setFixedHeight(look.size("primary_l"))

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def take_focus(self) -> None:
        """Put the focus where the page's keys work."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def announce_receipt(self) -> None:
        """Speak what became of the receipt."""
        announce(self, f"Receipt: {self.receipt_pill.text}", urgent=not self.trouble.isHidden())

    def announce(self) -> None:
        """Speak the result."""
        announce(self, self.result.amount.accessibleName())

    def draw(self, state: ApprovedState) -> None:
        """Show `state`."""
        collected = state.collected
        self.bar.show_patient(collected.patient)
        self.bar.show_pill(visit_look(collected.visit) if collected.visit else None)
        self.bar.show_about(visit_text(collected.visit) if collected.visit else "")
        self.result.draw(state)
        undoing = state.undo is not None
        self._facts.setVisible(bool(state.tiles) and not undoing)
        for at, tile in enumerate(self.tiles):
            tile.setVisible(at < len(state.tiles))
            if at < len(state.tiles):
                tile.draw(state.tiles[at])
        self._draw_receipt(state)
        self.notice.setVisible(state.notice is not None)
        if state.notice is not None:
            self.notice.set(state.notice.title, state.notice.body)
        was_undoing = not self.undo_pane.isHidden()
        self.undo_pane.draw(state.undo_title, state.undo)
        tight = theme.current().compact or state.notice is not None
        self.left.body.setSpacing(S10 if tight else S16)
        crowded = undoing or state.notice is not None or state.receipt.trouble is not None
        self.next_card.draw(None if crowded else state.next_up, state.next_line)
        self._draw_buttons(state)
        if undoing != was_undoing and self.isVisible():
            if undoing:
                self.undo_pane.picker.take_focus()
            else:
                self.take_focus()

    def _draw_receipt(self, state: ApprovedState) -> None:
        undoing = state.undo is not None
        receipt = state.receipt
        self._receipt_row.setVisible(not undoing)
        full = state.notice is not None and receipt.trouble is not None
        self.ways.setVisible(state.ways is not None and not (undoing or full))
        told = state.ways or WaysState({})
        self.ways.draw(told)
        self._sent_words.setText(told.said)
        self._sent_words.set_look(ink=told.ink)
        self._sent_icon.setVisible(bool(told.said))
        self._sent_icon.set(told.icon, told.ink)
        self.page_action.setEnabled(state.ways is not None and not undoing)
        self.receipt_pill.set(receipt.words, receipt.meaning, receipt.icon)
        self.trouble.setVisible(receipt.trouble is not None and not undoing)
        if receipt.trouble is not None:
            self.trouble.set(receipt.trouble.title, receipt.trouble.body, meaning=receipt.meaning, icon=receipt.icon)
        self.paper.show_document(state.collected.receipt, state.roll)
        self._paper_words.setText(f"{state.roll.width_mm} mm paper")

    def _draw_buttons(self, state: ApprovedState) -> None:
        undo = state.undo
        running = undo is not None and undo.running
        self.done.set_text(state.done_text)
        self.done_action.setEnabled(undo is None)
        self.reprint.set_available(state.can_reprint, "There is no receipt of this payment.")
        self.undo_action.setEnabled(state.can_undo)
        self.confirm.set_text(state.confirm_text)
        self.confirm.set_available(undo is not None and not running)
        if running:
            self.confirm.set_busy("Taking back…")
        else:
            self.confirm.set_idle()
        self.back.setEnabled(not running)
        shown: dict[QWidget, bool] = {
            self.done: undo is None, self.reprint: undo is None, self.undo: undo is None and state.can_undo,
            self.confirm: undo is not None, self.keep: undo is not None,
        }  # fmt: skip
        show_parts(shown)
