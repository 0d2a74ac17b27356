"""One-time links at the desk: the panel in every state, the forms, the list; that they hold in every look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget

from app.card_reader import CardReader
from app.lanes import Lane
from app.link_views import LinkAddress, LinkLine, LinkOffer, LinksPage, SlipSheet
from app.links import Links
from app.message_lines import MessageLine
from app.messages import Messages, Way
from app.plans import Plans
from app.signin import SignIn
from app.views import PatientHead, Roll
from models.operations.links import LinkIssue, LinkRevoke
from models.operations.online import OnlineItem
from models.operations.records import Channels, Rules, Staff
from models.rules.links import Key, LinkState, LinkWhich
from models.store.queries import link_list
from receipts.document import ClinicBlock
from receipts.layouts.slip_roll import slip_blocks
from receipts.link_slip import LinkSlip
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.printing_office import papers_of
from tests.support.windows import FULL, LOOKS, clipped, picture, press, shown, type_text, unfit
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.speech import Notice, Speech
from widgets.links.act import LinkActs
from widgets.links.dialog import AgainDialog, CodeDialog, LinkDialog, SlipDialog, TakeBackDialog
from widgets.links.panel import LinkPanel
from widgets.links.presenter import Doors, LinksPresenter
from widgets.links.state import AWAY, LinksState, PanelState, Shown, links_state, made_words, sent_words
from widgets.links.view import LinksView

pytestmark = pytest.mark.usefixtures("themed")
TODAY, ZONE = date(2026, 5, 14), ZoneInfo("America/New_York")
NOW = datetime(2026, 5, 14, 14, 15, tzinfo=ZONE)
INGRID = PatientHead("ingrid", "Ingrid Sørensen", "IS", date(1974, 12, 2), 51, "0040217", "(555) 010-3391",
                     "ingrid.s@example.com")  # fmt: skip
LONG = PatientHead("max", "Maximiliana-Theodora Wolfeschlegelsteinhausen-Featherstonehaugh", "MW", date(1931, 12, 31),
                   94, "f4673866-a-very-long-number-b480")  # fmt: skip
ADDRESS = "https://pay.alder-street-family-medicine.example/pay/" + "aB3_dE6-gH9" * 6
TEXTED = MessageLine("m1", "ingrid", "text", "(555) 010-3391", ("link:l",), ("",), "sent", "", NOW)
EMAILED = MessageLine("m2", "ingrid", "email", "ingrid.s@example.com", ("link:l",), ("",), "failed", "", NOW)
NEXT: Key = ("2026-05-03T14:00:00.000Z", "l")
SPEECH = Speech(lambda: ZONE)


def line(state: LinkState = LinkState.OPEN, **more: Any) -> LinkLine:
    """A link in a state."""
    usable = state in (LinkState.OPEN, LinkState.CHANGED)
    known: dict[str, Any] = {
        "link_id": f"l-{state}", "patient": INGRID, "subject": "request", "subject_id": "q", "amount_cents": 32000,
        "due_cents": 12000 if state is LinkState.CHANGED else 32000 if usable else 0, "state": state, "issued_at": NOW,
        "issued_by": "Maria Delgado", "expires_on": date(2026, 5, 21), "note": "", "sent": (TEXTED,),
        "ended_at": NOW if state in (LinkState.PAID, LinkState.REVOKED) else None,
        "ended_by": "Priya Nair" if state is LinkState.REVOKED else "",
        "paid_cents": 32000 if state is LinkState.PAID else 0, "payment_id": "p" if state is LinkState.PAID else "",
    }  # fmt: skip
    return LinkLine(**{**known, **more})


def offer(**more: Any) -> LinkOffer:
    """A link that may be made."""
    known: dict[str, Any] = {
        "link_id": "l", "patient": INGRID, "subject": "balance", "subject_id": "",
        "items": (OnlineItem(charge_id="c", amount_cents=150000),), "owed_cents": 150000,
        "email": Way("email", "ingrid.s@example.com"), "text": Way("text", "(555) 010-3391"), "preferred": "text",
        "expires_on": date(2026, 5, 21),
    }  # fmt: skip
    return LinkOffer(**{**known, **more})


PANELS: Mapping[str, PanelState] = {
    "asking": PanelState(line()),
    "open": PanelState(line(sent=(TEXTED, EMAILED), note="Thank you for coming in."), LinkAddress("l", ADDRESS)),
    "changed": PanelState(line(LinkState.CHANGED), LinkAddress("l", ADDRESS), said="Copied"),
    "away": PanelState(line(pending=True, sent=()), None, AWAY, notice=Notice("No address now", "")),
    "paid": PanelState(line(LinkState.PAID, posted=True)), "revoked": PanelState(line(LinkState.REVOKED)),
    "expired": PanelState(line(LinkState.EXPIRED), can_make=True), "settled": PanelState(line(LinkState.SETTLED)),
    "none": PanelState(can_make=True), "unused": PanelState(unused="Not used: paid another way"),
}  # fmt: skip
OFFERED = {
    "asking": {"again", "take_back"}, "open": {"copy", "code", "slip", "again", "take_back"},
    "away": {"again", "take_back"}, "changed": {"copy", "code", "slip", "again", "take_back"},
    "expired": {"new"}, "none": {"new"}, "paid": set(), "revoked": set(), "settled": set(), "unused": set(),
}  # fmt: skip
SAYS = {
    "open": ADDRESS, "away": AWAY, "asking": "Asking the hub…",
    "paid": "Used: paid $320.00 with it",
    "revoked": "Taken back by Priya Nair", "unused": "Not used: paid another way", "none": "No link was made yet",
}  # fmt: skip


def test_s2_11_n50_what_the_panel_says_and_offers_in_every_state(qtbot: Any) -> None:
    panel = LinkPanel()
    qtbot.addWidget(panel)
    panel.resize(520, 380)
    shown(panel)
    for name, state in PANELS.items():
        panel.draw(state, TODAY)
        offered = {act for act, action in panel.actions_by.items() if action.isEnabled()}
        assert (name, offered) == (name, OFFERED[name])
        assert {act for act, button in panel.buttons.items() if button.isVisible()} == offered
        assert panel.code.isVisible() == ("copy" in offered) == bool(panel.code.rows)
        if name in SAYS:
            assert panel.address.text().replace("\u200b", "") == SAYS[name]
        assert [
            part for part in panel.findChildren(QAbstractButton) if part.isVisible() and not part.accessibleName()
        ] == []
        assert clipped(panel) == [], name


@pytest.mark.parametrize("look", LOOKS)
def test_the_list_and_the_panel_hold_in_every_look(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    view, panel = LinksView(), LinkPanel()
    qtbot.addWidget(view)
    view.lay_beside(panel)
    view.offer("Open the payment")
    many = tuple(line(state, link_id=f"{state}-{at}", patient=LONG if at else INGRID) for at in range(2)
                 for state in LinkState)  # fmt: skip
    states = {
        "waiting": LinksState(skeleton=True), "empty": links_state(LinksPage((), None, total=0), Shown(), TODAY),
        "many": links_state(LinksPage(many, NEXT, total=23410), Shown(starts=(None, NEXT)), TODAY),
        "one": links_state(LinksPage((line(),), None, whose="Ingrid Sørensen", total=1), Shown("ingrid"), TODAY),
        "nobody": links_state(LinksPage((), None, total=0), Shown(text="zz"), TODAY),
        "looking": links_state(LinksPage(many[:3], NEXT, full=False), Shown(which=LinkWhich.REVOKED), TODAY),
        "error": links_state(LinksPage(many, NEXT), Shown(which=LinkWhich.OPEN), TODAY,
                             Notice("The disk is full", "Free some room.")),
    }  # fmt: skip
    panels = {"many": PANELS["open"], "one": PANELS["away"], "error": PANELS["changed"]}
    seen: dict[str, Any] = {}
    for name, state in states.items():
        panel.draw(panels.get(name, PANELS["open"]), TODAY)
        seen |= unfit(view, "links", look, {name: state}, view.take_focus)
    assert seen == {}


@pytest.mark.parametrize("look", LOOKS)
def test_the_forms_hold_in_every_look(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1280, 680)
    shown(host)
    new, again, back, code = LinkDialog(host, SPEECH), AgainDialog(host, SPEECH), TakeBackDialog(host), CodeDialog(host)
    slip = SlipDialog(host)
    no_text = Way("text", "", "message.no_text")
    opened = {
        "balance": lambda: new.ask(offer(), TODAY),
        "known": lambda: new.ask(offer(known=(line(),), text=no_text, why_not="link.no_pages", patient=LONG), TODAY),
        "plan": lambda: new.ask(offer(subject="plan"), TODAY, fixed=True),
        "again": lambda: again.ask(line(), offer().text, offer().email, "text"),
        "take-back": lambda: back.ask(line()), "code": lambda: code.ask(line(), LinkAddress("l", ADDRESS)),
        "slip": lambda: slip.ask(sheet(), ""),
        "slip-not": lambda: slip.ask(sheet(here_only=True, columns=32), "No receipt printer at this desk."),
    }  # fmt: skip
    wrong = {}
    for name, show in opened.items():
        show()
        dialog = next(each for each in (new, again, back, code, slip) if each.isVisible())
        if dialog is new:
            new.show_verb_for(150000, "", "")
            new.show_errors({"amount": "Ask for at most $1,500.00."} if name == "known" else {})
        qtbot.wait(2)
        picture(host, f"links-form-{name}-{look}")
        wrong[name] = clipped(dialog)
        fields = [part for part in dialog.findChildren(QWidget)
                  if isinstance(part, QAbstractButton | QComboBox | QLineEdit) and part.isVisible()]  # fmt: skip
        assert [part for part in fields if not part.accessibleName()] == []
        dialog.close_over()
    assert {name: found for name, found in wrong.items() if found} == {}


def sheet(columns: int = 42, *, here_only: bool = False) -> SlipSheet:
    """A slip of a practice with a long name."""
    practice = ClinicBlock(
        name="Alder Street Family Medicine and Pediatrics", phone="(555) 010-2200", training=here_only
    )
    slip = LinkSlip(clinic=practice, link_id="l", until="May 21, 2026")
    where = LinkAddress("l", ADDRESS, here_only)
    return SlipSheet(slip, where, slip_blocks(slip, ADDRESS, columns), Roll(columns))


def test_s4_07_ways_are_ticked_as_the_patient_likes_them(qtbot: Any) -> None:
    """Their own way first; typing an address ticks it, both may go, and none makes a link to copy."""
    host = QWidget()
    qtbot.addWidget(host)
    shown(host)
    dialog = LinkDialog(host, SPEECH)
    dialog.ask(offer(preferred="email"), TODAY)
    assert dialog.form.ways == (("email", "ingrid.s@example.com"),)
    dialog.ways.ticks["text"].click()
    dialog.show_verb_for(150000, "", "")
    assert dialog.form.ways == (("text", "(555) 010-3391"), ("email", "ingrid.s@example.com"))
    assert dialog.primary.label == "Send link, $1,500.00"
    for tick in dialog.ways.ticks.values():
        tick.setChecked(False)
    dialog.show_verb_for(150000, "", "")
    assert (dialog.form.ways, dialog.primary.label) == ((), "Make link, $1,500.00")


def test_words_of_what_was_sent() -> None:
    assert sent_words(line(sent=(EMAILED, TEXTED))) == (
        "E-mailed to ingrid.s@example.com",
        "not sent · 2 messages in all",
    )
    assert sent_words(line(sent=(replace(TEXTED, pending=True),)))[1] == "waits for the line"
    assert made_words(line()).endswith("Nothing is paid yet.")


# Sent by the window -----------------------------------------------------------------------------------------------


class Sender:
    """A window whose forms carry out the real stories over a real store, with Maria at the keys."""

    def __init__(self, clinic: TestClinic, papers: Any, lane: Lane) -> None:
        self.host, self.notices, self.made = QWidget(), list[str](), list[LinkLine]()
        self.host.resize(*FULL)
        messages = Messages(clinic.clinic, papers)
        desk = SimpleNamespace(
            links=Links(clinic.clinic, messages, None), messages=messages, sign_in=SignIn(clinic.clinic),
            lanes={"reads": lane, "store": lane},
        )  # fmt: skip
        self.acts = LinkActs(SimpleNamespace(
            desk=desk, bridge=Bridge(self.host), session=SimpleNamespace(acting=MARIA), facts=clinic.clinic.facts,
            notices=SimpleNamespace(show=lambda words, _look: self.notices.append(words)),
        ), self.host, lambda: self.host)  # type: ignore[arg-type]  # fmt: skip

    def form(self) -> LinkDialog:
        """The form for a new link; asked for before it is there."""
        found = self.host.findChild(LinkDialog)
        assert found is not None
        return found


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    made.charge(6500, day="2026-04-02")
    made.put(Channels(text=True, portal_url="https://pay.example/portal/a"), Rules(portal=True, portal_payments=True))
    yield made
    made.close()


@pytest.fixture
def sender(clinic: TestClinic, lane: Lane, qtbot: Any) -> Iterator[Sender]:
    with papers_of(clinic) as (papers, _):
        made = Sender(clinic, papers, lane)
        qtbot.addWidget(made.host)
        shown(made.host)
        yield made


def test_s4_06_s4_07_a_managers_pin_is_borrowed_where_the_discount_needs_it(
    clinic: TestClinic, sender: Sender, qtbot: Any
) -> None:  # fmt: skip
    """By keys: a wrong PIN says so and nothing is sent, the manager's sends it."""
    clinic.put(Staff(id=PRIYA.staff_id, name=PRIYA.name, role="manager", pin_hash=SignIn(clinic.clinic).hash("482913")))
    story = Plans(clinic.clinic, CardReader(clinic.settings))
    page = story.begin("rosa")
    story.save(page, replace(page.form, payments="2", discount="10"), MARIA)
    sender.acts.new("plan", "rosa", sender.made.append, page.form.plan_id)
    qtbot.waitUntil(lambda: sender.host.findChild(LinkDialog) is not None and sender.form().isVisible(), timeout=20_000)
    form = sender.form()
    assert form.lend.isVisible()
    assert not form.primary.isEnabled()
    form.lend.pin.setFocus()
    type_text("000000")
    press("Return")
    qtbot.waitUntil(form.lend.error.isVisible, timeout=20_000)
    assert clinic.rows("SELECT count(*) FROM pay_link") == [(0,)]
    type_text("482913")
    picture(sender.host, "links-form-lent")
    assert clipped(form) == []
    press("Return")
    qtbot.waitUntil(lambda: len(sender.made) == 1, timeout=20_000)
    assert clinic.rows("SELECT op ->> '$.supervisor' FROM outbox WHERE op LIKE '%\"link.issue\"%'") == [("priya",)]
    sender.acts.new("balance", "rosa", sender.made.append)
    qtbot.waitUntil(form.isVisible, timeout=20_000)
    assert form.pin is None, "money asked for needs no manager"


def test_keys_stay_with_the_form_where_nothing_can_be_sent(clinic: TestClinic, sender: Sender, qtbot: Any) -> None:
    """Neither text nor e-mail is set up: the form still has the keys, and what lies under it has none."""
    clinic.put(Channels(portal_url="https://pay.example/portal/a"))
    sender.acts.new("balance", "rosa", sender.made.append)
    qtbot.waitUntil(lambda: sender.host.findChild(LinkDialog) is not None and sender.form().isVisible(), timeout=20_000)
    form = sender.form()
    assert form.isAncestorOf(QApplication.focusWidget())
    press("Esc")
    assert not form.isVisible()


# The list turned, searched and followed ---------------------------------------------------------------------------


class Listed:
    """The list over the real stories of a store, without the panel beside it."""

    def __init__(self, clinic: TestClinic, papers: Any, lane: Lane) -> None:
        self.view, self.went, self.beside = LinksView(), list[Any](), list[Any]()
        self.view.lay_beside(QWidget())
        self.links = Links(clinic.clinic, Messages(clinic.clinic, papers), None)
        doors = Doors(lambda *place: self.went.append(place), lambda *place: self.went.append(place),
                      self.went.append, lambda: self.went.append("back"))  # fmt: skip
        self.presenter = LinksPresenter(
            self.view, bridge=Bridge(self.view), lane=lane, links=lambda: self.links,
            part=SimpleNamespace(show=self.beside.append), speech=SPEECH, today=lambda: TODAY, doors=doors,  # type: ignore[arg-type]
        )  # fmt: skip

    @property
    def state(self) -> LinksState:
        return self.presenter.state

    @property
    def ids(self) -> list[str]:
        return [line.link_id for line in self.state.lines]


def many(clinic: TestClinic, count: int, settled: tuple[int, ...] = ()) -> None:
    """So many links, a minute between two: of Rosa, every tenth of Theo, and those of Ada, who owes nothing."""
    clinic.patient("theo", "Theo", "Whitfield", mrn="0099001")
    clinic.patient("ada", "Ada", "Lovett", mrn="0099002")
    clinic.charge(2000, charge_id="theos", patient_id="theo")
    for number in range(count):
        name = "ada" if number in settled else "rosa" if number % 10 else "theo"
        clinic.put(LinkIssue(link_id=f"l{number:03d}", patient_id=name, subject="balance", amount_cents=2000,
                             expires_at="2026-06-01T00:00:00.000Z"))  # fmt: skip
        clinic.clock.advance(60)


def test_s2_11_the_list_is_turned_searched_and_follows_what_happens_by_keys(
    clinic: TestClinic, lane: Lane, qtbot: Any
) -> None:  # fmt: skip
    many(clinic, 120)
    with papers_of(clinic) as (papers, _):
        listed = Listed(clinic, papers, lane)
        view = listed.view
        qtbot.addWidget(view)
        view.resize(*FULL)
        shown(view)
        listed.presenter.open("")
        view.take_focus()
        wait(qtbot, lambda: listed.state.foot == "1 to 50 of 120 links")
        assert view.table.key == "l119"
        press("Ctrl+PgDown")
        wait(qtbot, lambda: listed.state.foot == "51 to 100 of 120 links")
        assert view.table.key == listed.ids[0] == "l069"
        press("Down")
        press("Down")
        many_more = LinkIssue(link_id="new", patient_id="rosa", subject="balance", amount_cents=2000,
                              expires_at="2026-06-01T00:00:00.000Z")  # fmt: skip
        clinic.put(many_more, LinkRevoke(link_id="l068", patient_id="rosa"))
        listed.presenter.refresh()
        wait(qtbot, lambda: listed.state.foot == "51 to 100 of 121 links")
        assert (view.table.key, listed.ids[0]) == ("l067", "l069"), "the page and its row stay"
        assert listed.state.lines[1].state is LinkState.REVOKED
        press("Ctrl+F")
        type_text("whitf")
        wait(qtbot, lambda: listed.state.foot == "1 to 12 of 12 links")
        assert {line.patient.patient_id for line in listed.state.lines} == {"theo"}
        press("Down")
        assert view.table.key == "l100"
        view.which.setFocus()
        view.which.set_key(LinkWhich.OPEN)
        view.which.chosen.emit(LinkWhich.OPEN)
        wait(qtbot, lambda: listed.state.foot == "1 to 12, no more")
        assert view.table.key == "l100", "the row stays chosen as filters change"
        clinic.put(LinkRevoke(link_id="l100", patient_id="theo"))
        listed.presenter.refresh()
        wait(qtbot, lambda: len(listed.ids) == 11)
        assert view.table.key == "l090", "the next one came in its place"
        assert listed.beside[-1].link_id == "l090"
        press("Esc")
        wait(qtbot, lambda: listed.state.foot == "1 to 50 of 121 links")
        assert listed.went == []
        press("Esc")
        assert listed.went == ["back"]


def test_a_rare_state_is_looked_for_a_few_links_at_a_time(
    clinic: TestClinic, lane: Lane, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer is a small one, what was found is shown meanwhile, and all of it is found."""
    monkeypatch.setattr(link_list, "LOOKS", 15)
    many(clinic, 100, settled=(95, 41, 2))
    with papers_of(clinic) as (papers, _):
        listed = Listed(clinic, papers, lane)
        qtbot.addWidget(listed.view)
        shown(listed.view)
        seen, draw = list[tuple[int, str]](), listed.view.draw

        def drawn(state: LinksState) -> None:
            seen.append((len(state.rows), state.foot))
            draw(state)

        monkeypatch.setattr(listed.view, "draw", drawn)
        listed.presenter.open("")
        listed.view.which.chosen.emit(LinkWhich.EXPIRED)
        wait(qtbot, lambda: listed.state.empty == ("No link matches", "Clear the filters (Esc)."))
        seen.clear()
        listed.view.which.chosen.emit(LinkWhich.SETTLED)
        wait(qtbot, lambda: listed.state.foot == "1 to 3, no more")
        assert listed.ids == ["l095", "l041", "l002"]
        assert (1, "1 link so far. Looking further back than May 2026…") in seen


def wait(qtbot: Any, condition: Any) -> None:
    """Until it is so, with patience for a busy machine."""
    qtbot.waitUntil(condition, timeout=20_000)
