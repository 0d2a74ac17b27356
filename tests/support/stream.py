"""A desk's stream of operations without a desk: for tests of what takes them."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.basics.ids import new_id
from models.operations import bodies, records
from models.operations.operation import GENESIS, Operation, make_operation
from models.operations.protocol import PushBatch

DAY = "2026-03-02"
MOMENT = "2026-03-02T14:00:00.000Z"


@dataclass
class Stream:
    """Makes operations of one device epoch, each at the next place."""

    tenant: str
    device: str
    epoch: int = 1
    dseq: int = 0
    prev: str = GENESIS
    ops: list[Operation] = field(default_factory=list)
    actor: str = "staff-1"
    moment: str = MOMENT

    def add(self, body: object, *, group: str = "", linked: bool = False, op_id: str = "") -> Operation:
        """The next operation."""
        op = make_operation(
            body, op_id=op_id or new_id(), tenant=self.tenant, device=self.device, epoch=self.epoch, dseq=self.dseq + 1,
            prev=self.prev, actor=self.actor, business_date=DAY, device_time=self.moment, group=group, linked=linked,
        )  # fmt: skip
        self.dseq, self.prev = op.dseq, op.hash
        self.ops.append(op)
        return op

    def batch(self, start: int = 1, stop: int = 0) -> PushBatch:
        """The operations `start` to `stop` (dseq, inclusive; to the end without)."""
        chosen = self.ops[start - 1 : stop or None]
        return PushBatch(self.device, self.epoch, start, tuple(chosen))

    def patient(self) -> str:
        """Put a new patient; the id."""
        patient = records.Patient(id=new_id(), family="Quillfeather", given="Ada", birth_date="1984-03-14")
        self.add(patient)
        return patient.id

    def charge(self, patient_id: str, cents: int, charge_id: str = "") -> str:
        """Put a charge the patient is responsible for; the id."""
        charge = records.Charge(id=charge_id or new_id(), patient_id=patient_id, service_date=DAY,
                                description="Office visit", responsibility_cents=cents, kind="copay")  # fmt: skip
        self.add(charge)
        return charge.id

    def copay(self, patient_id: str, charge_id: str, cents: int) -> str:
        """Take cash and pay the charge with it: two operations of one group. The payment's id."""
        group, payment_id = new_id(), new_id()
        number = f"{self.device[-8:]}-{self.dseq + 1}"
        self.add(bodies.Collect(payment_id=payment_id, patient_id=patient_id, tender="cash", amount_cents=cents,
                                tendered_cents=cents, requested_cents=cents, number=f"PAY-{number}",
                                receipt_no=f"01-{number}", drawer=self.device), group=group)  # fmt: skip
        self.allocate(patient_id, payment_id, charge_id, cents, group=group)
        return payment_id

    def allocate(self, patient_id: str, payment_id: str, charge_id: str, cents: int, group: str = "") -> Operation:
        """Spend a lot on a charge."""
        line = bodies.AllocationLine(charge_id=charge_id, amount_cents=cents)
        return self.add(bodies.Allocate(allocation_id=new_id(), lot_payment_id=payment_id, patient_id=patient_id,
                                        lines=(line,)), group=group)  # fmt: skip
