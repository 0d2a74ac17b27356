"""What stories about kept cards share: the consent, written down first, and the card, once its processor has it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.card_reader import CardReader
from app.clinic import Clinic
from app.fields import no_card_number
from app.method import method_text
from app.plan import Plan
from app.views import KeepCard, KeptCardLine
from app.words import WORDS
from devices.base import CardInfo, PaymentResult
from models.basics.card_numbers import holds_brand_number
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.operations.kept_cards import PROCESSORS, STRIPE, CardConsent, CardKeep, kept_card_id_of
from models.operations.online import BANK
from models.rules.people import display_name
from models.store.queries import kept_cards, reaching, rows, staff
from models.store.queries.kept_cards import KeptCardRow
from models.store.queries.records import StoredRecords

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

NAME_LIMIT = 60


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """A version of what is agreed to in one `language`; `sha256` (hex) is of its `text`."""

    version: str
    language: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


ENGLISH = ConsentWords("card-on-file-1", "en", WORDS["card.consent_text"].body)
SPANISH = ConsentWords("card-on-file-1-es", "es", WORDS["card.consent_text_es"].body)
CONSENTS = {each.version: each for each in (ENGLISH, SPANISH)}
"""Every version a patient may have agreed to at a desk, by its name."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What is agreed to, to be read out before. `consent_id` is made once, so that a second Enter agrees to nothing
    twice; `words` is the version, in the language the patient rather reads, `payer` who will probably agree."""

    consent_id: str
    words: ConsentWords
    payer: str


def new_consent(payer: str, language: str = "") -> Consent:
    """What is agreed to now in a language (English where it is not spoken here), and by whom it probably will be."""
    words = next((each for each in CONSENTS.values() if each.language == language), ENGLISH)
    return Consent(new_id(), words, payer)


class KeepingCards:
    """Writes consents and cards down, inside the caller's transaction."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def agree(self, tx: Tx, wish: KeepCard, patient_id: str, person_id: str) -> None:
        """Write down who agreed, once for each consent. The account is whose it is: the guarantor's."""
        tenant = self._clinic.tenant
        words = CONSENTS[wish.words]
        if kept_cards.consent(tx.reader, tenant, wish.consent_id) is None:
            self._record(tx, CardConsent(
                consent_id=wish.consent_id, patient_id=kept_cards.account_of(tx.reader, tenant, patient_id),
                channel="desk", said_by=wish.said_by, words=words.version, words_sha256=words.sha256,
            ), person_id)  # fmt: skip
            self._remember(tx, kept_cards.account_of(tx.reader, tenant, patient_id), words.language, person_id)

    def _remember(self, tx: Tx, account: str, language: str, person_id: str) -> None:
        """Whom nobody has asked yet, and who had it read in another language than this desk's, rather reads that."""
        known = StoredRecords(tx.reader, self._clinic.tenant).stored("patient", account)
        if known is not None and not known.language and language != ENGLISH.language:
            self._record(tx, replace(known, language=language), person_id)

    def keep_paid(self, tx: Tx, plan: Plan, result: PaymentResult, driver: str) -> bool:
        """Keep the card of a payment that was approved, where its processor gave a token for it."""
        if plan.keep is None:
            return False
        return (
            self.keep(tx, plan.keep, plan.patient_id, (result.token, driver, result.card), plan.person_id) is not None
        )

    def keep(
        self, tx: Tx, wish: KeepCard, patient_id: str, read: tuple[str, str, CardInfo], person_id: str
    ) -> CardKeep | None:  # fmt: skip
        """Keep a card as it was `read`: token, processor, what is known of it. None where there is no token, or one
        that nobody may write down."""
        token, processor, card = read
        if not token or processor not in PROCESSORS or holds_brand_number(token):
            return None
        customer, _, method = token.rpartition("/") if processor == STRIPE else ("", "", token)
        tenant = self._clinic.tenant
        account = kept_cards.account_of(tx.reader, tenant, patient_id)
        first = not kept_cards.cards_of(tx.reader, tenant, account)
        body = CardKeep(
            kept_card_id=kept_card_id_of(processor, customer, method), patient_id=account,
            consent_id=wish.consent_id, processor=processor, token=method, customer=customer, brand=card.brand,
            last4=card.last4, holder=wish.said_by, nickname=wish.nickname, make_default=first,
        )  # fmt: skip
        self._record(tx, body, person_id)
        return body

    def _record(self, tx: Tx, body: object, person_id: str) -> None:
        tx.record(body, person_id=person_id, business_date=self._clinic.today().isoformat())


def checked_wish(wish: KeepCard) -> KeepCard:
    """The wish with its words trimmed. Raises RuleBroken `card.consent_missing`, `collect.card_number`."""
    said_by, nickname = " ".join(wish.said_by.split())[:NAME_LIMIT], " ".join(wish.nickname.split())[:NAME_LIMIT]
    if not said_by or not wish.consent_id or wish.words not in CONSENTS:
        raise RuleBroken("card.consent_missing", field="said_by")
    no_card_number(said_by, "said_by")
    no_card_number(nickname, "nickname")
    return KeepCard(wish.consent_id, said_by, nickname, wish.words)


def keeps_cards(reader: CardReader) -> bool:
    """Can the reader of this desk keep cards, as far as its driver goes?"""
    return reader.fitted and reader.driver in PROCESSORS


def why_not_here(card: KeptCardRow, reader: CardReader) -> str:
    """The message key of why a kept card cannot be charged at this desk; empty where it can. A bank account is debited
    by the hub, for a plan, or by its patient."""
    if card.way == BANK:
        return "card.bank_account"
    if not reader.fitted:
        return "card.no_reader"
    return "" if card.processor == reader.driver else "card.kept_elsewhere"


def payer_of(reader: Any, tenant: str, patient_id: str) -> tuple[str, str]:
    """Who pays for a patient: their name, and the language they would rather read."""
    account = kept_cards.account_of(reader, tenant, patient_id)
    row = rows.patient(reader, tenant, account)
    if row is None:
        return "", ""
    return display_name(family=row.family, given=row.given, suffix=row.suffix), reaching.language(
        reader, tenant, account
    )


def cards_on_file(clinic: Clinic, reader: Any, patient_id: str, terminal: CardReader) -> tuple[KeptCardLine, ...]:
    """The cards that may be charged for a patient, the default first."""
    found = kept_cards.cards_of(reader, clinic.tenant, patient_id)
    names = staff.staff_names(reader, clinic.tenant) if found else {}
    return tuple(
        KeptCardLine(
            kept_card_id=row.kept_card_id, name=method_text("card", brand=row.brand, last4=row.last4),
            nickname=row.nickname, holder=row.holder or row.agreed_by, agreed_by=row.agreed_by,
            agreed_on=clinic.local(row.agreed_at).date() if row.agreed_at else None,
            kept_by=names.get(row.kept_by, ""), expires=_expires(row), first=at == 0,
            why_not=why_not_here(row, terminal), by_bank=row.way == BANK,
        )
        for at, row in enumerate(found)
    )  # fmt: skip


def _expires(row: KeptCardRow) -> str:
    return f"{row.exp_month:02d}/{row.exp_year % 100:02d}" if row.exp_month and row.exp_year else ""
