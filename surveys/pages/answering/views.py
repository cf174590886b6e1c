"""Answering a survey by the link of an invitation, changing the answer, and hearing no more."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pghistory
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.access import Right, requires
from accounts.models import SuppressedAddress
from accounts.work.outreach import suppress
from surveys.actions.answers import LinkClosedError, record_answer
from surveys.library.page_words import page_words
from surveys.models import Invitation, Response
from surveys.pages.answering.answer_form import AnswerForm, score_of, typed_of
from surveys.pages.answering.survey_page import (
    ShownPage,
    company_name,
    public_page,
    question_context,
    shown_to,
    survey_context,
    until_in_words,
    words_wanted,
)
from surveys.queries.open_invitations import can_be_answered, invitation_of


@csrf_exempt  # the signed link is the right to it, and no cookie is set
@requires(Right.OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it records nothing: scanners of mail open every link, with a score in it as well."""
    _keep_no_link()
    invitation = invitation_of(token)
    if invitation is None or not can_be_answered(invitation, now=clock.now()):
        return _closed_page(request)
    shown = shown_to(invitation, wanted=request.GET.get("lang", ""))
    if request.method == "POST":
        return _take_answer(request, invitation, shown, token)
    given = Response.objects.filter(invitation=invitation).first()
    wanted = score_of(request.GET.get("score", ""), shown.definition)
    if given is not None and wanted is None and "change" not in request.GET:
        return _thanks_page(invitation, shown, given, token)
    form = AnswerForm(shown.definition, shown.words, typed=typed_of(given) if given else {})
    kept = {"change": "1"} if "change" in request.GET else {}
    if wanted is not None:
        form.typed["score"] = kept["score"] = str(wanted)
    return _form_page(invitation, shown, form, token, kept=kept)


def _keep_no_link() -> None:
    """The path is the right to answer, so that the audit trail does not keep it."""
    pghistory.context(url=reverse("survey_answer", args=["-"]))


def _take_answer(
    request: HttpRequest, invitation: Invitation, shown: ShownPage, token: str
) -> HttpResponse:
    form = AnswerForm(shown.definition, shown.words)
    form.read(request.POST)
    if form.given is None:
        return _form_page(invitation, shown, form, token, status=400)
    try:
        record_answer(
            invitation=invitation, given=form.given, language=shown.language, now=clock.now()
        )
    except LinkClosedError:
        return _closed_page(request)
    return HttpResponseRedirect(_answer_address(token, shown))


def _answer_address(token: str, shown: ShownPage, **query: str) -> str:
    said = urlencode({"lang": shown.language, **query})
    return f"{reverse('survey_answer', args=[token])}?{said}"


def _form_page(
    invitation: Invitation,
    shown: ShownPage,
    form: AnswerForm,
    token: str,
    *,
    kept: Mapping[str, str] = MappingProxyType({}),
    status: int = 200,
) -> HttpResponse:
    context = question_context(shown, form) | survey_context(shown, **kept)
    context |= {
        "action": _answer_address(token, shown),
        "until": until_in_words(shown, invitation),
        "stop": _stop_address(token, invitation, shown),
    }
    return public_page("form", shown.words, context, status=status)


def _thanks_page(
    invitation: Invitation, shown: ShownPage, given: Response, token: str
) -> HttpResponse:
    form = AnswerForm(shown.definition, shown.words, typed=typed_of(given))
    context = question_context(shown, form) | survey_context(shown)
    context |= {
        "action": _answer_address(token, shown),
        "thanks": shown.said(shown.text.thanks),
        "asks_more": given.completed_at is None,
        "change": _answer_address(token, shown, change="1"),
        "until": until_in_words(shown, invitation),
        "stop": _stop_address(token, invitation, shown),
    }
    return public_page("thanks", shown.words, context)


def _stop_address(token: str, invitation: Invitation, shown: ShownPage) -> str:
    """Empty where there is no address to send anything to."""
    if invitation.contact is None or not invitation.contact.email:
        return ""
    return f"{reverse('survey_stop', args=[token])}?{urlencode({'lang': shown.language})}"


def _closed_page(request: HttpRequest) -> HttpResponse:
    """The same for every link that cannot be answered, whatever the reason."""
    return public_page("closed", words_wanted(request), {}, status=410)


@csrf_exempt  # as above
@requires(Right.OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Asks, then sends nothing to the person's address any more. Also by the link of a survey that
    has expired: whoever wants to hear no more may find an old mail."""
    _keep_no_link()
    invitation = invitation_of(token)
    if invitation is None or invitation.contact is None or not invitation.contact.email:
        return _closed_page(request)
    is_done = request.method == "POST"
    if is_done:
        reason = SuppressedAddress.Reason.UNSUBSCRIBED
        suppress(invitation.contact.email, reason=reason, now=clock.now())
    words = page_words(request.GET.get("lang") or invitation.language)
    company = company_name()
    title = (words.stopped if is_done else words.stop_title).format(company=company)
    text = (words.stopped_text if is_done else words.stop_text).format(company=company)
    return public_page("stop", words, {"is_done": is_done, "title": title, "text": text})
