"""What a desk can do beside taking a payment: each made when somebody first asks for it, loading what it needs then."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from app.device_log import READER
from app.secrets import STORE_KEY
from app.settings import HUB_HERE
from app.verdicts import Verdicts

if TYPE_CHECKING:
    from app.accounts import Accounts
    from app.adjustments import Adjustments
    from app.asks import Asks
    from app.attempts import Attempts
    from app.attention import Attention
    from app.attention_lists import AttentionLists
    from app.backup import Backups
    from app.card_reader import CardReader
    from app.checkout import Checkout
    from app.claims import Claims
    from app.clinic import Clinic
    from app.clock_guard import ClockGuard
    from app.consents import Consents
    from app.contacts import Contacts
    from app.customer_display import CustomerDisplay
    from app.day_close import DayClose
    from app.day_sheet import DaySheet
    from app.desks import Desks
    from app.device_log import DeviceLog
    from app.devices import Devices
    from app.eligibility import Eligibility
    from app.fee_book import FeeBook
    from app.fees import Fees
    from app.fills import Fills
    from app.folders import Folders
    from app.hub_line import HubLine
    from app.importing import Importing
    from app.kept_cards import KeptCards
    from app.kept_documents import KeptDocuments
    from app.link_at_collect import LinkAtCollect
    from app.links import Links
    from app.messages import Messages
    from app.moves import Moves
    from app.netting import Netting
    from app.notes import Notes
    from app.online_inbox import OnlineInbox
    from app.papers import Papers
    from app.patient_export import PatientExport
    from app.patients import Patients
    from app.payment_detail import PaymentDetails
    from app.payment_requests import PaymentRequests
    from app.payments import Payments
    from app.plan_lists import PlanLists
    from app.plans import Plans
    from app.portal_link import PortalLink
    from app.printing import Printing
    from app.quarantine import Quarantine
    from app.reaching import Reaching
    from app.reader_batch import ReaderBatch
    from app.receipt_list import Receipts
    from app.recovery import Recovery
    from app.refunds import Refunds
    from app.rekeying import Rekeying
    from app.rules import MoneyRules
    from app.secrets import Secrets
    from app.settings import Settings
    from app.slips import Slips
    from app.statements import Statements
    from app.status import DeskStatus
    from app.stripe_readers import StripeReaders
    from app.sync.documents import DocumentCourier
    from app.syncing import Syncing
    from app.taking_back import TakingBack
    from app.till import Till
    from app.undo import Undoing
    from models.basics.clock import Clock
    from models.store.desk import DeskStore


class Stories:
    """Made of the parts that a desk has from its first moment on."""

    folders: Folders
    settings: Settings
    secrets: Secrets
    store: DeskStore
    clock: Clock
    clinic: Clinic
    sync: HubLine | None
    device_log: DeviceLog
    printing: Printing
    display: CustomerDisplay
    status: DeskStatus
    recovery: Recovery
    checkout: Checkout
    clock_guard: ClockGuard
    accounts: Accounts
    statements: Statements
    papers: Papers
    messages: Messages
    backups: Backups
    attention: Attention
    _reader: CardReader
    _till: Till
    _attempts: Attempts

    _courier: DocumentCourier | None = None
    _courier_once = threading.Lock()

    @cached_property
    def importing(self) -> Importing:
        """Bringing in what other programs know."""
        from app.importing import Importing

        return Importing(self.store, self.clock)

    @cached_property
    def eligibility(self) -> Eligibility:
        """What patients' plans cover, and estimates."""
        from app.eligibility import Eligibility

        return Eligibility(self.clinic)

    @cached_property
    def fee_book(self) -> FeeBook:
        """What payers allow for services."""
        from app.fee_book import FeeBook

        return FeeBook(self.clinic)

    @property
    def courier(self) -> DocumentCourier:
        """What carries documents to the hub and from it. Made at the first use, whichever thread asks."""
        with self._courier_once:
            if self._courier is None:
                from app.sync.documents import DocumentCourier
                from models.store.vault import Vault, vault_key

                key = vault_key(self.secrets.get(STORE_KEY) or "")
                self._courier = DocumentCourier(self.store, Vault(self.folders.documents, key))
            return self._courier

    @cached_property
    def documents(self) -> KeptDocuments:
        """Documents beside patients, payments and requests."""
        from app.kept_documents import KeptDocuments

        return KeptDocuments(self.clinic, self.courier.vault, self.courier,
                             lambda: self.sync is not None and self.sync.state().online)  # fmt: skip

    @cached_property
    def notes(self) -> Notes:
        """Notes about patients, payments and requests."""
        from app.notes import Notes

        return Notes(self.clinic)

    @cached_property
    def desks(self) -> Desks:
        """The clinic's desks."""
        from app.desks import Desks

        return Desks(self.clinic, self.sync)

    @cached_property
    def quarantine(self) -> Quarantine:
        """What the hub keeps apart."""
        from app.quarantine import Quarantine

        return Quarantine(self.clinic, self.sync)

    @cached_property
    def syncing(self) -> Syncing | None:
        """How this desk stands with its hub, in full; None without one."""
        from app.syncing import Syncing

        if self.sync is None:
            return None
        return Syncing(self.clinic, self.sync, self.clock_guard, lambda: self.settings.get(HUB_HERE),
                       lambda: self.backups.view().state.last_good_at)  # fmt: skip

    @cached_property
    def patients(self) -> Patients:
        """The list of everybody."""
        from app.patients import Patients

        return Patients(self.clinic)

    @cached_property
    def payments(self) -> Payments:
        """All payments: the list and the cards."""
        from app.payments import Payments

        return Payments(self.clinic, self.folders.payment_list, self.secrets.get(STORE_KEY) or "")

    @cached_property
    def payment_requests(self) -> PaymentRequests:
        """What is asked of patients before money comes."""
        from app.payment_requests import PaymentRequests

        return PaymentRequests(self.clinic)

    @cached_property
    def payment_details(self) -> PaymentDetails:
        """One payment with everything about it."""
        from app.payment_detail import PaymentDetails

        return PaymentDetails(self.clinic, self.accounts)

    @cached_property
    def online_inbox(self) -> OnlineInbox:
        """Money that patients paid from home."""
        from app.online_inbox import OnlineInbox

        return OnlineInbox(self.clinic)

    @cached_property
    def claims(self) -> Claims:
        """The claims feed."""
        from app.claims import Claims

        return Claims(self.clinic)

    @cached_property
    def reader_batch(self) -> ReaderBatch:
        """The card reader's own batch."""
        from app.reader_batch import ReaderBatch

        return ReaderBatch(self.clinic, self._reader)

    @cached_property
    def day_close(self) -> DayClose:
        """Counting the drawer and closing the day."""
        from app.day_close import DayClose

        return DayClose(self.clinic, self.settings, self.attention, self.printing.nudge)

    @cached_property
    def attention_lists(self) -> AttentionLists:
        """What waits for the hub, and what was solved."""
        from app.attention_lists import AttentionLists

        return AttentionLists(self.clinic, self.attention)

    @cached_property
    def day_sheet(self) -> DaySheet:
        """Financial transactions of days."""
        from app.day_sheet import DaySheet

        return DaySheet(self.clinic)

    @cached_property
    def moves(self) -> Moves:
        """Moving money on account."""
        from app.moves import Moves

        return Moves(self.clinic)

    @cached_property
    def fills(self) -> Fills:
        """Money on account to many line items, by hand or by rule."""
        from app.fills import Fills

        return Fills(self.clinic)

    @cached_property
    def adjustments(self) -> Adjustments:
        """Discounts, courtesies, write-offs."""
        from app.adjustments import Adjustments

        return Adjustments(self.clinic)

    @cached_property
    def fees(self) -> Fees:
        """The practice's own fees."""
        from app.fees import Fees

        return Fees(self.clinic)

    @cached_property
    def kept_cards(self) -> KeptCards:
        """Patients' cards on file."""
        from app.kept_cards import KeptCards

        return KeptCards(self.clinic, self._attempts, self._reader)

    @cached_property
    def consents(self) -> Consents:
        """What patients agreed to."""
        from app.consents import Consents

        return Consents(self.clinic, lambda: self.kept_cards, self.messages)

    @cached_property
    def contacts(self) -> Contacts:
        """Who else may be called about patients."""
        from app.contacts import Contacts

        return Contacts(self.clinic)

    @cached_property
    def reaching(self) -> Reaching:
        """How patients are reached."""
        from app.reaching import Reaching

        return Reaching(self.clinic)

    @cached_property
    def patient_export(self) -> PatientExport:
        """Everything that is known of a patient as one file."""
        from app.patient_export import PatientExport

        return PatientExport(self.clinic, self.accounts, self.papers, self.statements, self.consents,
                             lambda: self.documents)  # fmt: skip

    @cached_property
    def plans(self) -> Plans:
        """Payment plans: agreements and what becomes of them."""
        from app.plans import Plans

        return Plans(self.clinic, self._reader)

    @cached_property
    def plan_lists(self) -> PlanLists:
        """Payment plans in lists, and their history."""
        from app.plan_lists import PlanLists

        return PlanLists(self.clinic)

    @cached_property
    def rekeying(self) -> Rekeying:
        """Receipts on paper whose payment died with its desk."""
        from app.rekeying import Rekeying

        return Rekeying(self.clinic)

    @cached_property
    def undoing(self) -> Undoing:
        """Taking back what only moved or adjusted."""
        from app.undo import Undoing

        return Undoing(self.clinic)

    @cached_property
    def rules(self) -> MoneyRules:
        """The practice's rules about money."""
        from app.rules import MoneyRules

        return MoneyRules(self.clinic)

    @cached_property
    def asks(self) -> Asks:
        """Payment requests that go to patients by link, one or many at once."""
        from app.asks import Asks

        return Asks(self.clinic, self.messages, self.statements, self.papers)

    @cached_property
    def links(self) -> Links:
        """One-time links for patients."""
        from app.links import Links

        return Links(self.clinic, self.messages, self.sync)

    @cached_property
    def link_at_collect(self) -> LinkAtCollect:
        """What Collect would take, asked by a link instead."""
        from app.link_at_collect import LinkAtCollect

        return LinkAtCollect(self.links, self.payment_requests)

    @cached_property
    def slips(self) -> Slips:
        """Codes of payment links on paper."""
        from app.slips import Slips

        return Slips(self.clinic, self.links, self.printing)

    @cached_property
    def portal_link(self) -> PortalLink:
        """Where patients reach their pages."""
        from app.portal_link import PortalLink

        return PortalLink(self.clinic)

    @cached_property
    def stripe_readers(self) -> StripeReaders:
        """A card reader at Stripe: its key, the account's readers, which one is this desk's."""
        from app.stripe_readers import StripeReaders

        return StripeReaders(self.settings, self.secrets, self._reader, lambda: self.devices.may_change(READER))

    @cached_property
    def devices(self) -> Devices:
        """The devices of this desk: choosing and trying them, and what they were asked."""
        from app.devices import Devices

        return Devices(self.clinic, self.settings, self.status, self.printing, self.device_log, self._reader,
                       self.display)  # fmt: skip

    @cached_property
    def receipts(self) -> Receipts:
        """Lists of receipts."""
        from app.receipt_list import Receipts

        return Receipts(self.clinic, self.papers)

    @cached_property
    def refunds(self) -> Refunds:
        """Money that goes back."""
        from app.refunds import Refunds

        hub = Verdicts(self.clinic, self.sync)
        return Refunds(self._till, self._attempts, self._reader, self.recovery, hub, self.status.told)

    @cached_property
    def taking_back(self) -> TakingBack:
        """Voids, deletions, corrections, returned checks, disputes."""
        from app.taking_back import TakingBack

        return TakingBack(self._till, self.checkout, self._attempts.giving)

    @cached_property
    def netting(self) -> Netting:
        """Refunds made in other programs, settled with their payments."""
        from app.netting import Netting

        return Netting(self.clinic)
