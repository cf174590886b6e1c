"""A task that somebody writes for themselves, or for another who may work on the account."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.access import GRANTED, Right, requires
from accounts.models import Account, User
from accounts.ui.request_kind import came_from, next_page
from playbooks.actions import OutOfSightError, WrongTimeError, add_task
from playbooks.facts import business_calendar
from playbooks.triggers.vocabulary import Channel, choices

OFFERED = 300
"""Accounts the field offers while one types; any other can be named."""


class NewTaskForm(forms.Form):
    """`account` by its id or its name; due at the close of its day, or at a time."""

    title = forms.CharField(
        max_length=160, error_messages={"required": gettext_lazy("Say what is to be done.")}
    )
    account = forms.CharField(
        max_length=200, error_messages={"required": gettext_lazy("Say for which account.")}
    )
    due_on = forms.DateField(
        input_formats=["%Y-%m-%d"],
        error_messages={"required": gettext_lazy("Say by which day.")},
    )
    due_time = forms.TimeField(required=False, input_formats=["%H:%M"])
    channel = forms.ChoiceField(choices=choices(Channel), initial=Channel.INTERNAL)
    owner = forms.CharField(required=False, max_length=200)
    guidance = forms.CharField(required=False, max_length=2500)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_account(self) -> Account:
        """Among those this person may change: nobody learns what other accounts are called."""
        said = self.cleaned_data["account"].strip()
        within = Account.objects.changeable_by(self.user)
        found = list(within.filter(external_id=said)) or list(within.filter(name__iexact=said)[:2])
        if not found:
            raise forms.ValidationError(gettext("You work on no account of that name or id."))
        if len(found) > 1:
            raise forms.ValidationError(gettext("Several are called that: give the account's id."))
        account: Account = found[0]
        return account

    def clean_owner(self) -> User:
        """Oneself where nobody is named; by e-mail address or name, of who signs in here."""
        said = self.cleaned_data["owner"].strip()
        if not said:
            return self.user
        people = User.objects.filter(is_active=True)
        found = list(people.filter(email__iexact=said)) or list(
            people.filter(name__iexact=said)[:2]
        )
        if not found:
            raise forms.ValidationError(gettext("Nobody here is called that."))
        if len(found) > 1:
            raise forms.ValidationError(
                gettext("Several are called that: give the person's e-mail address.")
            )
        return found[0]

    def due_at(self) -> datetime:
        calendar = business_calendar()
        clock_time: time = self.cleaned_data["due_time"] or calendar.closes_at
        day: date = self.cleaned_data["due_on"]
        return calendar.at(day, clock_time)


@requires(Right.WORK_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    form = NewTaskForm(request.POST or None, user=user, initial=_initial_values(request))
    if request.method == "POST" and form.is_valid() and (task := _create_task(form, user)):
        messages.success(request, gettext("Written down: %(title)s") % {"title": task.title})
        return redirect(next_page(request, default="/tasks/"))
    context = {
        "form": form,
        "accounts": _account_choices(user),
        "people": _owner_choices(user),
        "channels": choices(Channel),
        "next": request.POST.get("next") or came_from(request),
    }
    return render(request, "tasks/new.html", context)


def _create_task(form: NewTaskForm, user: User) -> Any:
    """None where it is refused; the form then says why."""
    told = form.cleaned_data
    try:
        return add_task(
            account=told["account"],
            title=told["title"],
            owner=told["owner"],
            due_at=form.due_at(),
            by=user,
            now=clock.now(),
            guidance=told["guidance"],
            channel=Channel(told["channel"]),
        )
    except WrongTimeError as refused:
        form.add_error("due_on", str(refused))
    except OutOfSightError as refused:
        form.add_error("owner", str(refused))
    return None


def _initial_values(request: HttpRequest) -> dict[str, Any]:
    """For the next working day, and what the address gives."""
    calendar = business_calendar()
    next_day = calendar.shift(calendar.local_day(clock.now()), 1)
    given = {name: request.GET.get(name, "")[:160] for name in ("account", "title")}
    return given | {"due_on": next_day, "channel": Channel.INTERNAL.value}


def _owner_choices(user: User) -> list[tuple[str, str]]:
    """Addresses and names to choose from; whether the account is theirs to work on is asked when
    it is written."""
    able = User.objects.filter(is_active=True, role__in=GRANTED[Right.WORK_ACCOUNTS])
    others = able.exclude(pk=user.pk).order_by("name", "pk")
    return list(others.values_list("email", "name")[:OFFERED])


def _account_choices(user: User) -> list[tuple[str, str]]:
    accounts = Account.objects.portfolio_of(user, scope="mine").order_by("name", "pk")
    return list(accounts.values_list("external_id", "name")[:OFFERED])
