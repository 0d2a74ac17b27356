"""What a slip with a payment link's code says, as data: the practice, "scan to pay", until when. Nobody's name, no
amount, no visit: whoever finds it on the floor learns nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.rules.languages import written_in
from receipts.document import ClinicBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSlip:
    """A slip for one patient's telephone. `link_id` says which link it is about and is not printed; `until` is the last
    day it works, ready to print; `language` is the patient's. Its address is no part of it: that is kept nowhere."""

    clinic: ClinicBlock
    link_id: str
    until: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class SlipWords:
    """What stands on a slip, top to bottom; `until` and `call` carry a place for the day and the telephone number."""

    title: str
    how: str
    until: str
    asks: str
    call: str


WORDS: Final = {
    "en": SlipWords("Scan to pay", "Point your phone camera at the code.", "It works once, until {until}.",
                    "The page asks for a birth date first.", "Questions? {phone}"),
    "es": SlipWords("Escanee para pagar", "Apunte la cámara de su teléfono al código.",
                    "Sirve una sola vez, hasta el {until}.", "La página pide primero una fecha de nacimiento.",
                    "¿Preguntas? {phone}"),
}  # fmt: skip
"""By language."""


def words_of(slip: LinkSlip) -> SlipWords:
    """The words in the patient's language, or in English."""
    return WORDS[written_in(slip.language)]
