"""What CS ops makes the machinery do again: a POST each, recorded, then back to the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext

from accounts.access import Right, requires
from accounts.models import Job, OutboxMessage, User
from cs_platform.scheduling import interventions


@requires(Right.ADMINISTER, page="ops_jobs")
def retry_job(request: HttpRequest, job_id: int) -> HttpResponse:
    job = get_object_or_404(Job, pk=job_id)

    def act(by: User, now: datetime) -> str:
        interventions.retry_job(job_id=job.pk, by=by, now=now)
        return gettext("The job tries again within seconds.")

    return _act_and_redirect(request, act, back=f"{reverse('ops_jobs')}?view=dead")


@requires(Right.ADMINISTER, page="ops_messages")
def resend_message(request: HttpRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(OutboxMessage, pk=message_id)

    def act(by: User, now: datetime) -> str:
        interventions.resend(message_id=message.pk, by=by, now=now)
        return gettext(
            "The message goes out again within seconds, unless something forbids it now."
        )

    return _act_and_redirect(request, act, back=f"{reverse('ops_messages')}?view=dead")


@requires(Right.ADMINISTER, page="ops_invariants")
def ask_invariants(request: HttpRequest) -> HttpResponse:
    def act(by: User, now: datetime) -> str:
        interventions.ask_invariants(by=by, now=now)
        return gettext("The invariants are being asked. Load this page again in a moment.")

    return _act_and_redirect(request, act, back=reverse("ops_invariants"))


def _act_and_redirect(
    request: HttpRequest, act: Callable[[User, datetime], str], *, back: str
) -> HttpResponse:
    try:
        messages.success(request, act(cast("User", request.user), datetime.now(UTC)))
    except interventions.NothingToDoError as error:
        messages.error(request, str(error))
    return redirect(back)
