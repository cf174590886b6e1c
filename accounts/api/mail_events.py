"""Where the mail provider posts what became of sent mail. Machines read it: no page, only words."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.access import Right, requires
from accounts.work import mail_events


@csrf_exempt  # the secret in the address is the right to it
@requires(Right.OPEN)
@require_http_methods(["HEAD", "POST"])
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Says nothing of whether an address is known here."""
    if not mail_events.is_secret(token):
        return _plain_text_answer(404, "No such address.")
    if request.method == "POST":
        try:
            events = mail_events.read_events(request)
        except mail_events.UnreadableEventsError:
            return _plain_text_answer(400, "These are no events of the mail provider.")
        with transaction.atomic():
            mail_events.note_events(events, now=clock.now())
    return _plain_text_answer(200, "Noted.")


def _plain_text_answer(status: int, words: str) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
