"""How a patient's name, birth date, phone and record number become search words, and how a slip still finds the name.

Plain functions used both when the index is written and when it is asked. Signs that mark what a word is start with an
underscore, so that no name can be mistaken for a number: `_d19840314` birth date, `_b0314` its month and day,
`_p7654321555` phone digits backwards (so that the last digits are a prefix), `_m12345` medical record number.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

HEAD = 6
"""Slips are looked for in the first letters of a name only: enough to tell names apart, few enough to store."""

SHORTEST_SLIP = 3
"""Below three letters every name is one slip away from every other."""

_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_RUN = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"[^\W_]+(?:['\u2019\u2010-\u2015.-][^\W_]+)+")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """`text` in lower case without accents: `Ñandú` is `nandu`. Letters of other scripts stay."""
    if text.isascii():
        return text.lower()
    plainer = unicodedata.normalize("NFKD", text)  # before the case, too: some letters get one only when plain
    lowered = unicodedata.normalize("NFKD", plainer.casefold().translate(_LETTERS))
    return "".join(sign for sign in lowered if not unicodedata.combining(sign)).translate(_LETTERS)


def name_words(text: str) -> list[str]:
    """The words of a name, plain: `O'Brien-Smith` gives `o brien smith obriensmith`. Twice the same counts once."""
    flat = plain(text)
    found = _RUN.findall(flat)
    found += ["".join(_RUN.findall(joined)) for joined in _JOINED.findall(flat)]
    return list(dict.fromkeys(found))


def digits(text: str) -> str:
    """Only the ASCII digits of `text`."""
    return "".join(sign for sign in text if sign in "0123456789")


def phone_word(text: str) -> str:
    """`_p` and the digits of a phone number backwards, without the leading 1 of an eleven digit number; or empty."""
    found = digits(text)
    if len(found) == 11 and found[0] == "1":
        found = found[1:]
    return f"_p{found[::-1]}" if len(found) >= 4 else ""


def mrn_word(text: str) -> str:
    """`_m` and the letters and digits of a record number; or empty."""
    found = "".join(_RUN.findall(plain(text)))
    return f"_m{found}" if found else ""


def birth_words(iso_date: str) -> list[str]:
    """`_d19840314` and `_b0314` of `1984-03-14`; empty without a whole date."""
    found = digits(iso_date[:10])
    return [f"_d{found}", f"_b{found[4:]}"] if len(found) == 8 else []


def patient_words(*, names: tuple[str, ...], birth_date: str, phone: str, mrn: str) -> str:
    """Everything a patient is found by, as the words of one search document."""
    words = name_words(" ".join(names))
    words += [*birth_words(birth_date), phone_word(phone), mrn_word(mrn)]
    return " ".join(word for word in words if word)


def slip_keys(word: str) -> set[str]:
    """The keys under which a name is found although a letter was missed, doubled, swapped or wrong.

    The head of the word itself and the head with each one letter left out. Two words share a key when their heads are
    at most one slip apart (or two, rarely: compare with `slips`).
    """
    head = word[:HEAD]
    if len(head) < SHORTEST_SLIP:
        return set()
    return {head, *(head[:i] + head[i + 1 :] for i in range(len(head)))}


def slips(typed: str, name: str, at_most: int = 2) -> int:
    """How many slips (letter missing, extra, wrong, or two swapped) make `typed` the beginning of `name`.

    Returns `at_most` + 1 when it takes more.
    """
    beyond = at_most + 1
    width = len(name) + 1
    before: list[int] = []
    row = list(range(width))
    for i, letter in enumerate(typed, start=1):
        older, before, row = before, row, [i]
        for j in range(1, width):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != name[j - 1]))
            if i > 1 and j > 1 and letter == name[j - 2] and typed[i - 2] == name[j - 1]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > at_most:
            return beyond
    return min(*row, beyond)
