"""One setting of a page: words and hint at the left, its control at the right, what is wrong under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import AmountField, Choice, ErrorText, Field, Switch, Text
from widgets.settings.state import Choices, choices_with
from widgets.theme import S4, S10, S16


class SettingRow(QWidget):
    """`changed(value)` once something is decided. `wide`: the control takes a good part of the line."""

    changed = Signal(object)

    def __init__(self, title: str, hint: str, control: QWidget, *, wide: bool = False) -> None:
        super().__init__()
        self.control = control
        self.error = ErrorText()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Text(title, "body_medium"))
        if hint:
            words.addWidget(Text(hint, "caption", "muted", wrap=True))
        line = QHBoxLayout()
        line.setSpacing(S16)
        line.addLayout(words, 3)
        line.addWidget(control, 2 if wide else 0)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, S10, 0, S10)
        body.setSpacing(S4)
        body.addLayout(line)
        body.addWidget(self.error)

    def show_value(self, value: Any) -> None:
        """Show what stands; what is being typed stays."""
        raise NotImplementedError

    def show_error(self, text: str) -> None:
        """Say why it was not taken, or nothing."""
        self.error.set(text)
        if isinstance(self.control, Field | AmountField):
            self.control.set_wrong(bool(text))


class SwitchRow(SettingRow):
    """On or off."""

    def __init__(self, title: str, hint: str = "") -> None:
        self._switch = Switch(title)
        super().__init__(title, hint, self._switch)
        self._switch.toggled.connect(self.changed.emit)

    def show_value(self, value: Any) -> None:
        """Show what stands."""
        self._switch.blockSignals(True)
        self._switch.setChecked(bool(value))
        self._switch.blockSignals(False)


class ChoiceRow(SettingRow):
    """One of a few values, all of the type `kind`."""

    def __init__(self, title: str, hint: str, choices: Choices, kind: Callable[[str], Any]) -> None:
        self._choices = choices
        self._choice = Choice(title, [(str(value), words) for value, words in choices])
        super().__init__(title, hint, self._choice)
        self._choice.setMinimumWidth(theme.current().px(160))
        self._choice.chosen.connect(lambda key: self.changed.emit(kind(key)))

    def show_value(self, value: Any) -> None:
        """Show what stands, among the choices even where it was set elsewhere."""
        self._choice.set_items([(str(choice), words) for choice, words in choices_with(self._choices, value)])
        self._choice.set_key(str(value))


class AmountRow(SettingRow):
    """Cents, or None for what is no amount; an empty field is none of it: 0."""

    def __init__(self, title: str, hint: str = "") -> None:
        self._field = AmountField(title, allow_zero=True)
        super().__init__(title, hint, self._field)
        self._field.setFixedWidth(theme.current().px(130))
        self._field.editingFinished.connect(self._done)

    def _done(self) -> None:
        if self._field.isModified():
            self._field.setModified(False)
            self.changed.emit(self._field.cents if self._field.text().strip() else 0)

    def show_value(self, value: Any) -> None:
        """Show what stands; what is being typed stays."""
        if not self._field.hasFocus():
            self._field.set_cents(int(value))


class NumberRow(SettingRow):
    """A whole number; None for what is none."""

    def __init__(self, title: str, hint: str = "") -> None:
        self._field = Field(title)
        super().__init__(title, hint, self._field)
        self._field.setMaxLength(3)
        self._field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._field.setFixedWidth(theme.current().px(130))
        self._field.editingFinished.connect(self._done)

    def _done(self) -> None:
        if self._field.isModified():
            self._field.setModified(False)
            typed = self._field.text().strip()
            self.changed.emit(int(typed) if typed.isdecimal() else None)

    def show_value(self, value: Any) -> None:
        """Show what stands; what is being typed stays."""
        if not self._field.hasFocus():
            self._field.setText(str(int(value)))


class TextRow(SettingRow):
    """Words, of at most so many letters."""

    def __init__(self, title: str, hint: str, letters: int) -> None:
        self._field = Field(title)
        super().__init__(title, hint, self._field, wide=True)
        self._field.setMaxLength(letters)
        self._field.editingFinished.connect(self._done)

    def _done(self) -> None:
        if self._field.isModified():
            self._field.setModified(False)
            self.changed.emit(self._value(self._field.text().strip()))

    def _value(self, typed: str) -> Any:
        return typed

    def _text(self, value: Any) -> str:
        return str(value)

    def show_value(self, value: Any) -> None:
        """Show what stands; what is being typed stays."""
        if not self._field.hasFocus():
            self._field.setText(self._text(value))


class NamesRow(TextRow):
    """Several names, typed with commas between them."""

    def _value(self, typed: str) -> Any:
        return tuple(name.strip() for name in typed.split(",") if name.strip())

    def _text(self, value: Any) -> str:
        return ", ".join(value)
