"""Codes of line items: CPT, HCPCS, or the practice's own."""

from __future__ import annotations

import re

_CPT = re.compile(r"[0-9]{4}[0-9AFTU]")
_HCPCS = re.compile(r"[A-V][0-9]{4}")
_ICD_10 = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
LONGEST_CODE = 16


def tidy(code: str) -> str:
    """A code as it is kept: capital letters, no spaces."""
    return "".join(code.split()).upper()


def code_system(code: str) -> str:
    """`CPT` (five places, the last may be A, F, T or U), `HCPCS` (a letter and four digits) or `custom`."""
    if _CPT.fullmatch(code):
        return "CPT"
    return "HCPCS" if _HCPCS.fullmatch(code) else "custom"


def is_diagnosis(code: str) -> bool:
    """Does it have the form of an ICD-10-CM code: `E11.9`, `Z00`?"""
    return _ICD_10.fullmatch(code) is not None
