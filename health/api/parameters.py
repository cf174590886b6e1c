"""What requests about health ask for; what cannot be read is a problem that says how to write."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404
from rest_framework.request import Request

from accounts import clock
from accounts.api import reads
from accounts.api.problems import ApiProblem
from accounts.models import Account
from health.queries.movers import MOST_DAYS

MOST_HISTORY = 1_096
USUAL_HISTORY, USUAL_MOVE = 90, 7
_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)


def account_or_404(request: Request, external_id: str) -> Account:
    rows = reads.visible_to_key(Account.objects.all(), request)
    found: Account | None = rows.filter(external_id=external_id).first()
    if found is None:
        raise Http404
    return found


def day_of(request: Request, name: str) -> date | None:
    asked = request.query_params.get(name)
    if not asked:
        return None
    try:
        found = date.fromisoformat(asked)
        if not _FIRST <= found <= _LAST:  # days around them are counted
            raise ValueError(asked)
        return found
    except ValueError as problem:
        words = f"Give `{name}` as a day, such as 2025-03-17."
        raise ApiProblem(400, code="day", detail=words) from problem


def span_of(request: Request, *, usual: int) -> tuple[date, date]:
    last = day_of(request, "to") or clock.today()
    first = day_of(request, "from") or last - timedelta(days=usual)
    if not timedelta(0) <= last - first <= timedelta(days=MOST_HISTORY):
        words = f"`from` is before `to`, by {MOST_HISTORY} days at most."
        raise ApiProblem(400, code="span", detail=words)
    return first, last


def days_of(request: Request) -> int:
    asked = request.query_params.get("days") or str(USUAL_MOVE)
    is_number = asked.isascii() and asked.isdigit() and len(asked) <= 2
    if not is_number or not 1 <= int(asked) <= MOST_DAYS:
        words = f"Give `days` from 1 to {MOST_DAYS}."
        raise ApiProblem(400, code="days", detail=words)
    return int(asked)


def place_of(request: Request) -> int:
    asked = request.query_params.get("after") or "0"
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 7):
        raise ApiProblem(400, code="cursor", detail="Give `after` as `next` of the page before.")
    return int(asked)
