"""Versions of the assignment rules: drafted, checked, published, taken up again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import Account, DirtyAccount, User
from accounts.queries.sizes import segment_ids, touch_tier_ids
from health.models import AssignmentRule, RuleSet
from health.publishing.actions import NotPublishable
from health.publishing.draft_edits import DraftChanged, NoDraft
from health.queries.rules import RuleContent, content_of, rules_in_force
from health.queries.scorecards import in_force
from health.scoring import Problem

State = RuleSet.State
_MARKS = 5_000


def rules_draft() -> RuleSet | None:
    return RuleSet.objects.filter(state=State.DRAFT).first()


@transaction.atomic
def begin_rules(*, now: datetime, content: RuleSet | None = None) -> tuple[RuleSet, bool]:
    """The draft that is being worked on, or a new one that says what is in force (or what
    `content`, an earlier version, said); whether it is new. Two who begin at once get the same."""
    _lock_rule_sets()
    draft = rules_draft()
    if draft is not None:
        return draft, False
    said = content or rules_in_force()
    draft = RuleSet.objects.create(version=_next_version(), created_at=now, content_of=content)
    _write_rules(draft, content_of(said) if said else [])
    return draft, True


@transaction.atomic
def save_rules(
    *, draft: RuleSet, revision: int, rules: Sequence[RuleContent], user: User, now: datetime
) -> bool:
    """Puts these rules, in this order, in place of the draft's; False when nothing differs.

    Raises DraftChanged, NoDraft.
    """
    row = _locked_rules_draft(draft, revision)
    if content_of(row) == list(rules):
        return False
    row.rules.all().delete()
    _write_rules(row, rules)
    row.revision += 1
    row.edited_at, row.edited_by = now, user
    row.save(update_fields=["revision", "edited_at", "edited_by"])
    return True


def check_rules(draft: RuleSet) -> list[Problem]:
    """Everything that forbids publishing this draft; the part of a problem is a rule's position."""
    rules = content_of(draft)
    found = [
        Problem(f"Rule {position}", problem, str(position))
        for position, rule in enumerate(rules, start=1)
        for problem in _rule_problems(rule, rules[: position - 1])
    ]
    if not any(rule.is_catch_all for rule in rules):
        found.append(
            Problem("Rules", "add one without a condition: who fits no other gets its scorecard")
        )
    return found


def _rule_problems(rule: RuleContent, before: Sequence[RuleContent]) -> Iterator[str]:
    if rule.scorecard_key not in in_force():
        yield f"the scorecard “{rule.scorecard_key}” is not in force: publish it first"
    if rule.touch_tier and rule.touch_tier not in touch_tier_ids():
        yield f"there is no touch tier “{rule.touch_tier}”"
    if rule.segment and rule.segment not in segment_ids():
        yield f"there is no segment “{rule.segment}”"
    catch_all = next((n for n, each in enumerate(before, start=1) if each.is_catch_all), None)
    same = next((n for n, each in enumerate(before, start=1) if each.asks == rule.asks), None)
    if catch_all is not None:
        yield f"nobody comes to it: rule {catch_all} before it fits every account"
    elif same is not None:
        yield f"nobody comes to it: rule {same} asks the same"


@transaction.atomic
def publish_rules(
    *, draft: RuleSet, user: User | None, reason: str, now: datetime, revision: int | None = None
) -> RuleSet:
    """Brings a draft into force. Raises NotPublishable, NoDraft, and DraftChanged where it is not
    at `revision` any more. Customers are judged by it with the next drain: all are marked."""
    _lock_rule_sets()
    row = _locked_rules_draft(draft, revision)
    if not reason.strip():
        raise NotPublishable([Problem("Reason", "say why these rules are published")])
    if found := check_rules(row):
        raise NotPublishable(found)
    _seal_rules(row, user=user, reason=reason, now=now)
    customers = Account.objects.filter(status="active").order_by("pk")
    marks = [DirtyAccount(account_id=pk) for pk in customers.values_list("pk", flat=True)]
    DirtyAccount.objects.bulk_create(marks, batch_size=_MARKS)
    return row


@transaction.atomic
def install_rules(rules: Sequence[RuleContent], *, reason: str, now: datetime) -> None:
    """The first version, in force; nothing where there is one, or a draft, already. Nobody has been
    judged yet, so that nobody is marked."""
    _lock_rule_sets()
    if RuleSet.objects.exists():
        return
    draft = RuleSet.objects.create(version=1, created_at=now)
    _write_rules(draft, rules)
    _seal_rules(draft, user=None, reason=reason, now=now)


def _seal_rules(row: RuleSet, *, user: User | None, reason: str, now: datetime) -> None:
    row.state = State.PUBLISHED
    row.published_at, row.published_by, row.reason = now, user, reason.strip()
    row.save(update_fields=["state", "published_at", "published_by", "reason"])


def _write_rules(draft: RuleSet, rules: Sequence[RuleContent]) -> None:
    AssignmentRule.objects.bulk_create(
        AssignmentRule(rule_set=draft, position=position, **rule.columns)
        for position, rule in enumerate(rules, start=1)
    )


def _locked_rules_draft(draft: RuleSet, revision: int | None) -> RuleSet:
    row = RuleSet.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None or row.is_published:
        raise NoDraft
    if revision is not None and row.revision != revision:
        raise DraftChanged(f"revision {row.revision}, not {revision}")
    return row


def _lock_rule_sets() -> None:
    """Versions are numbered and published by one transaction at a time."""
    list(RuleSet.objects.order_by("pk").select_for_update().values_list("pk", flat=True))


def _next_version() -> int:
    return (RuleSet.objects.aggregate(latest=Max("version"))["latest"] or 0) + 1
