"""A slip for the patient at the desk: the code of a payment link on the receipt printer, spooled as receipts are.

The link's address is kept nowhere: it goes along with the job in memory alone. A slip that still waits when the program
ends is given up, as is one that waited so long that its patient went home.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app.clinic import Clinic
from app.link_views import LinkAddress, LinkLine, SlipSheet
from app.refusals import need
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.rules.agreement_words import long_day
from models.rules.languages import written_in
from models.rules.rights import Right
from models.store.queries import reaching
from receipts.compose import clinic_block
from receipts.layouts.slip_roll import slip_blocks
from receipts.link_slip import LinkSlip

if TYPE_CHECKING:
    from app.links import Links
    from app.printing import Printing

log = logging.getLogger(__name__)


class Slips:
    """`sheet` on the `reads` lane, `put` on `store`."""

    def __init__(self, clinic: Clinic, links: Links, printing: Printing) -> None:
        self._clinic, self._links, self._printing = clinic, links, printing

    def sheet(self, line: LinkLine, where: LinkAddress) -> SlipSheet:
        """The slip as it would be printed, in the language of who pays."""
        clinic, roll = self._clinic, self._printing.roll
        with clinic.store.reader() as reader:
            language = reaching.language(reader, clinic.tenant, line.patient.patient_id)
        slip = LinkSlip(clinic=clinic_block(clinic.practice), link_id=line.link_id, language=language,
                        until=long_day(written_in(language), line.expires_on))  # fmt: skip
        missing = ((not self._printing.fitted, "slip.no_printer"), (not roll.draws_qr, "slip.no_codes"))
        why_not = next((key for is_missing, key in missing if is_missing), "")
        return SlipSheet(slip, where, slip_blocks(slip, where.address, roll.columns, roll.code_page), roll, why_not)

    def put(self, sheet: SlipSheet, person: Person) -> str:
        """Spool it; returns the job's id. Raises RuleBroken, nothing written: `staff.right_missing`, the sheet's
        `why_not`, `link.gone`, `link.over`."""
        need(Right.PAYMENTS, person)
        if sheet.why_not:
            raise RuleBroken(sheet.why_not)
        if not self._links.find(sheet.slip.link_id).usable:
            raise RuleBroken("link.over")
        job_id = self._printing.put_slip(sheet.slip, sheet.where.address)
        log.info("slip spooled", extra=facts(link=sheet.slip.link_id, staff=person.staff_id))
        return job_id

    def state(self, job_id: str) -> tuple[str, str]:
        """(state, why) of a slip, as `Printing.state`. Lane `reads`."""
        return self._printing.state(job_id)
