"""What every device driver looks like to the rest of the program.

Verbs for payment are nexo's (payment, reversal, transaction status, abort, reconciliation), states and reasons are
UnifiedPOS's. Constructors do no I/O; opening is a call. Every call blocks and takes a deadline: run it on the device's
lane. An unknown outcome is a result, never an exception.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, Flag, StrEnum, auto
from typing import Protocol


class BytePipe(Protocol):
    """A wire: serial line, TCP connection or memory. Knows nothing of what the bytes mean.

    Raises DeviceMissing (absent, taken, forbidden, gone), DeviceTimeout (nothing within the patience given).
    """

    @property
    def address(self) -> str:
        """Where it leads, as in settings: `serial:///dev/ttyUSB0?baud=9600`, `tcp://10.0.0.7:9100`."""
        ...

    def open(self) -> None: ...

    def write(self, data: bytes, timeout_s: float) -> None:
        """Write all of `data`. DeviceTimeout when the peer holds flow control for longer than `timeout_s`."""
        ...

    def read(self, at_most: int, timeout_s: float) -> bytes:
        """Between one and `at_most` bytes, or `b""` when `timeout_s` went by."""
        ...

    def flush_input(self) -> None:
        """Throw away what has arrived and was not read."""
        ...

    def close(self) -> None:
        """Close; closing a closed pipe is nothing."""
        ...


class DeviceState(StrEnum):
    """UnifiedPOS states."""

    CLOSED = "closed"
    OPENING = "opening"
    READY = "ready"
    BUSY = "busy"
    OFFLINE = "offline"
    ERROR = "error"


class Reason(StrEnum):
    """Why a device is OFFLINE or in ERROR, in UnifiedPOS words."""

    NONE = ""
    NO_HARDWARE = "nohardware"
    OFFLINE = "offline"
    TIMEOUT = "timeout"
    BUSY = "busy"
    COVER_OPEN = "cover_open"
    PAPER_OUT = "rec_empty"
    PAPER_LOW = "rec_nearend"
    CUTTER = "cutter"


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """How a device is, in one glance: for the status bar and `doctor`."""

    state: DeviceState
    reason: Reason = Reason.NONE
    detail: str = ""


# Card terminals ---------------------------------------------------------------------------------------------------


class Outcome(Enum):
    """How a payment ended. Closed set; only the first two post money, and only `approved_cents`."""

    APPROVED = "approved"
    PARTIALLY_APPROVED = "partially_approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    NOT_PERFORMED = "not_performed"
    UNKNOWN = "unknown"


class Capability(Flag):
    """What a terminal can do."""

    PAYMENT = auto()
    PARTIAL_APPROVAL = auto()
    VOID = auto()
    REFUND = auto()
    ABORT = auto()
    TXN_STATUS = auto()


class Step(StrEnum):
    """Where a running payment is, for the screen's reader states."""

    ARMING = "arming"
    WAITING = "waiting"
    AUTHORISING = "authorising"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """One try to take money. `terminal_ref` is decimal digits, unique per terminal, never used again."""

    attempt_id: str
    terminal_ref: str
    amount_cents: int
    invoice: str = ""
    clerk: str = ""
    allow_duplicate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalRequest:
    """Void of one earlier transaction of today, whole."""

    attempt_id: str
    terminal_ref: str
    terminal_txn_no: str
    host_ref: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """Money back to a card, whole or in part. With `host_ref` the bank finds the sale it belongs to by itself; without,
    the card must be shown. `terminal_ref` is decimal digits, never used before."""

    attempt_id: str
    terminal_ref: str
    amount_cents: int
    host_ref: str = ""
    clerk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardInfo:
    """What may be known of a card: never its number, track or expiry."""

    brand: str = ""
    last4: str = ""
    entry_mode: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmvInfo:
    """EMV data for the receipt."""

    aid: str = ""
    app_label: str = ""
    tvr: str = ""
    tsi: str = ""
    cvm: str = ""
    arc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentResult:
    """How a payment, reversal, refund or status query ended. `reason` is a stable key, `host_text` the bank's words."""

    outcome: Outcome
    approved_cents: int = 0
    due_cents: int = 0
    host_code: str = ""
    host_text: str = ""
    auth_code: str = ""
    host_ref: str = ""
    terminal_txn_no: str = ""
    terminal_ref: str = ""
    timestamp: str = ""
    card: CardInfo = field(default_factory=CardInfo)
    emv: EmvInfo = field(default_factory=EmvInfo)
    token: str = ""
    reason: str = ""
    duplicate_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalInfo:
    """Who answered A00."""

    serial: str = ""
    model: str = ""
    app: str = ""
    protocol: str = ""


class Watch(Protocol):
    """What a running payment tells, and is told: the job of the lane fits."""

    @property
    def cancelled(self) -> bool: ...

    def step(self, step: Step) -> None: ...


class PaymentTerminal(Protocol):
    """A card terminal. Money-moving calls return UNKNOWN instead of raising once a byte may have been received.

    They raise DeviceError only when it is certain that nothing was sent. The driver never repeats them by itself.
    """

    @property
    def capabilities(self) -> Capability: ...

    def diagnosis(self) -> TerminalInfo:
        """Ask who is there (PAX A00). Raises DeviceError."""
        ...

    def payment(self, request: PaymentRequest, watch: Watch) -> PaymentResult: ...

    def reversal(self, request: ReversalRequest, watch: Watch) -> PaymentResult: ...

    def refund(self, request: RefundRequest, watch: Watch) -> PaymentResult:
        """Give money back to a card. APPROVED for the whole amount or not at all: a bank that says less leaves it
        UNKNOWN, for a person to look at."""
        ...

    def transaction_status(self, terminal_ref: str, amount_cents: int) -> PaymentResult:
        """The recovery verb; never moves money. UNKNOWN when it cannot be found out now."""
        ...

    def close(self) -> None: ...


# Receipt printers and drawers -------------------------------------------------------------------------------------


class PrintResult(Enum):
    """What became of a print job's bytes."""

    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What the printer says of itself. `drawer_open` is None where it cannot tell; `paper_low` still prints."""

    device: DeviceStatus
    paper_low: bool = False
    drawer_open: bool | None = None


class ReceiptPrinter(Protocol):
    """Puts bytes on paper."""

    def status(self) -> PrinterStatus:
        """Never raises for a silent printer: that is OFFLINE/TIMEOUT; an absent port is OFFLINE/NO_HARDWARE."""
        ...

    def print_bytes(self, data: bytes) -> PrintResult:
        """Print and confirm in order. NOT_PRINTED is certain; UNKNOWN asks a person. Raises OutOfPaper or
        DeviceError only before the first byte was sent."""
        ...

    def open_drawer(self, pin: int = 2) -> None:
        """One pulse, never repeated. Raises DeviceError before anything was sent."""
        ...

    def close(self) -> None: ...


PipeMaker = Callable[[], BytePipe]
