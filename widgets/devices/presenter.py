"""Decides what Settings > Devices does: every device is asked on its own lane, and what came of it is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.device_kinds import KINDS
from app.device_log import DISPLAY, DRAWER, READER
from app.lanes import Job, Lane
from app.views import Person
from app.words import Words, sentence, sentence_for
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common.files import ask_list_path
from widgets.common.lend_dialog import Lending
from widgets.devices.dialogs import AddressDialog, FindDialog, LogDialog
from widgets.devices.state import ADDRESS, CHECK, CUT, FIND, MESSAGE, REMOVE, RESTART, SET_UP, TEST, name_of
from widgets.devices.view import DevicesPart

if TYPE_CHECKING:
    from app.devices import Devices, DevicesView, Trial

SOON_MS = 60
"""Several changes at once are read once."""
MESSAGE_MS = 5_000
"""So long a test of the display is to be read."""
LEND_WHY = "Only who may set up the practice changes devices. Nothing is charged or printed by it."
LOG_FORMATS = {"Text (*.txt)": "txt"}


class DevicesPresenter(QObject):
    """The cards, the dialogs, the tests. `lend` asks for the PIN of who may set up."""

    def __init__(
        self, part: DevicesPart, *, bridge: Bridge, lanes: Mapping[str, Lane], devices: Callable[[], Devices],
        subscribe: Callable[[Callable[..., None]], Callable[[], None]],
        events: Callable[[Callable[..., None]], Callable[[], None]], person: Callable[[], Person | None], lend: Lending,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or part)
        self._part, self._bridge, self._lanes, self._devices = part, bridge, lanes, devices
        self._person, self._lend = person, lend
        self._find: FindDialog | None = None
        self._address: AddressDialog | None = None
        self._log: LogDialog | None = None
        self._looking = False
        self.view: DevicesView | None = None
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._read)
        part.asked.connect(self._asked)
        part.find_asked.connect(self.find_devices)
        part.add_asked.connect(self.add_by_address)
        part.log_asked.connect(self.open_log)
        part.seen.connect(self._seen)
        bridge.listen(subscribe, part, self._changed)
        bridge.listen(events, part, self._changed)

    # Showing ------------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """The page is opened."""
        self._part.say_nothing()
        self._read()

    @Slot(bool)
    def _seen(self, shown: bool) -> None:
        """Somebody looks at the cards, or does no more."""
        self._devices().watch_closely(shown)

    def _changed(self, *_told: object) -> None:
        if self._part.isVisible():
            self._soon.start()

    @Slot()
    def _read(self) -> None:
        self._bridge.start(self._lanes["reads"], lambda _job: self._devices().view(), owner=self, done=self._draw)
        if self._log is not None and self._log.isVisible():
            self._read_log()

    def _draw(self, view: DevicesView) -> None:
        self.view = view
        self._part.draw(view)

    def _say(self, error: Exception) -> None:
        words = sentence_for(error)
        self._part.show_told("bad", words.title, _rest(words))
        self._soon.start()

    # The buttons of a card ----------------------------------------------------------------------------------------

    @Slot(str, str)
    def _asked(self, key: str, act: str) -> None:
        acts: dict[str, Callable[[str], None]] = {
            TEST: self._test, FIND: self.find_devices, ADDRESS: self.add_by_address, REMOVE: self._remove,
            SET_UP: self._set_up, CHECK: self._check, CUT: self._cut, MESSAGE: self._message, RESTART: self._restart,
        }  # fmt: skip
        acts[act](key)

    def _set_up(self, key: str) -> None:
        if key == DRAWER:
            told = "The drawer opens for cash from now on"
            self._with_right(lambda person, lender: self._change(
                key, lambda: self._devices().fit_drawer(person, lender), told))  # fmt: skip
        else:
            self.find_devices(key)

    def _check(self, key: str) -> None:
        self._part.show_told("info", f"Asking the {name_of(key).lower()} now")
        self._bridge.start(self._lanes[KINDS[key].lane], lambda _job: self._devices().check(key), owner=self,
                           done=lambda _nothing: self._part.say_nothing(), failed=self._say)  # fmt: skip

    def _test(self, key: str) -> None:
        tests: dict[str, Callable[[], None]] = {
            READER: self._test_reader, DRAWER: self._open_drawer, DISPLAY: self._show_message,
        }  # fmt: skip
        tests.get(key, self._test_print)()

    def _test_reader(self) -> None:
        def failed(error: Exception) -> None:
            self._part.set_busy(READER, TEST, "")
            self._say(error)

        def done(took_ms: int) -> None:
            self._part.set_busy(READER, TEST, "")
            self._part.show_told("ok", "The reader answers", f"It took {took_ms} ms. No card was asked for.")

        self._part.set_busy(READER, TEST, "Asking it…")
        self._bridge.start(self._lanes["terminal"], lambda _job: self._devices().test_reader(), owner=self, done=done,
                           failed=failed)  # fmt: skip

    def _message(self, key: str) -> None:
        """Two lines on the reader for a moment: whoever stands at it sees which one this desk uses."""

        def failed(error: Exception) -> None:
            self._part.set_busy(key, MESSAGE, "")
            self._say(error)

        def done(_nothing: object) -> None:
            self._part.show_told("info", "The reader shows two lines", "They go by themselves.")
            QTimer.singleShot(MESSAGE_MS, self, self._clear_reader)

        self._part.set_busy(key, MESSAGE, "Showing…")
        self._bridge.start(self._lanes["terminal"], lambda _job: self._devices().show_on_reader(), owner=self,
                           done=done, failed=failed)  # fmt: skip

    @Slot()
    def _clear_reader(self) -> None:
        def failed(error: Exception) -> None:
            self._part.set_busy(READER, MESSAGE, "")
            self._say(error)

        def done(_nothing: object) -> None:
            self._part.set_busy(READER, MESSAGE, "")
            self._part.say_nothing()

        self._bridge.start(self._lanes["terminal"], lambda _job: self._devices().clear_reader(), owner=self,
                           done=done, failed=failed)  # fmt: skip

    def _restart(self, key: str) -> None:
        def failed(error: Exception) -> None:
            self._part.set_busy(key, RESTART, "")
            self._say(error)

        def done(_nothing: object) -> None:
            self._part.set_busy(key, RESTART, "")
            self._part.show_told("info", "The reader starts anew", "It is ready again by itself, in a minute or two.")
            self._soon.start()

        self._part.set_busy(key, RESTART, "Telling it…")
        self._bridge.start(self._lanes["terminal"], lambda _job: self._devices().restart_reader(), owner=self,
                           done=done, failed=failed)  # fmt: skip

    def _test_print(self) -> None:
        key = "printer"

        def failed(error: Exception) -> None:
            self._part.set_busy(key, TEST, "")
            self._part.show_printed("Not printed", "bad_text")
            self._say(error)

        def done(trial: Trial) -> None:
            self._part.set_busy(key, TEST, "")
            self._part.say_nothing()
            if trial.proven:
                self._part.show_printed(f"Printed in {trial.took_ms / 1000:.1f} s", "ok_text")
            else:
                words = sentence("devices.test_handed_over")
                self._part.show_printed(f"{words.title}. {words.action}", "info_text")

        self._part.set_busy(key, TEST, "Printing…")
        self._part.show_printed("Printing…", "info_text")
        self._bridge.start(self._lanes["printer"], lambda _job: self._devices().test_print(), owner=self, done=done,
                           failed=failed)  # fmt: skip

    def _cut(self, key: str) -> None:
        def failed(error: Exception) -> None:
            self._part.set_busy(key, CUT, "")
            self._say(error)

        def done(_trial: Trial) -> None:
            self._part.set_busy(key, CUT, "")
            self._part.show_told("ok", "The paper is cut")

        self._part.set_busy(key, CUT, "Cutting…")
        self._bridge.start(self._lanes["printer"], lambda _job: self._devices().cut_paper(), owner=self, done=done,
                           failed=failed)  # fmt: skip

    def _show_message(self) -> None:
        """Two lines for a moment: whoever stands at the display sees whether it works."""
        self._bridge.start(
            self._lanes["display"], lambda _job: self._devices().show_trial(), owner=self, failed=self._say,
            done=lambda _nothing: self._shown_message(),
        )  # fmt: skip

    def _shown_message(self) -> None:
        self._part.show_told("info", "The display shows two lines", "They go by themselves.")
        QTimer.singleShot(MESSAGE_MS, self, self._end_message)

    @Slot()
    def _end_message(self) -> None:
        self._bridge.start(self._lanes["display"], lambda _job: self._devices().end_trial(), owner=self,
                           done=lambda _nothing: self._part.say_nothing())  # fmt: skip

    def _open_drawer(self) -> None:
        person = self._person()
        if person is not None:
            self._bridge.start(
                self._lanes["store"], lambda _job: self._devices().open_drawer(person), owner=self, failed=self._say,
                done=lambda _job_id: self._part.show_told("ok", "The drawer opens", "The day’s log says: a test."),
            )  # fmt: skip

    def _remove(self, key: str) -> None:
        told = f"This desk has no {name_of(key).lower()} any more"
        self._with_right(lambda person, lender: self._change(
            key, lambda: self._devices().remove(key, person, lender), told))  # fmt: skip

    # Changing -----------------------------------------------------------------------------------------------------

    def _with_right(self, then: Callable[[Person, Person | None], None]) -> None:
        """Go on as the person at the desk, or ask for the PIN of who may set up."""
        person = self._person()
        if person is None:
            return
        if Right.SET_UP in person.rights:
            then(person, None)
        else:
            self._lend.ask(LEND_WHY, "Enter the PIN of a manager", lambda lender: then(person, lender))

    def _change(self, key: str, work: Callable[[], object], told: str) -> None:
        """First whether it may be changed now, then the change on the device's own lane, behind whatever runs there."""

        def change(_nothing: object) -> None:
            self._bridge.start(self._lanes[KINDS[key].lane], lambda _job: work(), owner=self, failed=self._say,
                               done=lambda _done: self._changed_to(told))  # fmt: skip

        def may(_job: Job[None]) -> None:
            self._devices().may_change(key)

        self._bridge.start(self._lanes["reads"], may, owner=self, done=change, failed=self._say)

    def _changed_to(self, told: str) -> None:
        self._part.show_told("ok", told)
        self._soon.start()

    def _use(self, key: str, address: str) -> None:
        told = f"{name_of(key)} chosen. It is asked how it is now"
        self._with_right(lambda person, lender: self._change(
            key, lambda: self._devices().use(key, address, person, lender), told))  # fmt: skip

    # Dialogs ------------------------------------------------------------------------------------------------------

    @property
    def host(self) -> QWidget:
        """What dialogs cover: the whole window."""
        return self._part.window()

    @Slot()
    def find_devices(self, key: str = "") -> None:
        """What hangs on this computer."""
        if self._find is None:
            self._find = FindDialog(self.host)
            self._find.look_asked.connect(self._look)
            self._find.submitted.connect(self._use_found)
            self._find.address_asked.connect(self.add_by_address)
        self._find.open_for(key)

    @Slot()
    def _look(self) -> None:
        dialog = self._find
        if dialog is None or self._looking:
            return
        self._looking = True

        def failed(error: Exception) -> None:
            self._looking = False
            words = sentence_for(error)
            dialog.refuse(f"{words.title}. {_rest(words)}")

        def done(offers: object) -> None:
            self._looking = False
            dialog.show_offers(offers if isinstance(offers, tuple) else ())

        self._bridge.start(self._lanes["lists"], lambda _job: self._devices().find(), owner=self, done=done,
                           failed=failed)  # fmt: skip

    @Slot()
    def _use_found(self) -> None:
        dialog = self._find
        if dialog is None or dialog.chosen is None:
            return
        key = dialog.kind.key
        dialog.close_over()
        self._use(key, dialog.chosen.found.address(KINDS[key].baud))

    @Slot()
    def add_by_address(self, key: str = "") -> None:
        """A device where nobody can find it by looking."""
        if self._address is None:
            self._address = AddressDialog(self.host)
            self._address.submitted.connect(self._use_typed)
        card = next((card for card in self.view.cards if card.key == key), None) if self.view else None
        known = card.address if card is not None and "://" in card.address else ""
        self._address.open_for(key, known)

    @Slot()
    def _use_typed(self) -> None:
        dialog = self._address
        if dialog is None:
            return
        key, typed = dialog.kind.key, dialog.field.text()

        def wrong(error: Exception) -> None:
            words = sentence_for(error)
            dialog.show_wrong(f"{words.title}. {_rest(words)}")

        def right(address: str) -> None:
            dialog.close_over()
            self._use(key, address)

        self._bridge.start(self._lanes["lists"], lambda _job: self._devices().address(key, typed), owner=self,
                           done=right, failed=wrong)  # fmt: skip

    # The log ------------------------------------------------------------------------------------------------------

    @Slot()
    def open_log(self) -> None:
        """What was asked of devices."""
        if self._log is None:
            self._log = LogDialog(self.host)
            self._log.device_chosen.connect(lambda _key: self._read_log())
            self._log.submitted.connect(self._save_log)
        self._log.open_over()
        self._read_log()

    def _read_log(self) -> None:
        dialog = self._log
        if dialog is not None:
            wanted = dialog.wanted
            self._bridge.start(self._lanes["reads"], lambda _job: self._devices().events(wanted), owner=self,
                               done=dialog.show_events)  # fmt: skip

    @Slot()
    def _save_log(self) -> None:
        dialog = self._log
        path = ask_list_path(self.host, "device-log.txt", "Save the device log", LOG_FORMATS)
        if dialog is None or path is None:
            return

        def failed(error: Exception) -> None:
            words = sentence_for(error)
            dialog.refuse(f"{words.title}. {_rest(words)}")

        def done(saved: Path) -> None:
            dialog.refuse("")
            dialog.say(f"Saved as {saved.name}.")

        self._bridge.start(self._lanes["lists"], lambda _job: self._devices().export(path), owner=self, done=done,
                           failed=failed)  # fmt: skip


def _rest(words: Words) -> str:
    return " ".join(part for part in (words.body, words.action) if part)
