"""A USB bus for pyusb: what libusb would say and do, with the printer simulator at the end of the cable.

pyusb speaks to a backend; this one has no kernel below it. Descriptors are as a TM-T20 has them; bulk transfers go over
a TCP connection to a simulator that runs as a program of its own.
"""

from __future__ import annotations

import errno
import socket
from array import array
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import usb.backend
from usb.core import USBError, USBTimeoutError

BULK_OUT, BULK_IN = 0x01, 0x82
TIMED_OUT, NO_DEVICE, BUSY, ACCESS = -7, -4, -6, -3


@dataclass
class Gadget:
    """What hangs on the bus. `port` leads to its simulator; `driver`: the system's own holds its interface; `takes`: so
    many bytes are taken before it is pulled, or (`stuck`) takes nothing more."""

    port: int = 0
    vendor: int = 0x04B8
    product: int = 0x0E03
    serial_number: str = "A1B2"
    socket_ports: tuple[int, ...] = (4, 2)
    interface_class: int = 7
    two_way: bool = True
    driver: bool = False
    taken: bool = False
    forbidden: bool = False
    device_id: str = "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20;"
    takes: int | None = None
    stuck: bool = False
    pulled: bool = False
    peer: socket.socket | None = None
    claimed: set[int] = field(default_factory=set)
    done: list[str] = field(default_factory=list)


class UsbBus(usb.backend.IBackend):  # type: ignore[misc]
    """See usb.backend.IBackend."""

    def __init__(self, *gadgets: Gadget) -> None:
        self.gadgets = list(gadgets)

    # What is there

    def enumerate_devices(self) -> list[Gadget]:
        return [each for each in self.gadgets if not each.pulled]

    def get_device_descriptor(self, dev: Gadget) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=dev.vendor, idProduct=dev.product, bcdDevice=0x0100, iManufacturer=1,
            iProduct=2, iSerialNumber=3 if dev.serial_number else 0, bNumConfigurations=1, address=5, bus=1,
            port_number=dev.socket_ports[-1], port_numbers=dev.socket_ports, speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: Gadget, config: int) -> Any:
        _only(config)
        return SimpleNamespace(bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
                               iConfiguration=0, bmAttributes=0xC0, bMaxPower=1, extra_descriptors=())  # fmt: skip

    def get_interface_descriptor(self, dev: Gadget, intf: int, alt: int, config: int) -> Any:
        _only(config, intf, alt)
        return SimpleNamespace(bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
                               bNumEndpoints=2 if dev.two_way else 1, bInterfaceClass=dev.interface_class,
                               bInterfaceSubClass=1, bInterfaceProtocol=2 if dev.two_way else 1, iInterface=0,
                               extra_descriptors=())  # fmt: skip

    def get_endpoint_descriptor(self, dev: Gadget, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(bLength=7, bDescriptorType=5, bEndpointAddress=(BULK_OUT, BULK_IN)[ep], bmAttributes=2,
                               wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0,
                               extra_descriptors=())  # fmt: skip

    # Having it

    def open_device(self, dev: Gadget) -> Gadget:
        if dev.forbidden:
            raise USBError("Access denied", ACCESS, errno.EACCES)
        return dev

    def close_device(self, dev_handle: Gadget) -> None:
        peer, dev_handle.peer = dev_handle.peer, None
        if peer is not None:
            peer.close()

    def get_configuration(self, dev_handle: Gadget) -> int:
        return 1

    def is_kernel_driver_active(self, dev_handle: Gadget, intf: int) -> bool:
        return dev_handle.driver

    def detach_kernel_driver(self, dev_handle: Gadget, intf: int) -> None:
        dev_handle.driver = False
        dev_handle.done.append("detached")

    def attach_kernel_driver(self, dev_handle: Gadget, intf: int) -> None:
        dev_handle.driver = True
        dev_handle.done.append("attached")

    def claim_interface(self, dev_handle: Gadget, intf: int) -> None:
        if dev_handle.taken or dev_handle.driver or dev_handle.claimed:
            raise USBError("Resource busy", BUSY, errno.EBUSY)
        dev_handle.claimed.add(intf)
        if dev_handle.port:
            dev_handle.peer = socket.create_connection(("127.0.0.1", dev_handle.port), 20.0)

    def release_interface(self, dev_handle: Gadget, intf: int) -> None:
        dev_handle.claimed.discard(intf)
        self.close_device(dev_handle)

    # Bytes

    def bulk_write(self, dev_handle: Gadget, ep: int, intf: int, data: array[int], timeout: int) -> int:
        assert (ep, intf, timeout > 0) == (BULK_OUT, 0, True)
        self._there(dev_handle)
        piece = bytes(data)
        if dev_handle.takes is not None:
            piece = piece[: dev_handle.takes]
            dev_handle.takes -= len(piece)
        assert dev_handle.peer is not None
        dev_handle.peer.settimeout(timeout / 1000)
        dev_handle.peer.sendall(piece)
        if len(piece) == len(data):
            return len(piece)
        if not dev_handle.stuck:
            dev_handle.pulled = True
        if not piece:
            if dev_handle.stuck:
                raise USBTimeoutError("Operation timed out", TIMED_OUT, errno.ETIMEDOUT)
            self._there(dev_handle)
        return len(piece)  # libusb: part of it went before the time was over

    def bulk_read(self, dev_handle: Gadget, ep: int, intf: int, buff: array[int], timeout: int) -> int:
        assert (ep, intf, timeout > 0) == (BULK_IN, 0, True)
        self._there(dev_handle)
        assert dev_handle.peer is not None
        dev_handle.peer.settimeout(timeout / 1000)
        try:
            data = dev_handle.peer.recv(len(buff))
        except TimeoutError:
            raise USBTimeoutError("Operation timed out", TIMED_OUT, errno.ETIMEDOUT) from None
        if not data:
            dev_handle.pulled = True
            self._there(dev_handle)
        buff[: len(data)] = array("B", data)
        return len(data)

    def ctrl_transfer(self, dev_handle: Gadget, bmRequestType: int, bRequest: int, wValue: int, wIndex: int,
                      data: array[int], timeout: int) -> int:  # fmt: skip
        self._there(dev_handle)
        if (bmRequestType, bRequest) == (0xA1, 0):  # GET_DEVICE_ID of the printer class
            told = dev_handle.device_id.encode()
            answer = (len(told) + 2).to_bytes(2, "big") + told
        else:  # GET_DESCRIPTOR of a string
            assert (bmRequestType, bRequest, wValue >> 8) == (0x80, 6, 3)
            words = {0: None, 1: "EPSON", 2: "TM-T20", 3: dev_handle.serial_number}[wValue & 0xFF]
            text = b"\x09\x04" if words is None else words.encode("utf-16-le")
            answer = bytes((len(text) + 2, 3)) + text
        data[: len(answer)] = array("B", answer)
        return len(answer)

    def _there(self, gadget: Gadget) -> None:
        if gadget.pulled:
            raise USBError("No such device (it may have been disconnected)", NO_DEVICE, errno.ENODEV)


def _only(*indices: int) -> None:
    if any(indices):
        raise IndexError
