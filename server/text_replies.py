"""Texts that come back from patients, as the provider passes them on: `POST /texts/replies`, a form that it signed.

The form has `From`, `Body` and `MessageSid`. The signature is the base64 of an HMAC-SHA1, under the account's token,
over the address the provider was given and every field's name and value in the order of the names (Twilio, "Validating
requests", X-Twilio-Signature). Nothing of a number or a text reaches a log.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

from models.rules.addresses import text_number
from server.message_settings import TextSettings

SIGNATURE = "x-twilio-signature"
MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Reply:
    """A text that came in: from which number (E.164), what the provider calls it, and what it says."""

    number: str
    reference: str
    words: str


class Replies(Protocol):
    """Reads what a provider passes on."""

    def read(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply | None:
        """The text; None for what the provider did not sign, or is no text."""


class HttpReplies:
    """A provider that passes texts on as a posted form. `url` is the address it was given, as it signs it."""

    def __init__(self, settings: TextSettings) -> None:
        self._token = settings.signing_token.encode()

    def read(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply | None:
        try:
            pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except (UnicodeDecodeError, ValueError):
            return None
        given = headers.get(SIGNATURE, "")
        if not hmac.compare_digest(signature_of(self._token, url, pairs).encode(), given.encode()):
            return None
        form = dict(pairs)
        number, reference = text_number(form.get("From", "")), form.get("MessageSid", "")
        return Reply(number, reference, form.get("Body", "")) if number and reference else None


def signature_of(token: bytes, url: str, pairs: Sequence[tuple[str, str]]) -> str:
    """What a provider puts beside a form it posts to `url`."""
    said = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token, said.encode(), hashlib.sha1).digest()).decode()
