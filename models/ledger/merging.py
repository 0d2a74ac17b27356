"""Two records turn out to be one person (H17), or not to be after all.

A merge posts nothing. Accounts, charges and payments keep the record they were made under; the alias says whose they
are, and everything that asks for one record asks for the person. The order of the log decides: whatever two desks said
without each other, every store ends with the same aliases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.ledger.draft import Draft
from models.ledger.judging import KNOWN_ALREADY, accept, derived, reject
from models.ledger.states import AliasState, Entry, Verdict
from models.operations import merging
from models.operations.operation import Operation

MERGED_MEANWHILE = "merged_meanwhile"
"""Reason of a merge from a record that was merged with somebody else before: a person must say who is who."""


def merged(op: Operation, body: merging.PatientMerged, draft: Draft) -> None:
    """The record, and what had been merged into it, follows who the other one goes by. Both ways round at two desks,
    the first that arrives says who stays; the other changes nothing."""
    gone, stays = draft.alias(body.patient_id), draft.survivor_of(body.into_id)
    if not body.patient_id or not body.into_id or body.patient_id == body.into_id:
        reject(draft, op, "same_record")
    elif draft.survivor_of(body.patient_id) == stays:
        reject(draft, op, KNOWN_ALREADY)
    elif gone is not None:
        reject(draft, op, MERGED_MEANWHILE)
    else:
        accept(draft, op)
        followers = draft.aliases_of(body.patient_id)
        _follow(op, AliasState(body.patient_id, stays, stays), draft)
        for each in followers:
            _follow(op, AliasState(each.patient_id, stays, each.into_id), draft)


def parted(op: Operation, body: merging.PatientParted, draft: Draft) -> None:
    """The record is a person again, with what had been merged into it before it was merged itself."""
    alias = draft.alias(body.patient_id)
    if alias is None:
        reject(draft, op, "not_merged")
    elif not body.reason.strip():
        reject(draft, op, "reason_unknown")
    else:
        accept(draft, op)
        below = list(_below(body.patient_id, draft.aliases_of(alias.survivor_id)))
        _follow(op, AliasState(body.patient_id, "", ""), draft)
        for each in below:
            _follow(op, AliasState(each.patient_id, body.patient_id, each.into_id), draft)


def _below(patient_id: str, aliases: Sequence[AliasState]) -> Iterator[AliasState]:
    """The records that were put to this one, and to those in turn."""
    for each in aliases:
        if each.into_id == patient_id:
            yield each
            yield from _below(each.patient_id, aliases)


def _follow(op: Operation, alias: AliasState, draft: Draft) -> None:
    draft.know_alias(alias)
    body = merging.PatientFollows(patient_id=alias.patient_id, survivor_id=alias.survivor_id, into_id=alias.into_id,
                                  cause_op_id=op.op_id, device=op.device, actor=op.actor)  # fmt: skip
    draft.add(Entry(derived(op, body, alias.patient_id), Verdict.ACCEPTED))
