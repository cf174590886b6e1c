"""What each playbook made of each signal: started, waiting, or suppressed with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.catalogue import Role
from accounts.models import Installation, User
from accounts.ui.pagination import COUNT_CAP, page_number, take_page
from playbooks.facts import daily_budget, opened_on
from playbooks.models import Playbook, PlayStart
from playbooks.triggers.reasons import reason_in_words
from playbooks.triggers.vocabulary import StartResult, Suppression, choices, label

PAGE_SIZE = 50
VIEWS = (
    (StartResult.QUEUED, gettext_lazy("Waiting")),
    (StartResult.SUPPRESSED, gettext_lazy("Suppressed")),
    (StartResult.STARTED, gettext_lazy("Started")),
)


class StartFilter(forms.Form):
    view = forms.ChoiceField(required=False, choices=choices(StartResult))
    whose = forms.ChoiceField(required=False, choices=[("mine", "mine"), ("all", "all")])
    reason = forms.ChoiceField(required=False, choices=choices(Suppression))
    playbook = forms.SlugField(required=False, max_length=40)
    q = forms.CharField(required=False, max_length=80)


@dataclass(frozen=True, slots=True)
class StartLine:
    """`rank` is ARR × risk: what is largest starts first; `play_id` of what started."""

    account_key: str
    account_name: str
    arr_minor: int
    currency: str
    playbook: str
    csm: str
    why: str
    reason: str
    is_urgent: bool
    rank: Decimal
    decided_at: datetime
    play_id: int | None
    is_sequence: bool


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def starts(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    chosen = _chosen_filters(request, user)
    listed = _filtered_starts(user, chosen)
    found, page = take_page(listed, number=page_number(request), size=PAGE_SIZE)
    total = listed.order_by().values("pk")[: COUNT_CAP + 1].count()
    context = {
        "rows": [_start_line(start) for start in found],
        "page": page,
        "total": min(total, COUNT_CAP),
        "is_capped": total > COUNT_CAP,
        "chosen": chosen,
        "views": VIEWS,
        "reasons": choices(Suppression),
        "playbooks": _playbook_choices(),
        "budget": daily_budget(),
        "opened": _opened_today(user),
    }
    return render(request, "plays/starts.html", context)


def _chosen_filters(request: HttpRequest, user: User) -> dict[str, str]:
    form = StartFilter(request.GET)
    form.is_valid()
    chosen = {name: form.cleaned_data.get(name) or "" for name in form.fields}
    chosen["view"] = chosen["view"] or StartResult.QUEUED.value
    chosen["whose"] = chosen["whose"] or ("mine" if user.role == Role.CSM else "all")
    return chosen


def _filtered_starts(user: User, chosen: dict[str, str]) -> QuerySet[PlayStart]:
    """What waits: in the order it will start in; the rest: the latest first."""
    found = PlayStart.objects.for_user(user).filter(result=chosen["view"])
    wanted: dict[str, Any] = {
        "csm": user if chosen["whose"] == "mine" else None,
        "reason": chosen["reason"] if chosen["view"] == StartResult.SUPPRESSED else None,
        "playbook_key": chosen["playbook"],
        "account__name__icontains": chosen["q"],
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    found = found.select_related("account", "playbook", "csm", "play")
    if chosen["view"] == StartResult.QUEUED:
        return found.order_by(F("is_urgent").desc(), F("rank").desc(), "pk")
    return found.order_by("-pk")


def _start_line(start: PlayStart) -> StartLine:
    play = getattr(start, "play", None)
    return StartLine(
        account_key=start.account.external_id,
        account_name=start.account.name,
        arr_minor=start.account.arr_minor,
        currency=start.account.currency,
        playbook=start.playbook.name,
        csm=start.csm.name if start.csm else "",
        why=reason_in_words(start.saw) or start.why,
        reason=label(start.reason) if start.reason else "",
        is_urgent=start.is_urgent,
        rank=start.rank,
        decided_at=start.decided_at,
        play_id=play.pk if play else None,
        is_sequence=start.playbook.is_sequence,
    )


def _playbook_choices() -> list[tuple[str, str]]:
    """Of all that are or were in force: the latest name of each."""
    published = Playbook.objects.exclude(state=Playbook.State.DRAFT)
    named = published.order_by("key", "-version").distinct("key")
    return sorted(named.values_list("key", "name"), key=lambda pair: pair[1])


def _opened_today(user: User) -> int:
    """Plays that opened for this person today, as their budget counts them."""
    day = Installation.current().business_calendar().local_day(clock.now())
    return sum(plays for (csm, _), plays in opened_on(day).items() if csm == user.pk)
