"""People, their teams, the pools that own accounts together, and the teams of accounts."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import addresses, clock, passwords
from accounts.admin.bases import KeptAdmin, TrackedAdmin
from accounts.admin.confirmation import ConfirmedAdmin
from accounts.catalogue import Role, choices
from accounts.models import Function, Pool, Team, TeamMember, User

# The link on the sign-in page.
FORGOTTEN = _("Forgotten your password?")


class UserForm(forms.ModelForm):
    def clean_email(self) -> str:
        """The database refuses an address that only differs in its letter case; here is why."""
        email: str = self.cleaned_data["email"]
        others = User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk)
        if (other := others.first()) is not None:
            raise forms.ValidationError(
                gettext(
                    "%(name)s signs in with this address already: choose another, or change theirs"
                    " first. Capital and small letters make no difference."
                )
                % {"name": other.name}
            )
        return email


class NewUserForm(UserForm):
    """A new person gets no password here: they set one by the link in their mail."""

    role = forms.ChoiceField(
        choices=[("", _("Choose")), *choices(Role)],
        help_text=_("What they see and may change."),
    )

    class Meta:
        model = User
        fields = ("name", "email", "role", "team", "title")

    def save(self, commit: bool = True) -> Any:
        self.instance.set_unusable_password()
        return super().save(commit)


@admin.register(User)
class UserAdmin(ConfirmedAdmin, KeptAdmin):
    form = UserForm
    fields = (
        "email",
        "name",
        "title",
        "role",
        "team",
        "is_active",
        "cover",
        "absent_from",
        "absent_until",
        "password_state",
    )
    list_display = ("name", "email", "role", "team", "is_active", "absent_until")
    list_filter = ("role", "team", "is_active")
    list_select_related = ("team",)
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    autocomplete_fields = ("cover",)
    actions = ("send_link",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return NewUserForm.Meta.fields if obj is None else self.fields

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        return self.autocomplete_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody gives themselves another role."""
        own = obj is not None and obj.pk == request.user.pk
        return ("role", "is_active", "password_state") if own else ("password_state",)

    @admin.display(description=_("Password"))
    def password_state(self, user: User) -> str:
        state = gettext("Set.") if user.has_usable_password() else gettext("Not set yet.")
        return gettext("%(state)s People set a new one by “%(link)s” on the sign-in page.") % {
            "state": state,
            "link": FORGOTTEN,
        }

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        before = User.objects.select_for_update().filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        if before is None:
            self._write_to(request, obj)
        elif before.email != obj.email:
            self._tell_of_address(request, obj, before=before.email)

    def _tell_of_address(self, request: HttpRequest, person: User, *, before: str) -> None:
        by = cast(User, request.user)
        addresses.tell_of_change(person, before=before, by=by, now=clock.now())
        said = gettext("%(name)s is told of the change at %(before)s and at %(email)s.") % {
            "name": person.name,
            "before": before,
            "email": person.email,
        }
        self.message_user(request, said)

    @admin.action(description=_("Send a link to set a password"), permissions=["change"])
    def send_link(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for person in people:
            if person.is_active:
                self._write_to(request, person)
            else:
                said = gettext(
                    "%(name)s is not active, so nothing was sent: switch them on first."
                ) % {"name": person.name}
                self.message_user(request, said, messages.WARNING)

    def _write_to(self, request: HttpRequest, person: User) -> None:
        passwords.invited(person, by=cast(User, request.user), now=clock.now())
        said = gettext(
            "%(name)s is written to at %(email)s: the link lets them set a password."
        ) % {"name": person.name, "email": person.email}
        if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
            said += gettext(
                " No mail server is set (EMAIL_URL), so the mail stands in the worker's log."
            )
        self.message_user(request, said)


@admin.register(Team)
class TeamAdmin(ConfirmedAdmin, TrackedAdmin):
    list_display = ("name",)
    search_fields = ("name",)
    ordering = ("name",)
    autocomplete_fields = ("managers",)


@admin.register(Pool)
class PoolAdmin(ConfirmedAdmin, TrackedAdmin):
    list_display = ("name", "rule", "values")
    search_fields = ("name",)
    ordering = ("name",)
    autocomplete_fields = ("members",)


@admin.register(Function)
class FunctionAdmin(KeptAdmin):
    list_display = ("name", "key", "pool", "is_active")
    list_select_related = ("pool",)
    search_fields = ("name", "key")
    ordering = ("position", "name")
    autocomplete_fields = ("pool",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Files and playbooks go on naming it."""
        return ("key",) if obj is not None else ()


@admin.register(TeamMember)
class TeamMemberAdmin(ConfirmedAdmin, TrackedAdmin):
    list_display = ("account", "function", "person", "since", "until")
    list_filter = ("function",)
    list_select_related = ("account", "function", "person")
    search_fields = ("account__name", "account__external_id", "person__name", "person__email")
    show_full_result_count = False
    ordering = ("-pk",)
    autocomplete_fields = ("account", "person", "function")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whoever follows is a row of their own, so that the past can be read."""
        return ("account", "function", "person") if obj is not None else ()
