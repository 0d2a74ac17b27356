"""What every letter of the practice has in common: its head, its foot, and how it goes on over pages.

Importing this loads reportlab (about 0.1 s): do it where a page is wanted, not at start.
"""

from __future__ import annotations

from collections.abc import Iterable

from receipts.document import ClinicBlock
from receipts.layouts.common import TRAINING
from receipts.layouts.pdf_page import ACCENT, BORDER, LETTER, MUTED, SECOND, Sheets

LEFT, RIGHT = 54.0, LETTER[0] - 54.0
TOP, BOTTOM = LETTER[1] - 54.0, 84.0
INSET, LEADING, SMALL, BODY = 10.0, 13.5, 9.0, 10.0
ADDRESS_WIDTH = 230.0


class Letter:
    """One letter while it is drawn; `y` is the line that was written last. `kind` stands at its head (`Statement`),
    `name` (`Statement ST-1-00012`) on the pages after the first."""

    continued, page_of = "{name}, continued", "Page {number} of {count}"
    """What stands on the pages after the first, and at the foot of each, in the letter's language."""

    def __init__(self, clinic: ClinicBlock, kind: str, name: str) -> None:
        self.clinic, self._kind, self._name = clinic, kind, name
        self.sheets = Sheets(name, clinic.name, kind, mark=TRAINING if clinic.training else "")
        self.y = TOP

    def head(self) -> None:
        """Who writes, and what it is."""
        sheets, clinic = self.sheets, self.clinic
        self.y -= 14
        sheets.words(RIGHT, self.y, self._kind, 20, strong=True, ink=ACCENT, right=True)
        for line in sheets.lines(clinic.name, 330, 17, strong=True):
            sheets.words(LEFT, self.y, line, 17, strong=True)
            self.y -= 19
        numbers = "  ".join(part for part in (f"NPI {clinic.npi}" if clinic.npi else "",
                                              f"TIN {clinic.tin}" if clinic.tin else "") if part)  # fmt: skip
        for text in (*clinic.address, clinic.phone, numbers):
            for line in sheets.lines(text, 330, SMALL):
                sheets.words(LEFT, self.y + 4, line, SMALL, ink=MUTED)
                self.y -= 12
        self.y -= 14

    def whom(self, name: str, address: Iterable[str], facts: Iterable[tuple[str, str]]) -> None:
        """Whom it is about at the left, facts in pairs at the right."""
        sheets = self.sheets
        sheets.line(LEFT, self.y + 8, RIGHT)
        left = right = self.y - 10
        for number, line in enumerate(
            line for text in (name, *address) for line in sheets.lines(text, ADDRESS_WIDTH, 11)
        ):
            sheets.words(LEFT, left, line, 11, strong=number == 0)
            left -= 15
        for words, text in facts:
            sheets.words(360, right, words, SMALL, ink=MUTED)
            for line in sheets.lines(text, RIGHT - 440, BODY, strong=True) or ("",):
                sheets.words(440, right, line, BODY, strong=True)
                right -= 15
        self.y = min(left, right) - 12

    def closing(self, *texts: str) -> None:
        """Paragraphs under everything else."""
        for text in texts:
            for paragraph in text.splitlines():
                for line in self.sheets.lines(paragraph, RIGHT - LEFT, BODY):
                    self.room(LEADING)
                    self.y -= LEADING
                    self.sheets.words(LEFT, self.y, line, BODY, ink=SECOND)
            self.y -= 4

    def room(self, height: float) -> bool:
        """Go on with a new page where `height` points are not left. True: it is a new one."""
        if self.y - height >= BOTTOM:
            return False
        sheets = self.sheets
        sheets.new_page()
        for line in sheets.lines(self.clinic.name, 280, BODY, strong=True)[:1]:
            sheets.words(LEFT, TOP - 6, line, BODY, strong=True)
        sheets.words(RIGHT, TOP - 6, self.continued.format(name=self._name), SMALL, ink=MUTED, right=True)
        self.y = TOP - 30
        return True

    def finish(self) -> bytes:
        """The foot of every page, and the whole PDF."""
        sheets, count = self.sheets, len(self.sheets.pages)
        for number in range(1, count + 1):
            sheets.turn_to(number)
            sheets.line(LEFT, 62, RIGHT, ink=BORDER)
            sheets.logo(LEFT, 40, 14)
            sheets.words(LEFT + 20, 43.5, "Copaydesk", 8.5, strong=True, ink=MUTED)
            sheets.words(RIGHT, 43.5, self.page_of.format(number=number, count=count), 8.5, ink=MUTED, right=True)
        return sheets.finish()
