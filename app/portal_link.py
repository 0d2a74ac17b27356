"""Where the practice's patients reach their pages, as a link and as a QR code to save (S1-01)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.clinic import Clinic
from app.saving import save_private
from models.basics.errors import RuleBroken
from models.operations.joining import is_loopback
from models.store.queries import messages

FORMATS = ("png", "svg")
DOT_PIXELS, QUIET_DOTS = 12, 4
"""Of a saved QR code: sharp on a poster; the light edge that scanners need (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class PortalLinkView:
    """The link, empty while the hub has told none. `here_only`: it leads to this computer alone; `can_send`: codes for
    signing in can leave, by e-mail or text."""

    link: str
    here_only: bool
    can_send: bool


class PortalLink:
    """Reads the link and saves its QR code. Blocks; lane `reads`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def view(self) -> PortalLinkView:
        """What the hub tells now."""
        with self._clinic.store.reader() as reader:
            told = messages.channels(reader, self._clinic.tenant)
        host = urlsplit(told.portal_url).hostname or ""
        return PortalLinkView(told.portal_url, is_loopback(host), told.email or told.text)

    def save(self, path: Path) -> Path:
        """Write the QR code of the link as PNG or SVG, by the suffix. Raises RuleBroken `portal.no_link`,
        `portal.format`, and StorageError `export.not_written`; nothing was written then."""
        link, kind = self.view().link, path.suffix.lower().lstrip(".")
        if not link:
            raise RuleBroken("portal.no_link")
        if kind not in FORMATS:
            raise RuleBroken("portal.format")
        save_private(path, qr_code(link, kind))
        return path


def qr_code(text: str, kind: str) -> bytes:
    """A QR code as a file of that kind (png, svg)."""
    import segno

    made = io.BytesIO()
    segno.make_qr(text, error="m").save(made, kind=kind, scale=DOT_PIXELS, border=QUIET_DOTS)
    return made.getvalue()
