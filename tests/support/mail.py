"""Real servers that take messages on this machine: SMTP by aiosmtpd, texts by a small HTTP server."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from server.message_settings import MailSettings, TextSettings
from server.text_replies import signature_of

USER, PASSWORD = "clinic", "tide-lamp-42"
SENDER = "receipts@alder.test"


@dataclass
class MailBox:
    """What a mail server took, and how it answers: `rcpt` and `data` are answers in turn, then `250`. While `hold` is
    cleared it keeps its last answer to itself."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    private: list[bool] = field(default_factory=list)
    taken: threading.Event = field(default_factory=threading.Event)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.rcpt.pop(0) if self.rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.data.pop(0) if self.data else "250 OK"
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = message_from_bytes(content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
            self.private.append(session.ssl is not None)
            self.taken.set()
            while not self.hold.is_set():  # it was taken, and nobody hears of it yet
                await asyncio.sleep(0.01)
        return answer


@dataclass(frozen=True)
class MailServer:
    """A running mail server."""

    box: MailBox
    settings: MailSettings


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate of `localhost`, and its key."""
    made, key = folder / "mail.pem", folder / "mail.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
         "-out", made, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return made, key


@contextmanager
def mail_server(folder: Path, security: str = "none", *, login: bool = False) -> Iterator[MailServer]:
    """A mail server on this machine; with `login` it lets in USER with PASSWORD alone."""
    box = MailBox()
    more: dict[str, Any] = {}
    made: Path | None = None
    if security != "none":
        made, key = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made, key)
        more = {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    if login:
        more |= {"authenticator": _let_in, "auth_required": True, "auth_require_tls": security == "starttls"}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=10, **more)
    server.start()
    try:
        host = "localhost" if made else "127.0.0.1"
        yield MailServer(box, MailSettings(host, port, security, SENDER, USER if login else "",
                                           PASSWORD if login else "", made))  # fmt: skip
    finally:
        server.stop()


def _let_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, told: Any) -> AuthResult:
    right = isinstance(told, LoginPassword) and (told.login, told.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


# Texts ----------------------------------------------------------------------------------------------------------------

TOKEN = "tok-4f1e9a77c2"


@dataclass
class TextDesk:
    """What a text provider took, and how it answers: (status, body, headers) in turn, then 201."""

    forms: list[dict[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    answers: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TextProvider:
    """A running text provider."""

    desk: TextDesk
    settings: TextSettings


@contextmanager
def text_provider(user: str = "AC01", token: str = TOKEN) -> Iterator[TextProvider]:
    """A text provider on this machine that lets in `AC01` with TOKEN, or TOKEN as bearer."""
    desk = TextDesk()
    basic = base64.b64encode(f"AC01:{TOKEN}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            desk.paths.append(self.path)
            if self.headers["Authorization"] not in {f"Basic {basic}", f"Bearer {TOKEN}"}:
                self._say(401, b"{}", {})
                return
            status, body, headers = desk.answers.pop(0) if desk.answers else (201, b'{"sid": "SM77"}', {})
            if status < 300:
                desk.forms.append({name: values[0] for name, values in form.items()})
                desk.keys.append(self.headers["Idempotency-Key"])
            self._say(status, body, headers)

        def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_what: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/2010/Messages.json"
        yield TextProvider(desk, TextSettings(url, "+15550100000", token, user))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def pass_on(url: str, form: Mapping[str, str], told: str = "", token: str = TOKEN) -> httpx.Response:
    """The provider posts a patient's answer on to `url`, signed for the address it was `told` (empty: that one)."""
    signed = signature_of(token.encode(), told or url, list(form.items()))
    return httpx.post(url, data=dict(form), headers={"X-Twilio-Signature": signed}, verify=False)
