"""Settings: each change is written as it is made; refused values keep their reason; people, desks and imports."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import settings
from app.importing import Importing
from app.lanes import Job, Lane, Progress
from app.practice import PracticeFacts
from app.settings import OPTIONS, Settings
from app.signin import SignIn
from app.views import Person
from models.basics.errors import StorageError
from models.operations.messages import LINK_TEMPLATES
from models.rules.rights import Right, rights_of
from tests.support.clinic import TestClinic
from tests.support.windows import clipped, picture, press, settle, shown, type_text
from widgets.bridge import Bridge
from widgets.common import Choice, Switch
from widgets.importing.presenter import ImportPresenter
from widgets.importing.state import ImportState, Step, files_text
from widgets.importing.view import ImportView
from widgets.settings.examples import ADDRESS, TEMPLATES
from widgets.settings.practice import PracticePresenter, PracticeView
from widgets.settings.presenter import SettingsPresenter
from widgets.settings.staff import StaffPresenter, StaffView
from widgets.settings.state import SECTIONS, choices_with
from widgets.settings.view import SettingsView

pytestmark = pytest.mark.usefixtures("themed")
MARIA = Person("maria", "Maria Delgado", "Front desk", "MD", manager=False)
NORA = Person("nora", "Nora Whitfield", "Manager", "NW", manager=True)


@pytest.fixture
def kept(tmp_path: Path) -> Settings:
    return Settings.load(tmp_path / "settings.json")


@pytest.fixture
def view(qtbot, lane: Lane, kept: Settings) -> SettingsView:
    made = SettingsView()
    made.resize(1160, 660)
    qtbot.addWidget(made)
    made.presenter = SettingsPresenter(made, bridge=Bridge(made), lane=lane, settings=kept)
    made.open_page(SECTIONS[0].name)
    shown(made)
    made.presenter.show()
    return made


def on_disk(kept: Settings) -> dict:
    path = kept._path
    return json.loads(path.read_text()) if path is not None and path.exists() else {}


def test_every_row_is_an_option_and_stands_once() -> None:
    keys = [row.option.key for section in SECTIONS for row in section.rows]
    assert len(keys) == len(set(keys))
    assert set(keys) <= {option.key for option in OPTIONS}


@pytest.mark.parametrize("section", [section.name for section in SECTIONS if section.rows])
def test_every_page_fits(view, themed, section: str) -> None:
    view.open_page(section)
    picture(view, f"settings-{section}")
    assert clipped(view) == []
    themed.set(scale=150)
    assert clipped(view) == []


def test_a_switch_is_written_when_it_is_thrown(view, kept, qtbot) -> None:
    row = view.row(settings.WINDOW_COMPACT.key)
    assert isinstance(row.control, Switch)
    row.control.setFocus()
    press("Space")
    qtbot.waitUntil(lambda: kept.get(settings.WINDOW_COMPACT))
    assert on_disk(kept)["window.compact"] is True


def test_a_choice_is_written_as_its_own_kind(view, kept, qtbot) -> None:
    row = view.row(settings.WINDOW_TEXT_SCALE.key)
    assert isinstance(row.control, Choice)
    row.control.setFocus()
    press("Down")
    qtbot.waitUntil(lambda: kept.get(settings.WINDOW_TEXT_SCALE) == 112)


def test_a_text_is_written_when_the_field_is_left(view, kept, qtbot) -> None:
    view.open_page("devices")
    field = view.row(settings.TERMINAL_NAME.key).control
    field.setFocus()
    field.selectAll()
    type_text("Front reader")
    press("Tab")
    qtbot.waitUntil(lambda: kept.get(settings.TERMINAL_NAME) == "Front reader")


def test_a_change_made_elsewhere_is_shown(view, kept, qtbot) -> None:
    kept.set(settings.WINDOW_SCHEME, "dark")
    control = view.row(settings.WINDOW_SCHEME.key).control
    qtbot.waitUntil(lambda: control.key == "dark")


def test_what_cannot_be_written_says_so_at_its_row(view, kept, qtbot, monkeypatch) -> None:
    def full(*_arguments: object) -> None:
        raise StorageError("settings.not_written", file="settings.json")

    monkeypatch.setattr(kept, "set", full)
    row = view.row(settings.WINDOW_COMPACT.key)
    row.control.click()
    qtbot.waitUntil(lambda: bool(row.error.text))
    assert row.error.text == "The settings could not be written to settings.json. Free some disk space and try again."
    assert not row.control.isChecked(), "what stands is shown, not what was wished"


def test_a_value_set_elsewhere_stays_among_the_choices() -> None:
    row = next(row for section in SECTIONS for row in section.rows if row.option is settings.LOCK_MINUTES)
    assert (7, "7") in choices_with(row.choices, 7)
    assert choices_with(row.choices, 3) == row.choices


# The practice -----------------------------------------------------------------------------------------------------


@pytest.fixture
def practice(tmp_path, qtbot, lane):
    clinic = TestClinic(tmp_path)
    facts = PracticeFacts(clinic.clinic)
    view = PracticeView()
    view.resize(900, 600)
    qtbot.addWidget(view)
    view.who = NORA
    view.presenter = PracticePresenter(
        view, bridge=Bridge(view), lane=lane, practice=facts, person=lambda: view.who
    )  # fmt: skip
    shown(view)
    view.presenter.show()
    qtbot.waitUntil(lambda: view.rows["name"].field.text() != "")
    yield view, facts
    clinic.close()


def test_a_manager_changes_the_practice(practice, qtbot) -> None:
    view, facts = practice
    put(view.rows["phone"], "(555) 010-3300")
    put(view.rows["refund_policy"], "Within 60 days, the way it was paid.")
    QTest.mouseClick(view.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(view.banner.isVisible)
    assert view.banner.title.text() == "Saved"
    assert (facts.form().phone, facts.form().address) == ("(555) 010-3300", "214 Alder Street, Suite 3")
    assert clipped(view) == []
    picture(view, "settings-practice")


def test_every_message_can_be_looked_at_as_it_goes(practice) -> None:
    """With the arrow keys: links, reminders and what is said of plans, as e-mail and as text."""
    view, _ = practice
    put(view.rows["name"], "Birch Road Dental")
    view.examples.which.setFocus()
    said = {}
    for _ in TEMPLATES:
        said[view.examples.which.key] = [shown.words.text() for shown in view.examples.ways.values()]
        QTest.keyClick(view.examples.which, Qt.Key.Key_Right)
    assert said.keys() == TEMPLATES.keys()
    assert [each for words in said.values() for each in words if "Birch Road Dental" not in each] == []
    assert all(ADDRESS in each for key in LINK_TEMPLATES for each in said[key])
    assert all("STOP" in text for _, text in said.values())
    assert clipped(view) == []
    picture(view, "settings-practice-link")
    view.examples.language.setFocus()
    QTest.keyClick(view.examples.language, Qt.Key.Key_Right)
    view.examples.which.set_key("receipt")
    view.rows["receipt_message_es"].field.setText("Que se mejore pronto.")
    mail, text = (view.examples.ways[way].words.text() for way in ("email", "text"))
    assert "Que se mejore pronto." in mail
    assert text.endswith("Responda ALTO para no recibir más mensajes.")
    picture(view, "settings-practice-es")


def test_a_wrong_zone_is_said_at_its_field(practice, qtbot) -> None:
    view, facts = practice
    put(view.rows["timezone"], "Mars/Base")
    QTest.mouseClick(view.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Mars/Base" in view.rows["timezone"].error.text)
    assert facts.form().timezone == "America/Chicago"


def test_a_receptionist_reads_the_practice_only(practice) -> None:
    view, _ = practice
    view.who = MARIA
    view.presenter.show()
    assert not view.save.isEnabled()


# People -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(tmp_path, qtbot, lane):
    clinic = TestClinic(tmp_path)
    sign_in = SignIn(clinic.clinic)
    view = StaffView()
    view.resize(900, 560)
    qtbot.addWidget(view)
    view.who = NORA
    view.presenter = StaffPresenter(
        view, bridge=Bridge(view), lane=lane, sign_in=sign_in, person=lambda: view.who
    )  # fmt: skip
    shown(view)
    view.presenter.show()
    yield view, sign_in
    clinic.close()


def put(row, text: str) -> None:
    row.field.setFocus()
    row.field.selectAll()
    type_text(text)


def test_a_manager_adds_somebody_who_can_sign_in_then(staff, qtbot) -> None:
    view, sign_in = staff
    qtbot.waitUntil(view.add.isEnabled)
    put(view.name, "Theo Kim")
    put(view.pin, "2580")
    put(view.again, "2580")
    QTest.mouseClick(view.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(view.table.rows) == 1)
    assert view.banner.title.text() == "Theo Kim can sign in now"
    assert view.pin.field.text() == ""
    assert sign_in.verify(view.table.rows[0].key, "2580").name == "Theo Kim"
    picture(view, "settings-staff")


@pytest.mark.parametrize(("name", "pin", "again", "told"), [
    ("", "2580", "2580", "Type a name"), ("Theo", "1234", "1234", "That PIN is too easy to guess"),
    ("Theo", "12", "12", "A PIN has 4 to 6 digits"),
])  # fmt: skip
def test_what_is_wrong_with_somebody_new_is_said(staff, qtbot, name, pin, again, told: str) -> None:
    view, sign_in = staff
    qtbot.waitUntil(view.add.isEnabled)
    put(view.name, name)
    put(view.pin, pin)
    put(view.again, again)
    QTest.mouseClick(view.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.banner.title.text() == told)
    assert sign_in.tiles() == ()


def test_two_different_pins_are_caught_at_the_field(staff, qtbot) -> None:
    view, _ = staff
    qtbot.waitUntil(view.add.isEnabled)
    put(view.name, "Theo Kim")
    put(view.pin, "2580")
    put(view.again, "2581")
    QTest.mouseClick(view.add, Qt.MouseButton.LeftButton)
    assert view.again.error.text.startswith("The two PINs differ")


def test_a_receptionist_may_change_only_her_own_pin(staff, qtbot) -> None:
    view, sign_in = staff
    staff_id = sign_in.add("Maria Delgado", "receptionist", "2580", NORA)
    other = sign_in.add("Theo Kim", "receptionist", "1379", NORA)
    view.who = Person(staff_id, "Maria Delgado", "Front desk", "MD", manager=False)
    view.presenter.show()
    qtbot.waitUntil(lambda: len(view.table.rows) == 2)
    assert not view.add.isEnabled()
    view.table.set_key(other)
    assert not view.change.isEnabled()
    view.table.set_key(staff_id)
    put(view.new_pin, "9137")
    put(view.new_again, "9137")
    QTest.mouseClick(view.change, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.banner.title.text() == "The PIN is changed")
    assert sign_in.verify(staff_id, "9137").staff_id == staff_id


def test_rights_are_shown_and_given_by_who_sets_up(staff, qtbot) -> None:
    view, sign_in = staff
    staff_id = sign_in.add("Maria Delgado", "receptionist", "2580", NORA)
    view.who = replace(NORA, rights=rights_of("manager"))
    view.presenter.show()
    qtbot.waitUntil(lambda: len(view.table.rows) == 1)
    ticks = view.rights.ticks
    assert ticks[Right.VOID].isChecked()
    assert not ticks[Right.VOID].isEnabled(), "what the role brings stays"
    assert not view.save_rights.isEnabled(), "nothing was changed yet"
    ticks[Right.CORRECT].setFocus()
    QTest.keyClick(ticks[Right.CORRECT], Qt.Key.Key_Space)
    QTest.mouseClick(view.save_rights, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.banner.title.text() == "What they may do is changed")
    assert Right.CORRECT in sign_in.person(staff_id).rights
    picture(view, "settings-staff-rights")
    view.who = NORA  # without the right to set up
    view.presenter.show()
    qtbot.waitUntil(lambda: not ticks[Right.CORRECT].isEnabled())
    assert not view.save_rights.isEnabled()


# Import -----------------------------------------------------------------------------------------------------------

PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Quillfeather", "given": ["Rosa"]}],
           "birthDate": "1984-03-14", "gender": "female"}  # fmt: skip
NAMELESS = {"resourceType": "Patient", "id": "p2", "birthDate": "1990-01-01"}


@pytest.fixture
def importing(tmp_path, qtbot, lane):
    (tmp_path / "desk").mkdir()
    clinic = TestClinic(tmp_path / "desk")
    view = ImportView()
    view.resize(900, 620)
    qtbot.addWidget(view)
    view.story = Importing(clinic.store, clinic.clock)
    view.presenter = ImportPresenter(
        view, bridge=Bridge(view), lane=lane, importing=lambda: view.story,
        person_id=lambda: "maria",
    )  # fmt: skip
    shown(view)
    yield view, clinic, tmp_path
    clinic.close()


def bundle(folder: Path, *resources: dict) -> Path:
    path = folder / "patients.ndjson"
    path.write_text("\n".join(json.dumps(resource) for resource in resources))
    return path


def test_check_first_then_import_then_nothing_new(importing, qtbot) -> None:
    view, clinic, folder = importing
    assert not view.run.isEnabled()
    view.presenter.choose((bundle(folder, PATIENT, NAMELESS),))
    QTest.mouseClick(view.check, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.presenter._state.step is Step.REPORT)
    assert view.banner.title.text() == "Checked, nothing written yet"
    assert clinic.rows("SELECT count(*) FROM patient") == [(0,)]
    QTest.mouseClick(view.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.banner.title.text() == "Imported")
    assert clinic.rows("SELECT count(*) FROM patient") == [(1,)]
    assert view.refused_title.text() == "Not taken: 1"
    assert "It has no name" in view.refused.rows[0].cells[0].title
    assert clipped(view) == []
    picture(view, "settings-import")
    QTest.mouseClick(view.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "0 records written" in view.banner.text.text())


def test_a_file_that_is_no_data_says_why(importing, qtbot) -> None:
    view, _, folder = importing
    path = folder / "notes.json"
    path.write_text("not json at all")
    view.presenter.choose((path,))
    QTest.mouseClick(view.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.presenter._state.step is Step.REPORT)
    assert "no JSON" in view.refused.rows[0].cells[0].title


def test_the_report_can_be_saved(importing, qtbot, monkeypatch) -> None:
    from PySide6.QtWidgets import QFileDialog

    view, _, folder = importing
    view.presenter.choose((bundle(folder, PATIENT),))
    QTest.mouseClick(view.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.banner.title.text() == "Imported")
    target = folder / "report.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(target), ""))
    QTest.mouseClick(view.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(target.exists)
    qtbot.waitUntil(lambda: "Patients" in target.read_text())


def test_progress_and_stopping_are_shown(importing, qtbot) -> None:
    view, _, folder = importing
    view.presenter.choose((bundle(folder, PATIENT),))
    view.presenter._draw(ImportState(Step.RUNNING, view.presenter._state.files))
    view.presenter._goes_on(Progress("import.writing", 12, 40))
    settle()
    assert view.doing.text() == "Writing 12 of 40"
    assert not view.run.isEnabled()
    view.presenter._job = Job()
    QTest.mouseClick(view.stop, Qt.MouseButton.LeftButton)
    assert view.presenter._job.cancelled
    assert view.doing.text() == "Stopping after this file…"


def test_a_store_that_fails_is_said(importing, qtbot, monkeypatch) -> None:
    view, _, folder = importing

    def full(*_arguments: object, **_options: object) -> None:
        raise StorageError("store.disk_full")

    monkeypatch.setattr(view.story, "run", full)
    view.presenter.choose((bundle(folder, PATIENT),))
    QTest.mouseClick(view.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.banner.title.text() == "The disk is full")


def test_many_files_are_named_shortly() -> None:
    assert files_text(()) == "Nothing chosen yet."
    assert files_text(tuple(Path(f"{n}.json") for n in range(5))) == "0.json, 1.json, 2.json and 2 more"
