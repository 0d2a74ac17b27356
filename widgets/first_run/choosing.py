"""A dialog of first run: the card reader of an account at Stripe, as Settings > Devices shows it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from widgets.common.form_dialog import FormDialog
from widgets.settings.stripe import StripePart, StripePresenter


class StripeDialog(FormDialog):
    """The key, the account's readers, registering one. It closes when a reader is chosen; Enter is the part's own."""

    presenter: StripePresenter

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Reader at Stripe", "Use it", 820, keys=())
        self.part = StripePart()
        self.content.addWidget(self.part)
        self.primary.hide()
        self.submit_action.setEnabled(False)
        self.cancel.set_text("Close")
        self.say("Nothing is charged. The key goes into this computer’s keyring at once.")

    def take_focus(self) -> None:
        self.part.key.setFocus(Qt.FocusReason.OtherFocusReason)
