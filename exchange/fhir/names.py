"""HumanName: which of several names counts, and its parts; ContactPoint likewise."""

from __future__ import annotations

from exchange.fhir.element import Element
from exchange.values import PersonName, person_name, phone

_NAME_RANK = {"official": 0, "usual": 1, "": 2, "temp": 3, "nickname": 4, "anonymous": 5, "maiden": 6, "old": 7}
_PHONE_RANK = {"mobile": 0, "home": 1, "": 2, "work": 3, "temp": 4}
_BIGGEST_RANK = 1_000


def best_name(names: list[Element]) -> Element | None:
    """The official name, else the usual one; ended, maiden and old ones last. Names without any part do not count."""
    worth = [name for name in names if name.text("family") or name.text("text") or name.texts("given")]
    return min(worth, key=_name_rank) if worth else None


def _name_rank(name: Element) -> tuple[bool, bool, int]:
    whole = bool(name.text("family") or name.text("text"))
    return not whole, _ended(name), _NAME_RANK.get(name.text("use"), 3)


def _ended(element: Element) -> bool:
    period = element.child("period")
    return bool(period and period.text("end"))


def name_parts(name: Element) -> PersonName:
    """The parts of a name; one that is only written in one piece is taken apart."""
    family, given = name.text("family"), name.texts("given")
    if not family:
        if written := name.text("text"):
            return person_name(written)
        return PersonName(" ".join(given))
    first = given[0] if given else ""
    return PersonName(family, first, " ".join(given[1:]), " ".join(name.texts("suffix")))


def short_name(name: Element) -> str:
    """How somebody who sees patients is called beside a visit: `Dr. Okafor`, `L. Fischer, NP`, `Ana Ruiz`."""
    parts = name_parts(name)
    if any(title.strip(".").casefold() in {"dr", "doctor"} for title in name.texts("prefix")):
        return f"Dr. {parts.family}"
    if parts.given and parts.suffix:
        return f"{parts.given[0]}. {parts.family}, {parts.suffix}"
    return f"{parts.given} {parts.family}".strip()


def contact(points: list[Element], system: str) -> str:
    """The phone number or e-mail address to use: not an old one, mobile before home before work, then by rank."""
    best: tuple[tuple[bool, int, int], str] | None = None
    for point in points:
        value = point.text("value")
        if point.text("system") != system or not value or point.text("use") == "old":
            continue
        rank = (_ended(point), _PHONE_RANK.get(point.text("use"), 2), _rank(point))
        if best is None or rank < best[0]:
            best = (rank, value)
    if best is None:
        return ""
    return phone(best[1]) if system == "phone" else best[1]


def _rank(point: Element) -> int:
    number = point.number("rank")
    if number is None or not 0 <= number <= _BIGGEST_RANK:
        return _BIGGEST_RANK
    return int(number)
