"""All payments and requests of the practice: the list, and the cards above it (S2-01 to S2-05)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from app.clinic import Clinic
from app.payment_views import PAGE, TENDERS, Month, PaymentCards, PaymentChoices, PaymentLine, PaymentsAsk, PaymentsView
from app.refusals import need
from models.operations.records import Location
from models.rules.numbers import treatment_number
from models.rules.payment_status import Status, is_overdue
from models.rules.rights import Right
from models.rules.trend import ahead_percent, projected
from models.store.payment_asks import ListedPayment, WantedPayments
from models.store.payment_list import PaymentList
from models.store.queries import recorded, staff

if TYPE_CHECKING:
    from app.lanes import Job
    from app.list_views import Exported
    from app.views import Person

_SINCE = datetime(1970, 1, 1, tzinfo=UTC)


class Payments:
    """The list of one desk. Every question on the `payments` lane: the very first one makes the file it
    lies in, about a minute for a million payments."""

    def __init__(self, clinic: Clinic, file: Path, key_hex: str) -> None:
        self._clinic = clinic
        self._list = PaymentList(clinic.store, file, key_hex)

    @property
    def clinic(self) -> Clinic:
        """Whose payments."""
        return self._clinic

    def page(self, ask: PaymentsAsk) -> PaymentsView:
        """A page of the list; beyond its end the last one. Raises StorageError."""
        wanted = _wanted(ask)
        first = max(ask.page, 0) * PAGE
        found, sums = self._list.page(wanted, first=first, count=PAGE)
        if not found and sums.payments:
            ask = replace(ask, page=(sums.payments - 1) // PAGE)
            first = ask.page * PAGE
            found, sums = self._list.page(wanted, first=first, count=PAGE)
        return PaymentsView(ask, tuple(map(self._line, found)), self._clinic.today(), first, sums.payments, sums.cents)

    def prepare(self, ask: PaymentsAsk, stop: Callable[[], bool]) -> bool:
        """Make ready what finds any page of a long list at once, as long as nobody asks to `stop`. True: it is ready.
        Raises StorageError."""
        return self._list.prepare(_wanted(ask), stop)

    def choices(self) -> PaymentChoices:
        """What the list can be filtered by."""
        tenant = self._clinic.tenant
        with self._clinic.store.reader() as reader:
            places = recorded.everything(reader, tenant, Location)
            people = staff.staff_names(reader, tenant)
        by_name = itemgetter(1)
        return PaymentChoices(
            tuple(sorted(((each.id, each.name) for each in places), key=by_name)), TENDERS,
            tuple(sorted(people.items(), key=by_name)),
        )  # fmt: skip

    def file_name(self, suffix: str) -> str:
        """What a saved list is called unless somebody says otherwise: of nobody's name."""
        return f"payments-{self._clinic.today().isoformat()}.{suffix}"

    def export(
        self, ask: PaymentsAsk, path: Path, person: Person, supervisor: Person | None = None, *, words: str = "",
        job: Job[Exported] | None = None,
    ) -> Exported:  # fmt: skip
        """Save all that fits, in its order, as CSV, XLSX or PDF by the suffix. `supervisor` lends the right to it,
        `words` say what the list was narrowed to. Any lane: it reads beside the list.

        Raises RuleBroken `staff.right_missing`, StorageError, and as `save_payments`; nothing was saved then.
        """
        from app.lanes import Job
        from app.payment_export import save_payments

        lender = need(Right.EXPORT, person, supervisor)
        wanted = _wanted(ask)
        _, sums = self._list.page(wanted, first=0, count=0)
        lines = (self._line(row) for some in self._list.every(wanted) for row in some)
        return save_payments(self._clinic, lines, sums.payments, sums.cents, path, job or Job(), words=words,
                             staff_id=person.staff_id, lender=lender)  # fmt: skip

    def cards(self, ask: PaymentsAsk) -> PaymentCards:
        """What the cards say of all that fits. Raises StorageError."""
        today = self._clinic.today()
        wanted = _wanted(ask)
        found = self._list.figures(wanted, today)
        so_far, by_then = found.months[-1][2], found.by_this_day_cents
        ends_at = projected(so_far, by_then, found.months[-2][2], today)
        months = [Month(*each) for each in found.months]
        months[-1] = replace(months[-1], projected_cents=ends_at)
        return PaymentCards(
            ask, found.collected_cents, found.net_cents, tuple(months), so_far, ahead_percent(so_far, by_then),
            found.outstanding.payments, found.outstanding.cents, found.overdue.payments, found.overdue.cents,
            {status: found.by_status.get(status, 0) for status in Status},
        )  # fmt: skip

    def close(self) -> None:
        """Close the file."""
        self._list.close()

    def _line(self, row: ListedPayment) -> PaymentLine:
        clinic = self._clinic
        due = row.due.isoformat() if row.due else ""
        kind, key = row.id[0], row.id[1:]
        return PaymentLine(
            key if kind == "p" else "", key if kind == "r" else "", row.number, row.patient_id, row.patient,
            row.amount_cents, row.back_cents, row.status, row.due,
            is_overdue(row.status, due, clinic.today().isoformat()), row.treatment,
            treatment_number(row.treatment) if row.treatment else "",
            (_SINCE + timedelta(milliseconds=row.created_ms)).astimezone(clinic.zone), row.memo, row.tender,
        )  # fmt: skip


def _wanted(ask: PaymentsAsk) -> WantedPayments:
    return WantedPayments(ask.statuses, ask.location, ask.tender, ask.staff, ask.first, ask.last, ask.text,
                          ask.order.value, ask.descending)  # fmt: skip
