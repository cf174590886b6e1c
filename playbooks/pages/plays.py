"""One play for its page: how it goes, why it began, what would end it; and handing it over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.access import Right, may, people_for, requires
from accounts.models import Account, Installation, User
from playbooks.actions import OutOfSightError, PlayClosedError, reassign_play
from playbooks.models import Play
from playbooks.pages.account_plays import PlayRow, play_row, shown_fates
from playbooks.triggers.reasons import reason_in_words
from playbooks.triggers.task_sentences import closes_when


@dataclass(frozen=True, slots=True)
class PlayProgress:
    """Steps by what became of them: done, skipped and closed are told apart."""

    done: int
    skipped: int
    closed: int
    open: int
    ahead: int


@dataclass(frozen=True, slots=True)
class PlayDetail:
    """`reason` is in the customer's terms; `lead` answers for the play. `complete_by` is the day
    its SLA names, None where its playbook makes no such promise."""

    row: PlayRow
    account: Account
    version: int
    summary: str
    reason: str
    ends_when: str
    lead: str
    complete_by: date | None
    is_late: bool
    first_day: date
    last_day: date

    @property
    def progress(self) -> PlayProgress:
        counts = Counter(step.state for step in self.row.steps)
        return PlayProgress(**{name: counts[name] for name in PlayProgress.__slots__})


def visible_play(user: User, play_id: int) -> Play:
    """404 for a play of an account out of sight."""
    plays = Play.objects.for_user(user).select_related("playbook", "account", "lead", "csm")
    whole = plays.prefetch_related("playbook__steps", "tasks__owner", "results")
    play: Play = get_object_or_404(whole, pk=play_id)
    return play


def play_detail(play: Play, *, today: date) -> PlayDetail:
    """`today` counts for a play that runs; one that ended is judged by its end."""
    zone = Installation.current().zone
    days = play.playbook.sla_days
    last_day = play.closed_at.astimezone(zone).date() if play.closed_at else today
    complete_by = None if days is None else play.opened_day + timedelta(days=days)
    lead = play.lead or play.csm
    nobody = gettext("Nobody, it runs by itself") if play.playbook.is_sequence else ""
    return PlayDetail(
        row=play_row(play, fates=shown_fates([play])),
        account=play.account,
        version=play.playbook.version,
        summary=play.playbook.purpose or play.playbook.summary,
        reason=reason_in_words(play.saw) or play.why,
        ends_when=closes_when(play.recovery),
        lead=lead.name if lead else nobody,
        complete_by=complete_by,
        is_late=complete_by is not None and last_day > complete_by,
        first_day=play.opened_day,
        last_day=last_day,
    )


def people_to_lead(play: Play) -> list[User]:
    """Whom the play can be handed to: all who may work on the account, but who leads it."""
    leads = play.lead_id or play.csm_id or 0
    people = people_for(play.account).exclude(pk=leads)
    return list(people.only("name", "email").order_by("name", "pk"))


class ReassignPlayForm(forms.Form):
    owner = forms.ModelChoiceField(
        User.objects.all(),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose who leads the play from here.")
        ),
    )


@requires(Right.WORK_ACCOUNTS, page="play")
def reassign(request: HttpRequest, play_id: int) -> HttpResponse:
    """404 for an account out of sight, 403 for one that is somebody else's to change."""
    user = cast("User", request.user)
    play = get_object_or_404(Play.objects.for_user(user).select_related("account"), pk=play_id)
    if not may(user, Right.WORK_ACCOUNTS, account=play.account):
        raise PermissionDenied
    form = ReassignPlayForm(request.POST)
    if form.is_valid():
        _reassign_play(request, play, to=form.cleaned_data["owner"], now=clock.now())
    else:
        messages.error(request, " ".join(str(error) for error in form.errors["owner"]))
    return redirect("play", play_id)


def _reassign_play(request: HttpRequest, play: Play, *, to: User, now: datetime) -> None:
    user = cast("User", request.user)
    try:
        reassign_play(play_id=play.pk, to=to, by=user, now=now)
    except (OutOfSightError, PlayClosedError) as refused:
        messages.error(request, str(refused))
        return
    text = gettext("%(person)s leads this play from here, with its open tasks.")
    messages.success(request, text % {"person": to.name})
