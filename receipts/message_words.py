"""The sentences of messages to patients in every language they are written in; the same keys in each.

They say nothing of anybody's health: practice, amount, day, and where to ask.
"""

from __future__ import annotations

from collections.abc import Mapping

PAPERS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "receipt": "Receipt",
        "void": "Void receipt",
        "refund": "Refund receipt",
        "correction": "Correction receipt",
        "recovered": "Receipt of money received back",
        "given_back": "Receipt of money handed back",
        "statement": "Statement",
        "superbill": "Superbill",
        "balance": "Open amount",
        "plan_payment": "Payment of a plan",
        "link": "Payment link",
    },
    "es": {
        "receipt": "Recibo",
        "void": "Recibo de anulación",
        "refund": "Recibo de reembolso",
        "correction": "Recibo de corrección",
        "recovered": "Recibo de dinero recuperado",
        "given_back": "Recibo de dinero devuelto",
        "statement": "Estado de cuenta",
        "superbill": "Factura detallada",
        "balance": "Importe pendiente",
        "plan_payment": "Pago de un plan",
        "link": "Enlace de pago",
    },
}
"""What a paper is called, by its kind; the last three are no papers: they are told in words alone."""

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "subject_receipt": "Your receipt from {clinic}", "subject_receipts": "Your receipts from {clinic}",
        "subject_statement": "Your statement from {clinic}", "subject_statements": "Your statements from {clinic}",
        "subject_superbill": "Your bill from {clinic}", "subject_superbills": "Your bills from {clinic}",
        "subject_account": "Your account at {clinic}",
        "hello": "Hello,",
        "this_receipt": "this is your receipt from {clinic}.",
        "these_receipts": "these are your receipts from {clinic}.",
        "this_statement": "this is your statement from {clinic}.",
        "these_statements": "these are your statements from {clinic}.",
        "this_superbill": "this is your bill from {clinic}.", "these_superbills": "these are your bills from {clinic}.",
        "attached": "It is attached as PDF.", "attached_several": "They are attached as PDF.",
        "on_paper": "Ask us when you need it on paper.", "on_paper_several": "Ask us when you need them on paper.",
        "statement_attached": "Your statement is attached as PDF.",
        "paper": "{paper}{number} of {day}: {amount}", "many": "{count} receipts, {amount} together",
        "answer_or_call": "Questions? Answer this e-mail or call {phone}.", "call": "Questions? Call {phone}.",
        "answer": "Questions? Answer this e-mail.", "ask": "Questions? {phone}.",
        "stop": "Reply STOP to end texts.",
        "once": "The page asks for your birth date first. The link works once; please do not pass it on.",
        "do_email": "You can pay when you come in next, or call us.", "do_text": "You can pay when you come in next.",
        "do_nothing": "You need not do anything.",
        "balance": "{amount} is open on your account as of {day}",
        "plan_declined": "We could not charge your card for a payment of {amount}",
        "plan_reminder": "We charge your card on file for a payment of {amount} on {day}",
        "pay_link": "You can pay {amount} online here",
        "plan_link": "Your payment plan is ready to read and agree to here",
        "pay_reminder": "{amount} is still open. You can pay it online here",
        "plan_pay": "We could not charge your card for a payment of {amount}. You can pay it online here",
    },
    "es": {
        "subject_receipt": "Su recibo de {clinic}", "subject_receipts": "Sus recibos de {clinic}",
        "subject_statement": "Su estado de cuenta de {clinic}",
        "subject_statements": "Sus estados de cuenta de {clinic}",
        "subject_superbill": "Su factura de {clinic}", "subject_superbills": "Sus facturas de {clinic}",
        "subject_account": "Su cuenta en {clinic}",
        "hello": "Hola:",
        "this_receipt": "este es su recibo de {clinic}.", "these_receipts": "estos son sus recibos de {clinic}.",
        "this_statement": "este es su estado de cuenta de {clinic}.",
        "these_statements": "estos son sus estados de cuenta de {clinic}.",
        "this_superbill": "esta es su factura de {clinic}.", "these_superbills": "estas son sus facturas de {clinic}.",
        "attached": "Va adjunto en PDF.", "attached_several": "Van adjuntos en PDF.",
        "on_paper": "Pídanoslo si lo necesita en papel.", "on_paper_several": "Pídanoslos si los necesita en papel.",
        "statement_attached": "Su estado de cuenta va adjunto en PDF.",
        "paper": "{paper}{number} del {day}: {amount}", "many": "{count} recibos, {amount} en total",
        "answer_or_call": "¿Preguntas? Responda a este correo o llame al {phone}.",
        "call": "¿Preguntas? Llame al {phone}.", "answer": "¿Preguntas? Responda a este correo.",
        "ask": "¿Preguntas? {phone}.",
        "stop": "Responda ALTO para no recibir más mensajes.",
        "once": "La página pide primero su fecha de nacimiento. El enlace sirve una sola vez; no lo comparta.",
        "do_email": "Puede pagar en su próxima visita, o llámenos.", "do_text": "Puede pagar en su próxima visita.",
        "do_nothing": "No tiene que hacer nada.",
        "balance": "Al {day} hay {amount} pendientes en su cuenta",
        "plan_declined": "No pudimos cobrar a su tarjeta un pago de {amount}",
        "plan_reminder": "El {day} cobraremos a su tarjeta guardada un pago de {amount}",
        "pay_link": "Puede pagar {amount} en línea aquí",
        "plan_link": "Su plan de pagos está listo para leerlo y aceptarlo aquí",
        "pay_reminder": "Aún hay {amount} pendientes. Puede pagarlos en línea aquí",
        "plan_pay": "No pudimos cobrar a su tarjeta un pago de {amount}. Puede pagarlo en línea aquí",
    },
}  # fmt: skip
"""By language (ISO 639-1). A sentence that is followed by an address or a stop carries none of its own."""
