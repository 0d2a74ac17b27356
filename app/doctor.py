"""`copaydesk doctor`: looks at store, keyring, devices, hub and clock. One line each; status 0 when all is well.

It changes nothing, moves no money, prints nothing on paper, and may be run while the desk's window is open.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from app.findings import Finding, Health
from app.folders import Folders, desk_folder
from app.secrets import STORE_KEY, STRIPE_KEY, Secrets
from app.settings import HUB_HERE, PRINTER_PROFILE, PRINTER_URL, TERMINAL_URL, Settings
from app.words import sentence, sentence_for
from models.basics.clock import Clock, SystemClock, parse_utc
from models.basics.errors import PosError, StorageError, SyncLater
from models.store.desk import DeskStore

if TYPE_CHECKING:
    from models.store.vault import Vault

CLOCK_WARNING_S = 120
"""More than two minutes beside the hub's clock is worth a person's attention (sync-ledger specification, H10)."""


def doctor_command(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """Print what was found, a line each, and return 0 when nothing is bad, else 1."""
    bad = False
    for finding in examine(desk_folder(options.home), SystemClock(), deep=options.deep):
        print(f"{finding.health:<4}  {finding.part:<8}  {finding.words}", file=out or sys.stdout, flush=True)
        bad |= finding.health is Health.BAD
    return int(bad)


def add_options(sub: argparse.ArgumentParser) -> None:
    """The options of `copaydesk doctor`."""
    sub.add_argument("--deep", action="store_true", help="read the whole store and judge every rule of the books, its "
                     "backups and its disk (seconds to minutes; the desk may stay open)")  # fmt: skip


def examine(folders: Folders, clock: Clock, *, deep: bool = False) -> Iterator[Finding]:
    """Look at everything, each part for itself: one that fails does not hide the others. `deep` also judges the books
    (`app.doctor_deep`)."""
    try:
        settings = Settings.load(folders.settings)
    except PosError as error:
        yield Finding(Health.BAD, "settings", str(sentence_for(error)))
        settings = Settings(None)
    secrets = Secrets(folders, settings)
    store: list[DeskStore] = []
    try:
        yield _guarded("store", lambda: _store(folders, secrets, clock, store))
        if store:
            yield _guarded("document", lambda: _documents(folders, secrets, store[0], whole=deep))
        yield _guarded("keyring", lambda: _keyring(secrets))
        yield _guarded("reader", lambda: _reader(settings, secrets))
        yield _guarded("printer", lambda: _printer(settings))
        hub_time: list[datetime] = []
        yield _guarded("hub", lambda: _hub(folders, settings, store, hub_time))
        yield _guarded("clock", lambda: _clock(hub_time, clock))
    finally:
        for opened in store:
            opened.close()
    if deep:
        yield from _deeply(folders, settings, secrets, clock)


def _deeply(folders: Folders, settings: Settings, secrets: Secrets, clock: Clock) -> Iterator[Finding]:
    from app.doctor_deep import examine_deeply

    if not folders.store.exists():
        return
    try:
        yield from examine_deeply(folders, settings, secrets, clock)
    except PosError as error:
        yield Finding(Health.BAD, "books", str(sentence_for(error)))


def _guarded(part: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except PosError as error:
        return Finding(Health.BAD, part, str(sentence_for(error)))


def _store(folders: Folders, secrets: Secrets, clock: Clock, opened: list[DeskStore]) -> Finding:
    if not folders.store.exists():
        return Finding(Health.BAD, "store", str(sentence("setup.not_done")))
    key = secrets.get(STORE_KEY)
    if key is None:
        raise StorageError("store.key_missing")
    store = DeskStore.open(folders.store, key, clock)
    opened.append(store)
    failures = store.verify()
    if failures:
        shown = "; ".join(f"{failure.invariant} {failure.detail}" for failure in failures)
        return Finding(Health.BAD, "store", f"The books do not add up: {shown}. Take no payments; call your support.")
    size = folders.store.stat().st_size / (1 << 20)
    return Finding(Health.OK, "store", f"Opens with its key, encrypted, and the books hold ({size:.1f} MiB).")


def _documents(folders: Folders, secrets: Secrets, store: DeskStore, *, whole: bool) -> Finding:
    """Documents of which the hub has said nothing must be here; `whole`: every one that is here is read."""
    from models.store.queries import documents
    from models.store.vault import Vault, vault_key

    vault, tenant = Vault(folders.documents, vault_key(secrets.get(STORE_KEY) or "")), store.tenant
    with store.reader() as reader:
        waiting = [each for each in documents.not_kept(reader, tenant) if each.device == _device(store)]
        known = documents.contents(reader, tenant)
    here = [content_id for content_id, _ in known if vault.has(tenant, content_id)]
    lost = sum(not vault.has(tenant, each.content_id) for each in waiting)
    damaged = sum(not _sound(vault, tenant, content_id) for content_id in here) if whole else 0
    words = f"{len(known)} in lists, {len(here)} of them here ({vault.size_bytes() / (1 << 20):.1f} MiB), encrypted."
    if lost or damaged:
        return Finding(Health.BAD, "document", f"{words} {lost} added here are gone before the hub had them, {damaged} "
                       "are damaged. Add those again; damaged ones are fetched anew when opened.")  # fmt: skip
    return Finding(Health.OK, "document", f"{words} {len(waiting)} wait to be sent." if waiting else words)


def _device(store: DeskStore) -> str:
    return store.identity.device_id if store.identity else ""


def _sound(vault: Vault, tenant: str, content_id: str) -> bool:
    try:
        vault.check(tenant, content_id)
    except StorageError:
        return False
    return True


def _keyring(secrets: Secrets) -> Finding:
    return Finding(Health.OK, "keyring", f"Keys are kept in: {secrets.place()}.")


def _reader(settings: Settings, secrets: Secrets) -> Finding:
    url = settings.get(TERMINAL_URL)
    if not url:
        return Finding(Health.NOTE, "reader", "No card reader is set for this desk.")
    from devices.registry import terminal_for

    terminal = terminal_for(url, lambda: secrets.get(STRIPE_KEY) or "")
    try:
        info = terminal.diagnosis()
    finally:
        terminal.close()
    return Finding(Health.OK, "reader", f"{info.model or 'Card reader'} {info.serial} answers.".replace("  ", " "))


def _printer(settings: Settings) -> Finding:
    url = settings.get(PRINTER_URL)
    if not url:
        return Finding(Health.NOTE, "printer", "No receipt printer is set for this desk; receipts are saved as PDF.")
    from devices.base import DeviceState
    from devices.registry import printer_for

    printer = printer_for(url, settings.get(PRINTER_PROFILE))
    try:
        status = printer.status()
    finally:
        printer.close()
    if status.device.state is not DeviceState.READY:
        return Finding(Health.BAD, "printer", f"Not ready: {status.device.reason or status.device.state}.")
    low = " Paper is running low." if status.paper_low else ""
    drawer = {True: " The drawer is open.", False: " The drawer is closed.", None: ""}[status.drawer_open]
    return Finding(Health.OK, "printer", f"Ready.{low}{drawer}")


def _hub(folders: Folders, settings: Settings, opened: list[DeskStore], hub_time: list[datetime]) -> Finding:
    store = opened[0] if opened else None
    if store is None or store.identity is None:
        return Finding(Health.NOTE, "hub", "This desk has not joined a practice yet.")
    from app.hub_process import address_of_last_time
    from app.sync.line import Line

    identity, here = store.identity, bool(settings.get(HUB_HERE))
    waiting = store.pending_count()
    address, fingerprint = address_of_last_time(folders.hub) if here else ("", "")
    line = Line(address or identity.hub_url, fingerprint if address else identity.hub_fingerprint)
    try:
        told = line.ask("GET", "/v1/health", {})
    except SyncLater:
        if not here:
            raise
        return Finding(Health.NOTE, "hub", "This desk hosts the clinic's hub; it runs while the window is open.")
    finally:
        line.close()
    hub_time += _moment(told)
    words = "Answers." if not waiting else f"Answers; {waiting} changes of this desk wait to be sent."
    return Finding(Health.OK, "hub", words)


def _moment(body: bytes) -> list[datetime]:
    import orjson

    told = orjson.loads(body)
    written = told.get("server_time") if isinstance(told, dict) else None
    return [parse_utc(written)] if isinstance(written, str) else []


def _clock(hub_time: list[datetime], clock: Clock) -> Finding:
    now = clock.now().astimezone(UTC)
    if not hub_time:
        return Finding(Health.NOTE, "clock", f"This computer says {now:%Y-%m-%d %H:%M} UTC; no hub to compare with.")
    apart = abs((now - hub_time[0]).total_seconds())
    if apart > CLOCK_WARNING_S:
        return Finding(Health.BAD, "clock", f"This computer's clock is {apart / 60:.0f} minutes beside the hub's. "
                       "Receipts would carry a wrong time. Set the clock by the internet.")  # fmt: skip
    return Finding(Health.OK, "clock", f"Within {max(apart, 1):.0f} s of the hub's.")
