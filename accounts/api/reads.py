"""Lists and single rows for machines: what a key may see, page by page, in the fields that were
asked for, and nothing where the client has it already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime
from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problems import ApiProblem
from accounts.models import AccountScopedQuerySet, ApiKey, User

PAGE_SIZE = 100
_HIGHEST_ID = 2**63
_MOST_DIGITS = 19  # of an id; Python reads no number of thousands of them
Row = TypeVar("Row", bound=Model)
Shown = dict[str, Any]


def key_owner(request: Request) -> User | None:
    """Whose key it is; None of a key of the company, which sees all."""
    return cast(ApiKey, request.auth).owner


def visible_to_key(rows: AccountScopedQuerySet, request: Request) -> AccountScopedQuerySet:
    """A person's key sees what they see; one of the company sees all."""
    owner = key_owner(request)
    return rows if owner is None else rows.for_user(owner)


def row_or_404(rows: QuerySet[Row], pk: int) -> Row:
    row = rows.filter(pk=pk).first() if pk < _HIGHEST_ID else None
    if row is None:
        raise Http404
    return row


def one_of(request: Request, name: str, known: Collection[str]) -> str | None:
    """A filter of closed vocabulary; raises a problem that names what is known."""
    asked = request.query_params.get(name)
    if asked and asked not in known:
        words = f"Ask for a {name} of {', '.join(known)}."
        raise ApiProblem(400, code=f"unknown_{name}", detail=words)
    return asked or None


def moment_of(request: Request, name: str) -> datetime | None:
    """A filter by time, which has its offset."""
    asked = request.query_params.get(name)
    if not asked:
        return None
    try:
        found = parse_datetime(asked)
    except ValueError:  # in the shape of a time, such as the 30th of February
        found = None
    if found is None or found.tzinfo is None:
        words = f"Give `{name}` as a time with its offset, such as 2025-03-17T09:00:00Z."
        raise ApiProblem(400, code="time", detail=words)
    return found


def cursor_page(
    rows: QuerySet[Row],
    request: Request,
    *,
    name: str,
    show: Callable[[Row], Shown],
    known: Mapping[str, Any],
) -> Response:
    """In the order of their ids; `next` is the `after` of the next page, null on the last.

    `known`: the fields that a row has.
    """
    after = request.query_params.get("after") or "0"
    is_number = after.isascii() and after.isdigit() and len(after) <= _MOST_DIGITS
    if not is_number or int(after) >= _HIGHEST_ID:
        raise ApiProblem(400, code="cursor", detail="Give `after` as `next` of the page before.")
    found = list(rows.filter(pk__gt=int(after)).order_by("pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    following = shown[-1].pk if len(found) > PAGE_SIZE else None
    return list_answer(request, name, [show(row) for row in shown], following, known=known)


def list_answer(
    request: Request,
    name: str,
    shown: Sequence[Shown],
    following: int | str | None,
    *,
    known: Mapping[str, Any],
) -> Response:
    wanted = _fields_wanted(request, known)
    rows = [_fields_of(each, wanted) for each in shown]
    return _answer_unless_known(request, {name: rows, "next": following})


def row_answer(request: Request, shown: Shown, *, known: Mapping[str, Any]) -> Response:
    return _answer_unless_known(request, _fields_of(shown, _fields_wanted(request, known)))


def _fields_wanted(request: Request, known: Mapping[str, Any]) -> frozenset[str] | None:
    """None: all of them."""
    asked = request.query_params.get("fields")
    if not asked:
        return None
    wanted = frozenset(name.strip() for name in asked.split(","))
    if not wanted <= known.keys():
        words = f"Ask for fields of {', '.join(known)}, with commas between them."
        raise ApiProblem(400, code="unknown_field", detail=words)
    return wanted


def _fields_of(shown: Shown, wanted: frozenset[str] | None) -> Shown:
    if wanted is None:
        return shown
    return {name: value for name, value in shown.items() if name in wanted}


def _answer_unless_known(request: Request, said: Shown) -> Response:
    """304 without a body where `If-None-Match` names what would be answered."""
    etag = f'"{hashlib.sha256(JSONRenderer().render(said)).hexdigest()[:32]}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    # A compressed answer has the weak form of its tag.
    is_known = "*" in known or etag in {each.removeprefix("W/") for each in known}
    # It may be kept and is asked about again: pages of people are not kept at all.
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    answer = Response(status=304, headers=headers) if is_known else Response(said, headers=headers)
    patch_vary_headers(answer, ["Authorization"])
    return answer
