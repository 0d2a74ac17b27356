"""Bodies to JSON and back without a guess, and envelopes that show when they were touched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, get_args, get_origin, get_type_hints

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.operations import bodies, records
from models.operations.codec import LARGEST_WHOLE, BodyInvalid, canonical, from_json, to_json
from models.operations.kinds import KINDS, Kind, NotUnderstood, OpClass, body_of, kind_of
from models.operations.operation import GENESIS, EnvelopeInvalid, Operation, from_wire
from tests.support.acts import OpMaker, allocate, collect, days


@given(days)
def test_bodies_survive_the_wire(day: list[object]) -> None:
    for op in OpMaker().run(day):
        wire = orjson.loads(canonical(op.to_wire()))
        back = from_wire(wire)
        assert back == op
        assert back.typed_body() == from_json(type(back.typed_body()), op.body)
        assert wire["class"] == op.op_class


RECORDS = [
    records.Practice(id="p", name="x", timezone="UTC", address=("a", "b")),
    records.Patient(id="p", family="x", deceased=True),
    records.Coverage(id="c", patient_id="p", payer="x", copay_cents=0),
    records.Appointment(id="a", patient_id="p", starts_at="t", service_date="d"),
    bodies.Collect(payment_id="p", patient_id="p", tender="card", amount_cents=1, number="", receipt_no="",
                   card=bodies.CardFacts(brand="VISA", last4="4242")),
    bodies.Released(charge_id="c", patient_id="p", cause_op_id="o",
                    lines=(bodies.ReleaseLine(lot_payment_id="l", amount_cents=5),)),
    allocate("p", "ann"),
    allocate("p", "ann", ("c1", 5), ("v1", 3)),
]  # fmt: skip


@pytest.mark.parametrize("body", RECORDS, ids=lambda body: type(body).__name__)
def test_every_shape_comes_back(body: Any) -> None:
    assert from_json(type(body), to_json(body)) == body


@dataclass(frozen=True)
class _Rows:
    rows: tuple[tuple[str, int], ...] = ()


def test_rows_of_different_kinds_come_back_by_their_place() -> None:
    """A card payment in doubt keeps by payment what of its credit is to be confirmed, and is booked from there."""
    rows = _Rows((("p1", 500), ("p2", 0)))
    assert from_json(_Rows, orjson.loads(canonical(to_json(rows)))) == rows
    for wrong in ([["p1"]], [["p1", 500, 1]], [[500, "p1"]], [["p1", "500"]], ["p1"]):
        with pytest.raises(BodyInvalid):
            from_json(_Rows, {"rows": wrong})


_SIMPLE = {str: st.text("aé\u2009 0", max_size=4), int: st.integers(0, LARGEST_WHOLE), bool: st.booleans()}


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a field's type."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if get_origin(hint) is tuple:
        return st.lists(of_type(get_args(hint)[0]), max_size=3).map(tuple)
    if get_origin(hint) is dict:
        return st.dictionaries(st.text("ab", max_size=2), st.text("aé", max_size=2), max_size=2)
    if type(None) in get_args(hint):
        return st.none() | of_type(next(each for each in get_args(hint) if each is not type(None)))
    return st.builds(hint, **{name: of_type(each) for name, each in get_type_hints(hint).items()})


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(data=st.data())
def test_a_body_of_every_kind_comes_back(kind: str, data: st.DataObject) -> None:
    body = data.draw(of_type(KINDS[kind].body))
    assert kind_of(body) == kind
    stored = orjson.loads(canonical(to_json(body)))
    assert body_of(kind, KINDS[kind].version, stored) == body


def test_newer_fields_are_left_alone_and_missing_ones_are_default() -> None:
    data = to_json(records.Patient(id="p", family="x")) | {"shoe_size": 44}
    del data["given"]
    assert from_json(records.Patient, data) == records.Patient(id="p", family="x")


BROKEN = {
    "not an object": ([], "body: not an object"),
    "a field missing": ({"family": "x"}, "id: missing"),
    "null where needed": ({"id": None, "family": "x"}, "id: missing"),
    "a number for text": ({"id": 5, "family": "x"}, "id: not text"),
    "text for a truth value": ({"id": "p", "family": "x", "deceased": "yes"}, "deceased: not true or false"),
    "a list of numbers": ({"id": "p", "family": "x", "address": [1]}, r"address\[0\]: not text"),
    "text for a list": ({"id": "p", "family": "x", "address": "Elm"}, "address: not a list"),
    "a zero sign": ({"id": "p", "family": "x\x00"}, "family: holds a zero sign"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_fit_is_named(name: str) -> None:
    data, reason = BROKEN[name]
    with pytest.raises(BodyInvalid, match=reason):
        from_json(records.Patient, data)


@pytest.mark.parametrize("cents", [1.0, True, "5", None, LARGEST_WHOLE + 1, -LARGEST_WHOLE - 1, 2**70])
def test_money_in_a_body_is_whole_and_bounded(cents: object) -> None:
    data = to_json(collect("p", "ann", 5)) | {"amount_cents": cents}
    with pytest.raises(BodyInvalid, match="amount_cents"):
        from_json(bodies.Collect, data)


def test_paths_lead_inside() -> None:
    data = to_json(allocate("p", "ann", ("c1", 5), ("c2", 5)))
    data["lines"][1]["amount_cents"] = "5"
    with pytest.raises(BodyInvalid, match=r"lines\[1\]\.amount_cents: not a whole number"):
        from_json(bodies.Allocate, data)


def test_every_kind_is_known_by_its_body() -> None:
    for name, kind in KINDS.items():
        assert kind_of(object.__new__(kind.body)) == name
        assert kind.version == 1 + len(kind.upcast)


def test_older_versions_are_brought_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_name(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "name": data["title"]}

    monkeypatch.setitem(KINDS, "location.put", Kind(OpClass.FACT, 2, records.Location, {1: with_name}))
    assert body_of("location.put", 1, {"id": "l", "title": "Main"}) == records.Location(id="l", name="Main")
    assert body_of("location.put", 2, {"id": "l", "name": "Main"}) == records.Location(id="l", name="Main")


@pytest.mark.parametrize(
    ("kind", "version"), [("payment.teleport", 1), ("payment.collect", 99), ("payment.collect", 0)]
)
def test_what_is_not_understood(kind: str, version: int) -> None:
    with pytest.raises(NotUnderstood):
        body_of(kind, version, {})


# Envelopes --------------------------------------------------------------------------------------------------------


@pytest.fixture
def op() -> Operation:
    return OpMaker().make(collect("p1", "ann", 5))


TOUCHED = {
    "body": {"amount_cents": 6}, "kind": "payment.reverse", "patient": "ben", "actor": "x", "device": "x", "epoch": 2,
    "dseq": 2, "prev": "1" * 64, "op_id": "x", "tenant": "x", "business_date": "2026-01-01", "group": "x",
    "linked": True, "supervisor": "x", "class": "decision", "v": 2, "hash": "0" * 64, "body_hash": "0" * 64,
}  # fmt: skip


@pytest.mark.parametrize("name", TOUCHED)
def test_a_touched_envelope_is_refused(name: str, op: Operation) -> None:
    wire = op.to_wire()
    assert wire[name] != TOUCHED[name]
    with pytest.raises(EnvelopeInvalid, match="hash"):
        from_wire(wire | {name: TOUCHED[name]})


@pytest.mark.parametrize("bad", [None, [], "x", {}, {"op_id": "x"}])
def test_what_is_no_envelope(bad: object) -> None:
    with pytest.raises(EnvelopeInvalid):
        from_wire(bad)


@pytest.mark.parametrize(("name", "value"), [("epoch", "1"), ("linked", 1), ("body", []), ("dseq", -1), ("dseq", 2**80),
                                             ("actor", 5), ("actor", "a\x00"), ("v", True)])  # fmt: skip
def test_fields_of_the_wrong_type(name: str, value: object, op: Operation) -> None:
    with pytest.raises(EnvelopeInvalid, match=r"another type|out of range"):
        from_wire(op.to_wire() | {name: value})


def test_another_place_in_the_stream_changes_only_the_place(op: Operation) -> None:
    moved = op.at(2, 7, "f" * 64)
    assert (moved.epoch, moved.dseq, moved.prev) == (2, 7, "f" * 64)
    assert moved.body_hash == op.body_hash == moved.meaning_hash()
    assert moved.hash == moved.stream_hash() != op.hash
    assert replace(moved, epoch=op.epoch, dseq=op.dseq, prev=op.prev, hash=op.hash) == op


NEWER_FIELDS = ("payment_type", "method_id", "trace_no", "received_date", "practitioner_id", "request_id",
                "online_id", "returned_of")  # fmt: skip
"""What a payment's body did not say in its first release."""


def test_hashes_are_what_they_were(op: Operation) -> None:
    """Stored and logged for ever: a change of the canonical form must not go unnoticed."""
    assert op.prev == GENESIS
    body = {name: value for name, value in op.body.items() if name not in NEWER_FIELDS}
    first = replace(op, body=body)
    op = replace(first, body_hash=first.meaning_hash())
    op = replace(op, hash=op.stream_hash())
    assert from_wire(op.to_wire()).typed_body().payment_type == ""
    assert op.body_hash == "efe8b9d11bab59a6f5a861c1c632337694191d610a109229071b4bbb810273c3"
    assert op.hash == "76c5a90ac0055d0e18071ff96a64e9912f6b23151c79809ac38a98a6b91e399e"
