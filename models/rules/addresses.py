"""Where a message may go: e-mail addresses and phone numbers that a mail server and a text provider take."""

from __future__ import annotations

import re

LONGEST_ADDRESS = 254
"""RFC 5321 §4.5.3.1.3: a path has 256 octets with its angle brackets."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})+)")
"""RFC 5321 §4.1.2 without quoted local parts and address literals, which no patient has."""

_TYPED_PHONE = re.compile(r"\+?[0-9(). \-]+")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")

FAILURES = (
    "address_refused", "mail_refused", "number_refused", "text_refused", "given_up", "not_set_up", "not_agreed",
    "not_composed", "link_over", "stopped", "document_gone",
)  # fmt: skip
"""Why a message was not sent, as the hub tells it."""


def email_address(typed: str) -> str:
    """The address as it is sent to, the domain in small letters; empty for what is none. Never a line break or a second
    address: nothing of it can become a header of its own."""
    found = _EMAIL.fullmatch(typed.strip(" "))
    if found is None or len(found["local"]) > 64 or len(found[0]) > LONGEST_ADDRESS:
        return ""
    return f"{found['local']}@{found['domain'].lower()}"


def text_number(typed: str) -> str:
    """The number as E.164 (`+15550104417`); ten digits are of the United States. Empty for what is none."""
    typed = typed.strip(" ")
    if not _TYPED_PHONE.fullmatch(typed) or not typed.isascii():
        return ""
    digits = re.sub(r"\D", "", typed)
    if typed.startswith("+"):
        number = f"+{digits}"
    elif len(digits) == 10:
        number = f"+1{digits}"
    else:
        number = f"+{digits}" if len(digits) == 11 and digits.startswith("1") else ""
    return number if _E164.fullmatch(number) else ""


def address_for(channel: str, typed: str) -> str:
    """What was typed as an address of a channel (email, text); empty for what is none, and for other channels."""
    made = {"email": email_address, "text": text_number}.get(channel)
    return made(typed) if made else ""
