"""Who a driver licence belongs to, from its PDF417 code or its magnetic stripe (AAMVA DL/ID Card Design Standard, all
versions, annexes D and F). Names, birth date and address come out; licence number and everything else are dropped here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Licence:
    """The person on a licence. `family_cut` and `given_cut`: the card has only the beginning of the name."""

    family: str
    given: str
    birth_date: date
    middle: str = ""
    suffix: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    family_cut: bool = False
    given_cut: bool = False


class LicenceUnreadable(ValueError):
    """It is a licence, or part of one, and does not say whose. `reason` is a stable key; nothing of the text is in it.

    `no_name`, `no_birth_date`: the code was cut off or the jurisdiction leaves it out.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_HEADER = re.compile(r"(?:ANSI |AAMVA)\s*(?P<iin>\d{6})(?P<version>\d{2})")
"""Compliance indicator and control characters before it are often lost on the way through a keyboard."""
_SUBFILE = re.compile(r"(?:DL|ID)(?=D[A-D][A-Z])")
"""Where the elements of the licence begin: its type stands twice in the older headers, last before an element."""
_ELEMENT = re.compile(r"(D[A-D][A-Z])(.*)", re.DOTALL)
_ENDS = re.compile(r"[\n\r\x1c\x1d\x1e]+|\^M")
_IDS = (
    "DAA|DAB|DAC|DAD|DAG|DAH|DAI|DAJ|DAK|DAQ|DAR|DAS|DAT|DAU|DAW|DAX|DAY|DAZ|DBA|DBB|DBC|DBD|DCA|DCB|DCD|DCE|DCF|DCG|"
    "DCH|DCI|DCJ|DCK|DCL|DCM|DCN|DCO|DCP|DCQ|DCR|DCS|DCT|DCU|DDA|DDB|DDC|DDD|DDE|DDF|DDG|DDH|DDI|DDJ|DDK|DDL|DDM"
)
_BEFORE_ID = re.compile(rf"(?={_IDS})")
"""Where an element begins in a code whose line ends were lost on the way."""
_LEAST_LINES = 3
_YEAR_FIRST = {"CAN"}
_YEAR_FIRST_VERSIONS = (1, 2)
"""Versions that wrote CCYYMMDD everywhere."""
_NONE = {"NONE", "UNAVL", "UNAVAIL"}

_STRIPE = re.compile(
    r"%(?P<state>[A-Z]{2})(?P<city>[^^?]{0,13}\^|[^^?]{13})(?P<name>[^^?]*)\^(?P<street>[^^?]*)\^?[^?]*\?",
    re.IGNORECASE,
)
_SECOND_TRACK = re.compile(r";(?P<iin>636\d{3}|6044(?:2[6-9]|3[0-4]))\d*=\d{4}(?P<born>\d{8})\d*=?[^?]*\?")


def looks_like_licence(text: str) -> bool:
    """Does `text` begin as a licence's code or stripe does? Cut off, it may still not be readable."""
    return bool(_HEADER.search(text[:40]) or _SECOND_TRACK.search(text))


def parse_licence(text: str) -> Licence:
    """The person on the licence whose code or stripe says `text`. Raises LicenceUnreadable."""
    header = _HEADER.search(text[:40])
    return _from_elements(text, int(header["version"])) if header else _from_stripe(text)


def _from_elements(text: str, version: int) -> Licence:
    found = _elements(text)
    family, given, middle, suffix = _names(found)
    born = _date(found.get("DBB", ""), year_first=version in _YEAR_FIRST_VERSIONS or found.get("DCG") in _YEAR_FIRST)
    if not family:
        raise LicenceUnreadable("no_name")
    if born is None:
        raise LicenceUnreadable("no_birth_date")
    return Licence(
        family, given, born, middle, suffix, street=" ".join(filter(None, (found.get("DAG"), found.get("DAH")))),
        city=found.get("DAI", ""), state=found.get("DAJ", ""), postal_code=_postal_code(found.get("DAK", "")),
        family_cut=found.get("DDE") == "T", given_cut=found.get("DDF") == "T",
    )  # fmt: skip


def _elements(text: str) -> dict[str, str]:
    """Elements by their three letters; the first one shares its line with the header."""
    starts = [found.end() for found in _SUBFILE.finditer(text)]
    body = text[starts[-1] :] if starts else text
    found: dict[str, str] = {}
    lines = _ENDS.split(body)
    for line in lines if len(lines) > _LEAST_LINES else _BEFORE_ID.split(body):
        element = _ELEMENT.match(line.strip())
        if element and element[1] not in found:
            value = " ".join(element[2].split())
            found[element[1]] = "" if value.upper() in _NONE else value
    return found


def _names(found: Mapping[str, str]) -> tuple[str, str, str, str]:
    """Family, given and middle name and suffix, in whichever of the standards' ways the card has them."""
    family = found.get("DCS") or found.get("DAB", "")
    given, middle = found.get("DAC", ""), found.get("DAD", "")
    if not given:  # versions 02 and 03: all given names in one
        given, _, middle = found.get("DCT", "").replace(",", " ").partition(" ")
    if not family:  # version 01: LAST,FIRST,MIDDLE in one
        family, given, middle = _full_name(found.get("DAA", ""), ",")
    return family, given, middle, found.get("DCU", "")


def _full_name(text: str, comma: str) -> tuple[str, str, str]:
    parts = [part.strip() for part in text.split(comma)]
    family, given, middle = [*parts, "", "", ""][:3]
    return family, given, middle


def _from_stripe(text: str) -> Licence:
    first, second = _STRIPE.search(text), _SECOND_TRACK.search(text)
    if first is None or not first["name"].strip("$ "):
        raise LicenceUnreadable("no_name")
    born = _date(second["born"], year_first=True) if second else None
    if born is None:
        raise LicenceUnreadable("no_birth_date")
    family, given, middle = _full_name(first["name"], "$")
    return Licence(family, given, born, middle, street=first["street"].replace("$", " ").strip(),
                   city=first["city"].rstrip("^"), state=first["state"].upper())  # fmt: skip


def _date(digits: str, *, year_first: bool) -> date | None:
    """A date of eight digits. Cards that mix the two orders up are read by what can only be a year."""
    if not re.fullmatch(r"\d{8}", digits):
        return None
    for first in (year_first, not year_first):
        year, rest = (digits[:4], digits[4:]) if first else (digits[4:], digits[:4])
        try:
            found = date(int(year), int(rest[:2]), int(rest[2:]))
        except ValueError:
            continue
        if found.year >= 1880:
            return found
    return None


def _postal_code(text: str) -> str:
    """`90223` of `902230000`, `90223-1204`, and what other countries write as it is."""
    digits = text.replace("-", "").strip()
    if not re.fullmatch(r"\d{9}", digits):
        return text.strip()
    return digits[:5] if digits.endswith("0000") else f"{digits[:5]}-{digits[5:]}"
