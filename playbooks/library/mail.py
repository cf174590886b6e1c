"""Mail drafts of steps: the fields that may be merged into them, and the text with them filled.

Pure. A draft is what a person sends under their own name, so what is not known stays visible in
brackets instead of leaving a hole in a sentence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from accounts.named_fields import Fields

MERGE_FIELDS = {
    "account": "the name of the account",
    "contact": "the champion, else whoever of them we know best",
    "csm": "who owns the account",
    "sender": "who has the task",
    "our_company": "the name of this installation",
    "renewal_date": "the next end of a contract",
    "decision_date": "the last day by which a renewal is decided",
    "renewal_amount": "what the next term of the contract costs that the play is about",
    "product_link": "where customers log in, as Admin → Installation says",
}
_GAP = re.compile(r"\[[^\[\]\n]+\]")
_FIELD = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class MailDraft:
    subject: str
    body: str


def read_mail(step: Fields) -> MailDraft | None:
    """Of a step; None where it has no draft."""
    fields = step.part("mail", {})
    if not step.has("mail"):
        return None
    draft = MailDraft(
        subject=fields.text("subject", max_length=160),
        body=fields.text("body", max_length=4000),
    )
    for name, text in (("subject", draft.subject), ("body", draft.body)):
        for unknown in merged_names(text) - MERGE_FIELDS.keys():
            fields.wrong(name, f"“{unknown}” is none of {', '.join(MERGE_FIELDS)}")
    fields.refuse_others()
    return draft


def gaps(draft: MailDraft | None) -> list[str]:
    """What a person still has to fill in: words in brackets. ("see [link]": "[link]")"""
    return [] if draft is None else _GAP.findall(f"{draft.subject}\n{draft.body}")


def merged_names(text: str) -> set[str]:
    """What stands between {{ and }}."""
    return set(_FIELD.findall(text))


def merge(text: str, values: Mapping[str, str]) -> str:
    """
    >>> merge("Dear {{ contact }}, about {{ account }}", {"account": "Acme"})
    'Dear [contact], about Acme'
    """

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        return values.get(name) or f"[{name.replace('_', ' ')}]"

    return _FIELD.sub(fill, text)
