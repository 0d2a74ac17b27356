"""What a person agreed to, as the operations that said so left it: cards kept, e-mail that is not protected, agreements
about plans, the portal's terms. Nothing is kept here that is not kept there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.store.queries.rows import marks

CARD, EMAIL, TEXT, PLAN, PORTAL = "card", "email", "text", "plan", "portal"
"""What was agreed to."""


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One word of a patient. `kind` as above; `subject` is the address, the plan's id or (of cards) the consent's own;
    `said_by` who agreed, by name, where that was asked for; `words` the version and `words_sha256` (hex) the text,
    where it was written down; `channel` desk, portal, link or text (their own answer to one); `said_at` and `ended_at`
    UTC text, `actor` and `ended_by` who wrote either down. `how` says of a plan how it was accepted. `standing`:
    something still rests on it."""

    kind: str
    key: str
    patient_id: str
    subject: str
    said_by: str
    words: str
    words_sha256: str
    channel: str
    said_at: str
    actor: str
    ended_at: str
    ended_by: str
    how: str
    standing: int
    seq: int


_CARDS = (
    "SELECT 'card', a.consent_id, a.patient_id, a.consent_id, a.said_by, a.words, a.words_sha256, a.channel, "
    "a.said_at, a.actor, CASE WHEN max(k.dropped_at = '') THEN '' ELSE coalesce(max(k.dropped_at), '') END, "
    "coalesce(max(k.dropped_by), ''), '', coalesce(max(k.dropped_at = ''), 0), a.seq FROM card_consent a "
    "LEFT JOIN kept_card k ON k.tenant = a.tenant AND k.consent_id = a.consent_id "
    "WHERE a.tenant = ? AND a.patient_id IN ({inside}) GROUP BY a.consent_id"
)
_ADDRESSES = (
    "SELECT c.channel, c.consent_id, c.patient_id, c.address, '', c.words, '', "
    "CASE c.actor WHEN 'hub' THEN 'text' ELSE 'desk' END, "
    "CASE c.agreed_at WHEN '' THEN c.said_at ELSE c.agreed_at END, "
    "CASE c.agreed_by WHEN '' THEN c.actor ELSE c.agreed_by END, CASE c.agreed WHEN 1 THEN '' ELSE c.said_at END, "
    "CASE c.agreed WHEN 1 THEN '' ELSE c.actor END, '', c.agreed, c.seq FROM consent c "
    "WHERE c.tenant = ? AND c.patient_id IN ({inside})"
)
_PLANS = (
    "SELECT 'plan', p.plan_id, p.patient_id, p.plan_id, p.accepted_by, p.terms, p.accepted_sha256, p.accepted_channel, "
    "p.accepted_at, '', p.ended_at, p.ended_by, p.accepted_how, "
    "p.accepted_sha256 = p.terms_sha256 AND p.ended_at = '', p.seq FROM plan p "
    "WHERE p.tenant = ? AND p.patient_id IN ({inside}) AND p.accepted_sha256 <> ''"
)
_PORTAL = (
    "SELECT 'portal', t.consent_id, t.patient_id, '', t.said_by, t.words, t.words_sha256, 'portal', t.said_at, '', '', "
    "'', '', 1, t.seq FROM portal_terms t WHERE t.tenant = ? AND t.patient_id IN ({inside})"
)


def consents(connection: Any, tenant: str, patients: Sequence[str]) -> list[ConsentRow]:
    """Every word these records gave, newest first."""
    inside = marks(len(patients))
    found = [
        ConsentRow(*row)
        for query in (_CARDS, _ADDRESSES, _PLANS, _PORTAL)
        for row in connection.execute(query.format(inside=inside), (tenant, *patients))
    ]
    return sorted(found, key=lambda row: (row.said_at, row.kind, row.key), reverse=True)


def cards_under(connection: Any, tenant: str, consent_id: str) -> list[str]:
    """The cards that are kept under a consent now."""
    query = "SELECT kept_card_id FROM kept_card WHERE tenant = ? AND consent_id = ? AND dropped_at = ''"
    return [str(row[0]) for row in connection.execute(query, (tenant, consent_id))]


def card_names(connection: Any, tenant: str, consent_id: str) -> list[tuple[str, str]]:
    """(brand, last four) of every card that was ever kept under a consent."""
    query = "SELECT brand, last4 FROM kept_card WHERE tenant = ? AND consent_id = ? ORDER BY kept_at, kept_card_id"
    return [(str(row[0]), str(row[1])) for row in connection.execute(query, (tenant, consent_id))]
