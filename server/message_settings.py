"""What the hub sends messages with: a mail server and a text provider, out of its environment and nowhere else.

A clinic that starts its hub from the desk may put the same names into `messages.env` in the hub's folder, a line each
(`COPAYDESK_SMTP_HOST=mail.clinic.example`), readable by this user alone. What is in the environment counts first.
"""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.operations.joining import is_loopback
from models.rules.addresses import email_address

log = logging.getLogger(__name__)

PLACEHOLDER = re.compile(
    r"change.?me|your[-_ ]|example|placeholder|replace.?me|<[^>]*>|\bsecret\b|\bpassword\b|x{4,}", re.I
)
"""What people leave in a settings file instead of a secret."""

FILE = "messages.env"
_SIGNED_WITH = "COPAYDESK_TEXT_SIGNING_TOKEN"
SECURITIES = {"starttls": 587, "tls": 465, "none": 25}
"""How the line to the mail server is kept private, with the usual port; `none` only on this machine."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """A mail server that takes our messages (RFC 6409). `sender` is the address they come from; `ca_file` names the
    authority of a server with a certificate of its own."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class TextSettings:
    """A text provider that takes a form (`To`, `From`, `Body`) at one address. With `user` the token is its password
    (HTTP Basic), else it is sent as a bearer token. `signed_with` is what it signs passed-on texts with (empty: the
    token)."""

    url: str
    sender: str
    token: str = field(repr=False)
    user: str = ""
    ca_file: Path | None = None
    signed_with: str = field(default="", repr=False)

    @property
    def signing_token(self) -> str:
        """The secret of the provider's signatures."""
        return self.signed_with or self.token


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """What there is to send with; None where nothing is set up."""

    mail: MailSettings | None = None
    text: TextSettings | None = None


def message_settings(data_dir: Path, environment: Mapping[str, str] = os.environ) -> MessageSettings:
    """Read and checked. Raises RuleBroken naming the setting: wrong, left at a placeholder, or a file others can
    read."""
    told = {**_from_file(data_dir / FILE), **environment}
    return MessageSettings(_mail(told), _text(told))


def usable_settings(data_dir: Path, environment: Mapping[str, str] = os.environ) -> MessageSettings:
    """The same for a hub that a desk starts for itself: with a wrong setting it serves without messages, and says which
    in its log. Money does not wait for mail."""
    try:
        return message_settings(data_dir, environment)
    except RuleBroken as error:
        log.warning("messages are not set up", extra=facts(error=error.message_key, **error.facts))
        return MessageSettings()


def _mail(told: Mapping[str, str]) -> MailSettings | None:
    host = told.get("COPAYDESK_SMTP_HOST", "").strip()
    if not host:
        return None
    security = told.get("COPAYDESK_SMTP_SECURITY", "starttls").strip().lower()
    if security not in SECURITIES or (security == "none" and not is_loopback(host)):
        raise RuleBroken("hub.setting_wrong", setting="COPAYDESK_SMTP_SECURITY")
    port = told.get("COPAYDESK_SMTP_PORT", "").strip() or str(SECURITIES[security])
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise RuleBroken("hub.setting_wrong", setting="COPAYDESK_SMTP_PORT")
    sender = email_address(told.get("COPAYDESK_SMTP_FROM", ""))
    if not sender:
        raise RuleBroken("hub.setting_wrong", setting="COPAYDESK_SMTP_FROM")
    user = told.get("COPAYDESK_SMTP_USER", "").strip()
    password = _secret(told, "COPAYDESK_SMTP_PASSWORD") if user else ""
    return MailSettings(host, int(port), security, sender, user, password, _ca_file(told, "COPAYDESK_SMTP_CA_FILE"))


def _text(told: Mapping[str, str]) -> TextSettings | None:
    url = told.get("COPAYDESK_TEXT_URL", "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    private = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not private or not parts.hostname or parts.username or parts.fragment:
        raise RuleBroken("hub.setting_wrong", setting="COPAYDESK_TEXT_URL")
    sender = told.get("COPAYDESK_TEXT_FROM", "").strip()
    if not sender or not sender.isprintable():
        raise RuleBroken("hub.setting_wrong", setting="COPAYDESK_TEXT_FROM")
    user = told.get("COPAYDESK_TEXT_USER", "").strip()
    signed_with = _secret(told, _SIGNED_WITH) if told.get(_SIGNED_WITH, "").strip() else ""
    return TextSettings(url, sender, _secret(told, "COPAYDESK_TEXT_TOKEN"), user,
                        _ca_file(told, "COPAYDESK_TEXT_CA_FILE"), signed_with)  # fmt: skip


def _secret(told: Mapping[str, str], name: str) -> str:
    secret = told.get(name, "")
    if not secret.isascii() or not secret.isprintable() or not secret or PLACEHOLDER.search(secret):
        raise RuleBroken("hub.setting_placeholder", setting=name)
    return secret


def _ca_file(told: Mapping[str, str], name: str) -> Path | None:
    named = told.get(name, "").strip()
    if named and not Path(named).is_file():
        raise RuleBroken("hub.setting_wrong", setting=name)
    return Path(named) if named else None


def _from_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise RuleBroken("hub.key_file_open", setting=FILE)
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip('"') for name, sign, value in pairs if sign}
