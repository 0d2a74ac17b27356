"""Signatures for card payments: asked for once the payment is posted, on the reader first, on paper second.

The payment stands before anybody is asked, and nothing here can take it back: whatever goes wrong leaves a slip to
sign, or an item under Needs attention where there is no printer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from app.clinic import Clinic
from app.collected import document_of
from app.heads import patient_head
from app.method import paid_text
from app.posting import Posting
from app.settings import PRINTER_URL, Settings
from app.views import AttentionItem, Collected, Person
from devices.base import ON_FILE, Capability, PaymentTerminal, Signature, Step, TakesSignatures, Watch
from models.basics.errors import PosError, RuleBroken, StorageError
from models.basics.facts import facts
from models.basics.points import Point, point
from models.operations.bodies import CardFacts
from models.operations.codec import to_json
from models.operations.signatures import PaymentSigned
from models.rules.signatures import signature_text
from models.store.queries import jobs, receipts, recorded, rows, signatures, staff
from models.store.rows import PrintJobRow
from receipts.compose import as_clinic_copy
from receipts.document import ReceiptDocument

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

log = logging.getLogger(__name__)

PATIENCE_S = 45.0
"""So long the reader waits for a pen."""

WANTED, SIGNED, PAPER, LEFT, DONE = "wanted", "signed", "paper", "left", "done"
"""Where the signature of a card attempt is: being asked for; on the reader; a slip to sign was printed; nobody could be
asked and nothing printed; a person says that nothing is left to do."""

SIGNED_FACT = "signed"
"""The fact of `Collected` that says how a payment was signed: reader, paper, or wanted."""


class Signing:
    """`ask` on the `terminal` lane, `sweep` at the start, `done` on `store`. `paper` is called when a slip was
    spooled."""

    def __init__(self, clinic: Clinic, settings: Settings, posting: Posting, paper: Callable[[], None]) -> None:
        self._clinic, self._settings, self._posting, self._paper = clinic, settings, posting, paper

    def wanted(self, reader: Any, card: CardFacts, cents: int) -> bool:
        """Does the card's own verification ask for a signature, or the practice's limit? Never for a card on file:
        nobody is there to sign."""
        if card.entry_mode == ON_FILE:
            return False
        limit = recorded.rules(reader, self._clinic.tenant).sign_from_cents
        return card.cvm == "signature" or 0 < limit <= cents

    def ask(self, attempt_id: str, told: Collected, terminal: PaymentTerminal, watch: Watch) -> Collected:
        """Ask for the signature of a payment that was posted this moment. Raises nothing: the payment stands."""
        try:
            point(Point.BEFORE_SIGNATURE)
            strokes = self._strokes(terminal, watch)
            if strokes:
                self._keep(attempt_id, told, strokes)
                return replace(told, facts={**told.facts, SIGNED_FACT: "reader"})
            state = self.on_paper(attempt_id)
        except StorageError as error:  # still wanted: the next start prints a slip
            log.error("signature not saved", extra=facts(attempt=attempt_id, key=error.message_key))
            state = LEFT
        return replace(told, facts={**told.facts, SIGNED_FACT: "paper" if state == PAPER else "wanted"})

    def on_paper(self, attempt_id: str) -> str:
        """Spool the clinic's copy with a line to sign, where a printer is set up. Returns PAPER or LEFT. Raises
        StorageError."""
        clinic = self._clinic
        with clinic.store.write() as tx:
            attempt = jobs.attempt(tx.reader, clinic.tenant, attempt_id)
            if attempt is None or attempt.signing not in (WANTED, LEFT):
                return attempt.signing if attempt else DONE
            state = PAPER if self._settings.get(PRINTER_URL) else LEFT
            if state == PAPER:
                self._spool(tx, attempt.payment_id)
            tx.set_attempt(attempt_id, attempt.state, signing=state)
        self._paper()
        return state

    def sweep(self) -> None:
        """At the start: what the last run left in the middle gets its slip. The payment was posted then."""
        with self._clinic.store.reader() as reader:
            found = jobs.to_be_signed(reader, self._clinic.tenant, WANTED)
        for row in found:
            with suppress(StorageError):
                self.on_paper(row.attempt_id)

    def items(self, reader: Any) -> tuple[AttentionItem, ...]:
        """Payments of this desk that nobody could sign for: there was no printer."""
        return tuple(self._item(reader, row) for row in jobs.to_be_signed(reader, self._clinic.tenant, LEFT))

    def done(self, attempt_id: str, person: Person) -> None:
        """Somebody says that nothing is left to do: signed by hand, or not needed. Raises RuleBroken
        `attention.not_found`."""
        with self._clinic.store.write() as tx:
            attempt = jobs.attempt(tx.reader, self._clinic.tenant, attempt_id)
            if attempt is None or attempt.signing != LEFT:
                raise RuleBroken("attention.not_found")
            tx.set_attempt(attempt_id, attempt.state, signing=DONE)
        log.info("signature settled by a person", extra=facts(attempt=attempt_id, staff=person.staff_id))

    # Inside -------------------------------------------------------------------------------------------------------

    def _strokes(self, terminal: PaymentTerminal, watch: Watch) -> str:
        """What was written on the reader; empty where it cannot ask, or nobody signed."""
        if Capability.SIGNATURE not in terminal.capabilities:
            return ""
        pen = Pen(watch)
        pen.step(Step.SIGNING)
        try:
            signature = cast(TakesSignatures, terminal).signature(PATIENCE_S, pen)
        except PosError as error:
            signature = Signature(reason=error.message_key)
        if signature.reason:
            log.info("not signed on the reader", extra=facts(key=signature.reason))
        return signature_text(signature.strokes)

    def _keep(self, attempt_id: str, told: Collected, strokes: str) -> None:
        """The signature is kept with its payment, and nothing is left to do."""
        clinic = self._clinic
        body = PaymentSigned(payment_id=told.payment_id, patient_id=told.patient.patient_id, strokes=strokes)
        with clinic.store.write() as tx:
            attempt = jobs.attempt(tx.reader, clinic.tenant, attempt_id)
            if attempt is None or attempt.signing != WANTED:
                return
            payment = receipts.payment(tx.reader, clinic.tenant, told.payment_id)
            tx.record(body, person_id=payment.actor if payment else "", business_date=clinic.today().isoformat())
            tx.set_attempt(attempt_id, attempt.state, signing=SIGNED)

    def _spool(self, tx: Tx, payment_id: str) -> None:
        document = clinic_copy(self._clinic, self._posting, tx.reader, payment_id)
        tx.add_print_job(PrintJobRow(job_id=tx.new_id(), kind="copy", document=to_json(document),
                                     payment_id=payment_id))  # fmt: skip

    def _item(self, reader: Any, row: jobs.AttemptRow) -> AttentionItem:
        clinic = self._clinic
        payment = receipts.payment(reader, clinic.tenant, row.payment_id)
        person = rows.patient(reader, clinic.tenant, row.patient_id)
        return AttentionItem(
            item_id=row.attempt_id, kind="unsigned", at=clinic.local(row.updated_at),
            patient=patient_head(person, clinic.today()) if person else None, amount_cents=row.amount_cents,
            words="attention.unsigned",
            facts={"number": payment.number if payment else "", "payment_id": row.payment_id,
                   "method": paid_text(reader, clinic.tenant, payment) if payment else ""},
        )  # fmt: skip


class Pen:
    """A watch for the pen: passes the person's cancel on, and tells no step but that the patient signs."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    @property
    def cancelled(self) -> bool:
        return self._watch.cancelled

    def step(self, _step: Step) -> None:
        self._watch.step(Step.SIGNING)


def clinic_copy(clinic: Clinic, posting: Posting, reader: Any, payment_id: str) -> ReceiptDocument:
    """The clinic's copy of a card payment's receipt: with what was signed on the reader, else with a line to sign.
    Raises RuleBroken `receipt.no_receipt`."""
    payment = receipts.payment(reader, clinic.tenant, payment_id)
    if payment is None or payment.tender != "card":
        raise RuleBroken("receipt.no_receipt")
    known = [job for job in jobs.jobs_of_payment(reader, clinic.tenant, payment_id) if job.kind == "receipt"]
    names = staff.staff_names(reader, clinic.tenant)
    document = document_of(known[0].document) if known else posting.describe(reader, payment, names)
    return as_clinic_copy(document, signatures.strokes(reader, clinic.tenant, payment_id))
