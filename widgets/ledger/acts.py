"""What can be done to an account from its ledger: one opener per act, plugged in by the room that owns the act.

The page offers an act only where its opener is there and the row can take it; an act without an opener has no button.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QWidget

from widgets.papers.act import PaperActs
from widgets.screens import PAYMENT, PLAN, Kit, Place


@dataclass(frozen=True, slots=True)
class Target:
    """What an act is about; ids only, empty where they do not apply.

    `patient_id` is whose account it is (in a family's ledger the row's own). Money is named by `payment_id`, and where
    it lies by `charge_id` (it paid that), `appointment_id` (set aside for that visit) or neither (free credit). A row
    of a visit names `appointment_id` alone, a line item `charge_id` and its visit, several ticked ones `charge_ids`.
    `op_id` is an act of the log, `paper` a receipt, refund receipt or statement as `<kind>:<id>`, `message_id` a
    message that failed, `plan_id` a payment plan. `to_appointment_id` is the visit a move should propose.
    """

    patient_id: str
    payment_id: str = ""
    appointment_id: str = ""
    charge_id: str = ""
    charge_ids: tuple[str, ...] = ()
    refund_id: str = ""
    dispute_id: str = ""
    op_id: str = ""
    paper: str = ""
    to_appointment_id: str = ""
    message_id: str = ""
    plan_id: str = ""


Done = Callable[[str], None]
"""Called on the window's thread once an act is written, with words to show and speak (`Moved $180.00 to Apr 22`)."""

Opener = Callable[[Target, Done], None]
"""Opens a dialog or panel about a target. Nothing is called back when the clerk gives up."""


class Stage(Protocol):
    """The page as the acts see it."""

    @property
    def host(self) -> QWidget:
        """What a dialog covers (`widgets.common.overlay.Overlay`): the whole window."""

    def show_panel(self, panel: QWidget) -> None:
        """Lay `panel` under Money on account, in place of one that is there; the panel takes the focus itself."""

    def hide_panel(self) -> None:
        """Take the panel away and give the focus back to the list. The panel is not deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerActs:
    """The openers. None: nobody offers the act here, and neither does the page."""

    move: Opener | None = None
    """Money of `payment_id` from where it lies; with `appointment_id` or `charge_id` alone, money that lies there."""
    fill: Opener | None = None
    """Money on account to `charge_ids`."""
    autofill: Opener | None = None
    adjust: Opener | None = None
    """Discount, courtesy, write-off of `charge_id` (or of the line items of `appointment_id`)."""
    fee: Opener | None = None
    """A fee of the practice, on `appointment_id` where one is named."""
    paper: Opener | None = None
    """A receipt on paper of `patient_id` whose payment died with its desk."""
    undo: Opener | None = None
    """The last act of this person here that can be undone (Ctrl+Z), or `op_id`."""
    refund: Opener | None = None
    """Of `payment_id`, from `charge_id` where one is named."""
    refund_undo: Opener | None = None
    """A refund (`refund_id`) the patient hands back the same day."""
    net_out: Opener | None = None
    """Put a refund made elsewhere (`refund_id`) where its payment lies."""
    void: Opener | None = None
    delete: Opener | None = None
    correct: Opener | None = None
    bounce: Opener | None = None
    payment: Opener | None = None
    """The page of `payment_id`."""
    dispute: Opener | None = None
    """Open a dispute about `payment_id`, or close `dispute_id`."""
    new_visit: Opener | None = None
    add_charge: Opener | None = None
    """On `appointment_id`."""
    change_charge: Opener | None = None
    """Change `charge_id`, listed at a desk, or take it off."""
    ask: Opener | None = None
    """Ask for a payment of `patient_id`, for `appointment_id` where one is named."""
    link: Opener | None = None
    """A one-time link for the balance of `patient_id`'s account, whole or part."""
    links: Opener | None = None
    """Every link of that account."""
    snooze: Opener | None = None
    """Leave the account of `patient_id` out of bulk payment requests for a while."""
    visit_status: Opener | None = None
    billing_status: Opener | None = None
    cards: Opener | None = None
    """The cards on file of `patient_id`'s account."""
    consents: Opener | None = None
    """What `patient_id` agreed to."""
    reach: Opener | None = None
    """Phone, e-mail and language of `patient_id`."""
    contacts: Opener | None = None
    """Who else may be called about `patient_id`."""
    export: Opener | None = None
    """Everything that is known of `patient_id`, as one file."""
    coverage: Opener | None = None
    """What the plan of `patient_id` covers, and benefits typed in."""
    plan: Opener | None = None
    """The page of `plan_id`; without one a new agreement of `patient_id`."""
    family: Opener | None = None
    """Who gets the bill of `patient_id`."""
    merge: Opener | None = None
    """Another record of the person whose account `patient_id` is."""
    part: Opener | None = None
    """A record that was merged into `patient_id` by mistake."""
    superbill: Opener | None = None
    """Of the visit `appointment_id`."""
    send: Opener | None = None
    """`paper` by e-mail or text; with `message_id` what that message was about, once more."""
    receipts: Opener | None = None
    """Every receipt of `patient_id`, to print, save or send several."""
    in_flight: Callable[[], bool] = lambda: False
    """Is money on its way right now, so that the window neither closes nor leaves without asking?"""


def acts_of(kit: Kit, stage: Stage, papers: PaperActs | None = None) -> LedgerActs:
    """Every act of the page: each room puts its opener here, importing its dialog when it is first called. `papers`:
    the page's own, where it has one."""
    from widgets.asking.act import openers as asking
    from widgets.coverage.act import opener as coverage
    from widgets.family.act import opener as family
    from widgets.inbox.snoozing import openers as snoozing
    from widgets.kept_cards.act import opener as cards
    from widgets.ledger.money_acts import openers as money
    from widgets.links.act import openers as links
    from widgets.money_out.act import MoneyOut
    from widgets.records.act import openers as records
    from widgets.visits.act import openers as visits

    money_out = MoneyOut(kit, stage)

    def payment(target: Target, _done: Done) -> None:
        kit.doors.go(Place(PAYMENT, target.patient_id, item=target.payment_id))

    return LedgerActs(
        payment=payment,
        in_flight=lambda: money_out.in_flight,
        **money_out.openers(),
        plan=lambda target, _done: kit.doors.go(Place(PLAN, target.patient_id, item=target.plan_id)),
        cards=cards(kit, stage),
        coverage=coverage(kit, stage),
        family=family(kit, stage),
        **(papers or PaperActs(kit, stage)).openers(),
        **records(kit, stage),
        **money(kit, stage),
        **visits(kit, stage),
        **asking(kit, stage),
        **links(kit, stage),
        **snoozing(kit, stage),
    )
