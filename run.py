#!/usr/bin/env python3
"""Sets Copaydesk up in this folder and runs it: `python3 run.py demo`, `python3 run.py test`, `python3 run.py --help`.

Needs nothing but Python 3.11 or newer: it makes `.venv` from the hashed lock files and, on Debian and Ubuntu, installs
the system libraries that are missing (as root or through sudo; otherwise it prints the line to type and stops).
It never downloads an interpreter. A second run finds everything in place and starts at once.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
ROOMS = ("app", "widgets", "models", "devices", "receipts", "exchange", "server", "resources")

OLDEST, NEWEST = (3, 11), (3, 14)

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "chromium": "chromium",
    "initdb": "postgresql",
    "gnome-keyring-daemon": "gnome-keyring",
    "dbus-run-session": "dbus",
    "/usr/sbin/cupsd": "cups-daemon",
    "lp": "cups-client",
}
TEST_LIBRARIES = {"libatomic.so.1": "libatomic1"}
"""What drives the browser is linked to it."""


def main(arguments: list[str]) -> int:
    """Set up what the command needs, then hand over to it; its exit status is ours."""
    check_python()
    testing = arguments[:1] == ["test"]
    install_system_packages(missing_packages(testing=testing))
    install_environment(testing=testing)
    module = ["tests", *arguments[1:]] if testing else ["app", *arguments]
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled modules are what makes the second start fast
    return subprocess.call([str(PYTHON), "-m", *module], cwd=ROOT if testing else None, env=environment)


def check_python() -> None:
    """Stop with a sentence where this Python is too old or too new for the pinned Qt."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        have = platform.python_version()
        stop(f"Copaydesk needs Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}, and this is {have}.\n"
             f"Start it with another one: python3.11 run.py …")  # fmt: skip


def missing_packages(*, testing: bool) -> list[str]:
    """Debian packages whose library or program is not here. Empty on macOS and Windows: wheels bring what they need."""
    if sys.platform != "linux":
        return []
    libraries = QT_LIBRARIES | (TEST_LIBRARIES if testing else {})
    packages = [package for library, package in libraries.items() if not loads(library)]
    if not PYTHON.exists() and not has_ensurepip():
        packages.append("python3-venv")
    if not Path("/etc/ssl/certs/ca-certificates.crt").exists():
        packages.append("ca-certificates")
    if testing:
        packages += [package for program, package in TEST_PROGRAMS.items() if not has_program(program)]
    return packages


def loads(library: str) -> bool:
    """Can the dynamic linker find it?"""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_ensurepip() -> bool:
    """Debian keeps it in a package of its own."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return False
    return True


def has_program(name: str) -> bool:
    """On the path, or where Debian hides PostgreSQL's own."""
    return shutil.which(name) is not None or any(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))


def install_system_packages(packages: list[str]) -> None:
    """Install with apt as root or through sudo; otherwise say what to type and stop with status 3."""
    if not packages:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        stop("These system packages are missing (named as in Debian); install your system's and start again:\n"
             f"  {' '.join(packages)}", status=3)  # fmt: skip
    sudo = [] if os.geteuid() == 0 else sudo_words()
    if sudo is None:
        stop(f"System packages are missing. Type this, then start again:\n  sudo {line}", status=3)
    say(f"Installing system packages: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    run([*apt, "update"], environment)
    run([*apt, "install", "-y", "--no-install-recommends", *packages], environment)


def sudo_words() -> list[str] | None:
    """How to become root, or None where that needs a password and nobody is there to type it."""
    if shutil.which("sudo") is None:
        return None
    if sys.stdin.isatty():
        return ["sudo"]
    silent = subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True)
    return ["sudo", "-n"] if silent.returncode == 0 else None


def install_environment(*, testing: bool) -> None:
    """Make `.venv` hold exactly what the lock says; nothing to do where its stamp says so already."""
    lock = ROOT / ("requirements-dev.lock" if testing else "requirements.lock")
    stamp = VENV / ".installed"
    wanted = fingerprint(lock)
    installed = stamp.read_text().split() if stamp.exists() and PYTHON.exists() else []
    if wanted in installed:
        return
    say("Setting up .venv (once, about half a minute)")
    if not PYTHON.exists():
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    install_locked(lock)
    link_rooms()
    run([str(PYTHON), "-m", "compileall", "-q", *(str(ROOT / room) for room in ROOMS)], check=False)
    stamp.write_text("\n".join([*installed_that_still_hold(installed), wanted]) + "\n")


def installed_that_still_hold(installed: list[str]) -> list[str]:
    """The development lock holds all of the other: one does not undo the other."""
    current = {fingerprint(ROOT / name) for name in ("requirements.lock", "requirements-dev.lock")}
    return [mark for mark in installed if mark in current]


def fingerprint(lock: Path) -> str:
    """What the stamp says of an installed lock: its name, its content and the interpreter."""
    content = hashlib.sha256(lock.read_bytes()).hexdigest()[:32]
    return f"{lock.stem}:{content}:{platform.python_version()}"


def install_locked(lock: Path) -> None:
    """Install with uv (itself from the lock), and with pip where uv cannot."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--require-hashes"]
    with tempfile.TemporaryDirectory() as folder:
        only_uv = Path(folder) / "uv.lock.txt"
        only_uv.write_text(locked_block(ROOT / "requirements-dev.lock", "uv"))
        have_uv = run([*pip, "-r", str(only_uv)], environment, check=False) == 0
    uv = [str(PYTHON), "-m", "uv", "pip", "install", "-q", "--compile-bytecode", "--require-hashes",
          "--python", str(PYTHON), "-r", str(lock)]  # fmt: skip
    if have_uv and run(uv, environment, check=False) == 0:
        return
    say("Trying pip instead of uv")
    run([*pip, "-r", str(lock)], environment)


def locked_block(lock: Path, name: str) -> str:
    """The lines of one package in a lock file: its version and its hashes."""
    lines = lock.read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{name}=="))
    end = next((i for i in range(start + 1, len(lines)) if not lines[i].startswith(" ")), len(lines))
    return "\n".join(lines[start:end]) + "\n"


def link_rooms() -> None:
    """Let `python -m app` work from every folder."""
    where = subprocess.run(
        [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    (Path(where.stdout.strip()) / "copaydesk.pth").write_text(f"{ROOT}\n")


def run(command: list[str], environment: dict[str, str] | None = None, *, check: bool = True) -> int:
    """Run a set-up step; where it must work and did not, stop with what was tried."""
    status = subprocess.call(command, env=environment)
    if check and status != 0:
        stop(f"This step of the set-up failed (status {status}):\n  {' '.join(command)}")
    return status


def say(text: str) -> None:
    """One line to the person waiting."""
    print(text, file=sys.stderr, flush=True)


def stop(text: str, status: int = 2) -> None:
    """End with a sentence instead of a traceback."""
    say(text)
    raise SystemExit(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
