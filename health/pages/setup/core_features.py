"""Core features by a rule: proposed with what they are used, taken by a person. For CS ops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.loading.features import set_core
from accounts.models import Feature
from accounts.queries.sizes import segment_choices
from health.queries.core_features import MOST_ACCOUNTS, CoreRule, features_by_use

_RULE = CoreRule()


class CoreRuleForm(forms.Form):
    weeks_percent = forms.IntegerField(
        label=gettext_lazy("Used in % of the last 12 weeks"), min_value=1, max_value=100
    )
    accounts_percent = forms.IntegerField(
        label=gettext_lazy("By % of the accounts"), min_value=1, max_value=100
    )
    segment = forms.ChoiceField(label=gettext_lazy("Of the segment"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["segment"]
        chosen.choices = [("", gettext("All accounts")), *segment_choices()]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input"}


@requires(Right.ADMINISTER)
@require_safe
def core_features(request: HttpRequest) -> HttpResponse:
    asked = {
        "weeks_percent": str(_RULE.weeks_percent),
        "accounts_percent": str(_RULE.accounts_percent),
        **request.GET.dict(),
    }
    form = CoreRuleForm(asked)
    rule = CoreRule(**form.cleaned_data) if form.is_valid() else _RULE
    found = features_by_use(rule, last=clock.today() - timedelta(days=1))
    context = {
        "form": form,
        "features": found,
        "proposed": sum(each.is_proposed for each in found),
        "most_accounts": MOST_ACCOUNTS,
        "accounts": max((each.accounts for each in found), default=0),
    }
    return render(request, "setup/core_features.html", context)


@requires(Right.ADMINISTER, page="core_features")
def core_features_take(request: HttpRequest) -> HttpResponse:
    """What is ticked is core, of the features that the page showed; the others stay as they are."""
    shown = set(request.POST.getlist("shown"))
    ticked = set(request.POST.getlist("core")) & shown
    known = Feature.objects.filter(key__in=shown).values_list("key", flat=True)
    changed = set_core({key: key in ticked for key in known})
    if changed:
        words = ngettext(
            "%(count)s feature was changed; every account is scored again.",
            "%(count)s features were changed; every account is scored again.",
            changed,
        )
        messages.success(request, words % {"count": changed})
    else:
        messages.info(request, gettext("Nothing was changed."))
    return redirect("core_features")
