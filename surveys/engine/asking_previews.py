"""What would become of asking one person now, survey by survey; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Contact, User
from surveys.catalogue import HELD_BACK_WORDS
from surveys.engine.askings import AskedPeople
from surveys.engine.governed import AskingRules, read_known
from surveys.engine.planning import decide_batch, published_surveys
from surveys.engine.requests import candidate_by_hand, occasion_by_hand
from surveys.models import Invitation, Survey
from surveys.scoring.governance import HeldBack


@dataclass(frozen=True, slots=True)
class AskingPreview:
    """`due_at`: when it would go out; None where it is held back, with the `reason`. `settled`: one
    of us has asked for it today, and this came of it."""

    survey: Survey
    due_at: datetime | None
    reason: str = ""
    settled: Invitation | None = None

    @property
    def reason_word(self) -> str:
        return HELD_BACK_WORDS.label(self.reason)


def asking_previews(*, contact: Contact, by: User, now: datetime) -> list[AskingPreview]:
    """Of each published survey as if it alone were asked for, by the rules and the touch budget
    that `ask_by_hand` keeps; in a fixed number of queries."""
    rules = AskingRules.in_force()
    account_ids = [contact.account_id]
    known, people = read_known(account_ids, now=now, rules=rules), AskedPeople(account_ids)
    settled = _settled_today(contact, now)
    previews = []
    for survey in published_surveys():
        if survey.key in settled:
            found = settled[survey.key]
            previews.append(AskingPreview(survey, None, found.reason, found))
            continue
        candidate = candidate_by_hand(survey, contact=contact, by=by, now=now)
        (row,) = decide_batch([candidate], people=people, known=known, rules=rules, now=now)
        # People without a name of the account's are those who left it, or were erased.
        reason = HeldBack.LEFT if row.reason is HeldBack.NOBODY else row.reason
        due_at = row.due_at if reason is None else None
        previews.append(AskingPreview(survey, due_at, reason or ""))
    return previews


def _settled_today(contact: Contact, now: datetime) -> dict[str, Invitation]:
    """By key of the survey; the occasion names the person, also where nobody was asked."""
    rows = Invitation.objects.filter(
        account=contact.account_id, occasion=occasion_by_hand(contact, now)
    )
    return {row.survey.key: row for row in rows.select_related("survey")}
