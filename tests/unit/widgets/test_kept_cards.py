"""The cards on file and the consent before: nothing is clipped in any look, and every button says whose card it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.keeping_cards import ENGLISH, SPANISH, new_consent
from app.views import KeptCardLine
from tests.support import frozen
from tests.support.windows import LOOKS, clipped, picture, shown
from widgets import theme
from widgets.kept_cards.consent import ConsentDialog
from widgets.kept_cards.dialog import REMOVE, RENAME, CardsDialog, CardsState

pytestmark = pytest.mark.usefixtures("themed")

VISA = KeptCardLine("visa", "Visa •••• 4242", "", "Rosa Alvarez", "Rosa Alvarez", date(2026, 3, 2), "Maria", "12/34",
                    first=True)  # fmt: skip
AMEX = replace(VISA, kept_card_id="amex", name="American Express •••• 8431", nickname="The one with mountains on it",
               holder=frozen.LONG.name, first=False, why_not="card.kept_elsewhere")  # fmt: skip
LINES = ((VISA, "Rosa Alvarez’s card · agreed Mar 2 · expires 12/34"),
         (AMEX, f"{frozen.LONG.name}’s card · agreed Mar 2 · This card is kept at another card processor"))  # fmt: skip
STATES = {
    "cards": CardsState("Rosa Alvarez", LINES),
    "none": CardsState("Rosa Alvarez"),
    "rename": CardsState("Rosa Alvarez", LINES, "amex", RENAME),
    "remove": CardsState("Rosa Alvarez", LINES, "visa", REMOVE),
    "reading": CardsState("Rosa Alvarez", LINES, busy="Show the card at the reader"),
    "no-reader": CardsState("Rosa Alvarez", LINES, why_not="No card reader is set up at this desk."),
}


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_of_the_cards_is_clipped(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(*LOOKS[look][1])
    shown(host)
    dialog = CardsDialog(host)
    found: dict[str, Any] = {}
    for name, state in STATES.items():
        dialog.draw(state)
        dialog.open_over()
        QTest.qWait(2)
        picture(host, f"kept-cards-{name}-{look}")
        if wrong := clipped(host):
            found[name] = wrong
    dialog.refuse("This card is not on file any more. Choose another card, or ask for the card itself.")
    dialog.close_over()
    consent = ConsentDialog(host, "They agree")
    consent.ask(new_consent(frozen.LONG.name), frozen.LONG.name)
    consent.show_errors({"said_by": "Read the text to the patient, then type who agrees."})
    QTest.qWait(2)
    picture(host, f"kept-cards-consent-{look}")
    if wrong := clipped(host):
        found["consent"] = wrong
    assert found == {}


def test_every_button_says_whose_card_it_is_and_what_was_typed_is_agreed_to(qtbot: Any) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    dialog = CardsDialog(host)
    dialog.draw(STATES["cards"])
    names = {name: [button.accessibleName() for button in row.buttons.values()] for name, row in dialog.rows.items()}
    assert names["visa"] == ["Rename Visa •••• 4242", "Remove Visa •••• 4242"]
    assert names["amex"][2].startswith("Remove American Express •••• 8431, The one")
    consent = ConsentDialog(host, "They agree")
    told = new_consent("Rosa Alvarez")
    consent.ask(told, "Rosa Alvarez")
    consent.said_by.setText("Ben Alvarez")
    assert (consent.agreed.consent_id, consent.agreed.said_by) == (told.consent_id, "Ben Alvarez")


def test_the_words_are_read_in_the_patients_language_and_what_was_read_is_agreed_to(qtbot: Any) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    consent = ConsentDialog(host, "They agree")
    consent.ask(new_consent("Rosa Alvarez", "es"), "Rosa Alvarez")
    assert (consent._words.text(), consent.agreed.words) == (SPANISH.text, SPANISH.version)
    consent.language.chosen.emit("en")
    assert (consent._words.text(), consent.agreed.words) == (ENGLISH.text, ENGLISH.version)
    consent.ask(new_consent("Rosa Alvarez"), "Rosa Alvarez")
    assert (consent.language.key, consent.agreed.words) == ("en", ENGLISH.version)
