"""Style, script, fonts and logo of patients' pages: own files, kept by browsers for a year under a name that changes
with their content. The colours are the desktop's tokens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import resources
from resources import tokens

_KEPT = "public, max-age=31536000, immutable"
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
          "ttf": "font/ttf"}  # fmt: skip
_FONTS = (
    "ibm-plex-sans-400.ttf", "ibm-plex-sans-500.ttf", "ibm-plex-sans-600.ttf", "ibm-plex-mono-400.ttf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    name: str
    content: bytes
    kind: str

    @property
    def headers(self) -> dict[str, str]:
        """What goes with it."""
        return {"Content-Type": self.kind, "Cache-Control": _KEPT, "X-Content-Type-Options": "nosniff",
                "Cross-Origin-Resource-Policy": "same-origin"}  # fmt: skip


def style() -> str:
    """The tokens of both themes as variables, then the rules."""

    def block(theme: dict[str, str]) -> str:
        return "".join(f"--{name}:{value};" for name, value in theme.items())

    rules = resources.path("portal/portal.css").read_text(encoding="utf-8")
    return (
        f":root{{color-scheme:light dark;{block(tokens.LIGHT)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{block(tokens.DARK)}}}}}\n"
        f"@media print{{:root{{{block(tokens.LIGHT)}}}}}\n{rules}"
    )


@cache
def assets() -> dict[str, Asset]:
    """Every file by the name it is asked by."""
    plain = {"portal.css": style().encode(), "portal.js": resources.path("portal/portal.js").read_bytes(),
             "sign.js": resources.path("portal/sign.js").read_bytes(),
             "logo.svg": resources.path("logo.svg").read_bytes()}  # fmt: skip
    made = [_asset(_marked(name, content), content) for name, content in plain.items()]
    made += [_asset(name, resources.path(f"fonts/{name}").read_bytes()) for name in _FONTS]
    return {asset.name: asset for asset in made}


@cache
def names() -> dict[str, str]:
    """By plain name (`portal.css`) the name it is asked by (`portal.3f2a….css`)."""
    return {_plain(name): name for name in assets()}


def _asset(name: str, content: bytes) -> Asset:
    return Asset(name, content, _TYPES[name.rpartition(".")[2]])


def _marked(name: str, content: bytes) -> str:
    stem, _, kind = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:16]}.{kind}"


def _plain(name: str) -> str:
    parts = name.split(".")
    return f"{parts[0]}.{parts[-1]}"
