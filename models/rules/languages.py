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


def written_in(language: str) -> str:
    """The language somebody is written to in: their own where this program has it, else English."""
    tag = language.partition("-")[0].lower()
    return tag if tag in WRITTEN else FIRST


def language_name(language: str) -> str:
    """`Spanish`; of one that is not listed its tag in capitals, of none nothing."""
    return SPOKEN.get(language, language.upper())
