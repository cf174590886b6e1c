"""The words of the executive pages: cuts, methods, figures, groups."""

from __future__ import annotations

from collections.abc import Callable

from accounts import catalogue
from accounts.models import Plan, User
from metrics.facts.attributes import Cut
from metrics.queries.figures import Figure
from metrics.retention.positions import Method

CUTS = {
    Cut.SEGMENT: "Segment",
    Cut.TIER: "Touch tier",
    Cut.CSM: "CSM",
    Cut.PLAN: "Plan",
    Cut.INDUSTRY: "Industry",
    Cut.REGION: "Region",
    Cut.START_QUARTER: "Start quarter",
}
METHODS = {Method.BY_ACCOUNT: "By account", Method.BY_MOVEMENTS: "By movements"}
FIGURES = {
    Figure.START: "ARR at the start",
    Figure.NEW: "New",
    Figure.REACTIVATION: "Reactivation",
    Figure.EXPANSION: "Expansion",
    Figure.CONTRACTION: "Contraction",
    Figure.CHURN: "Churn",
    Figure.END: "ARR at the end",
    Figure.NRR: "Net revenue retention",
    Figure.GRR: "Gross revenue retention",
    Figure.LOGO: "Logo retention",
}


def group_words(by: Cut) -> Callable[[str], str]:
    """From the stored value of a cut to what a person reads."""
    names: dict[str, str] = {}
    if by is Cut.CSM:
        names = {str(pk): name for pk, name in User.objects.values_list("pk", "name")}
    if by is Cut.PLAN:
        names = {str(pk): name for pk, name in Plan.objects.values_list("pk", "name")}
    has_labels = by in (Cut.SEGMENT, Cut.TIER)

    def word(value: str) -> str:
        if not value:
            return "Not recorded"
        return names.get(value) or (catalogue.label(value) if has_labels else value)

    return word
