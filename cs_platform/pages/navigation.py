"""What stands around every page: the rail a role uses, the day, the look somebody chose."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop

from accounts import clock
from accounts.access import Right, may
from accounts.models import Installation, User
from accounts.work.notices import unread_count

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class RailPage:
    key: str
    word: str
    icon: str
    route: str
    right: Right
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RailItem:
    word: str
    icon: str
    href: str
    is_current: bool


PAGES = (
    RailPage(
        "today", gettext_noop("Today"), "calendar-check", "today", Right.WORK_ACCOUNTS, ("/today/",)
    ),
    RailPage(
        "portfolio",
        gettext_noop("Portfolio"),
        "briefcase",
        "portfolio",
        Right.VIEW_ACCOUNTS,
        ("/portfolio/", "/accounts/", "/expansion/"),
    ),
    RailPage(
        "tasks",
        gettext_noop("Tasks"),
        "list-todo",
        "tasks",
        Right.VIEW_ACCOUNTS,
        ("/tasks/", "/plays/"),
    ),
    RailPage(
        "playbooks",
        gettext_noop("Playbooks"),
        "route",
        "playbooks",
        Right.VIEW_ACCOUNTS,
        ("/playbooks/", "/sequences/"),
    ),
    RailPage(
        "mail",
        gettext_noop("Mail"),
        "mail",
        "mails",
        Right.VIEW_ACCOUNTS,
        ("/mail/", "/in-app/"),
    ),
    RailPage(
        "surveys",
        gettext_noop("Surveys"),
        "message-square",
        "surveys",
        Right.VIEW_ACCOUNTS,
        ("/surveys/",),
    ),
    RailPage(
        "executive",
        gettext_noop("Executive"),
        "chart-line",
        "executive",
        Right.VIEW_EXECUTIVE,
        ("/executive/",),
    ),
    RailPage(
        "compliance",
        gettext_noop("Compliance"),
        "circle-check",
        "compliance",
        Right.VIEW_EXECUTIVE,
        ("/compliance/",),
    ),
    RailPage("ops", gettext_noop("Operations"), "activity", "ops", Right.ADMINISTER, ("/ops/",)),
    RailPage(
        "imports", gettext_noop("Imports"), "upload", "imports", Right.ADMINISTER, ("/imports/",)
    ),
    RailPage(
        "admin",
        gettext_noop("Admin"),
        "settings-2",
        "admin:index",
        Right.ADMINISTER,
        ("/admin/",),
    ),
)


# Route and word of each tab of an account.
ACCOUNT_TABS = (
    ("account", gettext_noop("Overview")),
    ("account_health", gettext_noop("Health")),
    ("account_timeline", gettext_noop("Timeline")),
    ("account_people", gettext_noop("People")),
    ("account_revenue", gettext_noop("Revenue")),
    ("account_surveys", gettext_noop("Surveys")),
    ("account_tasks", gettext_noop("Tasks and plays")),
)


# So many pages fit into the bar of a phone; of more, these and a menu with the others.
FIT_A_PHONE, BESIDE_THE_MENU = 6, 5


def page_surroundings(request: HttpRequest) -> dict[str, object]:
    installation = Installation.current()
    theme = request.COOKIES.get("theme", "")
    rail = rail_of(request)
    return {
        "installation": installation,
        "today": clock.today(),
        "zone": installation.zone,
        "theme": theme if theme in THEMES else "",
        "is_rail_narrow": request.COOKIES.get("rail") == "narrow",
        "rail": rail,
        "rail_more": rail[BESIDE_THE_MENU:] if len(rail) > FIT_A_PHONE else [],
        # Asked once by pages that show it, by no part.
        "unread_notices": functools.cache(functools.partial(unread_of, request)),
    }


def unread_of(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return unread_count(user) if isinstance(user, User) and user.role else 0


def rail_of(request: HttpRequest) -> list[RailItem]:
    """The pages this person may open; none before sign-in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return [
        RailItem(
            word=gettext(page.word),
            icon=page.icon,
            href=href,
            is_current=request.path.startswith(page.prefixes),
        )
        for page in PAGES
        if may(user, page.right) and (href := _address_or_none(page.route))
    ]


def _address_or_none(route: str) -> str | None:
    """A page that this installation does not have is no dead link."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return None
