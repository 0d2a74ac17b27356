"""Decides what the inbox shows: reads the chosen list, follows the row in focus, leads to every act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Slot

from app.lanes import Lane
from app.online_inbox import OnlineInbox
from app.online_views import AssociateSheet, OnlineLine, OnlineTab, OnlineView, PostSheet
from app.views import Person
from models.basics.errors import PosError
from widgets.bridge import Bridge
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.inbox.asks_presenter import AsksPresenter
from widgets.inbox.dialogs import ELSEWHERE, AssociateDialog, PostDialog
from widgets.inbox.state import Chosen, InboxState, inbox_state, offers_for, said_posted
from widgets.inbox.view import InboxPage
from widgets.ledger.acts import LedgerActs, Target


class InboxPresenter(QObject):
    """One inbox. While a question is on its way, further ones wait for it and are then asked as one."""

    def __init__(
        self, view: InboxPage, *, bridge: Bridge, lanes: Mapping[str, Lane], story: OnlineInbox, speech: Speech,
        person: Callable[[], Person], to_ledger: Callable[[str], None], acts: LedgerActs,
        asks: AsksPresenter | None = None,
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._bridge, self._lanes, self._story = view, bridge, lanes, story
        self._speech, self._person, self._to_ledger, self._acts = speech, person, to_ledger, acts
        self._asks = asks
        self._chosen, self._known = Chosen(), dict[Chosen, OnlineView]()
        self._notice: Notice | None = None
        self._said, self._busy = "", False
        self._state = InboxState()
        self._post: PostDialog | None = None
        self._associate: AssociateDialog | None = None
        self._questions = Newest(bridge, lanes["lists"], self)
        self._questions.late.connect(self._draw)
        view.chosen.connect(self._choose)
        view.page_moved.connect(self._turn)
        view.row_chosen.connect(self._follow_row)
        view.opened.connect(self._open_post)
        view.act_pressed.connect(self._act)
        view.retry_pressed.connect(self.refresh)
        if asks is not None:
            asks.page_gone.connect(lambda: self._turn(-1))

    @property
    def state(self) -> InboxState:
        """What the page shows now."""
        return self._state

    @property
    def busy(self) -> bool:
        """Is something being written right now?"""
        return self._busy

    @Slot()
    def refresh(self) -> None:
        """Ask again; what is shown stays until the answer is there."""
        chosen = self._chosen
        if chosen.tab is OnlineTab.REQUESTS:
            if self._asks is not None:
                self._asks.refresh()
            return
        self._questions.ask(lambda: self._read(chosen), lambda view: self._arrived(chosen, view), self._failed)

    def _read(self, chosen: Chosen) -> OnlineView:
        if chosen.tab is OnlineTab.TRANSACTIONS:
            return self._story.transactions(chosen.ask())
        if chosen.tab is OnlineTab.INBOX:
            return self._story.inbox(chosen.page)
        return self._story.deposits(chosen.days, chosen.page)

    def _arrived(self, chosen: Chosen, view: OnlineView) -> None:
        if chosen.page and chosen == self._chosen and not (view.lines or view.deposits):
            self._turn(-1)  # what was on the last page is put away, or on the page before
            return
        self._notice = None
        self._known = {chosen: view}
        self._draw()

    def _failed(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        view = self._known.get(self._chosen)
        if view is None:
            self._state = InboxState(self._chosen, notice=self._notice, skeleton=self._questions.is_late)
        else:
            self._state = inbox_state(view, self._chosen, said=self._said, notice=self._notice)
        self._view.draw(self._state)
        self._follow_row()
        if self._asks is not None:
            self._asks.show(self._chosen.tab is OnlineTab.REQUESTS, self._chosen)

    @Slot(object)
    def _choose(self, chosen: Chosen) -> None:
        if chosen != self._chosen:
            self._chosen, self._said = chosen, ""
            self._draw()
            self.refresh()

    @Slot(int)
    def _turn(self, step: int) -> None:
        """One page back, or on."""
        self._choose(replace(self._chosen, page=max(self._chosen.page + step, 0)))

    # The row in focus -------------------------------------------------------------------------------------------------

    @property
    def _line(self) -> OnlineLine | None:
        listed = self._chosen.tab in (OnlineTab.INBOX, OnlineTab.TRANSACTIONS)
        return self._state.line(self._view.table.key) if listed else None

    @Slot(str)
    def _follow_row(self, _key: str = "") -> None:
        line = self._line
        offered = offers_for(line) if self._chosen.tab is not OnlineTab.REQUESTS else frozenset({"ledger"})
        if self._acts.refund is None:
            offered -= {"refund"}
        self._view.offer(offered, put_away=not (line is not None and line.archived))

    @Slot(str)
    def _act(self, act: str) -> None:
        line = self._line
        asked = self._asks.patient_id if self._asks is not None and self._chosen.tab is OnlineTab.REQUESTS else ""
        if asked and act == "ledger":
            self._to_ledger(asked)
        if line is None or act not in offers_for(line) or self._busy:
            return
        if act == "ledger":
            self._to_ledger(line.patient.patient_id)
        elif act == "associate":
            self._open_associate(line)
        elif act == "refund" and self._acts.refund is not None:
            self._acts.refund(Target(line.patient.patient_id, payment_id=line.online_id), self._done)
        elif act == "archive":
            self._archive(line)

    # Posting ----------------------------------------------------------------------------------------------------------

    @Slot()
    def _open_post(self) -> None:
        line = self._line
        if line is None or not line.waits or self._busy:
            return
        self._look(lambda: self._story.post_sheet(line.online_id, line.return_id), self._show_post)

    def _show_post(self, sheet: PostSheet) -> None:
        if self._post is None:
            self._post = PostDialog(self._view.host)
            self._post.submitted.connect(self._do_post)
        self._post.show_sheet(sheet)
        self._post.open_over()

    @Slot()
    def _do_post(self) -> None:
        dialog, person = self._post, self._person()
        if dialog is None or dialog.sheet is None or self._busy:
            return
        line = dialog.sheet.line
        dialog.show_verb("Post to ledger", "Posting\u2026", "")
        self._write(lambda: self._story.post(line.online_id, person, line.return_id),
                    lambda told: self._over(dialog, said_posted(told)), dialog)  # fmt: skip

    # Associating ------------------------------------------------------------------------------------------------------

    def _open_associate(self, line: OnlineLine) -> None:
        self._look(lambda: self._story.associate_sheet(line.online_id, line.return_id), self._show_associate)

    def _show_associate(self, sheet: AssociateSheet) -> None:
        if self._associate is None:
            self._associate = AssociateDialog(self._view.host)
            self._associate.submitted.connect(self._do_associate)
        self._associate.show_sheet(sheet)
        self._associate.open_over()

    @Slot()
    def _do_associate(self) -> None:
        dialog, person = self._associate, self._person()
        if dialog is None or dialog.sheet is None or self._busy:
            return
        line, payment_id = dialog.sheet.line, dialog.payment.key
        note = dialog.where.text() if payment_id == ELSEWHERE else ""
        dialog.show_verb("Mark as associated", "Writing\u2026", "")
        self._write(
            lambda: self._story.associate(line.online_id, person, return_id=line.return_id, payment_id=payment_id,
                                          note=note),
            lambda told: self._over(dialog, f"{told.number} is associated."), dialog,
        )  # fmt: skip

    def _archive(self, line: OnlineLine) -> None:
        person, away = self._person(), not line.archived
        self._write(
            lambda: self._story.archive(line.online_id, person, line.return_id, archived=away),
            lambda told: self._done(f"{told.number} is {'put away' if away else 'in the inbox again'}."), None,
        )  # fmt: skip

    # Inside -----------------------------------------------------------------------------------------------------------

    def _look(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self._bridge.start(self._lanes["reads"], lambda _job: work(), owner=self, done=done, failed=self._failed)

    def _write(
        self, work: Callable[[], OnlineLine], done: Callable[[OnlineLine], None],
        dialog: PostDialog | AssociateDialog | None,
    ) -> None:  # fmt: skip
        def over(told: OnlineLine) -> None:
            self._busy = False
            done(told)

        self._busy = True
        self._bridge.start(self._lanes["store"], lambda _job: work(), owner=self, done=over,
                           failed=lambda error: self._not_written(error, dialog))  # fmt: skip

    def _not_written(self, error: Exception, dialog: PostDialog | AssociateDialog | None) -> None:
        self._busy = False
        notice = self._speech.error(error)
        if dialog is None:
            self._notice = notice
            self._draw()
            return
        dialog.show_verb(dialog.submit_action.text(), "", "")
        if isinstance(error, PosError) and error.message_key == "refused.posted_already":
            dialog.close_over()
            self._failed(error)
            self.refresh()
            return
        dialog.refuse(f"{notice.title}. {notice.body}".strip())

    def _over(self, dialog: PostDialog | AssociateDialog, said: str) -> None:
        dialog.close_over()
        self._done(said)

    def _done(self, said: str) -> None:
        """An act is written: say so and read again."""
        self._said, self._notice = said, None
        self._state = replace(self._state, said=said)
        self._draw()
        self._view.announce()
        self.refresh()
