"""What the practice says of itself: on receipts, on the screen, and what this desk is called. Changed by a manager."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.clinic import Clinic
from app.views import Person
from models.basics.errors import RuleBroken
from models.operations.records import Channels
from models.rules.addresses import email_address
from models.store.queries import messages

LONGEST = 120


@dataclass(frozen=True, slots=True)
class PracticeForm:
    """The fields as they are typed; `address` one line of the receipt per line. `receipt_message_es`: what e-mails in
    Spanish say in its place (empty: the same)."""

    name: str
    desk_name: str
    timezone: str
    address: str = ""
    phone: str = ""
    npi: str = ""
    tin: str = ""
    receipt_message: str = ""
    refund_policy: str = ""
    reply_to: str = ""
    receipt_message_es: str = ""


class PracticeFacts:
    """Reads and changes the practice's record and this desk's name. Blocks; lane `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def form(self) -> PracticeForm:
        """What stands now."""
        known = self._clinic.practice
        return PracticeForm(
            name=known.name, desk_name=self._clinic.identity.desk_name, timezone=known.timezone,
            address="\n".join(known.address), phone=known.phone, npi=known.npi, tin=known.tin,
            receipt_message=known.receipt_message, refund_policy=known.refund_policy, reply_to=known.reply_to,
            receipt_message_es=known.receipt_message_es,
        )  # fmt: skip

    def channels(self) -> Channels:
        """What the hub can send messages with."""
        with self._clinic.store.reader() as reader:
            return messages.channels(reader, self._clinic.tenant)

    def change(self, form: PracticeForm, person: Person) -> None:
        """Make it so, at every desk; receipts already given stay as they were.

        Raises RuleBroken: `staff.manager_only`, `setup.field_missing` (field), `setup.zone_unknown` (zone),
        `practice.reply_to_wrong` (field). Nothing was changed then.
        """
        if not person.manager:
            raise RuleBroken("staff.manager_only")
        for field, value in {"practice name": form.name, "desk name": form.desk_name}.items():
            if not value.strip():
                raise RuleBroken("setup.field_missing", field=field)
        try:
            ZoneInfo(form.timezone.strip())
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise RuleBroken("setup.zone_unknown", zone=form.timezone[:40]) from error
        reply_to = email_address(form.reply_to)
        if form.reply_to.strip() and not reply_to:
            raise RuleBroken("practice.reply_to_wrong", field="reply-to")
        clinic = self._clinic
        new = replace(
            clinic.practice, name=_line(form.name), timezone=form.timezone.strip(), phone=_line(form.phone),
            address=tuple(_line(line) for line in form.address.splitlines() if line.strip()), npi=_line(form.npi),
            tin=_line(form.tin), receipt_message=_line(form.receipt_message), refund_policy=_line(form.refund_policy),
            reply_to=reply_to, receipt_message_es=_line(form.receipt_message_es),
        )  # fmt: skip
        if new != clinic.practice:
            with clinic.store.write() as tx:
                tx.record(new, person_id=person.staff_id, business_date=clinic.today().isoformat())
        if _line(form.desk_name) != clinic.identity.desk_name:
            clinic.store.enrol(replace(clinic.identity, desk_name=_line(form.desk_name)))


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST]
