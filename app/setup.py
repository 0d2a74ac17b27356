"""First run: who the practice is, who works here, where the hub is, which devices hang on this desk.

Everything can be changed later. Each step may be repeated after a failure or a crash: keys are kept before they are
used, and the practice's id follows from the desk's key, so that a second try finds what the first one left.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from app.clinic import Clinic
from app.folders import Folders
from app.lanes import Job
from app.practice_devices import PracticeDevices
from app.secrets import DEVICE_KEY, HUB_KEY, RECOVERY_KEY, STORE_KEY, Secrets, new_store_key
from app.settings import DRAWER, HUB_HERE, HUB_LISTEN, PRACTICE_DEVICES, PRINTER_URL, TERMINAL_URL, Settings
from app.signin import SignIn
from app.views import Person
from models.basics.clock import Clock
from models.basics.errors import RuleBroken, SyncLater
from models.basics.ids import TRAINING, natural_id
from models.operations.records import Practice, Staff
from models.operations.recovery_key import new_recovery_key
from models.rules.rights import Right
from models.store.desk import DeskStore

if TYPE_CHECKING:
    from app.devices import Offer
    from app.stripe_readers import StripeReaders
    from app.sync.state import SyncState
    from models.store.rows import DeskIdentity

FIRST_SYNC_S = 60.0
SETUP = "set-up"
"""Who acts before anybody can sign in."""
SET_UP_BY = Person(SETUP, "", "", "", manager=True, rights=frozenset({Right.SET_UP}))
"""The same, where a person is asked for."""


@dataclass(frozen=True, slots=True)
class PracticeWish:
    """What first run asks about the clinic. `timezone` is an IANA name."""

    name: str
    timezone: str
    address: tuple[str, ...] = ()
    phone: str = ""
    npi: str = ""
    tin: str = ""


@dataclass(frozen=True, slots=True)
class StaffWish:
    """Somebody who will sign in. `role` is manager or receptionist."""

    name: str
    role: str
    pin: str
    title: str = ""


class Setup:
    """Sets a desk up. Every call blocks; a window runs it on the `net` lane of its own."""

    def __init__(self, folders: Folders, settings: Settings, secrets: Secrets, clock: Clock) -> None:
        self._folders, self._settings, self._secrets, self._clock = folders, settings, secrets, clock

    def needed(self) -> bool:
        """Is there no desk in this folder yet? Raises StorageError when there is one that cannot be opened."""
        if not self._folders.store.exists():
            return True
        key = self._secrets.get(STORE_KEY)
        store = DeskStore.open(self._folders.store, key or "", self._clock)
        try:
            return store.identity is None
        finally:
            store.close()

    def local_zone(self) -> str:
        """This computer's time zone: what first run proposes."""
        return local_zone()

    def zones(self) -> tuple[str, ...]:
        """Time zones to choose from."""
        return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")))

    def keyring_place(self) -> str:
        """Where keys will be kept. Raises StorageError `secrets.no_keyring` where there is nothing safe."""
        return self._secrets.place()

    def allow_key_file(self, who: str) -> None:
        """Keep keys in a file that only this user can read: somebody agreed to that. `who` is kept in the settings."""
        self._secrets.allow_key_file(f"{who}, {self._clock.now():%Y-%m-%d}")

    def start_practice(self, wish: PracticeWish, desk_name: str, staff: Sequence[StaffWish], *,
                       for_other_desks: bool = False, training: bool = False,
                       job: Job[Any] | None = None) -> None:  # fmt: skip
        """Begin a practice whose hub runs at this desk.

        With `for_other_desks` the hub also listens on the network (TLS), so that further desks can join; `training`
        marks the practice for good as one of invented people. Raises
        RuleBroken naming the field, or StorageError; nothing that would be in the way of a second try is left behind.
        """
        _check(wish, desk_name, staff)
        _step(job, "setup.keys")
        device_key = self._keys(hub=True)
        mark = TRAINING if training else ""
        practice = Practice(
            id=mark + natural_id("practice", device_key), name=wish.name.strip(), timezone=wish.timezone,
            address=wish.address, phone=wish.phone, npi=wish.npi, tin=wish.tin,
        )  # fmt: skip
        self._settings.update({HUB_HERE: True, HUB_LISTEN: "0.0.0.0" if for_other_desks else "127.0.0.1"})  # noqa: S104
        _step(job, "setup.hub")
        from app.hub_process import HubProcess

        hub = HubProcess.start(self._folders.hub, self._secrets.get(HUB_KEY) or "", self._settings.get(HUB_LISTEN))
        try:
            from app.sync.join import join

            line = hub.add_practice(practice, desk_name)
            identity = join(line, device_key, desk_name, clock=self._clock, hub_url=hub.address)
            _step(job, "setup.store")
            self._enter(identity, lambda clinic: _people(clinic, staff))
        finally:
            hub.close()

    def join_practice(self, line: str, desk_name: str, *, job: Job[Any] | None = None) -> None:
        """Join a practice whose hub runs elsewhere. `line` is what the other desk shows: address and code.

        Raises RuleBroken (`join.…`, `enrol.…`: nothing was changed), SyncLater or SyncRefused.
        """
        from app.sync.join import join, parse_join_line

        if not desk_name.strip():
            raise RuleBroken("setup.field_missing", field="desk name")
        parsed = parse_join_line(line)
        _step(job, "setup.keys")
        device_key = self._keys(hub=False)
        _step(job, "setup.joining")
        identity = join(parsed, device_key, desk_name.strip(), clock=self._clock)
        self._settings.set(HUB_HERE, False)
        _step(job, "setup.store")
        self._enter(identity, lambda _clinic: [])

    def find_devices(self) -> tuple[Offer, ...]:
        """What hangs on this computer now; none of it is used yet."""
        from app.devices import Offer
        from devices.found import find

        return tuple(Offer(each) for each in find())

    def stripe_readers(self, consent: str = "") -> StripeReaders:
        """The account at Stripe, for a reader that is chosen or registered before anybody can sign in (by `SET_UP_BY`).
        `consent` is who agreed to a key file, where this computer has no keyring."""
        from app.card_reader import CardReader
        from app.stripe_readers import StripeReaders

        self._folders.make()
        if consent:
            self.allow_key_file(consent)
        return StripeReaders(self._settings, self._secrets, CardReader(self._settings), lambda: None)

    def terminal_url(self) -> str:
        """Where the reader is that was chosen so far; empty without one."""
        return self._settings.get(TERMINAL_URL)

    def set_devices(self, terminal_url: str, printer_url: str, *, drawer: bool) -> None:
        """Use these addresses; empty means none. A port's name is kept as what hangs on it, for names change. Raises
        RuleBroken for an address that cannot be one."""
        from devices.registry import printer_for, terminal_for
        from devices.wires.ports import lasting_url, system_ports

        ports = system_ports()
        terminal_url, printer_url = lasting_url(terminal_url, ports), lasting_url(printer_url, ports)
        for url, make in ((terminal_url, terminal_for), (printer_url, printer_for)):
            if url:
                make(url).close()
        self._settings.update({
            TERMINAL_URL: terminal_url, PRINTER_URL: printer_url, DRAWER: drawer, PRACTICE_DEVICES: False,
        })  # fmt: skip

    def use_practice_devices(self) -> None:
        """Use simulators on this computer. Raises DeviceMissing when they do not start here."""
        PracticeDevices.start(self._folders).close()
        self._settings.update({PRACTICE_DEVICES: True, DRAWER: True})

    def recovery_key(self) -> str:
        """What opens this desk's backups: shown once at the end, to be written down. Known once a step has run."""
        return self._secrets.get(RECOVERY_KEY) or ""

    def _keys(self, *, hub: bool) -> str:
        """Make and keep the keys that are not there yet, before anything uses them. Returns the device's."""
        from app.sync.keys import new_device_key

        self._folders.make()
        makers = {STORE_KEY: new_store_key, DEVICE_KEY: new_device_key, RECOVERY_KEY: new_recovery_key}
        makers |= {HUB_KEY: new_store_key} if hub else {}
        for name, make in makers.items():
            if self._secrets.get(name) is None:
                self._secrets.put(name, make())
        device_key = self._secrets.get(DEVICE_KEY)
        assert device_key is not None
        return device_key

    def _enter(self, identity: DeskIdentity, people: _People) -> None:
        """Make the store, let it belong to the practice, and fetch what the hub knows."""
        store = DeskStore.open(self._folders.store, self._secrets.get(STORE_KEY) or "", self._clock)
        try:
            store.enrol(identity)
            clinic = Clinic(store, self._clock)
            with store.write() as tx:
                for body in people(clinic):
                    tx.record(body, person_id=SETUP, business_date=clinic.today().isoformat())
            self._first_sync(store, identity)
        finally:
            store.close()

    def _first_sync(self, store: DeskStore, identity: DeskIdentity) -> None:
        from app.sync.engine import SyncEngine
        from app.sync.transport import HubTransport

        transport = HubTransport(
            identity.hub_url, device_id=identity.device_id, private_key_hex=self._secrets.get(DEVICE_KEY) or "",
            fingerprint=identity.hub_fingerprint, clock=self._clock,
        )  # fmt: skip
        engine = SyncEngine(store, transport, self._clock)
        settled = threading.Event()

        def look(_state: SyncState | None = None) -> None:
            if engine.state().online and not store.pending_count() and store.cursor().seq:
                settled.set()

        unsubscribe = engine.subscribe(look)
        forget = store.subscribe(lambda _change: look())
        engine.start()
        try:
            look()
            if not settled.wait(FIRST_SYNC_S):
                raise SyncLater("setup.first_sync_slow", hub=identity.hub_url)
        finally:
            unsubscribe()
            forget()
            engine.stop()


if TYPE_CHECKING:
    from collections.abc import Callable

    _People = Callable[[Clinic], list[Staff]]


def _people(clinic: Clinic, wishes: Sequence[StaffWish]) -> list[Staff]:
    """Their records; those of an earlier try are not made again."""
    sign_in = SignIn(clinic)
    known = {tile.name for tile in sign_in.tiles()}
    return [sign_in.new_staff(wish.name, wish.role, wish.pin, wish.title) for wish in wishes if wish.name not in known]


def _check(wish: PracticeWish, desk_name: str, staff: Sequence[StaffWish]) -> None:
    from models.rules.pins import check_new_pin

    for field, value in {"practice name": wish.name, "desk name": desk_name, "time zone": wish.timezone}.items():
        if not value.strip():
            raise RuleBroken("setup.field_missing", field=field)
    try:
        ZoneInfo(wish.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RuleBroken("setup.zone_unknown", zone=wish.timezone[:40]) from error
    if not any(person.role == "manager" for person in staff):
        raise RuleBroken("setup.field_missing", field="manager")
    for person in staff:
        if not person.name.strip():
            raise RuleBroken("setup.field_missing", field=f"{person.role}'s name")
        check_new_pin(person.pin)


def _step(job: Job[Any] | None, name: str) -> None:
    if job is not None:
        job.step(name)


def local_zone() -> str:
    """This computer's time zone by its IANA name, or New York's where it does not say or says UTC."""
    known = available_timezones()
    told = (_system_zone(), str(getattr(datetime.now().astimezone().tzinfo, "key", "")))
    return next((zone for zone in told if zone in known and not zone.startswith("Etc/")), "America/New_York")


def _system_zone() -> str:
    """The zone /etc/localtime points at, where there is one."""
    try:
        return str(Path("/etc/localtime").resolve().relative_to("/usr/share/zoneinfo"))
    except (OSError, ValueError):
        return ""
