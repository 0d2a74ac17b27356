"""What each money act posts, and what becomes of it, one row of data each: moves, refunds, corrections, adjustments,
fees, disputes, undo, rules, families. Codes and accounts are those of docs/ledger.md."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.ledger.states import Entry, Verdict
from models.operations import bodies, records
from tests.support.acts import allocate, check_ledger, collect, reverse
from tests.support.money_acts import (
    AMY,
    ANN,
    BEN,
    MoneyWorld,
    Played,
    adjust,
    closed,
    correct,
    elsewhere,
    failed,
    fee,
    lies_where_people_put_it,
    line,
    line_item,
    move,
    opened,
    paid,
    people,
    place,
    request,
    status,
    undo,
    undone,
    visit,
)  # fmt: skip

AUTO = records.Rules(auto_allocate=True)
AUTO_ANY = records.Rules(auto_allocate=True, use_other_visits=True)
PAID_80 = (line_item("c1", 80), collect("p1", ANN, 80), allocate("p1", ANN, ("c1", 80)))
"""Ann owed 80 for c1 of visit v1 and paid it with p1."""
CREDIT_70 = (collect("p1", ANN, 70),)
CARD_50 = (collect("p1", ANN, 50, tender="card"),)


def nth(act: int) -> str:
    """The place of a case's first, second … act in its day."""
    return f"#{len(people()) + act - 1}"


def moves(entries: tuple[Entry, ...]) -> list[str]:
    """Each transfer of the entries as `debit < credit cents code`."""
    return [f"{t.debit.id} < {t.credit.id} {t.amount_cents} {t.code}" for e in entries for t in e.transfers]


POSTED: dict[str, tuple[list[object], list[str]]] = {
    # Moves ----------------------------------------------------------------------------------------------------------
    "credit to a line item": (
        [line_item("c1", 30), *CREDIT_70, move(ANN, line("p1", 25, "", "c1"))], ["CR:p1 < AR:c1 25 allocate"],
    ),
    "credit to a visit without charges": (
        [*CREDIT_70, move(ANN, line("p1", 25, "", "v1"))], ["CR:p1 < CRE:p1:v1 25 earmark"],
    ),
    "credit to a visit: its open items first, oldest first, the rest waits there": (
        [line_item("c1", 30), line_item("c2", 20), *CREDIT_70, move(ANN, line("p1", 60, "", "v1"))],
        ["CR:p1 < AR:c1 30 allocate", "CR:p1 < AR:c2 20 allocate", "CR:p1 < CRE:p1:v1 10 earmark"],
    ),
    "set aside to free credit": (
        [collect("p1", ANN, 40, visit="v1"), move(ANN, line("p1", 15, "v1", ""))],
        ["CRE:p1:v1 < CR:p1 15 unearmark"],
    ),
    "set aside to a line item of its visit stays its visit's": (
        [line_item("c1", 30), collect("p1", ANN, 40, visit="v1"), move(ANN, line("p1", 15, "v1", "c1"))],
        ["CRE:p1:v1 < AR:c1 15 allocate"],
    ),
    "set aside to another visit": (
        [collect("p1", ANN, 40, visit="v1"), move(ANN, line("p1", 15, "v1", "v2"))],
        ["CRE:p1:v1 < CR:p1 15 unearmark", "CR:p1 < CRE:p1:v2 15 earmark"],
    ),
    "paid, to another line item": (
        [*PAID_80, line_item("c3", 50), move(ANN, line("p1", 50, "c1", "c3"))],
        ["AR:c1 < CR:p1 50 release", "CR:p1 < AR:c3 50 allocate"],
    ),
    "paid from an earmark, to free credit": (
        [line_item("c1", 80), collect("p1", ANN, 80, visit="v1"), allocate("p1", ANN, ("c1", 80)),
         move(ANN, line("p1", 30, "c1", ""))],
        ["AR:c1 < CRE:p1:v1 30 release", "CRE:p1:v1 < CR:p1 30 unearmark"],
    ),
    "paid, back to wait at its own visit": (
        [*PAID_80, move(ANN, line("p1", 30, "c1", "v1"))],
        ["AR:c1 < CR:p1 30 release", "CR:p1 < CRE:p1:v1 30 earmark"],
    ),
    "S0-19: to a visit ahead it waits, its charges are not paid": (
        [line_item("c7", 30), *CREDIT_70, move(ANN, line("p1", 30, "", "v5"))], ["CR:p1 < CRE:p1:v5 30 earmark"],
    ),
    "what was taken for a visit ahead may pay it": (
        [line_item("c7", 30), collect("p1", ANN, 30, visit="v5"), move(ANN, line("p1", 30, "v5", "c7"))],
        ["CRE:p1:v5 < AR:c7 30 allocate"],
    ),
    "take what is there": (
        [line_item("c1", 30), *CREDIT_70, move(ANN, line("p1", 90, "", "c1"), if_short="take_available")],
        ["CR:p1 < AR:c1 30 allocate"],
    ),
    "a mother's credit pays for her daughter": (
        [line_item("c6", 30), *CREDIT_70, move(ANN, line("p1", 30, "", "c6"))], ["CR:p1 < AR:c6 30 allocate"],
    ),
    "an allocation takes what is set aside for the visit first": (
        [line_item("c1", 80), collect("p1", ANN, 70, visit="v1"), move(ANN, line("p1", 30, "v1", "")),
         allocate("p1", ANN, ("c1", 50))],
        ["CRE:p1:v1 < AR:c1 40 allocate", "CR:p1 < AR:c1 10 allocate"],
    ),
    # Undo -----------------------------------------------------------------------------------------------------------
    "undo of a move": (
        [*PAID_80, line_item("c3", 50), move(ANN, line("p1", 50, "c1", "c3")), undo(ANN, nth(5))],
        ["AR:c3 < CR:p1 50 release", "CR:p1 < AR:c1 50 allocate"],
    ),
    "undo of a discount": (
        [line_item("c1", 80), adjust("c1", 20), undo(ANN, nth(2))], ["AR:c1 < DISC:ann 20 adjust"],
    ),
    "undo of two acts, the last first": (
        [*CREDIT_70, move(ANN, line("p1", 30, "", "v1")), move(ANN, line("p1", 30, "v1", "v2")),
         undo(ANN, nth(2), nth(3))],
        ["CRE:p1:v2 < CR:p1 30 unearmark", "CR:p1 < CRE:p1:v1 30 earmark", "CRE:p1:v1 < CR:p1 30 unearmark"],
    ),
    # Refunds --------------------------------------------------------------------------------------------------------
    "refund of credit, asked for": ([*CREDIT_70, request("r1", "p1", 40)], ["CR:p1 < RFP:r1 40 refund"]),
    "refund of what it paid": (
        [*PAID_80, request("r1", "p1", 40)], ["AR:c1 < CR:p1 40 release", "CR:p1 < RFP:r1 40 refund"],
    ),
    "refund of the line items named first": (
        [line_item("c1", 30), line_item("c3", 30), collect("p1", ANN, 80), allocate("p1", ANN, ("c1", 30), ("c3", 30)),
         request("r1", "p1", 40, ("c3", 25))],
        ["AR:c3 < CR:p1 25 release", "CR:p1 < RFP:r1 25 refund", "CR:p1 < RFP:r1 15 refund"],
    ),
    "refund paid in cash": (
        [*CREDIT_70, request("r1", "p1", 40), paid("r1", "p1", 40)], ["RFP:r1 < CASH:drawer-1 40 refund_paid"],
    ),
    "refund to the card": (
        [*CARD_50, request("r1", "p1", 50, tender="card"), paid("r1", "p1", 50, tender="card")],
        ["RFP:r1 < CARD:main 50 refund_paid"],
    ),
    "less went back than was asked for: the rest is credit again": (
        [*CARD_50, request("r1", "p1", 50, tender="card"), paid("r1", "p1", 30, tender="card")],
        ["RFP:r1 < CARD:main 30 refund_paid", "RFP:r1 < CR:p1 20 refund_rest"],
    ),
    "refund failed: it lies where it lay": (
        [*PAID_80, request("r1", "p1", 40), failed("r1")],
        ["RFP:r1 < CR:p1 40 refund_failed", "CR:p1 < AR:c1 40 allocate"],
    ),
    "refund failed, told twice": ([*PAID_80, request("r1", "p1", 40), failed("r1"), failed("r1")], []),
    "refund failed, and the charge was paid otherwise meanwhile": (
        [*PAID_80, request("r1", "p1", 40), collect("p2", ANN, 40), allocate("p2", ANN, ("c1", 40)), failed("r1")],
        ["RFP:r1 < CR:p1 40 refund_failed"],
    ),
    "refund failed after its payment was taken back whole": (
        [*CREDIT_70, request("r1", "p1", 40), reverse("p1"), failed("r1")], ["RFP:r1 < OVR:p1 40 refund_failed"],
    ),
    "refund handed back": (
        [*CREDIT_70, request("r1", "p1", 40), paid("r1", "p1", 40), undone("r1")],
        ["CASH:drawer-1 < CR:p1 40 refund_undone"],
    ),
    "refund handed back that nobody had granted: what was missing first": (
        [*CREDIT_70, paid("r1", "p1", 90), undone("r1")],
        ["CASH:drawer-1 < OVR:p1 20 refund_undone", "CASH:drawer-1 < CR:p1 70 refund_undone"],
    ),
    "refund paid twice": (
        [*CREDIT_70, request("r1", "p1", 70), paid("r1", "p1", 70), paid("r1", "p1", 70)],
        ["OVR:p1 < CASH:drawer-1 70 refund_paid"],
    ),
    "refund elsewhere": ([elsewhere("x1", 40)], ["RFU:x1 < EXT 40 refund_elsewhere"]),
    "refund elsewhere onto a payment": (
        [*CREDIT_70, elsewhere("x1", 40), place("x1", payment="p1")], ["CR:p1 < RFU:x1 40 net_out"],
    ),
    "refund elsewhere onto a visit where money waits": (
        [collect("p1", ANN, 70, visit="v1"), elsewhere("x1", 40), place("x1", visit="v1")],
        ["RFU:x1:v1 < RFU:x1 40 place", "CRE:p1:v1 < RFU:x1:v1 40 net_out"],
    ),
    "N10: money onto the visit where the refund is": (
        [*CREDIT_70, elsewhere("x1", 70), place("x1", visit="v1"), move(ANN, line("p1", 70, "", "v1"))],
        ["CR:p1 < CRE:p1:v1 70 earmark", "CRE:p1:v1 < RFU:x1:v1 70 net_out"],
    ),
    "N10: the refund onto the visit where the money is": (
        [*CREDIT_70, elsewhere("x1", 70), move(ANN, line("p1", 70, "", "v1")), place("x1", visit="v1")],
        ["RFU:x1:v1 < RFU:x1 70 place", "CRE:p1:v1 < RFU:x1:v1 70 net_out"],
    ),
    "a refund placed and taken back off": (
        [elsewhere("x1", 70), place("x1", visit="v1"), place("x1")], ["RFU:x1 < RFU:x1:v1 70 place"],
    ),
    "money refunded elsewhere does not pay what appears": (
        [collect("p1", ANN, 70, visit="v1"), elsewhere("x1", 50), line_item("c1", 60)],
        ["AR:c1 < RESP:ann 60 charge", "CRE:p1:v1 < AR:c1 20 auto_allocate"],
    ),
    # Corrections and whole payments ---------------------------------------------------------------------------------
    "correction": ([*CREDIT_70, correct("p1", 30)], ["CR:p1 < CASH:drawer-1 30 correct"]),
    "correction of what was spent": (
        [*PAID_80, correct("p1", 30)], ["AR:c1 < CR:p1 30 release", "CR:p1 < CASH:drawer-1 30 correct"],
    ),
    "a corrected payment taken back": (
        [*CREDIT_70, correct("p1", 30), reverse("p1")], ["CR:p1 < CASH:drawer-1 40 reverse"],
    ),
    "a bounced check part of which was refunded": (
        [collect("p1", ANN, 70, tender="check"), request("r1", "p1", 30, tender="check"),
         paid("r1", "p1", 30, tender="check"), replace(reverse("p1"), act="bounced")],
        ["CR:p1 < CHK 40 reverse", "OVR:p1 < CHK 30 reverse"],
    ),
    "taken back from another drawer": (
        [*CREDIT_70, replace(reverse("p1"), drawer="drawer-2")], ["CR:p1 < CASH:drawer-2 70 reverse"],
    ),
    "money set aside for a daughter's visit is gathered": (
        [*CREDIT_70, move(ANN, line("p1", 30, "", "v4")), reverse("p1")],
        ["CRE:p1:v4 < CR:p1 30 gather", "CR:p1 < CASH:drawer-1 70 reverse"],
    ),
    # Adjustments and fees -------------------------------------------------------------------------------------------
    "discount": ([line_item("c1", 80), adjust("c1", 20)], ["DISC:ann < AR:c1 20 adjust"]),
    "courtesy": ([line_item("c1", 80), adjust("c1", 20, "courtesy")], ["DISC:ann < AR:c1 20 adjust"]),
    "write-off": ([line_item("c1", 80), adjust("c1", 80, "write_off")], ["WO:ann < AR:c1 80 adjust"]),
    "recovery": (
        [line_item("c1", 80), adjust("c1", 80, "write_off"), adjust("c1", 30, "recovery")],
        ["AR:c1 < WO:ann 30 adjust"],
    ),
    "a charge below its discount: so much of it lapses": (
        [line_item("c1", 80), adjust("c1", 50), line_item("c1", 30)],
        ["AR:c1 < DISC:ann 20 lapse", "RESP:ann < AR:c1 50 responsibility"],
    ),
    "a charge falls: payments give way before the discount": (
        [*PAID_80, line_item("c1", 100), adjust("c1", 20), line_item("c1", 90)],
        ["AR:c1 < CR:p1 10 release", "CR:p1 < CRE:p1:v1 10 earmark", "RESP:ann < AR:c1 10 responsibility"],
    ),
    "fee": ([fee("f1", 30)], ["AR:f1 < REV:ann 30 charge"]),
    "fee again, higher": ([fee("f1", 30), fee("f1", 45)], ["AR:f1 < REV:ann 15 responsibility"]),
    "fee taken off": ([fee("f1", 30), fee("f1", 0)], ["REV:ann < AR:f1 30 responsibility"]),
    "the same fee from two desks": ([fee("f1", 30), fee("f1", 30)], []),
    # Disputes -------------------------------------------------------------------------------------------------------
    "a bank takes money back": (
        [*CARD_50, opened("d1", "p1", 50, 15)], ["DISP:d1 < CARD:main 50 dispute", "FEE < CARD:main 15 dispute_fee"],
    ),
    "dispute won": ([*CARD_50, opened("d1", "p1", 50), closed("d1", "won")], ["CARD:main < DISP:d1 50 dispute_won"]),
    "dispute lost, the practice bears it": (
        [*CARD_50, opened("d1", "p1", 50), closed("d1", "absorbed")], ["CBL < DISP:d1 50 dispute_absorbed"],
    ),
    "dispute lost, the patient owes again": (
        [line_item("c1", 50), *CARD_50, allocate("p1", ANN, ("c1", 50)), opened("d1", "p1", 50),
         closed("d1", "owed_again")],
        ["AR:c1 < CR:p1 50 release", "CR:p1 < DISP:d1 50 chargeback"],
    ),
    # Rules and visits -----------------------------------------------------------------------------------------------
    "by rule, oldest credit first": (
        [AUTO, collect("p2", ANN, 20), collect("p1", ANN, 70), line_item("c1", 50)],
        ["AR:c1 < RESP:ann 50 charge", "CR:p2 < AR:c1 20 auto_allocate", "CR:p1 < AR:c1 30 auto_allocate"],
    ),
    "by rule, the visit's own money first, then money of other visits": (
        [AUTO_ANY, collect("p1", ANN, 20, visit="v2"), collect("p2", ANN, 10), collect("p3", ANN, 5, visit="v1"),
         line_item("c1", 30)],
        ["AR:c1 < RESP:ann 30 charge", "CRE:p3:v1 < AR:c1 5 auto_allocate", "CR:p2 < AR:c1 10 auto_allocate",
         "CRE:p1:v2 < CR:p1 15 unearmark", "CR:p1 < AR:c1 15 auto_allocate"],
    ),
    "a provider who does not let it gets nothing by rule": (
        [AUTO, *CREDIT_70, line_item("c3", 50)], ["AR:c3 < RESP:ann 50 charge"],
    ),
    "nothing by rule for a visit ahead": ([AUTO, *CREDIT_70, line_item("c7", 50)], ["AR:c7 < RESP:ann 50 charge"]),
    "when the patient is here, by rule": (
        [line_item("c1", 50), *CREDIT_70, AUTO, status("v1", "arrived")], ["CR:p1 < AR:c1 50 auto_allocate"],
    ),
    "when the patient is here, what waited for a visit ahead pays": (
        [line_item("c7", 30), *CREDIT_70, move(ANN, line("p1", 30, "", "v5")), status("v5", "checked_in")],
        ["CRE:p1:v5 < AR:c7 30 auto_allocate"],
    ),
    "checked in by a payment: what waits is left as its sheet showed it": (
        [line_item("c7", 30), *CREDIT_70, move(ANN, line("p1", 30, "", "v5")),
         replace(status("v5", "checked_in"), by_payment=True)],
        [],
    ),
    "and pays when the visit goes on": (
        [line_item("c7", 30), *CREDIT_70, move(ANN, line("p1", 30, "", "v5")),
         replace(status("v5", "checked_in"), by_payment=True), status("v5", "in_room")],
        ["CRE:p1:v5 < AR:c7 30 auto_allocate"],
    ),
    "H6: cancelled, what was paid waits there": (
        [*PAID_80, status("v1", "cancelled")], ["AR:c1 < CR:p1 80 release", "CR:p1 < CRE:p1:v1 80 earmark"],
    ),
    "H6: cancelled by its source": (
        [*PAID_80, visit("v1", "cancelled")], ["AR:c1 < CR:p1 80 release", "CR:p1 < CRE:p1:v1 80 earmark"],
    ),
    "H6: a fee stays paid": (
        [fee("f1", 30), *CREDIT_70, move(ANN, line("p1", 30, "", "f1")), status("v1", "cancelled")], [],
    ),
    "cancelled by mistake: what waits pays again": (
        [*PAID_80, status("v1", "cancelled"), status("v1", "confirmed")], ["CRE:p1:v1 < AR:c1 80 auto_allocate"],
    ),
    "money set aside for another visit stays there": (
        [AUTO, collect("p1", ANN, 20, visit="v2"), line_item("c1", 30)], ["AR:c1 < RESP:ann 30 charge"],
    ),
    # Families -------------------------------------------------------------------------------------------------------
    "set aside for a daughter's visit": (
        [*CREDIT_70, move(ANN, line("p1", 30, "", "v4"))], ["CR:p1 < CRE:p1:v4 30 earmark"],
    ),
    "what was set aside for a daughter stays hers on a bill of her own": (
        [*CREDIT_70, move(ANN, line("p1", 30, "", "v4")), line_item("c6", 60), move(ANN, line("p1", 30, "", "c6")),
         records.Patient(id=AMY, family="Quillfeather"), line_item("c6", 50)],
        ["AR:c6 < CR:p1 10 release", "CR:p1 < CRE:p1:v4 10 earmark", "RESP:amy < AR:c6 10 responsibility"],
    ),
    "a mother pays for her daughter's visit": (
        [collect("p1", ANN, 30, visit="v4"), line_item("c6", 20)],
        ["AR:c6 < RESP:amy 20 charge", "CRE:p1:v4 < AR:c6 20 auto_allocate"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", POSTED)
def test_what_is_posted(name: str) -> None:
    acts, expected = POSTED[name]
    play, world = Played(people()), MoneyWorld()
    for act in acts:
        play.do(act)
        world.act(act)
    assert moves(play.entries[-1]) == expected
    check_ledger(play.draft)
    lies_where_people_put_it(play.draft, world)


REFUSED: dict[str, tuple[list[object], str]] = {
    "move of zero": ([*CREDIT_70, move(ANN, line("p1", 0, "", "v1"))], "amount_not_positive"),
    "move of nothing": ([*CREDIT_70, move(ANN)], "amount_not_positive"),
    "move of a cent too much": (
        [line_item("c1", 90), *CREDIT_70, move(ANN, line("p1", 71, "", "c1"))], "not_that_much",
    ),
    "move of more than is owed": (
        [line_item("c1", 30), *CREDIT_70, move(ANN, line("p1", 31, "", "c1"))], "more_than_owed",
    ),
    "move of what is not there": ([*CREDIT_70, move(ANN, line("p1", 5, "v1", ""))], "credit_used"),
    "move to where it lies": ([*CREDIT_70, move(ANN, line("p1", 5, "", ""))], "same_place"),
    "move within a visit": (
        [collect("p1", ANN, 5, visit="v1"), move(ANN, line("p1", 5, "v1", "v1"))], "same_place",
    ),
    "S0-19: move to a charge of a visit ahead": (
        [line_item("c7", 30), *CREDIT_70, move(ANN, line("p1", 5, "", "c7"))], "future_visit",
    ),
    "S0-19: allocation to a charge of a visit ahead": (
        [line_item("c7", 30), *CREDIT_70, allocate("p1", ANN, ("c7", 5))], "future_visit",
    ),
    "move to another patient's charge": (
        [line_item("c5", 30), *CREDIT_70, move(ANN, line("p1", 5, "", "c5"))], "wrong_patient",
    ),
    "move to another patient's visit": ([*CREDIT_70, move(ANN, line("p1", 5, "", "v3"))], "wrong_patient"),
    "move of another patient's money": ([*CREDIT_70, move(BEN, line("p1", 5, "", "v3"))], "wrong_patient"),
    "move to a cancelled visit": (
        [status("v1", "cancelled"), *CREDIT_70, move(ANN, line("p1", 5, "", "v1"))], "visit_cancelled",
    ),
    "move to a charge of a cancelled visit": (
        [line_item("c1", 30), status("v1", "cancelled"), *CREDIT_70, move(ANN, line("p1", 5, "", "c1"))],
        "visit_cancelled",
    ),
    "move of a payment taken back": (
        [*CREDIT_70, reverse("p1"), move(ANN, line("p1", 5, "", "v1"))], "payment_reversed",
    ),
    "move of nobody's payment": ([move(ANN, line("p9", 5, "", "v1"))], "missing_dependency"),
    "move to nobody's charge": ([*CREDIT_70, move(ANN, line("p1", 5, "", "c9"))], "missing_dependency"),
    "move of an unknown way": (
        [*CREDIT_70, replace(move(ANN, line("p1", 5, "", "v1")), way="magic")], "reason_unknown",
    ),
    "N11: move of what was refunded elsewhere": (
        [line_item("c1", 80), collect("p1", ANN, 200), elsewhere("x1", 200), move(ANN, line("p1", 80, "", "c1"))],
        "refunded_elsewhere",
    ),
    "N11: what was refunded elsewhere counts against free credit first": (
        [line_item("c3", 80), collect("p1", ANN, 30), collect("p2", ANN, 50, visit="v1"), elsewhere("x1", 30),
         move(ANN, line("p1", 5, "", "c3"))],
        "refunded_elsewhere",
    ),
    "one of two lines": (
        [line_item("c1", 30), *CREDIT_70, move(ANN, line("p1", 30, "", "c1"), line("p1", 50, "", "v2"))],
        "not_that_much",
    ),
    "refund of a cent too much": ([*CARD_50, request("r1", "p1", 51)], "more_than_paid"),
    "refund of what was refunded": (
        [*CARD_50, request("r1", "p1", 30), request("r2", "p1", 21)], "more_than_paid",
    ),
    "refund of what a bank disputes": (
        [*CARD_50, opened("d1", "p1", 20), request("r1", "p1", 31)], "disputed",
    ),
    "refund of what a bank keeps": (
        [*CARD_50, opened("d1", "p1", 20), closed("d1", "absorbed"), request("r1", "p1", 31)], "disputed",
    ),
    "refund of what went back elsewhere": (
        [*CARD_50, elsewhere("x1", 50), request("r1", "p1", 10)], "refunded_elsewhere",
    ),
    "refund of zero": ([*CARD_50, request("r1", "p1", 0)], "amount_not_positive"),
    "refund without a known reason": (
        [*CARD_50, replace(request("r1", "p1", 5), reason="felt like it")], "reason_unknown",
    ),
    "refund of a payment taken back": ([*CARD_50, reverse("p1"), request("r1", "p1", 5)], "payment_reversed"),
    "refund under a used id": ([*CARD_50, request("r1", "p1", 5), request("r1", "p1", 5)], "refund_id_used"),
    "refund to another patient": ([*CARD_50, request("r1", "p1", 5, patient_id=BEN)], "wrong_patient"),
    "refund of nobody's payment": ([request("r1", "p1", 5)], "missing_dependency"),
    "spending what is being refunded": (
        [line_item("c1", 80), *CREDIT_70, request("r1", "p1", 70), allocate("p1", ANN, ("c1", 10))], "credit_used",
    ),
    "discount of more than is owed": ([line_item("c1", 80), adjust("c1", 81)], "more_than_owed"),
    "discount of zero": ([line_item("c1", 80), adjust("c1", 0)], "amount_not_positive"),
    "discount for an unknown reason": (
        [line_item("c1", 80), replace(adjust("c1", 5), reason_code="NOSUCH")], "reason_unknown",
    ),
    "discount with a reason of write-offs": (
        [line_item("c1", 80), replace(adjust("c1", 5), reason_code="SMALL")], "reason_unknown",
    ),
    "discount of an unknown group": ([line_item("c1", 80), replace(adjust("c1", 5), group="XX")], "reason_unknown"),
    "discount on nobody's charge": ([adjust("c1", 5)], "missing_dependency"),
    "discount on another patient's charge": (
        [line_item("c1", 80), adjust("c1", 5, patient_id=BEN)], "other_patient",
    ),
    "recovery of more than was written off": (
        [line_item("c1", 80), adjust("c1", 20, "write_off"), adjust("c1", 21, "recovery")], "not_that_much",
    ),
    "fee of zero": ([fee("f1", 0)], "amount_not_positive"),
    "fee onto a charge": ([line_item("c1", 80), fee("c1", 5)], "not_a_fee"),
    "placing a refund twice": (
        [*CREDIT_70, elsewhere("x1", 40), place("x1", payment="p1"), place("x1", payment="p1")], "already_netted",
    ),
    "placing a refund on another patient's visit": ([elsewhere("x1", 40), place("x1", visit="v3")], "wrong_patient"),
    "placing a refund nowhere new": ([elsewhere("x1", 40), place("x1")], "same_place"),
    "undo of a payment": ([*CREDIT_70, undo(ANN, nth(1))], "cannot_undo"),
    "undo of a refund": ([*CREDIT_70, request("r1", "p1", 5), undo(ANN, nth(2))], "cannot_undo"),
    "undo twice": (
        [*CREDIT_70, move(ANN, line("p1", 5, "", "v1")), undo(ANN, nth(2)), undo(ANN, nth(2))], "already_undone",
    ),
    "undo of an undo": (
        [*CREDIT_70, move(ANN, line("p1", 5, "", "v1")), undo(ANN, nth(2)), undo(ANN, nth(3))], "cannot_undo",
    ),
    "undo of an allocation whose charge fell since": (
        [*PAID_80, line_item("c1", 40), undo(ANN, nth(3))], "cannot_undo",
    ),
    "undo of an allocation part of which was refunded since": (
        [*PAID_80, request("r1", "p1", 5), undo(ANN, nth(3))], "cannot_undo",
    ),
    "undo of a discount that lapsed": (
        [line_item("c1", 80), adjust("c1", 50), line_item("c1", 30), undo(ANN, nth(2))], "cannot_undo",
    ),
    "undo of a write-off that was recovered": (
        [line_item("c1", 80), adjust("c1", 50, "write_off"), adjust("c1", 50, "recovery"), undo(ANN, nth(2))],
        "cannot_undo",
    ),
    "undo of an earmark that was spent": (
        [*CREDIT_70, move(ANN, line("p1", 70, "", "v1")), line_item("c1", 50), undo(ANN, nth(2))], "cannot_undo",
    ),
    "undo onto a visit cancelled since": (
        [*PAID_80, line_item("c3", 80), move(ANN, line("p1", 80, "c1", "c3")), status("v1", "cancelled"),
         undo(ANN, nth(5))],
        "visit_cancelled",
    ),
    "undo of somebody else's act": (
        [*CREDIT_70, move(ANN, line("p1", 5, "", "v1")), undo(BEN, nth(2))], "wrong_patient",
    ),
    "undo of what never was": ([undo(ANN, nth(99))], "missing_dependency"),
    "allocation of what is paid": (
        [*PAID_80, collect("p2", ANN, 5), allocate("p2", ANN, ("c1", 5))], "more_than_owed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_posts_nothing(name: str) -> None:
    acts, reason = REFUSED[name]
    play = Played([*people(), *acts[:-1]])
    before = {account: (d.debits, d.credits) for account, d in play.draft.deltas.items()}
    entry = play.do(acts[-1])
    assert (entry.verdict, entry.reason, entry.transfers) == (Verdict.REJECTED, reason, ())
    assert {account: (d.debits, d.credits) for account, d in play.draft.deltas.items()} == before
    check_ledger(play.draft)


LOOKED_AT: dict[str, tuple[list[object], Verdict, str]] = {
    "refund that nobody granted": ([*CREDIT_70, paid("r1", "p1", 20)], Verdict.EXCEPTED, "refund_not_granted"),
    "refund beyond the payment": ([*CREDIT_70, paid("r1", "p1", 71)], Verdict.EXCEPTED, "more_than_paid"),
    "refund of nobody's payment": ([paid("r1", "p1", 5)], Verdict.EXCEPTED, "missing_dependency"),
    "refund of zero": ([*CREDIT_70, paid("r1", "p1", 0)], Verdict.QUARANTINED, "amount_not_positive"),
    "correction beyond the payment": ([*CREDIT_70, correct("p1", 71)], Verdict.EXCEPTED, "more_than_paid"),
    "correction of nobody's payment": ([correct("p1", 5)], Verdict.EXCEPTED, "missing_dependency"),
    "taken back, part was refunded": (
        [*CREDIT_70, request("r1", "p1", 20), reverse("p1")], Verdict.EXCEPTED, "partly_given_back",
    ),
    "failed though it was paid": (
        [*CREDIT_70, request("r1", "p1", 20), paid("r1", "p1", 20), failed("r1")],
        Verdict.QUARANTINED, "refund_paid",
    ),
    "failed, never granted": ([failed("r1")], Verdict.ACCEPTED, ""),
    "handed back twice": (
        [*CREDIT_70, request("r1", "p1", 20), paid("r1", "p1", 20), undone("r1"), undone("r1")],
        Verdict.QUARANTINED, "refund_undone",
    ),
    "elsewhere twice": ([elsewhere("x1", 5), elsewhere("x1", 5)], Verdict.QUARANTINED, "known_already"),
    "elsewhere under a used id": ([elsewhere("x1", 5), elsewhere("x1", 6)], Verdict.QUARANTINED, "refund_id_used"),
    "elsewhere of zero": ([elsewhere("x1", 0)], Verdict.QUARANTINED, "amount_not_positive"),
    "dispute of nobody's payment": ([opened("d1", "p1", 5)], Verdict.EXCEPTED, "missing_dependency"),
    "dispute under a used id": (
        [*CARD_50, opened("d1", "p1", 5), opened("d1", "p1", 5)], Verdict.QUARANTINED, "dispute_id_used",
    ),
    "dispute closed twice": (
        [*CARD_50, opened("d1", "p1", 5), closed("d1", "won"), closed("d1", "won")],
        Verdict.QUARANTINED, "dispute_closed",
    ),
    "dispute closed that never was": ([closed("d1", "won")], Verdict.QUARANTINED, "missing_dependency"),
    "dispute of what was refunded, lost": (
        [*CARD_50, request("r1", "p1", 50), paid("r1", "p1", 50), opened("d1", "p1", 50), closed("d1", "owed_again")],
        Verdict.EXCEPTED, "more_than_paid",
    ),
    "a fee from another program": (
        [replace(line_item("c1", 5), kind="fee")], Verdict.QUARANTINED, "charge_is_a_fee",
    ),
    "a fee changed by another program": ([fee("f1", 5), replace(line_item("c1", 9), id="f1")], Verdict.QUARANTINED,
                                         "charge_is_a_fee"),
    "an unknown billing status": (
        [bodies.VisitBilling(appointment_id="v1", patient_id=ANN, billing_status="lost")],
        Verdict.QUARANTINED, "status_unknown",
    ),
    "an empty custom status": ([status("v1", "custom: ")], Verdict.QUARANTINED, "status_unknown"),
    "a custom status": ([status("v1", "custom:Fasting")], Verdict.ACCEPTED, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOKED_AT)
def test_facts_stand_and_are_looked_at(name: str) -> None:
    acts, verdict, reason = LOOKED_AT[name]
    play, world = Played(people()), MoneyWorld()
    for act in acts:
        entry = play.do(act)
        world.act(act)
    assert (entry.verdict, entry.reason) == (verdict, reason)
    check_ledger(play.draft)
    lies_where_people_put_it(play.draft, world)


def test_a_status_of_the_desk_stands_until_the_source_says_something_new() -> None:
    play = Played([*people(), status("v1", "arrived"), visit("v1")])
    assert play.draft.appointment("v1").status == "arrived"  # type: ignore[union-attr]
    play.do(visit("v1", "cancelled"))
    assert play.draft.appointment("v1").status == "cancelled"  # type: ignore[union-attr]


def test_who_stands_for_whom() -> None:
    play = Played(people())
    assert [play.draft.guarantor_of(who) for who in (ANN, AMY, BEN)] == [ANN, ANN, BEN]
    play.do(records.Patient(id=AMY, family="Quillfeather"))
    play.do(collect("p1", ANN, 20))
    entry = play.do(move(ANN, line("p1", 5, "", "v4")))
    assert entry.reason == "wrong_patient"
