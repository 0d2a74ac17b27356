"""What patients answer to a text: that they want no more of them, or again. Pure.

The words are those carriers and providers know in the United States (CTIA Messaging Principles and Best Practices), and
the Spanish ones our Spanish texts name. Only a whole answer counts: "cancel my visit" ends nothing.
"""

from __future__ import annotations

import re
import unicodedata

STOP, START = "stop", "start"
"""What an answer asks for."""
_WORDS = {
    **dict.fromkeys(("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "alto", "parar",
                     "cancelar"), STOP),
    **dict.fromkeys(("start", "unstop", "iniciar", "comenzar"), START),
}  # fmt: skip
LONGEST = 40
"""Signs of an answer that may be such a word."""


def reply_of(text: str) -> str:
    """STOP, START, or empty for anything else (HELP is answered by the provider)."""
    if len(text) > LONGEST:
        return ""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _WORDS.get("".join(re.findall(r"[a-z]+", plain)), "")
