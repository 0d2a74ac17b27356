"""The pieces of revision 0009 about a patient's data as such: contacts, language, consents, the portal's terms; what a
practice says in another language; and at a hub how often one address knocked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations import role
from models.migrations.making import add_index, key, text, whole


def make() -> None:
    """Who else may be called, what people speak, when they agreed, and under which terms the portal knows them."""
    op.add_column("patient", text("language"))
    op.add_column("practice", text("receipt_message_es"))
    op.add_column("consent", text("agreed_at"))
    op.add_column("consent", text("agreed_by"))
    add_index("ix_consent_tenant_address_part", "consent", ["tenant", "address"],
              where="channel = 'text' AND agreed = 0")  # fmt: skip
    op.create_table(
        "contact",
        key("tenant"), key("id"), text("patient_id"), text("name"), text("relation"), text("phone"), text("email"),
        whole("may_be_told"), whole("active"), whole("seq"), text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_contact"), sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_contact_tenant_patient_id", "contact", ["tenant", "patient_id"])
    add_index("ix_contact_tenant_seq_part", "contact", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "portal_terms",
        key("tenant"), key("consent_id"), text("patient_id"), text("said_by"), text("words"), text("words_sha256"),
        text("said_at"), text("actor"), text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "consent_id", name="pk_portal_terms"), sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_portal_terms_tenant_patient_id", "portal_terms", ["tenant", "patient_id"])
    add_index("ix_portal_terms_tenant_seq_part", "portal_terms", ["tenant", "seq"], where="seq = 0")
    if role() == "hub":
        op.create_table(
            "portal_knock",
            key("tenant"), key("subject"), text("began_at"), whole("knocks"),
            sa.PrimaryKeyConstraint("tenant", "subject", name="pk_portal_knock"), sqlite_strict=True,
        )  # fmt: skip


def undo() -> None:
    """Back to before."""
    if role() == "hub":
        op.drop_table("portal_knock")
    op.drop_table("portal_terms")
    op.drop_table("contact")
    op.drop_index("ix_consent_tenant_address_part", "consent")
    op.drop_column("consent", "agreed_by")
    op.drop_column("consent", "agreed_at")
    op.drop_column("practice", "receipt_message_es")
    op.drop_column("patient", "language")
