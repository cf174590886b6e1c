"""Triggers, accounts and escalations of a playbook in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import PlaybookDefinition
from playbooks.library.definition_reader import PlaybookError
from playbooks.models import Playbook
from playbooks.queries.names import row_names
from playbooks.triggers.descriptions import escalation_label, is_for, starts_when

_HEAD = ("name", "summary", "purpose", "category", "family", "severity", "owner_role")
_LIMITS = ("sla_days", "cooldown_days", "cap_per_csm_day", "review_cadence", "reviewed_on")
_LIFE = ("key", "version", "state", "created_at", "published_at", "published_by", "reason")


class PlaybookSentences:
    """Sentences instead of the JSON that says them."""

    SAID = ("starts", "meant_for", "escalates", "succeeds")
    fieldsets: Any = (
        (None, {"fields": _HEAD}),
        (_("What it does"), {"fields": SAID}),
        (_("Limits and review"), {"fields": _LIMITS}),
        (_("Version"), {"fields": _LIFE}),
    )

    @admin.display(description=_("Starts when"))
    def starts(self, playbook: Playbook) -> str:
        found = _definition_or_none(playbook)
        if found is None:
            return gettext(_UNREADABLE)
        names = row_names(found)
        said = (starts_when(each, names) for each in found.triggers)
        return _as_paragraphs(said) or gettext("Only people start it.")

    @admin.display(description=_("For"))
    def meant_for(self, playbook: Playbook) -> str:
        found = _definition_or_none(playbook)
        return is_for(found.conditions, row_names(found)) if found else gettext(_UNREADABLE)

    @admin.display(description=_("Draws in"))
    def escalates(self, playbook: Playbook) -> str:
        found = _definition_or_none(playbook)
        if found is None:
            return gettext(_UNREADABLE)
        return _as_paragraphs(map(escalation_label, found.escalations)) or gettext("Nobody.")

    @admin.display(description=_("Succeeds when"))
    def succeeds(self, playbook: Playbook) -> str:
        return _as_paragraphs(map(str, playbook.success)) or gettext("Not said.")


_UNREADABLE = gettext_noop("Not readable yet: publishing says what is wrong.")


def _as_paragraphs(sentences: Iterable[str]) -> SafeString:
    return format_html_join("", "<p>{}</p>", ((sentence,) for sentence in sentences))


def _definition_or_none(playbook: Playbook) -> PlaybookDefinition | None:
    try:
        return playbook.definition()
    except PlaybookError:
        return None
