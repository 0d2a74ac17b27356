"""The wall around training: whatever is real is refused by the interpreter itself, in a program and its children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

REAL = {
    "the real store": "connect(real / 'desk.db', '00' * 32)",
    "the real store, by a link": "connect(own / 'link.db', '00' * 32)",
    "the real settings": "open(real / 'settings.json')",
    "the real keys": "os.open(real / 'keys.json', os.O_RDONLY)",
    "the real store removed": "os.remove(real / 'desk.db')",
    "the real store replaced": "os.replace(own / 'mine', real / 'desk.db')",
    "the real hub": "connect(real / 'hub' / 'hub.db', '00' * 32)",
    "a serial port": "open_pipe('serial:///dev/ttyS0')",
    "a serial port, past the wires": "serial.Serial('/dev/ttyS0')",
    "a serial port, as a file": "os.open('/dev/ttyS0', os.O_RDWR)",
    "a port by who hangs on it": "open_pipe('usb://2fb8:2206/0001')",
    "a printer's node": "os.open('/dev/usb/lp0', os.O_WRONLY)",
    "a reader on the network": "open_pipe('tcp://10.0.0.7:10009')",
    "a reader over HTTP": "open_pipe('http://10.0.0.7:10009')",
    "another computer": "socket.create_connection(('10.0.0.7', 443), 1)",
    "another computer, past its name": "socket.socket().connect(('10.0.0.7', 443))",
    "another computer by name": "socket.getaddrinfo('api.stripe.com', 443)",
    "a message to the network": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('10.0.0.7', 9))",
    "listening for others": "socket.socket().bind(('0.0.0.0', 0))",
    "the keyring": "__import__('keyring')",
    "libusb": "ctypes.CDLL('libusb-1.0.so.0')",
    "the system's printing": "subprocess.run(['lp', '-'])",
    "a shell": "os.system('true')",
    "the page printer": "SystemPrinter().choose(None, 'Statement')",
    "a child that goes to the real store": 'child(\'connect(real / "desk.db", "00" * 32)\')',
}
"""What is real, and how something would get there."""

HEAD = """
import ctypes, json, os, socket, subprocess, sys
from pathlib import Path
import serial
from devices.wires import open_pipe
from models.basics.errors import DeviceMissing
from models.basics.wall import raise_wall, raise_where_told
from models.store.reading import connect
from widgets.papers.page_printer import SystemPrinter
real = Path(sys.argv[1]); own = real / "training"
"""
PROGRAM = (
    HEAD
    + """
def child(words):
    done = subprocess.run([sys.executable, "-c", HEAD + "raise_where_told()\\n" + words, str(real)],
                          stderr=subprocess.PIPE, text=True)
    if "training.not_real" in done.stderr:
        raise DeviceMissing("training.not_real")
HEAD, cases = json.loads(sys.stdin.read())
raise_wall(own)
raise_wall(own)
told = {}
for name, words in cases.items():
    try:
        exec(words)
    except DeviceMissing as error:
        told[name] = error.message_key
    except Exception as error:
        told[name] = repr(error)
    else:
        told[name] = "reached"
(own / "written").write_text("here")
pair = os.openpty()
os.ttyname(pair[1])
listening = socket.socket(); listening.bind(("127.0.0.1", 0)); listening.listen()
socket.create_connection(listening.getsockname(), 5).close()
os.symlink(os.ttyname(pair[1]), own / "pax.tty")
pipe = open_pipe(f"serial://{own / 'pax.tty'}")
connect(own / "desk.db", "00" * 32).close()
print(json.dumps(told))
"""
)


def test_nothing_real_is_reached_from_training(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / "training").mkdir(parents=True)
    (real / "hub").mkdir()
    for name in ("desk.db", "settings.json", "keys.json", "hub/hub.db"):
        (real / name).write_bytes(b"real")
    (real / "training" / "mine").write_bytes(b"trained")
    (real / "training" / "link.db").symlink_to(real / "desk.db")
    before = {path: path.read_bytes() for path in real.rglob("*") if path.is_file() and "training" not in path.parts}
    ran = subprocess.run([sys.executable, "-c", PROGRAM, str(real)], input=json.dumps([HEAD, REAL]),
                         capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parents[4],
                         env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, timeout=60)  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    wanted = dict.fromkeys(REAL, "training.not_real") | {"the page printer": "training.no_printing"}
    assert json.loads(ran.stdout) == wanted
    assert {path: path.read_bytes() for path in before} == before
