"""Why money in hand may differ from what was posted: entered twice, never entered, digits mistyped (S0-41)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class ClueKind(StrEnum):
    """TWICE: one of two alike; NOT_IN_HAND: posted, and what it is about is missing; NEVER_POSTED: in hand, in no
    book; TRANSPOSED: two neighbouring digits changed places; ZERO: a zero too many or too few; DIGIT: one digit is
    another; BACK: it was taken back here."""

    TWICE = "twice"
    NOT_IN_HAND = "not_in_hand"
    NEVER_POSTED = "never_posted"
    TRANSPOSED = "transposed"
    ZERO = "zero"
    DIGIT = "digit"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Posted:
    """A payment as it was posted; `check_no` for checks. `back`: it was taken back since."""

    payment_id: str
    cents: int
    check_no: str = ""
    patient_id: str = ""
    back: bool = False


@dataclass(frozen=True, slots=True)
class Clue:
    """What may be wrong: with which payment (empty: none is posted), and what the amount may have to be."""

    kind: ClueKind
    payment_id: str
    cents: int
    should_cents: int = 0


_ORDER = tuple(ClueKind)


def mistyped(posted_cents: int, real_cents: int) -> ClueKind | None:
    """How an amount may have become another by a slip of the fingers, or None."""
    one, other = str(posted_cents), str(real_cents)
    if posted_cents == real_cents or min(posted_cents, real_cents) <= 0:
        return None
    if posted_cents in (real_cents * 10, real_cents * 100) or real_cents in (posted_cents * 10, posted_cents * 100):
        return ClueKind.ZERO
    if len(one) != len(other):
        return None
    apart = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(apart) == 1:
        return ClueKind.DIGIT
    if len(apart) == 2 and apart[1] == apart[0] + 1 and sorted(one) == sorted(other):
        return ClueKind.TRANSPOSED
    return None


def explain(difference_cents: int, posted: Sequence[Posted], limit: int = 5) -> tuple[Clue, ...]:
    """What single payment would explain that so much more (negative: less) was in hand than was posted, the likeliest
    first. A difference of 0 needs no reason."""
    if not difference_cents:
        return ()
    standing = [each for each in posted if not each.back]
    twice = Counter(_alike(each) for each in standing)
    found = list(_whole(difference_cents, posted, twice))
    for each in standing:
        real = each.cents + difference_cents
        slip = mistyped(each.cents, real)
        if slip is not None:
            found.append(Clue(slip, each.payment_id, each.cents, real))
    found.sort(key=lambda clue: (_ORDER.index(clue.kind), clue.cents))
    return tuple(found[:limit])


def _whole(difference_cents: int, posted: Iterable[Posted], twice: Counter[tuple[object, ...]]) -> Iterator[Clue]:
    """A whole payment too many or too few."""
    seen = set[tuple[object, ...]]()
    for each in posted:
        if each.back and each.cents == difference_cents:
            yield Clue(ClueKind.BACK, each.payment_id, each.cents)
        if each.back or each.cents != -difference_cents:
            continue
        if twice[_alike(each)] > 1:
            if _alike(each) not in seen:
                yield Clue(ClueKind.TWICE, each.payment_id, each.cents)
            seen.add(_alike(each))
        else:
            yield Clue(ClueKind.NOT_IN_HAND, each.payment_id, each.cents)


def _alike(each: Posted) -> tuple[object, ...]:
    return (each.cents, each.check_no, each.patient_id)


def match_check(check_no: str, cents: int, posted: Sequence[Posted]) -> Clue | None:
    """What a check in hand that was not on the list is: None where it was posted like that; mistyped where one with its
    number, or a slip away, was; else never posted."""
    if any(each.check_no == check_no and each.cents == cents for each in posted):
        return None
    for each in posted:
        slip = mistyped(each.cents, cents)
        if each.check_no == check_no and (slip is not None or each.cents != cents):
            return Clue(slip or ClueKind.DIGIT, each.payment_id, each.cents, cents)
    return Clue(ClueKind.NEVER_POSTED, "", cents)


def posted_twice(posted: Sequence[Posted]) -> tuple[Clue, ...]:
    """Checks that stand in the books more than once: same number, same amount."""
    count = Counter((each.check_no, each.cents) for each in posted if each.check_no)
    seen = set[tuple[str, int]]()
    found = []
    for each in posted:
        key = (each.check_no, each.cents)
        if count[key] > 1 and key in seen:
            found.append(Clue(ClueKind.TWICE, each.payment_id, each.cents))
        seen.add(key)
    return tuple(found)
