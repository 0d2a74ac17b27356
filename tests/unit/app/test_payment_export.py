"""The list of payments saved: as text, as a workbook, on paper; stopped midway, refused, and while others write."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from app import payment_export
from app.lanes import Job, Progress
from app.list_views import Exported
from app.payment_views import PaymentOrder, PaymentsAsk
from app.payments import Payments
from models.basics.errors import RuleBroken, StorageError
from models.operations.bodies import Collect
from models.rules.payment_status import Status
from models.rules.rights import Right
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.payments_in_every_status import N20, every_status
from tests.support.stores import KEY
from tests.unit.receipts.pages import texts


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path_factory.mktemp("clinic"))
    every_status(made)
    yield made
    made.close()


@pytest.fixture(scope="module")
def payments(clinic: TestClinic) -> Iterator[Payments]:
    made = Payments(clinic.clinic, clinic.folder / "payments.db", KEY)
    yield made
    made.close()


ASKED = ("Draft", "Pending", "Processing", "Failed", "Cancelled")
"""No money has come: it was paid by nothing."""
BY_AMOUNT = PaymentsAsk(order=PaymentOrder.AMOUNT, descending=False)


def test_s2_02_csv_has_what_is_filtered_in_its_order(payments: Payments, tmp_path: Path) -> None:
    saved = payments.export(BY_AMOUNT, tmp_path / "list.csv", PRIYA)
    assert saved == Exported(9, "list.csv")
    head, *rows = csv.reader(io.StringIO((tmp_path / "list.csv").read_text("utf-8-sig")))
    assert head == [name for name, _ in payment_export.COLUMNS]
    assert [row[2] for row in rows] == [f"{cents / 100:.2f}" for cents in sorted(N20.values())]
    assert {row[4] for row in rows} == {payment_export.STATUS_WORDS[status] for status in Status}
    assert {(row[8], row[4] in ASKED) for row in rows} == {("Cash", False), ("", True)}
    assert os.stat(tmp_path / "list.csv").st_mode & 0o777 == 0o600
    some = payments.export(replace(BY_AMOUNT, statuses=frozenset({Status.PENDING})), tmp_path / "list.csv", PRIYA)
    assert some.rows == 1
    assert "2026-05-13" in (tmp_path / "list.csv").read_text("utf-8-sig")


def test_s2_02_a_workbook_holds_amounts_as_numbers(payments: Payments, tmp_path: Path) -> None:
    payments.export(BY_AMOUNT, tmp_path / "list.xlsx", PRIYA)
    page = openpyxl.load_workbook(tmp_path / "list.xlsx")["Payments"]
    assert [cell.value for cell in page["C"]][1:] == [cents / 100 for cents in sorted(N20.values())]


def test_s2_02_paper_says_what_it_was_narrowed_to_and_its_sum(payments: Payments, tmp_path: Path) -> None:
    payments.export(PaymentsAsk(statuses=frozenset({Status.PAID, Status.REFUNDED})), tmp_path / "list.pdf", PRIYA,
                    words="Paid · Last 30 days")  # fmt: skip
    text = " ".join(texts((tmp_path / "list.pdf").read_bytes()))
    assert "Paid · Last 30 days" in text
    assert "$150.00" in text
    assert "Quillfeather" in text


def test_what_is_too_long_for_paper_is_refused(
    payments: Payments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment_export, "PDF_MOST", 8)
    with pytest.raises(RuleBroken) as refused:
        payments.export(PaymentsAsk(), tmp_path / "list.pdf", PRIYA)
    assert refused.value.message_key == "export.too_long_for_paper"
    assert refused.value.facts == {"rows": 9, "most": 8}
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_saving_leaves_the_file_that_was_there(
    payments: Payments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment_export, "_TELL_EVERY", 2)
    (tmp_path / "list.csv").write_text("before")
    told: list[Progress] = []

    def tell(step: Progress) -> None:
        told.append(step)
        if step.done >= 4:
            job.cancel()

    job: Job[Exported] = Job(tell)
    with pytest.raises(RuleBroken, match=r"export\.stopped"):
        payments.export(PaymentsAsk(), tmp_path / "list.csv", PRIYA, job=job)
    assert [(step.done, step.total) for step in told] == [(0, 9), (2, 9), (4, 9)]
    assert (tmp_path / "list.csv").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


@pytest.mark.parametrize("name", ["list.docx", "list"])
def test_other_kinds_are_refused(payments: Payments, tmp_path: Path, name: str) -> None:
    with pytest.raises(RuleBroken, match=r"export\.kind_unknown"):
        payments.export(PaymentsAsk(), tmp_path / name, PRIYA)


def test_a_folder_that_is_gone_is_said(payments: Payments, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"export\.not_written"):
        payments.export(PaymentsAsk(), tmp_path / "gone" / "list.csv", PRIYA)


def test_it_takes_the_right_or_somebody_who_lends_it(payments: Payments, tmp_path: Path) -> None:
    person = replace(MARIA, rights=frozenset({Right.PAYMENTS}))
    with pytest.raises(RuleBroken, match=r"staff\.right_missing"):
        payments.export(PaymentsAsk(), tmp_path / "list.csv", person)
    assert payments.export(PaymentsAsk(), tmp_path / "list.csv", person, PRIYA).rows == 9


def test_it_is_the_list_of_one_moment_whoever_writes_meanwhile(
    clinic: TestClinic, payments: Payments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.store import payment_list

    monkeypatch.setattr(payment_list, "_STEP", 2)
    monkeypatch.setattr(payment_export, "_TELL_EVERY", 3)
    clinic.patient("late", "Lou", "Quillfeather", mrn="0044199")

    def write(step: Progress) -> None:
        clinic.put(Collect(payment_id=f"late-{step.done}", patient_id="late", amount_cents=100, tender="cash",
                           number=f"PAY-9-{step.done}", receipt_no=f"L-{step.done}"))  # fmt: skip
        assert payments.page(PaymentsAsk(text="lou")).payments == step.done // 3 + 1  # the list answers meanwhile

    assert payments.export(PaymentsAsk(), tmp_path / "list.csv", PRIYA, job=Job(write)).rows == 9
    assert len((tmp_path / "list.csv").read_text("utf-8-sig").splitlines()) == 10
