"""A form is only taken from a page that was given to this very browser, in this very session.

Each browser carries a random name in a cookie; a page's forms carry a keyed hash of it and of the session (signed
double submit, OWASP "Cross-Site Request Forgery Prevention"). What a browser says of where a form comes from counts.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from server.portal.keys import Keys

FIELD = "form_token"
_LETTERS = 43


def new_browser() -> str:
    """A name for a browser: 256 random bits."""
    return secrets.token_urlsafe(32)


def known_browser(cookie: str) -> str:
    """The name, or empty for what is none of ours."""
    return cookie if len(cookie) == _LETTERS and cookie.isascii() else ""


def token(keys: Keys, browser: str, session: str) -> str:
    """What the forms of a page carry; `session` is empty before anybody signs in."""
    return keys.digest("form", f"{browser}\n{session}")


def holds(keys: Keys, browser: str, session: str, told: str, headers: Mapping[str, str]) -> bool:
    """Does a form come from a page of this browser and session?"""
    if not browser or headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin", "")
    if origin and origin.partition("://")[2] != headers.get("host", ""):
        return False
    return keys.same(token(keys, browser, session), told)
