"""Operations of every released version are taken as they were then (T8, H18): hashes, bodies, verdicts, transfers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from models.operations.kinds import KINDS, OpClass
from models.operations.operation import from_wire
from models.operations.protocol import PushBatch
from models.rules.rights import ROLE_RIGHTS, Right
from tests.support.stores import TENANT, join, pull, push, sqlite_hub
from tests.support.stores import joined_desk as joined

CORPORA = Path(__file__).resolve().parents[3] / "corpora"
VERSIONS = sorted(folder.name for folder in CORPORA.iterdir() if folder.is_dir())


def recorded(version: str) -> list[dict[str, Any]]:
    lines = (CORPORA / version / "operations.jsonl").read_bytes().splitlines()
    return [orjson.loads(line) for line in lines]


def test_the_released_versions_are_there() -> None:
    assert VERSIONS[:2] == ["v0.1", "v0.2"]


@pytest.mark.parametrize("version", VERSIONS)
def test_t8_hashes_hold_and_bodies_are_understood(version: str) -> None:
    for line in recorded(version):
        op = from_wire(line["op"])  # the hashes are checked here
        assert op.typed_body() is not None
        assert op.to_wire() == line["op"]  # and it travels on as it came


@pytest.mark.parametrize("version", VERSIONS)
def test_t8_verdicts_and_transfers_are_those_of_then(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROLE_RIGHTS, "role", frozenset(Right))  # the invented role of the one who did it all
    hub = sqlite_hub(tmp_path)
    lines = recorded(version)
    ops = tuple(from_wire(line["op"]) for line in lines)
    row = join(hub, "An old desk")
    with hub._engine.begin() as connection:  # the desk of then
        connection.exec_driver_sql(
            "UPDATE device SET device_id = ? WHERE device_id = ?", (ops[0].device, row.device_id)
        )
    answer = hub.push(TENANT, PushBatch(ops[0].device, 1, 1, ops))
    assert [(result.verdict, result.granted, bool(result.reason)) for result in answer.results] == [
        (line["verdict"], line["granted"], bool(line["reason"]))
        for line in lines  # a reason may be told better today
    ]
    desk = joined(hub, tmp_path, "today")
    push(desk, hub)
    pull(desk, hub)
    with desk.reader() as reader:
        logged = dict(reader.execute("SELECT op_id, transfers FROM log").fetchall())
    for line in lines:
        assert orjson.loads(logged[line["op"]["op_id"]]) == line["transfers"], line["op"]["kind"]
    assert hub.verify(TENANT, deep=True) == []
    assert desk.verify(deep=True) == []
    desk.close()
    hub.close()


def test_v0_2_has_every_kind_of_then() -> None:
    kinds = {line["op"]["kind"] for line in recorded("v0.2")}
    of_desks = {name for name, kind in KINDS.items() if kind.op_class is not OpClass.DERIVED}
    assert kinds <= of_desks
    assert len(kinds) == 33
