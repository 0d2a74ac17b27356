"""Decides what the panel of the line shows: it is read on a lane when it opens, and again when something changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

from app.joining_again import JoiningAgain
from app.lanes import Lane
from app.syncing import Syncing
from app.words import sentence_for
from widgets.bridge import Bridge
from widgets.syncing.again import JoiningDesk
from widgets.syncing.state import PanelState, panel_of
from widgets.syncing.view import SyncPanel


class SyncPresenter(QObject):
    """The panel over a window."""

    def __init__(
        self, view: SyncPanel, *, bridge: Bridge, lane: Lane, syncing: Callable[[], Syncing],
        now: Callable[[], datetime], attention: Callable[[], None], hub: Lane,
        joining_again: Callable[[], JoiningAgain], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        """`lane` reads; on `hub` the desk joins again."""
        super().__init__(parent or view)
        self._view, self._bridge, self._lane, self._syncing = view, bridge, lane, syncing
        self._now, self._attention = now, attention
        view.copy_asked.connect(self._copy)
        view.attention_asked.connect(self._to_attention)
        self._joining = JoiningDesk(view, bridge=bridge, hub=hub, joining_again=joining_again)
        self._joining.joined.connect(self.open)
        view.again_asked.connect(self._ask_line)

    def open(self) -> None:
        """Open the panel over the window."""
        self._view.show_copied("")
        self._view.draw(PanelState())
        self._view.open_over()
        self._read()

    def look_again(self) -> None:
        """Something may have changed; read it while the panel is open."""
        if self._view.isVisible():
            self._read()

    def _read(self) -> None:
        self._bridge.start(
            self._lane, lambda _job: self._syncing().view(), owner=self._view,
            done=lambda view: self._view.draw(panel_of(view, self._now())), failed=self._failed,
        )  # fmt: skip

    @Slot()
    def _copy(self) -> None:
        self._bridge.start(
            self._lane, lambda _job: self._syncing().for_support(), owner=self._view, done=self._copied,
            failed=self._failed,
        )  # fmt: skip

    def _copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._view.show_copied("Copied. It names no patient.")

    @Slot()
    def _to_attention(self) -> None:
        self._view.close_over(give_back=False)
        self._attention()

    @Slot()
    def _ask_line(self) -> None:
        self._view.close_over(give_back=False)
        self._joining.ask()

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        self._view.draw(PanelState(look=("Not read", "bad", "circle-alert"), text=str(words)))
