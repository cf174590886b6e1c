"""For CS ops: the products that show messages, what to paste there, and a page to try it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.linked_text import linked_runs
from accounts.models import Contact, InAppSite, OutboxMessage
from accounts.sealed_secrets import SealBrokenError
from accounts.ui.pagination import COUNT_CAP
from accounts.visitor_tokens import Visitor, sign_visitor

State = OutboxMessage.State
SITES_SHOWN = PEOPLE_SHOWN = 50
_SALT = "in_app_try"
_TRIED_FOR = timedelta(hours=1)
_SIGNED_FOR = timedelta(minutes=15)
_SAMPLE = {
    "subject": _("Exports are three times faster"),
    "body": _(
        "Large exports now run in the background.\nWhat is new: https://www.example.com/news"
    ),
}


class TryForm(forms.Form):
    """What is left empty is the sample's."""

    subject = forms.CharField(max_length=160, required=False, label=_("Heading"))
    body = forms.CharField(
        max_length=1_000,
        required=False,
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@dataclass(frozen=True, slots=True)
class SiteLine:
    """`is_sealed_off`: its secret cannot be opened with this SECRET_KEY and has to be rolled."""

    site: InAppSite
    is_sealed_off: bool
    earlier_until: datetime | None


@dataclass(frozen=True, slots=True)
class CountedMessages:
    word: Any
    count: int
    view: str

    @property
    def href(self) -> str:
        return f"{reverse('mails')}?view={self.view}&channel=in_app"

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_CAP


@requires(Right.ADMINISTER)
@require_safe
def in_app(request: HttpRequest) -> HttpResponse:
    now = datetime.now(UTC)  # secrets live in real time
    sites = InAppSite.objects.select_related("source").order_by("source__name")[:SITES_SHOWN]
    context = {
        "lines": [_site_line(site, now=now) for site in sites],
        "figures": _message_counts(),
        "base_url": settings.BASE_URL.rstrip("/"),
        "snippet": _script_snippet(),
        "form": TryForm(initial=_SAMPLE),
        "is_demo": settings.DEMO,
    }
    return render(request, "in_app/index.html", context)


def _site_line(site: InAppSite, *, now: datetime) -> SiteLine:
    ends = site.earlier_until
    try:
        site.secrets(now=now)
    except SealBrokenError:
        return SiteLine(site, is_sealed_off=True, earlier_until=None)
    return SiteLine(site, is_sealed_off=False, earlier_until=ends if ends and ends > now else None)


def _script_snippet() -> str:
    address = settings.BASE_URL.rstrip("/") + reverse("in_app_script")
    return f'<script src="{address}" data-token="…" defer></script>'


def _message_counts() -> list[CountedMessages]:
    """Counted up to one more than COUNT_CAP.

    Uses index: outbox_product_state or outbox_customer_state
    """
    rows = OutboxMessage.objects.filter(
        channel=OutboxMessage.Channel.IN_APP, contact__isnull=False, account__isnull=False
    )
    return [
        CountedMessages(
            _("Wait to be seen"), _capped_count(rows.filter(state=State.NEW)), "planned"
        ),
        CountedMessages(_("Shown"), _capped_count(rows.filter(state=State.SENT)), "sent"),
        CountedMessages(
            _("Not shown"),
            _capped_count(rows.filter(Q(state=State.SUPPRESSED) | Q(state=State.DEAD))),
            "kept",
        ),
    ]


def _capped_count(rows: QuerySet[OutboxMessage]) -> int:
    return rows.values("pk")[: COUNT_CAP + 1].count()


@requires(Right.ADMINISTER)
@require_safe
def try_it(request: HttpRequest) -> HttpResponse:
    """A page as a product's might be, with the script as it is served there."""
    form = TryForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    words = {name: said.get(name) or str(sample) for name, sample in _SAMPLE.items()}
    context = {"token": signing.dumps(words, salt=_SALT), "script": reverse("in_app_try_script")}
    return render(request, "in_app/product.html", context)


class WhoForm(forms.Form):
    person = forms.IntegerField(required=False, min_value=1, max_value=2**62)


@requires(Right.ADMINISTER)
@require_safe
def example(request: HttpRequest) -> HttpResponse:
    """The product of the demo company, as one of the people sees it for whom a message waits:
    what is shown there counts as shown."""
    site = InAppSite.objects.filter(is_active=True).order_by("pk").first()
    if not settings.DEMO or site is None:
        raise Http404
    form = WhoForm(request.GET)
    chosen = form.cleaned_data["person"] if form.is_valid() else None
    people = _contacts_with_messages(site)
    person = people.filter(pk=chosen).first() if chosen else people.first()
    context = {
        "token": _token_of(site, person) if person else "",
        "script": reverse("in_app_script"),
        "person": person,
        "people": people[:PEOPLE_SHOWN],
    }
    return render(request, "in_app/product.html", context)


def _contacts_with_messages(site: InAppSite) -> QuerySet[Contact]:
    """Whom the product calls by an id, and for whom a message is open."""
    rows = OutboxMessage.objects.filter(
        channel=OutboxMessage.Channel.IN_APP,
        contact__isnull=False,
        state__in=(State.NEW, State.SENT),
        dismissed_at=None,
        clicked_at=None,
        valid_until__gt=clock.now(),
    )
    people = Contact.objects.filter(source=site.source, pk__in=rows.values("contact"))
    return people.select_related("account").order_by("name", "pk")


def _token_of(site: InAppSite, person: Contact) -> str:
    # Tokens live in real time, also where "today" is frozen on an imported history.
    now = datetime.now(UTC)
    visitor = Visitor(site.source_id, person.account.external_id, person.external_id)
    return sign_visitor(visitor, secret=site.secrets(now=now)[0], expires_at=now + _SIGNED_FOR)


@requires(Right.ADMINISTER)
@require_safe
def try_messages(request: HttpRequest) -> HttpResponse:
    """Answers the script as if the words of the page were a message."""
    words = _visit_on_trial(request)
    message = {"id": 0, "subject": words["subject"], "body": linked_runs(words["body"])}
    return JsonResponse({"messages": [message]})


def _visit_on_trial(request: HttpRequest) -> dict[str, str]:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        found: dict[str, str] = signing.loads(token, salt=_SALT, max_age=_TRIED_FOR)
    except signing.BadSignature:
        raise Http404 from None
    return found


@csrf_exempt  # changes nothing
@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def try_happened(request: HttpRequest, what: str) -> HttpResponse:
    """Nothing is noted of a message that is only tried."""
    return HttpResponse(status=204)
