"""The line a person carries from a hub to a new desk: where the hub is, the one-time code, and how to know it again.

`192.168.1.5:8417 ABCD-EFGH-JKMN K7QF-2M9D-XW3A`: address, code, fingerprint group. The group is 60 bits of the SHA-256
of the hub's certificate; the desk compares it before it tells the code to anybody, and keeps the whole fingerprint.
Without a certificate (hub and desk on one machine) the group is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.basics.errors import RuleBroken

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""

DEFAULT_PORT = 8417
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SLIPS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
GROUP_SIGNS = 12
CODE_SIGNS = 12


@dataclass(frozen=True, slots=True)
class JoinLine:
    """What a new desk must know. `fingerprint_group` is empty on one machine."""

    host: str
    port: int
    code: str
    fingerprint_group: str = ""

    @property
    def address(self) -> str:
        """Where requests go."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.fingerprint_group else 'http'}://{shown}:{self.port}"

    def __str__(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return " ".join(part for part in (f"{shown}:{self.port}", self.code, self.fingerprint_group) if part)


def is_loopback(host: str) -> bool:
    """Does the name mean this machine and nothing else?"""
    return host in LOOPBACK or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def fingerprint_group(fingerprint_hex: str) -> str:
    """The three groups of four that stand for a certificate's SHA-256 (64 hex digits)."""
    value = int(fingerprint_hex, 16) >> (256 - 5 * GROUP_SIGNS)
    letters = "".join(SIGNS[(value >> (5 * n)) & 31] for n in reversed(range(GROUP_SIGNS)))
    return "-".join(letters[n : n + 4] for n in range(0, GROUP_SIGNS, 4))


def plain_code(text: str) -> str:
    """A code or group as it is compared: upper case, no dashes or spaces, look-alike signs read as what was meant."""
    return re.sub(r"[^0-9A-Z]", "", text.upper()).translate(_SLIPS)


def parse_join_line(address: str, code: str = "", group: str = "") -> JoinLine:
    """The join line from what a person typed or scanned: all in one field, or address, code and group apart.

    Raises RuleBroken `join.address_wrong`, `join.code_missing`, `join.code_wrong` (not as many signs as a code has), or
    `join.fingerprint_missing` (another machine's hub without its group).
    """
    words = re.sub(r"^\s*https?://", "", address).split()
    if not words:
        raise RuleBroken("join.address_wrong")
    host, port = _host_and_port(words[0].rstrip("/"))
    letters = plain_code(" ".join([*words[1:], code, group]))
    if not letters:
        raise RuleBroken("join.code_missing")
    if len(letters) not in {CODE_SIGNS, CODE_SIGNS + GROUP_SIGNS}:
        raise RuleBroken("join.code_wrong")
    line = JoinLine(host, port, _shown(letters[:CODE_SIGNS]), _shown(letters[CODE_SIGNS:]))
    if not line.fingerprint_group and not is_loopback(host):
        raise RuleBroken("join.fingerprint_missing")
    return line


def _shown(letters: str) -> str:
    return "-".join(letters[n : n + 4] for n in range(0, len(letters), 4))


def _host_and_port(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>\d{1,5}))?", text)
    if match is None:
        raise RuleBroken("join.address_wrong")
    port = int(match["port"] or DEFAULT_PORT)
    if not 0 < port < 65536:
        raise RuleBroken("join.address_wrong")
    return match["six"] or match["name"], port
