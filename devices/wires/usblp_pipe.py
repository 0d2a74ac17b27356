"""A receipt printer on USB as Linux gives it to programs: a node of the `usblp` driver, `/dev/usb/lp0`.

Bytes go straight to the printer and its answers come back. The node's number changes with every plugging in, so the
printer is known by vendor, product and serial number, which the system tells beside the node.
"""

from __future__ import annotations

import errno
import os
import select
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from devices.wires.address import UsbPrinterAddress, plain_address
from models.basics.errors import DeviceMissing, DeviceTimeout

SYSTEM, NODES = Path("/sys/class/usbmisc"), Path("/dev/usb")
_EMPTY_S = 0.02
_OPENING = {
    errno.ENOENT: "device.port_absent",
    errno.ENXIO: "device.port_absent",
    errno.ENODEV: "device.port_absent",
    errno.EACCES: "device.port_forbidden",
    errno.EPERM: "device.port_forbidden",
    errno.EBUSY: "device.port_taken",
    errno.EISDIR: "device.not_a_port",
    errno.ENOTDIR: "device.not_a_port",
}


@dataclass(frozen=True, slots=True)
class UsbPrinter:
    """A printer that hangs on USB now, and the node that leads to it."""

    node: str
    vendor: int
    product: int
    serial_number: str = ""
    words: str = ""


def usb_printers(system: Path = SYSTEM, nodes: Path = NODES) -> Iterator[UsbPrinter]:
    """The printers of the `usblp` driver; none on a system that has no such thing."""
    for entry in sorted(system.glob("lp*")):
        device = (entry / "device").resolve().parent  # from the printer's interface to the printer
        told = {name: _told(device / name) for name in ("idVendor", "idProduct", "serial", "manufacturer", "product")}
        if told["idVendor"] and told["idProduct"]:
            words = " ".join(filter(None, (told["manufacturer"], told["product"])))
            yield UsbPrinter(str(nodes / entry.name), int(told["idVendor"], 16), int(told["idProduct"], 16),
                             told["serial"], words)  # fmt: skip


def _told(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


class UsbLpPipe:
    """See BytePipe. Opening an open pipe is nothing; the node lets one program in at a time. `printers` lists those
    there are now."""

    def __init__(
        self, url: str, address: UsbPrinterAddress, *, device: str, printers: Callable[[], Iterable[UsbPrinter]]
    ) -> None:  # fmt: skip
        self._url, self._wanted, self._device, self._printers = url, address, device, printers
        self._node: int | None = None

    @property
    def address(self) -> str:
        return self._url

    def open(self) -> None:
        """Take the printer. Raises DeviceMissing: absent, taken, forbidden, two that cannot be told apart."""
        if self._node is not None:
            return
        name = self._find()
        try:
            self._node = os.open(name, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            raise self._missing(_OPENING.get(error.errno or 0, "device.port_absent")) from error

    def write(self, data: bytes, timeout_s: float) -> None:
        """See BytePipe. After DeviceTimeout or DeviceMissing an unknown part of `data` has left."""
        left, deadline = memoryview(data), time.monotonic() + timeout_s
        while left:
            node = self._opened()
            if not select.select([], [node], [], max(deadline - time.monotonic(), 0.0))[1]:
                raise DeviceTimeout("device.write_timeout", device=self._device, address=plain_address(self._url))
            try:
                left = left[os.write(node, left) :]
            except BlockingIOError:
                continue
            except OSError as error:
                self._lost(error)

    def read(self, at_most: int, timeout_s: float) -> bytes:
        """See BytePipe. A printer that says nothing may look like one that is ready to be read: that is silence."""
        deadline = time.monotonic() + timeout_s
        while True:
            node = self._opened()
            if not select.select([node], [], [], max(deadline - time.monotonic(), 0.0))[0]:
                return b""
            try:
                data = os.read(node, at_most)
            except BlockingIOError:
                data = b""
            except OSError as error:
                self._lost(error)
            if data or time.monotonic() >= deadline:
                return data
            time.sleep(min(_EMPTY_S, max(deadline - time.monotonic(), 0.0)))

    def flush_input(self) -> None:
        """See BytePipe."""
        while self.read(4096, 0.0):
            continue

    def close(self) -> None:
        """See BytePipe."""
        node, self._node = self._node, None
        if node is not None:
            os.close(node)

    def _find(self) -> str:
        wanted = self._wanted
        if wanted.node:
            return wanted.node
        alike = [
            each for each in self._printers()
            if (each.vendor, each.product) == (wanted.vendor, wanted.product)
            and wanted.serial_number in ("", each.serial_number)
        ]  # fmt: skip
        if len(alike) == 1:
            return alike[0].node
        raise self._missing("device.two_alike" if alike else "device.port_absent")

    def _opened(self) -> int:
        if self._node is None:
            raise self._missing("device.closed")
        return self._node

    def _lost(self, error: Exception) -> NoReturn:
        self.close()
        raise self._missing("device.unplugged") from error

    def _missing(self, key: str) -> DeviceMissing:
        return DeviceMissing(key, device=self._device, address=plain_address(self._url))
