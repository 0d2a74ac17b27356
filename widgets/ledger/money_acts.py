"""Move, Fill, AutoFill, adjustments, fees, paper and undo as acts of the ledger. Each is made when first asked for."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.money_views import Acted
from app.words import sentence_for
from widgets.common.speech import Speech
from widgets.merging.act import openers as merging

if TYPE_CHECKING:
    from widgets.ledger.act_form import Hands
    from widgets.ledger.acts import Done, Opener, Stage, Target
    from widgets.ledger.adjust_dialog import AdjustPresenter
    from widgets.ledger.fee_dialog import FeePresenter
    from widgets.ledger.fill_dialog import FillPresenter
    from widgets.ledger.moving import MovePresenter
    from widgets.ledger.paper_dialog import PaperPresenter
    from widgets.screens import Kit


class MoneyActs:
    """The panel and dialogs over one page."""

    def __init__(self, kit: Kit, stage: Stage) -> None:
        self._kit, self._stage = kit, stage
        self._speech = Speech(self._zone)
        self._moving: MovePresenter | None = None
        self._filling: FillPresenter | None = None
        self._adjusting: AdjustPresenter | None = None
        self._charging: FeePresenter | None = None
        self._rekeying: PaperPresenter | None = None

    def _zone(self) -> tzinfo:
        return ZoneInfo(self._kit.facts().zone)

    def move(self, target: Target, done: Done) -> None:
        """The move panel, in place."""
        from app.moves import MoveFrom

        if self._moving is None:
            from widgets.ledger.move_panel import MovePanel
            from widgets.ledger.moving import MovePresenter

            kit = self._kit
            self._panel = MovePanel(self._stage.host)
            self._panel.hide()
            self._moving = MovePresenter(
                self._panel, bridge=kit.bridge, lanes=kit.desk.lanes, moves=lambda: kit.desk.moves,
                person=lambda: kit.session.acting, speech=self._speech, today=lambda: kit.facts().business_date,
                hide=self._stage.hide_panel,
            )  # fmt: skip
        self._stage.show_panel(self._panel)
        self._moving.open(
            MoveFrom(target.patient_id, target.payment_id, target.appointment_id, target.charge_id,
                     target.to_appointment_id), done
        )  # fmt: skip

    def fill(self, target: Target, done: Done) -> None:
        """What filling the ticked line items would do."""
        self._fills().fill(target.patient_id, target.charge_ids, done)

    def autofill(self, target: Target, done: Done) -> None:
        """What AutoFill would do."""
        self._fills().autofill(target.patient_id, done)

    def adjust(self, target: Target, done: Done) -> None:
        """Discount, courtesy, write-off."""
        if self._adjusting is None:
            from widgets.ledger.adjust_dialog import AdjustDialog, AdjustPresenter

            desk = self._kit.desk
            self._adjusting = AdjustPresenter(AdjustDialog(self._stage.host), self.hands(), lambda: desk.adjustments)
        self._adjusting.open(target.patient_id, target.charge_id, target.appointment_id, done)

    def fee(self, target: Target, done: Done) -> None:
        """A fee of the practice."""
        if self._charging is None:
            from widgets.ledger.fee_dialog import FeeDialog, FeePresenter

            desk = self._kit.desk
            self._charging = FeePresenter(FeeDialog(self._stage.host), self.hands(), lambda: desk.fees)
        self._charging.open(target.patient_id, target.appointment_id, target.charge_id, done)

    def paper(self, target: Target, done: Done) -> None:
        """A receipt on paper whose payment died with its desk."""
        if self._rekeying is None:
            from widgets.ledger.paper_dialog import PaperDialog, PaperPresenter

            desk = self._kit.desk
            self._rekeying = PaperPresenter(PaperDialog(self._stage.host), self.hands(), lambda: desk.rekeying)
        self._rekeying.open(target.patient_id, done)

    def undo(self, target: Target, done: Done) -> None:
        """Take the last act back at once: undo beats asking, and doing it again is one key."""
        kit = self._kit
        person = kit.session.acting

        def work() -> Acted:
            undoing = kit.desk.undoing
            return undoing.do(undoing.last(target.patient_id, person, target.op_id), person)

        kit.bridge.start(
            kit.desk.lanes["store"], lambda _job: work(), owner=self._stage.host,
            done=lambda acted: done(self._speech.key(acted.words, acted.facts).title),
            failed=lambda error: kit.notices.show(str(sentence_for(error)), "warn"),
        )  # fmt: skip

    def _fills(self) -> FillPresenter:
        if self._filling is None:
            from widgets.ledger.fill_dialog import FillDialog, FillPresenter

            desk = self._kit.desk
            self._filling = FillPresenter(FillDialog(self._stage.host), self.hands(), lambda: desk.fills)
        return self._filling

    def hands(self) -> Hands:
        """What every dialog of an act needs."""
        from widgets.ledger.act_form import Hands

        kit = self._kit
        return Hands(
            bridge=kit.bridge, reads=kit.desk.lanes["reads"], store=kit.desk.lanes["store"],
            person=lambda: kit.session.acting, sign_in=kit.desk.sign_in, speech=self._speech,
            today=lambda: kit.facts().business_date,
        )  # fmt: skip


def openers(kit: Kit, stage: Stage) -> dict[str, Opener]:
    """The acts of `widgets.ledger.acts.LedgerActs` that move or adjust money, and merges, by their names."""
    acts = MoneyActs(kit, stage)
    return {"move": acts.move, "fill": acts.fill, "autofill": acts.autofill, "adjust": acts.adjust, "fee": acts.fee,
            "paper": acts.paper, "undo": acts.undo, **merging(kit, stage, acts.hands)}  # fmt: skip
