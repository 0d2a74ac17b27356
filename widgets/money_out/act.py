"""Everything that takes money out of an account, as acts of the ledger; each dialog is made when first asked for."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.refund_views import TakeBack
from models.basics.errors import PosError
from widgets.common.speech import Speech

if TYPE_CHECKING:
    from widgets.ledger.acts import Done, Opener, Target
    from widgets.money_out.others import HandBackPresenter, NetPresenter
    from widgets.money_out.presenter import Bench
    from widgets.money_out.taking_back import TakeBackPresenter
    from widgets.papers.act import Host
    from widgets.refund.presenter import RefundPresenter
    from widgets.screens import Kit


class MoneyOut:
    """The dialogs over a page."""

    def __init__(self, kit: Kit, stage: Host) -> None:
        self._kit, self._stage = kit, stage
        self._refund: RefundPresenter | None = None
        self._hand_back: HandBackPresenter | None = None
        self._net: NetPresenter | None = None
        self._acts: dict[TakeBack, TakeBackPresenter] = {}

    @property
    def in_flight(self) -> bool:
        """Is money on its way right now?"""
        made = (self._refund, self._hand_back, self._net, *self._acts.values())
        return any(each is not None and each.busy for each in made)

    def openers(self) -> dict[str, Opener]:
        """The openers by their names in LedgerActs."""
        return {
            "refund": self.refund, "refund_undo": self.hand_back, "net_out": self.net_out,
            "void": self._opener(TakeBack.VOID), "delete": self._opener(TakeBack.DELETE),
            "correct": self._opener(TakeBack.CORRECT), "bounce": self._opener(TakeBack.BOUNCE),
            "dispute": self.dispute,
        }  # fmt: skip

    def refund(self, target: Target, done: Done) -> None:
        """Refund a payment, from a line item first where one is named."""
        if self._refund is None:
            from widgets.refund.dialog import RefundDialog
            from widgets.refund.presenter import RefundPresenter

            kit = self._kit
            self._refund = RefundPresenter(
                RefundDialog(self._stage.host), bridge=kit.bridge, lanes=kit.desk.lanes, story=kit.desk.refunds,
                sign_in=kit.desk.sign_in, person=lambda: kit.session.acting, speech=Speech(self._zone),
                today=lambda: kit.facts().business_date,
            )  # fmt: skip
        self._refund.open(target.payment_id, target.charge_id, done, self._cannot)

    def hand_back(self, target: Target, done: Done) -> None:
        """The patient hands a cash refund back."""
        if self._hand_back is None:
            from widgets.money_out.dialog import ActDialog
            from widgets.money_out.others import HAND_BACK, HandBackPresenter

            dialog = ActDialog(self._stage.host, "Patient hands it back", "Take back", HAND_BACK, danger=False)
            self._hand_back = HandBackPresenter(dialog, self._bench(), self._kit.desk.refunds)
        self._hand_back.open(target.refund_id, done, self._cannot)

    def net_out(self, target: Target, done: Done) -> None:
        """Settle a refund made elsewhere."""
        if self._net is None:
            from widgets.money_out.dialog import ActDialog
            from widgets.money_out.others import NET, NetPresenter

            dialog = ActDialog(self._stage.host, "Net out", "Settle", NET, danger=False)
            self._net = NetPresenter(dialog, self._bench(), self._kit.desk.netting)
        self._net.open(target.refund_id, done, self._cannot)

    def dispute(self, target: Target, done: Done) -> None:
        """Open a dispute about a payment, or close one."""
        self._opener(TakeBack.DISPUTE_END if target.dispute_id else TakeBack.DISPUTE)(target, done)

    def _opener(self, act: TakeBack) -> Opener:
        def opens(target: Target, done: Done) -> None:
            if act not in self._acts:
                from widgets.money_out.dialog import ActDialog
                from widgets.money_out.taking_back import SPECS, TakeBackPresenter, asks_of

                spec = SPECS[act]
                dialog = ActDialog(self._stage.host, spec.title, spec.verb, asks_of(act), danger=spec.danger)
                self._acts[act] = TakeBackPresenter(dialog, self._bench(), self._kit.desk.taking_back, act)
            self._acts[act].open(target.payment_id, target.dispute_id, done, self._cannot)

        return opens

    def _bench(self) -> Bench:
        from widgets.money_out.presenter import Bench

        kit = self._kit
        return Bench(kit.bridge, kit.desk.lanes, kit.desk.sign_in, lambda: kit.session.acting, Speech(self._zone),
                     lambda: kit.facts().business_date)  # fmt: skip

    def _cannot(self, error: Exception) -> None:
        """It cannot be done at all: say why."""
        words = Speech(self._zone).error(error)
        meaning = "warn" if isinstance(error, PosError) else "bad"
        self._kit.notices.show(f"{words.title}. {words.body}" if words.body else words.title, meaning)

    def _zone(self) -> tzinfo:
        return ZoneInfo(self._kit.facts().zone)
