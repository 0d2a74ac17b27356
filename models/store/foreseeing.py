"""Pages fetched ahead of a write. Who opens a patient's sheet will most likely write there in a moment: what that
touches is read and decrypted on the writer's connection while the person still looks, and Enter finds it at hand."""

from __future__ import annotations

from typing import Any

_OF_PATIENT = (
    "SELECT guarantor_id FROM patient WHERE tenant = :tenant AND id = :patient",
    "SELECT payer FROM coverage WHERE tenant = :tenant AND patient_id = :patient",
    "SELECT c.description FROM appointment v JOIN charge c ON c.tenant = v.tenant AND c.appointment_id = v.id "
    "WHERE v.tenant = :tenant AND v.patient_id = :patient ORDER BY v.service_date DESC LIMIT 40",
    "SELECT description FROM charge WHERE tenant = :tenant AND patient_id = :patient "
    "ORDER BY service_date DESC LIMIT 40",
    "SELECT memo FROM payment WHERE tenant = :tenant AND patient_id = :patient ORDER BY taken_at DESC LIMIT 20",
    "SELECT b.held, (SELECT t.n FROM transfer t WHERE t.tenant = b.tenant AND t.debit = b.id LIMIT 1), "
    "(SELECT t.n FROM transfer t WHERE t.tenant = b.tenant AND t.credit = b.id LIMIT 1) FROM account a JOIN account b "
    "ON b.tenant = a.tenant AND b.id = a.id WHERE a.tenant = :tenant AND a.patient_id = :patient LIMIT 80",
    "SELECT state FROM refund WHERE tenant = :tenant AND patient_id = :patient ORDER BY requested_at DESC LIMIT 5",
    "SELECT kind FROM adjustment WHERE tenant = :tenant AND patient_id = :patient ORDER BY made_at DESC LIMIT 5",
)
"""Rows and index pages that an act on an account reads or adds to; bounded, for accounts of many years."""

_OF_PAYMENT = (
    "SELECT memo FROM payment WHERE tenant = :tenant AND payment_id = :payment",
    "SELECT held FROM account WHERE tenant = :tenant AND payment_id = :payment",
    "SELECT held FROM account WHERE tenant = :tenant AND id = 'CR:' || :payment",
    "SELECT n FROM transfer WHERE tenant = :tenant AND debit = 'CR:' || :payment LIMIT 1",
    "SELECT n FROM transfer WHERE tenant = :tenant AND credit = 'CR:' || :payment LIMIT 1",
    "SELECT state FROM refund WHERE tenant = :tenant AND payment_id <> '' AND payment_id = :payment",
)
"""Where a payment lies, or, when it is still to be taken, where it will be put."""


def foresee(driver: Any, tenant: str, patient_id: str, payment_id: str) -> None:
    """Read ahead on `driver`; a `payment_id` of a payment there is, or of one that is about to be taken."""
    named = {"tenant": tenant, "patient": patient_id, "payment": payment_id}
    for query in _OF_PATIENT + (_OF_PAYMENT if payment_id else ()):
        driver.execute(query, named).fetchall()
