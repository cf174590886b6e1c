"""Filters kept under a name: one's own, and those that CS ops share with the company."""

from __future__ import annotations

import re
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, may, requires
from accounts.models import AudienceMember, SavedView, User
from cs_platform.pages.portfolio.filters import PortfolioFilter, words_of_views
from health.queries.account_filters import FILTERS
from health.recompute.audiences import refresh_audience

MOST_VIEWS = 50
"""Of one person, and shared ones: the night looks for the members of each."""
_LONGEST_KEY = 40


class SavedViewForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "autofocus": True}),
    )
    is_shared = forms.BooleanField(
        label=_("Share it with the company, as an audience"),
        required=False,
        help_text=_("Playbooks may take it. Its filters never change from then on."),
    )

    def __init__(self, data: Any, *, user: User, filters: dict[str, Any]) -> None:
        super().__init__(data)
        self.user, self.filters = user, filters
        if not may(user, Right.ADMINISTER):
            del self.fields["is_shared"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("is_shared"):
            self._clean_audience(cleaned.get("name", ""))
        else:
            self._clean_own(cleaned.get("name", ""))
        return cleaned

    def _clean_own(self, name: str) -> None:
        names = set(SavedView.objects.own_of(self.user).values_list("name", flat=True))
        if name in names:
            self.add_error("name", gettext("You have a view of that name: choose another."))
        if len(names) >= MOST_VIEWS:
            words = gettext("You keep %(most)s views already: delete one first.")
            self.add_error(None, words % {"most": MOST_VIEWS})

    def _clean_audience(self, name: str) -> None:
        if self.filters.get("scope") == "mine":
            words = gettext(
                "“My accounts” is another set for everybody: filter all accounts first."
            )
            self.add_error("is_shared", words)
        if not any(self.filters.get(each) for each in FILTERS):
            self.add_error("is_shared", gettext("It holds every account: set a filter first."))
        if name and SavedView.objects.filter(key=audience_key(name)).exists():
            words = gettext("An audience of that name is there, or was: choose another.")
            self.add_error("name", words)
        if SavedView.objects.audiences().count() >= MOST_VIEWS:
            words = gettext("There are %(most)s audiences already: take one out of use first.")
            self.add_error("is_shared", words % {"most": MOST_VIEWS})


def audience_key(name: str) -> str:
    """("In the red, 2025") is "in_the_red_2025": as playbooks name it."""
    key = re.sub(r"[^a-z0-9]+", "_", slugify(name)).strip("_")
    if not key[:1].isalpha():
        key = f"audience_{key}".rstrip("_")
    return key[:_LONGEST_KEY]


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def saved_views(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    own = list(SavedView.objects.own_of(user))
    audiences = list(SavedView.objects.audiences())
    words = words_of_views([view.filters for view in (*own, *audiences)])
    present = AudienceMember.objects.for_user(user).filter(left_on__isnull=True)
    counted = present.order_by().values_list("audience").annotate(Count("pk"))
    counts = dict(counted) if audiences else {}
    context = {
        "own": list(zip(own, words, map(address_of, own), strict=False)),
        "audiences": [
            (view, said, counts.get(view.pk, 0))
            for view, said in zip(audiences, words[len(own) :], strict=True)
        ],
        "may_share": may(user, Right.ADMINISTER),
    }
    return render(request, "portfolio/views.html", context)


def address_of(view: SavedView) -> str:
    """Of the portfolio with its filters."""
    return f"{reverse('portfolio')}?{urlencode(view.filters)}"


@requires(Right.VIEW_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Keeps what the address of the portfolio asked for."""
    user = cast("User", request.user)
    given = request.POST.get("filters", "") if request.method == "POST" else request.GET.urlencode()
    filters = _read_filters(given)
    form = SavedViewForm(
        request.POST if request.method == "POST" else None, user=user, filters=filters
    )
    if form.is_bound and form.is_valid():
        saved = _save_view(form, user)
        if saved is not None:
            messages.success(request, gettext("Saved."))
            return redirect("audience", saved.pk) if saved.key else redirect(address_of(saved))
        form.add_error("name", gettext("That name was taken meanwhile: choose another."))
    context = {"form": form, "filters": urlencode(filters), "words": words_of_views([filters])[0]}
    return render(request, "portfolio/view_new.html", context)


def _read_filters(given: str) -> dict[str, Any]:
    """Without what makes no sense or says nothing, as the portfolio reads its address."""
    form = PortfolioFilter(QueryDict(given[:2000]))
    form.is_valid()
    return {name: value for name, value in form.cleaned_data.items() if value}


def _save_view(form: SavedViewForm, user: User) -> SavedView | None:
    """None where somebody took the name meanwhile."""
    name, now, day = form.cleaned_data["name"], clock.now(), clock.today()
    shared = form.cleaned_data.get("is_shared")
    filters = {key: form.filters[key] for key in FILTERS if key in form.filters}
    told = {"key": audience_key(name), "shared_on": day} if shared else {}
    try:
        with transaction.atomic():
            saved = SavedView.objects.create(
                name=name,
                filters=filters if shared else form.filters,
                owner=user,
                created_at=now,
                **told,
            )
            if shared:
                refresh_audience(audience=saved, day=day, now=now)
    except IntegrityError:
        return None
    return saved


@requires(Right.VIEW_ACCOUNTS, page="saved_views")
def delete(request: HttpRequest) -> HttpResponse:
    """One's own; an audience is taken out of use on its page."""
    given = request.POST.get("view", "")
    pk = int(given) if given.isascii() and given.isdecimal() and len(given) < 18 else 0
    view = SavedView.objects.own_of(cast("User", request.user)).filter(pk=pk).first()
    if view is None:
        messages.info(request, gettext("It is not there any more."))
    else:
        view.delete()
        messages.success(request, gettext("“%(name)s” is deleted.") % {"name": view.name})
    return redirect("saved_views")
