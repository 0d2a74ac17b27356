"""Papers over the window: looked at, printed, saved; a statement is issued before it is printed, and once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QWidget

from app.basis import Basis
from app.lanes import Lane
from app.papers import Paper, Papers
from app.statements import Covers, StatementDraft
from models.basics.errors import DeviceMissing, PosError, RuleBroken
from models.ledger.figures import Figures
from receipts.document import ClinicBlock
from receipts.layouts.pictures import Picture, pictures
from receipts.layouts.statement_letter import statement_pdf
from receipts.statement import StatementDocument, StatementItem
from tests.support import frozen
from tests.support.papers import no_documents
from tests.support.windows import LOOKS, picture, press, shown
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.papers.desk import PaperDesk
from widgets.papers.dialog import PaperDialog, PaperState
from widgets.papers.page_printer import print_on
from widgets.papers.sheets import image_of
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

HENRY = StatementDocument(
    clinic=ClinicBlock(name="Alder Street Family Medicine", phone="(555) 010-2200"), number="", issued_on="2026-05-14",
    due_on="2026-06-04", name="Henry Osei", account_no="0039914", address=("18 Birch Lane",),
    items=(StatementItem(service_date="2026-03-18", description="Lab panel", owed_cents=11200, paid_cents=6700,
                         balance_cents=4500),),
    balance_cents=4500, unallocated_cents=0,
)  # fmt: skip


class Story:
    """Statements and the receipt printer of a test, with the real pages."""

    def __init__(self) -> None:
        self.drafts: list[tuple[str, bool, Covers, int]] = []
        self.issued: list[str] = []
        self.reprints: list[str] = []
        self.document_now = HENRY
        self.error: PosError | None = None
        self.fitted = True
        self.handed: list[tuple[str, bool | None]] = []
        self.papers = Papers(self, self, self, self, no_documents)  # type: ignore[arg-type]

    def draft(self, patient_id: str, *, whole_family: bool, covers: Covers, due_days: int) -> StatementDraft:
        self.drafts.append((patient_id, whole_family, covers, due_days))
        seen = (Basis(patient_id, Figures(4500)),)
        return StatementDraft(f"st-{len(self.drafts)}", patient_id, self.document_now, seen, in_family=True)

    def issue(self, draft: StatementDraft, channel: str, _person: Any) -> StatementDocument:
        if self.error is not None:
            raise self.error
        self.issued.append(channel)
        return replace(draft.document, number="ST-1-00012")

    def document(self, _statement_id: str) -> StatementDocument:
        return replace(HENRY, number="ST-1-00012", copy=True)

    def receipt(self, _source_id: str, *, original: bool) -> Any:
        return frozen.receipt()

    def clinic_copy(self, _payment_id: str) -> Any:
        return frozen.receipt()

    def reprint(self, source_id: str, _person: Any) -> str:
        if self.error is not None:
            raise self.error
        self.reprints.append(source_id)
        return "job-1"

    def hand_out(self, source_id: str, _person: Any) -> tuple[str, Any]:
        self.handed.append((source_id, None))
        return "job-1", frozen.receipt()

    def handed_out(self, job_id: str, *, taken: bool) -> None:
        self.handed.append((job_id, taken))


class Printer:
    """A page printer that remembers."""

    def __init__(self) -> None:
        self.answer: bool | PosError = True
        self.put_error: PosError | None = None
        self.printed: list[int] = []

    def choose(self, _parent: QWidget, _title: str) -> bool:
        if isinstance(self.answer, PosError):
            raise self.answer
        return self.answer

    def put(self, pages: Sequence[Picture]) -> None:
        if self.put_error is not None:
            raise self.put_error
        self.printed.append(len(pages))


class Desk:
    """A window with the papers over it."""

    def __init__(self, host: QWidget, folder: Path) -> None:
        self.story, self.printer, self.said = Story(), Printer(), list[str]()
        self.lanes = {name: Lane(name) for name in ("reads", "store")}
        self.path: Path | None = folder / "paper.pdf"
        self.asked: list[str] = []
        session = Session(host)
        session.sign_in(frozen.MARIA)
        self.papers = PaperDesk(
            host, bridge=Bridge(host), lanes=self.lanes, statements=self.story,  # type: ignore[arg-type]
            papers=self.story.papers, session=session, speech=Speech(lambda: frozen.ZONE),
            today=lambda: frozen.DAY, printer=self.printer, where=self._where,
        )  # fmt: skip

    def _where(self, _parent: QWidget, name: str) -> Path | None:
        self.asked.append(name)
        return self.path

    @property
    def dialog(self) -> PaperDialog:
        return self.papers.dialog


@pytest.fixture
def desk(qtbot: Any, tmp_path: Path) -> Iterator[Desk]:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1366, 768)
    made = Desk(host, tmp_path)
    shown(host)
    yield made
    for lane in made.lanes.values():
        lane.close()


@pytest.fixture
def making(qtbot: Any, desk: Desk) -> Desk:
    """A new statement is previewed."""
    desk.papers.make("p-1", desk.said.append)
    qtbot.waitUntil(lambda: desk.papers.state.paper is not None)
    return desk


def test_a_new_statement_is_previewed_and_nothing_is_kept_yet(making: Desk):
    assert making.story.drafts == [("p-1", False, Covers.OPEN, 21)]
    assert making.dialog.sheets.count == 1
    assert ("To pay", "$45.00") in making.papers.state.facts
    press("Escape")
    assert not making.dialog.isVisible()
    assert making.story.issued == []


def test_enter_issues_and_then_prints(qtbot: Any, making: Desk):
    press("Return")
    qtbot.waitUntil(lambda: making.said == ["Statement ST-1-00012 printed"])
    assert (making.story.issued, making.printer.printed) == (["print"], [1])
    assert not making.dialog.isVisible()


def test_a_second_enter_issues_nothing_more(qtbot: Any, making: Desk):
    press("Return")
    press("Return")
    qtbot.waitUntil(lambda: bool(making.said))
    assert making.story.issued == ["print"]


def test_who_gives_up_at_the_printer_issues_nothing(making: Desk):
    making.printer.answer = False
    press("Return")
    assert (making.story.issued, making.dialog.isVisible()) == ([], True)


def test_without_a_printer_it_says_so_and_issues_nothing(making: Desk):
    making.printer.answer = DeviceMissing("paper.no_printer", device="page printer")
    press("Return")
    assert "no page printer" in making.dialog.error.text
    assert making.story.issued == []


def test_a_printer_that_fails_leaves_the_statement_in_the_books(qtbot: Any, making: Desk):
    making.printer.put_error = RuleBroken("paper.not_printed")
    press("Return")
    qtbot.waitUntil(lambda: "did not take it" in making.dialog.error.text)
    making.printer.put_error = None
    press("Return")
    qtbot.waitUntil(lambda: bool(making.said))
    assert (making.story.issued, making.printer.printed) == (["print"], [1])


def test_ctrl_s_issues_and_saves_under_a_name_without_a_person(qtbot: Any, making: Desk):
    press("Ctrl+S")
    qtbot.waitUntil(lambda: making.said == ["Statement ST-1-00012 saved as PDF"])
    assert making.asked == ["statement.pdf"]
    assert making.story.issued == ["pdf"]
    assert making.path is not None
    assert making.path.read_bytes() == statement_pdf(replace(HENRY, number="ST-1-00012"))


def test_who_gives_up_at_the_file_issues_nothing(making: Desk):
    making.path = None
    press("Ctrl+S")
    assert making.story.issued == []


def test_choices_change_the_preview(qtbot: Any, making: Desk):
    assert making.dialog.choices["whole_family"].isVisible()
    making.papers.dialog.chosen.emit("covers", "all")
    making.papers.dialog.chosen.emit("due_days", "30")
    making.papers.dialog.chosen.emit("whole_family", "yes")
    qtbot.waitUntil(lambda: len(making.story.drafts) == 4)
    assert making.story.drafts[-1] == ("p-1", True, Covers.ALL, 30)


def test_an_account_that_changed_is_said_and_previewed_again(qtbot: Any, making: Desk):
    making.story.error = RuleBroken("account.changed", statement_balance_cents=100, unallocated_cents=0)
    press("Return")
    qtbot.waitUntil(lambda: len(making.story.drafts) == 2 and making.papers.state.error != "")
    making.story.error = None
    qtbot.waitUntil(making.dialog.print_action.isEnabled)
    assert making.story.issued == []
    press("Return")
    qtbot.waitUntil(lambda: making.story.issued == ["print"])


def test_nothing_owed_offers_no_button(qtbot: Any, desk: Desk):
    desk.story.document_now = replace(HENRY, items=(), balance_cents=0)
    desk.papers.make("p-1", desk.said.append)
    qtbot.waitUntil(lambda: desk.papers.state.paper is not None)
    assert not desk.dialog.print.isVisible()
    assert "nothing to send" in desk.papers.state.note


def test_a_receipt_goes_to_the_receipt_printer(qtbot: Any, desk: Desk):
    desk.papers.open("receipt:pay-1", desk.said.append)
    qtbot.waitUntil(lambda: desk.papers.state.paper is not None)
    assert desk.papers.state.title == "Receipt 01-1-A-0019"
    press("Return")
    qtbot.waitUntil(lambda: desk.story.reprints == ["pay-1"])
    qtbot.waitUntil(lambda: desk.said == ["The receipt is on its way to the printer, marked COPY."])


def test_print_again_needs_no_dialog_for_a_receipt(qtbot: Any, desk: Desk):
    desk.papers.open("receipt:pay-1", desk.said.append, at_once=True)
    qtbot.waitUntil(lambda: desk.story.reprints == ["pay-1"])
    assert not desk.dialog.isVisible()


def test_what_cannot_be_printed_at_once_opens_with_the_reason(qtbot: Any, desk: Desk):
    desk.story.error = DeviceMissing("receipt.no_printer", device="printer")
    desk.papers.open("receipt:pay-1", desk.said.append, at_once=True)
    qtbot.waitUntil(desk.dialog.isVisible)
    assert "No printer at this desk" in desk.dialog.error.text


def test_a_receipt_goes_to_a_page_printer_where_there_is_no_receipt_printer(qtbot: Any, desk: Desk):
    desk.story.fitted = False
    desk.papers.open("receipt:pay-1", desk.said.append)
    qtbot.waitUntil(lambda: desk.papers.state.paper is not None)
    assert "no receipt printer" in desk.papers.state.note
    assert not desk.dialog.page.isVisible()
    press("Return")
    qtbot.waitUntil(lambda: len(desk.said) == 1)
    assert (desk.story.handed, desk.printer.printed) == ([("pay-1", None), ("job-1", True)], [1])


def test_another_printer_is_one_key_away_when_the_receipt_printer_is_out(qtbot: Any, desk: Desk):
    desk.papers.open("receipt:pay-1", desk.said.append)
    qtbot.waitUntil(lambda: desk.papers.state.paper is not None)
    assert desk.dialog.page.isVisible()
    press("Alt+R")
    qtbot.waitUntil(lambda: desk.story.handed == [("pay-1", None), ("job-1", True)])
    assert desk.story.reprints == []


@pytest.mark.parametrize("answer", [False, DeviceMissing("paper.no_printer", device="page printer")])
def test_who_gives_up_the_systems_dialog_takes_no_receipt_from_its_printer(
    qtbot: Any, desk: Desk, answer: bool | PosError
):  # fmt: skip
    desk.printer.answer = answer
    desk.papers.open("receipt:pay-1", desk.said.append)
    qtbot.waitUntil(lambda: desk.papers.state.paper is not None)
    press("Alt+R")
    qtbot.waitUntil(lambda: bool(desk.dialog.error.text) is (answer is not False))
    assert (desk.story.handed, desk.printer.printed) == ([], [])


def test_a_page_printer_that_takes_nothing_leaves_the_receipt_not_printed(qtbot: Any, desk: Desk):
    desk.printer.put_error = RuleBroken("paper.not_printed")
    desk.papers.open("receipt:pay-1", desk.said.append, at_once=True, on_page=True)
    qtbot.waitUntil(lambda: desk.story.handed == [("pay-1", None), ("job-1", False)])
    qtbot.waitUntil(desk.dialog.isVisible)
    assert desk.dialog.error.text


def test_a_statement_of_the_books_is_printed_again_without_issuing(qtbot: Any, desk: Desk):
    desk.papers.open("statement:st-1", desk.said.append, at_once=True)
    qtbot.waitUntil(lambda: desk.said == ["Statement printed again"])
    assert (desk.story.issued, desk.printer.printed) == ([], [1])


# The pages --------------------------------------------------------------------------------------------------------


def test_pages_become_images_with_ink_on_them():
    page = pictures(statement_pdf(HENRY), 60)[0]
    image = image_of(page)
    assert (image.width(), image.height()) == (page.width, page.height) == (510, 660)
    shades = {image.pixelColor(x, y).lightness() for x in range(0, 510, 3) for y in range(0, 660, 3)}
    assert min(shades) < 80 < 250 < max(shades)


def test_a_page_printer_gets_every_page(tmp_path: Path, qapp: Any):
    target = tmp_path / "out.pdf"
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(target))
    many = tuple(replace(HENRY.items[0], service_date="2026-01-02") for _ in range(60))
    print_on(printer, pictures(statement_pdf(replace(HENRY, items=many)), 50))
    printed = pictures(target.read_bytes(), 20)
    assert len(printed) == len(pictures(statement_pdf(replace(HENRY, items=many)), 20)) > 1
    assert isinstance(image_of(printed[0]), QImage)


@pytest.mark.parametrize("look", LOOKS)
def test_it_looks_as_it_should(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1280, 680) if look == "compact" else host.resize(1366, 768)
    shown(host)
    dialog = PaperDialog(host)
    content = statement_pdf(HENRY)
    paper = Paper("statement:", "", content, pictures(content, 110))
    dialog.draw(PaperState("New statement", paper, {"covers": "open", "due_days": "21", "whole_family": ""},
                           "It gets its number and is kept in the account's log when it is printed or saved.",
                           (("Statement balance", "$45.00"), ("On account", "$0.00"), ("To pay", "$45.00")),
                           "Print statement", in_family=True, error="The account changed meanwhile."))  # fmt: skip
    dialog.open_over()
    picture(host, f"papers-new-{look}")
    assert dialog.print.isVisible()
    assert dialog.card.geometry().bottom() <= host.height()
    assert dialog.print.mapTo(host, dialog.print.rect().bottomRight()).y() < dialog.card.geometry().bottom()
