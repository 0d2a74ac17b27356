"""What an act of a case does at a desk. Every verb looks first (the dialog opens, the preview is made) and returns what
Enter would do then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.close_views import CashCount, Counted
from app.fees import BOUNCED, fee_id
from app.lanes import Job
from app.money_views import AdjustOrder, FeeOrder, MoveOrder, Where
from app.moves import MoveFrom
from app.refund_views import RefundOrder, TakeBack, TakeBackOrder
from app.views import CollectRequest, CollectSheet, TenderKind
from models.basics.errors import RuleBroken
from models.operations import bodies, records
from models.rules.adjusting import reasons_for
from models.rules.plans import asked_for
from models.store.plan_acts import finance_id
from models.store.queries import recorded
from tests.cases.desk import MANAGER, CaseDesk
from tests.cases.reading import CaseWrong

Values = Mapping[str, Any]
Enter = Callable[[], None]


def prepare(desk: CaseDesk, name: str, values: Values) -> Enter:
    """Look at what an act would do; the answer does it. Both raise RuleBroken for what cannot be."""
    return _VERBS[name](desk, values)


# From elsewhere -----------------------------------------------------------------------------------------------------


def visit_record(desk: CaseDesk, values: Values) -> records.Appointment:
    """A visit as its source says it, at nine in the morning."""
    day = str(values["date"])
    return records.Appointment(
        id=values["id"], patient_id=values["patient"], starts_at=f"{day}T16:00:00.000Z", service_date=day,
        status=values.get("status", "scheduled"), practitioner_id=values.get("provider", ""),
        payment_profile=values.get("payment_profile", ""), title="Visit",
    )  # fmt: skip


def _charge(desk: CaseDesk, values: Values) -> Enter:
    with desk.store.reader() as reader:
        known = recorded.one(reader, desk.store.tenant, records.Charge, values["id"])
        visit = recorded.one(reader, desk.store.tenant, records.Appointment, values.get("visit", ""))
    if known is None:
        patient = values.get("patient") or (visit.patient_id if visit else "")
        day = values.get("date") or (visit.service_date if visit else desk.today)
        known = records.Charge(
            id=values["id"], patient_id=patient, service_date=day, description="Visit", responsibility_cents=0,
            appointment_id=values.get("visit", ""), practitioner_id=values.get("provider", ""),
        )  # fmt: skip
    body = replace(known, responsibility_cents=values["owes"], insurance_pending=values.get("pending", False))
    return lambda: _quietly(desk.record(body))


def _visit(desk: CaseDesk, values: Values) -> Enter:
    return lambda: _quietly(desk.visits.set_status(values["id"], values["status"], MANAGER))


def _settings(desk: CaseDesk, values: Values) -> Enter:
    return lambda: desk.rules.change(MANAGER, **rules_of(values))


def rules_of(values: Values) -> dict[str, Any]:
    """Settings of a case as fields of the practice's rules."""
    limits = {"refund_limit", "adjust_limit", "no_show_fee", "bounced_check_fee", "plan_least_monthly",
              "plan_least_balance", "plan_most_balance"}  # fmt: skip
    return {f"{name}_cents" if name in limits else name: value for name, value in values.items()}


def _provider(desk: CaseDesk, values: Values) -> Enter:
    return lambda: desk.rules.opt_in(MANAGER, values["id"], values["auto_allocate"])


def _day(desk: CaseDesk, values: Values) -> Enter:
    return lambda: desk.turn_to(values["date"])


def _refund_elsewhere(desk: CaseDesk, values: Values) -> Enter:
    body = bodies.RefundElsewhere(refund_id=values["id"], patient_id=values["patient"], amount_cents=values["amount"],
                                  tender="external")  # fmt: skip
    desk.names.refunds[values["id"]] = values["id"]
    return lambda: _quietly(desk.record(body))


# Money in -----------------------------------------------------------------------------------------------------------


def _pay(desk: CaseDesk, values: Values) -> Enter:
    by = values.get("by", "cash")
    if by in ("card", "external"):
        return _pay_by_record(desk, values, by)
    sheet = desk.checkout.open(values["patient"], values.get("visit", ""))
    keys = {line.charge_id: line.key for line in sheet.lines if line.charge_id}
    wanted = {desk.names.charge(name): cents for name, cents in values.get("to", {}).items()}
    missing = sorted(wanted.keys() - keys.keys())
    if missing:
        raise RuleBroken("collect.line_unknown")
    extra = values.get("amount", sum(wanted.values())) - sum(wanted.values())
    request = CollectRequest(
        sheet=sheet, amounts={keys[charge]: cents for charge, cents in wanted.items()},
        use_credit=values.get("use_credit", False), tender=TenderKind(by), person=MANAGER, extra_cents=extra,
        extra_for=_extra_for(sheet, values.get("visit", "")), tendered_cents=values.get("tendered", 0),
        check_no="2281" if by == "check" else "", print_receipt=False,
    )  # fmt: skip

    def enter() -> None:
        desk.names.payments[values.get("id", "")] = desk.checkout.collect(request, Job()).payment_id

    return enter


def _extra_for(sheet: CollectSheet, visit: str) -> str:
    """Money beyond the line items waits at the visit while that has no charges; otherwise it is credit."""
    return visit if visit and not sheet.visit_charged else ""


def _pay_by_record(desk: CaseDesk, values: Values, by: str) -> Enter:
    """What a reader approved, or another program took: the facts as they come."""
    name, patient, visit = values.get("id", ""), values["patient"], values.get("visit", "")
    desk.names.payments[name] = name
    lines = tuple(bodies.AllocationLine(charge_id=desk.names.charge(charge), amount_cents=cents)
                  for charge, cents in values.get("to", {}).items())  # fmt: skip
    collect = bodies.Collect(
        payment_id=name, patient_id=patient, tender=by, amount_cents=values["amount"], number=name,
        receipt_no=f"R-{name}", appointment_id=visit,
        card=bodies.CardFacts(brand="Visa", last4="4242", host_ref="77", terminal_txn_no="9") if by == "card" else None,
    )  # fmt: skip
    spend = [bodies.Allocate(allocation_id=f"a-{name}", lot_payment_id=name, patient_id=patient, lines=lines)] if (
        lines) else []  # fmt: skip
    return lambda: _quietly(desk.record(collect, *spend))


# Money on account ---------------------------------------------------------------------------------------------------


def _move(desk: CaseDesk, values: Values) -> Enter:
    payment = _payment(desk, values["payment"])
    origin, target = values.get("from", ""), values.get("to", "")
    where = Where(payment, desk.names.charge(origin) if _is_charge(desk, origin) else "",
                  origin if _is_visit(desk, origin) else "")  # fmt: skip
    sheet = desk.moves.open(MoveFrom(values["patient"], payment, where.appointment_id, where.charge_id))
    charge = desk.names.charge(target) if _is_charge(desk, target) else ""
    place = _place_key(desk, sheet.places, target, charge)
    preview = desk.moves.preview(MoveOrder(sheet, where.key, place, values["amount"], charge))
    return lambda: _did(desk, values, desk.moves.do(preview, MANAGER).op_ids)


def _place_key(desk: CaseDesk, places: Any, target: str, charge_id: str) -> str:
    if not target:
        return "credit"
    for place in places:
        if charge_id and any(item.charge_id == charge_id for item in place.items):
            return str(place.key)
        if not charge_id and place.appointment_id == target:
            return str(place.key)
    return "nowhere"


def _fill(desk: CaseDesk, values: Values) -> Enter:
    sheet = desk.fills.open(values["patient"])
    preview = desk.fills.preview(sheet, {desk.names.charge(name) for name in values["items"]})
    return lambda: _did(desk, values, desk.fills.do(preview, MANAGER).op_ids)


def _autofill(desk: CaseDesk, values: Values) -> Enter:
    preview = desk.fills.auto(values["patient"])
    return lambda: _did(desk, values, desk.fills.do(preview, MANAGER).op_ids)


def _undo(desk: CaseDesk, values: Values) -> Enter:
    named = desk.names.acts.get(values["of"], values["of"]) if "of" in values else ""
    preview = desk.undoing.last(values["patient"], MANAGER, named)
    return lambda: _quietly(desk.undoing.do(preview, MANAGER))


def _net(desk: CaseDesk, values: Values) -> Enter:
    sheet = desk.netting.open(values["refund"])
    payment = desk.names.payments.get(values.get("payment", ""), "")
    for place in sheet.places:
        if (place.payment_id, place.appointment_id) == (payment, values.get("visit", "")):
            desk.netting.preview(sheet, place)
            return lambda: _quietly(desk.netting.place(sheet, place, MANAGER))
    raise RuleBroken("refund.net_nowhere")


# Owed less, or more -------------------------------------------------------------------------------------------------


def _adjust(desk: CaseDesk, values: Values) -> Enter:
    charge, kind = desk.names.charge(values["charge"]), values["kind"]
    offered = reasons_for(kind)
    code = values.get("reason", offered[0].code if offered else "")
    group = values.get("group", next((reason.group for reason in offered if reason.code == code), "PR"))
    sheet = desk.adjustments.open(_owner(desk, charge), charge)
    preview = desk.adjustments.preview(AdjustOrder(sheet, charge, kind, group, code, values["amount"]))
    return lambda: _did(desk, values, desk.adjustments.do(preview, MANAGER).op_ids)


def _fee(desk: CaseDesk, values: Values) -> Enter:
    sheet = desk.fees.open(values["patient"], values.get("visit", ""))
    code = {"no_show": "NOSHOW", "bounced": "NSF"}.get(values.get("kind", ""), "FEE")
    choice = next(each for each in sheet.choices if each.code == code)
    desk.names.charges[values["id"]] = choice.charge_id
    order = FeeOrder(sheet, choice.charge_id, "Other fee" if code == "FEE" else "",
                     values.get("amount", choice.cents))  # fmt: skip
    preview = desk.fees.preview(order)
    return lambda: _quietly(desk.fees.do(preview, MANAGER))


# Money out ----------------------------------------------------------------------------------------------------------


def _refund(desk: CaseDesk, values: Values) -> Enter:
    payment = _payment(desk, values["payment"])
    sheet = desk.refunds.open(payment, desk.names.charge(values["charge"]) if "charge" in values else "")
    by = values.get("by", "")
    note, check = ("agreed with the patient", "1007") if by else ("", "1007" if sheet.way(by).tender == "check" else "")
    order = RefundOrder(sheet, values["amount"], "patient_request", by, note, check)
    desk.refunds.preview(order)
    desk.names.refunds[values.get("id", "")] = sheet.refund_id
    return lambda: _quietly(desk.refunds.refund(order, MANAGER, Job()))


def _refund_back(desk: CaseDesk, values: Values) -> Enter:
    return lambda: _quietly(desk.refunds.undo(desk.names.refunds[values["refund"]], "a mistake", MANAGER))


def _take_back(act: TakeBack) -> Callable[[CaseDesk, Values], Enter]:
    def verb(desk: CaseDesk, values: Values) -> Enter:
        payment = _payment(desk, values["payment"])
        sheet = desk.taking_back.open(act, payment)
        order = TakeBackOrder(sheet, "a mistake", amount_cents=values.get("amount", 0), fee_cents=values.get("fee", 0))
        if act is TakeBack.VOID and sheet.card:
            return _voided_by_reader(desk, payment)
        desk.taking_back.preview(order)
        if act is TakeBack.DISPUTE:
            desk.names.disputes[values["id"]] = (payment, sheet.act_id)
        if order.fee_cents:
            desk.names.charges[values["id"]] = fee_id(desk.store.tenant, payment, BOUNCED)
        return lambda: _quietly(desk.taking_back.do(order, MANAGER, Job()))

    return verb


def _voided_by_reader(desk: CaseDesk, payment_id: str) -> Enter:
    """No reader is here: what one answers to a void of the whole sale, as a fact."""
    rows = desk.ask("SELECT patient_id, amount_cents FROM payment WHERE payment_id = ?", payment_id)
    body = bodies.Reverse(payment_id=payment_id, patient_id=rows[0][0], reason="a mistake",
                          reversal_id=f"v-{payment_id}", receipt_no=f"R-v-{payment_id}",
                          given_back_cents=rows[0][1])  # fmt: skip
    return lambda: _quietly(desk.record(body))


def _dispute_end(desk: CaseDesk, values: Values) -> Enter:
    payment, dispute = desk.names.disputes[values["dispute"]]
    sheet = desk.taking_back.open(TakeBack.DISPUTE_END, payment, dispute)
    order = TakeBackOrder(sheet, "", outcome=values["outcome"])
    desk.taking_back.preview(order)
    return lambda: _quietly(desk.taking_back.do(order, MANAGER, Job()))


def _paid_back(desk: CaseDesk, values: Values) -> Enter:
    """Money of a payment went back, as a fact, whether that payment is known here or not."""
    name = values["id"]
    desk.names.refunds[name] = name
    body = bodies.RefundPaid(
        refund_id=name, payment_id=str(desk.names.payments.get(values["payment"]) or values["payment"]),
        patient_id=values["patient"], amount_cents=values["amount"], tender="cash", receipt_no=f"R-{name}",
        drawer=desk.clinic.identity.device_id,
    )  # fmt: skip
    return lambda: _quietly(desk.record(body))


# People with two records --------------------------------------------------------------------------------------------


def _merge(desk: CaseDesk, values: Values) -> Enter:
    desk.merging.open(values["patient"], values["into"])
    return lambda: _quietly(desk.merging.merge(values["patient"], values["into"], MANAGER))


def _part(desk: CaseDesk, values: Values) -> Enter:
    return lambda: _quietly(desk.merging.part(values["patient"], values.get("reason", "two people"), MANAGER))


# The drawer and the day ---------------------------------------------------------------------------------------------


def _float(desk: CaseDesk, values: Values) -> Enter:
    return lambda: desk.day_close.open_drawer(values["amount"], MANAGER)


def _drawer(kind: str) -> Callable[[CaseDesk, Values], Enter]:
    def verb(desk: CaseDesk, values: Values) -> Enter:
        return lambda: desk.day_close.move(kind, values["amount"], values.get("reason", ""), MANAGER)

    return verb


def _close(desk: CaseDesk, values: Values) -> Enter:
    """Every check is in hand but those that are missing."""
    missing = {_payment(desk, name) for name in values.get("missing", ())}
    here = frozenset(line.payment_id for line in desk.day_close.view().checks) - missing
    seen = desk.day_close.review(Counted(CashCount(rolls_cents=values["cash"]), here))
    return lambda: _quietly(desk.day_close.close(seen, values.get("reason", ""), MANAGER))


def _late(desk: CaseDesk, values: Values) -> Enter:
    """What a reader or another desk says of a day gone by: a fact with its own business date."""
    name = values["id"]
    desk.names.payments[name] = name
    body = bodies.Collect(payment_id=name, patient_id=values["patient"], tender=values.get("by", "card"),
                          amount_cents=values["amount"], number=name, receipt_no=f"R-{name}")  # fmt: skip

    def enter() -> None:
        with desk.store.write() as tx:
            tx.record(body, person_id=MANAGER.staff_id, business_date=str(values["date"]))

    return enter


def _slip_deleted(desk: CaseDesk, _values: Values) -> Enter:
    slip = desk.ask("SELECT deposit_id FROM deposit WHERE deleted_at = ''")[0][0]
    return lambda: desk.day_close.delete_deposit(slip, "wrong account", MANAGER)


# Payment plans ------------------------------------------------------------------------------------------------------


def _plan(desk: CaseDesk, values: Values) -> Enter:
    """An agreement; with `start` it is accepted and put into force at once."""
    page = desk.plans.begin(values["patient"])
    items = [desk.names.charge(name) for name in values.get("items", ())]
    form = replace(
        page.form, charge_ids=tuple(items) or page.form.charge_ids, discount=_typed(values.get("discount", 0)),
        payments=str(values.get("payments", 1)), payment=_typed(values.get("each", 0)),
        down=_typed(values.get("down", 0)), apr=values.get("apr", ""), frequency=values.get("frequency", "monthly"),
        first=str(values.get("begins", desk.today)), day=values.get("day", 0),
    )  # fmt: skip
    desk.plans.work_out(page, form)

    def enter() -> None:
        desk.names.plans[values["id"]] = form.plan_id
        desk.names.charges[f"{values['id']} interest"] = finance_id(desk.store.tenant, form.plan_id)
        saved = desk.plans.save(page, form, MANAGER)
        if values.get("start", False):
            desk.plans.accept(saved, "Rosa Quillfeather", "paper", MANAGER)
            desk.plans.activate(form.plan_id, MANAGER)

    return enter


def _plan_change(desk: CaseDesk, values: Values) -> Enter:
    page = desk.plans.open(desk.names.plans[values["plan"]])
    changed: dict[str, Any] = {"discount": _typed(values["discount"])} if "discount" in values else {}
    changed |= {"payments": str(values["payments"]), "payment": ""} if "payments" in values else {}
    return lambda: _quietly(desk.plans.save(page, replace(page.form, **changed), MANAGER))


def _plan_anew(desk: CaseDesk, values: Values) -> Enter:
    """New terms for a plan in force; with `start` they are accepted and take its place at once."""
    page = desk.plans.change(desk.names.plans[values["plan"]])
    form = replace(
        page.form, payments=str(values.get("payments", page.form.payments)), apr=values.get("apr", page.form.apr),
        first=str(values.get("begins", page.form.first)),
    )  # fmt: skip
    desk.plans.work_out(page, form)

    def enter() -> None:
        desk.names.plans[values["id"]] = form.plan_id
        saved = desk.plans.save(page, form, MANAGER)
        if values.get("start", False):
            desk.plans.accept(saved, "Rosa Quillfeather", "paper", MANAGER)
            desk.plans.activate(form.plan_id, MANAGER)

    return enter


def _plan_accept(desk: CaseDesk, values: Values) -> Enter:
    page = desk.plans.open(desk.names.plans[values["plan"]])
    return lambda: _quietly(desk.plans.accept(page, "Rosa Quillfeather", "terms", MANAGER))


def _plan_act(act: str) -> Callable[[CaseDesk, Values], Enter]:
    def verb(desk: CaseDesk, values: Values) -> Enter:
        plan_id = desk.names.plans[values["plan"]]
        numbers = (values["number"],) if "number" in values else ()
        return lambda: _quietly(getattr(desk.plans, act)(plan_id, *numbers, MANAGER))

    return verb


def _plan_pay(desk: CaseDesk, values: Values) -> Enter:
    """Cash for a payment of a plan, or for all that is left of it."""
    plan_id = desk.names.plans[values["plan"]]
    patient = desk.ask("SELECT patient_id FROM plan WHERE plan_id = ?", plan_id)[0][0]
    if "number" not in values:
        desk.plans.ready_to_pay_off(plan_id, MANAGER)
    sheet = desk.checkout.open(patient, "", asked_for(plan_id, values.get("number", 0)))
    assert sheet.asked is not None
    left, amounts = values.get("amount", sheet.asked.cents), dict[str, int]()
    turns = {charge_id: turn for turn, charge_id in enumerate(sheet.asked.charge_ids)}
    for line in sorted(sheet.lines, key=lambda line: turns.get(line.charge_id, len(turns))):
        part = min(left, line.owes_cents) if line.charge_id in turns else 0
        if part:
            amounts[line.key] = part
            left -= part
    request = CollectRequest(
        sheet=sheet, amounts=amounts, use_credit=False, tender=TenderKind.CASH, person=MANAGER, extra_cents=left,
        print_receipt=False, request_id=sheet.asked.request_id,
    )  # fmt: skip

    def enter() -> None:
        name = values.get("id", f"{values['plan']} {values.get('number', 'all')}")
        desk.names.payments[name] = desk.checkout.collect(request, Job()).payment_id

    return enter


def _typed(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}" if cents else ""


# Inside -------------------------------------------------------------------------------------------------------------


def _did(desk: CaseDesk, values: Values, op_ids: tuple[str, ...]) -> None:
    desk.names.acts[values.get("id", "")] = op_ids[-1]


def _quietly(_answer: object) -> None:
    return None


def _payment(desk: CaseDesk, name: str) -> str:
    found = desk.names.payments.get(name)
    if found is None:
        raise CaseWrong(f"no payment is called {name!r} yet")
    return found


def _owner(desk: CaseDesk, charge_id: str) -> str:
    rows = desk.ask("SELECT patient_id FROM charge WHERE id = ?", charge_id)
    return str(rows[0][0]) if rows else ""


def _is_charge(desk: CaseDesk, name: str) -> bool:
    return bool(name) and bool(desk.ask("SELECT 1 FROM charge WHERE id = ?", desk.names.charge(name)))


def _is_visit(desk: CaseDesk, name: str) -> bool:
    return bool(name) and bool(desk.ask("SELECT 1 FROM appointment WHERE id = ?", name))


_VERBS: dict[str, Callable[[CaseDesk, Values], Enter]] = {
    "day": _day, "charge": _charge, "visit": _visit, "settings": _settings, "provider": _provider,
    "refund_elsewhere": _refund_elsewhere, "pay": _pay, "move": _move, "fill": _fill, "autofill": _autofill,
    "undo": _undo, "net": _net, "adjust": _adjust, "fee": _fee, "refund": _refund, "refund_back": _refund_back,
    "void": _take_back(TakeBack.VOID), "delete": _take_back(TakeBack.DELETE), "correct": _take_back(TakeBack.CORRECT),
    "bounce": _take_back(TakeBack.BOUNCE), "dispute": _take_back(TakeBack.DISPUTE), "dispute_end": _dispute_end,
    "paid_back": _paid_back, "merge": _merge, "part": _part,
    "float": _float, "paid_out": _drawer("paid_out"), "paid_in": _drawer("paid_in"), "close": _close, "late": _late,
    "slip_deleted": _slip_deleted,
    "plan": _plan, "plan_change": _plan_change, "plan_anew": _plan_anew,
    "plan_accept": _plan_accept, "plan_start": _plan_act("activate"),
    "plan_pay": _plan_pay, "plan_skip": _plan_act("skip"), "plan_pay_off": _plan_pay,
    "plan_cancel": _plan_act("cancel"),
}  # fmt: skip
