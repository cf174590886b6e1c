"""A draft comes into force with a reason; versions are compared in words, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.models import User
from playbooks import publishing
from playbooks.library.changes import PlaybookDifference, differences
from playbooks.library.definition_reader import examine
from playbooks.models import Playbook
from playbooks.pages.builder.page import flow_page
from playbooks.pages.builder.versions import head_context, is_editor, open_version, version_word
from playbooks.publishing import NotADraftError, NotInForceError, PlaybookError
from playbooks.queries.names import row_names


class WhyForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"),
        max_length=200,
        error_messages={"required": _("Say why: it stands with the version.")},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.errors:
            self.fields["reason"].widget.attrs["autofocus"] = True


def compared(before: Playbook, after: Playbook) -> list[PlaybookDifference]:
    """In words; of a draft that is not complete, as far as it can be read."""
    old, new = (examine(each.as_mapping())[0] for each in (before, after))
    return differences(old, new, row_names(old, new))


def _with_steps(playbook: Playbook) -> Playbook:
    return Playbook.objects.prefetch_related("steps").get(pk=playbook.pk)


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """What would change against the version in force; a reason brings it into force."""
    draft = open_version(request, playbook_id)
    if draft.state != Playbook.State.DRAFT:
        messages.info(request, gettext("%s was published already.") % version_word(draft))
        return redirect("playbook", draft.pk)
    form = WhyForm(request.POST if request.method == "POST" else None)
    page = flow_page(draft, is_checked=True)
    if form.is_bound and form.is_valid() and not page.errors:
        reason = form.cleaned_data["reason"]
        return _decide_and_redirect(
            request,
            draft,
            lambda by: publishing.publish(playbook=draft, by=by, now=clock.now(), reason=reason),
            gettext("%s is in force."),
        )
    context = head_context(request, draft)
    in_force = context["head"].in_force
    context |= {
        "page": page,
        "form": form,
        "changes": compared(_with_steps(in_force), draft) if in_force else None,
    }
    return render(request, "builder/publish.html", context)


def _decide_and_redirect(
    request: HttpRequest, asked: Playbook, act: Callable[[User], Playbook], words: str
) -> HttpResponse:
    try:
        made = act(cast("User", request.user))
    except (PlaybookError, NotADraftError, NotInForceError) as error:
        messages.error(request, str(error))
        return redirect("playbook", asked.pk)
    messages.success(request, words % version_word(made))
    return redirect("playbook", made.pk)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def versions(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """All that were published, and how this one differs from another."""
    one = open_version(request, playbook_id)
    rows = Playbook.objects.filter(key=one.key).select_related("published_by")
    if not is_editor(request):
        rows = rows.exclude(state=Playbook.State.DRAFT)
    listed = list(rows.order_by("-version"))
    named = request.GET.get("with", "")
    others = [each for each in listed if each.pk != one.pk]
    other = next((each for each in others if str(each.pk) == named), None)
    if named and other is None:
        raise Http404
    other = other or _nearest_version(one, others)
    sides = sorted((one, other), key=lambda each: each.version) if other else []
    first, second = (_with_steps(each) for each in sides) if sides else (None, None)
    context = head_context(request, one) | {
        "rows": listed,
        "first": first,
        "second": second,
        "changes": compared(first, second) if first and second else [],
    }
    return render(request, "builder/versions.html", context)


def _nearest_version(one: Playbook, others: list[Playbook]) -> Playbook | None:
    """What it followed, else what followed it."""
    earlier = [each for each in others if each.version < one.version]
    return next(iter(earlier or others[-1:]), None)


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """A new version in force that says what this earlier one said."""
    version = open_version(request, playbook_id)
    if version.state != Playbook.State.RETIRED:
        messages.info(request, gettext("Only what is out of force can be gone back to."))
        return redirect("playbook", version.pk)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _decide_and_redirect(
            request,
            version,
            lambda by: publishing.roll_back(version=version, by=by, reason=reason, now=clock.now()),
            gettext("%%s is in force and says what v%s said.") % version.version,
        )
    context = head_context(request, version)
    in_force = context["head"].in_force
    context |= {
        "form": form,
        "changes": compared(_with_steps(in_force), version) if in_force else [],
    }
    return render(request, "builder/back.html", context)


@requires(Right.ADMINISTER, page="playbook")
def retire(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """Takes it out of force: it starts nothing, what runs goes on."""
    version = open_version(request, playbook_id)
    return _decide_and_redirect(
        request,
        version,
        lambda _by: publishing.retire(playbook=version, now=clock.now()),
        gettext("%s is out of force: it starts nothing from now on. Running plays go on."),
    )


@requires(Right.ADMINISTER, page="playbook")
def reviewed(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """Somebody looked through it today."""
    version = open_version(request, playbook_id)
    Playbook.objects.filter(pk=version.pk).update(reviewed_on=clock.today())
    messages.success(request, gettext("%s: reviewed today.") % version_word(version))
    return redirect("playbook", version.pk)
