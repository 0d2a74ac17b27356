"""Addresses of wires as settings write them: `serial:///dev/ttyUSB0?baud=9600`, `serial://COM7`, `tcp://10.0.0.7:9100`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from models.basics.errors import RuleBroken

PARITIES = {"none": "N", "even": "E", "odd": "O"}
FLOWS = ("none", "xonxoff", "rtscts", "dsrdtr")


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """A serial port and how it talks. `flow` is one of `FLOWS`, `parity` a key of `PARITIES`; always 8 data bits."""

    port: str
    baud: int = 9600
    parity: str = "none"
    flow: str = "none"


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A host (name or number) and its port."""

    host: str
    port: int


def parse_address(url: str, *, default_port: int | None = None) -> SerialAddress | TcpAddress:
    """What `url` says. `default_port` is for TCP addresses that name none.

    Raises RuleBroken `device.address_wrong` with the part that is wrong; nothing was opened.
    """
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        reader = _READERS.get(parts.scheme)
        if reader is None:
            raise ValueError("scheme")
        return reader(parts.netloc, unquote(parts.path), options, default_port)
    except ValueError as error:
        raise RuleBroken("device.address_wrong", address=plain_address(url), part=str(error)[:40]) from error


def plain_address(url: str) -> str:
    """`url` without its options and without what could be a secret in front of an `@`: for errors and logs."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"[:64]


def _serial(netloc: str, path: str, options: dict[str, str], _: int | None) -> SerialAddress:
    port = unquote(netloc) + path
    if not port:
        raise ValueError("port")
    baud = options.pop("baud", "9600")
    if not baud.isascii() or not baud.isdigit() or not 50 <= int(baud) <= 4_000_000:
        raise ValueError("baud")
    parity, flow = options.pop("parity", "none"), options.pop("flow", "none")
    if parity not in PARITIES:
        raise ValueError("parity")
    if flow not in FLOWS:
        raise ValueError("flow")
    _no_more(options)
    return SerialAddress(port, int(baud), parity, flow)


def _tcp(netloc: str, path: str, options: dict[str, str], default_port: int | None) -> TcpAddress:
    parts = urlsplit(f"//{netloc}")
    if not parts.hostname or parts.username is not None:
        raise ValueError("host")
    if path not in ("", "/"):
        raise ValueError("path")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("port") from None
    if port is None:
        port = default_port
    if not port:
        raise ValueError("port")
    _no_more(options)
    return TcpAddress(parts.hostname, port)


def _no_more(options: dict[str, str]) -> None:
    if options:
        raise ValueError(f"option {min(options)}")


_READERS: dict[str, Callable[[str, str, dict[str, str], int | None], SerialAddress | TcpAddress]] = {
    "serial": _serial,
    "tcp": _tcp,
}
