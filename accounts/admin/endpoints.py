"""Where the platform posts to: addresses and secrets go in here, and are shown to nobody again."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.bases import KeptAdmin, TrackedAdmin
from accounts.admin.confirmation import ConfirmedAdmin, require_confirmation
from accounts.chat_presses import is_teams_secret
from accounts.event_catalogue import ASKED_FOR, CATALOGUE
from accounts.models import ChatIdentity, Endpoint, User
from accounts.webhook_signatures import SecretShapeError, key_of, new_secret
from accounts.work.events import test_row
from accounts.work.notices import post
from accounts.work.outgoing_http import RefusedUrlError, check_url, host_of


class EndpointForm(forms.ModelForm):
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_("https://… It is not shown again; leave it empty to keep it."),
        required=False,
        widget=forms.TextInput(attrs={"class": "vLargeTextField", "autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Secret"),
        max_length=500,
        help_text=_(
            "Of a webhook: give it to the receiver, who checks the signature with it. Of a chat:"
            " the signing secret of its app. It is not shown again; leave it empty to keep it."
        ),
        required=False,
        widget=forms.TextInput(attrs={"class": "vLargeTextField", "autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        choices=[(each.value, f"{each.value}: {CATALOGUE[each].tells}") for each in ASKED_FOR],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Posted there as they happen. Steps of playbooks need none."),
    )

    class Meta:
        model = Endpoint
        fields = ("key", "name", "kind", "events", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields["url"].required = self.fields["secret"].required = True
            self.fields["secret"].initial = new_secret
            self.fields["url"].help_text = _("https://… It is not shown again.")
            self.fields["secret"].help_text = _(
                "Of a webhook: give it to the receiver, who checks the signature with it. Of a"
                " chat: the signing secret of its app. It is not shown again."
            )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            if url:
                check_url(url)
        except RefusedUrlError as refused:
            raise ValidationError(_("Not there: %s.") % refused) from refused
        return url

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        kind, secret = said.get("kind"), said.get("secret")
        if secret and kind == Endpoint.Kind.WEBHOOK:
            try:
                key_of(secret)
            except SecretShapeError as refused:
                self.add_error("secret", str(refused))
        elif secret and kind == Endpoint.Kind.TEAMS and not is_teams_secret(secret):
            said_wrong = _(
                "Not the security token of an outgoing webhook of Teams, which is base64: Teams"
                " shows it once, when that webhook is made."
            )
            self.add_error("secret", said_wrong)
        return said


class ChatIdentityInline(admin.TabularInline):
    model = ChatIdentity
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Endpoint)
class EndpointAdmin(ConfirmedAdmin, KeptAdmin, TrackedAdmin):
    form = EndpointForm
    list_display = ("name", "key", "kind", "host", "events", "is_active")
    readonly_fields = ("host",)
    fields = ("name", "key", "kind", "host", "url", "secret", "events", "is_active")
    inlines = (ChatIdentityInline,)
    actions = ("send_test",)

    @admin.action(description=_("Send a test message"), permissions=["change"])
    def send_test(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        by, now = cast("User", request.user), clock.now()
        chosen = list(endpoints.order_by("name", "pk"))
        post(test_row(each, by=by, now=now) for each in chosen if each.is_active)
        for each in chosen:
            said = (
                gettext(
                    "A test message is on its way to %(name)s: Outbox messages say what came of it."
                )
                if each.is_active
                else gettext("%(name)s is switched off, so nothing was sent.")
            )
            level = messages.SUCCESS if each.is_active else messages.WARNING
            self.message_user(request, said % {"name": each.name}, level)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        require_confirmation(request)
        given = form.cleaned_data
        url = given.get("url", "")
        obj.take(url=url, secret=given.get("secret", ""), host=host_of(url) if url else "")
        if not change:
            obj.created_at, obj.created_by = clock.now(), request.user
        super().save_model(request, obj, form, change)
