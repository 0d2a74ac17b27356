"""What first run asks and what is missing in the answers. Pure; the set-up itself is the story's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.setup import PracticeWish, StaffWish
from app.words import sentence
from models.basics.errors import RuleBroken
from models.operations.joining import parse_join_line
from models.rules.pins import check_new_pin


class Way(StrEnum):
    """How this desk begins."""

    NEW = "new"
    JOIN = "join"


class Devices(StrEnum):
    """What hangs on this desk."""

    PRACTICE = "practice"
    ADDRESS = "address"
    LATER = "later"


class Step(StrEnum):
    """The steps, in order; a desk that joins has no staff of its own to name."""

    PRACTICE = "practice"
    STAFF = "staff"
    DEVICES = "devices"
    READY = "ready"


STEPS: Final[dict[Way, tuple[Step, ...]]] = {
    Way.NEW: (Step.PRACTICE, Step.STAFF, Step.DEVICES, Step.READY),
    Way.JOIN: (Step.PRACTICE, Step.DEVICES, Step.READY),
}

TITLES: Final[dict[Step, tuple[str, str]]] = {
    Step.PRACTICE: ("Practice and desk", "Who you are, and what this desk is called."),
    Step.STAFF: ("Staff and PINs", "Two people to begin with. Add others in Settings."),
    Step.DEVICES: ("Reader and printer", "Use real devices, or practise without."),
    Step.READY: ("Set up", "Keys, hub and store are made now."),
}
"""Title and second line of each step."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's answers. `again` is the PIN typed a second time."""

    name: str = ""
    pin: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything first run asks. `consent` is who agreed to a key file, where there is no keyring."""

    way: Way = Way.NEW
    practice: str = ""
    street: str = ""
    city: str = ""
    phone: str = ""
    zone: str = ""
    desk: str = "Desk 1"
    others: bool = False
    join_line: str = ""
    manager: Person = Person()
    receptionist: Person = Person()
    devices: Devices = Devices.PRACTICE
    terminal_url: str = ""
    printer_url: str = ""
    drawer: bool = True
    needs_consent: bool = False
    consent: str = ""

    @property
    def wish(self) -> PracticeWish:
        """The practice as the story wants it."""
        address = tuple(line.strip() for line in (self.street, self.city) if line.strip())
        return PracticeWish(self.practice.strip(), self.zone, address, self.phone.strip())

    @property
    def staff(self) -> tuple[StaffWish, ...]:
        """The people as the story wants them; a receptionist without a name is left out."""
        made = [StaffWish(self.manager.name.strip(), "manager", self.manager.pin)]
        if self.receptionist.name.strip():
            made.append(StaffWish(self.receptionist.name.strip(), "receptionist", self.receptionist.pin))
        return tuple(made)


def missing(step: Step, answers: Answers) -> dict[str, str]:
    """What is wrong with the answers of a step: field to sentence. Empty when it may go on."""
    return {name: text for name, text in _CHECKS[step](answers).items() if text}


def _practice(answers: Answers) -> dict[str, str]:
    found = {"desk": "" if answers.desk.strip() else "Give the desk a name."}
    if answers.way is Way.NEW:
        found["practice"] = "" if answers.practice.strip() else "Type the name of your practice."
        found["zone"] = "" if answers.zone else "Choose the time zone."
    else:
        found["join_line"] = _join_line(answers.join_line)
    if answers.needs_consent:
        found["consent"] = "" if answers.consent.strip() else "Type your name to agree, or set up a keyring first."
    return found


def _join_line(text: str) -> str:
    if not text.strip():
        return "Type, paste or scan the code the other desk shows."
    try:
        parse_join_line(text)
    except RuleBroken as error:
        words = sentence(error.message_key, error.facts)
        return f"{words.title}. {words.action}"
    return ""


def _staff(answers: Answers) -> dict[str, str]:
    found = {"manager.name": "" if answers.manager.name.strip() else "Type the manager's name."}
    found |= _pins("manager", answers.manager)
    if answers.receptionist.name.strip() or answers.receptionist.pin:
        found["receptionist.name"] = "" if answers.receptionist.name.strip() else "Type the name."
        found |= _pins("receptionist", answers.receptionist)
    same = answers.receptionist.name.strip().casefold() == answers.manager.name.strip().casefold()
    if same and answers.manager.name.strip():
        found["receptionist.name"] = "Two people need two names."
    return found


def _pins(who: str, person: Person) -> dict[str, str]:
    try:
        check_new_pin(person.pin)
    except RuleBroken as error:
        words = sentence(error.message_key, error.facts)
        return {f"{who}.pin": f"{words.title}. {words.action}".strip()}
    again = "" if person.again == person.pin else "The two PINs differ. Type it once more."
    return {f"{who}.again": again}


def _devices(answers: Answers) -> dict[str, str]:
    if answers.devices is not Devices.ADDRESS:
        return {}
    given = answers.terminal_url.strip() or answers.printer_url.strip()
    return {"terminal_url": "" if given else "Type an address, or choose to do this later."}


def _nothing(_answers: Answers) -> dict[str, str]:
    return {}


_CHECKS: Final = {Step.PRACTICE: _practice, Step.STAFF: _staff, Step.DEVICES: _devices, Step.READY: _nothing}

DOING: Final[dict[str, str]] = {
    "setup.keys": "Making keys and keeping them safe…",
    "setup.hub": "Starting the clinic's hub…",
    "setup.joining": "Asking the clinic's hub…",
    "setup.store": "Making the encrypted store…",
    "setup.devices": "Setting up the devices…",
    "setup.opening": "Opening the desk…",
}
"""What is said at each step of the work."""
