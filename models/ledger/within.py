"""A decision judged again, after its hub was restored: it never gets more than it was granted the first time."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from models.ledger.draft import Draft
from models.ledger.posting import settle
from models.ledger.states import Entry, Verdict
from models.operations.operation import Operation


def settle_within(op: Operation, most_cents: int, draft: Draft) -> tuple[Entry, ...]:
    """Judge a decision that was reduced to `most_cents` as if it had asked for that much, and say `reduced`."""
    smaller = replace(op)
    smaller._typed.append(_trimmed(op.typed_body(), most_cents))
    start = len(draft.entries)
    settle(smaller, draft)
    for n in range(start, len(draft.entries)):
        entry = draft.entries[n]
        if entry.op is smaller:
            verdict = Verdict.REDUCED if entry.verdict is Verdict.ACCEPTED else entry.verdict
            draft.entries[n] = replace(entry, op=op, verdict=verdict)
    return tuple(draft.entries[start:])


def _trimmed(body: Any, most_cents: int) -> Any:
    """The body asking for no more than `most_cents`: its lines in their order, or its amount."""
    names = {field.name for field in fields(body)}
    if "lines" in names:
        lines, left = [], most_cents
        for line in body.lines:
            part = min(line.amount_cents, left)
            if part > 0:
                lines.append(replace(line, amount_cents=part))
                left -= part
        return replace(body, lines=tuple(lines))
    return replace(body, amount_cents=min(body.amount_cents, most_cents)) if "amount_cents" in names else body
