"""Where a person lands: the first page of their own rail; CS ops of an empty installation at the
check list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import Right, requires
from accounts.catalogue import Role
from accounts.models import Account

_FIRST_PAGE = {
    Role.CSM: "today",
    Role.MANAGER: "today",
    Role.EXECUTIVE: "executive",
    Role.OPS: "portfolio",
}


@requires(Right.SIGNED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    role = request.user.role if request.user.is_authenticated else None
    if role is None:
        return render(request, "no_role.html", status=403)
    if role == Role.OPS and not Account.objects.exists():
        return redirect("setup")
    return redirect(_FIRST_PAGE[Role(role)])
