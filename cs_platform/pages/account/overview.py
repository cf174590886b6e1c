"""The first tab: who they are, how healthy, what happened last and what is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext, ngettext

from accounts import clock
from accounts.catalogue import StakeholderRole
from accounts.models import Contact, Installation, User
from accounts.pages.csm_sentiment import sentiment_context
from accounts.ui.charts import BandLine, ScorePoint, score_history
from accounts.ui.pagination import merged_page
from cs_platform.pages.account.group import group_context
from cs_platform.pages.account.head import AccountHead, is_without_rule
from cs_platform.pages.account.timeline import newest_entries
from health.pages.expansion.rows import LookShown
from health.pages.version_notes import published_between
from health.queries.readiness import look_at_account
from health.queries.scorecards import published_card
from health.scoring import to_decimal
from playbooks.facts import renewal_risk_of
from playbooks.pages.tasks.forms import SNOOZES, outcomes
from playbooks.pages.tasks.queries import task_columns, task_rows, unfinished
from playbooks.triggers.renewal_risk import RenewalRisk

LATEST = 6
PEOPLE_AT_MOST = 6
TASKS_AT_MOST = 6
_WEIGHTY = (
    StakeholderRole.EXECUTIVE_SPONSOR,
    StakeholderRole.CHAMPION,
    StakeholderRole.ECONOMIC_BUYER,
    StakeholderRole.BLOCKER,
    StakeholderRole.TECHNICAL_OWNER,
    StakeholderRole.INFLUENCER,
    StakeholderRole.END_USER,
)
_PARTS = {str(role): place for place, role in enumerate(_WEIGHTY)}


def overview_context(head: AccountHead, *, user: User) -> dict[str, object]:
    now, zone = clock.now(), Installation.current().zone
    latest = newest_entries(head.account, kind="", limit=LATEST)
    entries, _ = merged_page(latest, number=1, size=LATEST, key=lambda entry: entry.order)
    open_tasks = task_columns(unfinished(head.account))[:TASKS_AT_MOST]
    rows = task_rows(open_tasks, now=now, zone=zone)
    look = look_at_account(account_id=head.account.pk, today=head.today)
    return {
        **health_summary(head),
        **sentiment_context(head.account),
        **group_context(head, user=user),
        "entries": entries,
        "rows": rows,
        "people": key_people(head),
        "risk": renewal_risk_shown(head),
        "tenure": tenure(head),
        "expansion": LookShown(look) if look else None,
        "outcomes": outcomes(),
        "snoozes": SNOOZES,
        "changeable": {row.pk for row in rows} if head.may_change else set(),
    }


def renewal_risk_shown(head: AccountHead) -> str:
    """Empty where there is none to say."""
    score = head.health.score if head.health else None
    risk = renewal_risk_of(head.account, score=score, day=head.today)
    return "" if risk is RenewalRisk.NONE else risk.value


@dataclass(frozen=True, slots=True)
class ComponentScore:
    name: str
    value: Decimal | None


def health_summary(head: AccountHead) -> dict[str, object]:
    """The top level of the scorecard and 90 days of the score, from the present state alone; of an
    account that was never judged, whether a rule gives it a scorecard at all."""
    health = head.health
    if health is None:
        return {"lacks_rule": is_without_rule(head)}
    card = published_card(health.scorecard_id).spec
    top = {component.key for level, component in card.walk() if level == 1}
    components = [
        ComponentScore(component.name, to_decimal(value))
        for (_, component), value in zip(card.walk(), health.components, strict=True)
        if component.key in top
    ]
    first = health.day - timedelta(days=len(health.spark) - 1)
    points = [
        ScorePoint(first + timedelta(days=offset), None if value < 0 else value / 100)
        for offset, value in enumerate(health.spark)
    ]
    bands = [BandLine(b.tone, b.name, float(b.lower)) for b in card.bands]
    notes = published_between(key=card.key, first=first, last=health.day)
    return {
        "components": components,
        "spark": score_history(points, bands=bands, notes=notes, label=gettext("Score in 90 days")),
    }


def key_people(head: AccountHead) -> list[Contact]:
    """Those who decide first, then the strongest ties."""
    found = Contact.objects.filter(account=head.account, is_active=True)
    people = list(found.order_by("-strength", "name", "pk")[:50])
    return sorted(people, key=_weightiest_role_place)[:PEOPLE_AT_MOST]


def _weightiest_role_place(contact: Contact) -> int:
    """Place of the weightiest part somebody plays; whoever plays none comes last."""
    return min((_PARTS.get(role, len(_PARTS)) for role in contact.roles), default=len(_PARTS) + 1)


def tenure(head: AccountHead) -> str:
    """How long a customer, in words."""
    since = head.account.customer_since
    if since is None:
        return ""
    months = max(_whole_months(since, head.today), 0)
    years, rest = divmod(months, 12)
    if years == 0:
        return ngettext("%(count)d month", "%(count)d months", rest) % {"count": rest}
    whole = ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    if not rest:
        return whole
    return gettext("%(years)s, %(months)d mo") % {"years": whole, "months": rest}


def _whole_months(first: date, last: date) -> int:
    begun = (last.year - first.year) * 12 + last.month - first.month
    return begun - (last.day < first.day)
