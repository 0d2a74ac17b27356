"""A document over the window: its pages or its picture, what is known of it, and a button to save a copy. And the
question why one is taken out."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, Qt, Signal
from PySide6.QtGui import QImage, QImageReader
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.document_views import Preview
from widgets import theme
from widgets.common import (
    ENTER,
    Card,
    Divider,
    ErrorText,
    Field,
    FormRow,
    Keycap,
    KeycapButton,
    Role,
    Text,
    page_action,
)
from widgets.common.button import IconButton
from widgets.common.form_dialog import FormDialog
from widgets.common.lending import LendStrip
from widgets.common.overlay import Overlay
from widgets.common.when import full_day_text, time_text
from widgets.papers.sheets import SheetView, image_of
from widgets.theme import S4, S8, S10, S12, S16, S24

_WIDTH, _SIDE = 860, 232


class PreviewDialog(Overlay):
    """Shows one document. `save_pressed` follows Enter and Ctrl+S."""

    save_pressed = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.card = Card(radius="dialog", line="control", inset=0, parent=self)
        self.panel = self.card
        self.title = Text("", "heading", elide=True)
        self.sheets = SheetView()
        self.facts = QVBoxLayout()
        self.facts.setSpacing(S4)
        self.note = Text("", "caption", "muted", wrap=True)
        self.error = ErrorText()
        self.save_action = page_action(self, "Save a copy", (*ENTER, "Ctrl+S"), self.save_pressed.emit)
        self.save = KeycapButton(role=Role.PRIMARY, action=self.save_action, icon="download")
        self.cancel = KeycapButton("Close", role=Role.LINK)
        self.cancel.clicked.connect(lambda _on=False: self.close_over())
        self._lay_out()

    def _lay_out(self) -> None:
        close = IconButton("x", "Close", role=Role.LINK)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Esc does it
        close.clicked.connect(lambda _on=False: self.close_over())
        head = QHBoxLayout()
        head.setContentsMargins(S24, S10, S12, S10)
        head.setSpacing(S8)
        head.addWidget(self.title, 1)
        head.addWidget(Keycap("Escape"))
        head.addWidget(close)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(S16, S16, S16, S16)
        side.setSpacing(S12)
        side.addLayout(self.facts)
        side.addWidget(self.note)
        side.addWidget(self.error)
        side.addStretch(1)
        side.addWidget(self.save)
        side.addWidget(self.cancel)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.sheets, 1)
        middle.addWidget(Divider("hairline", vertical=True))
        middle.addWidget(self._side)
        self.card.body.addLayout(head)
        self.card.body.addWidget(Divider("hairline"))
        self.card.body.addLayout(middle, 1)

    def place_panel(self) -> None:
        look = theme.current()
        self._side.setFixedWidth(look.px(_SIDE))
        wide = min(look.px(_WIDTH), self.width() - 2 * S16)
        self.card.setGeometry(QRect((self.width() - wide) // 2, S24, wide, self.height() - 2 * S24))

    def take_focus(self) -> None:
        self.sheets.setFocus(Qt.FocusReason.OtherFocusReason)

    def draw(self, name: str, preview: Preview | None, note: str = "", error: str = "") -> None:
        """Show a document, or its name alone while it is fetched; `error` says why it cannot be shown."""
        self.title.setText(name)
        self.card.setAccessibleName(f"Document {name}")
        self.sheets.show_images([image_of(page) for page in preview.pages] if preview else [])
        self._draw_facts(preview)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.error.set(error)
        self.save.set_available(preview is not None or bool(error), "It is fetched first")

    def show_image(self, image: QImage) -> None:
        """Show a picture in place of pages."""
        self.sheets.show_images([image])

    def _draw_facts(self, preview: Preview | None) -> None:
        while (left := self.facts.takeAt(0)) is not None:
            if (label := left.widget()) is not None:
                label.deleteLater()
        if preview is None:
            return
        item = preview.item
        pages = [f"{preview.page_count} pages"] if preview.page_count > 1 else []
        for words in (" · ".join([item.kind, item.size, *pages]), f"Added by {item.by}" if item.by else "",
                      f"{full_day_text(item.at.date())}, {time_text(item.at)}"):  # fmt: skip
            if words:
                self.facts.addWidget(Text(words, "table", "text2", wrap=True))


class RemoveDialog(FormDialog):
    """Asks why a document is taken out, and for a PIN where the person may not do it alone."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Take a document out", "Take out", 560)
        self.what = Text("", "body", wrap=True)
        self.reason = Field("Why it is taken out")
        self.reason.setMaxLength(200)
        self.row = FormRow("Reason", self.reason, "For example: belongs to somebody else")
        self.reason.textEdited.connect(lambda _text: self.row.set_error(""))
        self.lend = LendStrip()
        self.content.addWidget(self.what)
        self.content.addWidget(self.row)
        self.content.addWidget(self.lend)

    def ask(self, name: str, why_lent: str) -> None:
        """Open for a document; `why_lent` says why a PIN is needed, empty where none is."""
        self.what.setText(name)
        self.reason.clear()
        self.row.set_error("")
        self.error.set("")
        self.lend.forget()
        if why_lent:
            self.lend.ask(why_lent)
        self.lend.setVisible(bool(why_lent))
        self.say("It leaves every list. History keeps that it was there, and why it went.")
        self.show_verb("Take out", "", "")
        self.open_over()

    def take_focus(self) -> None:
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)


def image_from(content: bytes, most: int) -> QImage | None:
    """A picture's first image, as it lies; None where it is damaged or has more than `most` dots. Any thread."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))  # its own: it would only point at one it is given
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > most:
        return None
    image = reader.read()
    return None if image.isNull() else image.convertToFormat(QImage.Format.Format_RGB32)
