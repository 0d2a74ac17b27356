"""Every ledger case of tests/cases, and what becomes of files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import cases
from tests.cases.__main__ import main
from tests.cases.playing import Difference, play
from tests.cases.reading import CaseWrong, cents, read_case

FOLDER = Path(cases.__file__).parent
FILES = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


@pytest.mark.parametrize("name", FILES)
def test_case(name: str) -> None:
    play(read_case(FILES[name]))


CASE = """
title = "a cent too much"
[[visit]]
id = "today"
patient = "rosa"
date = 2026-03-16
[[given]]
act = "charge"
id = "office"
visit = "today"
owes = 60
[[do]]
act = "pay"
id = "p"
patient = "rosa"
visit = "today"
to = { office = 40 }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "case.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(("more", "told"), [
    ('[expect.patient.rosa]\nstatement = "20.01"', "patient rosa statement is 20.00, expected 20.01"),
    ("[expect.charge.office]\nowes = 19", "charge office owes is 20.00, expected 19.00"),
    ('[expect.visit.today]\nbilling = "paid_in_full"', "visit today billing is balance_due, expected paid_in_full"),
    ("[expect.patient.nobody]\ntotal = 0", "there is no patient nobody"),
    ("[expect.money]\ncash = 41", "money cash is 40.00, expected 41.00"),
    ('[[do]]\nact = "refund"\npayment = "p"\namount = 41', "expected to be done, it was refused as refused.more"),
    ('[[do]]\nact = "refund"\npayment = "p"\namount = 4\nrefused = "refund.amount"', "as refund.amount, it was done"),
    ('[[do]]\nact = "refund"\npayment = "p"\namount = 99\nrefused = "amount.zero"', "refused as amount.zero, it was"),
    ('[[do]]\nact = "refund"\npayment = "p"\namount = 4\ntwice = "amount.zero"', "a second Enter expected"),
    ('[[do]]\nact = "offline"\n[[do.second]]\nact = "void"\npayment = "p"\n[do.second.expect.charge.office]\nowes = 1',
     "charge office owes is 60.00, expected 1.00"),
    ('[[do]]\nact = "offline"\n[expect.attention]\nreopened = 2', "attention reopened is 0, expected 2"),
])  # fmt: skip
def test_a_case_that_comes_out_otherwise_tells_the_difference(tmp_path: Path, more: str, told: str) -> None:
    with pytest.raises(Difference, match=told.replace(".", r"\.")):
        play(read_case(written(tmp_path, CASE + more)))


@pytest.mark.parametrize(("text", "told"), [
    ("title = ", "not TOML"),
    ('title = "nothing is done"', "at least one"),
    (CASE + "[oddity]\na = 1", "nobody knows oddity"),
    (CASE + '[[do]]\nact = "teleport"', "act is one of"),
    (CASE + '[[do]]\nact = "void"\npayment = "p"\namount = 20', "nobody knows amount"),
    (CASE + '[[do]]\nact = "undo"\npatient = 5', "patient is str"),
    (CASE + "[expect.patient.rosa]\nmood = 1", "nobody knows mood"),
    (CASE + "[settings]\nauto_allocate = 1", "auto_allocate is bool"),
    (CASE.replace("owes = 60", "owes = 60.5"), "an amount is"),
    (CASE.replace("date = 2026-03-16", 'date = "soon"'), "is no day"),
    (CASE.replace('id = "today"', ""), "every one has an id"),
    (CASE + '[[do]]\nact = "offline"\narrives = "last"', "arrives is first or second"),
    (CASE + '[[do]]\nact = "void"\npayment = "p"\n[[do.first]]\nact = "day"', "nobody knows first"),
    (CASE + '[[do]]\nact = "offline"\n[[do.second]]\nact = "teleport"', "act is one of"),
])  # fmt: skip
def test_what_is_no_case_says_where(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CaseWrong, match=told):
        read_case(written(tmp_path, text))


@pytest.mark.parametrize(("value", "found"), [(40, 4000), ("40.25", 4025), (-1, -100), ("0.01", 1), (0, 0)])
def test_amounts(value: object, found: int) -> None:
    assert cents(value, "here") == found


@pytest.mark.parametrize("value", [40.5, "0.001", "forty", True, None])
def test_what_is_no_amount(value: object) -> None:
    with pytest.raises(CaseWrong):
        cents(value, "here")


def test_the_runner_says_pass_difference_or_where_it_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = written(tmp_path, CASE)
    assert main([str(good)]) == 0
    assert capsys.readouterr().out.startswith("pass   case.toml  a cent too much")
    assert main([str(written(tmp_path, CASE + "[expect.charge.office]\nowes = 1"))]) == 1
    assert "charge office owes is 20.00, expected 1.00" in capsys.readouterr().out
    assert main([str(written(tmp_path, "title"))]) == 2
    assert main([str(tmp_path / "nowhere.toml")]) == 2
    assert capsys.readouterr().out.count("wrong  ") == 2


def test_a_payment_named_too_early_is_told(tmp_path: Path) -> None:
    case = read_case(written(tmp_path, CASE + '[[do]]\nact = "void"\npayment = "q"'))
    with pytest.raises(CaseWrong, match="no payment is called 'q' yet"):
        play(case)
