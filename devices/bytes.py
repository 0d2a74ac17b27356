"""The published control bytes both ends of a wire agree on. Drivers and simulators share this table and nothing else.

Sources: ASCII control codes as PAX POSLINK frames use them; Epson ESC/POS command reference.
"""

from __future__ import annotations

# ASCII control codes, one byte each
STX = 0x02
ETX = 0x03
EOT = 0x04
ENQ = 0x05
ACK = 0x06
LF = 0x0A
FF = 0x0C
CR = 0x0D
DLE = 0x10
XON = 0x11
XOFF = 0x13
DC4 = 0x14
NAK = 0x15
CAN = 0x18
ESC = 0x1B
FS = 0x1C
GS = 0x1D
US = 0x1F

# ESC/POS, the commands a program asks the printer with
STATUS_PRINTER = b"\x10\x04\x01"
STATUS_OFFLINE_CAUSE = b"\x10\x04\x02"
STATUS_ERROR_CAUSE = b"\x10\x04\x03"
STATUS_PAPER = b"\x10\x04\x04"
RECOVER_AND_CLEAR = b"\x10\x05\x02"
PAPER_IN_ORDER = b"\x1d\x72\x01"

# Real-time status answers: what the bits of each query mean
STATUS_MASK, STATUS_MARK = 0x93, 0x12
IN_ORDER_MASK, IN_ORDER_MARK = 0x90, 0x00
AUTO_STATUS_MASK, AUTO_STATUS_MARK, AUTO_STATUS_BYTES = 0x93, 0x10, 4

PRINTER_DRAWER_PIN_HIGH = 0x04
PRINTER_OFFLINE = 0x08
PRINTER_WAITS_FOR_RECOVERY = 0x20
PRINTER_FEED_BUTTON = 0x40

CAUSE_COVER_OPEN = 0x04
CAUSE_FEEDING = 0x08
CAUSE_PAPER_END = 0x20
CAUSE_ERROR = 0x40

ERROR_CUTTER = 0x08
ERROR_FATAL = 0x20
ERROR_RECOVERS = 0x40

PAPER_NEAR_END = 0x0C
PAPER_END = 0x60
