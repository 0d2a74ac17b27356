"""Dialogs of Settings > Devices: what was found, adding by address, the device log."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.device_kinds import KINDS
from app.device_log import DeviceEvent, act_words, end_words
from app.devices import Offer
from widgets.common import CellTable, Choice, Column, Field, FormRow, IconCell, KeycapButton, PillCell, TableRow, Text
from widgets.common.cells import WordsCell
from widgets.common.form_dialog import FormDialog
from widgets.devices.state import ICONS, OTHER_ICON, moment, name_of, offer_title, offer_under, took_words, usual_kind
from widgets.theme import S8, S12

AGAIN_MS = 2_000
KIND_ITEMS = [(kind.key, kind.name) for kind in KINDS.values()]
LOOKING = "Looking at what hangs on this computer…"
NOTHING = (
    "Nothing was found on this computer’s USB sockets and ports. Is the device switched on and its cable in? What is "
    "plugged in now appears here by itself. A device on the network is added by its address."
)
HINT = "What is plugged in appears here by itself. A device on the network is added by its address."


class FindDialog(FormDialog):
    """What hangs on this computer, and what each may be used as. `submitted` uses the chosen one; `look_asked` every
    two seconds while it is open; `address_asked` to add one that is not listed."""

    look_asked = Signal()
    address_asked = Signal()

    def __init__(self, host: QWidget, kinds: Sequence[tuple[str, str]] = KIND_ITEMS) -> None:
        """`kinds` are what a device may be used as: (key, name)."""
        super().__init__(host, "Find devices", "Use it", 720)
        self._offers: tuple[Offer, ...] = ()
        self._wanted = ""
        columns = (Column("Device", 300, stretch=1), Column("Used as", 190))
        self.table = CellTable("Devices that were found", columns)
        self.hint = Text(LOOKING, "body", "text2", wrap=True)
        self.kind = Choice("Use it as", kinds)
        self.kind_row = FormRow("Use it as", self.kind)
        self.address = KeycapButton("Add by address…", icon="plus")
        self.address.clicked.connect(lambda _checked=False: self._to_address())
        self.content.addWidget(self.hint)
        self.content.addWidget(self.table, 1)
        low = QHBoxLayout()
        low.setSpacing(S12)
        low.addWidget(self.kind_row, 1)
        low.addWidget(self.address, 0, Qt.AlignmentFlag.AlignBottom)
        self.content.addLayout(low)
        self.table.selected.connect(lambda _key: self._chosen())
        self.table.opened.connect(lambda _key: self.submit_action.trigger())
        self._again = QTimer(self, interval=AGAIN_MS)
        self._again.timeout.connect(self.look_asked)
        self.closed.connect(self._again.stop)
        self.say("Nothing is sent to a device before it is used.")

    @property
    def chosen(self) -> Offer | None:
        """The device that is chosen."""
        return next((offer for offer in self._offers if offer.found.wire == self.table.key), None)

    def open_for(self, kind: str = "") -> None:
        """Open and look; `kind` is what is wanted, or whatever it usually is."""
        self._wanted = kind
        self.refuse("")
        self.show_offers(None)
        self.open_over()
        self.look_asked.emit()
        self._again.start()

    def show_offers(self, offers: Sequence[Offer] | None) -> None:
        """Show what is there now; None: it is being looked for."""
        known, self._offers = self._offers, tuple(offers or ())
        if offers is not None and known == self._offers and self.table.rows:
            return
        self.hint.setText(LOOKING if offers is None else HINT if self._offers else NOTHING)
        key = self.table.key
        self.table.set_rows([_row(offer) for offer in self._offers])
        self.table.setVisible(bool(self._offers))
        self.table.setMinimumHeight(220 if self._offers else 0)
        self.kind_row.setVisible(bool(self._offers))
        if self._offers and not (key and self.table.set_key(key)):
            self._select_likely()
        self.show_verb("Use it", "", "" if self._offers else "Nothing was found")
        self._chosen()
        if self.isVisible() and self._offers and not self.table.hasFocus() and not self.kind.hasFocus():
            self.take_focus()

    def _select_likely(self) -> None:
        fits = [offer for offer in self._offers if offer.found.kind == self._wanted] if self._wanted else []
        if not fits or not self.table.set_key(fits[0].found.wire):
            self.table.select_first()

    def _chosen(self) -> None:
        if self.table.key:
            self.kind.set_key(usual_kind(self._offers, self.table.key, self._wanted))

    def _to_address(self) -> None:
        self.close_over()
        self.address_asked.emit()

    def take_focus(self) -> None:
        (self.table if self._offers else self.address).setFocus(Qt.FocusReason.OtherFocusReason)


def _row(offer: Offer) -> TableRow:
    icon = ICONS.get(offer.found.kind, OTHER_ICON)
    used = PillCell((f"{name_of(offer.used_as)} here", "ok", "check")) if offer.used_as else WordsCell("", ink="muted")
    return TableRow(offer.found.wire, (IconCell(icon, "ok" if offer.used_as else "neutral", offer_title(offer),
                                                offer_under(offer)), used))  # fmt: skip


class AddressDialog(FormDialog):
    """A device by its address: what it is, where it is, what addresses look like."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Add by address", "Use it", 620)
        self.kind = Choice("Device", KIND_ITEMS)
        self.field = Field("Address")
        self.field.setMaxLength(200)
        self.row = FormRow("Address", self.field)
        self.examples = Text("", "caption", "muted", wrap=True)
        self.content.addWidget(FormRow("Device", self.kind))
        self.content.addWidget(self.row)
        self.content.addWidget(self.examples)
        self.kind.chosen.connect(lambda _key: self._show_kind())
        self.field.textEdited.connect(lambda _text: self.row.set_error(""))
        self.say("It counts at once. Nothing is charged or printed by this.")

    def open_for(self, kind: str, address: str = "") -> None:
        """Open for a kind, with an address to begin with."""
        self.kind.set_key(kind or KIND_ITEMS[0][0])
        self.field.setText(address)
        self.row.set_error("")
        self.show_verb("Use it", "", "")
        self._show_kind()
        self.open_over()

    def show_wrong(self, words: str) -> None:
        """Why it cannot be used."""
        self.row.set_error(words)
        self.place_panel()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_kind(self) -> None:
        examples = KINDS[self.kind.key].examples
        self.field.setPlaceholderText(examples[0])
        self.examples.setText(f"For example: {',  '.join(examples)}")
        self.place_panel()

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()


LOG_NOTE = "No patient and nothing of a card is in it."
_ALL = "all"


class LogDialog(FormDialog):
    """What was asked of devices. `submitted` saves it as text; `device_chosen(key or empty)`."""

    device_chosen = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Device log", "Save as text…", 860, keys=("Ctrl+S",))
        columns = (Column("When", 150), Column("Device", 130), Column("Asked", 190), Column("How it ended", 200, 1),
                   Column("Took", 80, 0, True))  # fmt: skip
        self.device = Choice("Device", [(_ALL, "All devices"), *((key, kind.name) for key, kind in KINDS.items())])
        self.device.chosen.connect(lambda key: self.device_chosen.emit("" if key == _ALL else key))
        self.table = CellTable("Events", columns, lines=1)
        self.table.setMinimumHeight(320)
        self.empty = Text("Nothing was asked of a device yet.", "body", "muted", wrap=True)
        top = QHBoxLayout()
        top.setSpacing(S8)
        top.addWidget(self.device)
        top.addStretch(1)
        self.content.addLayout(top)
        self.content.addWidget(self.table, 1)
        self.content.addWidget(self.empty)
        self.say(LOG_NOTE)

    @property
    def wanted(self) -> str:
        """Whose events are shown; empty: everybody's."""
        return "" if self.device.key == _ALL else self.device.key

    def show_events(self, events: Sequence[DeviceEvent]) -> None:
        """Show events, the newest first."""
        key = self.table.key
        self.table.set_rows([_event_row(at, one) for at, one in enumerate(events)])
        self.table.setVisible(bool(events))
        self.empty.setVisible(not events)
        if not self.table.set_key(key):
            self.table.select_first()
        self.show_verb("Save as text…", "", "" if events else "There is nothing to save yet")

    def take_focus(self) -> None:
        (self.table if self.table.isVisible() else self.device).setFocus(Qt.FocusReason.OtherFocusReason)


def _event_row(number: int, event: DeviceEvent) -> TableRow:
    ink = "text" if event.good else "warn_text"
    when = f"{event.at:%b} {event.at.day}, {moment(event.at)}"
    cells = (WordsCell(when, ink="muted"), WordsCell(name_of(event.device)), WordsCell(act_words(event)),
             WordsCell(end_words(event), ink=ink), WordsCell(took_words(event.took_ms), ink="muted"))  # fmt: skip
    return TableRow(str(number), cells)
