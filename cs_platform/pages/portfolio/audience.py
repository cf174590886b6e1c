"""Who is in an audience and since when, and who has left it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, may, requires
from accounts.models import AudienceMember, SavedView, User
from accounts.ui.pagination import COUNT_CAP, page_number, take_page
from cs_platform.pages.portfolio.filters import words_of_views
from cs_platform.pages.portfolio.saved_views import address_of
from health.recompute.audiences import close_audience, refresh_audience
from playbooks.library.definition_reader import asked_audiences
from playbooks.models import Playbook

PAGE_SIZE = 50
_COLUMNS = (
    "account__external_id",
    "account__name",
    "account__segment",
    "account__owner__name",
    "since",
    "left_on",
)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def audience(request: HttpRequest, audience_id: int) -> HttpResponse:
    shared = get_object_or_404(SavedView, pk=audience_id, shared_on__isnull=False)
    user = cast("User", request.user)
    has_left = request.GET.get("view") == "left"
    rows = members_of(shared, user=user, has_left=has_left)
    found, page = take_page(
        rows.values_list(*_COLUMNS), number=page_number(request), size=PAGE_SIZE
    )
    total = rows.order_by().values("pk")[: COUNT_CAP + 1].count()
    context = {
        "audience": shared,
        "words": words_of_views([shared.filters])[0],
        "address": address_of(shared),
        "playbooks": playbooks_taking(shared),
        "rows": found,
        "page": page,
        "total": min(total, COUNT_CAP),
        "is_capped": total > COUNT_CAP,
        "has_left": has_left,
        "may_change": may(user, Right.ADMINISTER) and shared.retired_at is None,
    }
    return render(request, "portfolio/audience.html", context)


def members_of(shared: SavedView, *, user: User, has_left: bool) -> QuerySet[AudienceMember]:
    """Within what the reader may see, who came or left last first.

    Uses index: audience_member_since or audience_member_left
    """
    rows = AudienceMember.objects.for_user(user).filter(
        audience=shared, left_on__isnull=not has_left
    )
    order = F("left_on").desc() if has_left else F("since").desc()
    return rows.order_by(order, "account")


def playbooks_taking(shared: SavedView) -> list[Playbook]:
    """Those in force that name it, by name."""
    published = Playbook.objects.filter(state=Playbook.State.PUBLISHED)
    in_force = published.prefetch_related("steps").order_by("name", "pk")
    return [each for each in in_force if shared.key in asked_audiences(each.definition())]


@requires(Right.ADMINISTER, page="audience")
def look(request: HttpRequest, audience_id: int) -> HttpResponse:
    """Looks for its members now, before the night does."""
    shared = get_object_or_404(SavedView.objects.audiences(), pk=audience_id)
    moves = refresh_audience(audience=shared, day=clock.today(), now=clock.now())
    words = gettext("%(entered)s came and %(left)s left.")
    messages.success(request, words % {"entered": moves.entered, "left": moves.left})
    return redirect("audience", audience_id)


@requires(Right.ADMINISTER, page="audience")
def retire(request: HttpRequest, audience_id: int) -> HttpResponse:
    """Out of use: not while a playbook in force names it, whose question would never be met."""
    shared = get_object_or_404(SavedView.objects.audiences(), pk=audience_id)
    if taking := playbooks_taking(shared):
        words = gettext("“%(name)s” takes it: change that playbook, or take it out of force first.")
        messages.error(request, words % {"name": taking[0].name})
        return redirect("audience", audience_id)
    close_audience(audience=shared, day=clock.today(), now=clock.now())
    words = gettext("“%(name)s” is out of use: its members have left today.")
    messages.success(request, words % {"name": shared.name})
    return redirect("saved_views")
