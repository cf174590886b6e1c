"""How CSMs see an account: the word of each grade, and what was said last."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, gettext_noop

from accounts.models import Account, CsmSentiment

GRADES: Final = {
    1: gettext_noop("At risk"),
    2: gettext_noop("Weak"),
    3: gettext_noop("Neutral"),
    4: gettext_noop("Good"),
    5: gettext_noop("Strong"),
}


def grade_word(value: int) -> str:
    return gettext(GRADES[value])


def latest_sentiment(account: Account) -> CsmSentiment | None:
    """The one that counts, whoever said it."""
    said = CsmSentiment.objects.filter(account=account).select_related("said_by")
    return said.order_by("-said_at", "-pk").first()
