"""Several of a few: a field that lists them with ticks, and says in one line what is ticked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionComboBox, QWidget

from widgets.common.fields import Choice
from widgets.theme import S12

_KEY = Qt.ItemDataRole.UserRole
_TAKE = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class SeveralChoice(Choice):
    """`presets` are choices of several at once (by key: their words and what they tick), `items` what can be ticked.

    In the open list Space or a click ticks, and Enter takes what is ticked; Enter on one that nobody ticked takes it
    alone, as the arrow keys and letters of the closed field do. `several(keys)` follows every change.
    """

    several = Signal(object)

    def __init__(
        self, name: str, presets: Mapping[str, tuple[str, frozenset[str]]], items: Sequence[tuple[str, str]],
        words: Callable[[frozenset[str]], str], parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`words` says in one line what is ticked."""
        self._presets = {key: keys for key, (_, keys) in presets.items()}
        self._words_of, self._keys = words, frozenset[str]()
        self._pressed = self._ticked = False
        self._ready = False
        super().__init__(name, [*((key, said) for key, (said, _) in presets.items()), *items], narrow=True,
                         parent=parent)  # fmt: skip
        self._ready = True
        for at in range(len(presets), self.count()):
            self._item(at).setCheckable(True)
        self.view().setItemDelegate(QStyledItemDelegate(self.view()))
        self.view().installEventFilter(self)
        self.view().viewport().installEventFilter(self)
        self.chosen.connect(self._take)
        self.set_keys(frozenset())

    @property
    def keys(self) -> frozenset[str]:
        """What is ticked; empty: nothing is left out."""
        return self._keys

    @property
    def words(self) -> str:
        """What the field says."""
        return self._words_of(self._keys)

    def set_keys(self, keys: frozenset[str]) -> None:
        """Tick these, without telling."""
        self._keys = keys
        for at in range(self.count()):
            item = self._item(at)
            if item.isCheckable():
                item.setCheckState(Qt.CheckState.Checked if item.data(_KEY) in keys else Qt.CheckState.Unchecked)
        same = next((key for key, wanted in self._presets.items() if wanted == keys), None)
        if not self.view().isVisible() and (same is not None or len(keys) == 1):
            self.set_key(same if same is not None else next(iter(keys)))
        self.setToolTip(self.words)
        self.setAccessibleDescription(self.words)
        self.update()

    def _item(self, at: int) -> QStandardItem:
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        return model.item(at)

    def _take(self, key: str) -> None:
        """One of the list alone, or a preset."""
        self._tell(self._presets.get(key, frozenset({key})))

    def _tick(self, index: QModelIndex) -> None:
        self._ticked = True
        self._tell(self._keys ^ {str(index.data(_KEY))})

    def _tell(self, keys: frozenset[str]) -> None:
        if keys != self._keys:
            self.set_keys(keys)
            self.several.emit(keys)

    def showPopup(self) -> None:
        """Open the list, as wide as its words."""
        self._pressed = self._ticked = False
        view = self.view()
        view.setTextElideMode(Qt.TextElideMode.ElideNone)
        view.setMinimumWidth(view.sizeHintForColumn(0) + 2 * S12)
        super().showPopup()

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """The field says what is ticked, whatever row is in focus."""
        super().initStyleOption(option)
        if self._ready:
            option.currentText = self.words

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space and clicks tick and leave the list open."""
        if isinstance(event, QKeyEvent) and watched is self.view():
            if event.type() == QEvent.Type.ShortcutOverride and event.key() in _TAKE and self._ticked:
                event.accept()  # or Qt takes the row in focus before the key is pressed
                return True
            return event.type() == QEvent.Type.KeyPress and self._key_pressed(event)
        if isinstance(event, QMouseEvent) and watched is self.view().viewport():
            return self._clicked(event)
        return super().eventFilter(watched, event)

    def _key_pressed(self, event: QKeyEvent) -> bool:
        index = self.view().currentIndex()
        if event.key() == Qt.Key.Key_Space and self._can_tick(index):
            self._tick(index)
            return True
        if event.key() in _TAKE and self._ticked:
            self.hidePopup()
            return True
        return False

    def _clicked(self, event: QMouseEvent) -> bool:
        index = self.view().indexAt(event.position().toPoint())
        if event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = True  # the release of the click that opened the list ticks nothing
        if event.type() != QEvent.Type.MouseButtonRelease or not self._pressed or not self._can_tick(index):
            return False
        self._tick(index)
        return True

    def _can_tick(self, index: QModelIndex) -> bool:
        return index.isValid() and bool(index.flags() & Qt.ItemFlag.ItemIsUserCheckable)
