"""Languages people may be read to in, and those this program writes to them in. Pure.

A patient's language is a primary subtag of BCP 47 (`es`), as an EHR names it (HL7 PID-15, FHIR
`Patient.communication`). What they are written in follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping

FIRST = "en"
WRITTEN: Mapping[str, str] = {"en": "English", "es": "Spanish"}
"""Languages of messages, agreements and patients' pages, as the desk calls them."""
SPOKEN: Mapping[str, str] = {
    **WRITTEN, "ar": "Arabic", "zh": "Chinese", "fr": "French", "ht": "Haitian Creole", "hi": "Hindi", "ko": "Korean",
    "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "so": "Somali", "tl": "Tagalog", "uk": "Ukrainian",
    "vi": "Vietnamese",
}  # fmt: skip
"""Languages a desk may choose from (ISO 639-1), the written ones first."""


_LONG_TAGS = {
    "eng": "en", "spa": "es", "ara": "ar", "zho": "zh", "chi": "zh", "fra": "fr", "fre": "fr", "hat": "ht", "hin": "hi",
    "kor": "ko", "pol": "pl", "por": "pt", "rus": "ru", "som": "so", "tgl": "tl", "ukr": "uk", "vie": "vi",
}  # fmt: skip
"""ISO 639-2 tags, both kinds, of the languages of the list."""
_NAMES = {name.casefold(): tag for tag, name in SPOKEN.items()} | {"español": "es", "castellano": "es", "creole": "ht"}


def language_tag(text: str) -> str:
    """The tag of a language as programs write it (`es`, `es-MX`, `spa`, `Spanish`); empty for what is none."""
    plain = text.strip().casefold()
    tag = plain.replace("_", "-").partition("-")[0]
    known = _NAMES.get(plain) or _LONG_TAGS.get(tag)
    return known or (tag if tag.isascii() and tag.isalpha() and len(tag) in (2, 3) else "")


def written_in(language: str) -> str:
    """The language somebody is written to in: their own where this program has it, else English."""
    tag = language.partition("-")[0].lower()
    return tag if tag in WRITTEN else FIRST


def language_name(language: str) -> str:
    """`Spanish`; of one that is not listed its tag in capitals, of none nothing."""
    return SPOKEN.get(language, language.upper())
