"""Scans: a licence says whose it is, a payment card leaves nothing, a typing scanner is told from a person."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.base import BytePipe
from devices.scanners.burst import LONGEST, Burst
from devices.scanners.licence import Licence, LicenceUnreadable, parse_licence
from devices.scanners.reading import CardBlocked, CodeRead, LicenceRead, Unreadable, read
from devices.scanners.serial_scanner import SerialScanner
from devices.wires import open_pipe
from tests.support.shared_data import shared
from tests.support.simulators import SimulatorProcess

HEADER = "@\n\x1e\rANSI 636014090002DL00410278ZC03190008DL"


def licence(*elements: str, header: str = HEADER) -> str:
    return header + "\n".join(elements) + "\r"


JOHN = ("DAQD1234562", "DCSQUILLFEATHER", "DDEN", "DACROSA", "DDFN", "DADNONE", "DBB03141984", "DAG12 ELM ST",
        "DAISPRINGFIELD", "DAJIL", "DAK627010000", "DCGUSA")  # fmt: skip


# Licences ---------------------------------------------------------------------------------------------------------


def test_a_licence_says_whose_it_is_and_nothing_else() -> None:
    assert parse_licence(licence(*JOHN)) == Licence(
        "QUILLFEATHER", "ROSA", date(1984, 3, 14), street="12 ELM ST", city="SPRINGFIELD", state="IL",
        postal_code="62701",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("elements", "header", "expected"),
    [
        (("DAAPUBLIC,JOHN,Q", "DBB19761123"), HEADER.replace("09", "01", 1), ("PUBLIC", "JOHN", date(1976, 11, 23))),
        (("DCSPUBLIC", "DCTJOHN QUINCY", "DBB11231976"), HEADER, ("PUBLIC", "JOHN", date(1976, 11, 23))),
        (("DABPUBLIC", "DACJOHN", "DBB19761123"), HEADER, ("PUBLIC", "JOHN", date(1976, 11, 23))),
        (("DCSTREMBLAY", "DACLUC", "DBB19761123", "DCGCAN"), HEADER, ("TREMBLAY", "LUC", date(1976, 11, 23))),
    ],
    ids=["one name", "given names in one", "older family name", "Canadian date"],
)
def test_the_standards_other_ways(elements: tuple[str, ...], header: str, expected: tuple[str, str, date]) -> None:
    found = parse_licence(licence(*elements, header=header))
    assert (found.family, found.given, found.birth_date) == expected


def test_a_name_that_was_cut_says_so() -> None:
    found = parse_licence(licence("DCSPAPADOPOULOS-MICHA", "DDET", "DACEL", "DDFT", "DBB03141984"))
    assert (found.family_cut, found.given_cut) == (True, True)


@pytest.mark.parametrize(("without", "reason"), [("DCS", "no_name"), ("DBB", "no_birth_date")])
def test_a_licence_that_was_cut_off_is_not_guessed(without: str, reason: str) -> None:
    text = licence(*(each for each in JOHN if not each.startswith(without)))
    with pytest.raises(LicenceUnreadable) as caught:
        parse_licence(text)
    assert caught.value.reason == reason
    assert read(text) == Unreadable(reason)


@pytest.mark.parametrize("lost", ["\n", "\r", "\x1e", "\n\r\x1e"], ids=["LF", "CR", "RS", "all"])
def test_control_signs_lost_on_the_way(lost: str) -> None:
    text = "".join(sign for sign in licence(*JOHN) if sign not in lost)
    found = read(text)
    assert isinstance(found, LicenceRead)
    assert (found.licence.family, found.licence.given) == ("QUILLFEATHER", "ROSA")


@pytest.mark.parametrize("name", [f"{n:02d}" for n in range(1, 14)] + ["aamva"])
def test_licences_of_every_version_as_others_wrote_them(name: str) -> None:
    (path,) = shared("aamva-samples").glob(f"{name}*.txt")
    text = path.read_bytes().decode("latin-1")
    for form in (text, text.replace("\n", "").replace("\r", "")):
        found = read(form)
        assert isinstance(found, LicenceRead)
        assert found.licence.family in {"PUBLIC", "JOHNSON", "SMITH", "DOE"}
        assert date(1940, 1, 1) < found.licence.birth_date < date(2000, 1, 1)


def test_a_licence_by_its_stripe() -> None:
    found = read("%ILSPRINGFIELD^QUILLFEATHER$ROSA$^12 ELM ST^?;636035012345678=270119840314=?")
    assert isinstance(found, LicenceRead)
    assert (found.licence.family, found.licence.given, found.licence.birth_date) == (
        "QUILLFEATHER", "ROSA", date(1984, 3, 14),
    )  # fmt: skip


# Payment cards ----------------------------------------------------------------------------------------------------


def test_every_payment_card_leaves_nothing() -> None:
    tracks = json.loads(shared("magstripe-test-tracks/tracks.json").read_text(encoding="utf-8"))
    assert len(tracks) > 40
    for track in tracks:
        assert read(track["track"]) == CardBlocked()


@pytest.mark.parametrize("text", ["4242424242424242", "%B4242424242424242^X/Y^2712101?", ";4242424242424242=2712101?"])
def test_a_card_number_in_a_code_is_blocked(text: str) -> None:
    assert read(text) == CardBlocked()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("PAY-1-00042\r", CodeRead("PAY-1-00042")), ("", Unreadable("code")), ("\x1e\x04", Unreadable("code")),
     ("x" * 300, Unreadable("code")), ("%LOYALTY 12^?", Unreadable("stripe"))],
)  # fmt: skip
def test_codes(text: str, expected: object) -> None:
    assert read(text) == expected


@given(st.text(max_size=400))
def test_no_scan_brings_the_program_down(text: str) -> None:
    for payload in (text, HEADER + text):
        found = read(payload)
        assert isinstance(found, (CodeRead, LicenceRead, CardBlocked, Unreadable))
        assert not isinstance(found, CodeRead) or found.text.isprintable()


# Scanners that type -----------------------------------------------------------------------------------------------


def held(burst: Burst, text: str) -> int:
    """How many of the keys were held back."""
    return sum(burst.take(sign) for sign in text)


def test_without_a_scanner_only_licences_and_stripes_are_held() -> None:
    burst = Burst()
    assert held(burst, "Rosa Quillfeather\r") == 0
    stripe = ";4242424242424242=27121010000012345678?\r"
    assert held(burst, stripe) == len(stripe)
    assert burst.end() == stripe
    assert not burst.holding


def test_a_sign_that_only_looks_like_the_beginning_was_typed() -> None:
    burst = Burst()
    assert held(burst, "@example.org\t") == 13
    assert burst.end() is None


def test_a_code_is_told_by_its_speed_and_its_end() -> None:
    burst = Burst(every_key=True)
    held(burst, "PAY-1-00042\r")
    assert burst.end() == "PAY-1-00042"
    held(burst, "Rosa")
    assert burst.end() is None
    held(burst, "Quillfeather")
    assert burst.end() is None, "nothing ended it: a fast typist"


def test_a_prefix_is_taken_off_and_needs_no_end() -> None:
    burst = Burst(every_key=True, prefix="~")
    assert held(burst, "Rosa") == 0
    held(burst, "~PAY-1-00042")
    assert burst.end() == "PAY-1-00042"
    held(burst, "~12")
    assert burst.end() is None


def test_no_scan_is_endless() -> None:
    burst = Burst(every_key=True)
    held(burst, "x" * LONGEST)
    assert burst.full


# Scanners on a wire -----------------------------------------------------------------------------------------------


class Listening:
    """A scanner process and the driver at the other end of its wire."""

    def __init__(self, *arguments: str) -> None:
        self.machine = SimulatorProcess("scanner", arguments)
        self.pipe: BytePipe = open_pipe(self.machine.url.partition("+")[2], device="scanner")
        self.scanner = SerialScanner(self.pipe)
        self.scanner.open()

    def scans(self, text: str) -> str:
        self.machine.tell(f"scan {text}")
        return self.scanner.next(5)

    def close(self) -> None:
        self.scanner.close()
        self.machine.stop()


@pytest.fixture(scope="module")
def listening() -> object:
    made = Listening()
    yield made
    made.close()


@pytest.mark.parametrize("fault", ["", "no-suffix", "pieces:2"])
def test_a_scan_arrives_whole(listening: Listening, fault: str) -> None:
    if fault:
        listening.machine.next(fault)
    assert listening.scans("PAY-1-00042") == "PAY-1-00042"


def test_the_same_twice_is_two_scans(listening: Listening) -> None:
    listening.machine.next("doubled")
    assert [listening.scans("MRN-7"), listening.scanner.next(5)] == ["MRN-7", "MRN-7"]


def test_a_licence_keeps_its_own_line_ends(listening: Listening) -> None:
    text = licence(*JOHN)
    found = read(listening.scans(text.encode("unicode_escape").decode()))
    assert isinstance(found, LicenceRead)
    assert found.licence.family == "QUILLFEATHER"


def test_a_licence_cut_off_on_the_wire_is_not_guessed(listening: Listening) -> None:
    listening.machine.next("cut-off:60")
    assert isinstance(read(listening.scans(licence(*JOHN).encode("unicode_escape").decode())), Unreadable)


def test_a_licence_whose_line_ends_are_lost_on_the_wire_is_read(listening: Listening) -> None:
    listening.machine.next("controls-lost")
    found = read(listening.scans(licence(*JOHN).encode("unicode_escape").decode()))
    assert isinstance(found, LicenceRead)
    assert found.licence.family == "QUILLFEATHER"


def test_a_code_in_another_layout_is_another_code_and_nothing_worse(listening: Listening) -> None:
    listening.machine.next("wrong-layout")
    assert read(listening.scans("PAY-1-00042")) == CodeRead("PAZß1ß00042".replace("ß", "/"))


def test_a_payment_card_swiped_at_the_scanner_leaves_nothing(listening: Listening) -> None:
    listening.machine.next("payment-card")
    assert read(listening.scans("PAY-1-00042")) == CardBlocked()
