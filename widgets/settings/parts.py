"""What belongs to each page of Settings besides its rows: views, and presenters over single stories of the desk.

A maker imports when its page is first opened, so that nobody waits for pages nobody looks at. A new part is a maker and
its row in `PARTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from models.basics.clock import SystemClock
from models.rules.rights import Right
from widgets.common.lend_dialog import Lending
from widgets.common.speech import Speech
from widgets.settings.state import (
    BACKUP,
    DESKS,
    DEVICES,
    FEES,
    IMPORT,
    PORTAL,
    PRACTICE,
    PROFILES,
    RULES,
    STAFF,
    THIS_DESK,
    WAYS,
)
from widgets.settings.view import SettingsView

if TYPE_CHECKING:
    from app.joining_again import JoiningAgain
    from app.syncing import Syncing
    from widgets.screens import Kit
    from widgets.settings.this_desk import HubPresenter


class Part(Protocol):
    """The presenter of a part of a page."""

    def show(self) -> None:
        """The page is opened: read how it stands."""


Parts = tuple[Part, ...]


def _now(kit: Kit) -> Callable[[], datetime]:
    return lambda: kit.desk.clock.now().astimezone(ZoneInfo(kit.facts().zone))


def _lending(view: SettingsView, kit: Kit, title: str, verb: str) -> Lending:
    """Asks for the PIN of somebody who may set up."""
    return Lending(
        view, Right.SET_UP, title, verb, bridge=kit.bridge, lane=kit.desk.lanes["store"],
        sign_in=kit.desk.sign_in, speech=Speech(lambda: ZoneInfo(kit.facts().zone)),
    )  # fmt: skip


def _import(view: SettingsView, kit: Kit) -> Parts:
    from widgets.importing.presenter import ImportPresenter
    from widgets.importing.view import ImportView

    importing = ImportView()
    view.add_page(IMPORT, importing)
    ImportPresenter(
        importing, bridge=kit.bridge, lane=kit.desk.lanes["net"], importing=lambda: kit.desk.importing,
        person_id=lambda: kit.session.acting.staff_id,
    )  # fmt: skip
    return ()


def _staff(view: SettingsView, kit: Kit) -> Parts:
    from widgets.settings.staff import StaffPresenter, StaffView

    staff = StaffView()
    view.add_page(STAFF, staff)
    presenter = StaffPresenter(
        staff, bridge=kit.bridge, lane=kit.desk.lanes["store"], sign_in=kit.desk.sign_in,
        person=lambda: kit.session.person,
    )  # fmt: skip
    return (presenter,)


def _practice(view: SettingsView, kit: Kit) -> Parts:
    from widgets.settings.practice import PracticePresenter, PracticeView

    practice = PracticeView()
    view.add_page(PRACTICE, practice)
    presenter = PracticePresenter(
        practice, bridge=kit.bridge, lane=kit.desk.lanes["store"], practice=kit.desk.practice,
        person=lambda: kit.session.person,
    )  # fmt: skip
    return (presenter,)


def _ways(view: SettingsView, kit: Kit) -> Parts:
    from widgets.settings.ways import WaysPresenter, WaysView

    ways = WaysView()
    view.add_page(WAYS, ways)
    presenter = WaysPresenter(
        ways, bridge=kit.bridge, lane=kit.desk.lanes["store"], ways=kit.desk.ways, person=lambda: kit.session.person
    )  # fmt: skip
    return (presenter,)


def _rules(view: SettingsView, kit: Kit) -> Parts:
    from widgets.settings.rules import MoneyRulesPresenter, MoneyRulesView

    rules = MoneyRulesView()
    view.add_page(RULES, rules)
    presenter = MoneyRulesPresenter(
        rules, bridge=kit.bridge, lane=kit.desk.lanes["store"], rules=lambda: kit.desk.rules,
        person=lambda: kit.session.person,
    )  # fmt: skip
    return (presenter,)


def _portal(view: SettingsView, kit: Kit) -> Parts:
    from widgets.settings.portal import LinkCard, LinkPresenter, portal_rules_view
    from widgets.settings.rules import MoneyRulesPresenter

    link = LinkCard()
    rules = portal_rules_view(link)
    view.add_page(PORTAL, rules)
    shown = LinkPresenter(link, bridge=kit.bridge, lane=kit.desk.lanes["reads"], portal=lambda: kit.desk.portal_link)
    presenter = MoneyRulesPresenter(
        rules, bridge=kit.bridge, lane=kit.desk.lanes["store"], rules=lambda: kit.desk.rules,
        person=lambda: kit.session.person,
    )  # fmt: skip
    return shown, presenter


def _profiles(view: SettingsView, kit: Kit) -> Parts:
    from widgets.settings.profiles import ProfilesPresenter, ProfilesView

    profiles = ProfilesView()
    view.add_page(PROFILES, profiles)
    presenter = ProfilesPresenter(
        profiles, bridge=kit.bridge, lane=kit.desk.lanes["store"], profiles=lambda: kit.desk.profiles,
        person=lambda: kit.session.person,
    )  # fmt: skip
    return (presenter,)


def _fees(view: SettingsView, kit: Kit) -> Parts:
    from widgets.fee_schedules.presenter import FeesPresenter
    from widgets.fee_schedules.view import FeesView

    fees = FeesView()
    view.add_page(FEES, fees)
    presenter = FeesPresenter(
        fees, bridge=kit.bridge, lanes=kit.desk.lanes, book=lambda: kit.desk.fee_book,
        person=lambda: kit.session.person, today=lambda: kit.facts().business_date,
        speech=Speech(lambda: ZoneInfo(kit.facts().zone)),
    )  # fmt: skip
    return (presenter,)


def _desks(view: SettingsView, kit: Kit) -> Parts:
    from widgets.desks.presenter import DesksPresenter
    from widgets.desks.review import ReviewPresenter
    from widgets.desks.view import DesksView

    desks = DesksView()
    view.add_above(DESKS, desks)
    review = ReviewPresenter(
        desks, bridge=kit.bridge, lane=kit.desk.lanes["hub"], quarantine=lambda: kit.desk.quarantine,
        sign_in=kit.desk.sign_in, person=lambda: kit.session.person, now=_now(kit),
    )  # fmt: skip
    presenter = DesksPresenter(
        desks, bridge=kit.bridge, lane=kit.desk.lanes["hub"], desks=lambda: kit.desk.desks,
        person=lambda: kit.session.person, now=_now(kit), review=review,
    )  # fmt: skip
    return (presenter,)


def _devices(view: SettingsView, kit: Kit) -> Parts:
    from widgets.devices.presenter import DevicesPresenter
    from widgets.devices.view import DevicesPart
    from widgets.settings.stripe import StripePart, StripePresenter

    parts: list[Part] = []
    if not kit.facts().training:
        stripe = StripePart()
        view.add_above(DEVICES, stripe)
        parts.append(StripePresenter(
            stripe, bridge=kit.bridge, lane=kit.desk.lanes["net"], readers=lambda: kit.desk.stripe_readers,
            person=lambda: kit.session.person, now=SystemClock().now,
        ))  # fmt: skip
    devices = DevicesPart(view)
    view.add_above(DEVICES, devices)
    view.page_opened.connect(lambda name: devices.set_at_work(name == DEVICES))
    presenter = DevicesPresenter(
        devices, bridge=kit.bridge, lanes=kit.desk.lanes, devices=lambda: kit.desk.devices,
        subscribe=kit.desk.status.subscribe, events=kit.desk.device_log.subscribe,
        person=lambda: kit.session.person, lend=_lending(view, kit, "Change the devices", "Go on"),
    )  # fmt: skip
    return (*parts, presenter)


def _backup(view: SettingsView, kit: Kit) -> Parts:
    from widgets.settings.backup import ASK_TITLE, ASK_VERB, KEY_WHY, BackupPart, BackupPresenter

    backup = BackupPart()
    view.add_above(BACKUP, backup)
    lend = _lending(view, kit, ASK_TITLE, ASK_VERB)
    presenter = BackupPresenter(
        backup, bridge=kit.bridge, lane=kit.desk.lanes["net"], backups=kit.desk.backups,
        checked=lambda: kit.desk.care.checked, now=_now(kit),
        ask=lambda then: lend.ask(KEY_WHY, "Enter the PIN of a manager", then),
    )  # fmt: skip
    return (presenter,)


def _this_desk(view: SettingsView, kit: Kit) -> Parts:
    parts = (_hub(view, kit),) if kit.desk.syncing is not None else ()
    if not kit.facts().training:
        _training(view, kit)
    return parts


def _hub(view: SettingsView, kit: Kit) -> HubPresenter:
    from widgets.settings.this_desk import HubPart, HubPresenter
    from widgets.syncing.again import JoiningDesk

    def syncing() -> Syncing:
        assert kit.desk.syncing is not None
        return kit.desk.syncing

    def joining_again() -> JoiningAgain:
        assert kit.desk.joining_again is not None
        return kit.desk.joining_again

    part = HubPart(view)
    view.add_below(THIS_DESK, part)
    joining = JoiningDesk(part, bridge=kit.bridge, hub=kit.desk.lanes["hub"], joining_again=joining_again)
    return HubPresenter(part, bridge=kit.bridge, lane=kit.desk.lanes["reads"], syncing=syncing, now=_now(kit),
                        joining=joining)  # fmt: skip


def _training(view: SettingsView, kit: Kit) -> None:
    from widgets.settings.training import ASK_TITLE, ASK_VERB, TrainingPart, TrainingPresenter

    part = TrainingPart(view)
    view.add_below(THIS_DESK, part)
    lending = _lending(view, kit, ASK_TITLE, ASK_VERB)

    def serves() -> bool:
        return any(light.facts.get("serves") for light in kit.desk.status.lights())

    TrainingPresenter(part, bridge=kit.bridge, lane=kit.desk.lanes["reads"], serves=serves, ask=lending.ask,
                      train=kit.train)  # fmt: skip


PARTS: dict[str, Callable[[SettingsView, Kit], Parts]] = {
    THIS_DESK: _this_desk, DEVICES: _devices, PRACTICE: _practice, WAYS: _ways, RULES: _rules, PORTAL: _portal,
    PROFILES: _profiles, FEES: _fees,
    STAFF: _staff, DESKS: _desks, BACKUP: _backup, IMPORT: _import,
}  # fmt: skip
"""By page, in the order of `SECTIONS`."""
