"""Settings for the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.basics.clock import SystemClock
from models.rules.rights import Right
from widgets.common.lend_dialog import Lending
from widgets.common.speech import Speech
from widgets.desks.presenter import DesksPresenter
from widgets.desks.review import ReviewPresenter
from widgets.desks.view import DesksView
from widgets.devices.presenter import DevicesPresenter
from widgets.devices.view import DevicesPart
from widgets.importing.presenter import ImportPresenter
from widgets.importing.view import ImportView
from widgets.screens import Kit, Page, Place
from widgets.settings.backup import ASK_TITLE, ASK_VERB, KEY_WHY, BackupPart, BackupPresenter
from widgets.settings.practice import PracticePresenter, PracticeView
from widgets.settings.presenter import SettingsPresenter
from widgets.settings.profiles import ProfilesPresenter, ProfilesView
from widgets.settings.rules import MoneyRulesPresenter, MoneyRulesView
from widgets.settings.staff import StaffPresenter, StaffView
from widgets.settings.state import (
    BACKUP,
    DESKS,
    DEVICES,
    IMPORT,
    PRACTICE,
    PROFILES,
    RULES,
    SECTIONS,
    STAFF,
    THIS_DESK,
    WAYS,
)
from widgets.settings.stripe import StripePart, StripePresenter
from widgets.settings.this_desk import HubPart, HubPresenter
from widgets.settings.training import ASK_TITLE as TRAIN_TITLE
from widgets.settings.training import ASK_VERB as TRAIN_VERB
from widgets.settings.training import TrainingPart, TrainingPresenter
from widgets.settings.view import SettingsView
from widgets.settings.ways import WaysPresenter, WaysView
from widgets.syncing.again import JoiningDesk

if TYPE_CHECKING:
    from app.joining_again import JoiningAgain
    from app.syncing import Syncing
    from models.store.rows import Change


class SettingsPage:
    """The page; `item` of a place names the page of Settings."""

    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        self.widget = SettingsView()
        importing = ImportView()
        self.widget.add_page(IMPORT, importing)
        staff, desks = StaffView(), DesksView()
        self.widget.add_page(STAFF, staff)
        practice = PracticeView()
        self.widget.add_page(PRACTICE, practice)
        ways = WaysView()
        self.widget.add_page(WAYS, ways)
        rules = MoneyRulesView()
        self.widget.add_page(RULES, rules)
        profiles = ProfilesView()
        self.widget.add_page(PROFILES, profiles)
        self.widget.add_above(DESKS, desks)
        stripe, devices = StripePart(), DevicesPart(self.widget)
        self.widget.add_above(DEVICES, stripe)
        self.widget.add_above(DEVICES, devices)
        self.widget.page_opened.connect(lambda name: devices.set_at_work(name == DEVICES))
        backup = BackupPart()
        self.widget.add_above(BACKUP, backup)
        self._presenter = SettingsPresenter(
            self.widget, bridge=kit.bridge, lane=kit.desk.lanes["store"], settings=kit.desk.settings
        )
        self._importing = ImportPresenter(
            importing,
            bridge=kit.bridge,
            lane=kit.desk.lanes["net"],
            importing=kit.desk.importing,
            person_id=lambda: kit.session.acting.staff_id,
        )
        self._staff = StaffPresenter(
            staff, bridge=kit.bridge, lane=kit.desk.lanes["store"], sign_in=kit.desk.sign_in,
            person=lambda: kit.session.person,
        )  # fmt: skip
        self._practice = PracticePresenter(
            practice, bridge=kit.bridge, lane=kit.desk.lanes["store"], practice=kit.desk.practice,
            person=lambda: kit.session.person,
        )  # fmt: skip
        self._rules = MoneyRulesPresenter(
            rules, bridge=kit.bridge, lane=kit.desk.lanes["store"], rules=lambda: kit.desk.rules,
            person=lambda: kit.session.person,
        )  # fmt: skip
        self._profiles = ProfilesPresenter(
            profiles, bridge=kit.bridge, lane=kit.desk.lanes["store"], profiles=lambda: kit.desk.profiles,
            person=lambda: kit.session.person,
        )  # fmt: skip

        def now() -> datetime:
            return kit.desk.clock.now().astimezone(ZoneInfo(kit.facts().zone))

        self._stripe = StripePresenter(
            stripe, bridge=kit.bridge, lane=kit.desk.lanes["net"], readers=lambda: kit.desk.stripe_readers,
            person=lambda: kit.session.person, now=SystemClock().now,
        )  # fmt: skip
        self._devices = DevicesPresenter(
            devices, bridge=kit.bridge, lanes=kit.desk.lanes, devices=lambda: kit.desk.devices,
            subscribe=kit.desk.status.subscribe, events=kit.desk.device_log.subscribe,
            person=lambda: kit.session.person, lend=self._lending(kit, "Change the devices", "Go on"),
        )  # fmt: skip
        review = ReviewPresenter(
            desks, bridge=kit.bridge, lane=kit.desk.lanes["hub"], quarantine=lambda: kit.desk.quarantine,
            sign_in=kit.desk.sign_in, person=lambda: kit.session.person, now=now,
        )  # fmt: skip
        self._desks = DesksPresenter(
            desks, bridge=kit.bridge, lane=kit.desk.lanes["hub"], desks=lambda: kit.desk.desks,
            person=lambda: kit.session.person, now=now, review=review,
        )  # fmt: skip
        self._lend = self._lending(kit, ASK_TITLE, ASK_VERB)
        self._backup = BackupPresenter(
            backup, bridge=kit.bridge, lane=kit.desk.lanes["net"], backups=kit.desk.backups,
            checked=lambda: kit.desk.care.checked,
            now=lambda: kit.desk.clock.now().astimezone(ZoneInfo(kit.facts().zone)),
            ask=lambda then: self._lend.ask(KEY_WHY, "Enter the PIN of a manager", then),
        )  # fmt: skip
        self._hub = self._hub_part(kit, now) if kit.desk.syncing is not None else None
        if not kit.facts().training:
            self._add_training(kit)
        self._ways = WaysPresenter(
            ways, bridge=kit.bridge, lane=kit.desk.lanes["store"], ways=kit.desk.ways,
            person=lambda: kit.session.person,
        )  # fmt: skip

    def _add_training(self, kit: Kit) -> None:
        part = TrainingPart(self.widget)
        self.widget.add_below(THIS_DESK, part)
        lending = Lending(
            self.widget, Right.SET_UP, TRAIN_TITLE, TRAIN_VERB, bridge=kit.bridge, lane=kit.desk.lanes["store"],
            sign_in=kit.desk.sign_in, speech=Speech(lambda: ZoneInfo(kit.facts().zone)),
        )  # fmt: skip

        def serves() -> bool:
            return any(light.facts.get("serves") for light in kit.desk.status.lights())

        TrainingPresenter(part, bridge=kit.bridge, lane=kit.desk.lanes["reads"], serves=serves, ask=lending.ask,
                          train=kit.train)  # fmt: skip

    def _lending(self, kit: Kit, title: str, verb: str) -> Lending:
        """Asks for the PIN of somebody who may set up."""
        return Lending(
            self.widget, Right.SET_UP, title, verb, bridge=kit.bridge, lane=kit.desk.lanes["store"],
            sign_in=kit.desk.sign_in, speech=Speech(lambda: ZoneInfo(kit.facts().zone)),
        )  # fmt: skip

    def _hub_part(self, kit: Kit, now: Callable[[], datetime]) -> HubPresenter:
        def syncing() -> Syncing:
            assert kit.desk.syncing is not None
            return kit.desk.syncing

        def joining_again() -> JoiningAgain:
            assert kit.desk.joining_again is not None
            return kit.desk.joining_again

        part = HubPart(self.widget)
        self.widget.add_below(THIS_DESK, part)
        joining = JoiningDesk(part, bridge=kit.bridge, hub=kit.desk.lanes["hub"], joining_again=joining_again)
        return HubPresenter(part, bridge=kit.bridge, lane=kit.desk.lanes["reads"], syncing=syncing, now=now,
                            joining=joining)  # fmt: skip

    def enter(self, place: Place) -> None:
        """Show the values, and the page that was asked for."""
        self._presenter.show()
        self._staff.show()
        self._practice.show()
        self._rules.show()
        self._profiles.show()
        self._desks.show()
        self._backup.show()
        self._stripe.show()
        self._devices.show()
        self._ways.show()
        if self._hub is not None:
            self._hub.show()
        self.widget.open_page(place.item or self.widget.page_name or SECTIONS[0].name)
        self.widget.take_focus()

    def leave(self) -> None:
        """Everything was saved as it was made."""

    def changed(self, change: Change) -> None:
        """People may have changed, here or at another desk."""
        if change.everything or "staff" in change.topics:
            self._staff.show()
        if change.everything or "method" in change.topics:
            self._ways.show()
        if change.everything or change.topics & {"billing_profile", "appointment_profile"}:
            self._profiles.show()


def make(kit: Kit) -> Page:
    """The page with its presenters."""
    return SettingsPage(kit)
