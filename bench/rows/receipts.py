"""Receipts: as printer bytes beside python-escpos, as a page beside reportlab's own page layout."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from io import BytesIO
from typing import Any

from bench.measure import Row, Spread, interleaved, spread
from models.ledger.figures import Figures
from models.operations.bodies import CardFacts
from models.operations.records import Practice
from receipts.compose import Sale, SaleLine, SaleTender, compose
from receipts.document import ReceiptDocument
from receipts.layouts.common import Code, Rule, Text, blocks
from receipts.layouts.escpos import PLAIN_80MM, escpos, qr

ROUNDS = 300

CARD = CardFacts(
    brand="Visa", last4="4242", entry_mode="contactless", auth_code="084917", aid="A0000000031010",
    app_label="VISA CREDIT", cvm="none", tvr="0000008000", tsi="E800",
)  # fmt: skip


def receipt() -> ReceiptDocument:
    """A receipt of 40 printed lines: six things paid for with one card, accents in the names."""
    practice = Practice(
        id="practice", name="Alder Street Family Medicine", timezone="America/Chicago",
        address=("214 Alder Street, Suite 3", "Springfield, IL 62701"), phone="(555) 010-2200",
        npi="1234567893", receipt_message="Thank you. Feel better soon.",
        refund_policy="Refunds go back the way they were paid.",
    )  # fmt: skip
    lines = tuple(
        SaleLine(
            amount_cents=1500 + 250 * n, kind="copay" if n == 0 else "balance", description=f"Office visit {n + 1}",
            service_date=f"2026-05-{n + 1:02d}", provider="Dr. Okafor", code="99213",
        )
        for n in range(6)
    )  # fmt: skip
    total_cents = sum(line.amount_cents for line in lines)
    return compose(
        Sale(
            practice=practice, receipt_no="01-1-A-0042", payment_number="PAY-1-00042",
            taken_at=datetime(2026, 5, 14, 9, 42, tzinfo=timezone(timedelta(hours=-5), "CDT")),
            business_date="2026-05-14", station="Desk 1", cashier="María D.", patient_name="José Peña Álvarez",
            account_no="0041877", lines=lines, requested_cents=total_cents,
            tenders=(SaleTender(tender="card", amount_cents=total_cents, card=CARD),),
            after=Figures(total_cents + 10000, total_cents),
        )
    )  # fmt: skip


# As printer bytes --------------------------------------------------------------------------------------------------


def encoded() -> Row:
    """The receipt from the document to bytes; the peer gets the lines ready and only has to write them."""
    document = receipt()
    laid = blocks(document)
    floor_lines = [block.text.encode("cp1252", "replace") + b"\n" for block in laid if isinstance(block, Text)]
    code = qr(document.receipt_no)

    def floor() -> bytes:
        return b"".join((b"\x1b@\x1bt\x10", *floor_lines, code, b"\x1dVB\x00"))

    def ours() -> bytes:
        return escpos(document)

    def peer() -> bytes:
        return _peer_bytes(laid)

    assert document.receipt_no.encode() in peer()
    timed = interleaved((ours, peer, floor), ROUNDS)
    figures: dict[str, float | int | str] = {
        "lines": sum(not isinstance(block, Code) for block in laid),
        "bytes": len(ours()),
        "peer bytes": len(peer()),
        "floor p50 ms": timed[2].p50_ms,
        **_cpu(
            {"cpu ms": ours, "peer cpu ms": peer, "peer with a picture cpu ms": lambda: _peer_bytes(laid, picture=True)}
        ),
        **_imports("receipts.layouts.escpos", "escpos.printer"),
    }
    return Row("ESC/POS receipt encoded", timed[0], "python-escpos, same lines", timed[1], 0.10, "p50", figures)


def _peer_bytes(laid: tuple[Any, ...], *, picture: bool = False) -> bytes:
    from escpos.printer import Dummy
    from PIL import Image

    printer = Dummy(profile="TM-T88V")
    printer.charcode("CP1252")
    if picture:
        printer.image(Image.new("1", (384, 96)))
    for block in laid:
        if isinstance(block, Text):
            printer.set(align=block.align, bold=block.bold, double_height=block.tall, normal_textsize=not block.tall)
            printer.textln(block.text)
        elif isinstance(block, Rule):
            printer.set(align="left", bold=False, normal_textsize=True)
            printer.textln(block.sign * PLAIN_80MM.columns)
        else:
            printer.set(align="center")
            printer.qr(block.data, native=True, size=5)
    printer.cut()
    return bytes(printer.output)


# As a page ---------------------------------------------------------------------------------------------------------


def page() -> Row:
    """The receipt as a letter page with logo and QR code; the peer sets the same words with reportlab's platypus."""
    from receipts.layouts.pdf_letter import pdf

    document = receipt()
    fonts = _peer_fonts()

    def ours() -> bytes:
        return pdf(document)

    def peer() -> bytes:
        return _peer_page(document, fonts)

    timed = interleaved((ours, peer), ROUNDS // 3)
    figures: dict[str, float | int | str] = {
        "bytes": len(ours()),
        "peer bytes": len(peer()),
        **_cpu({"cpu ms": ours, "peer cpu ms": peer}, 40),
        **_imports("receipts.layouts.pdf_letter", "reportlab.platypus"),
    }
    return Row("receipt PDF with logo and QR", timed[0], "reportlab platypus", timed[1], 2.5, "p50", figures)


def _peer_fonts() -> tuple[str, str]:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    import resources

    for weight in (400, 600):
        pdfmetrics.registerFont(TTFont(f"Peer{weight}", str(resources.path(resources.SANS[weight]))))
    return "Peer400", "Peer600"


def _peer_page(document: ReceiptDocument, fonts: tuple[str, str]) -> bytes:
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Circle, Drawing, Rect
    from reportlab.lib.pagesizes import LETTER
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    regular, strong = fonts
    body = ParagraphStyle("body", fontName=regular, fontSize=10, leading=13)
    head = ParagraphStyle("head", fontName=strong, fontSize=17, leading=20)
    said = _said(document)
    code = Drawing(58, 58)
    code.add(QrCodeWidget(document.receipt_no, barWidth=58, barHeight=58, barLevel="M"))
    logo = Drawing(14, 14)
    logo.add(Rect(0, 0, 14, 14, rx=4, ry=4))
    logo.add(Circle(7, 7, 4))
    rows = [("What was paid for", "Date of service", "Provider", "Code", "Amount"), *said["items"]]
    out = BytesIO()
    SimpleDocTemplate(out, pagesize=LETTER, invariant=1).build(
        [
            Paragraph(document.clinic.name, head),
            *(Paragraph(line, body) for line in said["contact"]),
            code,
            Table(said["facts"], style=[("FONT", (0, 0), (-1, -1), regular, 10)]),
            Table(rows, style=[("FONT", (0, 0), (-1, -1), regular, 10)], repeatRows=1),
            Table(said["paid"], style=[("FONT", (0, 0), (-1, -1), strong, 10)]),
            Spacer(1, 12),
            *(Paragraph(line, body) for line in said["closing"]),
            logo,
        ]
    )
    return out.getvalue()


def _said(document: ReceiptDocument) -> dict[str, Any]:
    from models.basics.money import show_cents
    from receipts.layouts.common import item_title, said

    contents = said(document)
    paid = [contents.total, *contents.tenders, *contents.balances]
    return {
        "contact": contents.contact,
        "facts": [(row.left, row.right) for row in contents.facts],
        "items": [
            (item_title(line), line.service_date, line.provider, line.code, show_cents(line.amount_cents))
            for line in document.lines
        ],
        "paid": [(left, right) for row in paid for left, right in ((row.left, row.right), *row.under)],
        "closing": (*contents.statements, *contents.closing),
    }


# Figures -----------------------------------------------------------------------------------------------------------


def _cpu(works: dict[str, Callable[[], object]], rounds: int = 200) -> dict[str, float]:
    """Processor milliseconds for one, the rest of the machine left out."""
    import time

    figures = {}
    for name, work in works.items():
        started = time.process_time()
        for _ in range(rounds):
            work()
        figures[name] = round((time.process_time() - started) / rounds * 1000, 4)
    return figures


def _imports(ours: str, peer: str) -> dict[str, float]:
    """Milliseconds to import each in a process of its own; `new` is what it adds to the program's own foundation."""
    foundation = "import dataclasses, decimal, enum, re, typing, models.operations.records, models.basics.money\n"
    return {
        "import ms": _import(f"import {ours}").p50_ms,
        "import new ms": _import(f"import {ours}", foundation).p50_ms,
        "peer import ms": _import(f"import {peer}").p50_ms,
    }


def _import(code: str, before: str = "", rounds: int = 5) -> Spread:
    script = f"import time\n{before}started = time.perf_counter()\n{code}\nprint(time.perf_counter() - started)"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    timings = []
    for _ in range(rounds + 1):
        ran = subprocess.run(
            [sys.executable, "-c", script], check=True, env=environment, capture_output=True, text=True
        )
        timings.append(float(ran.stdout))
    return spread(timings[1:])


logging.getLogger("escpos").setLevel(logging.ERROR)

ROWS: dict[str, Callable[[], Row]] = {"ESC/POS receipt encoded": encoded, "receipt PDF with logo and QR": page}
