"""What would become of acts, without writing any: the one engine over the tables as a reader sees them.

A preview is made of this, so that it can never differ from what recording the same act does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from models.basics.ids import new_id
from models.ledger.draft import Draft
from models.ledger.figures import Figures
from models.ledger.posting import settle
from models.ledger.states import Entry
from models.operations.operation import GENESIS, make_operation
from models.store.book import TableBook
from models.store.queries import collect
from models.store.session import Looking


class Rehearsal:
    """Acts judged one after the other on top of what a reader sees. Keep it no longer than `reader()` is open.

    `book` is what stands, `draft` what would stand after the acts; both answer every question of the engine.
    """

    def __init__(self, reader: Any, tenant: str, device: str, business_date: str) -> None:
        self._reader, self._tenant, self._device, self._business_date = reader, tenant, device, business_date
        self._tables = TableBook(Looking(reader), tenant)
        self.book = Draft(self._tables)
        self.draft = Draft(self._tables)
        self.book.acting = self.draft.acting = device  # what this desk holds is there for it

    def act(self, body: object) -> Entry:
        """Judge an act as if it was made here now. Returns its own entry; what follows by rule is in `draft`."""
        op = make_operation(
            body, op_id=new_id(), tenant=self._tenant, device=self._device, epoch=0, dseq=0, prev=GENESIS, actor="",
            business_date=self._business_date, device_time="", as_given=True,
        )  # fmt: skip
        self._tables.prefetch([op])
        entries = settle(op, self.draft)
        return next((entry for entry in entries if entry.op is op), entries[0])

    def entries(self) -> Sequence[Entry]:
        """Everything that would be logged, derived operations included, in order."""
        return self.draft.entries

    def nets(self, account_ids: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """(account id, credits less debits in cents) as they stand, by id."""
        balances = [(account_id, self.book.balance(account_id)) for account_id in sorted(set(account_ids))]
        return tuple((account_id, balance.credits - balance.debits) for account_id, balance in balances)

    def figures(self, patient_id: str) -> Figures:
        """The figures of a patient as they stand."""
        return collect.figures(self._reader, self._tenant, patient_id)

    def head_seq(self) -> int:
        """The log position they stand at."""
        return collect.head_seq(self._reader, self._tenant)

    def after(self, before: Figures, patient_id: str) -> Figures:
        """The figures of a patient once all of it stood, from those before it."""
        moved = [transfer for entry in self.draft.entries for transfer in entry.transfers]
        return before + collect.moved(self._reader, self._tenant, patient_id, moved)
