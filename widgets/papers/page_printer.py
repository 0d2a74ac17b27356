"""The computer's own page printer: asked for in the system's dialog, painted page by page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QWidget

from models.basics.errors import DeviceMissing, RuleBroken
from receipts.layouts.pictures import Picture
from widgets.papers.sheets import image_of


class PagePrinter(Protocol):
    """Where letter pages go."""

    def choose(self, parent: QWidget, title: str) -> bool:
        """Ask which printer, how many copies. False: the clerk gave up. Raises DeviceMissing `paper.no_printer`."""

    def put(self, pages: Sequence[Picture]) -> None:
        """Print on the printer that was chosen. Raises RuleBroken `paper.not_printed`."""


class SystemPrinter:
    """A printer of this computer, chosen anew for every paper; remembers the last one."""

    def __init__(self) -> None:
        self._printer: QPrinter | None = None

    def choose(self, parent: QWidget, title: str) -> bool:
        """See PagePrinter."""
        sys.audit("copaydesk.page_printer")  # training has none
        if not QPrinterInfo.availablePrinterNames():
            raise DeviceMissing("paper.no_printer", device="page printer")
        if self._printer is None:
            self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self._printer.setDocName(title)
        return bool(QPrintDialog(self._printer, parent).exec())

    def put(self, pages: Sequence[Picture]) -> None:
        """See PagePrinter."""
        printer = self._printer
        if printer is None:
            raise RuleBroken("paper.not_printed")
        print_on(printer, pages)


def print_on(printer: QPrinter, pages: Sequence[Picture]) -> None:
    """Paint letter pages onto `printer`. Raises RuleBroken `paper.not_printed` where it takes none."""
    printer.setFullPage(True)
    painter = QPainter()
    if not painter.begin(printer):
        raise RuleBroken("paper.not_printed")
    try:
        for number, page in enumerate(pages):
            if number and not printer.newPage():
                raise RuleBroken("paper.not_printed")
            room = printer.pageLayout().fullRectPixels(printer.resolution())
            scale = min(room.width() / page.width, room.height() / page.height)
            painter.drawImage(QRectF(0, 0, page.width * scale, page.height * scale), image_of(page))
    finally:
        painter.end()
