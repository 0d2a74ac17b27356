"""The other end of `desk_program`: a desk in a process of its own, its window driven by keys; and a clinic of such
desks with a hub process and a proxy before each desk."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from app.folders import Folders
from app.secrets import Secrets
from app.settings import DRAWER, Settings
from app.setup import Setup
from models.basics.clock import SystemClock
from models.operations.codec import to_json
from models.operations.joining import JoinLine
from models.operations.kinds import kind_of
from tests.support.desks import EmbeddedHub
from tests.support.fault_proxy import FaultProxy
from tests.support.hub import KEY
from tests.support.waiting import until
from tests.support.windows import PICTURES

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 10.0
APPROVED, ATTENTION, COLLECT = "approved", "attention", "collect"


@dataclass
class Seen:
    """What stands in the window now."""

    screen: str
    texts: list[str]
    buttons: list[str]
    banner: list[str]
    ready: bool

    def says(self, part: str) -> bool:
        """Is this to be read somewhere, in one piece?"""
        return any(part in text for text in (*self.texts, *self.banner))

    def tells(self, part: str) -> None:
        """This is to be read somewhere, in one piece."""
        assert self.says(part), f"{part!r} is not among {[*self.texts, *self.banner]}"

    def offers(self, name: str) -> bool:
        """Is there a button of this name that may be pressed?"""
        return any(button.startswith(name) for button in self.buttons)


class DeskOutside:
    """A desk's process. `start` it, `do` things; everything else is short ways for that."""

    def __init__(self, folder: Path, proxy: FaultProxy) -> None:
        self.folder, self.proxy = folder, proxy
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, clock_off_s: int = 0) -> None:
        """Open the desk and let Maria sit down at it."""
        command = [sys.executable, "-m", "tests.support.desk_program", str(self.folder)]
        with open(self.folder / "stderr", "ab") as errors:
            self._process = subprocess.Popen(
                [*command, "--clock-off", str(clock_off_s)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            )  # fmt: skip
        self._answer()
        self.do("sit", person="maria")
        self.until(lambda seen: seen.screen == "today")

    def stop(self) -> None:
        """Close the desk as a person does: its input ends."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            assert process.wait(20) == 0, (self.folder / "stderr").read_text()[-2000:]
            process.stdout.close()

    def kill(self) -> None:
        """The power fails."""
        process, self._process = self._process, None
        assert process is not None
        process.kill()
        process.wait()

    def do(self, what: str, **how: Any) -> Any:
        """One command, answered."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps({"do": what, **how}) + b"\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, (self.folder / "stderr").read_text()[-2000:]
        said = orjson.loads(line)
        assert "error" not in said, said["error"]
        return said["ok"]

    # Hands and eyes -----------------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        self.do("press", keys=keys)

    def see(self) -> Seen:
        return Seen(**self.do("see"))

    def until(self, there: Callable[[Seen], Any], patience_s: float = PATIENCE_S) -> Seen:
        """Look until it is `there`."""
        end = time.monotonic() + patience_s
        while not there(seen := self.see()):
            assert time.monotonic() < end, f"did not come: {seen.screen} {seen.banner} {seen.texts} {seen.buttons}"
            time.sleep(0.01)
        return seen

    def reads(self, *parts: str) -> Seen:
        """Wait until all of this is to be read."""
        return self.until(lambda seen: all(seen.says(part) for part in parts))

    def record(self, *bodies: Any) -> None:
        """See `Program.do_record`."""
        self.do("record", bodies=[(kind_of(body), to_json(body)) for body in bodies], day=self.today)

    @property
    def today(self) -> str:
        return str(self.do("business_date"))

    def rows(self, sql: str) -> list[Any]:
        found: list[Any] = self.do("rows", sql=sql)
        return found

    def collect(self, patient: str, visit: str = "", *keys: str) -> None:
        """Take what is due, by keys: in cash, unless other `keys` say how."""
        self.do("go", screen=COLLECT, patient=patient, visit=visit)
        self.until(lambda seen: seen.screen == COLLECT and seen.ready)
        self.press(*(keys or ("F6", "Return")))
        self.until(lambda seen: seen.screen == APPROVED)

    def attention(self, patient: str, title: str) -> Seen:
        """Open Needs attention by its key and walk to the item of a patient with this title."""
        self.press("Ctrl+6")
        wanted: list[dict[str, Any]] = []

        def found(seen: Seen) -> bool:
            rows = self.do("items") if seen.screen == ATTENTION else []
            wanted[:] = [row for row in rows if row["title"].startswith(title) and patient in row["patient"]]
            return bool(wanted)

        self.until(found)
        self.press(*["Up"] * len(self.do("items")))
        for _ in self.do("items"):
            if any(row["chosen"] for row in self.do("items") if row == wanted[0] | {"chosen": True}):
                break
            self.press("Down")
        return self.until(lambda seen: seen.says(title) and seen.says(patient))

    def picture(self, name: str) -> None:
        """Leave a picture of the window for review, where a folder for pictures is named."""
        if PICTURES:
            self.do("picture", path=str(Path(PICTURES).resolve() / f"{name}.png"))

    # The line -----------------------------------------------------------------------------------------------------

    def cut(self) -> None:
        """Nothing reaches the hub any more."""
        self.proxy.fault = lambda _head: "refused"
        self.press("Ctrl+R")
        self.until(lambda seen: bool(seen.banner) and seen.banner[0].startswith("Offline since"))

    def heal(self) -> None:
        """The line is back; somebody presses the key to send now."""
        self.proxy.fault = lambda _head: ""
        self.press("Ctrl+R")

    def balances(self) -> dict[str, list[int]]:
        """Confirmed totals of every account that is not empty."""
        rows = self.rows("SELECT id, debits, credits FROM account WHERE debits <> 0 OR credits <> 0")
        return {account: [debits, credits_] for account, debits, credits_ in rows}


class ClinicOutside:
    """A hub process, and desks that joined it through a proxy each."""

    def __init__(self, folder: Path, key_hex: str = KEY) -> None:
        self.folder = folder
        self.hub = EmbeddedHub(folder / "hub", key_hex)
        self.desks: list[DeskOutside] = []

    def join(self, name: str) -> DeskOutside:
        """A desk that joins by a code, through a proxy of its own; not started yet."""
        proxy = FaultProxy(self.hub.port)
        code = self.hub.line(name).code
        folders = Folders(self.folder / name.replace(" ", "-"))
        folders.make()
        settings = Settings.load(folders.settings)
        setup = Setup(folders, settings, Secrets(folders, settings), SystemClock())
        setup.allow_key_file("a test")
        line = JoinLine("127.0.0.1", int(proxy.url.rpartition(":")[2]), code)
        setup.join_practice(str(line), name)
        settings.set(DRAWER, False)
        made = DeskOutside(folders.home, proxy)
        self.desks.append(made)
        return made

    def in_step(self, *desks: DeskOutside, patience_s: float = PATIENCE_S) -> None:
        """Everything of these desks is sent and everybody has read the same log."""
        for desk in desks:
            desk.heal()

        def agreed() -> bool:
            cursors = [desk.do("cursor") for desk in desks]
            return all(waits == 0 for _, waits in cursors) and len({seq for seq, _ in cursors}) == 1

        until(agreed, patience_s)

    def holds(self, *desks: DeskOutside) -> None:
        """The books hold at the hub and at every desk, and all show the same balances."""
        self.in_step(*desks)
        assert self.hub.failures() == []
        assert [desk.do("failures") for desk in desks] == [[] for _ in desks]
        first, *others = [desk.balances() for desk in desks]  # each asked once: a desk left out may still be sending
        assert all(balances == first for balances in others)

    def close(self) -> None:
        for desk in self.desks:
            desk.stop()
            desk.proxy.close()
        self.hub.close()
