"""The Qt binding must not drop references to None and True: some versions do on Python 3.11, and a run of a few hundred
signals then ends the program without a word. In a process of its own, because a failure takes the process along."""

import subprocess
import sys

SCRIPT = """
import sys
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
class Sender(QObject):
    sent = Signal(int)
sender, widget = Sender(), QWidget()
sender.sent.connect(lambda value: None)
before = sys.getrefcount(None), sys.getrefcount(True)
for _ in range(300):
    widget.setEnabled(True)
    sender.sent.emit(1)
after = sys.getrefcount(None), sys.getrefcount(True)
lost = [was - now for was, now in zip(before, after)]
assert all(count <= 50 for count in lost), f"references lost to None and True: {lost}"
print("kept")
"""


def test_the_binding_keeps_its_references() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, "kept"), ended.stderr[-500:]
