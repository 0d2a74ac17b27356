"""Everything the program carries that is not code: fonts, icons, the logo. One door: `path(name)`."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent

SANS = {400: "fonts/ibm-plex-sans-400.ttf", 500: "fonts/ibm-plex-sans-500.ttf", 600: "fonts/ibm-plex-sans-600.ttf"}
"""IBM Plex Sans by weight: family `IBM Plex Sans`. Latin with all its extensions for Europe and Vietnam, Greek,
Cyrillic; no box drawing."""

MONO = {400: "fonts/ibm-plex-mono-400.ttf", 600: "fonts/ibm-plex-mono-600.ttf"}
"""IBM Plex Mono by weight: family `IBM Plex Mono`. As above without Greek, with box drawing."""

LIGHT = "fonts/ibm-plex-sans-300.ttf"
"""IBM Plex Sans Light, for the clock on the lock."""

FONTS = (*SANS.values(), LIGHT, *MONO.values())
"""Every font file: TrueType outlines, so the window and the PDF use the same files. Licence: `fonts/OFL.txt`."""


def path(name: str) -> Path:
    """Where the resource `name` (forward slashes, as `fonts/ibm-plex-sans-400.ttf`) lies on this machine.

    Raises FileNotFoundError when the program was installed without it or `name` leads outside.
    """
    found = (ROOT / name).resolve()
    if not found.is_relative_to(ROOT) or not found.exists():
        raise FileNotFoundError(f"no resource {name!r}")
    return found
