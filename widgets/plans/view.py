"""Draws the page of a payment plan and says what the clerk did; decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from app.plan_views import PlanForm, PlanPage
from models.basics.errors import RuleBroken
from models.basics.money import parse_cents, show_cents
from models.rules.adjusting import reasons_for
from models.rules.languages import WRITTEN
from widgets import theme
from widgets.common import (
    AmountField,
    Banner,
    Card,
    CellTable,
    Choice,
    Divider,
    ErrorText,
    FormRow,
    IconLabel,
    KeycapButton,
    Role,
    Segments,
    Skeleton,
    Switch,
    Text,
    page_action,
    skeleton_page,
)
from widgets.common.announce import announce
from widgets.common.day_field import DayField
from widgets.common.patient_bar import PatientBar
from widgets.common.summary import SumLine, Summary
from widgets.plans.history import HINT, HistoryTable
from widgets.plans.parts import TermTile
from widgets.plans.signature import SignaturePicture
from widgets.plans.state import (
    OPTIONS,
    OTHER,
    SCHEDULE_COLUMNS,
    PlanState,
    about_items,
    about_plan,
    acceptance_words,
    day_choices,
    offered,
    open_line,
    option_of,
    option_words,
    other_words,
    remaining_line,
    replaced_words,
    schedule_caption,
    schedule_rows,
    status_look,
)  # fmt: skip
from widgets.theme import S4, S8, S10, S12, S16, S20, Themed

LISTS = (("schedule", "Schedule"), ("history", "History"), ("account", "Whole account"))
"""What the right side shows: the payments, what happened to this plan, what happened to the whole account."""
NO_CARD = "none"
"""The key of the way to pay that charges no card."""
_LEFT, _RIGHT = 42, 58


class PlanView(Themed, QWidget):
    """The page. `changed(form)` follows every field; the other signals are the buttons."""

    changed = Signal(object)
    other_pressed = Signal()
    save_pressed = Signal()
    activate_pressed = Signal()
    accept_pressed = Signal()
    print_pressed = Signal()
    send_pressed = Signal()
    pay_pressed = Signal(str)
    pay_off_pressed = Signal()
    skip_pressed = Signal(str)
    cancel_pressed = Signal()
    change_pressed = Signal()
    method_chosen = Signal(str)
    history_wanted = Signal(bool)
    back_pressed = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Payment plan")
        self._state = PlanState()
        self._drawing = self._focus_due = False
        self._make_actions()
        self.bar = PatientBar(self.back)
        self.print_button = KeycapButton("Print agreement", icon="printer", action=self.print_action)
        self.bar.ways.addWidget(self.print_button)
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self._make_agreement()
        self._make_schedule()
        self._make_foot()
        self._lay_out()
        self._connect()
        self.follow_theme()

    def _make_actions(self) -> None:
        self.back = page_action(self, "Back", "Esc", self.back_pressed.emit)
        self.print_action = page_action(self, "Print agreement", "Ctrl+P", self.print_pressed.emit)
        self.save_action = page_action(self, "Save", "Ctrl+S", self.save_pressed.emit)
        keys = ("Ctrl+Return", "Ctrl+Enter")
        self.activate_action = page_action(self, "Save and activate", keys, self.activate_pressed.emit)
        self.other_action = page_action(self, "Other terms", "Alt+T", self.other_pressed.emit)
        self.accept_action = page_action(self, "Accept", "Alt+A", self.accept_pressed.emit)
        self.send_action = page_action(self, "Send to patient", "Alt+J", self.send_pressed.emit)
        self.pay_action = page_action(self, "Take payment", ("Return", "Enter"), self._pay)
        self.skip_action = page_action(self, "Skip", "S", self._skip)
        self.pay_off_action = page_action(self, "Pay off", "Alt+E", self.pay_off_pressed.emit)
        self.change_action = page_action(self, "New terms", "Alt+N", self.change_pressed.emit)
        self.cancel_action = page_action(self, "Cancel plan", "Alt+C", self.cancel_pressed.emit)

    def _make_agreement(self) -> None:
        self._about = Text("", "caption", "muted", elide=True)
        self._encounter = Text("", "body_strong", align=Qt.AlignmentFlag.AlignRight)
        self.discount = AmountField("Discount", allow_zero=True)
        self.reason = Choice("Reason of the discount", [(each.code, each.words) for each in reasons_for("discount")],
                             narrow=True)  # fmt: skip
        self._due = Text("", "amount_m", align=Qt.AlignmentFlag.AlignRight)
        self.tiles = {key: TermTile(key) for key in OPTIONS}
        self._other_words = Text("", "caption", "muted", elide=True, align=Qt.AlignmentFlag.AlignRight)
        self.other = KeycapButton("Other terms", action=self.other_action, size="control_tiny", role=Role.LINK)
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)  # other terms are none of them
        for tile in self.tiles.values():
            self._group.addButton(tile)
        self.first = DayField("First payment", self._today)
        self.day = Choice("Then every month on the", day_choices())
        self.method = Choice("Payment method", narrow=True)
        self.remind = Switch("Remind 3 days before")
        self._remind_words = Text("Charge automatically, remind 3 days before", "table")
        self.first_row, self.day_row = (
            FormRow("First payment", self.first),
            FormRow("Then every month on the", self.day),
        )
        self.method_row = FormRow("Payment method", self.method)
        self.change = KeycapButton("New terms", action=self.change_action, size="control_small")
        self._replaces = Text("", "caption", "text2", wrap=True)
        self.error = ErrorText()
        self.sums = Summary("What is agreed")

    def _make_schedule(self) -> None:
        self.lists = Segments("What is shown", LISTS)
        self._caption = Text("", "caption", "muted", elide=True, align=Qt.AlignmentFlag.AlignRight)
        self.schedule = CellTable("Schedule", SCHEDULE_COLUMNS, lines=1)
        self.history = HistoryTable()
        self._left_words, self._left = Text("", "body_strong"), Text("", "amount_s")
        self._words = Text("", "table", "text2", wrap=True)
        self._accepted = Text("", "table", "text2", elide=True, align=Qt.AlignmentFlag.AlignRight)
        self._accepted_icon = IconLabel("pen-line", "muted", 16)
        self.signature = SignaturePicture()
        self.language = Segments("Language of the agreement", tuple(WRITTEN.items()))
        self.accept = KeycapButton("Accept", action=self.accept_action, icon="check", size="control_small")

    def _make_foot(self) -> None:
        self._note_icon = IconLabel("info", "muted", 14)
        self._note = Text("", "table", "muted", elide=True)
        self._said = Text("", "table", "ok_text", elide=True)
        self.save = KeycapButton("Save", action=self.save_action)
        self.send = KeycapButton("Send to patient", action=self.send_action)
        self.activate = KeycapButton("Save and activate", role=Role.PRIMARY, action=self.activate_action, icon="check")
        self.cancel = KeycapButton("Cancel plan", action=self.cancel_action)
        self.skip = KeycapButton("Skip", action=self.skip_action)
        self.pay_off = KeycapButton("Pay off", action=self.pay_off_action)
        self.pay = KeycapButton("Take payment", role=Role.PRIMARY, action=self.pay_action)
        for button in (self.save, self.send, self.activate, self.cancel, self.skip, self.pay_off, self.pay,
                       self.print_button, self.accept, self.change):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _today(self) -> date:
        return self._state.page.today if self._state.page else date.min

    # Laying out -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._columns = QHBoxLayout()
        self._columns.addWidget(self._left_card(), _LEFT)
        self._columns.addWidget(self._right_card(), _RIGHT)
        main = QWidget()
        inner = self._inner = QVBoxLayout(main)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(self._columns, 1)
        foot = Card(inset=0)
        row = self._foot = QHBoxLayout()
        row.setSpacing(S10)
        row.addWidget(self._note_icon)
        row.addWidget(self._note, 1)
        row.addWidget(self._said, 1)
        self.bar.ways.addWidget(self.cancel)
        for button in (self.skip, self.pay_off, self.save, self.send, self.pay, self.activate):
            row.addWidget(button)
        foot.body.addLayout(row)
        inner.addWidget(foot)
        self._skeleton = Skeleton(8)
        self._stack = QStackedLayout()
        self._body = QVBoxLayout(self)
        self._body.addWidget(self.bar)
        self._body.addWidget(self.banner)
        self._body.addLayout(self._stack, 1)
        self._stack.addWidget(skeleton_page(self._skeleton))
        self._stack.addWidget(main)

    def _left_card(self) -> QWidget:
        card = Card(inset=0, clip=True)
        holder = QWidget()
        body = self._left_body = QVBoxLayout(holder)
        body.addWidget(Text("Payment agreement", "heading_s"))
        body.addWidget(self._replaces)
        body.addWidget(self._money_card())
        body.addWidget(self.sums)
        self._terms = QWidget()
        terms = QVBoxLayout(self._terms)
        terms.setContentsMargins(0, 0, 0, 0)
        terms.setSpacing(S8)
        option = QHBoxLayout()
        option.setSpacing(S8)
        option.addWidget(Text("Payment option", "caption_medium", "text2"))
        option.addWidget(self._other_words, 1)
        option.addWidget(self.other)
        terms.addLayout(option)
        grid = QGridLayout()
        grid.setSpacing(S8)
        for at, key in enumerate(OPTIONS):
            grid.addWidget(self.tiles[key], at // 2, at % 2)
        terms.addLayout(grid)
        days = QHBoxLayout()
        days.setSpacing(S12)
        days.addWidget(self.first_row, 1, Qt.AlignmentFlag.AlignTop)
        days.addWidget(self.day_row, 1, Qt.AlignmentFlag.AlignTop)
        terms.addLayout(days)
        body.addWidget(self._terms)
        body.addWidget(self.method_row)
        remind = QHBoxLayout()
        remind.setSpacing(S8)
        remind.addWidget(self.remind)
        remind.addWidget(self._remind_words, 1)
        body.addLayout(remind)
        body.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        body.addWidget(self.error)
        body.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(holder)
        scroll.viewport().setAutoFillBackground(False)
        holder.setAutoFillBackground(False)
        card.body.addWidget(scroll)
        return card

    def _money_card(self) -> QWidget:
        self._money = Card(ground="sunken", inset=0, radius="panel")
        grid = QGridLayout()
        grid.setContentsMargins(S16 - 2, S8, S16 - 2, S8)
        grid.setHorizontalSpacing(S8)
        grid.setVerticalSpacing(S4 + 2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(Text("Encounter balance", "table", "text2"), 0, 0)
        grid.addWidget(self._about, 0, 1)
        grid.addWidget(self._encounter, 0, 2)
        grid.addWidget(Text("Discount", "table", "text2"), 1, 0)
        grid.addWidget(self.reason, 1, 1)
        grid.addWidget(self.discount, 1, 2)
        grid.addWidget(Divider("border"), 2, 0, 1, 3)
        grid.addWidget(Text("Balance due", "heading_s"), 3, 0)
        grid.addWidget(self._due, 3, 1, 1, 2)
        self._money.body.addLayout(grid)
        return self._money

    def _right_card(self) -> QWidget:
        card = Card(inset=0, clip=True)
        head = self._head = QHBoxLayout()
        head.addWidget(self.lists)
        head.addWidget(self._caption, 1)
        card.body.addLayout(head)
        card.body.addWidget(Divider())
        card.body.addWidget(self.schedule, 1)
        card.body.addWidget(self.history, 1)
        self._under = QWidget()
        under = QVBoxLayout(self._under)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(0)
        left = self._left_row = QHBoxLayout()
        left.addWidget(self._left_words, 1)
        left.addWidget(self._left)
        under.addWidget(Divider("border"))
        under.addLayout(left)
        under.addWidget(Divider())
        words = self._words_body = QVBoxLayout()
        words.setSpacing(S8)
        row = QHBoxLayout()
        row.setSpacing(S10)
        row.addWidget(Text("Agreement", "heading_s"))
        row.addWidget(self.language)
        row.addWidget(self._accepted, 1)
        row.addWidget(self.signature)
        row.addWidget(self._accepted_icon)
        row.addWidget(self.accept)
        words.addLayout(row)
        words.addWidget(self._words)
        under.addLayout(words)
        card.body.addWidget(self._under)
        return card

    def restyle(self) -> None:
        look = theme.current()
        inset, gap = look.size("page_inset_y"), look.size("gap")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(gap)
        self._inner.setSpacing(gap)
        self._columns.setSpacing(S16 - 2)
        self._left_body.setContentsMargins(S16, S10, S16, S8)
        self._left_body.setSpacing(S4 + 2 if look.compact else S8)
        self._head.setContentsMargins(S12, S4 + 2, S16, S4 + 2)
        self._left_row.setContentsMargins(S16, S8, S16, S8)
        self._words_body.setContentsMargins(S16, S8, S16, S10)
        self._foot.setContentsMargins(S16, S10, S12, S10)
        self.discount.setFixedWidth(look.px(110))
        self.first.setFixedHeight(look.size("control"))

    def _connect(self) -> None:
        self.discount.typed.connect(lambda _cents: self._tell())
        for choice in (self.reason, self.day):
            choice.chosen.connect(lambda _key: self._tell())
        self.method.chosen.connect(self._method)
        self.first.changed.connect(lambda *_day: self._tell())
        self.remind.toggled.connect(lambda _on: self._tell())
        self.language.chosen.connect(lambda _key: self._tell())
        for key, tile in self.tiles.items():
            tile.clicked.connect(partial(self._take, key))
        self.lists.chosen.connect(self._show_list)
        self.schedule.selected.connect(lambda _key: self._follow_row())
        self.banner.pressed.connect(self.retry_pressed)

    # What the clerk did ---------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        form = self._state.form
        if not self._drawing and form is not None:
            self.changed.emit(self._read(form))

    def _read(self, form: PlanForm) -> PlanForm:
        typed = self.discount.text().strip()
        try:
            discount = f"{parse_cents(typed) / 100:.2f}" if typed.strip("$0., ") else ""
        except RuleBroken:
            discount = typed
        first = self.first.day
        method = self.method.key
        return replace(
            form, discount=discount, discount_code=self.reason.key, day=int(self.day.key or 0),
            first=first.isoformat() if first else form.first, kept_card_id="" if method == NO_CARD else method,
            remind=self.remind.isChecked(), language=self.language.key,
        )  # fmt: skip

    def _take(self, key: str) -> None:
        form = self._state.form
        if form is not None:
            plain = replace(self._read(form), payments=key, payment="", down="", apr="", frequency="monthly")
            self.changed.emit(plain)

    def _method(self, key: str) -> None:
        if self._drawing:
            return
        if self._state.active:
            self.method_chosen.emit("" if key == NO_CARD else key)
        else:
            self._tell()

    def _pay(self) -> None:
        line = open_line(self._state, self.schedule.key)
        if line is not None:
            self.pay_pressed.emit(self.schedule.key)

    def _skip(self) -> None:
        if open_line(self._state, self.schedule.key) is not None:
            self.skip_pressed.emit(self.schedule.key)

    def _show_list(self, key: str) -> None:
        self.draw(self._state)
        if key != "schedule":
            self.history_wanted.emit(key == "account")

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def take_focus(self) -> None:
        """Where work begins: the way to pay of a draft, the schedule of a plan in force."""
        self._focus_due = self._stack.currentIndex() == 0
        if self._focus_due:
            return
        if self._state.draft:
            chosen = option_of(self._state.form) if self._state.form else OTHER
            (self.tiles.get(chosen) or self.other).setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            (self.schedule if self.schedule.isVisible() else self.history).setFocus(Qt.FocusReason.OtherFocusReason)

    def announce(self) -> None:
        """Speak what was just done."""
        announce(self, self._said.text())

    # Drawing --------------------------------------------------------------------------------------------------------

    def draw(self, state: PlanState) -> None:
        """Show `state`."""
        self._drawing, self._state = True, state
        try:
            self._draw(state)
        finally:
            self._drawing = False

    def _draw(self, state: PlanState) -> None:
        page, form = state.page, state.form
        self.bar.show_patient(page.patient if page else None, phone=True)
        self.bar.show_pill(status_look(state))
        self.bar.show_about(about_plan(page) if page else "")
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self._skeleton.setVisible(state.skeleton)
        self._stack.setCurrentIndex(1 if page is not None else 0)
        self._draw_actions(state)
        if page is None or form is None:
            return
        self._draw_money(state, page, form)
        self._draw_terms(state, page, form)
        self._draw_schedule(state)
        self._draw_foot(state, page)
        if self._focus_due:
            self.take_focus()

    def _draw_money(self, state: PlanState, page: PlanPage, form: PlanForm) -> None:
        worked = state.worked
        self._replaces.setText(replaced_words(page))
        self._replaces.setVisible(bool(page.replaces))
        self._money.setVisible(state.draft)
        self.sums.setVisible(not state.draft)
        self._about.setText(about_items(page, form))
        encounter = sum(item.owes_cents for item in page.items if item.charge_id in form.charge_ids)
        self._encounter.setText(show_cents(worked.encounter_cents if worked else encounter))
        self._due.setText(show_cents(worked.due_cents) if worked else "")
        if not self.discount.hasFocus():
            self.discount.setText(form.discount)
        self.discount.set_wrong(state.error[0] == "discount")
        self.reason.set_key(form.discount_code)
        self.reason.setEnabled(bool(form.discount))
        if page.standing is not None and worked is not None and not state.draft:
            self.sums.show_lines((
                SumLine("Encounter balance", show_cents(worked.encounter_cents)),
                SumLine("Discount", show_cents(worked.discount_cents)),
                SumLine("Interest", show_cents(worked.interest_cents)),
                SumLine("Balance due", show_cents(worked.due_cents + worked.interest_cents), line_before=True),
                SumLine("Paid", show_cents(page.standing.paid_cents)),
                SumLine("Current balance", show_cents(page.standing.owed_cents), strong=True, line_before=True),
            ))  # fmt: skip

    def _draw_terms(self, state: PlanState, page: PlanPage, form: PlanForm) -> None:
        self._terms.setVisible(state.draft)
        shown, chosen = offered(page), option_of(form)
        for key, tile in self.tiles.items():
            tile.say(*option_words(key, state.worked))
            tile.setVisible(key in shown)
            tile.setChecked(key == chosen)
        self._other_words.setText(other_words(form) if chosen == OTHER else "")
        if not self.first.hasFocus():
            self.first.set_day(date.fromisoformat(form.first))
        self.day_row.setVisible(form.frequency == "monthly")
        self.day.set_key(str(form.day))
        ways = [(card.kept_card_id, f"{card.name}, on file" + (
            f" since {card.agreed_on:%b %Y}" if card.agreed_on else "")) for card in page.cards]  # fmt: skip
        self.method.set_items([*ways, (NO_CARD, "Pays each time: cash, check, card, from home")])
        self.method.set_key(form.kept_card_id or NO_CARD)
        self.method.setEnabled(state.draft or state.active)
        for part in (self.remind, self._remind_words):
            part.setVisible(bool(form.kept_card_id) and state.draft)
        self.remind.setChecked(form.remind)
        field, words = state.error
        self.first_row.set_error(words if field == "first" else "")
        self.error.set(words if field != "first" else "")

    def _draw_schedule(self, state: PlanState) -> None:
        listed = self.lists.key
        self.schedule.setVisible(listed == "schedule")
        self._under.setVisible(listed == "schedule")
        self.history.setVisible(listed != "schedule")
        self._caption.setText(schedule_caption(state.worked) if listed == "schedule" else HINT)
        self.schedule.set_rows(schedule_rows(state))
        if state.worked is not None and not self.schedule.key:
            following = state.page.standing.next if state.page and state.page.standing else None
            self.schedule.set_key(str(following.line.no) if following else "1")
        if state.history is not None and state.whole_account == (listed == "account"):
            self.history.show_happened(state.history, self._today())
        words, amount = remaining_line(state)
        self._left_words.setText(words)
        self._left.setText(amount)
        self._words.setText(state.worked.sentences if state.worked else "")
        self._accepted.setText(acceptance_words(state))
        self.language.setVisible(state.draft)
        self.language.set_key(state.form.language if state.form else "")
        signed = state.page.acceptance if state.page and (state.accepted or not state.draft) else None
        self.signature.show_signature(signed.signature if signed else "", signed.said_by if signed else "")
        self.accept.setVisible(state.draft and not state.accepted)
        self.accept_action.setEnabled(state.draft and not state.accepted and not state.error[1])

    def _draw_actions(self, state: PlanState) -> None:
        draft, active = state.draft, state.active
        saved = state.page is not None and state.page.saved
        shown = {self.save: draft, self.activate: draft, self.skip: active, self.pay: active, self.pay_off: active,
                 self.cancel: active or (draft and saved), self.print_button: saved, self.change: active}  # fmt: skip
        for button, there in shown.items():
            button.setVisible(there)
        self.other_action.setEnabled(draft)
        for action, on in ((self.save_action, draft), (self.activate_action, draft), (self.pay_off_action, active),
                           (self.change_action, active),
                           (self.cancel_action, active or (draft and saved)), (self.print_action, saved)):  # fmt: skip
            action.setEnabled(on)
        sends = state.why_not_send()
        self.send.setVisible(draft or active)
        self.send.set_available(not sends, sends)
        self.save.set_available(not state.why_not_save(), state.why_not_save())
        self.activate.set_available(not state.why_not_activate(), state.why_not_activate())
        self.cancel.set_text("Cancel plan" if active else "Delete draft")
        for name, button in (("save", self.save), ("activate", self.activate)):
            if state.busy == name:
                button.set_busy("Saving")
            else:
                button.set_idle()
        self._follow_row()

    def _follow_row(self) -> None:
        line = open_line(self._state, self.schedule.key)
        self.skip_action.setEnabled(line is not None)
        self.pay_action.setEnabled(line is not None)
        if line is not None:
            self.pay.set_text(f"Take {show_cents(line.open_cents)}")

    def _draw_foot(self, state: PlanState, page: PlanPage) -> None:
        self._said.setText(state.said)
        self._said.setVisible(bool(state.said))
        note = ""
        if state.draft:
            note = "Nothing is posted until the plan is active. The discount and any interest are posted then."
        elif state.active and page.standing is not None:
            note = "Money that pays these charges counts for the plan, however it comes."
            self.pay_off.set_text(f"Pay off {show_cents(page.pay_off_cents)}")
        self._note.setText(note)
        self._note.setVisible(bool(note) and not state.said)
        self._note_icon.setVisible(bool(note) and not state.said)
