"""With which key the hub asks the processor for a practice: out of its environment, or a file in its data folder.

`COPAYDESK_STRIPE_KEY` and `COPAYDESK_STRIPE_WEBHOOK` serve a hub with one practice; a hub with several names each by
its id (`COPAYDESK_STRIPE_KEY_<id>`, hyphens as underscores). `online.env` takes the same names, a line each, readable
by this user alone. What is in the environment counts first. No desk ever sees a key.
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

log = logging.getLogger(__name__)

FILE = "online.env"
STRIPE = "https://api.stripe.com"
KEY = re.compile(r"(?:rk|sk)_(?:test|live)_[A-Za-z0-9_]{1,200}")
WEBHOOK = re.compile(r"whsec_[A-Za-z0-9_]{1,200}")
_NAMES = ("COPAYDESK_STRIPE_KEY", "COPAYDESK_STRIPE_WEBHOOK", "COPAYDESK_STRIPE_BASE")


@dataclass(frozen=True, slots=True)
class Account:
    """A practice's account at the processor: a restricted key, what its events are signed with, where it is reached."""

    key: str = field(repr=False)
    webhook: str = field(default="", repr=False)
    base: str = STRIPE


@dataclass(frozen=True, slots=True)
class OnlineSettings:
    """Accounts by practice (its id with underscores, in capitals); under the empty name the hub's only practice's."""

    accounts: Mapping[str, Account] = field(default_factory=dict)

    def account(self, tenant: str, *, alone: bool) -> Account | None:
        """The account of a practice. The unnamed one is not lent out: it serves a hub with one practice (`alone`)."""
        return self.accounts.get(_name(tenant)) or (self.accounts.get("") if alone else None)


def online_settings(data_dir: Path, environment: Mapping[str, str] = os.environ) -> OnlineSettings:
    """Read and checked. Raises RuleBroken naming the setting, never its value."""
    told = {**_from_file(data_dir / FILE), **environment}
    suffixes = {name.removeprefix(_NAMES[0]) for name in told if name.startswith(_NAMES[0])}
    return OnlineSettings({suffix.removeprefix("_").upper(): _account(told, suffix) for suffix in sorted(suffixes)
                           if told[_NAMES[0] + suffix].strip()})  # fmt: skip


def usable_online(data_dir: Path, environment: Mapping[str, str] = os.environ) -> OnlineSettings:
    """The same for a hub that a desk starts for itself: with a wrong setting it serves without payments from home, and
    says which in its log."""
    try:
        return online_settings(data_dir, environment)
    except RuleBroken as error:
        log.warning("payments from home are not set up", extra=facts(error=error.message_key, **error.facts))
        return OnlineSettings()


def _account(told: Mapping[str, str], suffix: str) -> Account:
    key, webhook = (told.get(f"{name}{suffix}", "").strip() for name in _NAMES[:2])
    base = (told.get(f"{_NAMES[2]}{suffix}", "") or told.get(_NAMES[2], "")).strip().rstrip("/") or STRIPE
    if not KEY.fullmatch(key):
        raise RuleBroken("hub.setting_placeholder", setting=_NAMES[0])
    if webhook and not WEBHOOK.fullmatch(webhook):
        raise RuleBroken("hub.setting_placeholder", setting=_NAMES[1])
    parts = urlsplit(base)
    if base != STRIPE and not (is_loopback(parts.hostname or "") and parts.scheme == "http" and not parts.path):
        raise RuleBroken("hub.setting_wrong", setting=_NAMES[2])
    return Account(key, webhook, base)


def _name(tenant: str) -> str:
    return tenant.replace("-", "_").upper()


def _from_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise RuleBroken("hub.key_file_open", setting=FILE)
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip('"') for name, sign, value in pairs if sign}
