"""How many answered, and how, by whatever they are cut by: one statement for all groups."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    FilteredRelation,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from accounts.models import Function, Installation, TeamMember, User
from accounts.models.scope import on_team
from surveys.catalogue import SurveyType
from surveys.models import Invitation, Response
from surveys.scoring.clusters import AccountSums, design_effect
from surveys.scoring.scores import Counts, Score, SurveyKind, score


class AnswerCut(StrEnum):
    """What answers may be told apart by. An account counts as what it is now."""

    SEGMENT = "segment"
    TOUCH_TIER = "tier"
    CSM = "csm"
    SELLER = "seller"
    """Who has the function `account_executive` on its team today."""
    FIT = "fit"
    """How well it fits who is sold to (`Account.strategic_fit`), in three bands."""
    MOMENT = "moment"


class FitBand(StrEnum):
    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


FIT_BOUNDS = {FitBand.HIGH: (70, 100), FitBand.MIDDLE: (40, 69), FitBand.LOW: (0, 39)}
SELLING_FUNCTION = "account_executive"
_PATHS = {
    AnswerCut.SEGMENT: "account__segment",
    AnswerCut.TOUCH_TIER: "account__touch_tier",
    AnswerCut.CSM: "account__owner",
    AnswerCut.MOMENT: "moment",
}
PEOPLE_CUTS = (AnswerCut.CSM, AnswerCut.SELLER)
"""Those whose values are ids of people."""


Rows = TypeVar("Rows", bound="QuerySet[Any]")


def ready_for_cut(rows: Rows, cut: AnswerCut | None) -> Rows:
    """Joined with what the value of the cut is read from: once, not for each answer."""
    if cut is not AnswerCut.SELLER:
        return rows
    function = Function.objects.filter(key=SELLING_FUNCTION).values_list("pk", flat=True).first()
    path = "account__team"
    holds = on_team(Installation.current().today(), prefix=f"{path}__")
    of_function = Q(**{f"{path}__function": function})
    return rows.alias(seller=FilteredRelation(path, condition=of_function & holds))


def cut_of(cut: AnswerCut | None) -> Combinable:
    """Its value as text, empty where there is none; one group where nothing is cut. Of rows that
    are ready for it."""
    match cut:
        case None:
            found: Any = Value("", output_field=CharField())
        case AnswerCut.FIT:
            bands = [
                When(account__strategic_fit__range=bounds, then=Value(band.value))
                for band, bounds in FIT_BOUNDS.items()
            ]
            found = Case(*bands, default=Value(""), output_field=CharField())
        case AnswerCut.SELLER:
            found = _text_or_empty("seller__person")
        case _:
            found = _text_or_empty(_PATHS[cut])
    return found  # type: ignore[no-any-return]


def _text_or_empty(value: Any) -> Coalesce:
    return Coalesce(Cast(value, CharField()), Value("", output_field=CharField()))


def _sellers_today() -> QuerySet[TeamMember]:
    """One an account at most: the database sees to it."""
    members = TeamMember.objects.on_day(Installation.current().today())
    return members.filter(function__key=SELLING_FUNCTION)


def cut_condition(cut: AnswerCut, value: str) -> Q:
    """The rows of one group, of answers and of invitations; of a value that is none, no row."""
    if cut in PEOPLE_CUTS:
        return _person_condition(cut, value)
    if cut is AnswerCut.FIT:
        if not value:
            return Q(account__strategic_fit=None)
        bounds = FIT_BOUNDS.get(FitBand(value)) if value in set(FitBand) else None
        return Q(pk=None) if bounds is None else Q(account__strategic_fit__range=bounds)
    return Q(**{_PATHS[cut]: value})


def _person_condition(cut: AnswerCut, value: str) -> Q:
    is_id = value.isascii() and value.isdigit() and len(value) < 19
    if value and not is_id:
        return Q(pk=None)
    if cut is AnswerCut.CSM:
        return Q(account__owner=int(value) if value else None)
    sellers = _sellers_today()
    if not value:
        return ~Q(account__in=sellers.values("account"))
    return Q(account__in=sellers.filter(person=int(value)).values("account"))


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """`by`: the values of what it was grouped by. `answers`: those to free questions too."""

    kind: str
    by: tuple[Any, ...]
    answers: int
    counts: Counts
    sums: AccountSums

    @property
    def score(self) -> Score | None:
        """With people of one account counted for what they tell; None of free questions."""
        if self.kind == SurveyType.FREE:
            return None
        kind = SurveyKind(self.kind)
        effect = design_effect(kind, counts=self.counts, sums=self.sums)
        return score(kind, self.counts, design_effect=effect)


_GROUPS = """
    SELECT {by}, sum(answers), sum(favourable), sum(neutral), sum(unfavourable), count(*),
           sum(scored * scored), sum(balance * balance), sum(scored * balance)
    FROM (
        SELECT *, favourable + neutral + unfavourable AS scored,
               favourable - CASE WHEN kind = 'nps' THEN unfavourable ELSE 0 END AS balance
        FROM ({by_account}) AS counted
    ) AS balanced
    GROUP BY {by}"""


def answer_groups(rows: QuerySet[Response], **by: Combinable) -> list[AnswerGroup]:
    """Of `rows`, by kind and by what is asked for."""
    by_account = (
        rows.order_by()
        .values("kind", "account_id", **by)
        .annotate(
            answers=Count("pk"),
            favourable=Count("pk", filter=Q(standing=1)),
            neutral=Count("pk", filter=Q(standing=0)),
            unfavourable=Count("pk", filter=Q(standing=-1)),
        )
    )
    inner, values = by_account.query.sql_with_params()
    names = ", ".join(["kind", *by])
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS.format(by=names, by_account=inner), values)
        return [_group_of(row, len(by)) for row in cursor.fetchall()]


def _group_of(row: tuple[Any, ...], width: int) -> AnswerGroup:
    answers, *figures = (int(each) for each in row[width + 1 :])
    return AnswerGroup(
        kind=row[0],
        by=row[1 : width + 1],
        answers=answers,
        counts=Counts(*figures[:3]),
        sums=AccountSums(*figures[3:]),
    )


def answers_seen_by(user: User | None) -> QuerySet[Response]:
    """None: nobody looks, all are counted."""
    return Response.objects.all() if user is None else Response.objects.for_user(user)


def invitations_seen_by(user: User | None) -> QuerySet[Invitation]:
    return Invitation.objects.all() if user is None else Invitation.objects.for_user(user)


@dataclass(frozen=True, slots=True)
class SentCount:
    sent: int
    answered: int


def asked_by_survey(
    rows: QuerySet[Invitation], *, cut: AnswerCut | None = None
) -> dict[tuple[str, str], SentCount]:
    """Key of the survey and value of the cut → what was sent and has arrived, in one query."""
    states = Invitation.State
    arrived = rows.filter(state__in=(states.SENT, states.ANSWERED, states.EXPIRED))
    counted = (
        ready_for_cut(arrived, cut)
        .order_by()
        .values_list("survey__key", cut_of(cut))
        .annotate(sent=Count("pk"), answered=Count("pk", filter=Q(state=states.ANSWERED)))
    )
    return {(key, value): SentCount(sent, answered) for key, value, sent, answered in counted}
