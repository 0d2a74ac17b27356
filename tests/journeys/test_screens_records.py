"""Consents, other contacts and the export of a patient in the real window, by keys alone; and how each looks."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app.consents import ConsentLine, ConsentsView
from app.contacts import ContactForm
from app.keeping_cards import ENGLISH, SPANISH
from app.reaching import ReachForm, ReachView
from models.operations.kept_cards import STRIPE, CardConsent, CardKeep, kept_card_id_of
from models.operations.messages import MessageConsent
from tests.support import frozen
from tests.support.clinic import PRIYA, TestClinic
from tests.support.front import Front, front
from tests.support.windows import LOOKS, clipped, picture, shown, themed  # noqa: F401
from widgets import theme
from widgets.records.consents import state_of
from widgets.records.consents_dialog import ConsentsDialog
from widgets.records.contacts_dialog import ContactDialog, ContactsDialog, ContactsState
from widgets.records.export import ExportDialog
from widgets.records.reach import ReachDialog
from widgets.screens import LEDGER

pytestmark = pytest.mark.usefixtures("themed")
AT = datetime(2026, 5, 14, 9, 41, tzinfo=ZoneInfo("America/Chicago"))
TODAY = AT.date()


def fill(clinic: TestClinic) -> None:
    """Rosa agreed to e-mail, and to a card."""
    clinic.patient(language="es")
    clinic.visit()
    clinic.charge(3000, "2026-05-14", charge_id="copay", visit="today")
    clinic.paid(6000, "credit", number="PAY-1-00042", receipt_no="R-1-7")
    clinic.put(
        MessageConsent(consent_id="m-1", patient_id="rosa", channel="email", address="rosa@home.test", agreed=True,
                       words="unprotected-1"),
        MessageConsent(consent_id="t-1", patient_id="rosa", channel="text", address="+15550104417", agreed=False,
                       words="texts-1"),
        CardConsent(consent_id="c-1", patient_id="rosa", channel="desk", said_by="Rosa Quillfeather",
                    words=SPANISH.version, words_sha256=SPANISH.sha256),
        CardKeep(kept_card_id=kept_card_id_of(STRIPE, "cus_1", "pm_1"), patient_id="rosa", consent_id="c-1",
                 processor=STRIPE, token="pm_1", customer="cus_1", brand="Visa", last4="4242"),
    )  # fmt: skip


def over(desk: Front, kind: type[Any]) -> Any:
    """The dialog of this kind that lies over the window, once it does."""
    found: list[Any] = []
    desk.wait(lambda: found.extend(each for each in desk.window.findChildren(kind) if each.isVisible()) or found)
    return found[0]


def test_s4_02_consents_contacts_and_the_export_by_keys_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    with front(tmp_path / "desk", fill) as desk:
        desk.window.session.sign_in(PRIYA)  # who may export
        desk.press("Ctrl+L")
        desk.arrive(LEDGER, lambda: desk.state.view is not None)
        reach(desk)
        consents(desk)
        contacts(desk)
        export(desk, tmp_path, monkeypatch)


def reach(desk: Front) -> None:
    """Her phone wants no texts, which is seen; a wrong address is said at its field; the language is another one."""
    desk.press("Alt+G")
    dialog = over(desk, ReachDialog)
    assert (dialog.phone.text(), dialog.language.key) == ("(555) 010-4417", "es")
    assert "This phone wants no texts" in dialog.stopped.title.text()
    assert "in Spanish" in dialog.note.text()
    desk.press("Tab")
    desk.type("rosa@")
    desk.press("Return")
    desk.wait(lambda: dialog.email.wrong)
    desk.type("home.test")
    dialog.language.setFocus()
    desk.press("Up")
    assert dialog.language.key == "en"
    desk.press("Return")
    desk.wait(lambda: not dialog.isVisible())
    found = desk.counter.rows("SELECT phone, email, language FROM patient WHERE id = 'rosa'")
    assert found == [("5550104417", "rosa@home.test", "en")]
    assert desk.counter.desk.messages.ways("rosa")[1].why_not == "message.text_stopped"


def consents(desk: Front) -> None:
    """The card is taken back; what was charged stays, and so does the word of before."""
    desk.press("Alt+C")
    dialog = over(desk, ConsentsDialog)
    keys = [row.key for row in dialog.table.rows]
    assert sorted(keys) == ["card:c-1", "email:m-1", "text:t-1"]
    assert "No texts" in dialog.table.rows[keys.index("text:t-1")].sentence
    assert QApplication.focusWidget() is dialog.table
    for _ in range(abs(keys.index("card:c-1") - keys.index(dialog.table.key))):
        desk.press("Down" if keys.index("card:c-1") > keys.index(dialog.table.key) else "Up")
    desk.wait(lambda: dialog.words.text() == SPANISH.text)
    assert SPANISH.sha256 in dialog.facts.text()
    desk.press("Ctrl+Return")
    desk.wait(lambda: "Taken back" in dialog.table.rows[keys.index("card:c-1")].sentence)
    assert not dialog.primary.isVisible(), "once"
    desk.picture("journey-consents")
    desk.press("Esc")
    desk.wait(lambda: not dialog.isVisible())
    assert desk.state.said == "Taken back: card on file"


def contacts(desk: Front) -> None:
    """Ben is added, may not yet be told, is changed, and taken off again."""
    desk.press("Alt+N")
    dialog = over(desk, ContactsDialog)
    desk.press("Return")
    form = over(desk, ContactDialog)
    desk.press("Return")
    desk.wait(lambda: form.name.wrong)
    desk.type("Ben Quillfeather")
    desk.press("Tab", "Down", "Tab")
    desk.type("5550104418")
    desk.press("Return")
    desk.wait(lambda: len(dialog.rows) == 1 and not form.isVisible())
    desk.picture("journey-contacts")
    [(key, row)] = dialog.rows.items()
    row.buttons["change"].setFocus()
    desk.press("Space")
    desk.wait(form.isVisible)
    assert (form.name.text(), form.phone.text(), form.told.isChecked()) == ("Ben Quillfeather", "(555) 010-4418", False)
    form.told.setFocus()
    desk.press("Space", "Return")
    desk.wait(lambda: not form.isVisible() and dialog.rows[key] is not row)
    dialog.rows[key].buttons["remove"].setFocus()
    desk.press("Space")
    desk.wait(lambda: "yes" in dialog.rows[key].buttons)
    dialog.rows[key].buttons["yes"].setFocus()
    desk.press("Space")
    desk.wait(lambda: not dialog.rows)
    desk.press("Esc")
    desk.wait(lambda: not dialog.isVisible())


def export(desk: Front, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything on record lies in the file that was chosen."""
    asked: list[str] = []

    def choose(_parent: QWidget, _title: str, name: str, *_more: str) -> tuple[str, str]:
        asked.append(name)
        return str(folder / name), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    desk.press("Ctrl+E")
    dialog = over(desk, ExportDialog)
    desk.picture("journey-export")
    desk.press("Return")
    desk.wait(lambda: not dialog.isVisible())
    assert asked == ["patient-record-2026-05-14.zip"]
    with zipfile.ZipFile(folder / asked[0]) as made:
        assert {"patient.json", "payments.csv", "contents.csv"} <= set(made.namelist())
    assert desk.state.said.startswith("Saved as patient-record-2026-05-14.zip, ")


def line(kind: str, key: str, **more: Any) -> ConsentLine:
    known = {"subject": "Visa •••• 4242", "said_by": "Rosa Alvarez", "by": "Maria Delgado", "channel": "desk",
             "words": ENGLISH.version, "sha256": ENGLISH.sha256, "text": ENGLISH.text, "at": AT, "ended_at": None,
             "ended_by": "", "standing": True, "pending": False, **more}  # fmt: skip
    return ConsentLine(kind=kind, key=key, **known)


LINES = (
    line("card", "c-1"), line("card", "c-2", words=SPANISH.version, text=SPANISH.text, pending=True),
    line("email", "m-1", subject=f"{'long.' * 12}address@home.test", said_by="", standing=False, ended_at=AT,
         ended_by="Maria Delgado"),
    line("plan", "p-1", subject="6MSOSBJI-A7IAPSUT", how="signature", said_by=frozen.LONG.name),
    line("portal", "t-1", subject="", by="", channel="portal", words="portal-1-es", text=""),
)  # fmt: skip
BEN = ContactForm("k-1", "rosa", "Ben Alvarez", "Spouse or partner", "(555) 010-4418", "ben@home.test", True)
LONG = ContactForm("k-2", "rosa", frozen.LONG.name, "Legal guardian", "+49 30 1234567", f"{'b' * 40}@home.test")


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_of_a_patients_records_is_clipped(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(*LOOKS[look][1])
    shown(host)
    found: dict[str, Any] = {}

    def looked_at(name: str) -> None:
        QTest.qWait(2)
        picture(host, f"{name}-{look}")
        if wrong := clipped(host):
            found[name] = wrong

    dialog = ConsentsDialog(host)
    for name, lines, key in (("none", (), ""), ("card", LINES, "card:c-1"), ("portal", LINES, "portal:t-1")):
        dialog.draw(state_of(ConsentsView(frozen.ROSA, lines), key, TODAY))
        dialog.open_over()
        looked_at(f"consents-{name}")
    dialog.refuse("This does not end here. Nothing was changed. It was taken back already, or it ends somewhere else.")
    looked_at("consents-refused")
    dialog.close_over()
    people = ContactsDialog(host)
    for name, state in (("none", ContactsState("Rosa Alvarez")),
                        ("two", ContactsState("Rosa Alvarez", (BEN, LONG), "k-2"))):  # fmt: skip
        people.draw(state)
        people.open_over()
        looked_at(f"contacts-{name}")
    people.close_over()
    form = ContactDialog(host)
    form.ask(LONG, frozen.LONG.name)
    form.show_errors({"phone": "How can they be reached. Type a phone number or an e-mail."})
    looked_at("contact")
    form.close_over()
    reached = ReachDialog(host)
    for name, view in (("plain", ReachView(frozen.ROSA, ReachForm("rosa"), (("", "Not said"),))),
                       ("stopped", ReachView(frozen.LONG, ReachForm("rosa", "(555) 010-4417", "rosa@home.test", "vi"),
                                             (("", "Not said"), ("vi", "Vietnamese")), AT))):  # fmt: skip
        reached.ask(view, TODAY)
        looked_at(f"reach-{name}")
    reached.show_errors({"phone": "This is no phone number that takes texts. Type ten digits."})
    looked_at("reach-wrong")
    reached.close_over()
    file = ExportDialog(host)
    for name, busy in (("", ""), ("-busy", "Saving 7 of 21")):
        file.draw("Rosa Alvarez", busy, "Choose a file…")
        file.open_over()
        looked_at(f"export{name}")
    assert found == {}
