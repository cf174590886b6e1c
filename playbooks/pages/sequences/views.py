"""Sequences for CS ops: how each goes, and the plays or messages that a number counts."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.ui.pagination import PageOf, page_number
from playbooks.models import Playbook
from playbooks.queries.sequences import (
    OF_LATE,
    SequenceFigure,
    sequence_lines,
    sequence_rows,
)

PAGE_SIZE = 50
WORDS = {
    SequenceFigure.RUNNING: _("Running"),
    SequenceFigure.OUT: _("Went out"),
    SequenceFigure.HELD: _("Held back by the touch budget"),
    SequenceFigure.COMPLETED: _("Completed"),
    SequenceFigure.RECOVERED: _("Recovered"),
    SequenceFigure.HANDED: _("Handed to a person"),
    SequenceFigure.STOPPED: _("Stopped"),
}


class SequenceFilter(forms.Form):
    figure = forms.ChoiceField(
        required=False, choices=[(each.value, each.value) for each in SequenceFigure]
    )
    step = forms.CharField(required=False, max_length=160, empty_value=None)


@requires(Right.ADMINISTER)
@require_safe
def sequences(request: HttpRequest) -> HttpResponse:
    context = {
        "rows": [
            (
                row,
                [(each.value, word, row.counts.get(each.value, 0)) for each, word in WORDS.items()],
            )
            for row in sequence_rows(now=clock.now())
        ],
        "figures": [(each.value, word) for each, word in WORDS.items()],
        "days": OF_LATE.days,
    }
    return render(request, "sequences/index.html", context)


@requires(Right.ADMINISTER)
@require_safe
def sequence(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """What one number counts, over all versions of the playbook; 404 for a draft. What is no
    sequence counts none."""
    published = Playbook.objects.exclude(state=Playbook.State.DRAFT)
    book = get_object_or_404(published, pk=playbook_id)
    form = SequenceFilter(request.GET)
    form.is_valid()
    figure = SequenceFigure(form.cleaned_data.get("figure") or SequenceFigure.RUNNING)
    number = page_number(request)
    found = sequence_lines(
        key=book.key,
        figure=figure,
        step=form.cleaned_data.get("step"),
        now=clock.now(),
        limit=PAGE_SIZE + 1,
        offset=(number - 1) * PAGE_SIZE,
    )
    shown = found[:PAGE_SIZE]
    context = {
        "playbook": book,
        "figure": figure,
        "title": WORDS[figure],
        "step": form.cleaned_data.get("step"),
        "figures": [(each.value, word) for each, word in WORDS.items()],
        "rows": shown,
        "page": PageOf(number, PAGE_SIZE, len(shown), len(found) > PAGE_SIZE),
        "days": OF_LATE.days,
    }
    return render(request, "sequences/lines.html", context)
