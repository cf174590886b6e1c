"""What the script in a customer's product asks: which message waits, and what became of it."""

from __future__ import annotations

from typing import Any, NoReturn, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import clock
from accounts.access import Right, requires
from accounts.api.in_app_script import DIGEST, SCRIPT
from accounts.api.visitors import (
    IsVisitor,
    TooManyRequests,
    Visit,
    VisitorAuthentication,
    VisitorThrottle,
    is_listed,
)
from accounts.intake.errors import TooLarge
from accounts.linked_text import is_web_address, linked_runs
from accounts.models import OutboxMessage
from accounts.work import in_product
from accounts.work.additions import addition_to
from accounts.work.in_product import Happened

_PIECE = 1 << 16
_PREFLIGHT_SECONDS = 7_200


@csrf_exempt  # it changes nothing; the check would read a body that is nobody's
@requires(Right.OPEN)
@require_safe
@condition(etag_func=lambda _request: f'"{DIGEST[:32]}"')
def script(request: HttpRequest) -> HttpResponse:
    """One address for version 1: a day in a browser, and while a new one is fetched a week more."""
    answer = HttpResponse(SCRIPT, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "public, max-age=86400, stale-while-revalidate=604800"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


class InAppView(APIView):
    authentication_classes = (VisitorAuthentication,)
    permission_classes = (IsVisitor,)
    throttle_classes = (VisitorThrottle,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A browser asks first, without a token, whether the page may ask (CORS)."""
        if request.method == "OPTIONS":
            answer: Any = HttpResponse(status=204)
        else:
            answer = super().dispatch(request, *args, **kwargs)
        _let_page_read(request, answer)
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        _refuse_body(request)
        super().initial(request, *args, **kwargs)

    def throttled(self, request: Request, wait: float | None) -> NoReturn:
        raise TooManyRequests(wait)


def _refuse_body(request: Request) -> None:
    """Nothing is taken with a request; one that was cut does nothing (FileRefused)."""
    size = 0
    while piece := request._request.read(_PIECE):
        size += len(piece)
        if size > _PIECE:
            raise TooLarge("too_large", "is not wanted here; send none")


def _let_page_read(request: HttpRequest, answer: HttpResponse) -> None:
    patch_vary_headers(answer, ["Origin"])
    origin = request.headers.get("Origin", "")
    if not origin or not is_listed(origin):
        return
    answer.headers["Access-Control-Allow-Origin"] = origin
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
        answer.headers["Access-Control-Allow-Headers"] = "Authorization"
        answer.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)


def _people_of_visit(request: Request) -> list[int]:
    return cast(Visit, request.auth).people()  # IsVisitor lets nobody else through


class MessagesView(InAppView):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        found = in_product.message_for(_people_of_visit(request), now=clock.now())
        return Response({"messages": [shown_message(found)] if found else []})


class HappenedView(InAppView):
    """The same told again changes nothing."""

    @extend_schema(exclude=True)
    def post(self, request: Request, message_id: int, what: str) -> Response:
        if what not in set(Happened):
            raise Http404
        people = _people_of_visit(request)
        if not in_product.tell(message_id, Happened(what), people=people, now=clock.now()):
            raise Http404
        return Response(status=204)


def shown_message(message: OutboxMessage) -> dict[str, Any]:
    """The body as runs of text, each with the address it leads to, or an empty one."""
    added = addition_to(message)
    link = added.link if added else message.link
    further = f"\n{link}" if is_web_address(link) else ""
    runs = linked_runs(message.body + further)
    return {"id": message.pk, "subject": message.subject, "body": runs}
