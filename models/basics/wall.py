"""The wall around training: what a program in training may reach, held by the interpreter itself.

Python tells an audit hook of every file, socket, program and library it is about to open, and the hook can refuse; once
set it cannot be taken away. What goes past Python (the store's own driver, wires) tells the hook by hand. So nothing
in a training program, whatever it was told by a person or by a bug, reaches the desk it belongs to, a device, another
computer or a key. Programs it starts (its hub, its simulators) raise the wall too: COPAYDESK_TRAINING names the folder.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from models.basics.errors import DeviceMissing

VARIABLE = "COPAYDESK_TRAINING"
"""Names the training folder to programs started behind the wall."""

REFUSED = "training.not_real"
_HARMLESS = ("null", "zero", "urandom", "random", "full", "shm", "ptmx", "pts/", "dri", "fd", "stdin", "stdout",
             "stderr")  # fmt: skip
"""Under /dev, what is no device that hangs on this computer."""

_PORTS = re.compile(r"(?i)[\\/.?]*((com|lpt)\d+|(usb|pipe)[#\\].*)")
"""How Windows names ports, USB devices and pipes."""

_REAL_LIBRARIES = ("usb", "cups", "winspool")
_KEYRINGS = ("keyring", "secretstorage", "win32cred", "win32print")


@cache
def raise_wall(training: Path) -> None:
    """From now on until this program ends nothing outside `training` that is real can be opened. `training` lies in the
    real desk's folder. Again is nothing."""
    own = Path(os.path.realpath(training))
    os.environ[VARIABLE] = str(own)
    checks = _Rules(own).table()

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        check = checks.get(event)
        if check is not None:
            check(arguments)

    sys.addaudithook(look)


def raise_where_told() -> None:
    """In a program that was started behind the wall: raise it here too."""
    told = os.environ.get(VARIABLE)
    if told:
        raise_wall(Path(told))


class _Rules:
    """What is refused, by the name of the audit event. Every refusal is DeviceMissing `training.not_real`."""

    def __init__(self, training: Path) -> None:
        self._own = str(training)
        self._real = str(training.parent)
        self._python = os.path.realpath(sys.executable)

    def table(self) -> dict[str, Callable[[tuple[Any, ...]], None]]:
        """The checks by event."""
        files = dict.fromkeys(
            ("os.remove", "os.rename", "os.truncate", "os.rmdir", "os.mkdir", "os.link", "os.symlink",
             "os.chmod", "os.utime", "shutil.copyfile", "shutil.move", "shutil.rmtree"),
            self._files,
        )  # fmt: skip
        return files | {
            "open": lambda told: self._files(told[:1]),
            "copaydesk.store": lambda told: self._files(told[:1]),
            "copaydesk.wire": lambda told: self._wire(str(told[0])),
            "copaydesk.page_printer": self._no_printing,
            "socket.connect": lambda told: self._address(told[1]),
            "socket.sendto": lambda told: self._address(told[1]),
            "socket.bind": lambda told: self._address(told[1]),
            "socket.getaddrinfo": lambda told: self._name(told[0]),
            "socket.gethostbyname": lambda told: self._name(told[0]),
            "subprocess.Popen": lambda told: self._program(told[0], told[1]),
            "os.system": self._refuse,
            "os.exec": self._refuse,
            "os.posix_spawn": lambda told: self._program(told[0], told[1]),
            "os.startfile": self._refuse,
            "webbrowser.open": self._refuse,
            "ctypes.dlopen": lambda told: self._library(str(told[0])),
            "import": lambda told: self._module(str(told[0])),
        }

    def _files(self, told: tuple[Any, ...]) -> None:
        for each in told[:2]:
            if isinstance(each, str | bytes | os.PathLike) and each:
                self._path(os.fsdecode(each))

    def _path(self, name: str) -> None:
        """Refuse a file of the real desk, and whatever hangs on this computer."""
        if sys.platform == "win32" and _PORTS.fullmatch(name):
            self._refuse((name,))
        place = os.path.realpath(name)
        if place.startswith("/dev/") and not place.removeprefix("/dev/").startswith(_HARMLESS):
            self._refuse((name,))
        inside = place == self._own or place.startswith(self._own + os.sep)
        if not inside and place.startswith(self._real + os.sep):
            self._refuse((name,))

    def _wire(self, url: str) -> None:
        """Only wires of the practice devices: their pseudo-terminals, or this computer."""
        parts = urlsplit(url)
        if parts.scheme == "serial" and unquote(parts.path).startswith(self._own + os.sep):
            return
        if parts.scheme == "tcp":
            self._name(parts.hostname)
            return
        self._refuse((url,))

    def _address(self, address: Any) -> None:
        if isinstance(address, tuple):
            self._name(address[0])
        # a path is a socket of this computer's own screen or sound

    def _name(self, host: Any) -> None:
        name = host.decode() if isinstance(host, bytes) else str(host or "")
        try:
            own = ip_address(name).is_loopback
        except ValueError:
            own = name == "localhost"
        if not own:
            self._refuse((name,))

    def _program(self, program: Any, arguments: Any) -> None:
        """Its own hub and simulators, nothing else."""
        name = os.fsdecode(program or (arguments[0] if arguments else ""))
        if os.path.realpath(name) != self._python:
            self._refuse((name,))

    def _library(self, name: str) -> None:
        if any(word in Path(name).name.lower() for word in _REAL_LIBRARIES):
            self._refuse((name,))

    def _module(self, name: str) -> None:
        if name.partition(".")[0] in _KEYRINGS:
            self._refuse((name,))

    def _no_printing(self, _told: tuple[Any, ...]) -> None:
        raise DeviceMissing("training.no_printing")

    def _refuse(self, _told: tuple[Any, ...]) -> None:
        raise DeviceMissing(REFUSED)
