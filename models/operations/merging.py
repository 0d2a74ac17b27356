"""Bodies of the operations about records that turn out to be one person (H17): an alias, never a rewrite.

Nothing that was posted changes its place. Whoever asks for one of the records is answered for the person.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientMerged:
    """Two records are one person (decision): `patient_id` goes, `into_id` stays. The first word about a record stands:
    one that was merged meanwhile is not merged again from its old place."""

    patient_id: str
    into_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientParted:
    """A merge was wrong (decision): `patient_id`, with what had been merged into it before, is a person again. What was
    taken and paid meanwhile stays under the record it was taken for."""

    patient_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFollows:
    """Derived by the hub: the alias of one record. `survivor_id` is the record its person goes by now, empty when it
    stands for itself again; `into_id` the one it was put to directly, so that a merge can be taken apart. `device` and
    `actor` are of the act that caused it."""

    patient_id: str
    survivor_id: str
    into_id: str
    cause_op_id: str
    device: str
    actor: str
