"""Answers that somebody deals with: the list by state, and one with its next step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, may, requires
from accounts.models import User
from accounts.ui.pagination import COUNT_CAP, page_number, take_page
from surveys.actions import loop
from surveys.catalogue import TriageCriterion
from surveys.models import FollowUp
from surveys.pages.follow_ups.forms import ActForm, DropForm, TellForm, TriageForm
from surveys.queries.answer_changes import changes_of_answer
from surveys.queries.loop_figures import loop_steps

PAGE_SIZE = 50
FIGURES_OF = timedelta(days=90)
State = FollowUp.State
# Tab → its word, and the states it lists.
VIEWS = {
    "open": (gettext_noop("Open"), (State.COLLECTED, State.TRIAGED, State.ACTED)),
    "told": (gettext_noop("Told the customer"), (State.TOLD,)),
    "dropped": (gettext_noop("Dropped"), (State.DROPPED,)),
}


def seen_by(user: User) -> QuerySet[FollowUp]:
    """Of the accounts this person may see."""
    rows = FollowUp.objects.for_user(user)
    return rows.select_related("account", "owner", "response__contact")


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def follow_ups(request: HttpRequest) -> HttpResponse:
    user, now = cast("User", request.user), clock.now()
    chosen = request.GET.get("view", "open")
    view = chosen if chosen in VIEWS else "open"
    rows = seen_by(user).filter(state__in=VIEWS[view][1])
    rows = (
        rows.order_by("due_at", "pk") if view == "open" else rows.order_by("-collected_at", "-pk")
    )
    if is_own := request.GET.get("owner") == "me":
        rows = rows.filter(owner=user)
    found, page = take_page(rows, number=page_number(request), size=PAGE_SIZE)
    total = rows.order_by().values("pk")[: COUNT_CAP + 1].count()
    context = {
        "found": found,
        "page": page,
        "chosen": view,
        "is_own": is_own,
        "now": now,
        "total": min(total, COUNT_CAP),
        "is_capped": total > COUNT_CAP,
        "tabs": [
            {
                "word": gettext(word),
                "href": f"{reverse('follow_ups')}?view={key}{'&owner=me' if is_own else ''}",
                "is_current": key == view,
            }
            for key, (word, _states) in VIEWS.items()
        ],
        "steps": loop_steps(FollowUp.objects.for_user(user), since=now - FIGURES_OF),
        "days": FIGURES_OF.days,
    }
    return render(request, "follow_ups/index.html", context)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def follow_up(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    row = get_object_or_404(
        seen_by(cast("User", request.user)).select_related(
            "triaged_by", "acted_by", "told_by", "dropped_by", "told_in"
        ),
        pk=follow_up_id,
    )
    return _follow_up_page(request, row)


def _follow_up_page(
    request: HttpRequest, row: FollowUp, *, wrong: forms.Form | None = None
) -> HttpResponse:
    """`wrong`: the form of a step that could not be taken, with what is wrong with it."""
    may_work = may(request.user, Right.WORK_ACCOUNTS, account=row.account)
    step = _NEXT_STEP.get(State(row.state)) if may_work else None
    context = {
        "row": row,
        "before": changes_of_answer(row.response),
        "may_work": may_work,
        "step": step,
        "step_address": reverse(f"follow_up_{step}", args=[row.pk]) if step else "",
        "step_word": gettext(_STEP_WORDS[step]) if step else "",
        "form": wrong if wrong is not None else _form_of_step(step, row),
        "drop_form": DropForm(),
        "is_late": row.state in VIEWS["open"][1] and row.due_at < clock.now(),
    }
    return render(request, "follow_ups/follow_up.html", context)


# State → the step that comes next.
_NEXT_STEP = {State.COLLECTED: "triage", State.TRIAGED: "act", State.ACTED: "tell"}
_STEP_WORDS = {
    "triage": gettext_noop("Triage"),
    "act": gettext_noop("Note what changed"),
    "tell": gettext_noop("Close the loop"),
}


def _form_of_step(step: str | None, row: FollowUp) -> forms.Form | None:
    match step:
        case "triage":
            return TriageForm(account=row.account, initial={"owner": row.owner_id})
        case "act":
            return ActForm()
        case "tell":
            person = row.response.contact
            body = gettext("Hello %(name)s,\n\n%(what)s") % {
                "name": person.name if person else "",
                "what": row.what_changed,
            }
            return TellForm(initial={"subject": gettext("What came of your answer"), "body": body})
    return None


@requires(Right.WORK_ACCOUNTS, page="follow_up")
def triage(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    row = _row_to_work(request, follow_up_id)
    form = TriageForm(request.POST, account=row.account)
    return _take_step(
        request,
        row,
        form,
        lambda said, by: loop.triage(
            follow_up=row,
            criterion=TriageCriterion(said["criterion"]),
            owner=said["owner"],
            by=by,
            now=clock.now(),
        ),
        gettext("Triaged: next is what changes."),
    )


@requires(Right.WORK_ACCOUNTS, page="follow_up")
def act(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    row = _row_to_work(request, follow_up_id)
    return _take_step(
        request,
        row,
        ActForm(request.POST),
        lambda said, by: loop.act(
            follow_up=row, what_changed=said["what_changed"], by=by, now=clock.now()
        ),
        gettext("Noted: next is to tell the customer."),
    )


@requires(Right.WORK_ACCOUNTS, page="follow_up")
def tell(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    row = _row_to_work(request, follow_up_id)
    return _take_step(
        request,
        row,
        TellForm(request.POST),
        lambda said, by: loop.tell(
            follow_up=row, by=by, now=clock.now(), subject=said["subject"], body=said["body"]
        ),
        gettext("Closed: the customer knows, or will as soon as the mail may go."),
    )


@requires(Right.WORK_ACCOUNTS, page="follow_up")
def drop(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    row, form = _row_to_work(request, follow_up_id), DropForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Say why nothing comes of it."))
        return redirect("follow_up", row.pk)
    return _take_step(
        request,
        row,
        form,
        lambda said, by: loop.drop(follow_up=row, reason=said["reason"], by=by, now=clock.now()),
        gettext("Dropped."),
    )


def _row_to_work(request: HttpRequest, follow_up_id: int) -> FollowUp:
    """404 for what is out of sight, 403 for what is somebody else's to work on."""
    row = get_object_or_404(seen_by(cast("User", request.user)), pk=follow_up_id)
    if not may(request.user, Right.WORK_ACCOUNTS, account=row.account):
        raise PermissionDenied
    return row


def _take_step(
    request: HttpRequest,
    row: FollowUp,
    form: forms.Form,
    step: Callable[[dict[str, Any], User], FollowUp],
    said: str,
) -> HttpResponse:
    if not form.is_valid():
        return _follow_up_page(request, row, wrong=form)
    try:
        step(form.cleaned_data, cast("User", request.user))
    except loop.StepTakenError:
        messages.error(request, gettext("Somebody took this step meanwhile: nothing was changed."))
    except loop.NobodyToWriteToError:
        form.add_error(
            None,
            gettext("They cannot be written to: tell them in another way, and leave it empty."),
        )
        return _follow_up_page(request, row, wrong=form)
    else:
        messages.success(request, said)
    return redirect("follow_up", row.pk)
