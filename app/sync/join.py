"""Joining a clinic: the new desk makes sure whom it talks to, then trades the code for an identity."""

from __future__ import annotations

import hashlib
import platform
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import orjson

from app.sync.keys import RequestSigner, new_device_key
from app.sync.line import CONNECT_S, HubRefusal, Line
from models.basics.clock import Clock, SystemClock
from models.basics.errors import RuleBroken, SyncLater, SyncRefused
from models.basics.version import VERSION
from models.operations.joining import JoinLine, fingerprint_group, parse_join_line
from models.store.rows import DeskIdentity

__all__ = ["join", "new_device_key", "parse_join_line"]

FORMER = ("tenant", "device_id", "device_no", "epoch")
"""What a desk that joins again tells of who it was."""


def join(line: JoinLine, private_key_hex: str, desk_name: str, *, clock: Clock | None = None,
         hub_url: str = "", former: DeskIdentity | None = None) -> DeskIdentity:  # fmt: skip
    """Join with a line and a key that is already kept (`new_device_key`). Asking again with both answers the same, so
    a lost reply is mended by calling again.

    `hub_url` is where to ask instead of the line's address (a desk beside its own hub); `former` is who a desk is that
    was set up before and joins again. Raises RuleBroken `enrol.…` (code wrong, used or expired, or not for this desk:
    nothing was changed), SyncRefused `sync.wrong_certificate` before the code was told to anybody, or
    SyncLater (`enrol.locked` after too many wrong codes).
    """
    url = hub_url or line.address
    fingerprint = _proven(line, url) if url.startswith("https:") else ""
    signer = RequestSigner(private_key_hex, "", clock or SystemClock())
    known = {name: getattr(former, name) for name in FORMER} if former is not None else None
    body = orjson.dumps({"code": line.code, "public_key": signer.public_key, "desk_name": desk_name,
                         "version": VERSION, "system": platform.system(), "former": known})  # fmt: skip
    connection = Line(url, fingerprint)
    try:
        told = _enrol(connection, signer, body)
    finally:
        connection.close()
    try:
        return DeskIdentity(
            tenant=told["tenant"], device_id=told["device_id"], device_no=told["device_no"], epoch=told["epoch"],
            desk_name=told["desk_name"], hub_url=url, server_epoch=told["server_epoch"], hub_fingerprint=fingerprint,
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise SyncLater("sync.garbled") from error


def _enrol(line: Line, signer: RequestSigner, body: bytes) -> dict[str, Any]:
    for attempt in (1, 2):
        headers = {**signer.headers("POST", "/v1/enrol", body), "Content-Type": "application/json"}
        try:
            plain = orjson.loads(line.ask("POST", "/v1/enrol", headers, body))
        except HubRefusal as refusal:
            told = refusal.facts.get("server_time_ms")
            if attempt == 1 and refusal.message_key == "auth.stale":
                signer.hub_ahead_ms = int(told or 0) - signer.now_ms()
                continue
            if refusal.message_key.startswith("enrol."):
                raise RuleBroken(refusal.message_key) from refusal
            raise
        except orjson.JSONDecodeError as error:
            raise SyncLater("sync.garbled") from error
        if isinstance(plain, dict):
            return plain
        raise SyncLater("sync.garbled")
    raise AssertionError("unreachable")


def _proven(line: JoinLine, url: str) -> str:
    """The fingerprint of whoever answers at the address, when its group is the one on the line."""
    where = urlsplit(url)
    fingerprint = certificate_fingerprint(where.hostname or line.host, where.port or line.port)
    if fingerprint_group(fingerprint) != line.fingerprint_group:
        raise SyncRefused("sync.wrong_certificate", hub=url)
    return fingerprint


def certificate_fingerprint(host: str, port: int) -> str:
    """SHA-256 (hex) of the certificate somebody shows at an address; who that is must be compared by the caller."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # known by fingerprint alone
    try:
        with (
            socket.create_connection((host, port), timeout=CONNECT_S) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            shown = secured.getpeercert(binary_form=True)
    except ssl.SSLError as error:
        raise SyncLater("sync.tls_failed", hub=host) from error
    except OSError as error:
        raise SyncLater("sync.hub_unreachable", hub=host) from error
    return hashlib.sha256(shown or b"").hexdigest()
