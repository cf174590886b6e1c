"""Mail to customers: what waits for approval, what is planned, what was sent, and writing one."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, may, requires
from accounts.models import Account, Contact, OutboxMessage, SuppressedAddress, User
from accounts.pages.customer_mail.forms import ComposeForm, DiscardForm, MailForm
from accounts.ui.pagination import COUNT_CAP, page_number, take_page
from accounts.unsubscribe_links import message_of
from accounts.work import customer_mail
from accounts.work.outreach import suppress

PAGE_SIZE = 50
State, Channel = OutboxMessage.State, OutboxMessage.Channel
CHANNELS = (Channel.EMAIL, Channel.IN_APP)
# Tab → its word and the states it lists.
VIEWS = {
    "held": (gettext_noop("To approve"), (State.HELD,)),
    "planned": (gettext_noop("Planned"), (State.NEW, State.LEASED)),
    "sent": (gettext_noop("Sent"), (State.SENT,)),
    "kept": (gettext_noop("Not sent"), (State.SUPPRESSED, State.DEAD)),
}


def seen_by(user: User) -> QuerySet[OutboxMessage]:
    """Mail to customers of the accounts this person may see, and messages in the product.

    Uses index: outbox_customer_account or outbox_customer_state
    """
    rows = OutboxMessage.objects.for_user(user).filter(
        account__isnull=False, contact__isnull=False, channel__in=CHANNELS
    )
    return rows.select_related("account", "contact", "sender", "decided_by")


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("view", "held")
    view = chosen if chosen in VIEWS else "held"
    channel = request.GET.get("channel", "")
    rows = seen_by(cast("User", request.user)).filter(state__in=VIEWS[view][1]).order_by("-pk")
    if channel in CHANNELS:
        rows = rows.filter(channel=channel)
    found, page = take_page(rows, number=page_number(request), size=PAGE_SIZE)
    total = rows.order_by().values("pk")[: COUNT_CAP + 1].count()
    count = f"{COUNT_CAP:,}+" if total > COUNT_CAP else f"{total:,}"
    query = f"&channel={channel}" if channel in CHANNELS else ""
    tabs = [_mail_tab(key, is_current=key == view, count=count, query=query) for key in VIEWS]
    context = {"found": found, "page": page, "chosen": view, "tabs": tabs}
    context |= {"total": min(total, COUNT_CAP), "is_capped": total > COUNT_CAP}
    context |= {
        "channel": channel if channel in CHANNELS else "",
        "may_set_up": may(request.user, Right.ADMINISTER),
    }
    return render(request, "customer_mail/index.html", context)


def _mail_tab(view: str, *, is_current: bool, count: str, query: str) -> dict[str, Any]:
    return {
        "word": gettext(VIEWS[view][0]),
        "href": f"{reverse('mails')}?view={view}{query}",
        "is_current": is_current,
        "count": count if is_current else "",
    }


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def mail(request: HttpRequest, message_id: int) -> HttpResponse:
    row = get_object_or_404(seen_by(cast("User", request.user)), pk=message_id)
    return _mail_page(
        request, row, form=MailForm(initial={"subject": row.subject, "body": row.body})
    )


def _mail_page(request: HttpRequest, row: OutboxMessage, *, form: MailForm) -> HttpResponse:
    is_held = row.state == State.HELD
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "may_decide": is_held and may(request.user, Right.WORK_ACCOUNTS, account=row.account),
    }
    return render(request, "customer_mail/mail.html", context)


@requires(Right.WORK_ACCOUNTS, page="mail")
def approve(request: HttpRequest, message_id: int) -> HttpResponse:
    row, user, form = (
        _to_decide(request, message_id),
        cast("User", request.user),
        MailForm(request.POST),
    )
    if not form.is_valid():
        return _mail_page(request, row, form=form)
    words = form.cleaned_data
    done = customer_mail.approve(
        message_id=row.pk, subject=words["subject"], body=words["body"], by=user, now=clock.now()
    )
    return _decision_redirect(request, done, gettext("Approved: it goes out when it may."))


@requires(Right.WORK_ACCOUNTS, page="mail")
def discard(request: HttpRequest, message_id: int) -> HttpResponse:
    row, user, form = (
        _to_decide(request, message_id),
        cast("User", request.user),
        DiscardForm(request.POST),
    )
    if not form.is_valid():
        messages.error(request, gettext("Say why it is not to be sent."))
        return redirect("mail", row.pk)
    done = customer_mail.discard(message_id=row.pk, reason=form.cleaned_data["reason"], by=user)
    return _decision_redirect(request, done, gettext("Discarded: it is not sent."))


def _to_decide(request: HttpRequest, message_id: int) -> OutboxMessage:
    """404 for what is out of sight, 403 for what is somebody else's to decide."""
    row = get_object_or_404(seen_by(cast("User", request.user)), pk=message_id)
    if not may(request.user, Right.WORK_ACCOUNTS, account=row.account):
        raise PermissionDenied
    return row


def _decision_redirect(request: HttpRequest, done: bool, said: str) -> HttpResponse:
    if done:
        messages.success(request, said)
    else:
        messages.error(request, gettext("Somebody has decided it meanwhile: nothing was changed."))
    return redirect("mails")


@requires(Right.WORK_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HttpRequest, external_id: str) -> HttpResponse:
    """Writes to one person of the account. What the address gives is filled in."""
    user = cast("User", request.user)
    account = get_object_or_404(Account.objects.for_user(user), external_id=external_id)
    may_write = may(user, Right.WORK_ACCOUNTS, account=account)
    if request.method == "POST" and not may_write:
        raise PermissionDenied
    form = ComposeForm(
        request.POST or None,
        account=account,
        initial={name: request.GET.get(name, "") for name in ("contact", "subject", "body")},
    )
    if request.method == "POST" and form.is_valid():
        row = form.write(account=account, sender=user, now=clock.now())
        messages.success(request, gettext("It goes out when it may: see below."))
        return redirect("mail", row.pk)
    context = {"account": account, "form": form, "may_write": may_write}
    return render(request, "customer_mail/compose.html", context)


@csrf_exempt  # the signed link is the right to it; mail programs post without a page (RFC 8058)
@requires(Right.OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing: scanners of mail open every link."""
    message_id = message_of(token)
    if message_id is None:
        raise Http404
    to = get_object_or_404(Contact, messages=message_id, email__gt="")
    if request.method == "POST":
        reason = SuppressedAddress.Reason.UNSUBSCRIBED
        suppress(to.email, reason=reason, now=clock.now())
    return render(request, "customer_mail/unsubscribe.html", {"is_done": request.method == "POST"})
