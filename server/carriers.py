"""Who carries a message away: a mail server by SMTP, a text provider by HTTP. One attempt each; what came of it is an
`Outcome`, never an error. Nothing of a message, an address or a secret reaches a log.
"""

from __future__ import annotations

import base64
import http.client
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode, urlsplit

import orjson

from server.message_settings import MailSettings, TextSettings

if TYPE_CHECKING:
    from email.message import EmailMessage

PATIENCE_S = 20.0
"""So long one answer may take."""


class Fate(Enum):
    """SENT: somebody took it. LATER: not now. NEVER: this message cannot be delivered. BROKEN: nothing can be sent
    until somebody mends the line or the settings."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. `reason` is a word of ours, `reference` what the carrier calls the message,
    `wait_s` how long it asks us to wait."""

    fate: Fate
    reason: str = ""
    reference: str = ""
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A PDF that goes along."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to go. `key` is the same at every attempt: mail servers and providers know a second one by it."""

    key: str
    address: str
    clinic: str
    subject: str
    body: str
    reply_to: str = ""
    attachments: Sequence[Attachment] = ()


class Carrier(Protocol):
    """Takes one message at a time. Blocks; safe to be called again after anything."""

    def carry(self, parcel: Parcel) -> Outcome:
        """Try once."""


# Mail -----------------------------------------------------------------------------------------------------------------


def mail_of(parcel: Parcel, sender: str) -> EmailMessage:
    """The message as it is sent (RFC 5322). Raises ValueError where a header would be torn."""
    from email.headerregistry import Address  # a hub that sends no mail does without
    from email.message import EmailMessage
    from email.policy import SMTP

    user, _, domain = sender.rpartition("@")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(parcel.clinic, user, domain)
    mail["To"] = Address(addr_spec=parcel.address)
    if parcel.reply_to:
        mail["Reply-To"] = Address(addr_spec=parcel.reply_to)
    mail["Subject"] = parcel.subject
    mail["Message-ID"] = f"<{parcel.key}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(parcel.body)
    for each in parcel.attachments:
        mail.add_attachment(each.content, maintype="application", subtype="pdf", filename=each.name)
    return mail


class SmtpCarrier:
    """A mail server (RFC 5321): 4yz answers are tried again, 5yz are not. Never without the privacy that is set."""

    def __init__(self, settings: MailSettings, patience_s: float = PATIENCE_S) -> None:
        self._settings, self._patience_s = settings, patience_s
        self._context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)

    def carry(self, parcel: Parcel) -> Outcome:
        try:
            mail = mail_of(parcel, self._settings.sender)
        except ValueError:
            return Outcome(Fate.NEVER, "not_composed")
        try:
            line = self._connect()
        except ssl.SSLError:
            return Outcome(Fate.BROKEN, "mail_not_private")
        except (OSError, smtplib.SMTPException) as error:
            return _unreached(error)
        try:
            return self._hand_over(line, mail, parcel.address)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                line.quit()

    def _connect(self) -> smtplib.SMTP:
        told = self._settings
        if told.security == "tls":
            return smtplib.SMTP_SSL(told.host, told.port, timeout=self._patience_s, context=self._context)
        return smtplib.SMTP(told.host, told.port, timeout=self._patience_s)

    def _hand_over(self, line: smtplib.SMTP, mail: EmailMessage, address: str) -> Outcome:
        told = self._settings
        try:
            line.ehlo_or_helo_if_needed()
            if told.security == "starttls":
                line.starttls(context=self._context)
            if told.user:
                line.login(told.user, told.password)
        except ssl.SSLError:
            return Outcome(Fate.BROKEN, "mail_not_private")
        except smtplib.SMTPAuthenticationError as error:
            refused = error.smtp_code >= 500
            return Outcome(Fate.BROKEN if refused else Fate.LATER, "mail_login" if refused else "busy")
        except smtplib.SMTPNotSupportedError:
            return Outcome(Fate.BROKEN, "mail_not_private" if told.security == "starttls" else "mail_login")
        except (OSError, smtplib.SMTPException) as error:
            return _unreached(error)
        try:
            line.send_message(mail, from_addr=told.sender, to_addrs=[address])
        except smtplib.SMTPRecipientsRefused as error:
            return _refused(next(iter(error.recipients.values()))[0], "address_refused")
        except smtplib.SMTPSenderRefused as error:
            return Outcome(Fate.LATER, "busy") if error.smtp_code < 500 else Outcome(Fate.BROKEN, "mail_sender")
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, "mail_refused")
        except (OSError, smtplib.SMTPException) as error:  # it may have been taken: sent again under the same id
            return _unreached(error)
        return Outcome(Fate.SENT, reference=str(mail["Message-ID"]))


def _refused(code: int, reason: str) -> Outcome:
    """RFC 5321 §4.2.1: 4yz is for now, 5yz for good. 421 closes the line, 5yz of others does not."""
    return Outcome(Fate.NEVER, reason) if code >= 500 else Outcome(Fate.LATER, "busy")


def _unreached(error: Exception) -> Outcome:
    busy = isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 500
    return Outcome(Fate.LATER, "busy") if busy else Outcome(Fate.BROKEN, "mail_unreached")


# Texts ----------------------------------------------------------------------------------------------------------------

_NUMBER_WRONG = frozenset({400, 404, 410, 422})
_NOT_LET_IN = frozenset({401, 403})
_BUSY = frozenset({408, 425, 429})
_LONGEST_ANSWER = 1 << 16


class HttpTextCarrier:
    """A text provider that takes a posted form, as the usual ones do. Follows no redirect: the token stays with whom it
    is for."""

    def __init__(self, settings: TextSettings, patience_s: float = PATIENCE_S) -> None:
        self._settings, self._patience_s = settings, patience_s
        self._parts = urlsplit(settings.url)
        self._context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)

    def carry(self, parcel: Parcel) -> Outcome:
        line = self._line()
        form = urlencode({"To": parcel.address, "From": self._settings.sender, "Body": parcel.body})
        try:
            line.request("POST", self._target(), body=form.encode(), headers=self._headers(parcel.key))
            answer = line.getresponse()
            content = answer.read(_LONGEST_ANSWER)
        except ssl.SSLError:
            return Outcome(Fate.BROKEN, "text_not_private")
        except (OSError, http.client.HTTPException):
            return Outcome(Fate.BROKEN, "text_unreached")
        finally:
            line.close()
        return _answered(answer.status, content, answer.getheader("Retry-After", ""))

    def _line(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self._patience_s, context=self._context)
        return http.client.HTTPConnection(host, port, timeout=self._patience_s)

    def _target(self) -> str:
        return (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")

    def _headers(self, key: str) -> dict[str, str]:
        told = self._settings
        basic = base64.b64encode(f"{told.user}:{told.token}".encode()).decode()
        return {
            "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", "Idempotency-Key": key,
            "Authorization": f"Basic {basic}" if told.user else f"Bearer {told.token}",
        }  # fmt: skip


def _answered(status: int, content: bytes, retry_after: str) -> Outcome:
    if 200 <= status < 300:
        return Outcome(Fate.SENT, reference=_reference(content))
    if status in _NOT_LET_IN:
        return Outcome(Fate.BROKEN, "text_login")
    if status in _BUSY or status >= 500:
        wait_s = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0
        return Outcome(Fate.LATER, "busy", wait_s=min(wait_s, 3600.0))
    return Outcome(Fate.NEVER, "number_refused" if status in _NUMBER_WRONG else "text_refused")


def _reference(content: bytes) -> str:
    """What the provider calls the message: `sid`, `id` or `message_id` of its answer."""
    try:
        told: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        return ""
    named = (told.get(name) for name in ("sid", "id", "message_id")) if isinstance(told, dict) else ()
    return next((str(value) for value in named if isinstance(value, str | int) and value), "")
