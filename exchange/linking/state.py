"""What linking works on and what it leaves: all drafts of a run, what the store has, and the records to write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

from exchange.drafts import AnyDraft, Draft, FileContent, Identifier, Key, Ref, Refusal
from models.basics.errors import ImportRefused
from models.basics.ids import natural_id
from models.operations import records

SOURCE = "ehr"
"""The name of the source system where none is given: records of the same id in files of one name are the same."""

D_co = TypeVar("D_co", bound=Draft, covariant=True)


class StoredMoney(Protocol):
    """A payment, refund or correction as it is stored; of a payment, `left_cents` is what was not given back."""

    @property
    def id(self) -> str: ...

    @property
    def patient_id(self) -> str: ...

    @property
    def amount_cents(self) -> int: ...

    @property
    def left_cents(self) -> int: ...

    @property
    def method_id(self) -> str: ...

    @property
    def appointment_id(self) -> str: ...


class Known(Protocol):
    """What the store already has, asked record by record."""

    def survivor(self, patient_id: str) -> str:
        """The record a person goes by; the one asked for where it was merged into no other."""
        ...

    def stored(self, kind: str, record_id: str) -> Any | None:
        """The record of that kind and id as the source last put it; None when there is none. Of kind `payment` a
        StoredMoney."""
        ...

    def called(self, kind: str, name: str) -> str:
        """The id of the one practitioner or location of that name; empty when there is none or several."""
        ...

    def practitioner_with_npi(self, npi: str) -> str: ...

    def patients_with_mrn(self, mrn: str) -> Sequence[str]: ...

    def coverages_of(self, patient_id: str) -> Sequence[records.Coverage]: ...

    def visits_on(self, patient_id: str, service_date: str) -> Sequence[str]: ...

    def charges_of_visit(self, appointment_id: str) -> Sequence[records.Charge]: ...

    def payments_elsewhere(self, patient_id: str) -> Sequence[StoredMoney]:
        """The payments of a patient that came in by files and still hold money."""
        ...


@dataclass(slots=True)
class Planned:
    """A record to write with one file, if it differs from what is stored. `silent` fields keep the store's value.
    `merged_into`: the record that the person goes by from now on, as the source says."""

    file: int
    path: str
    kind: str
    record: Any
    silent: frozenset[str] = frozenset()
    merged_into: str = ""


@dataclass(slots=True)
class Placed(Generic[D_co]):
    """A draft and the file it stands in."""

    file: int
    draft: D_co


@dataclass
class Run:
    """One import: every file's drafts, what was made of them so far."""

    contents: Sequence[FileContent]
    tenant: str
    source: str
    known: Known
    planned: dict[str, Planned] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    repeats: Counter[str] = field(default_factory=Counter)
    implied: Counter[str] = field(default_factory=Counter)

    def id_of(self, key: Key) -> str:
        """The id every desk makes for what the source calls `key`."""
        return natural_id(self.tenant, self.source, key.kind, key.id)

    def drafts(self, kind: type[D_co]) -> Iterable[Placed[D_co]]:
        """Every draft of a type, file by file."""
        for number, content in enumerate(self.contents):
            for draft in content.drafts:
                if type(draft) is kind:
                    yield Placed(number, draft)

    def refuse(self, placed: Placed[Any], error: ImportRefused, kind: str) -> None:
        """List a draft that cannot be taken."""
        facts = dict(error.facts)
        path = str(facts.pop("path", "") or placed.draft.path)
        self.refusals.append(Refusal(self.contents[placed.file].name, path, error.message_key, facts, kind))

    def plan(self, placed: Placed[Any], kind: str, record: Any) -> None:
        """Write `record` with the draft's file."""
        self.planned[record.id] = Planned(placed.file, placed.draft.path, kind, record, placed.draft.silent)

    def record(self, kind: str, record_id: str) -> Any | None:
        """The record of this run, else the stored one."""
        planned = self.planned.get(record_id)
        return planned.record if planned is not None and planned.kind == kind else self.known.stored(kind, record_id)

    def survivor(self, patient_id: str) -> str:
        """The record a person goes by, with what this run says of it."""
        planned = self.planned.get(patient_id)
        return self.known.survivor((planned.merged_into if planned else "") or patient_id)

    def same_person(self, patient_id: str, other_id: str) -> bool:
        """Are these records of one person (H17)?"""
        return patient_id == other_id or self.survivor(patient_id) == self.survivor(other_id)

    def each(self, placed: Iterable[Placed[D_co]], kind: str, work: Callable[[Placed[D_co]], None]) -> None:
        """Do `work` for each draft; what it refuses is listed and does not stop the rest."""
        for item in placed:
            try:
                work(item)
            except ImportRefused as error:
                self.refuse(item, error, kind)

    def winners(self, kind: type[D_co], record_kind: str) -> dict[Key, Placed[D_co]]:
        """One draft per key: the newest by the source's own time, the later file when that is equal. The others only
        repeat it, and are counted so."""
        best: dict[Key, Placed[D_co]] = {}
        for placed in self.drafts(kind):
            other = best.get(placed.draft.key)
            if other is None or moment_of(placed.draft) >= moment_of(other.draft):
                best[placed.draft.key] = placed
            self.repeats[record_kind] += other is not None
        return best


_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def moment_of(draft: Draft | AnyDraft) -> datetime:
    """When the source last changed it; the beginning of time when it does not say."""
    try:
        moment = datetime.fromisoformat(draft.updated)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return _NEVER


class Numbers:
    """Things by their business identifiers."""

    def __init__(self) -> None:
        self._keys: dict[Identifier, Key] = {}

    def add(self, identifiers: Iterable[Identifier], key: Key) -> None:
        """Remember whose these are, also without their system."""
        for identifier in identifiers:
            self._keys.setdefault(identifier, key)
            self._keys.setdefault(Identifier("", identifier.value), key)

    def find(self, ref: Ref) -> Key | None:
        """Whom the reference's identifier names. One with a system is never matched by its value alone."""
        return self._keys.get(ref.identifier) if ref.identifier else None
