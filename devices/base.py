"""What every device driver looks like to the rest of the program.

Verbs for payment are nexo's (payment, reversal, transaction status, abort, reconciliation), states and reasons are
UnifiedPOS's. Constructors do no I/O; opening is a call. Every call blocks and takes a deadline: run it on the device's
lane. An unknown outcome is a result, never an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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


Secret = Callable[[], str]
"""Where a driver's key is kept: asked when it is used, on the device's own lane. Empty: none is kept."""


def no_secret() -> str:
    """A driver without a key."""
    return ""


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
    DEBIT = auto()
    TOKENIZE = auto()
    SIGNATURE = auto()
    BATCH = auto()
    CART_DISPLAY = auto()
    TELLS_RETURNED = auto()
    MESSAGE = auto()
    RESTART = auto()


def _nobody_notes(_host_ref: str) -> None:
    """A processor without a reference of its own before the card is read has nothing to note."""


class Step(StrEnum):
    """Where a running payment is, for the screen's reader states."""

    ARMING = "arming"
    WAITING = "waiting"
    AUTHORISING = "authorising"
    CHECKING = "checking"
    SIGNING = "signing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """One try to take money. `terminal_ref` is decimal digits, unique per terminal, never used again. `continues` is
    the processor's reference of the try before, which was declined or not performed, where it may be used again.
    `noted` is called with the processor's reference before the card is asked for, and writes it down; where it raises,
    nothing was asked. `consent_id` names the record of who agreed that the card is kept for later: with one, an
    approval carries the card's token, where the processor can keep it."""

    attempt_id: str
    terminal_ref: str
    amount_cents: int
    invoice: str = ""
    clerk: str = ""
    allow_duplicate: bool = False
    continues: str = ""
    consent_id: str = ""
    noted: Callable[[str], None] = _nobody_notes


class Moved(Enum):
    """Which way a try was to move money."""

    TAKEN = "taken"
    GIVEN_BACK = "given_back"


@dataclass(frozen=True, slots=True)
class Traced:
    """What the journal knows of a try besides reference and amount. `host_ref` is the processor's reference: of the try
    itself where it was noted, of the payment that was to be given back else."""

    attempt_id: str = ""
    moved: Moved = Moved.TAKEN
    host_ref: str = ""
    tried_at: datetime | None = None


UNTRACED = Traced()


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line on a reader's screen; the room can read it: nothing of a patient or a visit."""

    words: str
    cents: int


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


ON_FILE = "on_file"
"""The entry mode of a kept card: nobody showed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardInfo:
    """What may be known of a card: never its number, track or expiry. `entry_mode` is chip, contactless, swipe,
    fallback_swipe, manual, scanner or ON_FILE; empty where it is not told."""

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
    """How a payment, reversal, refund or status query ended. `reason` is a stable key, `host_text` the bank's words.
    `earlier` is the transaction the terminal takes this one for a repetition of, judged under its own reference."""

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
    earlier: PaymentResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCardRequest:
    """Keep a card for later, without charging it. `consent_id` names the record of who agreed to what, and when: the
    driver refuses an empty one. `terminal_ref` is decimal digits, never used before."""

    attempt_id: str
    terminal_ref: str
    consent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCard:
    """A card that may be charged later by `token`, which is the processor's and says nothing of the number. Empty
    unless `outcome` is APPROVED; UNKNOWN may be asked for again, for no money moved."""

    outcome: Outcome
    token: str = ""
    card: CardInfo = field(default_factory=CardInfo)
    reason: str = ""
    host_text: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Strokes of a pen, each a run of points (x, y) in the pad's own units, y downwards. Nothing when it was not
    signed: `reason` says why."""

    strokes: tuple[tuple[tuple[int, int], ...], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BrandTotal:
    """A card brand in the reader's open batch; voided sales and their voids are in neither figure."""

    brand: str
    sales: int
    sale_cents: int
    returns: int = 0
    return_cents: int = 0

    @property
    def cents(self) -> int:
        """Taken less given back."""
        return self.sale_cents - self.return_cents


@dataclass(frozen=True, slots=True)
class BatchTotals:
    """The reader's open batch by brand, `records` entries in all. Empty: nothing was charged since the last close."""

    brands: tuple[BrandTotal, ...] = ()
    records: int = 0

    @property
    def cents(self) -> int:
        """Taken less given back, all brands."""
        return sum(each.cents for each in self.brands)


class BatchOutcome(Enum):
    """How the close of a batch ended."""

    CLOSED = "closed"
    NOT_CLOSED = "not_closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BatchResult:
    """A batch that was sent to the bank, or why not. `number` is the bank's number of the batch."""

    outcome: BatchOutcome
    totals: BatchTotals = BatchTotals()
    number: str = ""
    reason: str = ""


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

    def transaction_status(
        self, terminal_ref: str, amount_cents: int, traced: Traced = UNTRACED
    ) -> PaymentResult:  # fmt: skip
        """The recovery verb; never moves money. UNKNOWN when it cannot be found out now. `traced` is what the journal
        knows besides, for processors that know a try by their own reference."""
        ...

    def close(self) -> None: ...


class HoldsBatch(Protocol):
    """What a terminal with Capability.BATCH does besides: it keeps the day's transactions until it is told to send them
    to the bank."""

    def totals(self, watch: Watch) -> BatchTotals:
        """The open batch, entry by entry; moves nothing, may be cancelled. Raises DeviceError when the terminal cannot
        say, DeviceBusy `terminal.totals_differ` when its own two reports disagree."""
        ...

    def close_batch(self, moment: datetime, watch: Watch) -> BatchResult:
        """Send the batch to the bank (nexo reconciliation), at the clinic's `moment`. Never repeated by itself; raises
        DeviceError only when nothing was sent. The caller has made sure that no attempt is UNKNOWN: a closed batch
        cannot be asked."""
        ...


@dataclass(frozen=True, slots=True)
class ReturnedRefund:
    """A refund the processor had said was done, and could not give to the card. `attempt_id` is that of the try,
    `host_ref` the refund's own reference there, `words` why, in the processor's own (empty: it does not say)."""

    attempt_id: str
    cents: int
    words: str = ""
    host_ref: str = ""


class TellsReturned(Protocol):
    """What a terminal with Capability.TELLS_RETURNED does besides."""

    def returned_refunds(self, since: datetime) -> tuple[ReturnedRefund, ...]:
        """Every refund made since then that failed, whenever that was; moves nothing. Raises DeviceError."""
        ...


class ShowsCart(Protocol):
    """What a terminal with Capability.CART_DISPLAY does besides."""

    def show_cart(self, lines: Sequence[CartLine], total_cents: int) -> None:
        """Show amounts; never in place of a running payment. Raises DeviceError, DeviceBusy `terminal.busy`."""
        ...

    def clear_display(self) -> None:
        """Take them away again. Raises DeviceError."""
        ...


class ShowsMessage(Protocol):
    """What a terminal with Capability.MESSAGE does besides."""

    def show_message(self, title: str, words: str) -> None:
        """Show words to whoever stands there (the room can read them) until they are cleared or a payment begins;
        never in place of a running payment. Raises DeviceError."""
        ...

    def clear_display(self) -> None:
        """Take them away again; a payment is left alone. Raises DeviceError."""
        ...


class Restarts(Protocol):
    """What a terminal with Capability.RESTART does besides."""

    def restart(self) -> None:
        """Have it start anew: for up to some minutes it answers nobody, and what it was doing is broken off; what is
        in its batch stays. Returns when it has begun. Raises DeviceError; it goes on as it was then, as far as anybody
        can tell."""
        ...


class KeepsCards(Protocol):
    """What a terminal with Capability.TOKENIZE does besides."""

    def store_card(self, request: StoreCardRequest, watch: Watch) -> StoredCard:
        """Read a card and keep it with the processor. Raises DeviceError when nothing was sent, ValueError without a
        consent."""
        ...

    def charge_kept(self, request: PaymentRequest, token: str, watch: Watch) -> PaymentResult:
        """Charge a card that is kept under `token`; nobody shows it, and its entry mode is `on_file`. Otherwise as
        `payment`."""
        ...

    def forget_card(self, token: str) -> None:
        """Have the processor forget a kept card, where it lets a till do that. Raises DeviceError."""
        ...


class TakesSignatures(Protocol):
    """What a terminal with Capability.SIGNATURE does besides."""

    def signature(self, patience_s: float, watch: Watch) -> Signature:
        """Ask for a signature on the reader's screen for at most `patience_s`. Raises DeviceError."""
        ...


# Receipt printers and drawers -------------------------------------------------------------------------------------


class PrintResult(Enum):
    """What became of a print job's bytes. HANDED_OVER: the computer's print queue passed all of them on and cannot say
    whether paper came out."""

    PRINTED = "printed"
    HANDED_OVER = "handed_over"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What the printer says of itself. `drawer_open` is None where it cannot tell; `paper_low` still prints."""

    device: DeviceStatus
    paper_low: bool = False
    drawer_open: bool | None = None


def nobody_waits() -> None:
    """Nobody waits for a job to begin."""


class ReceiptPrinter(Protocol):
    """Puts bytes on paper."""

    def status(self) -> PrinterStatus:
        """Never raises for a silent printer: that is OFFLINE/TIMEOUT; an absent port is OFFLINE/NO_HARDWARE."""
        ...

    def print_bytes(self, data: bytes, begun: Callable[[], None] = nobody_waits) -> PrintResult:
        """Print and confirm in order; `begun` is called when the first bytes have left. NOT_PRINTED is certain; UNKNOWN
        asks a person. Raises OutOfPaper or DeviceError only before the first byte was sent."""
        ...

    def look_ahead(self) -> PrinterStatus | None:
        """Something will be printed at once: ask now what would be asked then. Prints nothing, raises nothing; None
        where nothing can be asked ahead, or the wire failed."""
        ...

    def open_drawer(self, pin: int = 2) -> None:
        """One pulse, never repeated. Raises DeviceError before anything was sent."""
        ...

    def close(self) -> None: ...


PipeMaker = Callable[[], BytePipe]


# Cash drawers and customer displays with a wire of their own -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DrawerStatus:
    """How a drawer with a wire of its own is. `is_open` is None where nothing can tell."""

    device: DeviceStatus
    is_open: bool | None = None


class CashDrawer(Protocol):
    """A cash drawer with a wire of its own."""

    def open_drawer(self) -> None:
        """One pulse, never repeated. Raises DeviceError before anything was sent; should the wire break while the pulse
        is sent, its error has effect UNKNOWN."""
        ...

    def status(self) -> DrawerStatus:
        """Raises nothing: an absent port is OFFLINE/NO_HARDWARE."""
        ...

    def close(self) -> None: ...


class LineDisplay(Protocol):
    """Two lines for the patient to read. The whole room can: amounts only, never a name."""

    def show(self, first: str, second: str) -> None:
        """Show two lines; what is too long is cut. Raises DeviceError."""
        ...

    def clear(self) -> None:
        """Show nothing. Raises DeviceError."""
        ...

    def close(self) -> None: ...
