"""What the portfolio is asked for by its address, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import label
from accounts.models import User
from accounts.queries.sizes import segment_choices
from accounts.ui.bands import band_look

# What comes first, in the words that stand above the list.
SORTS = {
    "-risk": gettext_lazy("What is most likely to be lost, weighted by its ARR, comes first."),
    "risk": gettext_lazy("What is least likely to be lost, weighted by its ARR, comes first."),
    "-arr": gettext_lazy("The largest ARR comes first."),
    "arr": gettext_lazy("The smallest ARR comes first."),
    "name": gettext_lazy("By name, from A to Z."),
    "-name": gettext_lazy("By name, from Z to A."),
    "-score": gettext_lazy("The highest score comes first."),
    "score": gettext_lazy("The lowest score comes first."),
    "-change": gettext_lazy("What rose most in 7 days comes first."),
    "change": gettext_lazy("What fell most in 7 days comes first."),
    "renewal": gettext_lazy("What renews soonest comes first."),
    "-renewal": gettext_lazy("What renews last comes first."),
    "owner": gettext_lazy("By owner, from A to Z."),
    "-owner": gettext_lazy("By owner, from Z to A."),
}
RENEWALS = (
    ("", gettext_lazy("Any renewal")),
    ("overdue", gettext_lazy("Overdue")),
    ("30", gettext_lazy("In 30 days")),
    ("60", gettext_lazy("In 60 days")),
    ("90", gettext_lazy("In 90 days")),
    ("180", gettext_lazy("In 180 days")),
)


class PortfolioFilter(forms.Form):
    q = forms.CharField(required=False, max_length=80)
    scope = forms.ChoiceField(
        required=False, choices=[("mine", _("Mine")), ("all", _("All I may see"))]
    )
    band = forms.SlugField(required=False, max_length=20)
    risk = forms.ChoiceField(required=False, choices=[("1", _("At risk"))])
    segment = forms.ChoiceField(required=False, choices=lambda: [("", ""), *segment_choices()])
    renewal = forms.ChoiceField(required=False, choices=RENEWALS)
    owner = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    sort = forms.ChoiceField(required=False, choices=list(SORTS.items()))


def filter_words(chosen: Mapping[str, Any], *, owner: str = "") -> list[str]:
    """Each filter that is set, in words; `owner`: the name of who is chosen as owner."""
    said = [
        band_look(chosen["band"]).word if chosen.get("band") else "",
        gettext("At risk") if chosen.get("risk") else "",
        gettext(label(chosen["segment"])) if chosen.get("segment") else "",
        str(dict(RENEWALS).get(chosen["renewal"], "")) if chosen.get("renewal") else "",
        gettext("owned by %(name)s") % {"name": owner} if owner else "",
        f"“{chosen['q']}”" if chosen.get("q") else "",
    ]
    return [each for each in said if each]


def _in_full(chosen: Mapping[str, Any], owner: str) -> list[str]:
    """As a view says what it holds, where no word of a form stands beside it."""
    words = filter_words({**chosen, "renewal": ""}, owner=owner)
    if renewal := chosen.get("renewal"):
        when = str(dict(RENEWALS).get(renewal, "")).lower()
        words.append(gettext("renewal %(when)s") % {"when": when})
    if chosen.get("scope") == "mine":
        words.append(gettext("my accounts"))
    return words


def words_of_views(filters: list[Mapping[str, Any]]) -> list[str]:
    """Of several saved views, with the names of their owners read at once."""
    asked = {each["owner"] for each in filters if each.get("owner")}
    names = dict(User.objects.filter(pk__in=asked).values_list("pk", "name")) if asked else {}
    said = [_in_full(each, names.get(each.get("owner") or 0, "")) for each in filters]
    return [", ".join(words) or gettext("all active accounts") for words in said]
