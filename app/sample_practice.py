"""A whole practice of invented people, dated today: for the demo and for training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.folders import Folders
from app.importing import Importing, ImportReport
from app.secrets import STORE_KEY, Secrets
from app.settings import Settings
from app.setup import SETUP, PracticeWish, Setup, StaffWish
from app.views import Person
from models.basics.clock import FixedClock, SystemClock, business_date
from models.rules.rights import rights_of
from models.store.desk import DeskStore

if TYPE_CHECKING:
    from exchange.samples.clinic import SampleClinic

RECEPTIONIST = StaffWish("Maria Delgado", "receptionist", "2580", "PIN 2580")
MANAGER = StaffWish("Nora Whitfield", "manager", "1379", "PIN 1379")


def furnish(folders: Folders, zone: str, *, files: Sequence[Path] = (), training: bool = False) -> ImportReport:
    """Set up a practice in `folders` with its own hub and keys: staff, patients, visits of today, what they paid
    before. `files` are brought in instead of the invented patients. Takes seconds; nothing may be there yet. Returns
    how bringing them in went.

    Raises what `Setup.start_practice` and the import raise.
    """
    sample = _sample(zone)
    settings = Settings.load(folders.settings)
    secrets = Secrets(folders, settings)
    setup = Setup(folders, settings, secrets, SystemClock())
    setup.allow_key_file("invented people only")
    who = sample.practice
    wish = PracticeWish(who.name, zone, who.address, who.phone, who.npi, who.tin)
    setup.start_practice(wish, "Training desk" if training else "Desk 1", (RECEPTIONIST, MANAGER), training=training)
    clock = FixedClock(SystemClock().now())
    store = DeskStore.open(folders.store, secrets.get(STORE_KEY) or "", clock)
    try:
        if files:
            return Importing(store, clock).run(list(files), shift_to_today=True)
        path = folders.home / "sample-clinic.ndjson"
        path.write_bytes(sample.ndjson())
        report = Importing(store, clock).run([path])
        _past_payments(store, clock, sample)
        _set_up_house(store, clock, sample)
        return report
    finally:
        store.close()


def _sample(zone: str) -> SampleClinic:
    from exchange.samples.clinic import clinic

    now = SystemClock().now().astimezone(ZoneInfo(zone))
    return clinic(now.date(), now, zone)


def _past_payments(store: DeskStore, clock: FixedClock, sample: SampleClinic) -> None:
    """What the clinic took before now, recorded at the times it was taken."""
    from exchange.samples.money import as_operations

    for payment in sorted(sample.payments, key=lambda each: each.taken_at):
        clock.set(payment.taken_at)
        day = business_date(payment.taken_at, sample.zone).isoformat()
        with store.write() as tx:
            collect, allocate = as_operations(
                sample, payment, store.tenant, number=tx.next_payment_number(), receipt_no=tx.next_receipt_no()
            )  # fmt: skip
            group = collect.payment_id
            for body in (collect, allocate):
                if body is not None:
                    tx.record(body, person_id=SETUP, group=group, business_date=day)


def _set_up_house(store: DeskStore, clock: FixedClock, sample: SampleClinic) -> None:
    """The practice's own rules, ways to pay and kinds of visit; every provider takes part in AutoFill."""
    from app.clinic import Clinic
    from app.rules import MoneyRules
    from exchange.samples.house import house

    day = business_date(clock.now(), sample.zone).isoformat()
    with store.write() as tx:
        for body in house(store.tenant):
            tx.record(body, person_id=SETUP, business_date=day)
    rules = MoneyRules(Clinic(store, clock))
    for provider in rules.view().providers:
        rules.opt_in(Person(SETUP, "Set-up", "", "", True, rights_of("manager")), provider.practitioner_id, True)
