"""Draws the documents' panel and says what the clerk did; decides nothing. Files are dropped on it or chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from widgets.common import (
    Banner,
    Card,
    CellTable,
    Divider,
    EmptyState,
    KeycapButton,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.documents.state import NARROW, WIDE, DocumentsState
from widgets.theme import S4, S8, S12

PICKED = "Documents (*.pdf *.png *.jpg *.jpeg *.gif *.webp);;All files (*)"


def ask_files(parent: QWidget) -> list[Path]:
    """Which files shall be added; none when the clerk gave up."""
    chosen, _ = QFileDialog.getOpenFileNames(parent, "Add documents", "", PICKED)
    return [Path(each) for each in chosen]


class RowKeys(QObject):
    """Keys of a list that lies in another page: while it has the focus they are its own, not the page's, also when they
    can do nothing now: who opens a document must not find themselves collecting."""

    def __init__(self, table: QWidget, actions: Sequence[QAction]) -> None:
        super().__init__(table)
        self._actions = tuple(actions)
        table.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) or not isinstance(event, QKeyEvent):
            return False
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pressed = QKeySequence(event.key() | plain.value)
        for action in self._actions:
            if pressed in action.shortcuts():
                event.accept()
                if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat() and action.isEnabled():
                    action.trigger()
                return True
        return False


class DocumentsPanel(Card):
    """The panel. `wide` has columns of its own, else it fits beside other things. Rows are named by document ids."""

    added = Signal(list)
    chosen = Signal(str)
    opened = Signal()
    save_pressed = Signal()
    remove_pressed = Signal()
    retry_pressed = Signal()

    def __init__(
        self, *, wide: bool = False, pick: Callable[[QWidget], list[Path]] = ask_files, parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(inset=0, clip=True, parent=parent)
        self.setAccessibleName("Documents")
        self.setAcceptDrops(True)
        self.wide, self._pick = wide, pick
        self._drawing = False
        self.table = CellTable("Documents", WIDE if wide else NARROW, head=wide)
        self.add_action = page_action(self, "Add a document", "Insert", self._choose)
        self.open_action = page_action(self.table, "Open the document", ("Return", "Enter"), self.opened.emit)
        self.save_action = page_action(self.table, "Save a copy of the document", "S", self.save_pressed.emit)
        self.remove_action = page_action(self.table, "Take the document out", "Del", self.remove_pressed.emit)
        self.add = KeycapButton("Add…", action=self.add_action, icon="plus", size="control_small")
        self.open = KeycapButton("Open", action=self.open_action, size="control_small")
        self.save = KeycapButton("Save copy", action=self.save_action, size="control_small")
        self.remove = KeycapButton("Take out", action=self.remove_action, size="control_small")
        self.banner = Banner("bad")
        self.empty = EmptyState("file-text", "No documents yet", "Drop a PDF or picture here, or add one.")
        self.why = Text("", "caption", "muted", wrap=True)
        self.foot = Text("", "caption", "muted", elide=True)
        self._skeleton = Skeleton(3)
        self._keys = RowKeys(self.table, (self.open_action, self.save_action, self.remove_action))
        self._lay_out()
        self.setFocusProxy(self.table)
        self.table.selected.connect(lambda key: None if self._drawing else self.chosen.emit(key))
        self.table.opened.connect(lambda _key: self.open_action.trigger())
        self.banner.pressed.connect(self.retry_pressed)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(S12, S8, S8, S8)
        head.addWidget(Text("Documents", "heading_s"))
        head.addStretch(1)
        head.addWidget(self.add)
        self._stack = QStackedLayout()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(S12, S4, S8, S4)
        self._grid.setSpacing(S8)
        self._grid.setColumnStretch(3, 1)
        for button in (self.open, self.save, self.remove):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._acts = QWidget()
        self._acts.setLayout(self._grid)
        self._acts.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._place_acts()
        below = QVBoxLayout()
        below.setContentsMargins(S12, S4, S12, S8)
        below.setSpacing(S4)
        below.addWidget(self.why)
        below.addWidget(self.foot)
        self.body.addLayout(head)
        self.body.addWidget(Divider("hairline"))
        self.body.addWidget(self.banner)
        self.body.addLayout(self._stack, 1)
        self.body.addWidget(Divider("hairline"))
        self.body.addWidget(self._acts)
        self.body.addLayout(below)
        for page in (skeleton_page(self._skeleton), self.table, self.empty):
            self._stack.addWidget(page)
        self.banner.hide()

    def _place_acts(self) -> None:
        """The acts stand side by side where there is room, else two and one."""
        buttons = (self.open, self.save, self.remove)
        room = sum(button.sizeHint().width() + S8 for button in buttons) + S12
        across = 3 if self.width() >= room else 2
        for number, button in enumerate(buttons):
            self._grid.addWidget(button, number // across, number % across)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_acts()

    # Files ----------------------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        found = self._pick(self)
        if found:
            self.added.emit(found)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files_of(event):
            event.acceptProposedAction()
            self.set_look(ground="selected", line="accent", width=2)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.set_look(ground="surface", line="border")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.set_look(ground="surface", line="border")
        found = _files_of(event)
        if found:
            event.acceptProposedAction()
            self.added.emit(found)

    # Drawing --------------------------------------------------------------------------------------------------------

    def draw(self, state: DocumentsState) -> None:
        """Show `state`; the chosen row stays chosen where it still is."""
        self._drawing = True
        try:
            self.table.set_rows(state.rows)
            if state.chosen:
                self.table.set_key(state.chosen)
        finally:
            self._drawing = False
        self._stack.setCurrentIndex(0 if state.waiting else 1 if state.rows else 2)
        self._acts.setVisible(bool(state.rows))
        item = state.item
        self.open.set_available(state.can_open, "It cannot be opened now" if item else "Choose a document")
        self.save.set_available(state.can_open, "It cannot be copied now" if item else "Choose a document")
        self.remove.set_available(item is not None and not state.busy, "Choose a document")
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self.foot.setText(state.foot)
        self.foot.setVisible(bool(state.rows or state.busy or state.said))

    def explain(self, words: str) -> None:
        """What the chosen document's state means."""
        self.why.setText(words)
        self.why.setVisible(bool(words))

    def say(self, words: str) -> None:
        """Speak what was just done."""
        announce(self, words)


def _files_of(event: QDropEvent) -> list[Path]:
    """The files of this computer that are dragged; nothing else is taken."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
