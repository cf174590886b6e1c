"""YAML both ways: any version is downloaded, a text becomes a draft. Errors name line and field."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.models import User
from playbooks import publishing
from playbooks.library.definition_reader import LONGEST_FILE, examine
from playbooks.library.example import EXAMPLE
from playbooks.library.playbook_yaml import TextProblem, read_text, with_lines, write_text
from playbooks.models.playbook import known_roles
from playbooks.pages.builder.versions import open_version, version_word
from playbooks.publishing import PlaybookError


class TextForm(forms.Form):
    """A file that is chosen goes before what is typed."""

    file = forms.FileField(label=_("A file"), required=False, allow_empty_file=True)
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 28, "spellcheck": "false"}),
    )
    replaces = forms.BooleanField(
        label=_("It takes the place of a draft that was begun"), required=False
    )

    def said(self) -> str:
        upload = self.cleaned_data.get("file")
        if not upload:
            return str(self.cleaned_data["text"])
        return bytes(upload.read(4 * LONGEST_FILE + 1)).decode("utf-8", errors="replace")


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def export(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """As the file that an import reads."""
    version = open_version(request, playbook_id)
    text = write_text(version.as_mapping())
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    name = f"{version.key}-v{version.version}.yaml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def take_text(request: HttpRequest) -> HttpResponse:
    """A text becomes the next draft of the playbook with its key."""
    if request.method != "POST":
        form = TextForm(initial={"text": EXAMPLE})
        return _text_page(request, form, [])
    form = TextForm(request.POST, request.FILES)
    form.is_valid()
    text = form.said()
    problems = _text_problems(text)
    if problems:
        return _text_page(request, TextForm({"text": text}), problems)
    replaces, by = form.cleaned_data["replaces"], cast("User", request.user)
    try:
        draft = publishing.take_text(text=text, replaces=replaces, by=by, now=clock.now())
    except PlaybookError as error:
        return _text_page(request, TextForm({"text": text}), [TextProblem(None, str(error))])
    messages.success(request, gettext("%s is a draft.") % version_word(draft))
    return redirect("playbook", draft.pk)


def _text_problems(text: str) -> list[TextProblem]:
    data, problems = read_text(text)
    if problems:
        return problems
    return with_lines(text, examine(data, roles=known_roles())[1])


def _text_page(request: HttpRequest, form: TextForm, problems: list[TextProblem]) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "problems": problems, "errors": problems}
    return render(request, "builder/text.html", context)
