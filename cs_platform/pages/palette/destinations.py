"""Pages below those of the rail, found by their name: each for those who may open it."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from accounts.access import Right, may

# Word, route, query, icon, right.
_BELOW = (
    (
        gettext_noop("Executive: health by band"),
        "executive_health",
        "",
        "chart-line",
        Right.VIEW_EXECUTIVE,
    ),
    (
        gettext_noop("Executive: at risk"),
        "executive_health",
        "?at_risk=1",
        "chart-line",
        Right.VIEW_EXECUTIVE,
    ),
    (
        gettext_noop("Executive: renewals due"),
        "executive_renewals",
        "",
        "chart-line",
        Right.VIEW_EXECUTIVE,
    ),
    (
        gettext_noop("Executive: movements"),
        "executive_movements",
        "",
        "chart-line",
        Right.VIEW_EXECUTIVE,
    ),
    (
        gettext_noop("Executive: causes of movements"),
        "executive_causes",
        "",
        "chart-line",
        Right.VIEW_EXECUTIVE,
    ),
    (gettext_noop("Ready for an expansion"), "expansion", "", "briefcase", Right.VIEW_ACCOUNTS),
    (gettext_noop("Mail to customers: to approve"), "mails", "", "mail", Right.VIEW_ACCOUNTS),
    (gettext_noop("Mail to customers: sent"), "mails", "?view=sent", "mail", Right.VIEW_ACCOUNTS),
    (
        gettext_noop("Surveys: answers to follow up"),
        "follow_ups",
        "",
        "message-square",
        Right.VIEW_ACCOUNTS,
    ),
    (gettext_noop("In-app messages"), "in_app", "", "message-square", Right.ADMINISTER),
    (gettext_noop("Getting started"), "setup", "", "list-todo", Right.ADMINISTER),
    (gettext_noop("Core features"), "core_features", "", "list-todo", Right.ADMINISTER),
    (gettext_noop("Likely doubles"), "doubles", "", "building-2", Right.ADMINISTER),
    (gettext_noop("Operations: jobs"), "ops_jobs", "", "activity", Right.ADMINISTER),
    (gettext_noop("Operations: messages"), "ops_messages", "", "activity", Right.ADMINISTER),
    (gettext_noop("Operations: nights"), "ops_nights", "", "activity", Right.ADMINISTER),
    (gettext_noop("Operations: invariants"), "ops_invariants", "", "activity", Right.ADMINISTER),
    (
        gettext_noop("Operations: accounts to rescore"),
        "ops_dirty",
        "",
        "activity",
        Right.ADMINISTER,
    ),
    (
        gettext_noop("Operations: done by hand"),
        "ops_interventions",
        "",
        "activity",
        Right.ADMINISTER,
    ),
)


def rooms(request: HttpRequest) -> Iterator[tuple[str, str, str]]:
    """Word, address and icon."""
    for word, route, query, icon, right in _BELOW:
        if may(request.user, right):
            yield gettext(word), f"{reverse(route)}{query}", icon
    if not may(request.user, Right.ADMINISTER):
        return
    for app in admin.site.get_app_list(request):
        for model in app["models"]:
            yield (
                gettext("Admin: %(model)s") % {"model": model["name"]},
                model["admin_url"],
                "settings-2",
            )
