"""The pages of an account that was merged lead to those of the one that goes on."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse

from accounts.models import Account, User
from cs_platform.runtime.middleware import GetResponse


class AccountMovedError(Http404):
    """This account goes on as another one: `external_id`, which the person may see."""

    def __init__(self, external_id: str) -> None:
        super().__init__()
        self.external_id = external_id


def follow_merge(external_id: str, *, user: User) -> None:
    """Raises AccountMovedError for an account that was merged into one the person may see."""
    into = Account.objects.for_user(user).filter(merged__external_id=external_id)
    goes_on = into.values_list("external_id", flat=True).first()
    if goes_on is not None:
        raise AccountMovedError(goes_on)


class MovedAccountMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, AccountMovedError):
            return None
        match = cast("ResolverMatch", request.resolver_match)
        arguments = {**match.kwargs, "external_id": exception.external_id}
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(reverse(str(match.view_name), kwargs=arguments) + query)
