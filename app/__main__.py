"""`copaydesk`: one program, its commands. The one place that knows everybody; it alone looks upwards to the window."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from models.basics.version import VERSION
from models.basics.wall import raise_where_told

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of `copaydesk`; without one, open the window. Returns the exit status."""
    raise_where_told()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["simulate"]:  # the simulators read their own options
        from devices.simulators.command import main as run_simulator

        return run_simulator(words[1:])
    options = parser(words).parse_args(words)
    command: Command = options.command
    return command(options)


def parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The command line. Only the command that `words` name gets its options: the others load nothing."""
    top = argparse.ArgumentParser(prog="copaydesk", description=ABOUT)
    top.add_argument("--version", action="version", version=f"copaydesk {VERSION}")
    top.add_argument("--home", type=Path, default=None, help="the desk's folder (default: the system's place for it)")
    top.set_defaults(command=window)
    commands = top.add_subparsers(title="commands", metavar="COMMAND")
    for name, help_text, fill, run in COMMANDS:
        sub = commands.add_parser(name, help=help_text, description=help_text)
        sub.add_argument("--home", type=Path, default=argparse.SUPPRESS, help="the desk's folder")
        if name in words:
            fill(sub)
        sub.set_defaults(command=run)
    return top


ABOUT = "Point of sale for a clinic's check-in desk. Without a command it opens the desk's window."


def window(options: argparse.Namespace) -> int:
    """Open the desk's window; on a machine without a store, first run asks what is needed."""
    if not _has_display():
        return _no_display()
    from widgets.main_window import run_desk

    return run_desk(options.home)


def demo(options: argparse.Namespace) -> int:
    """A whole clinic of invented patients on this machine, with simulated devices."""
    if not _has_display():
        if not options.tour:
            return _no_display()
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from app.demo import demo_command
    from widgets.main_window import open_window
    from widgets.tour import TOURS, follow

    return demo_command(options, open_window=open_window, tours=TOURS, follow=follow)


def train(options: argparse.Namespace) -> int:
    """Open this desk's training: a practice of invented people and simulated devices, behind a wall."""
    if not _has_display():
        return _no_display()
    from app.folders import desk_folder
    from widgets.main_window import run_training

    return run_training(desk_folder(options.home))


def _has_display() -> bool:
    """Can a window be shown? macOS and Windows always have a screen; a chosen Qt platform is taken at its word."""
    known = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform != "linux" or any(os.environ.get(name) for name in known)


def _no_display() -> int:
    print("There is no screen here to open a window on. `copaydesk demo --tour --out DIR` works without one.",
          file=sys.stderr)  # fmt: skip
    return 1


def bring_in(options: argparse.Namespace) -> int:
    """Read patients, visits and charges from files of other programs."""
    from app.import_command import import_command

    return import_command(options)


def simulate(_options: argparse.Namespace) -> int:
    """Reached only with options before the command's name: the simulators want theirs after it."""
    from devices.simulators.command import main as run_simulator

    return run_simulator(["--help"])


def server(options: argparse.Namespace) -> int:
    """Run the clinic's hub."""
    from app.words import sentence_for
    from models.basics.errors import PosError
    from server.main import server_command

    try:
        return server_command(options)
    except PosError as error:
        print(sentence_for(error), file=sys.stderr)
        return 2


def doctor(options: argparse.Namespace) -> int:
    """Look at store, keyring, devices, hub and clock: one line each."""
    from app.doctor import doctor_command

    return doctor_command(options)


def backup(options: argparse.Namespace) -> int:
    """Copy desk and hub to the backup folder, encrypted and checked."""
    from app.backup_command import backup_command

    return backup_command(options)


def restore(options: argparse.Namespace) -> int:
    """Put a backup in place."""
    from app.backup_command import restore_command

    return restore_command(options)


def wipe(options: argparse.Namespace) -> int:
    """Remove the desk from this computer."""
    from app.wipe import wipe_command

    return wipe_command(options)


def may_remove(options: argparse.Namespace) -> int:
    """What an installer asks before it removes the program."""
    from app.wipe import may_remove_command

    return may_remove_command(options)


def _wipe_options(sub: argparse.ArgumentParser) -> None:
    from app.wipe import add_wipe_options

    add_wipe_options(sub)


def _demo_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--tour", nargs="?", const="copay", choices=("copay", "accounts", "payments"),
                     help="drive a visit (an account, all payments) by itself, with or without a display")  # fmt: skip
    sub.add_argument("--out", type=Path, help="folder for the tour's pictures, receipt and summary")
    sub.add_argument("--import", dest="paths", nargs="+", type=Path, metavar="PATH",
                     help="patients from these files instead of the generated clinic")  # fmt: skip
    sub.add_argument("--printer", metavar="URL", help="a receipt printer that runs elsewhere")
    sub.add_argument("--terminal", metavar="URL", help="a card terminal that runs elsewhere")
    sub.add_argument("--second-desk", action="store_true", help="open the second desk of the demo that is running")


def _import_options(sub: argparse.ArgumentParser) -> None:
    from app.import_command import add_options

    add_options(sub)


def _server_options(sub: argparse.ArgumentParser) -> None:
    from server.options import add_options

    add_options(sub)


def _doctor_options(sub: argparse.ArgumentParser) -> None:
    from app.doctor import add_options

    add_options(sub)


def _backup_options(sub: argparse.ArgumentParser) -> None:
    from app.backup_command import add_backup_options

    add_backup_options(sub)


def _restore_options(sub: argparse.ArgumentParser) -> None:
    from app.backup_command import add_restore_options

    add_restore_options(sub)


def _nothing(_sub: argparse.ArgumentParser) -> None:
    """No options of its own."""


COMMANDS: list[tuple[str, str, Callable[[argparse.ArgumentParser], None], Command]] = [
    (
        "demo",
        "try everything: a generated clinic dated today, simulated reader, printer and drawer",
        _demo_options,
        demo,
    ),
    ("train", "practise at this desk: invented people, simulated devices, nothing real", _nothing, train),
    ("import", "bring in patients, visits and charges (FHIR R4, CSV)", _import_options, bring_in),
    ("simulate", "a card terminal or receipt printer that behaves (see copaydesk simulate --help)", _nothing, simulate),
    ("server", "run the clinic's hub", _server_options, server),
    ("backup", "copy this computer's desk and hub, encrypted and checked", _backup_options, backup),
    ("restore", "put a backup of a desk or a hub in place", _restore_options, restore),
    ("wipe", "remove this computer's desk, its keys and its records", _wipe_options, wipe),
    ("may-remove", "for installers: may the program go? 0 yes, 3 records wait here, 4 not known", _nothing, may_remove),
    ("doctor", "check store, keyring, devices, hub and clock (--deep: the books too)", _doctor_options, doctor),
]


if __name__ == "__main__":
    sys.exit(main())
