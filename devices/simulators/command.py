"""`copaydesk simulate pax|printer|scanner|drawer|display|stripe`: one simulated machine, until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devices.simulators.control import Control, Handler
from devices.simulators.display_simulator import FAULTS as DISPLAY_FAULTS
from devices.simulators.display_simulator import DisplaySimulator
from devices.simulators.drawer_simulator import FAULTS as DRAWER_FAULTS
from devices.simulators.drawer_simulator import DrawerSimulator
from devices.simulators.escpos_paper import EPSON, PLAIN
from devices.simulators.faults import FaultPlan, FaultUnknown, parse_fault
from devices.simulators.lines import GetLine, Line, PtyLine, Received, TcpLine
from devices.simulators.pax_bank import CARDS, Wallet
from devices.simulators.pax_faults import FAULTS as PAX_FAULTS
from devices.simulators.pax_simulator import Manner, PaxSimulator
from devices.simulators.printer_simulator import FAULTS as PRINTER_FAULTS
from devices.simulators.printer_simulator import PrinterSimulator
from devices.simulators.scanner_simulator import FAULTS as SCANNER_FAULTS
from devices.simulators.scanner_simulator import ScannerSimulator
from devices.simulators.stripe_faults import FAULTS as STRIPE_FAULTS

if TYPE_CHECKING:
    from devices.simulators.stripe_http import HttpLine

ENTRY_MODES = {"swipe": "1", "contactless": "2", "chip": "4"}
SUFFIXES = {"cr": "\r", "crlf": "\r\n", "none": ""}
WIDTH_DOTS = {"80": 576, "72": 504, "58": 384}
MECHANICS = {"epson": EPSON, "plain": PLAIN}
BAUD = {"pax": 115200, "printer": 38400, "scanner": 9600, "drawer": 9600, "display": 9600}


def main(argv: Sequence[str]) -> int:
    """Run a simulator; returns the exit status: 0 when it was ended, 2 when the arguments made no sense."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = asyncio.run(arguments.run(arguments))
    except (FaultUnknown, ValueError, OSError) as error:
        sys.stderr.write(f"simulate {arguments.machine}: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 0
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="copaydesk simulate", description="Hardware that behaves, and misbehaves.")
    machines = parser.add_subparsers(dest="machine", required=True)
    words = "a PAX card terminal with a patient in front of it"
    pax = _machine(machines, "pax", words, PAX_FAULTS, _run_pax, over_http=True)
    pax.add_argument("--card", default="visa", metavar="BRAND[:LAST4]", help=f"whose card: {', '.join(CARDS)}")
    pax.add_argument("--entry", choices=ENTRY_MODES, default="contactless", help="how the card is presented")
    pax.add_argument("--present-after", type=float, default=2.0, metavar="S", help="seconds until the card is there")
    pax.add_argument("--by-hand", action="store_true", help="the card comes when you press Enter")
    pax.add_argument("--bank", type=float, default=0.8, metavar="S", help="seconds the bank takes")
    pax.add_argument("--card-wait", type=float, default=33.0, metavar="S", help="seconds until the terminal gives up")
    pax.add_argument("--acknowledge-wait", type=float, default=1.0, metavar="S", help="until it repeats its answer")
    pax.add_argument("--restart", type=float, default=5.0, metavar="S", help="seconds it is gone after a restart")
    printer = _machine(machines, "printer", "an ESC/POS receipt printer with a drawer", PRINTER_FAULTS, _run_printer)
    printer.add_argument("--paper", type=Path, metavar="DIR", help="write every receipt here: NNN.txt, .png, .escpos")
    printer.add_argument(
        "--width", choices=WIDTH_DOTS, default="80", help="paper: 80 has 48 columns, 72 (narrow print) 42, 58 has 32"
    )
    printer.add_argument("--drawer-closes-after", type=float, default=3.0, metavar="S", help="0: stays open")
    printer.add_argument("--make", choices=MECHANICS, default="epson", help="plain: as cheap 58 mm printers do it")
    printer.add_argument("--drawer-sensor", choices=("high", "low"), default="high", help="pin 3 when it is open")
    scanner = _machine(machines, "scanner", "a bar code scanner on a serial wire", SCANNER_FAULTS, _run_scanner)
    scanner.add_argument("--suffix", choices=SUFFIXES, default="cr", help="what ends a scan")
    drawer = _machine(machines, "drawer", "a cash drawer on a wire of its own", DRAWER_FAULTS, _run_drawer)
    drawer.add_argument("--opens-on", default="", metavar="HEX", help="the only byte that opens it (default: any)")
    drawer.add_argument("--drawer-closes-after", type=float, default=3.0, metavar="S", help="0: stays open")
    display = _machine(machines, "display", "a customer display of two lines", DISPLAY_FAULTS, _run_display)
    display.add_argument("--language", choices=("escpos", "cd5220"), default="escpos", help="named in its address")
    _add_stripe(machines)
    return parser


def _add_stripe(machines: Any) -> None:
    parser = machines.add_parser(
        "stripe", help="a payment processor's API with a card reader", description="Stripe's API with a card reader.",
        epilog=_list_of(STRIPE_FAULTS), formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--tcp", required=True, metavar="HOST:PORT", help="where it listens; port 0 takes a free one")
    parser.add_argument("--reader", default="stripe_s700", metavar="KIND", help="what is registered; empty: nothing")
    parser.add_argument("--key", default="", help="the only key let in (default: every test key)")
    parser.add_argument("--card", default="visa", help="which card the patient holds out")
    parser.add_argument("--present-after", type=float, default=2.0, metavar="S", help="seconds until the card is there")
    parser.add_argument("--by-hand", action="store_true", help="the card comes when you press Enter")
    parser.add_argument("--bank", type=float, default=0.8, metavar="S", help="seconds the bank takes")
    parser.add_argument("--webhook", default="", metavar="URL", help="post signed events here")
    parser.add_argument("--webhook-secret", default="whsec_simulated", help="what they are signed with")
    parser.add_argument("--tls", action="store_true", help="speak TLS, with a certificate that nobody trusts")
    _add_common(parser, _run_stripe)


def _list_of(faults: dict[str, str]) -> str:
    return "faults:\n" + "\n".join(f"  {fault:24} {meaning}" for fault, meaning in sorted(faults.items()))


def _machine(
    machines: Any,
    name: str,
    words: str,
    faults: dict[str, str],
    run: Callable[..., Coroutine[Any, Any, int]],
    *,
    over_http: bool = False,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = machines.add_parser(
        name,
        help=words,
        description=words,
        epilog=_list_of(faults),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--pty", type=Path, metavar="LINK", help="a pseudo-terminal, under the name of this link")
    where.add_argument("--tcp", metavar="HOST:PORT", help="a TCP port; port 0 takes a free one")
    if over_http:
        where.add_argument("--http", metavar="HOST:PORT", help="the same, spoken to by HTTP")
    _add_common(parser, run)
    return parser


def _add_common(parser: argparse.ArgumentParser, run: Callable[..., Coroutine[Any, Any, int]]) -> None:
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[:ARG]", help="go wrong so (repeatable)")
    parser.add_argument("--ready-file", type=Path, metavar="FILE", help="write the address here when listening")
    parser.add_argument("--control", metavar="PATH|HOST:PORT", help="take commands here (help lists them)")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input ends")
    parser.set_defaults(run=run)


def _line(arguments: argparse.Namespace, received: Received, *, one_client: bool) -> Line:
    if arguments.pty is not None:
        return PtyLine(arguments.pty, received, BAUD[arguments.machine])
    http = getattr(arguments, "http", None)
    where = http or arguments.tcp
    host, colon, port = where.rpartition(":")
    if not colon or not port.isdecimal():
        raise ValueError(f"{where}: write HOST:PORT")
    host = host.strip("[]") or "127.0.0.1"
    if http:
        return GetLine(host, int(port), received)
    return TcpLine(host, int(port), received, one_client=one_client)


async def _run_pax(arguments: argparse.Namespace) -> int:
    plan = FaultPlan(PAX_FAULTS)
    for fault in arguments.fault:
        plan.always(fault)
    manner = Manner(
        present_after_s=None if arguments.by_hand else arguments.present_after,
        bank_s=arguments.bank,
        card_wait_s=arguments.card_wait,
        acknowledge_wait_s=arguments.acknowledge_wait,
        entry_mode=ENTRY_MODES[arguments.entry],
        restart_s=arguments.restart,
    )
    machine = PaxSimulator(plan, Wallet(arguments.card), manner, _show("terminal"))
    machine.line = _line(arguments, machine.received, one_client=False)
    return await serve(arguments, "pax", machine.line, machine.handlers(), machine.run)


async def _run_printer(arguments: argparse.Namespace) -> int:
    for fault in arguments.fault:
        parse_fault(fault, PRINTER_FAULTS)
    machine = PrinterSimulator(
        WIDTH_DOTS[arguments.width],
        arguments.paper,
        _show("printer"),
        drawer_closes_after_s=arguments.drawer_closes_after,
        sensor_high_is_open=arguments.drawer_sensor == "high",
        mechanics=MECHANICS[arguments.make],
    )
    machine.line = _line(arguments, machine.received, one_client=True)

    async def work() -> None:
        for fault in arguments.fault:
            machine.have(fault)
        await machine.run()

    try:
        return await serve(arguments, "escpos", machine.line, machine.handlers(), work)
    finally:
        await machine.finish()


async def _run_scanner(arguments: argparse.Namespace) -> int:
    machine = ScannerSimulator(SUFFIXES[arguments.suffix], _show("scanner"))
    for fault in arguments.fault:
        machine.plan.always(fault)
    machine.line = _line(arguments, machine.received, one_client=True)
    return await serve(arguments, "codes", machine.line, machine.handlers(), machine.run)


async def _run_drawer(arguments: argparse.Namespace) -> int:
    machine = DrawerSimulator(
        _show("drawer"),
        opens_on=int(arguments.opens_on, 16) if arguments.opens_on else None,
        closes_after_s=arguments.drawer_closes_after,
    )
    for fault in arguments.fault:
        machine.plan.always(fault)
    machine.line = _line(arguments, machine.received, one_client=True)
    return await serve(arguments, "", machine.line, machine.handlers(), machine.run)


async def _run_display(arguments: argparse.Namespace) -> int:
    machine = DisplaySimulator(_show("display"))
    for fault in arguments.fault:
        machine.plan.always(fault)
    machine.line = _line(arguments, machine.received, one_client=True)
    return await serve(arguments, arguments.language, machine.line, machine.handlers(), machine.run)


async def _run_stripe(arguments: argparse.Namespace) -> int:
    from devices.simulators.stripe_http import HttpLine, untrusted  # Stripe's own library is loaded here
    from devices.simulators.stripe_readers import Manner as Standing
    from devices.simulators.stripe_simulator import StripeSimulator
    from devices.simulators.stripe_webhooks import Webhooks

    plan = FaultPlan(STRIPE_FAULTS)
    for fault in arguments.fault:
        plan.always(fault)
    host, colon, port = arguments.tcp.rpartition(":")
    if not colon or not port.isdecimal():
        raise ValueError(f"--tcp {arguments.tcp}: write HOST:PORT")
    standing = Standing(None if arguments.by_hand else arguments.present_after, arguments.bank)
    webhooks = Webhooks(plan, arguments.webhook, arguments.webhook_secret)
    machine = StripeSimulator(plan, standing, _show("stripe"), arguments.key, webhooks)
    machine.readers.choose(arguments.card)
    place = machine.furnish(arguments.reader) if arguments.reader else ""
    certificate = untrusted() if arguments.tls else None
    machine.line = HttpLine(host or "127.0.0.1", int(port), machine.answer, certificate, place)
    return await serve(arguments, "stripe", machine.line, machine.handlers(), machine.run)


def _show(who: str) -> Callable[[str], None]:
    def show(text: str) -> None:
        with contextlib.suppress(BrokenPipeError, ValueError):  # nobody looks any more
            sys.stdout.write(f"[{who}] {text}\n")
            sys.stdout.flush()

    return show


async def serve(
    arguments: argparse.Namespace,
    driver: str,
    line: Line | HttpLine,
    handlers: dict[str, Handler],
    work: Callable[[], Coroutine[Any, Any, None]],
) -> int:
    """Plug in, say where, work until told to end (SIGTERM, SIGINT, `quit`, or the end of standard input if asked)."""
    ended = asyncio.Event()
    _end_on_signals(ended)
    control = Control(handlers, ended)
    try:
        await line.plug_in()
        listening = await control.listen(arguments.control) if arguments.control else ""
        control.listen_to_keyboard(end_with_it=arguments.until_stdin_closes)
        _tell(arguments.ready_file, f"{driver}+{line.url}" if driver else line.url, listening)
        await _work_until(ended, work)
    finally:
        control.close()
        line.unplug()
    return 0


async def _work_until(ended: asyncio.Event, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Work until `ended` is set. A failure of the work itself is raised."""
    tasks = (asyncio.create_task(work()), asyncio.create_task(ended.wait()))
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    for task in done:
        task.result()


def _end_on_signals(ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(ended.set))
        return
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # started in the background of a shell: no keyboard, but no halt


def _tell(ready_file: Path | None, url: str, control: str) -> None:
    """Say where it listens: on the screen, and in the file, which appears whole or not at all."""
    sys.stdout.write(f"listening on {url}\n" + (f"commands at {control}\n" if control else ""))
    sys.stdout.flush()
    if ready_file is not None:
        fresh = ready_file.with_name(f".{ready_file.name}.{os.getpid()}")
        fresh.write_text(url, encoding="utf-8")
        fresh.replace(ready_file)
