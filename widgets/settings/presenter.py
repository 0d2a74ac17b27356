"""Decides what Settings does: writes each change on a lane, says what was refused and shows what stands."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Slot

from app.lanes import Lane
from app.settings import OPTIONS, Settings
from app.words import sentence_for
from widgets.bridge import Bridge
from widgets.settings.view import SettingsView

_BY_KEY = {option.key: option for option in OPTIONS}


class SettingsPresenter(QObject):
    """The rows of Settings."""

    def __init__(
        self, view: SettingsView, *, bridge: Bridge, lane: Lane, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lane, self._settings = view, bridge, lane, settings
        self._refused: dict[str, str] = {}
        view.changed.connect(self._change)
        bridge.listen(settings.subscribe, view, lambda _key: self.show())

    def show(self) -> None:
        """Show what stands."""
        self._view.show_values({option.key: self._settings.get(option) for option in OPTIONS})
        self._view.show_refused(self._refused)

    @Slot(str, object)
    def _change(self, key: str, value: Any) -> None:
        option = _BY_KEY[key]
        self._bridge.start(
            self._lane,
            lambda _job: self._settings.set(option, value),
            owner=self,
            done=lambda _nothing: self._taken(key),
            failed=lambda error: self._not_taken(key, error),
        )

    def _taken(self, key: str) -> None:
        self._refused.pop(key, None)
        self.show()

    def _not_taken(self, key: str, error: Exception) -> None:
        words = sentence_for(error)
        self._refused[key] = " ".join(part for part in (f"{words.title}.", words.action) if part)
        self.show()
