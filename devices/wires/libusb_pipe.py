"""A receipt printer on USB without a driver of the system's: its printer interface (class 7), through libusb.

Bytes leave by the interface's bulk-out endpoint, answers come in by bulk-in. Where Linux's own `usblp` driver holds the
interface it is asked to let go, and given it back at the end. Sources: USB Printing Devices 1.1 (class 7, protocols 1
to 3, GET_DEVICE_ID), libusb 1.0 (a timeout may come with part of the bytes sent; timeout 0 waits for ever).
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from devices.wires.address import UsbAddress, plain_address
from models.basics.errors import DeviceMissing, DeviceTimeout

PRINTER_CLASS = 7
_IN = 0x80
_BULK, _KIND_MASK = 2, 3
_EMPTY_S = 0.01
_READ_BYTES = 512
_OPENING = {
    errno.ENOENT: "device.port_absent",
    errno.ENODEV: "device.port_absent",
    errno.ENXIO: "device.port_absent",
    errno.EIO: "device.port_absent",
    errno.EACCES: "device.port_forbidden",
    errno.EPERM: "device.port_forbidden",
    errno.EBUSY: "device.port_taken",
}
_GET_DEVICE_ID, _FROM_INTERFACE = 0, 0xA1
RECEIPT_LANGUAGES = ("ESC/POS", "ESCPOS", "EPSON", "STAR")

Backend = Any
"""What pyusb calls a backend: `usb.backend.IBackend`."""


def system_backend() -> Backend | None:
    """libusb of this program, or None where it cannot be loaded."""
    import libusb_package

    return libusb_package.get_libusb1_backend()


@dataclass(frozen=True, slots=True)
class UsbClassPrinter:
    """A printer interface on USB. `location` is the socket, `words` what it calls itself, `for_receipts` what its IEEE
    1284 id says of the languages it speaks (None: it does not say)."""

    vendor: int
    product: int
    serial_number: str
    location: str
    words: str
    for_receipts: bool | None


def class_printers(backend: Callable[[], Backend | None] = system_backend) -> Iterator[UsbClassPrinter]:
    """The printers of USB class 7 there are now. Opens each for a moment; milliseconds, so never on the window's
    thread. What may not be opened is told by its numbers alone."""
    import usb.core
    import usb.util

    found = backend()
    if found is None:
        return
    for each in usb.core.find(find_all=True, backend=found):
        interface = _printer_interface(each)
        if interface is None:
            continue
        words = " ".join(filter(None, (_text(each, "manufacturer"), _text(each, "product"))))
        told = UsbClassPrinter(each.idVendor, each.idProduct, _text(each, "serial_number"), _location(each), words,
                               _for_receipts(_device_id(each, interface)))  # fmt: skip
        usb.util.dispose_resources(each)
        yield told


class LibusbPipe:
    """See BytePipe. Opening an open pipe is nothing."""

    def __init__(
        self, url: str, address: UsbAddress, *, device: str, backend: Callable[[], Backend | None] = system_backend
    ) -> None:  # fmt: skip
        self._url, self._wanted, self._device, self._backend = url, address, device, backend
        self._printer: Any = None
        self._interface = 0
        self._out = self._in = 0
        self._detached = False
        self._waiting = b""

    @property
    def address(self) -> str:
        return self._url

    def open(self) -> None:
        """Take the printer. Raises DeviceMissing: absent, taken, forbidden, two that cannot be told apart, no libusb
        here."""
        if self._printer is not None:
            return
        from usb.core import USBError

        printer = self._find()
        try:
            self._take(printer)
        except USBError as error:
            self._give_back(printer)
            raise self._missing(_OPENING.get(error.errno or 0, "device.port_absent")) from error
        self._printer = printer

    def write(self, data: bytes, timeout_s: float) -> None:
        """See BytePipe. After DeviceTimeout or DeviceMissing an unknown part of `data` has left."""
        from usb.core import USBError, USBTimeoutError

        left, deadline = memoryview(data), time.monotonic() + timeout_s
        while left:
            printer = self._opened()
            try:
                sent = printer.write(self._out, bytes(left), _milliseconds(deadline))
            except USBTimeoutError as error:
                raise self._takes_nothing() from error
            except USBError as error:
                self._lost(error)
            left = left[sent:]
            if left and time.monotonic() >= deadline:
                raise self._takes_nothing()

    def read(self, at_most: int, timeout_s: float) -> bytes:
        """See BytePipe. A printer without a way back is silent."""
        deadline = time.monotonic() + timeout_s
        while not self._waiting:
            self._waiting = self._hear(deadline)
            left_s = deadline - time.monotonic()
            if self._waiting or left_s <= 0:
                break
            time.sleep(min(_EMPTY_S, left_s))  # some printers answer "nothing" at once
        data, self._waiting = self._waiting[:at_most], self._waiting[at_most:]
        return data

    def flush_input(self) -> None:
        """See BytePipe."""
        while self.read(_READ_BYTES, 0.0):
            continue

    def close(self) -> None:
        """See BytePipe."""
        printer, self._printer = self._printer, None
        self._waiting = b""
        if printer is not None:
            self._give_back(printer)

    def _hear(self, deadline: float) -> bytes:
        from usb.core import USBError, USBTimeoutError

        printer = self._opened()
        if not self._in:
            return b""
        try:
            return bytes(printer.read(self._in, _READ_BYTES, _milliseconds(deadline)))
        except USBTimeoutError:
            return b""
        except USBError as error:
            self._lost(error)

    def _find(self) -> Any:
        import usb.core

        backend = self._backend()
        if backend is None:
            raise self._missing("device.no_libusb")
        wanted = self._wanted
        alike = [
            each for each in usb.core.find(find_all=True, backend=backend, idVendor=wanted.vendor,
                                           idProduct=wanted.product)
            if _printer_interface(each) is not None
        ]  # fmt: skip
        if wanted.serial_number and len(alike) > 1:
            alike = [each for each in alike if _text(each, "serial_number") == wanted.serial_number]
        elif wanted.serial_number and alike and _text(alike[0], "serial_number") not in ("", wanted.serial_number):
            alike = []
        if wanted.location and (len(alike) > 1 or not wanted.serial_number):
            alike = [each for each in alike if _location(each) == wanted.location]
        if len(alike) == 1:
            return alike[0]
        raise self._missing("device.two_alike" if alike else "device.port_absent")

    def _take(self, printer: Any) -> None:
        """Claim its interface. Raises USBError."""
        from usb.core import USBError

        try:
            printer.get_active_configuration()
        except USBError:
            printer.set_configuration()  # only one that has none: setting it again would reset the printer
        interface = _printer_interface(printer)
        self._interface = interface.bInterfaceNumber
        self._detached = False
        try:
            if printer.is_kernel_driver_active(self._interface):
                printer.detach_kernel_driver(self._interface)
                self._detached = True
        except NotImplementedError:  # not on Windows, where nothing is to be detached
            pass
        import usb.util

        usb.util.claim_interface(printer, self._interface)
        if interface.bAlternateSetting:
            printer.set_interface_altsetting(self._interface, interface.bAlternateSetting)
        self._out, self._in = _bulk_endpoint(interface, 0), _bulk_endpoint(interface, _IN)

    def _give_back(self, printer: Any) -> None:
        """Release it, and let the system's driver have it again. Raises nothing: it may be gone."""
        import usb.util
        from usb.core import USBError

        try:
            usb.util.release_interface(printer, self._interface)
            if self._detached:
                printer.attach_kernel_driver(self._interface)
        except (USBError, NotImplementedError):
            pass
        finally:
            self._detached = False
            usb.util.dispose_resources(printer)

    def _opened(self) -> Any:
        if self._printer is None:
            raise self._missing("device.closed")
        return self._printer

    def _lost(self, error: Exception) -> NoReturn:
        self.close()
        raise self._missing("device.unplugged") from error

    def _takes_nothing(self) -> DeviceTimeout:
        return DeviceTimeout("device.write_timeout", device=self._device, address=plain_address(self._url))

    def _missing(self, key: str) -> DeviceMissing:
        return DeviceMissing(key, device=self._device, address=plain_address(self._url))


def _milliseconds(deadline: float) -> int:
    """Time left for libusb, at least one: zero would wait for ever."""
    return max(1, round((deadline - time.monotonic()) * 1000))


def _printer_interface(device: Any) -> Any:
    """The printer interface of a device, one that answers before one that does not; None where it is no printer. Reads
    what the system knows already, so it needs no rights."""
    from usb.core import USBError

    try:
        found = [each for configuration in device for each in configuration if each.bInterfaceClass == PRINTER_CLASS]
    except USBError:
        return None
    two_way = [each for each in found if _bulk_endpoint(each, 0) and _bulk_endpoint(each, _IN)]
    one_way = [each for each in found if _bulk_endpoint(each, 0)]
    return next(iter((*two_way, *one_way)), None)


def _bulk_endpoint(interface: Any, direction: int) -> int:
    """The address of its first bulk endpoint that way, or 0."""
    return next(
        (int(each.bEndpointAddress) for each in interface
         if each.bmAttributes & _KIND_MASK == _BULK and each.bEndpointAddress & _IN == direction), 0
    )  # fmt: skip


def _text(device: Any, name: str) -> str:
    """A string descriptor, or nothing where the device has none or may not be opened."""
    try:
        return str(getattr(device, name) or "")
    except (OSError, ValueError, NotImplementedError):  # USBError is an OSError; no languages: ValueError
        return ""


def _location(device: Any) -> str:
    """The socket it is plugged into, written as the system writes it: bus, then ports: `1-4.2`."""
    ports = device.port_numbers or ()
    return f"{device.bus}-{'.'.join(str(each) for each in ports)}" if ports else ""


def _device_id(device: Any, interface: Any) -> str:
    """Its IEEE 1284 id, or nothing."""
    try:
        told = bytes(
            device.ctrl_transfer(_FROM_INTERFACE, _GET_DEVICE_ID, 0, interface.bInterfaceNumber << 8, 1024, 500)
        )
    except (OSError, ValueError, NotImplementedError):
        return ""
    return told[2:].decode("latin-1")


def _for_receipts(device_id: str) -> bool | None:
    """Does it speak a receipt printer's language? The id tells: `MFG:EPSON;CMD:ESC/POS;…`."""
    fields = dict(each.partition(":")[::2] for each in device_id.split(";") if ":" in each)
    languages = fields.get("CMD", fields.get("COMMAND SET", "")).upper()
    if not languages:
        return None
    return any(each.strip() in RECEIPT_LANGUAGES for each in languages.split(","))
