"""Batches, answers and pages: there and back again, and every way of being wrong named."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from models.operations.operation import GENESIS, from_wire
from models.operations.protocol import LogEntry, Page, PushAnswer, PushResult
from models.operations.wire import (
    WireInvalid,
    answer_from_bytes,
    answer_to_bytes,
    batch_from_bytes,
    batch_to_bytes,
    page_from_bytes,
    page_to_bytes,
)
from tests.support.stream import MOMENT, Stream


@pytest.fixture
def stream() -> Stream:
    made = Stream("tenant-1", "device-1")
    patient = made.patient()
    made.copay(patient, made.charge(patient, 2500), 2500)
    return made


def test_a_batch_survives_the_journey(stream: Stream) -> None:
    assert batch_from_bytes(batch_to_bytes(stream.batch())) == stream.batch()


def _set(path: list[Any], value: Any) -> Any:
    def change(plain: Any) -> None:
        target = plain
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (_set(["device"], None), "device"),
        (_set(["epoch"], "1"), "epoch"),
        (_set(["epoch"], True), "epoch"),
        (_set(["ops"], {}), "ops"),
        (_set(["ops"], []), "ops"),
        (_set(["batch_hash"], GENESIS), "batch_hash"),
        (_set(["from_dseq"], 2), "ops[0].dseq"),
        (_set(["device"], "device-2"), "ops[0].dseq"),
        (_set(["ops", 1], "text"), "batch_hash"),
        (lambda plain: plain["ops"].pop(1), "ops[1].dseq"),
        (_set(["priors"], {"a": {"verdict": 1, "granted": None, "reason": ""}}), "priors.a.verdict"),
    ],
)
def test_a_changed_batch_is_refused_by_name(stream: Stream, change: Any, path: str) -> None:
    plain = orjson.loads(batch_to_bytes(stream.batch()))
    change(plain)
    with pytest.raises(WireInvalid) as refused:
        batch_from_bytes(orjson.dumps(plain))
    assert refused.value.path == path


@pytest.mark.parametrize(
    "change",
    [
        _set(["ops", 1, "actor"], 7), _set(["ops", 1, "body", "amount_cents"], 2_500_000),
        _set(["ops", 1, "prev"], GENESIS), _set(["ops", 1, "v"], 10**15),
        _set(["ops", 1, "body_hash"], GENESIS), lambda plain: plain["ops"][1].pop("kind"),
    ],
)  # fmt: skip
def test_f33_a_damaged_operation_keeps_its_place_and_what_came(stream: Stream, change: Any) -> None:
    plain = orjson.loads(batch_to_bytes(stream.batch()))
    change(plain)
    batch = batch_from_bytes(orjson.dumps(plain), stream.tenant)
    found = batch.ops[1]
    assert [op.kind == "unreadable" for op in batch.ops] == [n == 1 for n in range(len(batch.ops))]
    assert (found.op_id, found.tenant) == (stream.ops[1].op_id, stream.tenant)
    assert (found.device, found.epoch, found.dseq) == (stream.device, 1, 2)
    assert orjson.loads(found.body["content"]) == plain["ops"][1]
    assert from_wire(found.to_wire()) == found  # whole itself: every desk can read it
    assert batch_from_bytes(orjson.dumps(plain), stream.tenant) == batch  # the same again is the same


@pytest.mark.parametrize("data", [b"", b"<html>", b"[]", b"null", b'"text"', b"\xff\xfe", b"{}", b'{"ops": 1}'])
@pytest.mark.parametrize("read", [batch_from_bytes, answer_from_bytes, page_from_bytes])
def test_what_is_no_message_is_refused(read: Any, data: bytes) -> None:
    with pytest.raises(WireInvalid):
        read(data)


def test_an_answer_survives_the_journey() -> None:
    answer = PushAnswer(
        "epoch-1", 9, (PushResult("op-1", "reduced", 8, 1200), PushResult("op-2", "accepted", 9)), MOMENT
    )
    assert answer_from_bytes(answer_to_bytes(answer, {"max_ops": 50})) == (answer, {"max_ops": 50})


def a_page(stream: Stream) -> Page:
    entries = []
    for n, op in enumerate(stream.ops, 1):
        entries.append(LogEntry(n, op.to_wire(), "accepted", None, "", [["CASH:1", "CR:1", 5, "collect", "", 0]],
                                [["CR:1", "CR", "L", "p", "", "", "1"]], MOMENT, f"{n:064d}"))  # fmt: skip
    return Page(
        "epoch-1", 1, len(entries), GENESIS, f"{len(entries):064d}", tuple(entries), False, len(entries), MOMENT
    )


def test_a_page_survives_the_journey(stream: Stream) -> None:
    assert page_from_bytes(page_to_bytes(a_page(stream))) == a_page(stream)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (_set(["head"], "7"), "page.head"),
        (_set(["has_more"], 0), "page.has_more"),
        (_set(["entries", 0], []), "entries[0]"),
        (_set(["entries", 1, "seq"], 1.5), "entries[1].seq"),
        (_set(["entries", 1, "transfers"], None), "entries[1].transfers"),
        (lambda plain: plain["entries"][2].pop("hash"), "entries[2].hash"),
        (lambda plain: plain.pop("prev_hash"), "page.prev_hash"),
    ],
)
def test_a_changed_page_is_refused_by_name(stream: Stream, change: Any, path: str) -> None:
    plain = orjson.loads(page_to_bytes(a_page(stream)))
    change(plain)
    with pytest.raises(WireInvalid) as refused:
        page_from_bytes(orjson.dumps(plain))
    assert refused.value.path == path
