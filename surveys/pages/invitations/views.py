"""One of us asks one person a survey, now, or hands over a link; an invitation, and its end."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, may, requires
from accounts.models import Account, Contact, User
from accounts.queries.closest_people import closest_people
from surveys.catalogue import HELD_BACK_WORDS
from surveys.engine.asking_previews import asking_previews
from surveys.engine.deliveries import revoke
from surveys.engine.requests import (
    LINK_BY_HAND,
    BusyAccountError,
    NoSurveyInForceError,
    ask_by_hand,
    make_link,
)
from surveys.invitation_links import survey_path
from surveys.models import Invitation
from surveys.pages.invitations.forms import LINK, AskForm, RevokeForm
from surveys.queries.account_surveys import reason_word
from surveys.queries.answer_changes import changes_of_answer
from surveys.queries.open_invitations import can_be_answered

State = Invitation.State
_REVOCABLE = (State.PLANNED, State.WRITTEN, State.SENT, State.ANSWERED)


@requires(Right.WORK_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, external_id: str) -> HttpResponse:
    """What each published survey would do for the person who is chosen: asked now, or why not."""
    user = cast("User", request.user)
    account = get_object_or_404(Account.objects.for_user(user), external_id=external_id)
    may_ask = may(user, Right.WORK_ACCOUNTS, account=account)
    if request.method == "POST":
        if not may_ask:
            raise PermissionDenied
        form = AskForm(request.POST, account=account)
        if form.is_valid():
            return _ask_person(request, account, user, form.cleaned_data)
        messages.error(request, gettext("Choose somebody of this account, and a survey."))
    people = AskForm(account=account).fields["contact"].queryset  # type: ignore[attr-defined]
    person = _chosen_person(request, account, people)
    shown = person is not None and may_ask
    context = {
        "account": account,
        "people": people,
        "person": person,
        "may_ask": may_ask,
        "previews": asking_previews(contact=person, by=user, now=clock.now())
        if person is not None and shown
        else [],
    }
    return render(request, "survey_invitations/ask.html", context)


def _chosen_person(
    request: HttpRequest, account: Account, people: QuerySet[Contact]
) -> Contact | None:
    """Who was asked for, else whoever a survey asks by itself."""
    asked = request.POST.get("contact") or request.GET.get("contact", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        return people.filter(pk=int(asked)).first()
    return closest_people([account.pk]).get(account.pk)


def _ask_person(
    request: HttpRequest, account: Account, user: User, said: dict[str, Any]
) -> HttpResponse:
    contact, now = cast("Contact", said["contact"]), clock.now()
    again = redirect(f"{reverse('survey_ask', args=[account.external_id])}?contact={contact.pk}")
    try:
        if said["do"] == LINK:
            return _hand_over_link(request, contact, user, said["survey"]) or again
        answer = ask_by_hand(said["survey"], contact=contact, by=user, now=now)
    except NoSurveyInForceError:
        messages.error(request, gettext("No version of this survey is published."))
        return again
    except BusyAccountError:
        messages.error(request, gettext("Somebody works on this account: try again in a moment."))
        return again
    if answer.planned:
        words = gettext("%(person)s is asked as soon as the mail may go out.")
        messages.success(request, words % {"person": contact.name})
        return redirect("account_surveys", account.external_id)
    reasons = ", ".join(str(HELD_BACK_WORDS.label(reason)) for reason in answer.held_back)
    words = gettext("%(person)s is not asked: %(reasons)s.")
    messages.error(request, words % {"person": contact.name, "reasons": reasons})
    return again


def _hand_over_link(
    request: HttpRequest, contact: Contact, user: User, survey_key: str
) -> HttpResponse | None:
    """None for somebody who asked to be left alone."""
    if contact.do_not_contact:
        words = gettext("%(person)s asked not to be written to: there is no link either.")
        messages.error(request, words % {"person": contact.name})
        return None
    made = make_link(survey_key, contact=contact, by=user, now=clock.now())
    return redirect("survey_invitation", made.pk)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    row = get_object_or_404(_seen_by(cast("User", request.user)), pk=invitation_id)
    return _invitation_page(request, row, RevokeForm())


def _seen_by(user: User) -> QuerySet[Invitation]:
    rows: QuerySet[Invitation] = Invitation.objects.for_user(user)
    return rows.select_related("account", "contact", "survey", "response")


def _invitation_page(request: HttpRequest, row: Invitation, form: RevokeForm) -> HttpResponse:
    """The link is shown to whoever may hand it over, and of no invitation that went by mail."""
    may_work = may(request.user, Right.WORK_ACCOUNTS, account=row.account)
    is_link = row.occasion.startswith(LINK_BY_HAND)
    is_known = row.contact is not None and row.contact.erased_at is None
    is_open = is_known and can_be_answered(row, now=clock.now())
    shows_link = may_work and is_link and is_open
    response = getattr(row, "response", None)
    context = {
        "row": row,
        "is_link": is_link,
        "reason": reason_word(row),
        "link": settings.BASE_URL + survey_path(row.pk, row.nonce) if shows_link else "",
        "asked_by": _name_of_asker(row),
        "response": response,
        "before": changes_of_answer(response) if response is not None else [],
        "form": form,
        "may_revoke": may_work and row.state in _REVOCABLE,
    }
    return render(request, "survey_invitations/invitation.html", context)


def _name_of_asker(row: Invitation) -> str:
    """Of one of us; a step of a play is named as it is kept."""
    kind, _, pk = row.asked_by.partition(":")
    if kind != "user" or not pk.isdigit():
        return row.asked_by
    return User.objects.filter(pk=int(pk)).values_list("name", flat=True).first() or ""


@requires(Right.WORK_ACCOUNTS, page="survey_invitation")
def revoke_invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """404 for what is out of sight, 403 for what is somebody else's."""
    row = get_object_or_404(_seen_by(cast("User", request.user)), pk=invitation_id)
    if not may(request.user, Right.WORK_ACCOUNTS, account=row.account):
        raise PermissionDenied
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return _invitation_page(request, row, form)
    if row.state in _REVOCABLE and revoke([row.pk], reason=form.cleaned_data["reason"]):
        messages.success(request, gettext("Revoked: its link counts no more, and nothing is sent."))
    else:
        messages.error(request, gettext("It has ended already: nothing was changed."))
    return redirect("survey_invitation", row.pk)
