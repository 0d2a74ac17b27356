"""The hosted pages of the simulated Checkout, as HTML: a card, a bank that asks, and pages that are over."""

from __future__ import annotations

from html import escape
from typing import Any

from devices.simulators.stripe_http import Response

Shape = dict[str, Any]
_FRAME = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:16px/1.5 sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}}
label{{display:block;margin-top:.8rem}}input{{font:inherit;width:100%;box-sizing:border-box;padding:.5rem}}
input[type=checkbox]{{width:auto}}button{{font:inherit;margin-top:1rem;padding:.7rem 1rem;width:100%}}
.wrong{{color:#8a1c1c}}</style></head><body><main>{body}</main></body></html>"""


def _page(title: str, body: str, status: int = 200, language: str = "en") -> Response:
    return Response(status, headers={"content-type": "text/html; charset=utf-8"},
                    text=_FRAME.format(title=escape(title), body=body, language=escape(language)))  # fmt: skip


def ask_page(session: Shape, wrong: str, status: int = 200) -> Response:
    """The form for a card."""
    paying = session["mode"] == "payment"
    cents = session["amount_total"] or 0
    what = f"Pay ${cents // 100:,}.{cents % 100:02d}" if paying else "Save card"
    save = (session["saved_payment_method_options"] or {}).get("payment_method_save") == "enabled"
    body = [f"<h1>{escape(what)}</h1>"]
    body += [f"<p>{escape(name)}</p>" for name in session["_names"]]
    body += [f'<p class="wrong" role="alert">{escape(wrong)}</p>'] if wrong else []
    body += [
        '<form method="post">',
        '<label>Card number<input name="number" inputmode="numeric" autocomplete="off" required></label>',
        '<label>Expiry (MM / YY)<input name="expiry" autocomplete="off" required></label>',
        '<label>Security code<input name="cvc" inputmode="numeric" autocomplete="off" required></label>',
        '<label>ZIP<input name="zip" autocomplete="off"></label>',
        '<label><input type="checkbox" name="save"> Save for later</label>' if paying and save else "",
        f'<button type="submit">{escape(what)}</button></form>',
        _account_form(what) if "us_bank_account" in session["payment_method_types"] else "",
        f'<p><a href="{escape(session["cancel_url"] or "")}">Back</a></p>' if session["cancel_url"] else "",
    ]
    return _page("Checkout", "".join(body), status, session["locale"] or "en")


def _account_form(what: str) -> str:
    return (
        '<form method="post" id="debit"><h2>US bank account</h2>'
        '<label>Name on the account<input name="holder" autocomplete="off" required></label>'
        '<label>Routing number<input name="routing" inputmode="numeric" autocomplete="off" required></label>'
        '<label>Account number<input name="account" inputmode="numeric" autocomplete="off" required></label>'
        "<p>You authorise one debit, or more as agreed.</p>"
        f'<button type="submit">{escape(what)} by bank</button></form>'
    )


def bank_page(session: Shape, typed: Shape) -> Response:
    """The bank asks whether it is the holder. What was typed travels on in the page, as it would in a frame."""
    kept = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(str(value))}">'
                   for name, value in typed.items() if name in ("number", "expiry", "cvc", "zip", "save"))  # fmt: skip
    body = (
        "<h1>Your bank asks</h1><p>Is it you who pays?</p>"
        f'<form method="post">{kept}<button name="bank" value="complete">Complete</button>'
        '<button name="bank" value="fail">Fail</button></form>'
    )
    return _page("Authentication", body, 200, session["locale"] or "en")


def gone_page(words: str, back: str, status: int = 200) -> Response:
    """Nothing more to do here."""
    link = f'<p><a href="{escape(back)}">Back</a></p>' if back else ""
    return _page("Checkout", f"<h1>{escape(words)}</h1>{link}", status)
