"""A real CUPS server for tests: Debian's cupsd with a folder, a user and a socket of its own, and no network at all.

Only the backends of the test are there: `bytes` hands a job's bytes to a TCP port, where a simulated printer listens;
`fails` gives up. The server's address is told by CUPS_SERVER, which `lp` and its kin read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_S = 30.0
_BACKENDS = {
    "bytes": """[ $# = 0 ] && { echo 'direct bytes "Unknown" "bytes"'; exit 0; }
where=${DEVICE_URI#bytes://}
exec 3<>"/dev/tcp/${where%:*}/${where#*:}" && cat "${6:-/dev/stdin}" >&3
""",
    "fails": "[ $# = 0 ]\n",
    "waits": "[ $# = 0 ] || exec sleep 600\n",
}


class Cups:
    """A running server. `add` makes a raw queue."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cups-"))  # short: a socket's path has a limit
        self.folder.chmod(0o755)  # its jobs run as another user
        self.socket = self.folder / "sock"
        self._write()
        self._said = (self.folder / "said").open("wb")
        self.process = subprocess.Popen(
            ["cupsd", "-f", "-c", str(self.folder / "etc/cupsd.conf"), "-s", str(self.folder / "etc/cups-files.conf")],
            stdout=self._said, stderr=self._said, env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"},
        )  # fmt: skip
        until = time.monotonic() + START_S
        while "not" in self.run("lpstat", "-r"):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "said").read_text("utf-8", "replace"))
            time.sleep(0.02)

    def add(self, queue: str, device: str) -> str:
        """A raw queue that is given to `device`; returns its address."""
        self.run("lpadmin", "-p", queue, "-E", "-v", device, "-m", "raw")
        return f"cups://{queue}"

    def run(self, *words: str) -> str:
        """One of CUPS's own commands against this server; what it said."""
        env = {**os.environ, "CUPS_SERVER": str(self.socket), "LC_ALL": "C",
               "PATH": f"{os.environ['PATH']}:/usr/sbin"}  # fmt: skip
        ended = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False)
        return ended.stdout

    def stop(self) -> None:
        """End it and clear away."""
        self.process.terminate()
        try:
            self.process.wait(20.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._said.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self) -> None:
        place = self.folder
        for name in ("etc", "bin", "bin/backend", "run", "cache", "spool", "tmp", "log"):
            (place / name).mkdir()
        for name in ("daemon", "notifier", "filter"):
            (place / "bin" / name).symlink_to(f"/usr/lib/cups/{name}")
        for name, script in _BACKENDS.items():
            program = place / "bin/backend" / name
            program.write_text(f"#!/bin/bash\n{script}", "utf-8")
            program.chmod(0o755)  # anything less, and CUPS runs it as root
        root = os.geteuid() == 0
        user = "User lp\nGroup lp\nSystemGroup root\n" if root else ""
        (place / "etc/cups-files.conf").write_text(
            f"ServerRoot {place}/etc\nServerBin {place}/bin\nStateDir {place}/run\nCacheDir {place}/cache\n"
            f"RequestRoot {place}/spool\nTempDir {place}/tmp\nErrorLog {place}/log/error\n"
            f"AccessLog {place}/log/access\nPageLog {place}/log/page\nDataDir /usr/share/cups\n{user}",
            "utf-8")  # fmt: skip
        (place / "etc/cupsd.conf").write_text(
            f"Listen {self.socket}\nLogLevel warn\nBrowsing Off\nWebInterface No\nDefaultAuthType None\n"
            "ErrorPolicy stop-printer\nPreserveJobHistory Yes\n<Location />\nOrder allow,deny\nAllow all\n</Location>\n"
            "<Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n", "utf-8")  # fmt: skip
        if root:
            for name in ("run", "cache", "spool", "tmp", "log"):
                shutil.chown(place / name, "lp", "lp")


@contextmanager
def cups_running() -> Iterator[Cups]:
    """A server of one's own."""
    server = Cups()
    try:
        yield server
    finally:
        server.stop()
